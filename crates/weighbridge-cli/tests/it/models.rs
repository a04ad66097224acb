use std::fs;

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::schema::Schema;

/// A model of two files, and a pair of keys called `ci`.
fn with_model() -> Sandbox {
    let sandbox = Sandbox::with(&[("m/a.bin", b"weights"), ("m/sub/b.json", b"{}")]);
    let run = sandbox.run(&["keygen", "--name", "ci", "--algorithm", "p256"]);
    assert!(run.starts_with("exit: 0"), "{run}");
    sandbox
}

fn sign(sandbox: &Sandbox, more: &[&str]) -> String {
    sandbox.run(&[&["sign", "m", "--key", "ci.priv.pem"], more].concat())
}

const VERIFY: [&str; 4] = ["verify", "m", "--key", "ci.pub.pem"];

fn verify(sandbox: &Sandbox, more: &[&str]) -> String {
    sandbox.run(&[&VERIFY, more].concat())
}

/// Verifies, checks the report against its schema, and returns it.
fn report(sandbox: &Sandbox, more: &[&str]) -> Value {
    let report = sandbox.json(&[&VERIFY, more, &["--format", "json"]].concat());
    Schema::read("model-signature.schema.json").check(&report);
    report
}

fn kinds(report: &Value) -> Vec<(String, String)> {
    let listed = report["discrepancies"]["listed"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    listed
        .map(|one| (text(&one["name"]), text(&one["kind"])))
        .collect()
}

#[test]
fn a_model_is_signed_and_verified() {
    let sandbox = with_model();
    let signed = sandbox.json(&["sign", "m", "--key", "ci.priv.pem", "--format", "json"]);
    Schema::read("model-signature.schema.json").check(&signed);
    assert_eq!(signed["files"], 2);
    assert_eq!(signed["subject"], "m");
    let run = verify(&sandbox, &[]);
    assert!(
        run.starts_with("exit: 0\n--- stdout\n`m`: valid\n  signer     key p256 sha256:"),
        "{run}"
    );
    let valid = report(&sandbox, &[]);
    assert_eq!(valid["result"], "valid");
    assert_eq!(valid["root_digest"], signed["root_digest"]);
    assert_eq!(valid["relaxations"], Value::Array(Vec::new()));
    assert_eq!(valid["uncovered"]["signature"]["names"][0], "model.sig");
}

#[test]
fn every_discrepancy_is_a_line_and_the_exit_code_is_1() {
    let sandbox = with_model();
    sign(&sandbox, &[]);
    sandbox.file("m/a.bin", b"others");
    sandbox.file("m/c\n\u{202e}", b"");
    fs::remove_file(sandbox.path("m/sub/b.json")).unwrap();
    let run = verify(&sandbox, &[]);
    assert!(
        run.starts_with("exit: 1\n--- stdout\n`m`: not valid\n"),
        "{run}"
    );
    for line in [
        "  SIGN-ARTIFACT-MISMATCH: discrepancies 3",
        "  changed       `a.bin`: changed, has sha256:",
        "  missing       `sub/b.json`: missing, is signed and not there",
    ] {
        assert!(run.contains(line), "{run}");
    }
    assert!(!run.contains('\u{202e}'), "{run}");
    let refused = report(&sandbox, &[]);
    assert_eq!(refused["result"], "invalid");
    assert_eq!(
        kinds(&refused)[0],
        ("a.bin".to_owned(), "changed".to_owned())
    );
    let digest = |key: &str| {
        refused["discrepancies"]["listed"][0][key]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(digest("found").starts_with("sha256:") && digest("found") != digest("wanted"));
}

#[test]
fn another_key_is_refused_with_both_of_them() {
    let sandbox = with_model();
    sign(&sandbox, &[]);
    sandbox.run(&["keygen", "--name", "other", "--algorithm", "p256"]);
    let refused = sandbox.json(&["verify", "m", "--key", "other.pub.pem", "--format", "json"]);
    Schema::read("model-signature.schema.json").check(&refused);
    assert_eq!(refused["error"]["code"], "SIGN-SIGNER-KEY");
    assert!(refused["error"]["found"].is_string() && refused["error"]["wanted"].is_string());
}

#[test]
fn a_bundle_that_cannot_be_read_is_undecided() {
    let sandbox = with_model();
    for bundle in [&b""[..], b"{", b"\xff", b"[]", b"{\"mediaType\":1}"] {
        sandbox.file("bundle", bundle);
        let undecided = report(&sandbox, &["--signature", "bundle"]);
        assert_eq!(undecided["result"], "undecided");
        assert_eq!(undecided["error"]["code"], "SIGN-BUNDLE-MALFORMED");
        let run = verify(&sandbox, &["--signature", "bundle"]);
        assert!(run.starts_with("exit: 2\n"), "{run}");
    }
}

#[test]
fn a_command_line_that_expects_nobody_is_wrong() {
    let sandbox = with_model();
    for arguments in [
        &["verify", "m"][..],
        &["verify", "m", "--identity", "a@example.com"],
        &["verify", "m", "--issuer", "https://example.com"],
        &[
            "verify",
            "m",
            "--key",
            "ci.pub.pem",
            "--certificate-chain",
            "ci.pub.pem",
        ],
        &["verify", "m", "--model", "m/a.bin", "--key", "ci.pub.pem"],
        &[
            "verify",
            "--model",
            "m/a.bin",
            "--key",
            "ci.pub.pem",
            "--ignore-unsigned-files",
        ],
        &["verify", "none", "--key", "ci.pub.pem"],
        &["verify", "m", "--key", "ci.pub.pem"],
        &["verify", "m", "--key", "ci.pub.pem", "--ignore-path", "."],
        &[
            "verify",
            "m",
            "--key",
            "ci.pub.pem",
            "--ignore-path",
            "../ci.pub.pem",
        ],
        &[
            "sign",
            "m",
            "--key",
            "ci.priv.pem",
            "--method",
            "certificate",
        ],
        &["sign", "m", "--key", "ci.priv.pem", "--ignore-path", ".."],
        &["sign", "m", "--key", "ci.priv.pem", "--shard-size", "0"],
        &["sign", "m", "--key", "ci.priv.pem", "--signature", "none/x"],
        &[
            "sign",
            "m",
            "--key",
            "ci.priv.pem",
            "--signature",
            "ci.priv.pem",
            "--force",
        ],
    ] {
        let run = sandbox.run(arguments);
        assert!(run.starts_with("exit: 4\n"), "{arguments:?}: {run}");
    }
}

#[test]
fn a_signature_is_replaced_only_by_force_and_never_half_written() {
    let sandbox = with_model();
    sandbox.file("m/model.sig", b"something else");
    let run = sign(&sandbox, &[]);
    assert!(run.starts_with("exit: 4\n"), "{run}");
    assert_eq!(sandbox.bytes("m/model.sig"), b"something else");
    assert!(sign(&sandbox, &["--force"]).starts_with("exit: 0"));
    assert!(verify(&sandbox, &[]).starts_with("exit: 0"));
    // What fails leaves what was there.
    let before = sandbox.bytes("m/model.sig");
    sandbox.file("empty/.gitignore", b"");
    let run = sandbox.run(&["sign", "empty", "--key", "ci.priv.pem"]);
    assert!(run.starts_with("exit: 2\n"), "{run}");
    assert!(!sandbox.path("empty/model.sig").exists());
    let run = sandbox.run(&["sign", "m", "--key", "ci.pub.pem", "--force"]);
    assert!(run.starts_with("exit: 2\n"), "{run}");
    assert_eq!(sandbox.bytes("m/model.sig"), before);
    assert_eq!(sandbox.names(), ["ci.priv.pem", "ci.pub.pem", "empty", "m"]);
}

#[test]
fn paths_to_ignore_are_seen_from_the_model_or_from_here() {
    let sandbox = with_model();
    sandbox.file("m/log/x", b"1");
    for path in ["log", "m/log", "./log/", "m/log/"] {
        let run = sign(&sandbox, &["--force", "--ignore-path", path]);
        assert!(
            run.contains("ignored    `log` by caller: 1 entries, 1 bytes"),
            "{path}: {run}"
        );
        let valid = report(&sandbox, &[]);
        assert_eq!(valid["uncovered"]["ignored"][0]["rule"], "signer");
    }
    // Both lead somewhere.
    sandbox.file("m/m/log", b"1");
    let run = sign(&sandbox, &["--force", "--ignore-path", "m/log"]);
    assert!(run.starts_with("exit: 4\n"), "{run}");
}

#[test]
fn what_a_signer_ignored_must_not_be_what_a_loader_takes() {
    let sandbox = with_model();
    sandbox.file("m/notes.txt", b"\x80\x04N.");
    sign(&sandbox, &["--ignore-path", "notes.txt"]);
    let refused = report(&sandbox, &[]);
    assert_eq!(
        kinds(&refused),
        [("notes.txt".to_owned(), "hidden".to_owned())]
    );
    // The caller may say so.
    let valid = report(&sandbox, &["--ignore-path", "notes.txt"]);
    assert_eq!(valid["result"], "valid");
    assert_eq!(valid["relaxations"][0]["code"], "ignored");
}

#[test]
fn every_relaxation_is_reported() {
    let sandbox = with_model();
    sign(&sandbox, &[]);
    sandbox.file("m/extra", b"x");
    assert_eq!(report(&sandbox, &[])["result"], "invalid");
    let valid = report(&sandbox, &["--ignore-unsigned-files"]);
    assert_eq!(valid["result"], "valid");
    assert_eq!(valid["relaxations"][0]["code"], "unsigned-files");
    assert_eq!(valid["uncovered"]["unsigned"]["names"][0], "extra");
    let run = verify(&sandbox, &["--ignore-unsigned-files"]);
    assert!(
        run.contains("  relaxed    unsigned-files: ") && run.contains("  unsigned   `extra`"),
        "{run}"
    );
}

#[test]
fn every_hash_and_method_and_order_is_verified_again() {
    let sandbox = with_model();
    sandbox.file("m/sub-x/c", b"3");
    for hash in ["sha256", "blake2b", "blake3"] {
        for order in ["specification", "python"] {
            for more in [&[][..], &["--shard-size", "3"]] {
                let hash = ["--force", "--hash", hash, "--order", order];
                let run = sign(&sandbox, &[&hash, more].concat());
                assert!(run.starts_with("exit: 0"), "{run}");
                assert_eq!(report(&sandbox, &[])["result"], "valid");
            }
        }
    }
}

#[test]
fn an_ed25519_signature_is_labelled_as_an_extension() {
    let sandbox = with_model();
    sandbox.run(&["keygen", "--name", "ed"]);
    let run = sandbox.run(&["sign", "m", "--key", "ed.priv.pem"]);
    assert!(
        run.contains("Ed25519 key, which OpenSSF Model Signing 1.0 does not have"),
        "{run}"
    );
    let run = sandbox.run(&["verify", "m", "--key", "ed.pub.pem"]);
    assert!(
        run.starts_with("exit: 0") && run.contains("relaxed    extension-ed25519"),
        "{run}"
    );
}

#[cfg(unix)]
#[test]
fn links_need_to_be_allowed_and_never_leave_the_model() {
    use std::os::unix::fs::symlink;

    let sandbox = with_model();
    sign(&sandbox, &[]);
    fs::remove_file(sandbox.path("m/a.bin")).unwrap();
    sandbox.file("m/sub/a", b"weights");
    symlink("sub/a", sandbox.path("m/a.bin")).unwrap();
    let refused = report(&sandbox, &[]);
    assert_eq!(kinds(&refused)[0], ("a.bin".to_owned(), "link".to_owned()));
    fs::remove_file(sandbox.path("m/a.bin")).unwrap();
    fs::remove_file(sandbox.path("m/sub/a")).unwrap();
    sandbox.file("outside", b"weights");
    symlink("../outside", sandbox.path("m/a.bin")).unwrap();
    let refused = report(&sandbox, &["--allow-symlinks", "--ignore-unsigned-files"]);
    assert_eq!(
        kinds(&refused),
        [("a.bin".to_owned(), "link-outside".to_owned())]
    );
    let run = sign(&sandbox, &["--force", "--allow-symlinks"]);
    assert!(
        run.starts_with("exit: 2\n") && run.contains("which leaves the model"),
        "{run}"
    );

    fs::remove_file(sandbox.path("m/a.bin")).unwrap();
    symlink("sub/b.json", sandbox.path("m/a.bin")).unwrap();
    symlink("sub", sandbox.path("m/also")).unwrap();
    assert!(sign(&sandbox, &["--force"]).starts_with("exit: 2\n"));
    let run = sign(&sandbox, &["--force", "--allow-symlinks"]);
    assert!(run.contains("files      3"), "{run}");
    assert_eq!(report(&sandbox, &[])["result"], "valid");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_refused_by_both() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let sandbox = with_model();
    sign(&sandbox, &[]);
    fs::write(sandbox.path("m").join(OsStr::from_bytes(b"\xff")), b"").unwrap();
    let refused = report(&sandbox, &[]);
    assert_eq!(kinds(&refused), [("\\xff".to_owned(), "added".to_owned())]);
    let run = sign(&sandbox, &["--force"]);
    assert!(
        run.starts_with("exit: 2\n") && run.contains("not UTF-8"),
        "{run}"
    );
}

#[test]
fn a_file_is_a_model_too() {
    let sandbox = with_model();
    let run = sandbox.run(&["sign", "m/a.bin", "--key", "ci.priv.pem"]);
    assert!(
        run.starts_with("exit: 0") && run.contains("`m/a.bin.sig`"),
        "{run}"
    );
    let run = sandbox.run(&["verify", "m/a.bin", "--key", "ci.pub.pem"]);
    assert!(run.starts_with("exit: 0"), "{run}");
    sandbox.file("m/a.bin", b"");
    let run = sandbox.run(&["verify", "m/a.bin", "--key", "ci.pub.pem"]);
    assert!(run.starts_with("exit: 1"), "{run}");
}
