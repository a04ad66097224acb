use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::pickles::{CLEAN, CRITICAL, many};
use crate::sandbox::{Sandbox, shown};

fn text(path: &Path) -> String {
    let mut text = String::new();
    File::open(path).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn output_goes_to_a_file_and_the_summary_to_stderr() {
    let sandbox = Sandbox::with(&[("model.pkl", CRITICAL), ("report", b"old")]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl", "--output", "report"]), @"
    exit: 1
    --- stdout
    --- stderr
    1 file: 1 dangerous; 1 finding: 1 critical, 0 high, 0 medium, 0 low, 0 info; 100 % of bytes accounted for; scan complete
    ");
    let report = text(&sandbox.path("report"));
    assert!(
        report.starts_with("error[PKL001/unsafe-global]"),
        "{report}"
    );
    assert_eq!(sandbox.names(), ["model.pkl", "report"]);
}

#[test]
fn quiet_output_leaves_stderr_alone() {
    let sandbox = Sandbox::with(&[("model.pkl", CLEAN)]);
    let run = sandbox.run(&[
        "scan",
        "-q",
        "--format",
        "json",
        "--output",
        "report",
        "model.pkl",
    ]);
    assert_eq!(run, "exit: 0\n--- stdout\n--- stderr\n");
    assert!(text(&sandbox.path("report")).ends_with("}\n"));
}

#[test]
fn what_is_to_be_scanned_is_not_written_over() {
    let sandbox = Sandbox::with(&[("model.pkl", CRITICAL)]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl", "--output", "./model.pkl"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: the report would replace `model.pkl`, which is to be scanned
    ");
    assert_eq!(text(&sandbox.path("model.pkl")).as_bytes(), CRITICAL);
}

#[test]
fn an_output_that_cannot_be_is_usage() {
    let sandbox = Sandbox::with(&[("models/model.pkl", CLEAN)]);
    assert_snapshot!(sandbox.run(&["scan", "models", "--output", "no/where/report"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: cannot write to `no/where/report`: there is no folder `no/where`
    ");
    assert_snapshot!(sandbox.run(&["scan", "models", "--output", "models"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: cannot write to `models`: it is a folder
    ");
}

#[test]
fn colors_are_used_when_asked_for() {
    let sandbox = Sandbox::with(&[("model.pkl", CRITICAL)]);
    let run = sandbox
        .command(&["scan", "--color", "always", "model.pkl"])
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(1));
    let colored = String::from_utf8(run.stdout).unwrap();
    assert!(
        colored.starts_with("\x1b[1m\x1b[31merror[PKL001/unsafe-global]\x1b[0m"),
        "{colored:?}"
    );
}

#[test]
fn without_a_terminal_there_are_no_colors() {
    let sandbox = Sandbox::with(&[("model.pkl", CRITICAL)]);
    let plain = sandbox.run(&["scan", "model.pkl"]);
    assert!(!plain.contains('\x1b'), "{plain:?}");
    for (name, value) in [
        ("NO_COLOR", "1"),
        ("NO_COLOR", ""),
        ("TERM", "xterm-256color"),
        ("CLICOLOR_FORCE", "0"),
    ] {
        let output = sandbox
            .command(&["scan", "model.pkl"])
            .env(name, value)
            .output()
            .unwrap();
        assert_eq!(shown(&output), plain, "{name}={value}");
    }
}

#[test]
fn a_closed_pipe_never_hides_a_finding() {
    let sandbox = Sandbox::new();
    for (pickle, code) in [(CRITICAL, 1), (CLEAN, 0), (&many(2000), 1)] {
        for format in ["text", "json"] {
            let mut child = sandbox
                .command(&["scan", "--format", format, "-"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            // Nothing is written before all is read, so the pipe is closed by then.
            drop(child.stdout.take());
            child.stdin.take().unwrap().write_all(pickle).unwrap();
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(code));
            assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        }
    }
}

#[test]
fn a_closed_pipe_is_no_failure_of_a_list() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command(&["pickle", "effects", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(&many(2000)).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(shown(&output), "exit: 0\n--- stdout\n--- stderr\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_never_looks_like_a_verdict() {
    let sandbox = Sandbox::with(&[("clean.pkl", CLEAN), ("evil.pkl", CRITICAL)]);
    for (arguments, code) in [
        (["scan", "-q", "--format=json", "clean.pkl"], 2),
        (["scan", "-q", "--format=json", "evil.pkl"], 1),
        (["pickle", "effects", "--format=json", "clean.pkl"], 2),
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = sandbox.command(&arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            stderr.starts_with("error: cannot write to standard output: "),
            "{stderr}"
        );
    }
    let run = sandbox.run(&["scan", "-q", "--output", "/dev/full", "evil.pkl"]);
    assert!(
        run.starts_with("exit: 1\n--- stdout\n--- stderr\nerror: cannot write to `/dev/full`"),
        "{run}"
    );
}

#[cfg(unix)]
#[test]
fn a_report_that_cannot_be_written_leaves_the_old_one() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = Sandbox::with(&[("out/report", b"old"), ("model.pkl", CLEAN)]);
    let folder = sandbox.path("out");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    if File::create(folder.join("probe")).is_ok() {
        // Root writes anywhere, so nothing can be shown.
        return;
    }
    let run = sandbox.run(&["scan", "-q", "--output", "out/report", "model.pkl"]);
    assert!(run.starts_with("exit: 2\n"), "{run}");
    assert_eq!(text(&sandbox.path("out/report")), "old");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
}
