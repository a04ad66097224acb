//! The script of `action.yml`, run as a runner of GitHub does.

#![cfg(unix)]

use std::fs::File;
use std::io::read_to_string;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::pickles::{CLEAN, CRITICAL};
use crate::sandbox::{Sandbox, shown};

const SCRIPT: &str = "../../tools/action/scan.sh";

/// Runs the script with these variables in a folder, and returns how it ended and what it gave on.
fn act(sandbox: &Sandbox, variables: &[(&str, &str)]) -> (String, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(SCRIPT);
    let outputs = sandbox.path("outputs");
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-e", "-o", "pipefail"])
        .arg(script)
        .current_dir(sandbox.path(""))
        .env("WEIGHBRIDGE_BINARY", env!("CARGO_BIN_EXE_weighbridge"))
        .env("GITHUB_OUTPUT", &outputs)
        .env("WEIGHBRIDGE_PATH", ".")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (
        shown(&output),
        read_to_string(File::open(outputs).unwrap()).unwrap(),
    )
}

#[test]
fn the_step_ends_with_the_code_of_the_scan() {
    let sandbox = Sandbox::with(&[("models/hostile.pkl", CRITICAL), ("honest.pkl", CLEAN)]);
    let (run, outputs) = act(&sandbox, &[]);
    assert!(
        run.starts_with("exit: 1\n--- stdout\n::error file=models/hostile.pkl,"),
        "{run}"
    );
    assert_eq!(outputs, "exit-code=1\n");
    let sandbox = Sandbox::with(&[("models/hostile.pkl", CRITICAL), ("honest.pkl", CLEAN)]);
    let (run, outputs) = act(&sandbox, &[("WEIGHBRIDGE_PATH", "honest.pkl\n")]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    assert_eq!(outputs, "exit-code=0\n");
}

#[test]
fn only_nothing_to_check_can_be_allowed() {
    let allow = ("WEIGHBRIDGE_ALLOW_NOTHING", "true");
    let passive = Sandbox::with(&[("notes.md", b"nothing")]);
    assert!(
        act(&passive, &[("WEIGHBRIDGE_PATH", "notes.md")])
            .0
            .starts_with("exit: 3\n")
    );
    let (run, outputs) = act(&passive, &[("WEIGHBRIDGE_PATH", "notes.md"), allow]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    assert!(outputs.ends_with("exit-code=3\n"), "{outputs}");
    let cut_off = Sandbox::with(&[("model.pkl", &CLEAN[..1])]);
    assert!(act(&cut_off, &[allow]).0.starts_with("exit: 2\n"));
}

#[test]
fn reports_are_written_where_they_are_wanted() {
    let sandbox = Sandbox::with(&[("hostile.pkl", CRITICAL)]);
    let (run, _) = act(
        &sandbox,
        &[
            ("WEIGHBRIDGE_PATH", "hostile.pkl"),
            ("WEIGHBRIDGE_SARIF", "a b.sarif"),
            ("WEIGHBRIDGE_JUNIT", "junit.xml"),
        ],
    );
    assert!(run.starts_with("exit: 1\n"), "{run}");
    assert_eq!(
        sandbox.names(),
        ["a b.sarif", "hostile.pkl", "junit.xml", "outputs"]
    );
}

/// What a workflow passes on may come from a stranger's branch.
#[test]
fn nothing_that_is_passed_on_is_evaluated() {
    let sandbox = Sandbox::with(&[("$(touch out).pkl", CLEAN), ("--exit-zero", CRITICAL)]);
    let (run, _) = act(
        &sandbox,
        &[
            ("WEIGHBRIDGE_PATH", "  $(touch out).pkl\r\n\n--exit-zero"),
            ("WEIGHBRIDGE_ARGS", "--jobs\n1\n--quiet"),
            ("WEIGHBRIDGE_FAIL_ON", "critical"),
        ],
    );
    assert!(run.starts_with("exit: 1\n"), "{run}");
    assert!(!sandbox.names().contains(&"out".to_owned()));
    let (run, outputs) = act(&sandbox, &[("WEIGHBRIDGE_FAIL_ON", "$(touch out); true")]);
    assert!(run.starts_with("exit: 4\n"), "{run}");
    assert!(outputs.ends_with("exit-code=4\n"), "{outputs}");
    assert!(!sandbox.names().contains(&"out".to_owned()));
}
