use insta::assert_snapshot;
use serde_json::Value;

use crate::pickles::{ALIASED, CLEAN, CRITICAL, TRUNCATED, zip};
use crate::sandbox::Sandbox;
use crate::schema::Schema;

/// Two globals taken by STACK_GLOBAL, an instance with a state, a persistent id, a value that is dropped.
const RICH: &[u8] = b"\x80\x04\x8c\x0bcollections\x8c\x0bOrderedDict\x93)\x81}\x8c\x01aK\x01sb\
    \x8c\x02idQ0\x8c\x04acme\x8c\x05Thing\x93K\x02\x85R0.";

#[test]
fn effects_are_listed_one_per_line() {
    let sandbox = Sandbox::with(&[("model.pkl", ALIASED), ("rich.pkl", RICH)]);
    assert_snapshot!(sandbox.run(&["pickle", "effects", "model.pkl"]), @"
    exit: 0
    --- stdout
    # stream 0
    0:0 bytes 0..14 GLOBAL: import os.system (written posix system) via GLOBAL
    0:4 bytes 22..23 REDUCE: call os.system('id')
    0:5 bytes 23..24 STOP: stop with os.system('id')
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "effects", "rich.pkl"]), @"
    exit: 0
    --- stdout
    # stream 0
    0:3 bytes 28..29 STACK_GLOBAL: import collections.OrderedDict via STACK_GLOBAL
    0:5 bytes 30..31 NEWOBJ: instantiate collections.OrderedDict()
    0:10 bytes 38..39 BUILD: build collections.OrderedDict() from state {'a': 1}
    0:12 bytes 43..44 BINPERSID: load persistent id 'id'
    0:16 bytes 58..59 STACK_GLOBAL: import acme.Thing via STACK_GLOBAL
    0:19 bytes 62..63 REDUCE: call acme.Thing(2)
    0:21 bytes 64..65 STOP: stop with collections.OrderedDict()
    --- stderr
    ");
}

#[test]
fn effects_are_written_as_lines_of_json() {
    let sandbox = Sandbox::with(&[("model.pkl", ALIASED)]);
    assert_snapshot!(sandbox.run(&["pickle", "effects", "--format", "json", "model.pkl"]), @r#"
    exit: 0
    --- stdout
    {"type":"file","schema":"weighbridge.effects/1","tool":{"name":"weighbridge","version":"0.1.0","ruleset":"…"},"path":"model.pkl"}
    {"type":"effect","member":null,"stream":0,"opcode":0,"name":"GLOBAL","byte_start":0,"byte_end":14,"reading":"main","effect":"import","origin":"global","subject":"os.system","written":{"module":"posix","name":"system"},"message":"import os.system (written posix system) via GLOBAL"}
    {"type":"effect","member":null,"stream":0,"opcode":4,"name":"REDUCE","byte_start":22,"byte_end":23,"reading":"main","effect":"call","origin":null,"subject":"os.system","written":{"module":"posix","name":"system"},"message":"call os.system('id')"}
    {"type":"effect","member":null,"stream":0,"opcode":5,"name":"STOP","byte_start":23,"byte_end":24,"reading":"main","effect":"stop","origin":null,"subject":null,"written":null,"message":"stop with os.system('id')"}
    {"type":"end","member":null,"stream":0,"opcodes":6,"byte_end":24,"error":null}
    --- stderr
    "#);
}

#[test]
fn every_line_of_json_is_what_the_schema_says() {
    let sandbox = Sandbox::with(&[
        ("aliased.pkl", ALIASED),
        ("rich.pkl", RICH),
        ("cut.pkl", TRUNCATED),
        ("model.zip", &zip(&[("a/data.pkl", CRITICAL)])),
    ]);
    let schema = Schema::read("effects.schema.json");
    for name in ["aliased.pkl", "rich.pkl", "cut.pkl", "model.zip"] {
        let output = sandbox
            .command(&["pickle", "effects", "--format", "json", name])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.lines().count() >= 2, "{text}");
        for line in text.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            schema.check(&value);
        }
    }
}

#[test]
fn a_broken_pickle_keeps_its_effects_and_is_undecided() {
    let sandbox = Sandbox::with(&[("model.pkl", &CRITICAL[..CRITICAL.len() - 1])]);
    assert_snapshot!(sandbox.run(&["pickle", "effects", "model.pkl"]), @"
    exit: 2
    --- stdout
    # stream 0
    0:0 bytes 0..11 GLOBAL: import os.system via GLOBAL
    0:4 bytes 19..20 REDUCE: call os.system('id')
    0:5 broken: the stream ends without STOP at byte 20
    --- stderr
    ");
}

#[test]
fn one_of_several_pickles_can_be_chosen() {
    let stacked = [CLEAN, CRITICAL].concat();
    let sandbox = Sandbox::with(&[("model.pkl", &stacked)]);
    assert_snapshot!(sandbox.run(&["pickle", "effects", "model.pkl"]), @"
    exit: 0
    --- stdout
    # stream 0
    0:7 bytes 10..11 STOP: stop with [1, 2]
    # stream 1
    1:0 bytes 11..22 GLOBAL: import os.system via GLOBAL
    1:4 bytes 30..31 REDUCE: call os.system('id')
    1:5 bytes 31..32 STOP: stop with os.system('id')
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "effects", "--stream", "1", "model.pkl"]), @"
    exit: 0
    --- stdout
    # stream 1
    1:0 bytes 11..22 GLOBAL: import os.system via GLOBAL
    1:4 bytes 30..31 REDUCE: call os.system('id')
    1:5 bytes 31..32 STOP: stop with os.system('id')
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "effects", "--stream", "2", "model.pkl"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: no pickle 2 in `model.pkl`
    ");
}

#[test]
fn one_member_can_be_chosen() {
    let archive = zip(&[("a/data.pkl", CLEAN), ("b/data.pkl", CRITICAL)]);
    let sandbox = Sandbox::with(&[("model.zip", &archive)]);
    assert_snapshot!(sandbox.run(&["pickle", "effects", "--member", "b/data.pkl", "model.zip"]), @"
    exit: 0
    --- stdout
    # b/data.pkl, stream 0
    0:0 bytes 0..11 GLOBAL: import os.system via GLOBAL
    0:4 bytes 19..20 REDUCE: call os.system('id')
    0:5 bytes 20..21 STOP: stop with os.system('id')
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "effects", "--member", "c", "model.zip"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: no pickle in member `c` of `model.zip`
    ");
}

#[test]
fn where_there_is_no_pickle_there_is_nothing_to_list() {
    let sandbox = Sandbox::with(&[("README.md", b"# A model\n")]);
    assert_snapshot!(sandbox.run(&["pickle", "effects", "README.md"]), @"
    exit: 3
    --- stdout
    --- stderr
    error: no pickle in `README.md`
    ");
    assert_snapshot!(sandbox.run(&["pickle", "effects", "nowhere.pkl"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: `nowhere.pkl` does not exist
    ");
    assert_snapshot!(sandbox.run(&["pickle", "effects", "."]), @"
    exit: 4
    --- stdout
    --- stderr
    error: `.` is a folder, and one file is wanted
    ");
}

#[test]
fn effects_of_standard_input_are_listed() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run_with_stdin(&["pickle", "effects", "-"], CRITICAL), @"
    exit: 0
    --- stdout
    # stream 0
    0:0 bytes 0..11 GLOBAL: import os.system via GLOBAL
    0:4 bytes 19..20 REDUCE: call os.system('id')
    0:5 bytes 20..21 STOP: stop with os.system('id')
    --- stderr
    ");
}

#[test]
fn a_line_does_not_grow_with_the_file() {
    // A list of ten thousand lists, and a text of a megabyte, both given to a call.
    let mut pickle = b"cacme\nThing\n((".to_vec();
    pickle.extend(b"(l".repeat(10_000));
    pickle.extend(b"lX\x00\x00\x10\x00");
    pickle.extend(b"x".repeat(1 << 20));
    pickle.extend(b"tR.");
    let sandbox = Sandbox::with(&[("model.pkl", &pickle)]);
    let text = sandbox.run(&["pickle", "effects", "model.pkl"]);
    assert!(text.starts_with("exit: 0\n"), "{}", text.len());
    assert!(text.len() < 4096, "{}", text.len());
}
