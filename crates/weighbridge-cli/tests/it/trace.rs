use insta::assert_snapshot;
use serde_json::Value;

use crate::pickles::{CRITICAL, TRUNCATED, zip};
use crate::sandbox::Sandbox;
use crate::schema::Schema;

/// A dict that is stored, set and given to a call between marks.
const NESTED: &[u8] = b"\x80\x04cacme\nThing\n(}\x94(\x8c\x01aK\x01u(K\x02K\x03tt.";

#[test]
fn each_opcode_shows_the_state_behind_it() {
    let sandbox = Sandbox::with(&[("model.pkl", NESTED), ("evil.pkl", CRITICAL)]);
    assert_snapshot!(sandbox.run(&["pickle", "trace", "model.pkl"]), @"
    exit: 0
    --- stdout
    # stream 0
    0 bytes 0..2 PROTO 4
        stack 0:
    1 bytes 2..14 GLOBAL 'acme Thing'
        stack 1: acme.Thing
        import acme.Thing via GLOBAL
    2 bytes 14..15 MARK
        stack 1: acme.Thing (
    3 bytes 15..16 EMPTY_DICT
        stack 2: acme.Thing ( {}
    4 bytes 16..17 MEMOIZE
        stack 2: acme.Thing ( {}
        memo 0: {}
    5 bytes 17..18 MARK
        stack 2: acme.Thing ( {} (
    6 bytes 18..21 SHORT_BINUNICODE 'a'
        stack 3: acme.Thing ( {} ( 'a'
    7 bytes 21..23 BININT1 1
        stack 4: acme.Thing ( {} ( 'a' 1
    8 bytes 23..24 SETITEMS
        stack 2: acme.Thing ( {'a': 1}
    9 bytes 24..25 MARK
        stack 2: acme.Thing ( {'a': 1} (
    10 bytes 25..27 BININT1 2
        stack 3: acme.Thing ( {'a': 1} ( 2
    11 bytes 27..29 BININT1 3
        stack 4: acme.Thing ( {'a': 1} ( 2 3
    12 bytes 29..30 TUPLE
        stack 3: acme.Thing ( {'a': 1} (2, 3)
    13 bytes 30..31 TUPLE
        stack 2: acme.Thing ({'a': 1}, (2, 3))
    14 bytes 31..32 STOP
        stack 2: acme.Thing ({'a': 1}, (2, 3))
        stop with ({'a': 1}, (2, 3))
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "trace", "--from", "18", "evil.pkl"]), @"
    exit: 0
    --- stdout
    # stream 0
    3 bytes 18..19 TUPLE
        stack 2: os.system ('id',)
    4 bytes 19..20 REDUCE
        stack 1: os.system('id')
        call os.system('id')
    5 bytes 20..21 STOP
        stack 1: os.system('id')
        stop with os.system('id')
    --- stderr
    ");
}

#[test]
fn a_window_is_shown_and_the_rest_still_counts() {
    let sandbox = Sandbox::with(&[("cut.pkl", TRUNCATED), ("model.pkl", NESTED)]);
    assert_snapshot!(sandbox.run(&["pickle", "trace", "--steps", "1", "cut.pkl"]), @"
    exit: 2
    --- stdout
    # stream 0
    0 bytes 0..2 PROTO 4
        stack 0:
    broken: the stream ends without STOP at byte 9
    --- stderr
    ");
    assert_snapshot!(
        sandbox.run(&["pickle", "trace", "--window", "2", "--from", "25", "--steps", "2", "model.pkl"]),
        @"
    exit: 0
    --- stdout
    # stream 0
    10 bytes 25..27 BININT1 2
        stack 3: … ( {'a': 1} ( 2
    11 bytes 27..29 BININT1 3
        stack 4: … ( 2 3
    --- stderr
    "
    );
}

#[test]
fn steps_are_written_as_lines_of_json() {
    let sandbox = Sandbox::with(&[("cut.pkl", TRUNCATED)]);
    assert_snapshot!(sandbox.run(&["pickle", "trace", "--format", "json", "cut.pkl"]), @r#"
    exit: 2
    --- stdout
    {"type":"file","schema":"weighbridge.trace/1","tool":{"name":"weighbridge","version":"0.1.0","ruleset":"…"},"path":"cut.pkl"}
    {"type":"step","member":null,"stream":0,"opcode":0,"name":"PROTO","byte_start":0,"byte_end":2,"argument":"4","nested":0,"stack_depth":0,"stack":[],"mark_count":0,"marks":[],"memo_entries":0,"stored":null,"effects":[],"effects_left_out":0}
    {"type":"step","member":null,"stream":0,"opcode":1,"name":"EMPTY_LIST","byte_start":2,"byte_end":3,"argument":null,"nested":0,"stack_depth":1,"stack":["[]"],"mark_count":0,"marks":[],"memo_entries":0,"stored":null,"effects":[],"effects_left_out":0}
    {"type":"step","member":null,"stream":0,"opcode":2,"name":"MEMOIZE","byte_start":3,"byte_end":4,"argument":null,"nested":0,"stack_depth":1,"stack":["[]"],"mark_count":0,"marks":[],"memo_entries":1,"stored":{"index":0,"value":"[]"},"effects":[],"effects_left_out":0}
    {"type":"step","member":null,"stream":0,"opcode":3,"name":"MARK","byte_start":4,"byte_end":5,"argument":null,"nested":0,"stack_depth":1,"stack":["[]"],"mark_count":1,"marks":[1],"memo_entries":1,"stored":null,"effects":[],"effects_left_out":0}
    {"type":"step","member":null,"stream":0,"opcode":4,"name":"BININT1","byte_start":5,"byte_end":7,"argument":"1","nested":0,"stack_depth":2,"stack":["[]","1"],"mark_count":1,"marks":[1],"memo_entries":1,"stored":null,"effects":[],"effects_left_out":0}
    {"type":"step","member":null,"stream":0,"opcode":5,"name":"BININT1","byte_start":7,"byte_end":9,"argument":"2","nested":0,"stack_depth":3,"stack":["[]","1","2"],"mark_count":1,"marks":[1],"memo_entries":1,"stored":null,"effects":[],"effects_left_out":0}
    {"type":"end","member":null,"stream":0,"opcodes":6,"byte_end":9,"error":"the stream ends without STOP at byte 9"}
    --- stderr
    "#);
}

#[test]
fn every_line_of_json_is_what_the_schema_says() {
    let sandbox = Sandbox::with(&[
        ("nested.pkl", NESTED),
        ("cut.pkl", TRUNCATED),
        ("model.zip", &zip(&[("a/data.pkl", CRITICAL)])),
    ]);
    let schema = Schema::read("trace.schema.json");
    for name in ["nested.pkl", "cut.pkl", "model.zip"] {
        let output = sandbox
            .command(&["pickle", "trace", "--format", "json", name])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.lines().count() > 6, "{text}");
        for line in text.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            schema.check(&value);
        }
    }
}

#[test]
fn a_step_does_not_grow_with_the_file() {
    // A thousand texts of a hundred bytes on the stack, between as many marks.
    let mut pickle = [&b"(\x8c\x64"[..], &b"x".repeat(100)]
        .concat()
        .repeat(1_000);
    pickle.extend(b"t".repeat(1_000));
    pickle.push(b'.');
    let sandbox = Sandbox::with(&[("model.pkl", &pickle)]);
    for format in ["text", "json"] {
        let text = sandbox.run(&["pickle", "trace", "--format", format, "model.pkl"]);
        assert!(text.starts_with("exit: 0\n"), "{}", text.len());
        assert!(text.lines().all(|line| line.len() < 4096));
    }
}
