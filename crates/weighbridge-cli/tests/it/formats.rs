//! SARIF, JUnit and workflow commands of GitHub.

use insta::assert_snapshot;
use serde_json::Value;

use crate::pickles::{
    ALIASED, CLEAN, CRITICAL, CUT_OFF, MEDIUM, TRUNCATED, UNSUPPORTED, many, zip,
};
use crate::sandbox::Sandbox;

/// One file of each verdict.
fn models() -> Sandbox {
    let archive = zip(&[("archive/data.pkl", ALIASED), ("archive/version", b"3\n")]);
    Sandbox::with(&[
        ("models/a b.pkl", CLEAN),
        ("models/config.json", b"{}"),
        ("models/cut.pkl", TRUNCATED),
        ("models/evil.bin", &archive),
        ("models/medium.pkl", MEDIUM),
        ("models/weights.gguf", UNSUPPORTED),
    ])
}

/// What a scan of the sandbox writes to stdout, without the version of the lists.
fn report(sandbox: &Sandbox, format: &str, path: &str) -> String {
    let run = |format: &str, path: &str| {
        let arguments = ["scan", "--format", format, path];
        let output = sandbox.command(&arguments).output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        String::from_utf8(output.stdout).unwrap()
    };
    let json: Value = serde_json::from_str(&run("json", path)).unwrap();
    let ruleset = json["tool"]["ruleset"].as_str().unwrap();
    run(format, path).replace(ruleset, "…")
}

/// A report in SARIF, whose pages are left out.
fn sarif(sandbox: &Sandbox, path: &str) -> Value {
    let mut log: Value = serde_json::from_str(&report(sandbox, "sarif", path)).unwrap();
    let rules = &mut log["runs"][0]["tool"]["driver"]["rules"];
    for rule in rules.as_array_mut().unwrap() {
        for help in rule["help"].as_object_mut().unwrap().values_mut() {
            assert!(help.as_str().unwrap().len() > 100);
            *help = "…".into();
        }
    }
    log
}

#[test]
fn github_is_told_in_workflow_commands() {
    assert_snapshot!(report(&models(), "github", "models"), @"
    ::notice file=models/cut.pkl,title=PKL010/broken-stream (low)::the stream ends without STOP at byte 9%0Aat models/cut.pkl @ bytes 9..9 (opcode 6)%0AFetch the file again and compare its digest with the publisher's: most broken files are cut-off downloads.
    ::error file=models/cut.pkl,title=undecided::the stream ends without STOP at byte 9
    ::error file=models/evil.bin,title=PKL001/unsafe-global (critical)::imports `os.system` (process: runs commands or changes the process and its files)%0Aat models/evil.bin!archive/data.pkl @ bytes 0..14 (opcode 0, GLOBAL)%0Acalled by REDUCE at byte 22%0ADo not load the file.
    ::warning file=models/medium.pkl,title=PKL002/unknown-global (medium)::imports `acme.models.Thing`, which is on no list%0Aat models/medium.pkl @ bytes 0..19 (opcode 0, GLOBAL)%0Ainstantiated by NEWOBJ at byte 20%0AFind out what the name is.
    ::warning file=models/weights.gguf,title=unsupported::gguf is recognised and not judged yet
    6 files: 1 dangerous, 1 suspicious, 1 undecided, 1 unsupported, 1 clean, 1 passive; 3 findings: 1 critical, 0 high, 1 medium, 1 low, 0 info; 100 % of bytes accounted for; scan not complete
    ");
}

#[test]
fn a_file_is_a_test_case() {
    assert_snapshot!(report(&models(), "junit", "models"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="weighbridge" tests="6" failures="2" errors="1">
      <testsuite name="weighbridge scan" tests="6" failures="2" errors="1" skipped="2">
        <properties>
          <property name="version" value="0.1.0"/>
          <property name="ruleset" value="…"/>
        </properties>
        <testcase classname="weighbridge.scan" name="models/a b.pkl" file="models/a b.pkl"/>
        <testcase classname="weighbridge.scan" name="models/config.json" file="models/config.json">
          <skipped message="passive: json"></skipped>
        </testcase>
        <testcase classname="weighbridge.scan" name="models/cut.pkl" file="models/cut.pkl">
          <error message="undecided: the stream ends without STOP at byte 9" type="undecided">
    note[PKL010/broken-stream]: the stream ends without STOP at byte 9
      --&gt; models/cut.pkl @ bytes 9..9 (opcode 6)
      = why: A loader carries out every opcode up to the break.
      = help: Fetch the file again and compare its digest with the publisher&apos;s: most broken files are cut-off downloads.
      = rule: docs/rules/PKL010.md
    undecided: the stream ends without STOP at byte 9
    </error>
        </testcase>
        <testcase classname="weighbridge.scan" name="models/evil.bin" file="models/evil.bin">
          <failure message="dangerous: imports `os.system` (process: runs commands or changes the process and its files)" type="dangerous">
    error[PKL001/unsafe-global]: imports `os.system` (process: runs commands or changes the process and its files)
      --&gt; models/evil.bin!archive/data.pkl @ bytes 0..14 (opcode 0, GLOBAL)
      = reached: called by REDUCE at byte 22
      = written: `posix system`
      = why: An import runs the module and its parent packages.
      = help: Do not load the file.
      = rule: docs/rules/PKL001.md
    </failure>
        </testcase>
        <testcase classname="weighbridge.scan" name="models/medium.pkl" file="models/medium.pkl">
          <failure message="suspicious: imports `acme.models.Thing`, which is on no list" type="suspicious">
    warning[PKL002/unknown-global]: imports `acme.models.Thing`, which is on no list
      --&gt; models/medium.pkl @ bytes 0..19 (opcode 0, GLOBAL)
      = reached: instantiated by NEWOBJ at byte 20
      = why: Loading imports the module of such a name, runs `__new__` and, where there is one, `__setstate__`, and all of that is code that was not looked at.
      = help: Find out what the name is.
      = rule: docs/rules/PKL002.md
    </failure>
        </testcase>
        <testcase classname="weighbridge.scan" name="models/weights.gguf" file="models/weights.gguf">
          <skipped message="unsupported: gguf is recognised and not judged yet">
    unsupported: gguf is recognised and not judged yet
    </skipped>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn a_log_has_one_run_with_its_rules_files_and_results() {
    let log = sarif(&models(), "models");
    assert_snapshot!(serde_json::to_string_pretty(&log).unwrap(), @r#"
    {
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "runs": [
        {
          "artifacts": [
            {
              "length": 11,
              "location": {
                "index": 0,
                "uri": "models/a%20b.pkl",
                "uriBaseId": "%SRCROOT%"
              },
              "properties": {
                "complete": true,
                "kind": "pickle",
                "verdict": "clean"
              },
              "roles": [
                "analysisTarget"
              ]
            },
            {
              "length": 2,
              "location": {
                "index": 1,
                "uri": "models/config.json",
                "uriBaseId": "%SRCROOT%"
              },
              "properties": {
                "complete": true,
                "kind": "json",
                "verdict": "passive"
              },
              "roles": [
                "analysisTarget"
              ]
            },
            {
              "hashes": {
                "sha-256": "347924e6831d7acb116e652885b3ec29ed1e93c58467a9e6802a8c34361a6b52"
              },
              "length": 9,
              "location": {
                "index": 2,
                "uri": "models/cut.pkl",
                "uriBaseId": "%SRCROOT%"
              },
              "properties": {
                "complete": false,
                "kind": "pickle",
                "verdict": "undecided"
              },
              "roles": [
                "analysisTarget"
              ]
            },
            {
              "hashes": {
                "sha-256": "8b153cadefd01dd472f0b29d0f2506dfcdba0b3c6d369d9ccaa4cac97596b4b0"
              },
              "length": 262,
              "location": {
                "index": 3,
                "uri": "models/evil.bin",
                "uriBaseId": "%SRCROOT%"
              },
              "properties": {
                "complete": true,
                "kind": "torch zip",
                "verdict": "dangerous"
              },
              "roles": [
                "analysisTarget"
              ]
            },
            {
              "hashes": {
                "sha-256": "e7c884929c8e47358f3bfafb28d7eae546147369bfe1588a42e16ae115df8a38"
              },
              "length": 22,
              "location": {
                "index": 4,
                "uri": "models/medium.pkl",
                "uriBaseId": "%SRCROOT%"
              },
              "properties": {
                "complete": true,
                "kind": "pickle",
                "verdict": "suspicious"
              },
              "roles": [
                "analysisTarget"
              ]
            },
            {
              "length": 16,
              "location": {
                "index": 5,
                "uri": "models/weights.gguf",
                "uriBaseId": "%SRCROOT%"
              },
              "properties": {
                "complete": false,
                "kind": "gguf",
                "verdict": "unsupported"
              },
              "roles": [
                "analysisTarget"
              ]
            }
          ],
          "columnKind": "unicodeCodePoints",
          "invocations": [
            {
              "executionSuccessful": false,
              "toolConfigurationNotifications": [],
              "toolExecutionNotifications": [
                {
                  "level": "error",
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "index": 2,
                          "uri": "models/cut.pkl",
                          "uriBaseId": "%SRCROOT%"
                        },
                        "region": {
                          "endColumn": 1,
                          "endLine": 1,
                          "startColumn": 1,
                          "startLine": 1
                        }
                      }
                    }
                  ],
                  "message": {
                    "text": "undecided: the stream ends without STOP at byte 9"
                  }
                },
                {
                  "level": "warning",
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "index": 5,
                          "uri": "models/weights.gguf",
                          "uriBaseId": "%SRCROOT%"
                        },
                        "region": {
                          "endColumn": 1,
                          "endLine": 1,
                          "startColumn": 1,
                          "startLine": 1
                        }
                      }
                    }
                  ],
                  "message": {
                    "text": "unsupported: gguf is recognised and not judged yet"
                  }
                }
              ]
            }
          ],
          "originalUriBaseIds": {
            "%SRCROOT%": {
              "description": {
                "text": "The working directory."
              }
            }
          },
          "results": [
            {
              "level": "note",
              "locations": [
                {
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "0:6",
                      "kind": "opcode",
                      "name": "6"
                    }
                  ],
                  "physicalLocation": {
                    "artifactLocation": {
                      "index": 2,
                      "uri": "models/cut.pkl",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "byteLength": 0,
                      "byteOffset": 9,
                      "endColumn": 1,
                      "endLine": 1,
                      "startColumn": 1,
                      "startLine": 1
                    }
                  }
                }
              ],
              "message": {
                "text": "the stream ends without STOP at byte 9"
              },
              "partialFingerprints": {
                "primaryLocationLineHash": "a33a384ae0f1b62defcc668038cbfbc4bcf96ad2750d7af8acd61d286d01bc26",
                "weighbridge/v1": "a33a384ae0f1b62defcc668038cbfbc4bcf96ad2750d7af8acd61d286d01bc26"
              },
              "properties": {
                "byteEnd": 9,
                "byteStart": 9,
                "confidence": "high",
                "severity": "low"
              },
              "ruleId": "PKL010/broken-stream",
              "ruleIndex": 2
            },
            {
              "level": "error",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "index": 2,
                      "uri": "models/cut.pkl",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 1,
                      "endLine": 1,
                      "startColumn": 1,
                      "startLine": 1
                    }
                  }
                }
              ],
              "message": {
                "text": "undecided: the stream ends without STOP at byte 9"
              },
              "partialFingerprints": {
                "primaryLocationLineHash": "4e8c94af6f81ce6c5761701f503352bf8a05e319bcf290335713711e2765d137",
                "weighbridge/v1": "4e8c94af6f81ce6c5761701f503352bf8a05e319bcf290335713711e2765d137"
              },
              "ruleId": "weighbridge/undecided",
              "ruleIndex": 3
            },
            {
              "level": "error",
              "locations": [
                {
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "archive/data.pkl",
                      "kind": "member",
                      "name": "archive/data.pkl"
                    },
                    {
                      "fullyQualifiedName": "archive/data.pkl!0:0",
                      "kind": "opcode",
                      "name": "GLOBAL"
                    }
                  ],
                  "physicalLocation": {
                    "artifactLocation": {
                      "index": 3,
                      "uri": "models/evil.bin",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "byteLength": 14,
                      "byteOffset": 46,
                      "endColumn": 1,
                      "endLine": 1,
                      "startColumn": 1,
                      "startLine": 1
                    }
                  }
                }
              ],
              "message": {
                "text": "imports `os.system` (process: runs commands or changes the process and its files), called by REDUCE at byte 22"
              },
              "partialFingerprints": {
                "primaryLocationLineHash": "9df11fb26e7bef8a853ff9ad575cafba0ed0b4d396c5f430a4c0e875b7719b6f",
                "weighbridge/v1": "9df11fb26e7bef8a853ff9ad575cafba0ed0b4d396c5f430a4c0e875b7719b6f"
              },
              "properties": {
                "byteEnd": 14,
                "byteStart": 0,
                "confidence": "high",
                "reached": "called by REDUCE at byte 22",
                "severity": "critical",
                "subject": "os.system",
                "written": {
                  "module": "posix",
                  "name": "system"
                }
              },
              "ruleId": "PKL001/unsafe-global",
              "ruleIndex": 0
            },
            {
              "level": "warning",
              "locations": [
                {
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "0:0",
                      "kind": "opcode",
                      "name": "GLOBAL"
                    }
                  ],
                  "physicalLocation": {
                    "artifactLocation": {
                      "index": 4,
                      "uri": "models/medium.pkl",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "byteLength": 19,
                      "byteOffset": 0,
                      "endColumn": 1,
                      "endLine": 1,
                      "startColumn": 1,
                      "startLine": 1
                    }
                  }
                }
              ],
              "message": {
                "text": "imports `acme.models.Thing`, which is on no list, instantiated by NEWOBJ at byte 20"
              },
              "partialFingerprints": {
                "primaryLocationLineHash": "2ca2765cd388bc2de8f18fc27fa4c10de4f05e8a7f9cd991d6409a138650dc55",
                "weighbridge/v1": "2ca2765cd388bc2de8f18fc27fa4c10de4f05e8a7f9cd991d6409a138650dc55"
              },
              "properties": {
                "byteEnd": 19,
                "byteStart": 0,
                "confidence": "high",
                "reached": "instantiated by NEWOBJ at byte 20",
                "severity": "medium",
                "subject": "acme.models.Thing",
                "written": {
                  "module": "acme.models",
                  "name": "Thing"
                }
              },
              "ruleId": "PKL002/unknown-global",
              "ruleIndex": 1
            }
          ],
          "tool": {
            "driver": {
              "informationUri": "https://github.com/weighbridge/weighbridge",
              "name": "weighbridge",
              "properties": {
                "ruleset": "…"
              },
              "rules": [
                {
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "fullDescription": {
                    "text": "An import runs the module and its parent packages."
                  },
                  "help": {
                    "markdown": "…",
                    "text": "…"
                  },
                  "helpUri": "https://github.com/weighbridge/weighbridge/blob/main/docs/rules/PKL001.md",
                  "id": "PKL001/unsafe-global",
                  "name": "unsafe-global",
                  "properties": {
                    "security-severity": "9.5",
                    "tags": [
                      "security"
                    ]
                  },
                  "shortDescription": {
                    "text": "A name that can do harm is imported, or called."
                  }
                },
                {
                  "defaultConfiguration": {
                    "level": "warning"
                  },
                  "fullDescription": {
                    "text": "Loading imports the module of such a name, runs `__new__` and, where there is one, `__setstate__`, and all of that is code that was not looked at."
                  },
                  "help": {
                    "markdown": "…",
                    "text": "…"
                  },
                  "helpUri": "https://github.com/weighbridge/weighbridge/blob/main/docs/rules/PKL002.md",
                  "id": "PKL002/unknown-global",
                  "name": "unknown-global",
                  "properties": {
                    "security-severity": "5.5",
                    "tags": [
                      "security"
                    ]
                  },
                  "shortDescription": {
                    "text": "A name that nobody vouches for is imported, instantiated or called."
                  }
                },
                {
                  "defaultConfiguration": {
                    "level": "note"
                  },
                  "fullDescription": {
                    "text": "A loader carries out every opcode up to the break."
                  },
                  "help": {
                    "markdown": "…",
                    "text": "…"
                  },
                  "helpUri": "https://github.com/weighbridge/weighbridge/blob/main/docs/rules/PKL010.md",
                  "id": "PKL010/broken-stream",
                  "name": "broken-stream",
                  "properties": {
                    "security-severity": "3.0",
                    "tags": [
                      "security"
                    ]
                  },
                  "shortDescription": {
                    "text": "The pickle cannot be read to its end; what stood before was judged."
                  }
                },
                {
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "fullDescription": {
                    "text": "What was not read cannot be vouched for, and a loader may well read it."
                  },
                  "help": {
                    "markdown": "…",
                    "text": "…"
                  },
                  "helpUri": "https://github.com/weighbridge/weighbridge/blob/main/docs/exit-codes.md",
                  "id": "weighbridge/undecided",
                  "name": "undecided",
                  "properties": {
                    "tags": [
                      "coverage"
                    ]
                  },
                  "shortDescription": {
                    "text": "Something that should have been judged was not."
                  }
                }
              ],
              "semanticVersion": "0.1.0"
            }
          }
        }
      ],
      "version": "2.1.0"
    }
    "#);
}

#[test]
fn what_was_cut_off_is_both_found_and_undecided() {
    let sandbox = Sandbox::with(&[("model.pkl", CUT_OFF)]);
    let log = sarif(&sandbox, "model.pkl");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let rules: Vec<&str> = results
        .iter()
        .map(|result| result["ruleId"].as_str().unwrap())
        .collect();
    assert_eq!(
        rules,
        [
            "PKL001/unsafe-global",
            "PKL010/broken-stream",
            "weighbridge/undecided"
        ]
    );
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(
        invocation["toolExecutionNotifications"][0]["level"],
        "error"
    );
}

#[test]
fn equal_findings_are_told_apart_by_their_fingerprints() {
    let sandbox = Sandbox::with(&[("model.pkl", &many(20))]);
    let log = sarif(&sandbox, "model.pkl");
    let results = log["runs"][0]["results"].as_array().unwrap().iter();
    let mut fingerprints: Vec<&str> = results
        .map(|result| {
            let fingerprints = &result["partialFingerprints"];
            assert_eq!(
                fingerprints["weighbridge/v1"],
                fingerprints["primaryLocationLineHash"]
            );
            fingerprints["weighbridge/v1"].as_str().unwrap()
        })
        .collect();
    assert!(fingerprints.len() > 5, "{}", fingerprints.len());
    fingerprints.sort_unstable();
    let all = fingerprints.len();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), all);
}

#[test]
fn a_moved_file_keeps_its_fingerprints() {
    let sandbox = Sandbox::with(&[("a.pkl", CRITICAL), ("deep/b.pkl", CRITICAL)]);
    let [one, other] = ["a.pkl", "deep/b.pkl"]
        .map(|path| sarif(&sandbox, path)["runs"][0]["results"][0]["partialFingerprints"].clone());
    assert_eq!(one, other);
}

#[test]
fn a_scan_says_the_same_twice() {
    let sandbox = models();
    for format in ["sarif", "junit", "github"] {
        let once = report(&sandbox, format, "models");
        assert_eq!(once, report(&sandbox, format, "models"), "{format}");
    }
}

#[test]
fn the_exit_code_is_that_of_the_text() {
    let sandbox = models();
    for path in ["models", "models/cut.pkl", "models/a b.pkl"] {
        let code = |format: &str| {
            let arguments = ["scan", "--format", format, path];
            sandbox.command(&arguments).output().unwrap().status.code()
        };
        for format in ["sarif", "junit", "github"] {
            assert_eq!(code(format), code("text"), "{format} {path}");
        }
    }
}

/// Names that would end a command, an element, a string or a line.
#[cfg(unix)]
const HOSTILE: &str =
    "m\n::set-output name=a::b\r%0A::error ::x,y\"'<b>&]]>\x1b[2J\u{202e}\u{fffe}[a](http_b).pkl";

#[cfg(unix)]
#[test]
fn hostile_names_write_no_command_of_their_own() {
    let sandbox = Sandbox::new();
    sandbox.file(format!("models/{HOSTILE}"), CRITICAL);
    let text = report(&sandbox, "github", "models");
    let commands: Vec<&str> = text.lines().filter(|line| line.contains("::")).collect();
    assert_eq!(commands.len(), 1, "{text}");
    assert!(
        commands[0].starts_with(
            "::error file=models/m\\n%3A%3Aset-output name=a%3A%3Ab\\r%250A%3A%3Aerror %3A%3Ax%2Cy"
        ),
        "{text}"
    );
    assert!(!text.contains(['\x1b', '\r', '\u{202e}']), "{text}");
}

#[cfg(unix)]
#[test]
fn hostile_names_in_pickles_and_archives_write_no_command_of_their_own() {
    let pickle = b"\x80\x04\x8c\x20a\n::error file=x::y%0A::set-env \x8c\x01c\x93.";
    let archive = zip(&[("in\n::warning ::x.pkl", pickle)]);
    let sandbox = Sandbox::with(&[("a.pkl", pickle), ("b.bin", &archive)]);
    let text = report(&sandbox, "github", ".");
    for line in text.lines() {
        let (begin, rest) = line.split_at(2);
        let known = ["error ", "warning ", "notice "];
        assert!(
            begin != "::" || known.iter().any(|command| rest.starts_with(command)),
            "{line}"
        );
        let annotated = line.starts_with("::error file=a.pkl,")
            || line.starts_with("::warning file=a.pkl,")
            || line.starts_with("::warning file=b.bin,")
            || line.starts_with("::notice file=b.bin,")
            || line.starts_with("2 files: ");
        assert!(annotated, "{line}");
    }
}

#[test]
fn no_format_writes_a_command_in_the_old_form() {
    let archive = zip(&[("##[stop-commands]x.pkl", CRITICAL)]);
    let sandbox = Sandbox::with(&[("##[add-mask]a.pkl", &archive)]);
    for format in ["text", "json", "sarif", "junit"] {
        let text = report(&sandbox, format, ".");
        assert!(!text.contains("##["), "{format}: {text}");
        assert!(text.contains("stop-commands"), "{format}: {text}");
    }
    // The runner takes these lines for what they are, and looks no further.
    for line in report(&sandbox, "github", ".").lines() {
        assert!(line.starts_with("::") || !line.contains("##["), "{line}");
    }
}

#[cfg(unix)]
#[test]
fn hostile_names_are_text_in_xml_and_paths_in_uris() {
    let sandbox = Sandbox::new();
    sandbox.file(format!("models/{HOSTILE}"), CRITICAL);
    let xml = report(&sandbox, "junit", "models");
    assert!(
        xml.contains(
            "y&quot;&apos;&lt;b&gt;&amp;]]&gt;\\x1b[2J\\u{202e}\\u{fffe}[a](http_b).pkl\" file="
        ),
        "{xml}"
    );
    let log = sarif(&sandbox, "models");
    let location = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        location["artifactLocation"]["uri"],
        "models/m%0A%3A%3Aset-output%20name%3Da%3A%3Ab%0D%250A%3A%3Aerror%20%3A%3Ax%2Cy%22%27%3Cb%3E%26%5D%5D%3E\
         %1B%5B2J%E2%80%AE%EF%BF%BE%5Ba%5D%28http_b%29.pkl"
    );
    let raw = report(&sandbox, "sarif", "models");
    assert!(
        !raw.contains(['\x1b', '\r', '\u{202e}', '\u{fffe}']),
        "{raw}"
    );
}

#[test]
fn a_name_is_no_link() {
    let pickle = b"\x80\x04\x8c\x15[click](http_evil/x)a\x8c\x01c\x93.";
    let sandbox = Sandbox::with(&[("model.pkl", pickle)]);
    let log = sarif(&sandbox, "model.pkl");
    let text = log["runs"][0]["results"][0]["message"]["text"].as_str();
    assert!(text.unwrap().contains("\\[click\\](http_evil"), "{text:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_not_utf_8_keeps_its_bytes_in_a_uri() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let sandbox = Sandbox::new();
    sandbox.file(OsStr::from_bytes(b"models/m\xff%.pkl"), CRITICAL);
    let log = sarif(&sandbox, "models");
    assert_eq!(
        log["runs"][0]["artifacts"][0]["location"]["uri"],
        "models/m%FF%25.pkl"
    );
}
