//! Names that would move a cursor, break a line or turn it around.

use insta::assert_snapshot;

use crate::pickles::{CLEAN, TRUNCATED, zip};
use crate::sandbox::Sandbox;

/// Says that a text has nothing in it but lines of what can be shown.
fn assert_harmless(text: &str) {
    let harmful = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(harmful), "{text:?}");
}

#[cfg(unix)]
#[test]
fn names_of_files_are_escaped() {
    let sandbox = Sandbox::with(&[("models/\x1b[2J\n\u{202e}gnp\u{9b}.pkl", TRUNCATED)]);
    let text = sandbox.run(&["scan", "models"]);
    assert_harmless(&text);
    assert_snapshot!(text, @r"
    exit: 2
    --- stdout
    note[PKL010/broken-stream]: the stream ends without STOP at byte 9
      --> models/\x1b[2J\n\u{202e}gnp\u{9b}.pkl @ bytes 9..9 (opcode 6)
      = why: A loader carries out every opcode up to the break.
      = help: Fetch the file again and compare its digest with the publisher's: most broken files are cut-off downloads.
      = rule: docs/rules/PKL010.md
    undecided: models/\x1b[2J\n\u{202e}gnp\u{9b}.pkl: the stream ends without STOP at byte 9
    1 file: 1 undecided; 1 finding: 0 critical, 0 high, 0 medium, 1 low, 0 info; 100 % of bytes accounted for; scan not complete
    --- stderr
    ");
    assert_harmless(&sandbox.run(&["scan", "--format", "json", "models"]));
    let effects = sandbox.run(&[
        "pickle",
        "effects",
        "--format",
        "json",
        "models/\x1b[2J\n\u{202e}gnp\u{9b}.pkl",
    ]);
    assert_harmless(&effects);
}

#[test]
fn names_in_pickles_are_escaped() {
    let pickle = b"\x80\x04\x8c\x0ca\x1b[2J\n\xe2\x80\xaeb\xc2\x9b\x8c\x02c\n\x93.";
    let sandbox = Sandbox::with(&[("model.pkl", pickle)]);
    let text = sandbox.run(&["scan", "model.pkl"]);
    assert_harmless(&text);
    assert_snapshot!(text, @r"
    exit: 1
    --- stdout
    warning[PKL002/unknown-global]: imports `a\x1b[2J\n\u{202e}b\u{9b}.c\n`, which is on no list
      --> model.pkl @ bytes 20..21 (opcode 3, STACK_GLOBAL)
      = why: Loading imports the module of such a name, runs `__new__` and, where there is one, `__setstate__`, and all of that is code that was not looked at.
      = help: Find out what the name is.
      = rule: docs/rules/PKL002.md
    1 file: 1 suspicious; 1 finding: 0 critical, 0 high, 1 medium, 0 low, 0 info; 100 % of bytes accounted for; scan complete
    --- stderr
    ");
    let effects = sandbox.run(&["pickle", "effects", "model.pkl"]);
    assert_harmless(&effects);
    assert_snapshot!(effects, @r"
    exit: 0
    --- stdout
    # stream 0
    0:3 bytes 20..21 STACK_GLOBAL: import a\x1b[2J\n\u{202e}b\u{9b}.c\n via STACK_GLOBAL
    0:4 bytes 21..22 STOP: stop with a\x1b[2J\n\u{202e}b\u{9b}.c\n
    --- stderr
    ");
    assert_harmless(&sandbox.run(&["scan", "--format", "json", "model.pkl"]));
}

#[test]
fn names_of_members_are_escaped() {
    let archive = zip(&[("a\x1b[2J\n\u{202e}!b.pkl", TRUNCATED)]);
    let sandbox = Sandbox::with(&[("model.bin", &archive)]);
    let text = sandbox.run(&["scan", "model.bin"]);
    assert_harmless(&text);
    assert_snapshot!(text, @r"
    exit: 2
    --- stdout
    note[CON008/unsafe-member-name]: `a\x1b[2J\n\u{202e}!b.pkl` has control characters in its name
      --> model.bin @ bytes 54..115
      = why: A program that unpacks the archive without care writes outside of its folder.
      = help: Do not unpack the archive with a tool that does not refuse such names.
      = rule: docs/rules/CON008.md
    note[PKL010/broken-stream]: the stream ends without STOP at byte 9
      --> model.bin!a\x1b[2J\n\u{202e}%21b.pkl @ bytes 9..9 (opcode 6)
      = why: A loader carries out every opcode up to the break.
      = help: Fetch the file again and compare its digest with the publisher's: most broken files are cut-off downloads.
      = rule: docs/rules/PKL010.md
    undecided: model.bin: `a\x1b[2J\n\u{202e}!b.pkl` has control characters in its name; the stream ends without STOP at byte 9
    1 file: 1 undecided; 2 findings: 0 critical, 0 high, 0 medium, 2 low, 0 info; 100 % of bytes accounted for; scan not complete
    --- stderr
    ");
    assert_harmless(&sandbox.run(&["scan", "--format", "json", "model.bin"]));
    assert_harmless(&sandbox.run(&["pickle", "effects", "model.bin"]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_not_utf_8_is_percent_escaped() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let sandbox = Sandbox::new();
    sandbox.file(OsStr::from_bytes(b"m\xff%.pkl"), TRUNCATED);
    assert_snapshot!(sandbox.run(&[OsStr::new("scan"), OsStr::from_bytes(b"m\xff%.pkl")]), @"
    exit: 2
    --- stdout
    note[PKL010/broken-stream]: the stream ends without STOP at byte 9
      --> m%FF%25.pkl @ bytes 9..9 (opcode 6)
      = why: A loader carries out every opcode up to the break.
      = help: Fetch the file again and compare its digest with the publisher's: most broken files are cut-off downloads.
      = rule: docs/rules/PKL010.md
    undecided: m%FF%25.pkl: the stream ends without STOP at byte 9
    1 file: 1 undecided; 1 finding: 0 critical, 0 high, 0 medium, 1 low, 0 info; 100 % of bytes accounted for; scan not complete
    --- stderr
    ");
    let json = sandbox.run(&["scan", "--format", "json", "."]);
    assert!(
        json.contains("\"path\": \"./m%FF%25.pkl\",\n      \"path_lossy\": true,"),
        "{json}"
    );
}

#[test]
fn a_path_that_is_utf_8_is_not_lossy() {
    let sandbox = Sandbox::with(&[("模%FF.pkl", CLEAN)]);
    let json = sandbox.run(&["scan", "--format", "json", "模%FF.pkl"]);
    assert!(
        json.contains("\"path\": \"模%FF.pkl\",\n      \"kind\""),
        "{json}"
    );
}
