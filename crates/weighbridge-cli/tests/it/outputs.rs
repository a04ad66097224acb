//! Several reports of one run.

use std::fs;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use insta::assert_snapshot;

use crate::pickles::{CLEAN, CRITICAL};
use crate::sandbox::Sandbox;

fn bytes(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn text(path: &Path) -> String {
    String::from_utf8(bytes(path)).unwrap()
}

#[test]
fn every_output_has_its_format() {
    let sandbox = Sandbox::with(&[("model.pkl", CRITICAL)]);
    let run = sandbox.run(&[
        "scan",
        "model.pkl",
        "--output",
        "sarif=out.sarif",
        "--output=junit=out.xml",
        "-o",
        "json=out.json",
    ]);
    assert!(
        run.starts_with("exit: 1\n--- stdout\nerror[PKL001/unsafe-global]"),
        "{run}"
    );
    assert!(run.ends_with("--- stderr\n"), "{run}");
    assert!(text(&sandbox.path("out.sarif")).contains("\"version\":\"2.1.0\""));
    assert!(text(&sandbox.path("out.xml")).starts_with("<?xml"));
    assert!(text(&sandbox.path("out.json")).contains("weighbridge.scan/1"));
    assert_eq!(
        sandbox.names(),
        ["model.pkl", "out.json", "out.sarif", "out.xml"]
    );
}

#[test]
fn a_plain_output_takes_the_place_of_stdout() {
    let sandbox = Sandbox::with(&[("model.pkl", CLEAN)]);
    assert_snapshot!(sandbox.run(&[
        "scan", "model.pkl", "--format", "json", "-o", "report", "-o", "github=log",
    ]), @"
    exit: 0
    --- stdout
    --- stderr
    clean: 1 file, 100 % of bytes accounted for
    ");
    assert!(text(&sandbox.path("report")).contains("weighbridge.scan/1"));
    assert!(text(&sandbox.path("log")).starts_with("clean: "));
}

#[test]
fn a_file_with_an_equals_sign_is_named_with_its_folder() {
    let sandbox = Sandbox::with(&[("model.pkl", CLEAN)]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl", "-o", "srif=out"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: no format `srif`, did you mean `sarif`? (a file of that name is written `./srif=out`)
    ");
    assert_snapshot!(sandbox.run(&["scan", "model.pkl", "-o", "a\x1b=out"]), @r"
    exit: 4
    --- stdout
    --- stderr
    error: no format `a\x1b`; there are text, json, sarif, junit, github (a file of that name is written `./a\x1b=out`)
    ");
    assert_snapshot!(sandbox.run(&["scan", "model.pkl", "-o", "json="]), @"
    exit: 4
    --- stdout
    --- stderr
    error: no file behind `json=`
    ");
    assert_snapshot!(sandbox.run(&["scan", "model.pkl", "-o", "json=-"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: standard output has the format of `--format`
    ");
    let run = sandbox.run(&["scan", "-q", "model.pkl", "-o", "./json=out"]);
    assert_eq!(run, "exit: 0\n--- stdout\n--- stderr\n");
    assert_eq!(sandbox.names(), ["json=out", "model.pkl"]);
}

#[test]
fn two_reports_do_not_go_to_one_file() {
    let sandbox = Sandbox::with(&[("model.pkl", CLEAN), ("there", b"old")]);
    assert_snapshot!(
        sandbox
            .run(&["scan", "model.pkl", "-o", "sarif=there", "-o", "junit=./there"])
            .replace(&*sandbox.path("").canonicalize().unwrap().to_string_lossy(), "…"), @"
    exit: 4
    --- stdout
    --- stderr
    error: two reports would go to `…/there`
    ");
    let run = sandbox.run(&["scan", "model.pkl", "-o", "sarif=new", "-o", "./new"]);
    assert!(run.starts_with("exit: 4\n"), "{run}");
    let run = sandbox.run(&["scan", "model.pkl", "-o", "-", "-o", "-"]);
    assert!(run.starts_with("exit: 4\n"), "{run}");
    assert_eq!(text(&sandbox.path("there")), "old");
}

#[cfg(unix)]
#[test]
fn a_device_may_be_written_to_twice() {
    let sandbox = Sandbox::with(&[("model.pkl", CLEAN)]);
    let run = sandbox.run(&[
        "scan",
        "-q",
        "model.pkl",
        "-o",
        "sarif=/dev/null",
        "-o",
        "/dev/null",
    ]);
    assert_eq!(run, "exit: 0\n--- stdout\n--- stderr\n");
}

#[test]
fn what_was_scanned_is_not_written_over() {
    let sandbox = Sandbox::with(&[("models/model.pkl", CLEAN), ("models/old.json", b"{}")]);
    assert_snapshot!(sandbox.run(&["scan", "models", "-o", "sarif=models/model.pkl"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: the report would replace `models/model.pkl`, which was scanned
    ");
    assert_eq!(bytes(&sandbox.path("models/model.pkl")), CLEAN);
    // A report of an earlier run may lie there.
    let run = sandbox.run(&["scan", "-q", "models", "-o", "json=models/old.json"]);
    assert_eq!(run, "exit: 0\n--- stdout\n--- stderr\n");
    assert!(text(&sandbox.path("models/old.json")).contains("weighbridge.scan/1"));
}

#[cfg(unix)]
#[test]
fn where_one_cannot_be_written_none_is() {
    use std::os::unix::fs::PermissionsExt as _;

    for (pickle, code) in [(CLEAN, 2), (CRITICAL, 1)] {
        let sandbox = Sandbox::with(&[("model.pkl", pickle), ("out/x", b""), ("a.xml", b"old")]);
        let folder = sandbox.path("out");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
        if File::create(folder.join("probe")).is_ok() {
            // Whoever may write anywhere cannot be kept from it.
            return;
        }
        let run = sandbox.run(&[
            "scan",
            "-q",
            "model.pkl",
            "-o",
            "junit=a.xml",
            "-o",
            "sarif=out/x",
        ]);
        assert!(run.starts_with(&format!("exit: {code}\n")), "{run}");
        assert!(run.contains("error: cannot write to `out/x`: "), "{run}");
        assert!(
            run.contains("error: nothing was written to `a.xml` either"),
            "{run}"
        );
        assert_eq!(text(&sandbox.path("a.xml")), "old");
        assert_eq!(sandbox.names(), ["a.xml", "model.pkl", "out"]);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_makes_a_clean_run_undecided() {
    let sandbox = Sandbox::with(&[("model.pkl", CLEAN)]);
    let run = sandbox.run(&["scan", "-q", "model.pkl", "-o", "sarif=/dev/full"]);
    assert!(run.starts_with("exit: 2\n"), "{run}");
}
