use std::time::SystemTime;

use model_digest::{Algorithm, Digest};
use model_sign::Limits;
use model_sign::attest::{
    AttestationError, AttestationSigner, AttestationVerifier, Attested, Draft, DraftError,
    Evidence, EvidenceError, ExpectedSigner, SubjectError,
};
use model_sign::certificate::{Certificate, CertificateError, ChainLimits, TrustAnchors};
use model_sign::dsse::{Envelope, Signature, pae};
use model_sign::intoto::PAYLOAD_TYPE;
use model_sign::key::{KeyAlgorithm, PrivateKey, PublicKey, SignError, Signer};
use model_sign::predicate::{DigestSet, Predicate, ProvenanceV0_2, TestOutcome, TestResult};

use crate::certificate::forge::{self, names};

fn key() -> PrivateKey {
    PrivateKey::generate(KeyAlgorithm::P256).unwrap()
}

fn digest() -> Digest {
    Digest::of(Algorithm::Sha256, b"weights")
}

fn result() -> Predicate {
    Predicate::TestResult(TestResult::new(TestOutcome::Passed, Vec::new()))
}

fn draft() -> Draft {
    Draft::new(result()).with_subject("model.safetensors", &digest())
}

fn evidence(json: &[u8]) -> Vec<Evidence> {
    Evidence::read_all(json, &Limits::default()).unwrap()
}

fn verify(verifier: &AttestationVerifier, json: &[u8]) -> Result<Attested, AttestationError> {
    verifier.verify(&evidence(json)[0], forge::now())
}

fn of_keys(keys: &[&PrivateKey]) -> AttestationVerifier {
    let keys = keys.iter().map(|key| key.public_key().clone());
    AttestationVerifier::of_keys(keys.collect()).unwrap()
}

/// An envelope with any payload, signed.
fn sealed(payload_type: &str, payload: &[u8], key: &PrivateKey) -> Vec<u8> {
    let signature = key.sign(&pae(payload_type, payload)).unwrap();
    Envelope::new(payload_type, payload, vec![Signature::new(signature)]).to_json()
}

#[test]
fn every_kind_of_key_signs_and_verifies() {
    for algorithm in [
        KeyAlgorithm::Ed25519,
        KeyAlgorithm::P256,
        KeyAlgorithm::P384,
        KeyAlgorithm::P521,
    ] {
        let key = PrivateKey::generate(algorithm).unwrap();
        let verifier = of_keys(&[&key]);
        let envelope = draft().sign(&[&key]).unwrap().to_json();
        let bundle = draft().sign_bundle(&key).unwrap().to_json();
        for json in [envelope, bundle] {
            let attested = verify(&verifier, &json).unwrap();
            assert_eq!(attested.payload(), draft().to_json().unwrap());
            assert_eq!(attested.predicate(), Some(&result()));
            assert_eq!(attested.predicate_type(), TestResult::TYPE);
            assert!(matches!(attested.signers(), [AttestationSigner::Key(_)]));
            let verified = attested.about(&[digest()]).unwrap();
            assert_eq!(verified.subject(), Some("model.safetensors"));
            assert_eq!(verified.digest(), &digest());
        }
    }
}

#[test]
fn no_byte_of_an_envelope_or_a_bundle_can_be_changed() {
    let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
    let verifier = of_keys(&[&key]).with_predicate_type(TestResult::TYPE);
    let judge = |json: &[u8]| {
        let all = Evidence::read_all(json, &Limits::default()).ok()?;
        let [evidence] = &all[..] else { return None };
        verifier
            .verify(evidence, forge::now())
            .ok()?
            .about(&[digest()])
            .ok()
    };
    for json in [
        draft().sign(&[&key]).unwrap().to_json(),
        draft().sign_bundle(&key).unwrap().to_json(),
    ] {
        assert!(judge(&json).is_some());
        let text = std::str::from_utf8(&json).unwrap();
        // Nobody signs hints: the identifier of a key may be any text.
        let hint = key.public_key().hint();
        let hints: Vec<usize> = text.match_indices(&hint).map(|(at, _)| at).collect();
        let of_hint = |at: usize| hints.iter().any(|hint| (*hint..hint + 64).contains(&at));
        let names = text
            .match_indices("keyid")
            .chain(text.match_indices("hint"));
        let names: Vec<usize> = names.map(|(at, _)| at).collect();
        for at in 0..json.len() {
            for mask in [0x01, 0x20, 0x80] {
                let mut bent = json.clone();
                bent[at] ^= mask;
                let is_hint =
                    of_hint(at) || names.iter().any(|name| (*name..name + 5).contains(&at));
                assert!(
                    judge(&bent).is_none() || is_hint,
                    "byte {at} with {mask:#x}"
                );
            }
        }
    }
}

#[test]
fn a_threshold_counts_different_keys() {
    let (one, two, three, stranger) = (key(), key(), key(), key());
    let signed = |keys: &[&dyn Signer]| draft().sign(keys).unwrap().to_json();
    let verifier = |wanted| {
        of_keys(&[&one, &two, &three])
            .with_threshold(wanted)
            .unwrap()
    };
    let both = signed(&[&one, &two]);
    assert_eq!(verify(&verifier(1), &both).unwrap().signers().len(), 2);
    assert_eq!(verify(&verifier(2), &both).unwrap().signers().len(), 2);
    match verify(&verifier(3), &both) {
        Err(AttestationError::TooFewSignatures {
            found: 2,
            wanted: 3,
        }) => {}
        other => panic!("{other:?}"),
    }
    // Twice the same key is one key, and strangers count for nothing and do no harm.
    assert!(verify(&verifier(2), &signed(&[&one, &one])).is_err());
    assert!(verify(&verifier(2), &signed(&[&stranger, &one])).is_err());
    assert!(verify(&verifier(2), &signed(&[&stranger, &one, &three])).is_ok());
    // So is a key that is given twice.
    let twice = of_keys(&[&one, &one]).with_threshold(2);
    assert!(matches!(
        twice,
        Err(AttestationError::Threshold { wanted: 2, keys: 1 })
    ));
    assert!(of_keys(&[&one]).with_threshold(0).is_err());
    assert!(matches!(
        AttestationVerifier::of_keys(Vec::new()),
        Err(AttestationError::NoKey)
    ));
}

#[test]
fn key_identifiers_are_not_trusted() {
    let (key, other) = (key(), key());
    let payload = draft().to_json().unwrap();
    let signature = other.sign(&pae(PAYLOAD_TYPE, &payload)).unwrap();
    let signature = Signature::new(signature).with_keyid(key.public_key().hint());
    let json = Envelope::new(PAYLOAD_TYPE, payload, vec![signature]).to_json();
    assert!(verify(&of_keys(&[&key]), &json).is_err());
    assert!(verify(&of_keys(&[&other]), &json).is_ok());
}

#[test]
fn another_predicate_or_payload_is_refused() {
    let key = key();
    let json = draft().sign(&[&key]).unwrap().to_json();
    let verifier = of_keys(&[&key]);
    match verify(
        &verifier
            .clone()
            .with_predicate_type("https://slsa.dev/provenance/v1"),
        &json,
    ) {
        Err(AttestationError::PredicateType { found, .. }) => assert_eq!(found, TestResult::TYPE),
        other => panic!("{other:?}"),
    }
    let payload = draft().to_json().unwrap();
    let error = verify(&verifier, &sealed("text/plain", &payload, &key)).unwrap_err();
    assert!(matches!(error, AttestationError::NoStatement), "{error}");
    let error = verify(&verifier, &sealed(PAYLOAD_TYPE, b"{}", &key)).unwrap_err();
    assert!(matches!(error, AttestationError::Statement(_)), "{error}");
    let text = String::from_utf8(payload)
        .unwrap()
        .replace("PASSED", "FINE");
    let error = verify(&verifier, &sealed(PAYLOAD_TYPE, text.as_bytes(), &key)).unwrap_err();
    assert!(matches!(error, AttestationError::Predicate(_)), "{error}");
    // What nobody here knows is left to whoever does.
    let text = text.replace(TestResult::TYPE, "https://example.com/other");
    let attested = verify(&verifier, &sealed(PAYLOAD_TYPE, text.as_bytes(), &key)).unwrap();
    assert!(attested.predicate().is_none());
}

#[test]
fn subjects_are_compared_by_every_digest_that_is_known() {
    let key = key();
    let verifier = of_keys(&[&key]);
    let (sha256, blake2b) = (digest(), Digest::of(Algorithm::Blake2b512, b"weights"));
    let other = Digest::of(Algorithm::Sha256, b"other");
    let set = |pairs: &[(&str, String)]| {
        pairs.iter().fold(DigestSet::new(), |set, (name, digits)| {
            set.with(name, digits).unwrap()
        })
    };
    let about = |sets: &[DigestSet], digests: &[Digest]| {
        let draft = sets.iter().fold(Draft::new(result()), |draft, set| {
            draft.with_digests("m", set.clone())
        });
        let json = draft.sign(&[&key]).unwrap().to_json();
        verify(&verifier, &json)
            .unwrap()
            .about(digests)
            .map(|verified| *verified.digest())
    };
    let right = set(&[("sha256", sha256.to_hex()), ("blake2b", blake2b.to_hex())]);
    let half = set(&[
        ("sha256", sha256.to_hex()),
        ("blake2b", Digest::of(Algorithm::Blake2b512, b"x").to_hex()),
    ]);
    let wrong = set(&[("sha256", other.to_hex())]);
    let weak = set(&[("sha1", "0".repeat(40)), ("gitCommit", "0".repeat(40))]);
    assert_eq!(
        about(std::slice::from_ref(&right), &[sha256, blake2b]),
        Ok(sha256)
    );
    assert_eq!(about(std::slice::from_ref(&right), &[blake2b]), Ok(blake2b));
    assert_eq!(
        about(&[wrong.clone(), right], &[sha256, blake2b]),
        Ok(sha256)
    );
    // One digest that differs is enough to be another artifact.
    assert!(matches!(
        about(std::slice::from_ref(&half), &[sha256, blake2b]),
        Err(SubjectError::Mismatch { .. })
    ));
    assert_eq!(about(&[half], &[sha256]), Ok(sha256));
    match about(&[wrong], &[sha256]) {
        Err(SubjectError::Mismatch {
            algorithm: Algorithm::Sha256,
            found,
            wanted,
        }) => {
            assert_eq!((found, wanted), (sha256.to_hex(), other.to_hex()));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        about(&[weak], &[sha256]),
        Err(SubjectError::NothingToCompare)
    );
}

#[test]
fn a_statement_of_version_0_1_goes_with_a_provenance_of_v0_2() {
    let key = key();
    let provenance = ProvenanceV0_2::new("https://example.com/builder", "https://example.com/make");
    let draft =
        Draft::new(Predicate::ProvenanceV0_2(Box::new(provenance))).with_subject("m", &digest());
    let text = String::from_utf8(draft.to_json().unwrap()).unwrap();
    assert!(
        text.starts_with(r#"{"_type":"https://in-toto.io/Statement/v0.1","subject":[{"name":"m","#),
        "{text}"
    );
    let json = draft.sign(&[&key]).unwrap().to_json();
    let attested = verify(&of_keys(&[&key]), &json).unwrap();
    assert!(attested.about(&[digest()]).is_ok());
}

#[test]
fn lines_that_are_not_recognised_are_kept_apart() {
    let key = key();
    let json = draft().sign(&[&key]).unwrap().to_json();
    let lines = [
        b"{\"a\":1}\n",
        &json[..],
        b"\n\nnot json\n",
        &draft().sign_bundle(&key).unwrap().to_json(),
    ]
    .concat();
    let all = evidence(&lines);
    let verifier = of_keys(&[&key]);
    let verdicts: Vec<_> = all
        .iter()
        .map(|evidence| {
            (
                evidence.line(),
                verifier.verify(evidence, forge::now()).is_ok(),
            )
        })
        .collect();
    assert_eq!(verdicts, [(1, false), (2, true), (4, false), (5, true)]);
    // A document over several lines is one.
    let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let pretty = serde_json::to_vec_pretty(&value).unwrap();
    assert_eq!(evidence(&pretty).len(), 1);
    assert!(verify(&verifier, &pretty).is_ok());
    let limits = Limits::default();
    assert!(matches!(
        Evidence::read_all(b" \n", &limits),
        Err(EvidenceError::Empty)
    ));
    assert!(matches!(
        Evidence::read_all(b"{}", &limits),
        Err(EvidenceError::Unknown)
    ));
    assert!(matches!(
        Evidence::read_all(b"x", &limits),
        Err(EvidenceError::Json(_))
    ));
    let many = b"{}\n".repeat(1_001);
    assert!(matches!(
        Evidence::read_all(&many, &limits),
        Err(EvidenceError::TooMany { found: 1_001, .. })
    ));
    let few = Limits::default().with_json_bytes(json.len() - 1);
    assert!(Evidence::read_all(&json, &few).is_err());
}

/// A signer whose key the certificates of the tests know.
struct Known {
    key: forge::Key,
    public: PublicKey,
}

impl Signer for Known {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(self.key.scheme(), message))
    }
}

#[test]
fn a_company_vouches_for_its_signer() {
    let (root, signer) = (forge::Key::p384("root"), forge::Key::p256("signer"));
    let read = |der: &[u8]| Certificate::from_der(der, &ChainLimits::default()).unwrap();
    let anchor = read(&forge::Draft::authority("root", "root", &root).sign(&root));
    let leaf =
        forge::Draft::signer("root", "signer", &signer).with(names(&[(0x81, b"ml@example.com")]));
    let leaf = read(&leaf.sign(&root));
    let public = PublicKey::from_spki_der(&signer.spki()).unwrap();
    let known = Known {
        key: signer,
        public,
    };
    let json = draft()
        .sign_bundle_with_chain(&known, std::slice::from_ref(&leaf))
        .unwrap()
        .to_json();
    let verifier = |expected| {
        let anchors = TrustAnchors::new(vec![anchor.clone()]).unwrap();
        AttestationVerifier::of_certificates(anchors, expected)
    };
    let verify_at = |expected, at: SystemTime| verifier(expected).verify(&evidence(&json)[0], at);
    for expected in [
        ExpectedSigner::Subject("CN=signer".into()),
        ExpectedSigner::AlternativeName("email:ml@example.com".into()),
        ExpectedSigner::Anyone,
    ] {
        let attested = verify_at(expected, forge::now()).unwrap();
        assert!(matches!(
            attested.signers(),
            [AttestationSigner::Certificate(_)]
        ));
        assert!(attested.about(&[digest()]).is_ok());
    }
    for expected in [
        ExpectedSigner::Subject("CN=other".into()),
        ExpectedSigner::Subject("CN=signe".into()),
        ExpectedSigner::AlternativeName("ml@example.com".into()),
    ] {
        let error = verify_at(expected, forge::now()).unwrap_err();
        assert!(
            matches!(error, AttestationError::WrongSigner { .. }),
            "{error}"
        );
    }
    let error = verify_at(ExpectedSigner::Anyone, SystemTime::UNIX_EPOCH).unwrap_err();
    let is_early = matches!(
        error,
        AttestationError::Certificate(CertificateError::NotYetValid { .. })
    );
    assert!(is_early, "{error}");
    // Keys and certificates do not stand in for each other.
    let error = verify(
        &AttestationVerifier::of_keys(vec![known.public.clone()]).unwrap(),
        &json,
    )
    .unwrap_err();
    assert!(
        matches!(error, AttestationError::OtherMaterial(_)),
        "{error}"
    );
    let envelope = draft().sign(&[&known]).unwrap().to_json();
    let error = verify(&verifier(ExpectedSigner::Anyone), &envelope).unwrap_err();
    assert!(
        matches!(error, AttestationError::OtherMaterial(_)),
        "{error}"
    );
    let other = draft().sign_bundle_with_chain(&known, std::slice::from_ref(&anchor));
    assert!(matches!(other, Err(DraftError::OtherCertificate)));
    assert!(verifier(ExpectedSigner::Anyone).with_threshold(2).is_err());
}

#[test]
fn nothing_is_signed_about_nothing_or_by_nobody() {
    let key = key();
    assert!(matches!(
        Draft::new(result()).sign(&[&key]),
        Err(DraftError::NoSubject)
    ));
    let without = Draft::new(result()).with_digests("m", DigestSet::new());
    assert!(matches!(without.sign(&[&key]), Err(DraftError::NoSubject)));
    assert!(matches!(draft().sign(&[]), Err(DraftError::NoSigner)));
}
