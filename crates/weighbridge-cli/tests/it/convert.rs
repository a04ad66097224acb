//! Reports in JSON, written in other formats.

use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::Value;

use crate::pickles::{
    ALIASED, CLEAN, CRITICAL, CUT_OFF, MEDIUM, TRUNCATED, UNSUPPORTED, many, zip,
};
use crate::sandbox::Sandbox;

const FORMATS: [&str; 5] = ["text", "json", "sarif", "junit", "github"];

fn stdout(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = sandbox.command(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_converted_report_is_the_report_of_the_scan() {
    let archive = zip(&[("archive/data.pkl", ALIASED), ("x\x1b.pkl", CUT_OFF)]);
    let sandbox = Sandbox::with(&[
        ("models/clean.pkl", CLEAN),
        ("models/config.json", b"{}"),
        ("models/cut.pkl", TRUNCATED),
        ("models/evil.bin", &archive),
        ("models/many.pkl", &many(30)),
        ("models/medium\\.pkl", MEDIUM),
        ("models/weights.gguf", UNSUPPORTED),
    ]);
    #[cfg(target_os = "linux")]
    {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;

        sandbox.file(OsStr::from_bytes(b"models/m\xff%\n.pkl"), CRITICAL);
    }
    for path in ["models", "./models/../models", "models/clean.pkl"] {
        stdout(&sandbox, &["scan", path, "-o", "json=report.json"]);
        for format in FORMATS {
            assert_eq!(
                stdout(
                    &sandbox,
                    &["convert-report", "report.json", "--format", format]
                ),
                stdout(&sandbox, &["scan", path, "--format", format]),
                "{format} {path}"
            );
        }
    }
}

#[test]
fn what_the_configuration_says_is_carried_over() {
    let sandbox = Sandbox::with(&[
        (
            "weighbridge.toml",
            b"[scan.severity]\nPKL010 = \"high\"\n\
              [[scan.ignore]]\nrule = \"PKL002\"\nreason = \"ours ##[x\"\n\
              [[scan.ignore]]\nrule = \"PKL003\"\nreason = \"unused\"\n",
        ),
        ("models/cut.pkl", TRUNCATED),
        ("models/evil.pkl", CRITICAL),
        ("models/medium.pkl", MEDIUM),
        ("models/no/##[stop-commands]x.pkl", CRITICAL),
    ]);
    let scan = ["scan", "--exclude", "no", "--exclude", "*stop*", "models"];
    stdout(&sandbox, &[&scan[..], &["-o", "json=report.json"]].concat());
    for format in FORMATS {
        let scanned = stdout(&sandbox, &[&scan[..], &["--format", format]].concat());
        let converted = ["convert-report", "report.json", "--format", format];
        assert_eq!(stdout(&sandbox, &converted), scanned, "{format}");
        assert!(!scanned.contains("##["), "{scanned}");
        // Ignored findings are in JSON, where they are told from others, and nowhere else.
        assert_eq!(scanned.contains("PKL002/"), format == "json", "{scanned}");
        assert!(scanned.contains("excluded"), "{format}: {scanned}");
        assert!(scanned.contains("PKL003"), "{format}: {scanned}");
    }
}

#[test]
fn conversion_judges_only_when_told_to() {
    let sandbox = Sandbox::with(&[
        ("evil.pkl", CRITICAL),
        ("cut.pkl", TRUNCATED),
        ("a.txt", b"a\n"),
    ]);
    for (path, code) in [("evil.pkl", 1), ("cut.pkl", 2), ("a.txt", 3)] {
        stdout(&sandbox, &["scan", path, "-o", "json=report.json"]);
        let convert = |more: &[&str]| {
            let mut command = sandbox.command(&["convert-report", "report.json"]);
            command.args(more).stdout(Stdio::null());
            command.status().unwrap().code()
        };
        assert_eq!(convert(&[]), Some(0), "{path}");
        assert_eq!(convert(&["--fail-on", "high"]), Some(code), "{path}");
    }
}

#[test]
fn a_report_comes_from_stdin_and_goes_to_several_files() {
    let sandbox = Sandbox::with(&[("evil.pkl", CRITICAL)]);
    let report = stdout(&sandbox, &["scan", "evil.pkl", "--format", "json"]);
    let run = sandbox.run_with_stdin(
        &[
            "convert-report",
            "-",
            "-q",
            "-o",
            "junit=a.xml",
            "-o",
            "b.txt",
        ],
        report.as_bytes(),
    );
    assert_eq!(run, "exit: 0\n--- stdout\n--- stderr\n");
    assert_eq!(sandbox.names(), ["a.xml", "b.txt", "evil.pkl"]);
}

#[test]
fn what_is_no_report_is_refused() {
    let sandbox = Sandbox::with(&[
        ("no.json", b"{\"schema\": \"weighbridge.rules/1\"}"),
        ("text.json", b"error: \x1b[2J"),
        ("utf8.json", b"{\"schema\": \"\xff\"}"),
    ]);
    assert_snapshot!(sandbox.run(&["convert-report", "no.json"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: `no.json` is of schema `weighbridge.rules/1`, wanted is `weighbridge.scan/1`
    ");
    assert_snapshot!(sandbox.run(&["convert-report", "text.json"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: `text.json` is no JSON, line 1 column 1: expected value
    ");
    assert_snapshot!(sandbox.run(&["convert-report", "utf8.json"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: `utf8.json` is no JSON, line 1 column 13: invalid unicode code point
    ");
    assert_snapshot!(sandbox.run(&["convert-report", "nowhere.json"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: `nowhere.json` does not exist
    ");
    assert_snapshot!(sandbox.run(&["convert-report", "no.json", "--max-report-bytes", "8"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: `no.json` is longer than 8 bytes, which `--max-report-bytes` raises
    ");
    assert_snapshot!(sandbox.run(&["convert-report", "no.json", "-o", "./no.json"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: the report would replace `no.json`, which is to be read
    ");
    let run = sandbox.run(&["convert-report", "."]);
    assert!(run.starts_with("exit: 2\n"), "{run}");
}

#[test]
fn hostile_texts_of_a_report_are_shown_harmlessly() {
    let sandbox = Sandbox::with(&[("evil.pkl", CRITICAL)]);
    let report = stdout(&sandbox, &["scan", "evil.pkl", "--format", "json"]);
    let mut report: Value = serde_json::from_str(&report).unwrap();
    let hostile = "x\x1b[2J\n::error ::y\u{202e}<b>\u{fffe}%0A";
    report["tool"]["version"] = hostile.into();
    report["tool"]["ruleset"] = hostile.into();
    report["notices"] = serde_json::json!([{ "level": "error", "message": hostile }]);
    let target = &mut report["targets"][0];
    target["path"] = hostile.into();
    target["kind"] = hostile.into();
    target["members"] = serde_json::json!([{
        "name": hostile, "kind": hostile, "bytes": 1, "verdict": "unsupported", "crc": "ok", "accounted": 1,
    }]);
    let finding = &mut target["findings"][0];
    for key in ["message", "subject", "reached", "fingerprint"] {
        finding[key] = hostile.into();
    }
    finding["written"] = serde_json::json!({ "module": hostile, "name": hostile });
    finding["location"]["member"] = hostile.into();
    finding["location"]["opcode_name"] = hostile.into();
    // What the archive has in it is part of the summary.
    report["summary"]["complete"] = false.into();
    sandbox.file("hostile.json", report.to_string().as_bytes());
    for format in FORMATS {
        let run = sandbox.run(&["convert-report", "hostile.json", "--format", format]);
        assert!(run.starts_with("exit: 0\n"), "{run}");
        let harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!run.contains(harmful), "{format}: {run:?}");
        assert!(
            !run.lines().any(|line| line.starts_with("::error ::y")),
            "{format}: {run}"
        );
        let is_xml = format == "junit";
        assert!(!is_xml || !run.contains(['\u{fffe}']), "{run:?}");
        assert!(!is_xml || !run.contains("<b>"), "{run}");
    }
}

#[test]
fn rules_of_another_version_are_carried_over() {
    let sandbox = Sandbox::with(&[("evil.pkl", CRITICAL)]);
    let report = stdout(&sandbox, &["scan", "evil.pkl", "--format", "json"]);
    sandbox.file(
        "new.json",
        report
            .replace("PKL001/unsafe-global", "XYZ999/new-rule")
            .as_bytes(),
    );
    for format in FORMATS {
        let run = sandbox.run(&["convert-report", "new.json", "--format", format]);
        assert!(
            run.starts_with("exit: 0\n") && run.contains("XYZ999/new-rule"),
            "{run}"
        );
    }
}
