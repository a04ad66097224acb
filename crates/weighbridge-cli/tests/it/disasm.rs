use insta::assert_snapshot;

use crate::pickles::{CLEAN, CRITICAL, TRUNCATED, zip};
use crate::sandbox::{Sandbox, shown};

/// What a terminal would act on, long texts, deep nesting.
fn rich() -> Vec<u8> {
    let mut pickle = b"\x80\x04(\x8c\x07\x1b[2J\xe3\x85\xa4X\xe8\x03\x00\x00".to_vec();
    pickle.extend(b"x".repeat(1000));
    pickle.extend(b"C\x40");
    pickle.extend(b"\x00".repeat(64));
    pickle.extend(b"(".repeat(20));
    pickle.extend(b"K\x01");
    pickle.extend(b"t".repeat(21));
    pickle.push(b'.');
    pickle
}

#[test]
fn opcodes_are_listed_as_pickletools_lists_them() {
    let sandbox = Sandbox::with(&[("model.pkl", CLEAN), ("evil.pkl", CRITICAL)]);
    assert_snapshot!(sandbox.run(&["pickle", "disasm", "--full", "model.pkl"]), @r"
    exit: 0
    --- stdout
        0: \x80 PROTO      4
        2: ]    EMPTY_LIST
        3: \x94 MEMOIZE    (as 0)
        4: (    MARK
        5: K        BININT1    1
        7: K        BININT1    2
        9: e        APPENDS    (MARK at 4)
       10: .    STOP
    highest protocol among opcodes = 4
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "disasm", "evil.pkl"]), @"
    exit: 0
    --- stdout
    # stream 0
        0: c    GLOBAL     'os system'
       11: (    MARK
       12: S        STRING     'id'
       18: t        TUPLE      (MARK at 11)
       19: R    REDUCE
       20: .    STOP
    highest protocol among opcodes = 0
    --- stderr
    ");
}

#[test]
fn without_full_lines_are_short_and_harmless() {
    let sandbox = Sandbox::with(&[("model.pkl", &rich())]);
    let text = sandbox.run(&["pickle", "disasm", "model.pkl"]);
    assert_snapshot!(text.lines().take(9).collect::<Vec<_>>().join("\n"), @r"
    exit: 0
    --- stdout
    # stream 0
        0: \x80 PROTO      4
        2: (    MARK
        3: \x8c     SHORT_BINUNICODE '\x1b[2J\u3164'
       12: X        BINUNICODE 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'… (1000 bytes)
     1017: C        SHORT_BINBYTES b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00'… (64 bytes)
     1083: (        MARK
    ");
    assert!(
        text.lines().all(|line| line.chars().count() < 240),
        "{text}"
    );
    let full = sandbox.run(&["pickle", "disasm", "--full", "model.pkl"]);
    assert!(full.contains("'\\x1b[2J\u{3164}'"), "{full}");
    assert!(full.contains(&"x".repeat(1000)));
    let deepest = [" 1103: K    ", &" ".repeat(21 * 4), "BININT1    1\n"].concat();
    assert!(full.contains(&deepest), "{full}");
}

#[test]
fn what_was_read_of_a_broken_pickle_is_printed_and_the_rest_is_undecided() {
    let unknown = b"\x80\x04K\x01\xff.";
    let digits = [b"\x80\x02\x8b\xd0\x07\0\0", &*b"\x7f".repeat(2000), b"."].concat();
    let sandbox = Sandbox::with(&[
        ("cut.pkl", TRUNCATED),
        ("unknown.pkl", unknown),
        ("digits.pkl", &digits),
        ("left.pkl", b"NN."),
    ]);
    assert_snapshot!(sandbox.run(&["pickle", "disasm", "cut.pkl"]), @r"
    exit: 2
    --- stdout
    # stream 0
        0: \x80 PROTO      4
        2: ]    EMPTY_LIST
        3: \x94 MEMOIZE    (as 0)
        4: (    MARK
        5: K        BININT1    1
        7: K        BININT1    2
    broken: the stream ends without STOP at byte 9
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "disasm", "--full", "unknown.pkl"]), @r"
    exit: 2
    --- stdout
        0: \x80 PROTO      4
        2: K    BININT1    1
    --- stderr
    error: stream 0: unknown opcode 0xff at byte 4
    ");
    assert_snapshot!(sandbox.run(&["pickle", "disasm", "digits.pkl"]), @r"
    exit: 2
    --- stdout
    # stream 0
        0: \x80 PROTO      2
        2: 
    broken: an integer of more than 4300 digits at byte 2
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "disasm", "--full", "left.pkl"]), @"
    exit: 2
    --- stdout
        0: N    NONE
        1: N    NONE
        2: .    STOP
    highest protocol among opcodes = 0
    --- stderr
    error: stream 0: stack not empty at the end, 1 left at byte 2
    ");
}

#[test]
fn each_pickle_is_a_block_of_its_own() {
    let stacked = [b"N\x94.", CRITICAL].concat();
    let archive = zip(&[("a/data.pkl", b"N\x94."), ("b/data.pkl", CRITICAL)]);
    let sandbox = Sandbox::with(&[("model.pkl", &stacked), ("model.zip", &archive)]);
    assert_snapshot!(sandbox.run(&["pickle", "disasm", "--full", "model.pkl"]), @r"
    exit: 0
    --- stdout
        0: N    NONE
        1: \x94 MEMOIZE    (as 0)
        2: .    STOP
    highest protocol among opcodes = 4
        3: c    GLOBAL     'os system'
       14: (    MARK
       15: S        STRING     'id'
       21: t        TUPLE      (MARK at 14)
       22: R    REDUCE
       23: .    STOP
    highest protocol among opcodes = 0
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "disasm", "--stream", "0", "model.pkl"]), @r"
    exit: 0
    --- stdout
    # stream 0
        0: N    NONE
        1: \x94 MEMOIZE    (as 0)
        2: .    STOP
    highest protocol among opcodes = 4
    --- stderr
    ");
    let both = sandbox.run(&["pickle", "disasm", "--full", "model.zip"]);
    assert!(both.contains("# a/data.pkl, stream 0\n"), "{both}");
    assert!(both.contains("# b/data.pkl, stream 0\n"), "{both}");
    assert_snapshot!(sandbox.run(&["pickle", "disasm", "--full", "--member", "a/data.pkl", "model.zip"]), @r"
    exit: 0
    --- stdout
        0: N    NONE
        1: \x94 MEMOIZE    (as 0)
        2: .    STOP
    highest protocol among opcodes = 4
    --- stderr
    ");
}

#[test]
fn where_there_is_no_pickle_there_is_nothing_to_disassemble() {
    let sandbox = Sandbox::with(&[("README.md", b"# A model\n")]);
    assert_snapshot!(sandbox.run(&["pickle", "disasm", "README.md"]), @"
    exit: 3
    --- stdout
    --- stderr
    error: no pickle in `README.md`
    ");
    assert_snapshot!(sandbox.run_with_stdin(&["pickle", "disasm", "--full", "-"], b"N."), @"
    exit: 0
    --- stdout
        0: N    NONE
        1: .    STOP
    highest protocol among opcodes = 0
    --- stderr
    ");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_changes_no_exit_code() {
    use std::process::Stdio;

    let whole = [b"(", &*b"N".repeat(100_000), b"l."].concat();
    let sandbox = Sandbox::with(&[("whole.pkl", &whole), ("cut.pkl", &whole[..99_999])]);
    for (name, code) in [("whole.pkl", "exit: 0\n"), ("cut.pkl", "exit: 2\n")] {
        let mut child = sandbox
            .command(&["pickle", "disasm", name])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let text = shown(&child.wait_with_output().unwrap());
        assert_eq!(text, [code, "--- stdout\n--- stderr\n"].concat(), "{name}");
    }
}
