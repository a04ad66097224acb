//! Services that do not answer as they should, or at all.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use model_keyless::{Error, Limits, Options, Services, Step};
use sigstore_standins::{Fault, Sigstore, Standin};

use crate::instance::{endpoint, impatient, now, plain, sign, signer, stamped, statement};

const ALL: [(Standin, Step); 3] = [
    (Standin::Fulcio, Step::Certificate),
    (Standin::Timestamps, Step::Timestamp),
    (Standin::Rekor, Step::Log),
];

fn failing(standin: Standin, fault: Fault) -> Error {
    let sigstore = Sigstore::start();
    sigstore.fail(standin, fault);
    sign(&sigstore, stamped(&sigstore)).unwrap_err()
}

#[test]
fn a_refusal_says_who_and_why() {
    for (standin, wanted) in ALL {
        for code in [400, 401, 403, 429, 500, 502, 503] {
            let error = failing(standin, Fault::Status(code, "out of luck".to_owned()));
            assert!(
                matches!(&error, Error::Refused { step, status, answer } if *step == wanted && *status == code && answer == "out of luck"),
                "{error:?}"
            );
        }
    }
}

#[test]
fn what_a_refusal_says_is_bounded_and_in_one_line() {
    let long = format!("a\n\u{1b}[31m{}", "b".repeat(100_000));
    let error = failing(Standin::Fulcio, Fault::Status(500, long));
    let Error::Refused { answer, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(answer.len(), 1024);
    assert!(!answer.contains(char::is_control));
}

#[test]
fn an_entry_that_is_too_large_is_named_so() {
    for (status, text) in [
        (413, ""),
        (400, "http: request body too large"),
        (422, "entry exceeds maximum size"),
    ] {
        let error = failing(Standin::Rekor, Fault::Status(status, text.to_owned()));
        assert_eq!(error.code(), "entry-too-large");
        assert!(error.to_string().contains("larger shards"), "{error}");
    }
    let error = failing(Standin::Fulcio, Fault::Status(413, String::new()));
    assert_eq!(error.code(), "certificate-refused");
}

#[test]
fn an_entry_that_is_there_already_is_named_so() {
    let error = failing(Standin::Rekor, Fault::Status(409, "exists".to_owned()));
    assert!(matches!(error, Error::AlreadyLogged));
}

#[test]
fn nobody_is_followed_elsewhere() {
    for (standin, wanted) in ALL {
        let sigstore = Sigstore::start();
        let other = Sigstore::start();
        sigstore.fail(
            standin,
            Fault::Redirect(format!("{}/api/v2/signingCert", other.fulcio_url())),
        );
        let error = sign(&sigstore, stamped(&sigstore)).unwrap_err();
        assert!(matches!(error, Error::Redirected { step, status: 307 } if step == wanted));
        assert!(other.requests(Standin::Fulcio).is_empty());
    }
}

#[test]
fn an_endless_answer_is_cut_off() {
    for (standin, wanted) in ALL {
        let error = failing(standin, Fault::Endless);
        assert!(
            matches!(error, Error::AnswerTooLarge { step, limit } if step == wanted && limit == 1 << 20),
            "{error:?}"
        );
    }
}

#[test]
fn a_service_that_says_nothing_is_not_waited_for() {
    let time = Duration::from_millis(300);
    let options = Options::default().with_limits(Limits::default().with_request_time(time));
    for (standin, wanted) in ALL {
        let sigstore = Sigstore::start();
        sigstore.fail(standin, Fault::Silent);
        let signer = signer(&sigstore, stamped(&sigstore)).with_options(options.clone());
        let start = Instant::now();
        let error = signer.sign_statement(&statement(), now()).unwrap_err();
        assert!(
            matches!(error, Error::TimedOut { step, limit, .. } if step == wanted && limit == time),
            "{error:?}"
        );
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn an_answer_that_breaks_off_is_typed() {
    for (standin, wanted) in ALL {
        let error = failing(standin, Fault::Hangup);
        assert!(
            matches!(error, Error::Unreachable { step, .. } if step == wanted),
            "{error:?}"
        );
    }
}

#[test]
fn a_service_that_is_not_there_is_named() {
    let sigstore = Sigstore::start();
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let nowhere = endpoint(&format!("http://{address}"));
    let services = plain(&sigstore).with_fulcio(nowhere);
    let error = sign(&sigstore, services).unwrap_err();
    let Error::Unreachable { step, host, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!((*step, host), (Step::Certificate, &address.to_string()));
}

#[test]
fn a_service_with_a_certificate_of_nobody_known_is_not_talked_to() {
    let sigstore = Sigstore::start();
    // The stand-in does not even speak TLS.
    let url = sigstore.fulcio_url().replace("http:", "https:");
    let services = Services::new(endpoint(&url), endpoint(&sigstore.rekor_url()));
    let error = signer(&sigstore, services)
        .with_options(impatient())
        .sign_statement(&statement(), now())
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unreachable {
                step: Step::Certificate,
                ..
            }
        ),
        "{error:?}"
    );
}
