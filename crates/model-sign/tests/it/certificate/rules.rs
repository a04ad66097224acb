use std::time::Duration;

use model_sign::certificate::{AlternativeName, AuthorityFault, CertificateError, SignerFault};

use super::forge::{
    ANY_PURPOSE, CODE_SIGNING, Draft, Key, SERVER, attributes, authority, authority_key,
    constraints, critical, extension, key_usage, name, names, now, purposes, seq, subject_key, tlv,
};
use super::{Company, anchors, read, verify};

#[test]
fn a_chain_gives_the_signer_and_its_anchor() {
    let company = Company::new();
    let signer = company.signer().with(names(&[
        (0x81, b"ml@example.com"),
        (0x86, b"https://example.com/ml"),
        (0x82, b"a.example"),
    ]));
    let leaf = company.with_signer(&signer).unwrap();
    assert_eq!(leaf.public_key().to_spki_der(), company.signer.spki());
    assert_eq!(leaf.subject().to_string(), "CN=signer");
    assert_eq!(leaf.anchor().to_string(), "CN=root");
    assert_eq!(leaf.intermediates(), 1);
    assert_eq!(leaf.serial(), [0x42]);
    assert_eq!(leaf.at(), now());
    let root = read(&company.root().sign(&company.root)).unwrap();
    assert_eq!(leaf.anchor_fingerprint(), &root.fingerprint());
    assert_eq!(
        leaf.alternative_names(),
        [
            AlternativeName::Email("ml@example.com".into()),
            AlternativeName::Uri("https://example.com/ml".into()),
            AlternativeName::Dns("a.example".into()),
        ]
    );
}

#[test]
fn the_rest_of_a_chain_may_stand_in_any_order_and_hold_more() {
    let company = Company::new();
    let (root, intermediate) = (
        company.root().sign(&company.root),
        company.intermediate().sign(&company.root),
    );
    let signer = company.signer().sign(&company.intermediate);
    let stranger = Draft::authority("x", "y", &company.root).sign(&company.root);
    for chain in [
        vec![signer.clone(), intermediate.clone(), root.clone()],
        vec![signer.clone(), root.clone(), stranger, intermediate.clone()],
        vec![signer.clone(), intermediate.clone(), intermediate.clone()],
    ] {
        verify(std::slice::from_ref(&root), &chain, now()).unwrap();
    }
    // The intermediate may come from the side of whoever verifies.
    let leaf = verify(
        &[intermediate.clone(), root.clone()],
        std::slice::from_ref(&signer),
        now(),
    )
    .unwrap();
    assert_eq!(leaf.intermediates(), 1);
    let error = verify(&[root], &[signer], now()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "issuer `CN=intermediate` of `CN=signer` is neither trusted nor presented"
    );
    let error = anchors(&[intermediate]).unwrap_err();
    assert!(
        matches!(error, CertificateError::NoAnchor { found: 1 }),
        "{error}"
    );
}

#[test]
fn a_root_of_the_same_name_with_another_key_is_no_anchor() {
    let company = Company::new();
    let other = Key::p256("other root");
    let root = Draft::authority("root", "root", &other).sign(&other);
    let chain = [
        company.signer().sign(&company.intermediate),
        company.intermediate().sign(&company.root),
        company.root().sign(&company.root),
    ];
    let error = verify(&[root], &chain, now()).unwrap_err();
    assert!(
        matches!(error, CertificateError::BadSignature { .. }),
        "{error}"
    );
}

#[test]
fn a_self_signed_signer_is_trusted_by_its_bytes_alone() {
    let key = Key::p256("lonely");
    let own = Draft::signer("lonely", "lonely", &key).sign(&key);
    let leaf = verify(
        std::slice::from_ref(&own),
        std::slice::from_ref(&own),
        now(),
    )
    .unwrap();
    assert_eq!(leaf.intermediates(), 0);
    assert_eq!(leaf.anchor().to_string(), "CN=lonely");
    // Another certificate of the same key and name is not the one that is trusted, and no authority made it.
    let mut another = Draft::signer("lonely", "lonely", &key);
    another.serial = vec![7];
    let error = verify(&[own], &[another.sign(&key)], now()).unwrap_err();
    assert!(
        matches!(error, CertificateError::NotAnAuthority { .. }),
        "{error}"
    );
}

#[test]
fn every_certificate_of_a_path_has_to_be_valid_at_the_time() {
    let company = Company::new();
    let start = now() - Duration::from_secs(365 * 86_400);
    let chain = |root: &Draft, intermediate: &Draft, signer: &Draft, at| {
        let chain = [
            signer.sign(&company.intermediate),
            intermediate.sign(&company.root),
        ];
        verify(&[root.sign(&company.root)], &chain, at)
    };
    let (root, intermediate, signer) = (company.root(), company.intermediate(), company.signer());
    let short = |mut draft: Draft| {
        draft.not_before = "250601000000Z";
        draft.not_after = "250601000001Z";
        draft
    };
    let moment = start + Duration::from_secs(151 * 86_400);
    for (at, wanted) in [
        (moment, "valid"),
        (moment + Duration::from_secs(1), "valid"),
        (moment - Duration::from_nanos(1), "before"),
        (moment + Duration::from_secs(2), "after"),
    ] {
        for which in 0..3 {
            let pick = |draft: &Draft, number| {
                if which == number {
                    short(draft.clone())
                } else {
                    draft.clone()
                }
            };
            let verified = chain(
                &pick(&root, 0),
                &pick(&intermediate, 1),
                &pick(&signer, 2),
                at,
            );
            let found = match &verified {
                Ok(_) => "valid",
                Err(CertificateError::NotYetValid {
                    subject,
                    not_before,
                    ..
                }) => {
                    assert_eq!(subject, ["CN=root", "CN=intermediate", "CN=signer"][which]);
                    assert_eq!(*not_before, moment);
                    "before"
                }
                Err(CertificateError::Expired {
                    subject, not_after, ..
                }) => {
                    assert_eq!(subject, ["CN=root", "CN=intermediate", "CN=signer"][which]);
                    assert_eq!(*not_after, moment + Duration::from_secs(1));
                    "after"
                }
                Err(other) => panic!("{other}"),
            };
            assert_eq!(found, wanted, "certificate {which}");
        }
    }
    let error = chain(&root, &intermediate, &short(signer), now()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "certificate of `CN=signer` is judged at 2026-01-01T00:00:00Z, after its end 2025-06-01T00:00:01Z"
    );
}

#[test]
fn what_a_signers_certificate_says_of_its_use_decides() {
    let company = Company::new();
    let bare = company.signer().without_extensions();
    let with = |extensions: &[Vec<u8>]| {
        let draft = extensions.iter().fold(bare.clone(), |draft, extension| {
            draft.with(extension.clone())
        });
        match company.with_signer(&draft) {
            Ok(_) => None,
            Err(CertificateError::NotForSigning { fault, .. }) => Some(fault),
            Err(other) => panic!("{other}"),
        }
    };
    let digital_signature = key_usage(0x80);
    assert_eq!(with(std::slice::from_ref(&digital_signature)), None);
    assert_eq!(with(&[purposes(&[CODE_SIGNING])]), None);
    assert_eq!(
        with(&[digital_signature.clone(), purposes(&[SERVER, CODE_SIGNING])]),
        None
    );
    assert_eq!(
        with(&[digital_signature.clone(), purposes(&[ANY_PURPOSE])]),
        None
    );
    assert_eq!(
        with(&[digital_signature.clone(), purposes(&[SERVER])]),
        Some(SignerFault::OtherPurpose)
    );
    assert_eq!(
        with(&[purposes(&[SERVER])]),
        Some(SignerFault::OtherPurpose)
    );
    assert_eq!(
        with(&[key_usage(0x20)]),
        Some(SignerFault::NoDigitalSignature)
    );
    assert_eq!(
        with(&[key_usage(0x20), purposes(&[CODE_SIGNING])]),
        Some(SignerFault::NoDigitalSignature)
    );
    assert_eq!(with(&[]), Some(SignerFault::Unstated));
    // The conformance suite's own signer is marked as an authority; its key usage makes it a signer.
    assert_eq!(with(&[digital_signature, authority(None)]), None);
}

#[test]
fn an_issuer_has_to_be_an_authority() {
    let company = Company::new();
    let fault = |draft: &Draft| match company.with_intermediate(draft) {
        Err(CertificateError::NotAnAuthority { subject, fault }) => {
            assert_eq!(subject, "CN=intermediate");
            fault
        }
        other => panic!("{other:?}"),
    };
    let bare = company.intermediate().without_extensions();
    let no_authority = extension("2.5.29.19", &seq(&[]));
    assert_eq!(fault(&bare), AuthorityFault::NoAuthority);
    assert_eq!(
        fault(&bare.clone().with(no_authority)),
        AuthorityFault::NoAuthority
    );
    assert_eq!(
        fault(&bare.clone().with(key_usage(0x04))),
        AuthorityFault::NoAuthority
    );
    let usage = bare.clone().with(authority(None)).with(key_usage(0x82));
    assert_eq!(fault(&usage), AuthorityFault::NoCertificateSigning);
    let purpose = company.intermediate().with(purposes(&[SERVER]));
    assert_eq!(fault(&purpose), AuthorityFault::OtherPurpose);
    company
        .with_intermediate(&bare.with(authority(None)))
        .unwrap();
    let purpose = company.intermediate().with(purposes(&[CODE_SIGNING]));
    company.with_intermediate(&purpose).unwrap();
    let error = company
        .with_root(&company.root().without_extensions())
        .unwrap_err();
    assert!(
        matches!(error, CertificateError::NotAnAuthority { .. }),
        "{error}"
    );
}

#[test]
fn a_path_is_no_longer_than_its_authorities_allow() {
    let company = Company::new();
    let bare = company.root().without_extensions().with(key_usage(0x04));
    company
        .with_root(&bare.clone().with(authority(Some(1))))
        .unwrap();
    let error = company
        .with_root(&bare.with(authority(Some(0))))
        .unwrap_err();
    match error {
        CertificateError::PathTooLong {
            subject,
            found,
            most,
        } => {
            assert_eq!((subject.as_str(), found, most), ("CN=root", 1, 0));
        }
        other => panic!("{other}"),
    }
    // The signer itself does not count.
    let bare = company
        .intermediate()
        .without_extensions()
        .with(key_usage(0x04));
    company
        .with_intermediate(&bare.with(authority(Some(0))))
        .unwrap();
}

#[test]
fn self_issued_intermediates_do_not_count() {
    let company = Company::new();
    let (old, new) = (Key::p256("old"), Key::p256("new"));
    let root = company.root().without_extensions().with(authority(Some(1)));
    let chain = [
        Draft::signer("i", "signer", &company.signer).sign(&new),
        Draft::authority("i", "i", &new).sign(&old),
        Draft::authority("root", "i", &old).sign(&company.root),
    ];
    let leaf = verify(&[root.sign(&company.root)], &chain, now()).unwrap();
    assert_eq!(leaf.intermediates(), 2);
}

#[test]
fn critical_extensions_have_to_be_understood() {
    let company = Company::new();
    let unknown = |kind: &str| {
        let signer = company.signer().with(critical(kind, &[5, 0]));
        match company.with_signer(&signer) {
            Err(CertificateError::UnknownCriticalExtension { extension }) => extension.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(unknown("1.2.3.4"), "1.2.3.4");
    // Policy constraints can demand a policy, which nothing here looks for.
    assert_eq!(unknown("2.5.29.36"), "2.5.29.36");
    let harmless = extension("1.2.3.4", &[0xff, 0xff]);
    company
        .with_signer(&company.signer().with(harmless))
        .unwrap();
    let policies = critical("2.5.29.32", &seq(&[&seq(&[&tlv(0x06, &[&[0x2a, 3]])])]));
    company
        .with_signer(&company.signer().with(policies))
        .unwrap();
}

#[test]
fn an_extension_stands_once() {
    let company = Company::new();
    let error = company
        .with_signer(&company.signer().with(key_usage(0x80)))
        .unwrap_err();
    assert_eq!(error.to_string(), "extension 2.5.29.15 stands twice");
}

#[test]
fn only_version_3_is_read() {
    let company = Company::new();
    for (version, wanted) in [(None, 1), (Some(0), 1), (Some(1), 2), (Some(3), 4)] {
        let mut draft = company.signer();
        draft.version = version;
        match read(&draft.sign(&company.intermediate)) {
            Err(CertificateError::Version { found }) => assert_eq!(found, wanted),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn key_identifiers_choose_between_certificates_of_one_name() {
    let company = Company::new();
    let right = company
        .intermediate()
        .with(subject_key(b"right"))
        .sign(&company.root);
    let mut chain = vec![
        company
            .signer()
            .with(authority_key(b"right"))
            .sign(&company.intermediate),
    ];
    for number in 0_u8..20 {
        let key = Key::p256(&format!("wrong {number}"));
        let wrong = Draft::authority("root", "intermediate", &key).with(subject_key(&[number]));
        chain.push(wrong.sign(&company.root));
    }
    chain.push(right);
    let root = company.root().sign(&company.root);
    // Two signatures are all that is needed: the identifiers lead the way.
    let limits = super::ChainLimits::default().with_signatures(2);
    super::verify_within(std::slice::from_ref(&root), &chain, now(), &limits).unwrap();
    // And where they mislead, the way is found all the same.
    let chain = [
        company
            .signer()
            .with(authority_key(b"left"))
            .sign(&company.intermediate),
        company
            .intermediate()
            .with(subject_key(b"right"))
            .sign(&company.root),
    ];
    verify(&[root], &chain, now()).unwrap();
}

#[test]
fn issuers_are_found_by_the_bytes_of_their_name() {
    let company = Company::new();
    for written in [
        attributes(&[("2.5.4.3", 0x13, "intermediate")]),
        name("Intermediate"),
    ] {
        let mut signer = company.signer();
        signer.issuer = written;
        let error = company.with_signer(&signer).unwrap_err();
        assert!(
            matches!(error, CertificateError::UnknownIssuer { .. }),
            "{error}"
        );
    }
}

#[test]
fn names_stay_within_what_authorities_permit() {
    let company = Company::new();
    let email = |address: &'static str| company.signer().with(names(&[(0x81, address.as_bytes())]));
    let within = |constraints: &Vec<u8>, signer: &Draft| {
        let intermediate = company.intermediate().with(constraints.clone());
        company.verify(&company.root(), &intermediate, signer)
    };
    let permitted = constraints(&[(0x81, b"example.com")], &[]);
    within(&permitted, &email("a@example.com")).unwrap();
    within(&permitted, &company.signer()).unwrap();
    let error = within(&permitted, &email("a@example.org")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "name `email:a@example.org` is not permitted by `CN=intermediate`"
    );
    let excluded = constraints(&[], &[(0x81, b"example.com")]);
    within(&excluded, &email("a@example.org")).unwrap();
    let error = within(&excluded, &email("a@sub.EXAMPLE.com")).unwrap_err();
    assert!(
        matches!(error, CertificateError::NameExcluded { .. }),
        "{error}"
    );
    // Addresses in the subject's own name are held to it as well.
    let mut signer = email("a@example.com");
    signer.subject = attributes(&[("1.2.840.113549.1.9.1", 0x16, "a@evil.org")]);
    let error = within(&permitted, &signer).unwrap_err();
    assert!(
        matches!(error, CertificateError::NameNotPermitted { .. }),
        "{error}"
    );
    // A name that no constraint can be applied to is refused, not passed over.
    let error = within(&permitted, &email("nobody")).unwrap_err();
    assert!(
        matches!(error, CertificateError::NameConstraint { .. }),
        "{error}"
    );
    let other = constraints(&[], &[(0x88, &[0x2a, 3])]);
    let error = within(&other, &company.signer().with(names(&[(0x88, &[0x2a, 4])]))).unwrap_err();
    assert!(
        matches!(error, CertificateError::NameConstraint { .. }),
        "{error}"
    );
}

#[test]
fn constraints_of_a_root_hold_for_all_below() {
    let company = Company::new();
    let big = |common: &str| attributes(&[("2.5.4.10", 0x0c, "Big Co"), ("2.5.4.3", 0x0c, common)]);
    let tree = attributes(&[("2.5.4.10", 0x13, "BIG CO")]);
    let root = company.root().with(constraints(&[(0xa4, &tree)], &[]));
    let mut intermediate = company.intermediate();
    let mut signer = company.signer();
    let error = company.verify(&root, &intermediate, &signer).unwrap_err();
    assert!(
        matches!(error, CertificateError::NameNotPermitted { .. }),
        "{error}"
    );
    (intermediate.subject, signer.issuer) = (big("intermediate"), big("intermediate"));
    let error = company.verify(&root, &intermediate, &signer).unwrap_err();
    assert_eq!(
        error.to_string(),
        "name `directory:CN=signer` is not permitted by `CN=root`"
    );
    signer.subject = big("signer");
    company.verify(&root, &intermediate, &signer).unwrap();
}

#[test]
fn a_subject_is_shown_escaped() {
    let company = Company::new();
    let mut signer = company.signer();
    signer.subject = name("a\u{1b}[2J,CN=root");
    let leaf = company.with_signer(&signer).unwrap();
    assert_eq!(
        leaf.subject().to_string(),
        r"CN=a\1B[2J\,CN\=root".replace(r"\=", "=")
    );
}
