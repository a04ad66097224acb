use std::time::{Duration, SystemTime};

use insta::assert_snapshot;
use serde_json::{Value, json};
use weighbridge::digest::{Algorithm, Digest, RootDigest};
use weighbridge::sign::attest::Draft;
use weighbridge::sign::key::{KeyAlgorithm, PrivateKey};
use weighbridge::sign::predicate::{Predicate, SimpleVerification, Timestamp};

use crate::sandbox::Sandbox;
use crate::schema::Schema;

fn draft(digest: &Digest) -> Draft {
    let created = Timestamp::of(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600));
    let properties = vec!["EXAMPLE_SCANNED".to_owned()];
    let result = SimpleVerification::new("https://example.com/scanner", created, properties);
    Draft::new(Predicate::SimpleVerification(result)).with_subject("model", digest)
}

/// A file `model.bin`, keys, and attestations of it: `good.json` an envelope, `good.bundle` a bundle.
fn sandbox() -> (Sandbox, Vec<PrivateKey>) {
    let sandbox = Sandbox::with(&[("model.bin", b"weights")]);
    let keys: Vec<_> = (0..3)
        .map(|_| PrivateKey::generate(KeyAlgorithm::P256).unwrap())
        .collect();
    for (at, key) in keys.iter().enumerate() {
        sandbox.file(format!("{at}.pem"), key.public_key().to_pem().as_bytes());
    }
    let digest = Digest::of(Algorithm::Sha256, b"weights");
    sandbox.file(
        "good.json",
        &draft(&digest).sign(&[&keys[0]]).unwrap().to_json(),
    );
    sandbox.file(
        "good.bundle",
        &draft(&digest).sign_bundle(&keys[0]).unwrap().to_json(),
    );
    sandbox.file(
        "both.json",
        &draft(&digest)
            .sign(&[&keys[0], &keys[1]])
            .unwrap()
            .to_json(),
    );
    (sandbox, keys)
}

fn exit(sandbox: &Sandbox, file: &str, more: &[&str]) -> String {
    let arguments = [&["attest", "verify", file, "--subject", "model.bin"], more].concat();
    let run = sandbox.run(&arguments);
    run.lines().next().unwrap().to_owned()
}

/// Puts a word in the place of the one fingerprint that a run prints.
fn without_fingerprint(run: &str) -> String {
    let (before, after) = run.split_once("key sha256:").unwrap();
    let rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    format!("{before}key sha256:…{rest}")
}

#[test]
fn an_attestation_of_a_file_is_verified() {
    let (sandbox, _) = sandbox();
    let run = sandbox.run(&[
        "attest",
        "verify",
        "good.json",
        "--subject",
        "model.bin",
        "--key",
        "0.pem",
    ]);
    assert_snapshot!(without_fingerprint(&run), @"
    exit: 0
    --- stdout
    `model.bin`: attested
      digest     sha256:9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c
    line 1: valid
      predicate  https://in-toto.io/attestation/svr/v0.2
      signer     p256 key sha256:…
      subject    model
    --- stderr
    ");
    let predicate = [
        "--predicate-type",
        "https://in-toto.io/attestation/svr/v0.2",
    ];
    for file in ["good.json", "good.bundle"] {
        assert_eq!(exit(&sandbox, file, &["--key", "0.pem"]), "exit: 0");
        assert_eq!(
            exit(
                &sandbox,
                file,
                &[&["--key", "0.pem"], &predicate[..]].concat()
            ),
            "exit: 0"
        );
    }
}

#[test]
fn what_does_not_hold_is_told_apart_from_what_cannot_be_read() {
    let (sandbox, _) = sandbox();
    sandbox.file("other.bin", b"other");
    sandbox.file("empty.json", b"");
    sandbox.file("object.json", b"{}");
    let key: &[&str] = &["--key", "0.pem"];
    // Another key, another predicate, another model.
    assert_eq!(exit(&sandbox, "good.json", &["--key", "1.pem"]), "exit: 1");
    assert_eq!(
        exit(
            &sandbox,
            "good.json",
            &[key, &["--predicate-type", "https://slsa.dev/provenance/v1"]].concat()
        ),
        "exit: 1"
    );
    let run = sandbox.run(&[
        "attest",
        "verify",
        "good.json",
        "--subject",
        "other.bin",
        "--key",
        "0.pem",
    ]);
    assert!(run.starts_with("exit: 1"), "{run}");
    // Nothing that could be an attestation, and nothing to trust.
    for file in ["empty.json", "object.json", "model.bin"] {
        assert_eq!(exit(&sandbox, file, key), "exit: 2", "{file}");
    }
    assert_eq!(
        exit(&sandbox, "good.json", &["--key", "model.bin"]),
        "exit: 2"
    );
    assert_eq!(
        exit(&sandbox, "good.json", &["--certificate-chain", "0.pem"]),
        "exit: 2"
    );
    // Wrong usage.
    for more in [
        &[][..],
        &["--key", "none.pem"],
        &["--key", "0.pem", "--threshold", "2"],
        &["--key", "0.pem", "--threshold", "0"],
        &["--key", "0.pem", "--certificate-chain", "0.pem"],
        &["--identity", "a@example.com"],
        &["--key", "0.pem", "--at", "yesterday"],
    ] {
        assert_eq!(exit(&sandbox, "good.json", more), "exit: 4", "{more:?}");
    }
    assert_eq!(exit(&sandbox, "none.json", key), "exit: 4");
}

#[test]
fn several_keys_can_be_demanded() {
    let (sandbox, _) = sandbox();
    let all = ["--key", "0.pem", "1.pem", "2.pem", "--threshold"];
    let with = |file, threshold| exit(&sandbox, file, &[&all[..], &[threshold]].concat());
    assert_eq!(with("both.json", "2"), "exit: 0");
    assert_eq!(with("both.json", "3"), "exit: 1");
    assert_eq!(with("good.json", "2"), "exit: 1");
    assert_eq!(
        exit(
            &sandbox,
            "both.json",
            &["--key", "0.pem", "0.pem", "--threshold", "2"]
        ),
        "exit: 4"
    );
}

#[test]
fn one_of_several_lines_is_enough_and_the_others_are_listed() {
    let (sandbox, keys) = sandbox();
    let other = Digest::of(Algorithm::Sha256, b"other");
    let lines = [
        &b"{\"unknown\":1}\n"[..],
        &draft(&other).sign(&[&keys[0]]).unwrap().to_json(),
        b"\n",
        &draft(&other).sign(&[&keys[1]]).unwrap().to_json(),
        b"\n",
        &sandbox.bytes("good.bundle"),
        b"\n",
    ];
    sandbox.file("all.jsonl", &lines.concat());
    let arguments = [
        "attest",
        "verify",
        "all.jsonl",
        "--subject",
        "model.bin",
        "--key",
        "0.pem",
        "--format",
        "json",
    ];
    let report = sandbox.json(&arguments);
    Schema::read("attestation.schema.json").check(&report);
    let of = |key: &str| -> Vec<Value> {
        let all = report["attestations"].as_array().unwrap();
        all.iter().map(|judged| judged[key].clone()).collect()
    };
    assert_eq!(report["valid"], true);
    assert_eq!(of("line"), [json!(1), json!(2), json!(3), json!(4)]);
    assert_eq!(
        of("valid"),
        [json!(false), json!(false), json!(false), json!(true)]
    );
    assert_eq!(
        of("code"),
        [
            json!("malformed-evidence"),
            json!("other-subject"),
            json!("signature"),
            Value::Null
        ]
    );
    assert_eq!(
        report["attestations"][3]["digest"],
        report["subject"]["digests"][0]
    );
}

#[test]
fn a_folder_is_attested_by_its_root_digest() {
    let (sandbox, keys) = sandbox();
    for (name, bytes) in [
        ("m/b/x.txt", &b"1"[..]),
        ("m/a.txt", b"2"),
        ("m/.gitignore", b"3"),
        ("m/claims.jsonl", b"4"),
    ] {
        sandbox.file(name, bytes);
    }
    let digests = [b"2", b"1"].map(|bytes| Digest::of(Algorithm::Sha256, bytes));
    let root = RootDigest::of(&digests);
    let signed = draft(root.digest()).sign(&[&keys[0]]).unwrap().to_json();
    sandbox.file("claim.json", &signed);
    let arguments = [
        "attest",
        "verify",
        "claim.json",
        "--subject",
        "m",
        "--key",
        "0.pem",
    ];
    let run = sandbox.run(&arguments);
    assert!(run.starts_with("exit: 0"), "{run}");
    // The file with the attestation may lie in the folder.
    sandbox.file("m/claim.json", &signed);
    let within = [
        "attest",
        "verify",
        "m/claim.json",
        "--subject",
        "m",
        "--key",
        "0.pem",
    ];
    let run = sandbox.run(&within);
    assert!(run.starts_with("exit: 0"), "{run}");
    // Any other file changes the digest, and so does another name or another byte.
    assert!(sandbox.run(&arguments).starts_with("exit: 1"));
    std::fs::remove_file(sandbox.path("m/claim.json")).unwrap();
    assert!(sandbox.run(&arguments).starts_with("exit: 0"));
    sandbox.file("m/b/x.txt", b"0");
    assert!(sandbox.run(&arguments).starts_with("exit: 1"));
    sandbox.file("m/b/x.txt", b"1");
    // Weights under a name that is left out are refused.
    sandbox.file(
        "m/model.sig",
        b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00K\x01K\x02\x86.",
    );
    let run = sandbox.run(&arguments);
    assert!(run.starts_with("exit: 2"), "{run}");
}

#[cfg(unix)]
#[test]
fn a_folder_with_a_link_has_no_root_digest() {
    let (sandbox, _) = sandbox();
    sandbox.file("m/a.txt", b"1");
    std::os::unix::fs::symlink("a.txt", sandbox.path("m/b.txt")).unwrap();
    let run = sandbox.run(&[
        "attest",
        "verify",
        "good.json",
        "--subject",
        "m",
        "--key",
        "0.pem",
    ]);
    assert!(run.starts_with("exit: 2"), "{run}");
    assert!(run.contains("`b.txt` is a link"), "{run}");
}

#[test]
fn what_a_statement_says_cannot_move_the_cursor() {
    let (sandbox, keys) = sandbox();
    let digest = Digest::of(Algorithm::Sha256, b"weights");
    let created = Timestamp::of(SystemTime::UNIX_EPOCH);
    let result = SimpleVerification::new("https://example.com/scanner", created, Vec::new());
    let draft = Draft::new(Predicate::SimpleVerification(result))
        .with_subject("\u{1b}[2J\u{202e}x", &digest);
    sandbox.file("odd.json", &draft.sign(&[&keys[0]]).unwrap().to_json());
    let run = sandbox.run(&[
        "attest",
        "verify",
        "odd.json",
        "--subject",
        "model.bin",
        "--key",
        "0.pem",
    ]);
    assert!(run.contains(r"subject    \x1b[2J\u{202e}x"), "{run}");
}
