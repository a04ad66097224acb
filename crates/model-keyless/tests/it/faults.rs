//! Services that answer, but not with what was asked for.

use std::time::Duration;

use model_keyless::{EntryPart, Error, Limits, Services, Step};
use sigstore_standins::{Fault, Sigstore, Standin};

use crate::instance::{impatient, now, plain, sign, signer, stamped, statement, tiled};

/// Signs with a service that misbehaves.
fn failing(
    standin: Standin,
    fault: Fault,
    services: fn(&Sigstore) -> Services,
) -> (Sigstore, Error) {
    let sigstore = Sigstore::start();
    sigstore.fail(standin, fault);
    let error = sign(&sigstore, services(&sigstore)).unwrap_err();
    (sigstore, error)
}

#[test]
fn a_certificate_for_another_key_is_refused() {
    let (sigstore, error) = failing(Standin::Fulcio, Fault::OtherKey, stamped);
    assert!(matches!(error, Error::CertificateKey));
    assert!(sigstore.requests(Standin::Rekor).is_empty());
}

#[test]
fn a_certificate_for_another_identity_is_refused() {
    let other = Fault::OtherIdentity("mallory@example.com".to_owned());
    let (sigstore, error) = failing(Standin::Fulcio, other, stamped);
    assert_eq!(
        error.to_string(),
        "the certificate is for `mallory@example.com`, wanted `dev@example.com`"
    );
    assert!(sigstore.requests(Standin::Rekor).is_empty());
}

#[test]
fn a_certificate_for_another_identity_than_the_caller_expects_is_refused() {
    let sigstore = Sigstore::start();
    let signer = signer(&sigstore, plain(&sigstore)).with_expected_identity("ops@example.com");
    let error = signer.sign_statement(&statement(), now()).unwrap_err();
    assert!(
        matches!(&error, Error::CertificateIdentity { found, wanted } if found == "dev@example.com" && wanted == "ops@example.com")
    );
    assert!(sigstore.requests(Standin::Rekor).is_empty());
}

#[test]
fn a_certificate_by_the_word_of_another_issuer_is_refused() {
    let other = Fault::OtherIssuer("https://issuer.example".to_owned());
    let (_, error) = failing(Standin::Fulcio, other, stamped);
    assert!(
        matches!(&error, Error::CertificateIssuer { found, .. } if found == "https://issuer.example")
    );
}

#[test]
fn a_certificate_for_another_token_is_refused() {
    let (_, error) = failing(
        Standin::Fulcio,
        Fault::OtherSubject("5678".to_owned()),
        stamped,
    );
    assert!(
        matches!(&error, Error::CertificateSubject { found, wanted } if found == "5678" && wanted == "1234")
    );
}

#[test]
fn a_certificate_that_is_over_is_refused() {
    let (sigstore, error) = failing(Standin::Fulcio, Fault::OldCertificate, stamped);
    assert!(matches!(error, Error::CertificateTime { at, not_after, .. } if at > not_after));
    assert!(sigstore.requests(Standin::Rekor).is_empty());
}

#[test]
fn a_certificate_without_its_sct_is_refused() {
    let (_, error) = failing(Standin::Fulcio, Fault::DetachedSct, stamped);
    assert!(matches!(error, Error::CertificateWithoutSct));
}

#[test]
fn an_entry_of_something_else_is_refused() {
    for services in [plain, tiled] {
        for (fault, wanted) in [
            (Fault::OtherHash, EntryPart::Hash),
            (Fault::OtherSignature, EntryPart::Signature),
        ] {
            let (_, error) = failing(Standin::Rekor, fault, services);
            assert!(
                matches!(error, Error::EntryDiffers { part } if part == wanted),
                "{error:?}"
            );
        }
    }
}

#[test]
fn a_blob_entry_of_something_else_is_refused() {
    for (fault, wanted) in [
        (Fault::OtherHash, EntryPart::Hash),
        (Fault::OtherSignature, EntryPart::Signature),
    ] {
        let sigstore = Sigstore::start();
        sigstore.fail(Standin::Rekor, fault);
        let error = signer(&sigstore, plain(&sigstore))
            .sign_blob(b"abc", now())
            .unwrap_err();
        assert!(
            matches!(error, Error::EntryDiffers { part } if part == wanted),
            "{error:?}"
        );
    }
}

#[test]
fn an_entry_that_proves_nothing_is_refused() {
    for services in [plain, tiled] {
        let (_, error) = failing(Standin::Rekor, Fault::NoProof, services);
        assert!(matches!(
            error,
            Error::EntryUnproven {
                part: EntryPart::InclusionProof
            }
        ));
    }
    let (_, error) = failing(Standin::Rekor, Fault::NoPromise, plain);
    assert!(matches!(
        error,
        Error::EntryUnproven {
            part: EntryPart::Time
        }
    ));
}

#[test]
fn the_second_log_needs_a_timestamp_authority() {
    let sigstore = Sigstore::start();
    let error = sign(&sigstore, tiled(&sigstore).without_timestamps()).unwrap_err();
    assert!(matches!(error, Error::NoTimestampAuthority));
    assert!(sigstore.requests(Standin::Fulcio).is_empty());
}

#[test]
fn a_timestamp_of_something_else_is_refused_before_the_log_is_asked() {
    let (sigstore, error) = failing(Standin::Timestamps, Fault::OtherImprint, stamped);
    assert!(matches!(error, Error::TimestampDiffers));
    assert!(sigstore.requests(Standin::Rekor).is_empty());
}

#[test]
fn a_timestamp_that_is_not_granted_is_refused() {
    let (sigstore, error) = failing(Standin::Timestamps, Fault::Rejected(2), stamped);
    assert!(matches!(error, Error::TimestampRefused { status: 2 }));
    assert!(sigstore.requests(Standin::Rekor).is_empty());
}

#[test]
fn an_answer_that_cannot_be_read_is_typed() {
    for (standin, step) in [
        (Standin::Fulcio, Step::Certificate),
        (Standin::Timestamps, Step::Timestamp),
        (Standin::Rekor, Step::Log),
    ] {
        for says in [
            &b""[..],
            b"{",
            b"[]",
            b"{}",
            b"null",
            b"\xff\xfe",
            b"{\"a\": {}}",
            b"{\"a\": {}, \"b\": {}}",
            b"{\"signedCertificateEmbeddedSct\": {\"chain\": {\"certificates\": []}}}",
            b"{\"signedCertificateEmbeddedSct\": {\"chain\": {\"certificates\": [\"x\"]}}}",
        ] {
            let (_, error) = failing(standin, Fault::Says(says.to_vec()), stamped);
            assert!(matches!(error, Error::AnswerMalformed { .. }), "{error:?}");
            assert_eq!(error.step(), Some(step));
        }
    }
}

#[test]
fn nesting_in_an_answer_is_bounded() {
    let deep = "[".repeat(1 << 19).into_bytes();
    for standin in [Standin::Fulcio, Standin::Rekor] {
        let (_, error) = failing(standin, Fault::Says(deep.clone()), plain);
        assert_eq!(error.code(), "answer-malformed");
    }
}

#[test]
fn a_statement_that_is_none_is_sent_nowhere() {
    let sigstore = Sigstore::start();
    let signer = signer(&sigstore, plain(&sigstore));
    for bytes in [&b""[..], b"hello", b"{}", b"[]", b"\xff"] {
        let error = signer.sign_statement(bytes, now()).unwrap_err();
        assert_eq!(error.code(), "not-a-statement");
    }
    let limits = Limits::default().with_statement(100);
    let small = signer.with_options(impatient().with_limits(limits));
    let error = small.sign_statement(&statement(), now()).unwrap_err();
    assert!(matches!(error, Error::StatementTooLarge { limit: 100, .. }));
    assert!(sigstore.requests(Standin::Fulcio).is_empty());
}

#[test]
fn a_clock_within_the_skew_is_no_fault() {
    let sigstore = Sigstore::start();
    let signer = signer(&sigstore, plain(&sigstore));
    let slow = now() - Duration::from_secs(200);
    signer.sign_statement(&statement(), slow).unwrap();
    let very_slow = now() - Duration::from_secs(400);
    let error = signer.sign_statement(&statement(), very_slow).unwrap_err();
    assert_eq!(error.code(), "certificate-time");
}
