//! Findings that were known before: files that move, files that are swapped, baselines that are broken.

use std::fs;

use insta::assert_snapshot;

use crate::pickles::{CLEAN, CRITICAL, CUT_OFF, MEDIUM, zip};
use crate::sandbox::Sandbox;

fn code(run: &str) -> &str {
    run.lines().next().unwrap_or_default()
}

fn stderr(run: &str) -> &str {
    run.split_once("--- stderr\n").unwrap().1
}

fn last_note(run: &str) -> &str {
    run.lines()
        .rfind(|line| line.starts_with("note: "))
        .unwrap_or_default()
}

fn known() -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("models/clean.pkl", CLEAN),
        ("models/evil.pkl", CRITICAL),
        ("models/medium.zip", &zip(&[("data.pkl", MEDIUM)])),
    ]);
    let run = sandbox.run(&["baseline", "create", "models", "--output", "baseline.json"]);
    assert_eq!(
        run,
        "exit: 0\n--- stdout\n--- stderr\n`baseline.json`: 2 findings\n"
    );
    sandbox
}

const SCAN: [&str; 4] = ["scan", "--baseline", "baseline.json", "models"];

#[test]
fn what_is_known_does_not_count_and_is_listed_as_such() {
    let sandbox = known();
    assert_eq!(code(&sandbox.run(&SCAN)), "exit: 0");
    let json = sandbox.json(&[
        "scan",
        "--format",
        "json",
        "--baseline",
        "baseline.json",
        "models",
    ]);
    assert_eq!(json["summary"]["suppressed"], 2);
    for target in json["targets"].as_array().unwrap() {
        assert_eq!(target["verdict"], "clean");
        for suppressed in target["suppressed"].as_array().unwrap() {
            assert_eq!(suppressed["by"], "baseline");
        }
    }
    assert!(json["notices"].as_array().unwrap().is_empty());
}

#[test]
fn a_moved_file_stays_known() {
    let sandbox = known();
    fs::rename(sandbox.path("models"), sandbox.path("elsewhere")).unwrap();
    fs::rename(
        sandbox.path("elsewhere/evil.pkl"),
        sandbox.path("elsewhere/renamed.bin"),
    )
    .unwrap();
    let run = sandbox.run(&["scan", "--baseline", "baseline.json", "elsewhere"]);
    assert_eq!(code(&run), "exit: 0", "{run}");
}

#[test]
fn a_swapped_file_alerts_again() {
    let sandbox = known();
    let mut other = CRITICAL.to_vec();
    other[14] = b'X';
    sandbox.file("models/evil.pkl", &other);
    let run = sandbox.run(&SCAN);
    assert_eq!(code(&run), "exit: 1", "{run}");
    assert_snapshot!(last_note(&run), @"note: 1 entry of the baseline `baseline.json` was not found any more: PKL001 about `os.system` in `models/evil.pkl`");
}

#[test]
fn the_same_finding_in_another_file_is_new() {
    let sandbox = known();
    let mut other = CRITICAL.to_vec();
    other.extend(b"N.");
    sandbox.file("models/new.pkl", &other);
    assert_eq!(code(&sandbox.run(&SCAN)), "exit: 1");
}

#[test]
fn a_baseline_is_the_same_every_time_and_sorted() {
    let sandbox = known();
    let first = sandbox.bytes("baseline.json");
    let arguments = ["baseline", "create", "--jobs", "1", "models", "-o", "-"];
    let output = sandbox.command(&arguments).output().unwrap();
    assert_eq!(output.stdout, first);
    let text = String::from_utf8(first).unwrap();
    let places = ["models/evil.pkl", "models/medium.zip"].map(|path| text.find(path).unwrap());
    assert!(places.is_sorted(), "{text}");
    assert!(text.contains("\"member\": \"data.pkl\""), "{text}");
}

#[test]
fn a_report_is_a_baseline_too() {
    let sandbox = known();
    let report = sandbox
        .command(&["scan", "--format", "json", "models"])
        .output()
        .unwrap();
    sandbox.file("baseline.json", &report.stdout);
    assert_eq!(code(&sandbox.run(&SCAN)), "exit: 0");
}

#[test]
fn a_baseline_never_makes_up_for_what_was_not_read() {
    let sandbox = Sandbox::with(&[("models/cut.pkl", CUT_OFF)]);
    assert_eq!(
        code(&sandbox.run(&["baseline", "create", "models", "-o", "baseline.json"])),
        "exit: 0"
    );
    let run = sandbox.run(&SCAN);
    assert_eq!(code(&run), "exit: 2", "{run}");
    assert!(!run.contains("PKL001"), "{run}");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_hashed_is_in_no_baseline() {
    let sandbox = Sandbox::with(&[("models/a.pkl", CLEAN)]);
    std::os::unix::fs::symlink("nowhere", sandbox.path("models/link.pkl")).unwrap();
    let run = sandbox.run(&["baseline", "create", "models", "-o", "baseline.json"]);
    assert_eq!(
        stderr(&run),
        "`baseline.json`: 0 findings; 1 more in files that could not be read are not in it\n"
    );
    assert_eq!(code(&sandbox.run(&SCAN)), "exit: 2");
}

#[test]
fn a_baseline_may_be_named_in_the_configuration() {
    let sandbox = known();
    sandbox.file(
        "weighbridge.toml",
        b"[scan]\nbaseline = \"baseline.json\"\n",
    );
    assert_eq!(code(&sandbox.run(&["scan", "models"])), "exit: 0");
    assert_eq!(
        code(&sandbox.run(&["scan", "--no-config", "models"])),
        "exit: 1"
    );
    // A baseline that is made anew has what the old one has.
    let before = sandbox.bytes("baseline.json");
    sandbox.run(&["baseline", "create", "models", "-o", "baseline.json"]);
    assert_eq!(sandbox.bytes("baseline.json"), before);
}

#[test]
fn what_an_ignore_covers_is_in_no_baseline() {
    let sandbox = known();
    sandbox.file(
        "weighbridge.toml",
        b"[[scan.ignore]]\nglobal = \"acme.models.Thing\"\nreason = \"ours\"\n",
    );
    let run = sandbox.run(&["baseline", "create", "models", "-o", "baseline.json"]);
    assert_eq!(stderr(&run), "`baseline.json`: 1 finding\n");
}

#[test]
fn a_broken_baseline_is_usage() {
    let sandbox = known();
    sandbox.file(
        "baseline.json",
        b"{\"schema\": \"weighbridge.baseline/1\", \"findngs\": []}",
    );
    assert_snapshot!(sandbox.run(&SCAN), @"
    exit: 4
    --- stdout
    --- stderr
    error: cannot read the baseline `baseline.json`: unknown key `findngs`, did you mean `findings`? at line 1 column 46
    ");
    let run = sandbox.run(&["scan", "--baseline", "nowhere.json", "models"]);
    assert_eq!(
        stderr(&run),
        "error: cannot read the baseline `nowhere.json`: it does not exist\n"
    );
}

#[test]
fn a_baseline_does_not_replace_what_is_scanned() {
    let sandbox = known();
    let run = sandbox.run(&[
        "baseline",
        "create",
        "models/evil.pkl",
        "-o",
        "models/evil.pkl",
    ]);
    assert_eq!(
        stderr(&run),
        "error: the report would replace `models/evil.pkl`, which is to be scanned\n"
    );
    let run = sandbox.run(&["baseline", "create", "models"]);
    assert_eq!(code(&run), "exit: 4");
}
