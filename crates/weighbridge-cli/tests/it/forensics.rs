//! `pickle decompile` and `pickle extract`.

use std::fs::File;
use std::io::Read as _;

use insta::assert_snapshot;

use crate::pickles::{ALIASED, CLEAN, CRITICAL, TRUNCATED, zip};
use crate::sandbox::Sandbox;

/// A loader of bytes with a pickle in them that calls `os.system`, then a call of another function.
const NESTED: &[u8] =
    b"\x80\x04(ctorch.storage\n_load_from_bytes\nC\x17\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R.\
    \x85Rcacme\nrun\n)Rl.";

/// What stands in a small file.
fn bytes(sandbox: &Sandbox, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = File::open(sandbox.path(name)).unwrap();
    file.take(1 << 16).read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_pickle_is_written_as_python() {
    let sandbox = Sandbox::with(&[("model.pkl", ALIASED)]);
    assert_snapshot!(sandbox.run(&["pickle", "decompile", "model.pkl"]), @"
    exit: 0
    --- stdout
    # stream 0
    # What loading this pickle does, as Python. Run it only where you would load the pickle.
    from posix import system  # bytes 0..14: that is os.system
    v0 = system('id')  # bytes 22..23
    result = v0  # bytes 23..24
    # The pickle ends at byte 24.
    --- stderr
    ");
}

#[test]
fn each_pickle_of_an_archive_is_written_apart() {
    let archive = zip(&[("a/data.pkl", CLEAN), ("b.pkl", CRITICAL)]);
    let sandbox = Sandbox::with(&[("model.zip", &archive)]);
    assert_snapshot!(sandbox.run(&["pickle", "decompile", "model.zip"]), @"
    exit: 0
    --- stdout
    # a/data.pkl, stream 0
    # What loading this pickle does, as Python. Run it only where you would load the pickle.
    result = [1, 2]  # bytes 10..11
    # The pickle ends at byte 11.

    # b.pkl, stream 0
    # What loading this pickle does, as Python. Run it only where you would load the pickle.
    from os import system  # bytes 0..11
    v0 = system('id')  # bytes 19..20
    result = v0  # bytes 20..21
    # The pickle ends at byte 21.
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "decompile", "--member", "b.pkl", "--stream", "0", "model.zip"]), @"
    exit: 0
    --- stdout
    # b.pkl, stream 0
    # What loading this pickle does, as Python. Run it only where you would load the pickle.
    from os import system  # bytes 0..11
    v0 = system('id')  # bytes 19..20
    result = v0  # bytes 20..21
    # The pickle ends at byte 21.
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "decompile", "--member", "c.pkl", "model.zip"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: no pickle in member `c.pkl` of `model.zip`
    ");
}

#[test]
fn a_broken_pickle_is_written_up_to_there_and_is_undecided() {
    let sandbox = Sandbox::with(&[("model.pkl", TRUNCATED)]);
    assert_snapshot!(sandbox.run(&["pickle", "decompile", "model.pkl"]), @"
    exit: 2
    --- stdout
    # stream 0
    # What loading this pickle does, as Python. Run it only where you would load the pickle.
    stack = [[], 1, 2]  # byte 9: what lay on the stack, from the bottom up
    # The pickle breaks off: the stream ends without STOP at byte 9.
    --- stderr
    ");
}

#[test]
fn payloads_are_listed_with_their_offsets() {
    let sandbox = Sandbox::with(&[
        ("model.pkl", NESTED),
        ("clean.pkl", CLEAN),
        ("cut.pkl", TRUNCATED),
    ]);
    assert_snapshot!(sandbox.run(&["pickle", "extract", "model.pkl"]), @"
    exit: 0
    --- stdout
    0 payload@61: 23 bytes of stream 0, loaded by torch.storage._load_from_bytes
    --- stderr
    ");
    // Behind the break there may be one.
    assert_snapshot!(sandbox.run(&["pickle", "extract", "cut.pkl"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: 1 pickle may hold more payloads: not read to the end, or too many to list
    ");
    assert_snapshot!(sandbox.run(&["pickle", "extract", "clean.pkl"]), @"
    exit: 3
    --- stdout
    --- stderr
    error: no payload in `clean.pkl`
    ");
}

#[test]
fn a_payload_is_written_as_it_is() {
    let sandbox = Sandbox::with(&[("model.pkl", NESTED)]);
    let extract = [
        "pickle",
        "extract",
        "model.pkl",
        "--payload",
        "0",
        "--output",
        "inner.pkl",
    ];
    assert_snapshot!(sandbox.run(&extract), @"
    exit: 0
    --- stdout
    --- stderr
    ");
    let inner = bytes(&sandbox, "inner.pkl");
    assert_eq!(inner, b"\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R.");
    assert_snapshot!(sandbox.run(&["pickle", "extract", "model.pkl", "--payload", "1", "--output", "x"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: no payload 1 in `model.pkl`; there is only payload 0
    ");
    assert_eq!(sandbox.names(), ["inner.pkl", "model.pkl"]);
}

#[test]
fn the_shortest_prefix_with_a_finding_is_written() {
    let sandbox = Sandbox::with(&[("model.pkl", NESTED)]);
    let minimize = |wanted: &str| {
        sandbox.run(&[
            "pickle",
            "extract",
            "model.pkl",
            "--minimize",
            wanted,
            "--output",
            "part.pkl",
        ])
    };
    assert_snapshot!(minimize("PKL001"), @"
    exit: 0
    --- stdout
    --- stderr
    22 bytes of payload@61, stream 0 show PKL001/unsafe-global at bytes 2..13: imports `os.system` (process: runs commands or changes the process and its files)
    ");
    assert_eq!(
        bytes(&sandbox, "part.pkl"),
        b"\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R",
        "the finding of the payload"
    );
    assert_snapshot!(minimize("PKL001/unsafe-global@3"), @"
    exit: 4
    --- stdout
    --- stderr
    error: no pickle in `model.pkl` has a finding `PKL001/unsafe-global@3` of its own
    ");
    assert_snapshot!(minimize("PKL001@x"), @"
    exit: 4
    --- stdout
    --- stderr
    error: `x` is no offset
    ");
}

#[test]
fn what_is_looked_into_is_never_written_to() {
    let sandbox = Sandbox::with(&[("model.pkl", NESTED)]);
    let extract = [
        "pickle",
        "extract",
        "model.pkl",
        "--payload",
        "0",
        "--output",
        "./model.pkl",
    ];
    assert_snapshot!(sandbox.run(&extract), @"
    exit: 4
    --- stdout
    --- stderr
    error: `./model.pkl` is the file that is looked into, and stays as it is
    ");
    assert_eq!(bytes(&sandbox, "model.pkl"), NESTED);
    assert_snapshot!(sandbox.run(&["pickle", "extract", "model.pkl", "--payload", "0"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: the following required arguments were not provided:
      --output <OUT>

    Usage: weighbridge pickle extract --output <OUT> <--payload <N>|--minimize <RULE[@OFFSET]>> <FILE>

    For more information, try '--help'.
    ");
}
