use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::{Sandbox, shown};
use crate::schema::Schema;

/// Makes a pair of keys called `ci`.
fn with_keys(files: &[(&str, &[u8])]) -> Sandbox {
    let sandbox = Sandbox::with(files);
    let run = sandbox.run(&["keygen", "--name", "ci"]);
    assert!(run.starts_with("exit: 0"), "{run}");
    sandbox
}

/// Puts a word in the place of the one fingerprint that a run prints.
fn without_fingerprint(run: &str) -> String {
    let Some((before, after)) = run.split_once("ed25519 sha256:") else {
        return run.to_owned();
    };
    let rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    assert_eq!(after.len() - rest.len(), 64);
    format!("{before}ed25519 sha256:…{rest}")
}

#[test]
fn a_pair_of_keys_signs_and_verifies_a_file() {
    let sandbox = Sandbox::with(&[("model.bin", b"weights")]);
    assert_snapshot!(without_fingerprint(&sandbox.run(&["keygen", "--name", "ci"])), @"
    exit: 0
    --- stdout
    private key  `ci.priv.pem`
    public key   `ci.pub.pem`
    fingerprint  ed25519 sha256:…
    --- stderr
    ");
    let sign = ["sign", "--model", "model.bin", "--key", "ci.priv.pem"];
    assert_snapshot!(without_fingerprint(&sandbox.run(&sign)), @"
    exit: 0
    --- stdout
    `model.bin`: signed
      digest     sha256:9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c
      key        ed25519 sha256:…
      signature  `model.bin.sig`
    --- stderr
    ");
    assert_eq!(sandbox.bytes("model.bin.sig").len(), 64);
    let verify = ["verify", "--model", "model.bin", "--key", "ci.pub.pem"];
    assert_snapshot!(without_fingerprint(&sandbox.run(&verify)), @"
    exit: 0
    --- stdout
    `model.bin`: valid
      digest     sha256:9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c
      key        ed25519 sha256:…
      signature  `model.bin.sig`
    --- stderr
    ");
    sandbox.file("model.bin", b"Weights");
    let run = sandbox.run(&verify);
    assert!(
        run.starts_with(
            "exit: 1\n--- stdout\n`model.bin`: not valid, the signature does not match"
        )
    );
    assert_eq!(
        sandbox.names(),
        ["ci.priv.pem", "ci.pub.pem", "model.bin", "model.bin.sig"]
    );
}

#[test]
fn every_kind_of_key_signs_and_verifies() {
    for algorithm in ["ed25519", "p256", "p384", "p521"] {
        let sandbox = Sandbox::with(&[("model.bin", b"weights")]);
        let schema = Schema::read("signature.schema.json");
        for arguments in [
            &["keygen", "--name", "k", "--algorithm", algorithm][..],
            &["sign", "--model", "model.bin", "--key", "k.priv.pem"],
            &[
                "verify",
                "--model",
                "model.bin",
                "--key",
                "k.pub.pem",
                "--sig",
                "model.bin.sig",
            ],
        ] {
            let document = sandbox.json(&[arguments, &["--format", "json"]].concat());
            schema.check(&document);
            assert_eq!(document["key"]["algorithm"], algorithm);
            assert_ne!(document["valid"], Value::Bool(false));
        }
        sandbox.file("model.bin", b"");
        let arguments = [
            "verify",
            "--model",
            "model.bin",
            "--key",
            "k.pub.pem",
            "--format",
            "json",
        ];
        let document = sandbox.json(&arguments);
        schema.check(&document);
        assert_eq!(document["valid"], false);
        assert!(document["error"].is_string());
    }
}

#[cfg(unix)]
#[test]
fn the_private_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = with_keys(&[("model.bin", b"weights")]);
    let mode = |name: &str| {
        fs::metadata(sandbox.path(name))
            .unwrap()
            .permissions()
            .mode()
    };
    assert_eq!(mode("ci.priv.pem") & 0o777, 0o600);

    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(sandbox.path("ci.priv.pem"), open).unwrap();
    let run = sandbox.run(&["sign", "--model", "model.bin", "--key", "ci.priv.pem"]);
    assert!(run.starts_with("exit: 0"), "{run}");
    assert!(run.ends_with("warning: `ci.priv.pem` can be read by others, and holds a secret\n"));
}

#[test]
fn a_key_is_not_replaced_unasked() {
    let sandbox = with_keys(&[]);
    let before = (sandbox.bytes("ci.priv.pem"), sandbox.bytes("ci.pub.pem"));
    assert_snapshot!(sandbox.run(&["keygen", "--name", "ci"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: cannot write `ci.priv.pem`: it is there already, and --force is not given
    ");
    // Either file is enough.
    fs::remove_file(sandbox.path("ci.priv.pem")).unwrap();
    assert!(
        sandbox
            .run(&["keygen", "--name", "ci"])
            .starts_with("exit: 4")
    );
    assert_eq!(sandbox.names(), ["ci.pub.pem"]);
    assert_eq!(sandbox.bytes("ci.pub.pem"), before.1);

    assert!(
        sandbox
            .run(&["keygen", "--name", "ci", "--force"])
            .starts_with("exit: 0")
    );
    assert_ne!(sandbox.bytes("ci.priv.pem"), before.0);
    assert_ne!(sandbox.bytes("ci.pub.pem"), before.1);
    assert_eq!(sandbox.names(), ["ci.priv.pem", "ci.pub.pem"]);
}

#[test]
fn a_name_that_is_none_is_usage() {
    let sandbox = Sandbox::new();
    for name in ["", "/", "folder/", "..", "nowhere/ci"] {
        let run = sandbox.run(&["keygen", "--name", name]);
        assert!(run.starts_with("exit: 4"), "{name}: {run}");
        assert!(sandbox.names().is_empty(), "{name}");
    }
}

#[test]
fn a_signature_is_not_replaced_unasked_and_never_the_model() {
    let sandbox = with_keys(&[("model.bin", b"weights"), ("model.bin.sig", b"old")]);
    let sign = ["sign", "--model", "model.bin", "--key", "ci.priv.pem"];
    assert!(sandbox.run(&sign).starts_with("exit: 4"));
    assert_eq!(sandbox.bytes("model.bin.sig"), b"old");
    for other in ["model.bin", "ci.priv.pem", "./model.bin"] {
        let before = sandbox.bytes(other);
        let run = sandbox.run(&[&sign[..], &["--sig", other, "--force"]].concat());
        assert!(run.starts_with("exit: 4"), "{run}");
        assert_eq!(sandbox.bytes(other), before);
    }
    assert!(
        sandbox
            .run(&[&sign[..], &["--force"]].concat())
            .starts_with("exit: 0")
    );
    assert_eq!(sandbox.bytes("model.bin.sig").len(), 64);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;

    let sandbox = with_keys(&[("model.bin", b"weights"), ("precious", b"precious")]);
    symlink("precious", sandbox.path("model.bin.sig")).unwrap();
    symlink("nowhere", sandbox.path("new.pub.pem")).unwrap();
    for force in [&[][..], &["--force"]] {
        let sign = ["sign", "--model", "model.bin", "--key", "ci.priv.pem"];
        let run = sandbox.run(&[&sign[..], force].concat());
        assert!(
            run.contains("exit: 4") && run.contains("it is a link"),
            "{run}"
        );
        let run = sandbox.run(&[&["keygen", "--name", "new"][..], force].concat());
        assert!(
            run.contains("exit: 4") && run.contains("it is a link"),
            "{run}"
        );
    }
    assert_eq!(sandbox.bytes("precious"), b"precious");
    assert!(!sandbox.path("nowhere").exists());
    assert!(!sandbox.path("new.priv.pem").exists());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused() {
    use std::process::Command;

    let sandbox = with_keys(&[("model.bin", b"weights"), ("folder/file", b"")]);
    assert!(
        Command::new("mkfifo")
            .arg(sandbox.path("pipe"))
            .status()
            .unwrap()
            .success()
    );
    let with_sig = |model: &str, sig: &str| {
        sandbox.run(&[
            "verify",
            "--model",
            model,
            "--key",
            "ci.pub.pem",
            "--sig",
            sig,
        ])
    };
    let sign = |model: &str| sandbox.run(&["sign", "--model", model, "--key", "ci.priv.pem"]);
    assert!(
        sandbox
            .run(&["sign", "--model", "model.bin", "--key", "ci.priv.pem"])
            .starts_with("exit: 0")
    );
    for (run, code) in [
        (sign("folder"), 4),
        (sign("nowhere"), 4),
        (sign("pipe"), 2),
        (sign("/dev/zero"), 2),
        (with_sig("folder", "model.bin.sig"), 4),
        (with_sig("nowhere", "model.bin.sig"), 4),
        (with_sig("pipe", "model.bin.sig"), 2),
        (with_sig("model.bin", "pipe"), 2),
        (with_sig("model.bin", "folder"), 2),
        (with_sig("model.bin", "/dev/zero"), 2),
        (with_sig("model.bin", "nowhere"), 4),
    ] {
        assert!(
            run.starts_with(&format!("exit: {code}\n--- stdout\n--- stderr\nerror: ")),
            "{run}"
        );
        assert_eq!(run.lines().count(), 4, "{run}");
    }
    for out in ["/dev/full", "pipe", "folder"] {
        let sign = [
            "sign",
            "--model",
            "model.bin",
            "--key",
            "ci.priv.pem",
            "--force",
            "--sig",
            out,
        ];
        assert!(sandbox.run(&sign).starts_with("exit: 4"), "{out}");
    }
}

#[test]
fn what_is_no_signature_or_no_key_is_told_from_one_that_does_not_match() {
    let sandbox = with_keys(&[
        ("model.bin", b"weights"),
        ("short.sig", &[1; 63]),
        ("long.sig", &[1; 65]),
        ("huge.sig", &[1; 4096]),
        ("empty.sig", b""),
        ("zero.sig", &[0; 64]),
        ("beyond.sig", &[0xff; 64]),
        ("empty.pem", b""),
        ("text.pem", b"no key\n"),
        ("huge.pem", &[b' '; 70_000]),
    ]);
    let verify = |key: &str, sig: &str| {
        sandbox.run(&["verify", "--model", "model.bin", "--key", key, "--sig", sig])
    };
    for (sig, code) in [
        ("short.sig", 2),
        ("long.sig", 2),
        ("huge.sig", 2),
        ("empty.sig", 2),
        ("beyond.sig", 2),
        ("zero.sig", 1),
    ] {
        let run = verify("ci.pub.pem", sig);
        assert!(run.starts_with(&format!("exit: {code}\n")), "{sig}: {run}");
    }
    for (key, code) in [
        ("empty.pem", 2),
        ("text.pem", 2),
        ("huge.pem", 2),
        ("ci.priv.pem", 2),
        ("nowhere.pem", 4),
        (".", 2),
    ] {
        let run = verify(key, "zero.sig");
        assert!(
            run.starts_with(&format!("exit: {code}\n--- stdout\n--- stderr\nerror: ")),
            "{key}: {run}"
        );
    }
}

/// Runs the binary where no file may get any bytes, as on a full disk.
#[cfg(unix)]
fn on_a_full_disk(sandbox: &Sandbox, arguments: &[&str]) -> String {
    use std::process::Command;

    let binary = env!("CARGO_BIN_EXE_weighbridge");
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command
        .args(["-c", script, binary])
        .args(arguments)
        .current_dir(sandbox.path(""));
    shown(&command.output().unwrap())
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let sandbox = with_keys(&[
        ("model.bin", b"weights"),
        ("old.bin", b"old"),
        ("old.bin.sig", b"old"),
    ]);
    let before = (
        sandbox.names(),
        sandbox.bytes("ci.priv.pem"),
        sandbox.bytes("ci.pub.pem"),
    );
    for arguments in [
        &["sign", "--model", "model.bin", "--key", "ci.priv.pem"][..],
        &[
            "sign",
            "--model",
            "old.bin",
            "--key",
            "ci.priv.pem",
            "--force",
        ],
        &["keygen", "--name", "new"],
        &["keygen", "--name", "ci", "--force"],
    ] {
        let run = on_a_full_disk(&sandbox, arguments);
        assert!(
            run.starts_with("exit: 2\n--- stdout\n--- stderr\nerror: cannot write `"),
            "{run}"
        );
    }
    let after = (
        sandbox.names(),
        sandbox.bytes("ci.priv.pem"),
        sandbox.bytes("ci.pub.pem"),
    );
    assert_eq!(before, after);
    assert_eq!(sandbox.bytes("old.bin.sig"), b"old");
}

#[test]
fn names_cannot_break_the_line() {
    let name = "a\n\u{202e}\x1b[2J.bin";
    let sandbox = with_keys(&[(name, b"weights")]);
    let run = sandbox.run(&["sign", "--model", name, "--key", "ci.priv.pem"]);
    assert!(run.contains("`a\\n\\u{202e}\\x1b[2J.bin`: signed"), "{run}");
    assert!(!run.contains('\x1b') && !run.contains('\u{202e}'));
}

#[test]
fn a_passphrase_comes_from_a_file_or_the_environment_and_must_be_right() {
    let sandbox = Sandbox::with(&[
        ("model.bin", b"weights"),
        ("right", b"open sesame\r\nmore\n"),
        ("wrong", b"open barley\n"),
        ("empty", b"\n"),
        ("long", &[b'x'; 2000]),
    ]);
    let keygen = [
        "keygen",
        "--name",
        "ci",
        "--passphrase-file",
        "right",
        "--format",
        "json",
    ];
    let document = sandbox.json(&keygen);
    Schema::read("signature.schema.json").check(&document);
    assert_eq!(document["encrypted"], true);
    assert!(
        sandbox
            .bytes("ci.priv.pem")
            .starts_with(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    );

    let sign = [
        "sign",
        "--model",
        "model.bin",
        "--key",
        "ci.priv.pem",
        "--force",
    ];
    let with_file = |file: &str| {
        let run = sandbox.run(&[&sign[..], &["--passphrase-file", file]].concat());
        run.replace(
            &format!("warning: `{file}` can be read by others, and holds a secret\n"),
            "",
        )
    };
    assert_snapshot!(sandbox.run(&sign), @"
    exit: 2
    --- stdout
    --- stderr
    error: cannot use the key `ci.priv.pem`: the key is encrypted and no passphrase is given at byte 0, see --passphrase-file and --passphrase-env
    ");
    assert_snapshot!(with_file("wrong"), @"
    exit: 2
    --- stdout
    --- stderr
    error: cannot use the key `ci.priv.pem`: the passphrase does not open the key
    ");
    assert!(!sandbox.path("model.bin.sig").exists());
    assert!(with_file("right").starts_with("exit: 0"));
    for file in ["empty", "long", "nowhere"] {
        assert!(with_file(file).starts_with("exit: 4"), "{file}");
    }

    let with_variable = |value: Option<&str>| {
        let mut command =
            sandbox.command(&[&sign[..], &["--passphrase-env", "KEY_PASSPHRASE"]].concat());
        shown(
            &command
                .envs(value.map(|value| ("KEY_PASSPHRASE", value)))
                .output()
                .unwrap(),
        )
    };
    assert!(with_variable(Some("open sesame")).starts_with("exit: 0"));
    assert!(with_variable(Some("open barley")).starts_with("exit: 2"));
    assert!(with_variable(Some("")).starts_with("exit: 4"));
    assert!(with_variable(None).starts_with("exit: 4"));
    let both = ["--passphrase-env", "X", "--passphrase-file", "right"];
    assert!(
        sandbox
            .run(&[&sign[..], &both].concat())
            .starts_with("exit: 4")
    );

    // One that protects nothing.
    assert!(
        sandbox
            .run(&["keygen", "--name", "open"])
            .starts_with("exit: 0")
    );
    let sign = [
        "sign",
        "--model",
        "model.bin",
        "--key",
        "open.priv.pem",
        "--force",
    ];
    let run = sandbox.run(&[&sign[..], &["--passphrase-file", "right"]].concat());
    assert!(
        run.contains("exit: 2") && run.contains("the key is not encrypted"),
        "{run}"
    );
}
