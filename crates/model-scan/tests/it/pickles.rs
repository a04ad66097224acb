//! Raw pickles: alone, stacked, broken, and under garbage.

use findings::Severity;
use model_scan::{Options, Scanner, Target, Verdict};

/// Names `os.system` and calls it; nothing here ever loads it.
pub(crate) const EVIL: &[u8] = b"cos\nsystem\n(S'exit 0'\ntR.";
pub(crate) const HONEST: &[u8] = b"\x80\x04\x95\x0b\0\0\0\0\0\0\0]\x94(K\x01K\x02K\x03e.";

pub(crate) fn scan(name: &str, bytes: &[u8]) -> Target {
    Scanner::new(Options::default()).scan_bytes(name, bytes)
}

/// Says whether a finding of high or critical severity names `os.system`.
pub(crate) fn names_system(target: &Target) -> bool {
    target.findings.iter().any(|finding| {
        finding.severity >= Severity::High && finding.subject.as_deref() == Some("os.system")
    })
}

fn rules(target: &Target) -> Vec<&str> {
    let mut rules: Vec<_> = target
        .findings
        .iter()
        .map(|finding| finding.rule.code())
        .collect();
    rules.dedup();
    rules
}

#[test]
fn plain_data_is_clean_and_complete() {
    let target = scan("model.pkl", HONEST);
    assert_eq!(target.verdict, Verdict::Clean);
    assert!(target.complete && target.findings.is_empty());
    assert_eq!(target.coverage.accounted(), target.size);
}

#[test]
fn the_extension_decides_nothing() {
    for name in [
        "model.pkl",
        "model.bin",
        "notes.txt",
        "weights.safetensors",
        "x",
    ] {
        let target = scan(name, EVIL);
        assert_eq!(target.verdict, Verdict::Dangerous, "{name}");
        assert!(names_system(&target));
    }
    assert!(rules(&scan("weights.safetensors", HONEST)).contains(&"CON013"));
}

#[test]
fn a_pickle_behind_a_pickle_is_judged() {
    let bytes = [HONEST, EVIL].concat();
    let target = scan("model.pkl", &bytes);
    assert_eq!(target.verdict, Verdict::Dangerous);
    assert!(target.complete);
    let finding = &target.findings[0];
    assert_eq!(finding.location.stream, Some(1));
    assert_eq!(finding.location.byte_start, HONEST.len() as u64);
}

#[test]
fn garbage_between_pickles_hides_nothing_and_is_told() {
    let bytes = [HONEST, b"\xff\xfe garbage \x00", EVIL].concat();
    let target = scan("model.pkl", &bytes);
    assert!(names_system(&target));
    assert!(!target.complete);
    assert!(rules(&target).contains(&"CON024"));
}

#[test]
fn garbage_before_a_pickle_hides_nothing() {
    for prefix in [&b"\xff\xff\xff\xff"[..], b"\0\0\0\0", b"GARBAGE\xff "] {
        let target = scan("model.pkl", &[prefix, EVIL].concat());
        assert!(names_system(&target), "{prefix:?}");
    }
}

#[test]
fn zeros_behind_a_pickle_are_padding() {
    let target = scan("model.pkl", &[HONEST, &[0; 512]].concat());
    assert_eq!(target.verdict, Verdict::Clean);
    assert!(target.complete);
}

#[test]
fn other_bytes_behind_a_pickle_are_undecided() {
    let target = scan("model.pkl", &[HONEST, b"\xff\xff\xff"].concat());
    assert_eq!(target.verdict, Verdict::Undecided);
    assert!(!target.complete);
}

#[test]
fn what_was_found_before_a_cut_is_kept() {
    let whole = [&EVIL[..EVIL.len() - 1], HONEST].concat();
    let called = EVIL.len() - 1;
    for cut in 1..whole.len() {
        let target = scan("model.pkl", &whole[..cut]);
        assert!(
            target.verdict != Verdict::Clean && target.verdict != Verdict::Passive,
            "cut at {cut}: {:?}",
            target.verdict
        );
        if cut >= called {
            assert_eq!(target.verdict, Verdict::Dangerous, "cut at {cut}");
            assert!(names_system(&target));
        }
        assert!(!target.complete || cut == whole.len(), "cut at {cut}");
    }
}

#[test]
fn a_stream_that_breaks_is_undecided_with_its_offset() {
    let target = scan("model.pkl", b"\x80\x04]\x94(K\x01\xff");
    assert_eq!(target.verdict, Verdict::Undecided);
    let finding = target
        .findings
        .iter()
        .find(|finding| finding.rule.code() == "PKL010")
        .unwrap();
    assert_eq!(finding.message, "unknown opcode 0xff at byte 7");
}

#[test]
fn bytes_that_torch_loads_in_turn_are_looked_into() {
    let mut inner = vec![0x80, 2, b'X'];
    inner.clear();
    inner.extend_from_slice(EVIL);
    let mut bytes = b"\x80\x03ctorch.storage\n_load_from_bytes\nB".to_vec();
    bytes.extend_from_slice(&u32::try_from(inner.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(&inner);
    bytes.extend_from_slice(b"\x85R.");
    let target = scan("model.pkl", &bytes);
    assert!(names_system(&target));
    let finding = target
        .findings
        .iter()
        .find(|finding| finding.subject.as_deref() == Some("os.system"))
        .unwrap();
    assert!(
        finding
            .location
            .member
            .as_deref()
            .unwrap()
            .starts_with("payload@")
    );
    let start = usize::try_from(finding.location.file_byte_start.unwrap()).unwrap();
    assert_eq!(&bytes[start..start + 10], &EVIL[..10]);
}

#[test]
fn text_in_data_that_looks_like_a_name_is_nothing() {
    let mut bytes = b"\x80\x04\x8c\x09os.system.".to_vec();
    bytes[3] = 9;
    let target = scan("model.pkl", &bytes);
    assert_eq!(target.verdict, Verdict::Clean);
}

#[test]
fn pointers_pages_and_nothing_are_undecided_with_a_plain_reason() {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    for (bytes, reason) in [
        (&b""[..], "empty"),
        (pointer, "Git LFS pointer"),
        (
            b"<!DOCTYPE html><html><body>Sign in</body></html>",
            "web page",
        ),
        (b"hello, this is a note\n", "not a model"),
    ] {
        let target = scan("model.pt", bytes);
        assert_eq!(target.verdict, Verdict::Undecided, "{reason}");
        assert!(
            target
                .findings
                .iter()
                .any(|finding| finding.message.contains(reason)),
            "{reason}: {:?}",
            target.findings
        );
    }
    assert_eq!(scan("model.pt", b"\x80").verdict, Verdict::Undecided);
    assert_eq!(scan("README.md", b"# Card\n").verdict, Verdict::Passive);
    assert_eq!(scan("empty.txt", b"").verdict, Verdict::Passive);
}

#[test]
fn archives_that_are_not_read_are_undecided_and_formats_not_judged_unsupported() {
    let seven = b"7z\xbc\xaf\x27\x1c\0\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    assert_eq!(scan("model.pth", seven).verdict, Verdict::Undecided);
    let rar = b"Rar!\x1a\x07\x01\0aaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    assert_eq!(scan("model.bin", rar).verdict, Verdict::Undecided);
    let target = scan(
        "model.gguf",
        b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    );
    assert_eq!(target.verdict, Verdict::Unsupported);
    assert!(!target.complete, "nobody looked inside");
}

#[test]
fn deep_and_declared_sizes_cost_nothing() {
    let mut deep = b"\x80\x04".to_vec();
    deep.extend(std::iter::repeat_n(b')', 1));
    deep.extend(std::iter::repeat_n(0x85, 100_000));
    deep.push(b'.');
    assert_eq!(scan("deep.pkl", &deep).verdict, Verdict::Clean);

    let declared = b"\x80\x04\x8b\xff\xff\xff\x7f\x01.";
    assert_eq!(scan("long.pkl", declared).verdict, Verdict::Undecided);

    let index = b"\x80\x04K\x01r\xff\xff\xff\xff.";
    assert_eq!(scan("memo.pkl", index).verdict, Verdict::Suspicious);
}

#[test]
fn lines_of_text_are_no_names() {
    // Each begins with an opcode's letter, and names something in two lines, to a reader that does not look.
    for text in [
        "const { otplease } = require('../utils/auth.js')\nconst fs = require('fs')\n\nb\n",
        "complete -c lsof -s '?'\ncomplete -c lsof -s a\n",
        "sh.cn\ncode.cn\ncsh\nsh.cn\ntrace\n",
        "A list:\n.ce\nce...\nro..tm\n.",
    ] {
        for name in ["notes.txt", "list.dat"] {
            let target = scan(name, text.as_bytes());
            assert!(
                !target.verdict.is_flagged(),
                "{text}: {:#?}",
                target.findings
            );
        }
    }
}

#[test]
fn a_pickle_in_garbage_is_found_whatever_its_call_wants_before_it() {
    for pickle in [
        &b"cos\nsystem\n(S'id'\ntR."[..],
        b"(cos\nsystem\nS'id'\no.",
        b"(S'id'\nios\nsystem\n.",
        b"(S'id'\ntp0\n0cos\nsystem\ng0\nR.",
        b"(cos\nsystem\np0\nt0g0\n(S'id'\ntR.",
    ] {
        let bytes = [b"\xff\xfegarbage here\0\x01", pickle].concat();
        let target = scan("model.bin", &bytes);
        assert!(names_system(&target), "{:#?}", target.findings);
    }
}
