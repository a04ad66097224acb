//! Signs keyless against stand-ins for Sigstore on loopback.

use std::process::Output;

use sigstore_standins::{Claims, Fault, Sigstore, Standin};

use crate::sandbox::Sandbox;
use crate::schema::Schema;

const SIGN: [&str; 4] = ["sign-blob", "model.bin", "--bundle", "model.sigstore.json"];

/// A folder with a model, the trust root and the signing configuration of an instance.
fn sandbox(sigstore: &Sigstore) -> Sandbox {
    Sandbox::with(&[
        ("model.bin", b"abc"),
        ("root.json", sigstore.trusted_root().as_bytes()),
        ("v1.json", sigstore.signing_config(1).as_bytes()),
        ("v2.json", sigstore.signing_config(2).as_bytes()),
    ])
}

fn run(sandbox: &Sandbox, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let arguments = [&SIGN, arguments].concat();
    let mut command = sandbox.command(&arguments);
    command.envs(environment.iter().copied()).output().unwrap()
}

fn texts(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn a_file_is_signed_and_what_is_written_verifies() {
    let sigstore = Sigstore::start();
    let sandbox = sandbox(&sigstore);
    let token = sigstore.token(&Claims::email("dev@example.com"));
    sandbox.file("token", format!("{token}\n").as_bytes());
    for config in ["v1.json", "v2.json"] {
        let arguments = [
            "--signing-config",
            config,
            "--identity-token-file",
            "token",
            "--trusted-root",
            "root.json",
            "--expect-identity",
            "dev@example.com",
            "--force",
        ];
        let (code, out, err) = texts(&run(&sandbox, &arguments, &[]));
        assert_eq!(code, Some(0), "{err}");
        assert!(
            out.starts_with("`model.bin`: signed\n  digest     sha256:ba7816bf"),
            "{out}"
        );
        assert!(
            out.contains(
                "\n  identity   dev@example.com\n  issuer     https://token.actions.example\n"
            ),
            "{out}"
        );
        assert!(
            out.ends_with("  verified   with the trust root given\n"),
            "{out}"
        );
        let bundle: serde_json::Value =
            serde_json::from_slice(&sandbox.bytes("model.sigstore.json")).unwrap();
        assert_eq!(
            bundle["mediaType"],
            "application/vnd.dev.sigstore.bundle.v0.3+json"
        );
    }
}

#[test]
fn a_statement_is_signed_as_one() {
    let sigstore = Sigstore::start();
    let sandbox = sandbox(&sigstore);
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let statement = serde_json::json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": "model.bin", "digest": { "sha256": digest } }],
        "predicateType": "https://example.com/weighed/v1",
        "predicate": { "verdict": "clean" },
    });
    sandbox.file("statement.json", statement.to_string().as_bytes());
    let token = sigstore.token(&Claims::email("dev@example.com"));
    let sign = |file: &str| {
        let arguments = [
            "sign-blob",
            file,
            "--statement",
            "--bundle",
            "statement.sigstore.json",
            "--signing-config",
            "v1.json",
            "--identity-token",
            &token,
            "--trusted-root",
            "root.json",
        ];
        texts(&sandbox.command(&arguments).output().unwrap())
    };
    let (code, _, err) = sign("model.bin");
    assert_eq!(code, Some(2));
    assert!(
        err.contains("(not-a-statement): not an in-toto statement"),
        "{err}"
    );
    assert!(sigstore.requests(Standin::Fulcio).is_empty());
    let (code, out, err) = sign("statement.json");
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.ends_with("  verified   with the trust root given\n"),
        "{out}"
    );
    let bundle: serde_json::Value =
        serde_json::from_slice(&sandbox.bytes("statement.sigstore.json")).unwrap();
    assert_eq!(
        bundle["dsseEnvelope"]["payloadType"],
        "application/vnd.in-toto+json"
    );
}

/// Signs the folder `model` keyless and returns what `verify` says of it for somebody.
struct Folder<'s> {
    sandbox: &'s Sandbox,
}

impl Folder<'_> {
    fn sign(&self, token: &str, more: &[&str]) -> (Option<i32>, String, String) {
        let arguments = [
            "sign",
            "model",
            "--method",
            "sigstore",
            "--signing-config",
            "v1.json",
            "--identity-token",
            token,
            "--trusted-root",
            "root.json",
            "--quiet",
        ];
        let arguments = [&arguments[..], more].concat();
        texts(&self.sandbox.command(&arguments).output().unwrap())
    }

    fn verify(&self, identity: &str) -> (Option<i32>, String, String) {
        let arguments = [
            "verify",
            "model",
            "--identity",
            identity,
            "--issuer",
            "https://token.actions.example",
            "--trusted-root",
            "root.json",
        ];
        texts(&self.sandbox.command(&arguments).output().unwrap())
    }
}

#[test]
fn a_model_is_signed_keyless_and_verifies_for_its_signer_alone() {
    let sigstore = Sigstore::start();
    let sandbox = sandbox(&sigstore);
    sandbox.file("model/config.json", b"{}");
    sandbox.file("model/weights.bin", b"weights");
    let token = sigstore.token(&Claims::email("dev@example.com"));
    let folder = Folder { sandbox: &sandbox };
    let (code, out, err) = folder.sign(&token, &[]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.starts_with("`model`: signed\n"), "{out}");
    assert!(out.contains("dev@example.com"), "{out}");
    assert!(out.contains("\n  log index  "), "{out}");

    let (code, out, err) = folder.verify("dev@example.com");
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("files      2, by sha256"), "{out}");
    let (code, out, _) = folder.verify("mallory@example.com");
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("mallory@example.com"), "{out}");
    sandbox.file("model/weights.bin", b"weightS");
    let (code, out, _) = folder.verify("dev@example.com");
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("weights.bin"), "{out}");
}

#[test]
fn a_model_signed_keyless_takes_no_key_and_one_signed_with_a_key_asks_nobody() {
    let sigstore = Sigstore::start();
    let sandbox = sandbox(&sigstore);
    sandbox.file("model/weights.bin", b"weights");
    let token = sigstore.token(&Claims::email("dev@example.com"));
    let folder = Folder { sandbox: &sandbox };
    let (code, _, err) = folder.sign(&token, &["--key", "root.json"]);
    assert_eq!(code, Some(4));
    assert!(err.contains("makes a key of its own"), "{err}");
    let arguments = [
        "sign",
        "model",
        "--key",
        "k.pem",
        "--identity-token",
        &token,
    ];
    let (code, _, err) = texts(&sandbox.command(&arguments).output().unwrap());
    assert_eq!(code, Some(4));
    assert!(err.contains("are for --method sigstore"), "{err}");
    let (code, _, _) = texts(&sandbox.command(&["sign", "model"]).output().unwrap());
    assert_eq!(code, Some(4));
    assert!(sigstore.requests(Standin::Fulcio).is_empty());
}

#[test]
fn who_is_asked_is_said_before() {
    let sigstore = Sigstore::start();
    let sandbox = sandbox(&sigstore);
    let token = sigstore.token(&Claims::email("dev@example.com"));
    let (fulcio, rekor) = (sigstore.fulcio_url(), sigstore.rekor_url());
    let arguments = ["--fulcio-url", &fulcio, "--rekor-url", &rekor];
    let (code, _, err) = texts(&run(&sandbox, &arguments, &[("SIGSTORE_ID_TOKEN", &token)]));
    assert_eq!(code, Some(0), "{err}");
    let host = |url: &str| url.replace("http://", "");
    assert_eq!(
        err,
        format!(
            "keyless: asking {} (certificate), {} (log); identity, time and hash stay in the log for good\n",
            host(&fulcio),
            host(&rekor)
        )
    );
    assert!(sigstore.requests(Standin::Timestamps).is_empty());
}

#[test]
fn a_job_of_github_signs_as_its_workflow() {
    let sigstore = Sigstore::start();
    let sandbox = sandbox(&sigstore);
    let arguments = [
        "--signing-config",
        "v1.json",
        "--trusted-root",
        "root.json",
        "--format",
        "json",
    ];
    let url = sigstore.token_url();
    let environment = [
        ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", sigstore.token_secret()),
    ];
    let (code, out, err) = texts(&run(&sandbox, &arguments, &environment));
    assert_eq!(code, Some(0), "{err}");
    assert!(
        err.starts_with("keyless: asking 127.0.0.1:") && err.contains(" (token)\n"),
        "{err}"
    );
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    Schema::read("signature.schema.json").check(&document);
    assert_eq!(
        document["identity"],
        "https://github.com/acme/models/.github/workflows/release.yml@refs/heads/main"
    );
    assert_eq!(document["verified"], true);
    assert!(!err.contains(sigstore.token_secret()));
}

#[test]
fn without_a_token_nobody_is_asked() {
    let sigstore = Sigstore::start();
    let sandbox = sandbox(&sigstore);
    let arguments = ["--signing-config", "v1.json"];
    for (environment, says) in [
        (&[][..], "give --identity-token-file"),
        (&[("GITHUB_ACTIONS", "true")], "id-token: write"),
        (&[("SIGSTORE_ID_TOKEN", "")], "give --identity-token-file"),
    ] {
        let (code, _, err) = texts(&run(&sandbox, &arguments, environment));
        assert_eq!(code, Some(4), "{err}");
        assert!(err.contains(says), "{err}");
    }
    assert!(sigstore.requests(Standin::Fulcio).is_empty());
}

#[test]
fn a_token_is_in_no_message() {
    let sigstore = Sigstore::start();
    let sandbox = sandbox(&sigstore);
    let (code, _, err) = texts(&run(&sandbox, &["--identity-token", "hush-hush"], &[]));
    assert_eq!(code, Some(2));
    assert_eq!(
        err,
        "error: --identity-token: the identity token is not a JWT\n"
    );
}

#[test]
fn a_refusal_is_told_by_its_step_and_nothing_is_written() {
    let refused = |standin| {
        let sigstore = Sigstore::start();
        let sandbox = sandbox(&sigstore);
        let says = "out of\u{1b}[31m luck".to_owned();
        sigstore.fail(standin, Fault::Status(503, says));
        let token = sigstore.token(&Claims::email("dev@example.com"));
        let arguments = ["--signing-config", "v1.json", "--identity-token", &token];
        let (code, out, err) = texts(&run(&sandbox, &arguments, &[]));
        assert_eq!((code, out), (Some(2), String::new()));
        assert!(!sandbox.path("model.sigstore.json").exists());
        err.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(
        refused(Standin::Fulcio),
        "error: cannot sign keyless (certificate-refused): Fulcio refused: HTTP 503: `out of [31m luck`"
    );
    assert_eq!(
        refused(Standin::Rekor),
        "error: cannot sign keyless (log-refused): Rekor refused: HTTP 503: `out of [31m luck`"
    );
}

#[test]
fn what_does_not_verify_is_not_written() {
    let sigstore = Sigstore::start();
    let sandbox = sandbox(&sigstore);
    let other = Sigstore::start();
    sandbox.file("other.json", other.trusted_root().as_bytes());
    let token = sigstore.token(&Claims::email("dev@example.com"));
    let arguments = [
        "--signing-config",
        "v1.json",
        "--identity-token",
        &token,
        "--trusted-root",
        "other.json",
    ];
    let (code, _, err) = texts(&run(&sandbox, &arguments, &[]));
    assert_eq!(code, Some(2));
    assert!(
        err.contains("error: what was signed does not verify: "),
        "{err}"
    );
    assert!(!sandbox.path("model.sigstore.json").exists());
}

#[test]
fn urls_elsewhere_have_to_be_https() {
    let sigstore = Sigstore::start();
    let sandbox = sandbox(&sigstore);
    for option in ["--fulcio-url", "--rekor-url", "--timestamp-url", "--proxy"] {
        let arguments = [
            option,
            "http://sigstore.example",
            "--identity-token",
            "a.b.c",
        ];
        let (code, _, err) = texts(&run(&sandbox, &arguments, &[]));
        assert_eq!(code, Some(4), "{err}");
        assert!(err.contains(option) && err.contains("use https"), "{err}");
    }
}

#[test]
fn a_bundle_that_is_there_stays() {
    let sigstore = Sigstore::start();
    let sandbox = sandbox(&sigstore);
    sandbox.file("model.sigstore.json", b"old");
    let token = sigstore.token(&Claims::email("dev@example.com"));
    let arguments = ["--signing-config", "v1.json", "--identity-token", &token];
    let (code, _, _) = texts(&run(&sandbox, &arguments, &[]));
    assert_eq!(code, Some(4));
    assert_eq!(sandbox.bytes("model.sigstore.json"), b"old");
    assert!(sigstore.requests(Standin::Fulcio).is_empty());
}
