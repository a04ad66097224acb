use model_sign::certificate::{
    Certificate, CertificateError, ChainLimit, ChainLimits, TrustAnchors,
};

use super::forge::{Draft, Key, attributes, constraints, name, names, now, tlv};
use super::{Company, read, verify, verify_within};

#[test]
fn no_byte_of_a_signer_or_an_intermediate_can_be_changed() {
    let company = Company::new();
    let root = company.root().sign(&company.root);
    let whole = [
        company
            .signer()
            .with(names(&[(0x81, b"a@example.com")]))
            .sign(&company.intermediate),
        company.intermediate().sign(&company.root),
    ];
    let trusted = TrustAnchors::new(vec![read(&root).unwrap()]).unwrap();
    let limits = ChainLimits::default();
    let judge = |chain: &[Vec<u8>; 2]| {
        trusted
            .verify(&[&chain[0], &chain[1]], now(), &limits)
            .map(drop)
    };
    judge(&whole).unwrap();
    for which in 0..2 {
        for at in 0..whole[which].len() {
            for mask in [0x01, 0x80, 0xff] {
                let mut chain = whole.clone();
                chain[which][at] ^= mask;
                assert!(
                    judge(&chain).is_err(),
                    "byte {at} of certificate {which} with {mask:#x}"
                );
            }
        }
    }
}

#[test]
fn nothing_may_be_cut_off_or_added() {
    let company = Company::new();
    let whole = company.signer().sign(&company.intermediate);
    for end in 0..whole.len() {
        assert!(
            matches!(read(&whole[..end]), Err(CertificateError::Der(_))),
            "{end} bytes"
        );
    }
    let error = read(&[&whole[..], &[0]].concat()).unwrap_err();
    assert!(matches!(error, CertificateError::Der(_)), "{error}");
}

#[test]
fn the_length_of_a_signature_has_one_form() {
    let company = Company::new();
    let body = company.signer();
    let good = body.sign(&company.intermediate);
    // The same elements with a length of more bytes than needed.
    let mut long = vec![0x30, 0x83, 0];
    long.extend(&good[2..]);
    assert_eq!(good[1], 0x82);
    assert!(matches!(read(&long), Err(CertificateError::Der(_))));
}

#[test]
fn a_maze_of_certificates_of_one_name_ends_at_the_budget() {
    // Each of the many certificates of one name is signed by each of the many keys: without a budget the number
    // of paths is the factorial of their number.
    let keys: Vec<Key> = (0..15)
        .map(|number| Key::ed25519(&format!("maze {number}")))
        .collect();
    let mut chain = vec![Draft::signer("maze", "signer", &Key::p256("signer")).sign(&keys[0])];
    for (at, key) in keys.iter().enumerate() {
        for offset in [1, 2] {
            let issuer = &keys[(at + offset) % keys.len()];
            chain.push(Draft::authority("maze", "maze", key).sign(issuer));
        }
    }
    let root = Key::p256("root");
    let root = Draft::authority("root", "root", &root).sign(&root);
    let limits = ChainLimits::default();
    match verify_within(std::slice::from_ref(&root), &chain, now(), &limits) {
        Err(CertificateError::LimitExceeded {
            what: ChainLimit::Signatures,
            most: 100,
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
    let limits = limits.with_signatures(1_000_000).with_steps(500);
    match verify_within(&[root], &chain, now(), &limits) {
        Err(CertificateError::LimitExceeded {
            what: ChainLimit::Steps,
            most: 500,
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_ring_of_certificates_is_left() {
    let (first, second) = (Key::p256("first"), Key::p256("second"));
    let chain = [
        Draft::signer("a", "signer", &Key::p256("signer")).sign(&first),
        Draft::authority("b", "a", &first).sign(&second),
        Draft::authority("a", "b", &second).sign(&first),
    ];
    let root = Key::p256("root");
    let root = Draft::authority("root", "root", &root).sign(&root);
    assert!(verify(&[root], &chain, now()).is_err());
}

#[test]
fn a_path_has_no_more_intermediates_than_the_limit() {
    let keys: Vec<Key> = (0..5)
        .map(|number| Key::ed25519(&format!("step {number}")))
        .collect();
    let label = |number: usize| format!("step {number}");
    let mut chain = vec![Draft::signer(&label(4), "signer", &Key::p256("signer")).sign(&keys[4])];
    for number in (1..5).rev() {
        let draft = Draft::authority(&label(number - 1), &label(number), &keys[number]);
        chain.push(draft.sign(&keys[number - 1]));
    }
    let root = [Draft::authority(&label(0), &label(0), &keys[0]).sign(&keys[0])];
    let limits = ChainLimits::default();
    let leaf = verify_within(&root, &chain, now(), &limits.clone().with_intermediates(4)).unwrap();
    assert_eq!(leaf.intermediates(), 4);
    match verify_within(&root, &chain, now(), &limits.with_intermediates(3)) {
        Err(CertificateError::LimitExceeded {
            what: ChainLimit::Intermediates,
            found: 4,
            most: 3,
        }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn names_and_constraints_are_compared_within_the_budget() {
    let company = Company::new();
    let hosts: Vec<String> = (0..600)
        .map(|number| format!("{number}.example.com"))
        .collect();
    let all: Vec<(u8, &[u8])> = hosts.iter().map(|host| (0x82, host.as_bytes())).collect();
    let intermediate = company.intermediate().with(constraints(&[], &all[..500]));
    let signer = company.signer().with(names(&all[500..]));
    company
        .verify(&company.root(), &intermediate, &signer)
        .unwrap();
    let chain = [
        signer.sign(&company.intermediate),
        intermediate.sign(&company.root),
    ];
    let limits = ChainLimits::default().with_comparisons(50_000);
    match verify_within(
        &[company.root().sign(&company.root)],
        &chain,
        now(),
        &limits,
    ) {
        Err(CertificateError::LimitExceeded {
            what: ChainLimit::Comparisons,
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn comparing_a_long_name_costs_as_much_as_it_is_long() {
    // Nobody trusts this authority, and yet its constraints are looked at on the way to whom one might trust.
    let authority = Key::ed25519("authority");
    let long = "A ".repeat(25_000);
    let name_of_it = attributes(&[("2.5.4.3", 0x0c, &long)]);
    let trees = vec![name("B"); 1_500];
    let trees: Vec<(u8, &[u8])> = trees.iter().map(|tree| (0xa4, tree.as_slice())).collect();
    let mail = format!("{}@example.com", "a".repeat(50_000));
    let mails = vec![(0x81, &b"b@example.com"[..]); 1_500];
    let mut directory = Draft::signer("authority", "signer", &Key::p256("signer"));
    directory.subject = name_of_it;
    let mailbox = Draft::signer("authority", "signer", &Key::p256("signer"))
        .with(names(&[(0x81, mail.as_bytes())]));
    let root = Key::p256("root");
    let root = Draft::authority("root", "root", &root).sign(&root);
    for (signer, trees) in [(directory, trees), (mailbox, mails)] {
        let draft = Draft::authority("nobody", "authority", &authority);
        let chain = [
            signer.sign(&authority),
            draft
                .with(constraints(&[], &trees))
                .sign(&Key::p256("nobody")),
        ];
        let limits = ChainLimits::default();
        match verify_within(std::slice::from_ref(&root), &chain, now(), &limits) {
            Err(CertificateError::LimitExceeded {
                what: ChainLimit::Comparisons,
                most: 250_000,
                ..
            }) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn chains_and_certificates_have_a_size() {
    let company = Company::new();
    let leaf = company.signer().sign(&company.intermediate);
    let limits = ChainLimits::default().with_certificate_bytes(leaf.len() - 1);
    match Certificate::from_der(&leaf, &limits) {
        Err(CertificateError::LimitExceeded {
            what: ChainLimit::CertificateBytes,
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
    let root = company.root().sign(&company.root);
    let limits = ChainLimits::default().with_presented(2);
    match verify_within(std::slice::from_ref(&root), &vec![leaf; 3], now(), &limits) {
        Err(CertificateError::LimitExceeded {
            what: ChainLimit::Presented,
            found: 3,
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
    let error = verify(&[root], &[], now()).unwrap_err();
    assert!(matches!(error, CertificateError::NoCertificate), "{error}");
}

#[test]
fn nesting_costs_no_stack() {
    let mut nested = Vec::new();
    for _ in 0..9_000 {
        nested = tlv(0x30, &[&nested]);
        if nested.len() > 60_000 {
            break;
        }
    }
    assert!(read(&nested).is_err());
}

#[test]
fn control_characters_in_alternative_names_are_refused() {
    let company = Company::new();
    for name in [
        &b"a@example.com\0.evil"[..],
        b"a\n@b",
        b"\xc3\xa4@b",
        b"\x7f",
    ] {
        let signer = company.signer().with(names(&[(0x81, name)]));
        let error = company.with_signer(&signer).unwrap_err();
        assert!(matches!(error, CertificateError::Der(_)), "{error}");
    }
}
