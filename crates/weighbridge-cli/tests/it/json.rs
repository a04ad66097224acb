use insta::assert_snapshot;
use serde_json::Value;

use crate::pickles::{ALIASED, CLEAN, CRITICAL, MEDIUM, TRUNCATED, UNSUPPORTED, zip};
use crate::sandbox::Sandbox;
use crate::schema::Schema;

#[test]
fn keys_stand_in_the_documented_order() {
    let sandbox = Sandbox::with(&[("model.pkl", ALIASED)]);
    assert_snapshot!(sandbox.run(&["scan", "--format", "json", "model.pkl"]), @r#"
    exit: 1
    --- stdout
    {
      "schema": "weighbridge.scan/1",
      "tool": {
        "name": "weighbridge",
        "version": "0.1.0",
        "ruleset": "…"
      },
      "notices": [],
      "targets": [
        {
          "path": "model.pkl",
          "kind": "pickle",
          "size": 24,
          "sha256": "7f9bad445efac7a0a352832fb352bc212dabc47ab35aff7b72adbc793c94f8fb",
          "verdict": "dangerous",
          "complete": true,
          "findings": [
            {
              "rule": "PKL001/unsafe-global",
              "severity": "critical",
              "confidence": "high",
              "message": "imports `os.system` (process: runs commands or changes the process and its files)",
              "subject": "os.system",
              "written": {
                "module": "posix",
                "name": "system"
              },
              "reached": "called by REDUCE at byte 22",
              "location": {
                "member": null,
                "stream": 0,
                "opcode": 0,
                "opcode_name": "GLOBAL",
                "byte_start": 0,
                "byte_end": 14,
                "file_byte_start": 0,
                "file_byte_end": 14
              },
              "fingerprint": "a19675f5c9954bab59deb74eb70b6f894263f18bb5c5ad6d70fffe77e363a0de"
            }
          ],
          "suppressed": [],
          "coverage": {
            "bytes": 24,
            "accounted": 24
          },
          "members": []
        }
      ],
      "excluded": {
        "files": 0,
        "folders": 0,
        "paths": []
      },
      "summary": {
        "files": 1,
        "by_verdict": {
          "dangerous": 1,
          "suspicious": 0,
          "undecided": 0,
          "unsupported": 0,
          "clean": 0,
          "passive": 0
        },
        "findings": {
          "critical": 1,
          "high": 0,
          "medium": 0,
          "low": 0,
          "info": 0
        },
        "suppressed": 0,
        "coverage": {
          "bytes": 24,
          "accounted": 24
        },
        "complete": true
      }
    }
    --- stderr
    "#);
}

#[test]
fn members_are_listed() {
    let archive = zip(&[("archive/data.pkl", CLEAN), ("archive/version", b"3\n")]);
    let sandbox = Sandbox::with(&[("model.bin", &archive)]);
    let report = report(&sandbox, "model.bin", 0);
    assert_snapshot!(report["targets"][0]["members"].to_string(), @r#"[{"accounted":11,"bytes":11,"crc":"ok","kind":"pickle","name":"archive/data.pkl","verdict":"clean"},{"accounted":2,"bytes":2,"crc":"ok","kind":"text","name":"archive/version","verdict":"passive"}]"#);
}

#[test]
fn every_report_is_what_the_schema_says() {
    let schema = Schema::read("scan.schema.json");
    let nested = zip(&[
        ("in.zip", &zip(&[("data.pkl", CRITICAL)])),
        ("notes.txt", b"hello\n"),
    ]);
    let sandbox = Sandbox::with(&[
        ("all/clean.pkl", CLEAN),
        ("all/evil.pkl", CRITICAL),
        ("all/medium.pkl", MEDIUM),
        ("all/cut.pkl", TRUNCATED),
        ("all/empty.pkl", b""),
        ("all/config.json", b"{}"),
        ("all/weights.gguf", UNSUPPORTED),
        ("all/nested.zip", &nested),
        ("none/README.md", b"# Nothing\n"),
    ]);
    for (folder, code) in [("all", 1), ("none", 3)] {
        schema.check(&report(&sandbox, folder, code));
    }
    let report = report(&sandbox, "all", 1);
    assert_eq!(report["summary"]["files"], 8);
    let verdicts = &report["summary"]["by_verdict"];
    let count = |word: &str| verdicts[word].as_u64().unwrap();
    assert_eq!(count("dangerous") + count("suspicious"), 3);
    assert_eq!(
        (count("clean"), count("passive"), count("unsupported")),
        (1, 1, 1)
    );
}

#[test]
fn the_exit_code_is_that_of_the_text() {
    let sandbox = Sandbox::with(&[("a.pkl", CLEAN), ("b.pkl", CRITICAL), ("c.pkl", TRUNCATED)]);
    for name in ["a.pkl", "b.pkl", "c.pkl", "."] {
        let codes = ["text", "json"].map(|format| {
            let output = sandbox
                .command(&["scan", "--format", format, name])
                .output()
                .unwrap();
            output.status.code().unwrap()
        });
        assert_eq!(codes[0], codes[1], "{name}");
    }
}

fn report(sandbox: &Sandbox, path: &str, code: i32) -> Value {
    let output = sandbox
        .command(&["scan", "--format", "json", path])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(code));
    serde_json::from_slice(&output.stdout).unwrap()
}
