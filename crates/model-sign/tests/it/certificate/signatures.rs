use model_sign::certificate::CertificateError;

use super::forge::{Draft, Hash, Key, Scheme, now, oid, seq, tlv};
use super::{Company, read, verify};

/// Verifies a signer below a root with this key, the signer's certificate signed with this scheme.
fn below(root: &Key, scheme: Scheme) -> Result<(), CertificateError> {
    let signer = Key::p256("signer");
    let trusted = Draft::authority("root", "root", root).sign(root);
    let chain = [Draft::signer("root", "signer", &signer).sign_with(root, scheme)];
    verify(&[trusted], &chain, now()).map(drop)
}

#[test]
fn every_curve_goes_with_every_hash() {
    for key in [Key::p256("root"), Key::p384("root"), Key::p521("root")] {
        for hash in Hash::ALL {
            below(&key, Scheme::Ecdsa(hash)).unwrap();
        }
    }
    below(&Key::ed25519("root"), Scheme::Ed25519).unwrap();
}

#[test]
fn rsa_signs_in_both_ways_with_every_hash() {
    let key = Key::rsa("root", 2048);
    for hash in Hash::ALL {
        below(&key, Scheme::Pkcs1(hash)).unwrap();
        below(&key, Scheme::Pss(hash)).unwrap();
    }
    // One way does not pass for the other.
    let signer = Draft::signer("root", "signer", &Key::p256("signer"));
    let root = Draft::authority("root", "root", &key).sign(&key);
    let body = signer.body(Scheme::Pkcs1(Hash::Sha256));
    let signature = key.sign(Scheme::Pss(Hash::Sha256), &body);
    let algorithm = Scheme::Pkcs1(Hash::Sha256).algorithm();
    let leaf = seq(&[&body, &algorithm, &tlv(0x03, &[&[0], &signature])]);
    let error = verify(&[root], &[leaf], now()).unwrap_err();
    assert!(
        matches!(error, CertificateError::BadSignature { .. }),
        "{error}"
    );
}

/// A `SubjectPublicKeyInfo` of RSA with this modulus and exponent.
fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if modulus[0] & 0x80 == 0 { &[] } else { &[0] };
    let key = seq(&[&tlv(0x02, &[sign, modulus]), &tlv(0x02, &[exponent])]);
    let algorithm = seq(&[&oid("1.2.840.113549.1.1.1"), &[5, 0]]);
    seq(&[&algorithm, &tlv(0x03, &[&[0], &key])])
}

#[test]
fn rsa_keys_have_a_size_and_an_exponent_within_bounds() {
    let company = Company::new();
    let bits = |modulus: &[u8], exponent: &[u8]| {
        let mut intermediate = company.intermediate();
        intermediate.spki = rsa(modulus, exponent);
        let chain = [
            // Whoever made it does not matter: the key is looked at before the signature.
            company
                .signer()
                .sign_with(&company.intermediate, Scheme::Ecdsa(Hash::Sha256)),
            intermediate.sign(&company.root),
        ];
        match verify(&[company.root().sign(&company.root)], &chain, now()) {
            Err(CertificateError::RsaKey {
                bits,
                least: 2048,
                most: 8192,
            }) => Some(bits),
            Err(CertificateError::BadSignature { .. }) => None,
            other => panic!("{other:?}"),
        }
    };
    let ones = |octets: usize| vec![0xff; octets];
    assert_eq!(bits(&ones(128), &[1, 0, 1]), Some(1024));
    assert_eq!(
        bits(&[&[0x7f][..], &ones(255)].concat(), &[1, 0, 1]),
        Some(2047)
    );
    assert_eq!(bits(&ones(256), &[1, 0, 1]), None);
    assert_eq!(bits(&ones(1024), &[3]), None);
    assert_eq!(bits(&ones(1025), &[3]), Some(8200));
    assert_eq!(bits(&ones(256), &[1]), Some(2048));
    assert_eq!(bits(&ones(256), &[2]), Some(2048));
    assert_eq!(bits(&ones(256), &[0x7f, 1, 1, 1, 1, 1]), Some(2048));
    assert_eq!(
        bits(&[&ones(255)[..], &[0xfe]].concat(), &[1, 0, 1]),
        Some(2048)
    );
}

/// The signer's certificate with another algorithm in its signed part and beside it.
fn with_algorithms(inside: &[u8], beside: &[u8]) -> Vec<u8> {
    let company = Company::new();
    let body = company.signer().body(Scheme::Ed25519);
    let ours = Scheme::Ed25519.algorithm();
    let at = body
        .windows(ours.len())
        .position(|window| window == ours)
        .unwrap();
    let header = if body[1] == 0x81 { 3 } else { 4 };
    let body = seq(&[&body[header..at], inside, &body[at + ours.len()..]]);
    let signature = company
        .intermediate
        .sign(Scheme::Ecdsa(Hash::Sha256), &body);
    seq(&[&body, beside, &tlv(0x03, &[&[0], &signature])])
}

fn judge(leaf: Vec<u8>) -> Result<(), CertificateError> {
    let company = Company::new();
    let chain = [leaf, company.intermediate().sign(&company.root)];
    verify(&[company.root().sign(&company.root)], &chain, now()).map(drop)
}

#[test]
fn weak_and_unknown_algorithms_are_refused_by_name() {
    let ours = Scheme::Ecdsa(Hash::Sha256).algorithm();
    judge(with_algorithms(&ours, &ours)).unwrap();
    for (weak, parameters) in [
        ("1.2.840.113549.1.1.4", &[5, 0][..]),
        ("1.2.840.113549.1.1.5", &[5, 0]),
        ("1.2.840.10045.4.1", &[]),
        ("1.2.840.10040.4.3", &[]),
        // PSS with its defaults is PSS with SHA-1.
        ("1.2.840.113549.1.1.10", &[0x30, 0]),
    ] {
        let algorithm = seq(&[&oid(weak), parameters]);
        let error = judge(with_algorithms(&algorithm, &algorithm)).unwrap_err();
        assert!(
            matches!(error, CertificateError::WeakAlgorithm { .. }),
            "{weak}: {error}"
        );
    }
    for unknown in ["1.3.101.113", "1.2.840.10045.4.3.1", "1.2.3"] {
        let algorithm = seq(&[&oid(unknown)]);
        let error = judge(with_algorithms(&algorithm, &algorithm)).unwrap_err();
        match error {
            CertificateError::UnsupportedAlgorithm { algorithm } => {
                assert_eq!(algorithm.to_string(), unknown);
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn the_signed_algorithm_is_the_one_beside_the_signature() {
    let [first, second] = [Hash::Sha256, Hash::Sha384].map(|hash| Scheme::Ecdsa(hash).algorithm());
    let error = read(&with_algorithms(&second, &first)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "signature algorithm 1.2.840.10045.4.3.2 outside where 1.2.840.10045.4.3.3 is signed"
    );
}

#[test]
fn parameters_that_do_not_belong_are_refused() {
    let stray = seq(&[&oid("1.2.840.10045.4.3.2"), &[5, 0]]);
    assert!(matches!(
        read(&with_algorithms(&stray, &stray)),
        Err(CertificateError::Der(_))
    ));
    let hash = |number: u8| seq(&[&oid(&format!("2.16.840.1.101.3.4.2.{number}"))]);
    let mask = seq(&[&oid("1.2.840.113549.1.1.8"), &hash(2)]);
    let mixed = seq(&[
        &tlv(0xa0, &[&hash(1)]),
        &tlv(0xa1, &[&mask]),
        &tlv(0xa2, &[&[2, 1, 32]]),
    ]);
    let mixed = seq(&[&oid("1.2.840.113549.1.1.10"), &mixed]);
    let error = judge(with_algorithms(&mixed, &mixed)).unwrap_err();
    assert!(
        matches!(error, CertificateError::UnsupportedAlgorithm { .. }),
        "{error}"
    );
}

#[test]
fn a_signer_has_a_key_that_signs_models() {
    let company = Company::new();
    for key in [
        Key::p256("s"),
        Key::p384("s"),
        Key::p521("s"),
        Key::ed25519("s"),
    ] {
        let mut signer = company.signer();
        signer.spki = key.spki();
        let leaf = company.with_signer(&signer).unwrap();
        assert_eq!(leaf.public_key().to_spki_der(), key.spki());
    }
    let mut signer = company.signer();
    signer.spki = rsa(&[0xff; 256], &[1, 0, 1]);
    let error = company.with_signer(&signer).unwrap_err();
    assert!(matches!(error, CertificateError::LeafKey(_)), "{error}");
}

#[test]
fn an_issuers_point_has_to_lie_on_its_curve() {
    let company = Company::new();
    let mut intermediate = company.intermediate();
    let last = intermediate.spki.len() - 1;
    intermediate.spki[last] ^= 1;
    let error = company.with_intermediate(&intermediate).unwrap_err();
    assert!(
        matches!(error, CertificateError::IssuerKey { .. }),
        "{error}"
    );
}
