use std::error::Error as _;
use std::time::Duration;

use model_keyless::{Error, GithubCredentials, IdentityToken, KeylessSigner, Step};
use sigstore_standins::{Claims, Fault, Sigstore, Standin};

use crate::instance::{
    WORKFLOW, endpoint, impatient, now, plain, signer, statement, token, verify,
};

fn credentials(sigstore: &Sigstore) -> GithubCredentials {
    GithubCredentials::new(endpoint(&sigstore.token_url()), sigstore.token_secret())
}

#[test]
fn a_job_of_github_gets_its_token_and_signs_with_it() {
    let sigstore = Sigstore::start();
    let token = credentials(&sigstore)
        .request("sigstore", &impatient())
        .unwrap();
    assert_eq!(token.issuer(), sigstore.issuer());
    let signer = KeylessSigner::new(plain(&sigstore), token).with_options(impatient());
    let signed = signer.sign_statement(&statement(), now()).unwrap();
    let identity = format!("https://github.com/{WORKFLOW}");
    verify(&sigstore, signed.as_bytes(), &identity).unwrap();
    let requests = sigstore.requests(Standin::Tokens);
    assert_eq!(requests[0].path, "/token?api-version=2.0&audience=sigstore");
}

#[test]
fn a_wrong_secret_gets_no_token() {
    let sigstore = Sigstore::start();
    let credentials = GithubCredentials::new(endpoint(&sigstore.token_url()), "hush-hush-hush");
    let error = credentials.request("sigstore", &impatient()).unwrap_err();
    assert_eq!(error.code(), "token-refused");
    assert!(matches!(
        error,
        Error::Refused {
            step: Step::Token,
            status: 401,
            ..
        }
    ));
    assert!(!format!("{error} {error:?} {credentials:?}").contains("hush"));
}

#[test]
fn what_the_token_endpoint_says_amiss_is_typed_and_not_quoted() {
    let sigstore = Sigstore::start();
    let cases = [
        (&b"hush"[..], "answer-malformed"),
        (b"{\"value\": 5, \"x\": \"hush\"}", "answer-malformed"),
        (b"{\"value\": \"hush\"}", "token-malformed"),
        (b"{}", "answer-malformed"),
    ];
    for (says, code) in cases {
        sigstore.fail(Standin::Tokens, Fault::Says(says.to_vec()));
        let error = credentials(&sigstore)
            .request("sigstore", &impatient())
            .unwrap_err();
        assert_eq!(error.code(), code);
        assert_eq!(error.step(), Some(Step::Token));
        let source = error.source().map(ToString::to_string);
        assert!(!format!("{error} {error:?} {source:?}").contains("hush"));
    }
}

#[test]
fn a_token_that_is_over_is_not_sent_anywhere() {
    let sigstore = Sigstore::start();
    let token = token(
        &sigstore,
        &Claims::email("dev@example.com").with_lifetime(-1),
    );
    let signer = KeylessSigner::new(plain(&sigstore), token).with_options(impatient());
    let error = signer.sign_statement(&statement(), now()).unwrap_err();
    assert!(matches!(error, Error::TokenExpired { at, expires } if at >= expires));
    assert!(sigstore.requests(Standin::Fulcio).is_empty());
}

#[test]
fn a_token_that_is_over_by_the_clock_of_fulcio_is_refused_there() {
    let sigstore = Sigstore::start();
    let token = token(
        &sigstore,
        &Claims::email("dev@example.com").with_lifetime(-60),
    );
    let signer = KeylessSigner::new(plain(&sigstore), token).with_options(impatient());
    // The caller's clock is slow.
    let at = now() - Duration::from_secs(120);
    let error = signer.sign_statement(&statement(), at).unwrap_err();
    assert_eq!(error.code(), "certificate-refused");
    assert!(
        error.to_string().contains("the token has expired"),
        "{error}"
    );
}

#[test]
fn a_token_for_another_audience_or_of_another_issuer_is_refused() {
    let sigstore = Sigstore::start();
    let other = Sigstore::start();
    let email = Claims::email("dev@example.com");
    let tokens = [
        token(&sigstore, &email.clone().with_audience("somebody")),
        token(&other, &email),
    ];
    for token in tokens {
        let signer = KeylessSigner::new(plain(&sigstore), token).with_options(impatient());
        let error = signer.sign_statement(&statement(), now()).unwrap_err();
        assert!(matches!(
            error,
            Error::Refused {
                step: Step::Certificate,
                status: 401,
                ..
            }
        ));
    }
    assert!(sigstore.requests(Standin::Rekor).is_empty());
}

#[test]
fn the_token_is_sent_to_fulcio_alone_and_shown_nowhere() {
    let sigstore = Sigstore::start();
    let text = sigstore.token(&Claims::email("dev@example.com"));
    let token = IdentityToken::parse(&text).unwrap();
    let signer = KeylessSigner::new(plain(&sigstore), token).with_options(impatient());
    let signed = signer.sign_statement(&statement(), now()).unwrap();
    let [_, claims, signature] = text.split('.').collect::<Vec<_>>()[..] else {
        panic!("a JWT has three parts");
    };
    let shown = format!(
        "{signer:?} {signed:?} {}",
        String::from_utf8_lossy(signed.as_bytes())
    );
    for request in sigstore.requests(Standin::Rekor) {
        let text = String::from_utf8(request.body).unwrap();
        assert!(!text.contains(claims) && !text.contains(signature));
    }
    assert!(!shown.contains(claims) && !shown.contains(signature));
}

#[test]
fn a_refusal_that_repeats_the_token_is_not_passed_on() {
    let sigstore = Sigstore::start();
    let text = sigstore.token(&Claims::email("dev@example.com"));
    let signature = text.rsplit('.').next().unwrap();
    for says in [format!("bad token {text}"), format!("bad part {signature}")] {
        sigstore.fail(Standin::Fulcio, Fault::Status(400, says));
        let signer = KeylessSigner::new(plain(&sigstore), IdentityToken::parse(&text).unwrap());
        let error = signer.sign_statement(&statement(), now()).unwrap_err();
        assert!(
            matches!(&error, Error::Refused { answer, .. } if answer.is_empty()),
            "{error}"
        );
    }
    sigstore.fail(Standin::Fulcio, Fault::Status(400, "no luck".to_owned()));
    let error = signer(&sigstore, plain(&sigstore))
        .sign_statement(&statement(), now())
        .unwrap_err();
    assert_eq!(error.to_string(), "Fulcio refused: HTTP 400: `no luck`");
}
