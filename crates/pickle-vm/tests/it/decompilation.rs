//! What decompiled source promises whatever the input.

use std::ops::ControlFlow;

use pickle_vm::{
    Decompilation, ErrorKind, Limit, Limits, Lists, Statement, StatementKind, StatementSink,
    decompile, decompile_with,
};
use proptest::prelude::*;

use crate::assembler::assemble;
use crate::properties::{soup, valid};

fn decompiled(input: &[u8]) -> Decompilation {
    decompile(input, 0, &Limits::default())
}

/// The source without the comment in front and without the functions.
fn lines(text: &str) -> Vec<String> {
    let found = decompiled(&assemble(text));
    let statements = found.spans.iter().skip(1);
    statements
        .filter(|span| span.kind != StatementKind::Preamble)
        .filter(|span| !found.text(span).starts_with("# The pickle itself"))
        .flat_map(|span| found.text(span).lines())
        .map(str::to_owned)
        .collect()
}

/// Asks that spans and source fit the input and each other.
fn check(input: &[u8], found: &Decompilation) {
    let len = u64::try_from(input.len()).unwrap();
    let mut at = 0;
    for span in &found.spans {
        assert_eq!(span.text.start, at, "statements follow each other");
        at = span.text.end + 1;
        assert!(span.bytes.start <= span.bytes.end && span.bytes.end <= len);
        assert!(!found.text(span).contains(['\r', '\0', '\x0c']));
    }
    assert_eq!(at, found.source.len());
    let last = found.source.lines().last().unwrap();
    assert!(last.starts_with("# The pickle "), "{last}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_byte_string_gives_source_that_says_where_it_ends(input in any::<Vec<u8>>()) {
        check(&input, &decompiled(&input));
    }

    #[test]
    fn opcodes_in_no_order_give_source_that_says_where_it_ends(input in soup()) {
        check(&input, &decompiled(&input));
    }

    #[test]
    fn a_prefix_gives_the_statements_that_it_has(input in valid(), cut in any::<prop::sample::Index>()) {
        let cut = cut.index(input.len());
        let (whole, part) = (decompiled(&input), decompiled(&input[..cut]));
        check(&input, &part);
        // Effects stay, whatever is behind; names and displays of data depend on what follows.
        let effects = |found: &Decompilation| -> Vec<(StatementKind, std::ops::Range<u64>)> {
            found
                .spans
                .iter()
                .filter(|span| {
                    matches!(
                        span.kind,
                        StatementKind::Import
                            | StatementKind::Call
                            | StatementKind::State
                            | StatementKind::Persistent
                            | StatementKind::Extension
                            | StatementKind::Buffer
                    )
                })
                .map(|span| (span.kind, span.bytes.clone()))
                .collect()
        };
        let (whole, part) = (effects(&whole), effects(&part));
        prop_assert!(whole.starts_with(&part), "{part:?} of {whole:?}");
    }

    #[test]
    fn the_ceiling_on_the_source_holds(input in soup(), room in 0_u64..3000) {
        let found = decompile(&input, 0, &Limits::default().with_source(room));
        let len = u64::try_from(found.source.len()).unwrap();
        prop_assert!(len <= room + 200, "{len} for {room}");
        let whole = decompiled(&input);
        if len < u64::try_from(whole.source.len()).unwrap() {
            let cut = found.end.cut.expect("a reason");
            prop_assert_eq!(cut.kind(), &ErrorKind::LimitExceeded(Limit::Source));
        }
    }
}

#[test]
fn effects_stand_in_the_order_of_loading_even_if_their_result_is_popped() {
    assert_eq!(
        lines("GLOBAL 'os system'\nSTRING 'id'\nTUPLE1\nREDUCE\nPOP\nNONE\nSTOP"),
        [
            "from os import system  # bytes 0..11",
            "v0 = system('id')  # bytes 18..19",
            "result = None  # bytes 21..22",
            "# The pickle ends at byte 22.",
        ]
    );
}

#[test]
fn what_is_changed_before_and_behind_a_call_stays_apart() {
    let text = "EMPTY_LIST\nMEMOIZE\nBININT1 1\nAPPEND\nGLOBAL 'a f'\nBINGET 0\nTUPLE1\nREDUCE\nPOP\n\
                BININT1 2\nAPPEND\nSTOP";
    assert_eq!(
        lines(text)[..4],
        [
            "from a import f  # bytes 5..10",
            "v0 = [1]  # bytes 0..5",
            "v1 = f(v0)  # bytes 13..14",
            "v0.append(2)  # bytes 17..18",
        ]
    );
}

#[test]
fn names_that_python_cannot_write_are_looked_up_by_a_call() {
    for (name, wanted) in [
        ("GLOBAL 'os' 'None'", "v0 = _find('os', 'None', 0)"),
        ("GLOBAL 'a b' 'c'", "v0 = _find('a b', 'c', 0)"),
        (
            "GLOBAL 'os' 'path.join'",
            "v0 = _find('os', 'path.join', 0)",
        ),
        (
            "GLOBAL '__future__' 'division'",
            "v0 = _find('__future__', 'division', 0)",
        ),
        ("GLOBAL 'os' '\\xff'", "v0 = _find('os', 'ÿ', 0)"),
    ] {
        let found = lines(&format!("{name}\nSTOP"));
        let import = found.iter().find(|line| !line.starts_with('#'));
        assert!(import.unwrap().starts_with(wanted), "{found:?}");
    }
}

#[test]
fn imports_never_hide_what_the_source_uses() {
    let found =
        lines("GLOBAL 'evil' 'set'\nGLOBAL 'evil' 'v0'\nGLOBAL 'evil' '_build'\nTUPLE3\nSTOP");
    assert_eq!(found[0], "from evil import set as set_2  # bytes 0..10");
    assert_eq!(found[1], "from evil import v0 as v0_2  # bytes 10..19");
    assert_eq!(
        found[2],
        "from evil import _build as _build_2  # bytes 19..32"
    );
}

#[test]
fn deep_nesting_is_laid_flat() {
    let mut text = String::from("EMPTY_LIST\n");
    text.push_str(&"TUPLE1\n".repeat(50_000));
    text.push_str("STOP");
    let found = decompiled(&assemble(&text));
    let deepest = found
        .source
        .lines()
        .map(|line| line.matches('(').count())
        .max();
    assert!(deepest.unwrap() <= 20, "{deepest:?}");
}

#[test]
fn what_the_memo_gives_again_and_again_is_written_once() {
    let long = "x".repeat(10_000);
    let mut text = format!("BINUNICODE '{long}'\nMEMOIZE\nMARK\n");
    text.push_str(&"BINGET 0\n".repeat(10_000));
    text.push_str("LIST\nSTOP");
    let input = assemble(&text);
    assert!(decompiled(&input).source.len() < 3 * input.len());
}

#[test]
fn a_pickle_that_breaks_off_shows_what_lay_on_the_stack_and_why() {
    let found = lines("GLOBAL 'os system'\nMARK\nSTRING 'id'\nRAW b'\\xff'");
    assert_eq!(
        found[1..],
        [
            "stack = [system, 'id']  # byte 18: what lay on the stack, from the bottom up",
            "# The pickle breaks off: unknown opcode 0xff at byte 18.",
        ]
    );
}

#[test]
fn the_state_that_a_loader_gives_before_it_notices_is_told() {
    let text =
        "GLOBAL 'joblib.numpy_pickle NumpyArrayWrapper'\nEMPTY_TUPLE\nNEWOBJ\nNONE\nBUILD\nSTOP";
    let found = lines(text);
    assert!(
        found
            .iter()
            .any(|line| line.starts_with("_build(v0, None)")),
        "{found:?}"
    );
}

#[test]
fn a_sink_that_wants_no_more_gets_no_more() {
    struct Two(usize);
    impl StatementSink for Two {
        fn statement(&mut self, _: &Statement<'_>) -> ControlFlow<()> {
            self.0 += 1;
            if self.0 == 2 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
    }
    let mut sink = Two(0);
    let input = b"cos\nsystem\n(S'id'\ntR.";
    let end = decompile_with(input, 0, &Lists::built_in(), &Limits::default(), &mut sink);
    assert_eq!(sink.0, 2);
    assert_eq!(end.cut, None);
}

#[test]
fn the_ceiling_on_memory_ends_the_source_with_a_reason() {
    let text = format!("{}STOP", "EMPTY_LIST\n".repeat(200_000));
    let limits = Limits::default().with_memory(1 << 20);
    let found = decompile(&assemble(&text), 0, &limits);
    let cut = found.end.cut.expect("a ceiling");
    assert_eq!(cut.kind(), &ErrorKind::LimitExceeded(Limit::Memory));
    assert!(
        found
            .source
            .ends_with(&format!("# The pickle breaks off: {cut}.\n"))
    );
}
