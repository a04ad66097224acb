use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use model_sign::keyed::Artifact;
use model_sign::sigstore::{
    Identity, Issuer, KeylessVerifier, SigstoreError, SubjectKind, TimeSource, TrustRoot,
};

use crate::cases::{Case, Signer, at};

/// What a valid bundle is verified with.
struct Expected {
    case: Case,
    identity: String,
    issuer: String,
}

impl Expected {
    fn verify(&self, identity: Identity, issuer: &str) -> Result<(), SigstoreError> {
        let root = TrustRoot::from_json(&self.case.root).map_err(SigstoreError::TrustRoot)?;
        let issuer = Issuer::exact(issuer).unwrap();
        KeylessVerifier::new(root, identity, issuer)
            .verify_artifact(
                &self.case.bundle,
                Artifact::Bytes(&self.case.artifact),
                at(),
            )
            .map(drop)
    }
}

/// Says that each field of who signed is compared.
pub(crate) fn trials(case: Case) -> Vec<Trial> {
    let Signer::Identity(identity, issuer) = &case.signer else {
        return Vec::new();
    };
    let (identity, issuer) = (identity.clone(), issuer.clone());
    let expected = Arc::new(Expected {
        case,
        identity,
        issuer,
    });
    let trial = |name: &str, run: fn(&Expected) -> Result<(), Failed>| {
        let expected = Arc::clone(&expected);
        Trial::test(format!("identity::{name}"), move || run(&expected))
    };
    vec![
        trial("another_subject_is_refused", another_subject_is_refused),
        trial(
            "another_kind_of_subject_is_refused",
            another_kind_of_subject_is_refused,
        ),
        trial("another_issuer_is_refused", another_issuer_is_refused),
        trial(
            "a_pattern_has_to_match_all_of_it",
            a_pattern_has_to_match_all_of_it,
        ),
        trial(
            "what_is_signed_after_the_time_is_refused",
            what_is_signed_after_the_time_is_refused,
        ),
        trial(
            "what_the_certificate_says_is_told",
            what_the_certificate_says_is_told,
        ),
        trial(
            "a_bare_signature_is_no_statement",
            a_bare_signature_is_no_statement,
        ),
    ]
}

fn another_subject_is_refused(expected: &Expected) -> Result<(), Failed> {
    let identity = &expected.identity;
    expected.verify(Identity::exact(identity)?, &expected.issuer)?;
    for other in [
        identity.to_uppercase(),
        format!("{identity} "),
        format!("{identity}/"),
        identity.replace("main", "dev"),
        identity.replace("https", "http"),
        identity.trim_end_matches("main").to_owned(),
    ] {
        let result = expected.verify(Identity::exact(&other)?, &expected.issuer);
        let Err(SigstoreError::WrongIdentity { found, wanted }) = result else {
            return Err(format!("{other}: {result:?}").into());
        };
        assert_eq!((found.as_str(), wanted.as_str()), (&**identity, &*other));
    }
    Ok(())
}

fn another_kind_of_subject_is_refused(expected: &Expected) -> Result<(), Failed> {
    for kind in [SubjectKind::Email, SubjectKind::UserName] {
        let identity = Identity::exact(&expected.identity)?.of_kind(kind);
        let result = expected.verify(identity, &expected.issuer);
        if !matches!(result, Err(SigstoreError::WrongIdentity { .. })) {
            return Err(format!("{kind}: {result:?}").into());
        }
    }
    Ok(())
}

fn another_issuer_is_refused(expected: &Expected) -> Result<(), Failed> {
    let issuer = &expected.issuer;
    for other in [
        format!("{issuer}/"),
        issuer.replace("https", "http"),
        issuer.to_uppercase().replace("HTTPS", "https"),
        "https://accounts.google.com".to_owned(),
        issuer.trim_end_matches("com").to_owned(),
    ] {
        let result = expected.verify(Identity::exact(&expected.identity)?, &other);
        let Err(SigstoreError::WrongIssuer { found, wanted }) = result else {
            return Err(format!("{other}: {result:?}").into());
        };
        assert_eq!((&*found, wanted.as_str()), (&**issuer, &*other));
    }
    Ok(())
}

fn a_pattern_has_to_match_all_of_it(expected: &Expected) -> Result<(), Failed> {
    let owner = r"https://github\.com/sigstore-conformance/";
    for (pattern, is_accepted) in [
        (format!("{owner}.*"), true),
        (format!("{owner}[^@]+@refs/heads/(main|release)"), true),
        (owner.to_owned(), false),
        (format!("{owner}[^@]+"), false),
        ("sigstore-conformance".to_owned(), false),
        (format!("{owner}.*dev"), false),
    ] {
        let result = expected.verify(Identity::matching(&pattern)?, &expected.issuer);
        if result.is_ok() != is_accepted {
            return Err(format!("{pattern}: {result:?}").into());
        }
    }
    Ok(())
}

fn what_is_signed_after_the_time_is_refused(expected: &Expected) -> Result<(), Failed> {
    let case = &expected.case;
    let artifact = Artifact::Bytes(&case.artifact);
    let root = TrustRoot::from_json(&case.root)?;
    let identity = Identity::exact(&expected.identity)?;
    let verifier = KeylessVerifier::new(root, identity, Issuer::exact(&expected.issuer)?);
    let times = verifier.verify_artifact(&case.bundle, artifact, at())?;
    let [signed] = times.times() else {
        return Err(format!("{times:?}").into());
    };
    assert_eq!(signed.source(), TimeSource::Log);
    verifier.verify_artifact(&case.bundle, artifact, signed.time())?;
    let before = signed.time() - Duration::from_secs(1);
    let result = verifier.verify_artifact(&case.bundle, artifact, before);
    assert!(matches!(result, Err(SigstoreError::FromTheFuture { at, .. }) if at == before));
    // Before anybody was to be trusted, nobody is.
    let long_before = std::time::SystemTime::UNIX_EPOCH;
    assert!(
        verifier
            .verify_artifact(&case.bundle, artifact, long_before)
            .is_err()
    );
    Ok(())
}

fn what_the_certificate_says_is_told(expected: &Expected) -> Result<(), Failed> {
    let case = &expected.case;
    let verified = case.verify(Artifact::Bytes(&case.artifact))?;
    let signer = verified.signer().ok_or("nobody")?;
    assert_eq!(signer.subject().kind(), SubjectKind::Uri);
    assert_eq!(signer.issuer(), expected.issuer);
    let workload = signer.workload();
    assert_eq!(workload.source_ref.as_deref(), Some("refs/heads/main"));
    let repository =
        "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon";
    assert_eq!(workload.source_repository.as_deref(), Some(repository));
    let [entry] = verified.entries() else {
        return Err(format!("{verified:?}").into());
    };
    assert_eq!(
        (entry.log(), entry.kind()),
        ("https://rekor.sigstore.dev", "hashedrekord/0.0.1")
    );
    assert!(entry.index().is_some());
    Ok(())
}

fn a_bare_signature_is_no_statement(expected: &Expected) -> Result<(), Failed> {
    let root = TrustRoot::from_json(&expected.case.root)?;
    let identity = Identity::exact(&expected.identity)?;
    let verifier = KeylessVerifier::new(root, identity, Issuer::exact(&expected.issuer)?);
    let result = verifier.verify_statement(&expected.case.bundle, at());
    assert!(
        matches!(result, Err(SigstoreError::NoStatement)),
        "{result:?}"
    );
    Ok(())
}
