//! Promises that hold for all input.

use std::time::{Duration, Instant};

use findings::{Finding, Severity};
use pickle_vm::{
    ArgumentKind, Decoder, Effect, EffectSink, ErrorKind, Graph, Limit, Limits, Lists, Machine,
    Opcode, Scan, Value, View, Write, scan, scan_with,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::assembler::assemble;

fn scanned(input: &[u8]) -> Scan {
    scan(input, 0, &Limits::default())
}

/// What a finding says apart from how bad it turned out and how it is reached: later opcodes can add to
/// both.
fn identity(finding: &Finding) -> (String, String, Option<String>, u64, u64) {
    (
        finding.rule.as_str().to_owned(),
        finding.message.clone(),
        finding.subject.clone(),
        finding.location.byte_start,
        finding.location.byte_end,
    )
}

/// Findings but those that say how the stream ends.
fn lasting(scan: &Scan) -> Vec<&Finding> {
    scan.report
        .findings
        .iter()
        .filter(|finding| finding.rule.code() != "PKL010" && finding.rule.code() != "PKL014")
        .collect()
}

/// Asks that every finding of `before` is among those of `after`, as bad or worse.
fn assert_kept(before: &Scan, after: &Scan) {
    for finding in lasting(before) {
        let kept = lasting(after).into_iter().any(|other| {
            identity(other) == identity(finding) && other.severity >= finding.severity
        });
        assert!(kept, "lost {finding:?}\namong {:#?}", after.report.findings);
    }
}

/// Texts that mean something to the judge, and some that do not.
fn word() -> impl Strategy<Value = &'static str> {
    select(vec![
        "os",
        "system",
        "posix",
        "builtins",
        "getattr",
        "eval",
        "collections",
        "OrderedDict",
        "numpy",
        "ndarray",
        "dtype",
        "numpy.core.multiarray",
        "_reconstruct",
        "joblib.numpy_pickle",
        "NumpyArrayWrapper",
        "shape",
        "copyreg",
        "add_extension",
        "_codecs",
        "encode",
        "latin1",
        "a.b.c",
        "__dict__",
        "",
        "\u{e9}",
    ])
}

/// One opcode with an argument that fits it.
fn operation() -> impl Strategy<Value = Vec<u8>> {
    (
        select(Opcode::ALL.to_vec()),
        word(),
        word(),
        any::<u64>(),
        0..12_u8,
    )
        .prop_map(|(opcode, one, two, number, small)| {
            let mut bytes = vec![opcode.byte()];
            match opcode.argument() {
                ArgumentKind::Fixed(size) => {
                    // Small numbers make memo entries, extension codes and frames meet.
                    let number = if number % 4 == 0 {
                        number
                    } else {
                        u64::from(small)
                    };
                    let number = if opcode == Opcode::Proto {
                        number % 6
                    } else {
                        number
                    };
                    bytes.extend(&number.to_le_bytes()[..usize::from(size)]);
                }
                ArgumentKind::Line => {
                    match opcode {
                        Opcode::String => bytes.extend(format!("'{one}'").bytes()),
                        Opcode::Unicode | Opcode::PersId => bytes.extend(one.bytes()),
                        _ => bytes.extend(small.to_string().bytes()),
                    }
                    bytes.push(b'\n');
                }
                ArgumentKind::TwoLines => bytes.extend(format!("{one}\n{two}\n").bytes()),
                ArgumentKind::Counted(width) => {
                    let count = u64::try_from(one.len()).unwrap().to_le_bytes();
                    bytes.extend(&count[..usize::from(width)]);
                    bytes.extend(one.bytes());
                }
                ArgumentKind::CountedSigned => {
                    bytes.extend(u32::try_from(one.len()).unwrap().to_le_bytes());
                    bytes.extend(one.bytes());
                }
                _ => {}
            }
            bytes
        })
}

/// Opcodes in no sensible order, behind a stack that is deep enough for most of them.
pub(crate) fn soup() -> impl Strategy<Value = Vec<u8>> {
    (vec(operation(), 0..60), any::<bool>()).prop_map(|(operations, stop)| {
        let mut bytes =
            b"\x80\x04]}(NK\x01\x8c\x02os\x94\x8c\x06system\x94cos\npath\n\x94)\x94K\x05".to_vec();
        bytes.extend(operations.concat());
        if stop {
            bytes.push(b'.');
        }
        bytes
    })
}

/// Pickles that are whole.
pub(crate) fn valid() -> impl Strategy<Value = Vec<u8>> {
    select(vec![
        "PROTO 4\nFRAME auto\nSHORT_BINUNICODE 'os'\nMEMOIZE\nSHORT_BINUNICODE 'system'\nMEMOIZE\n\
         STACK_GLOBAL\nSHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP",
        "GLOBAL 'os system'\nMARK\nSTRING 'x'\nTUPLE\nREDUCE\nPUT 0\nPOP\nGET 0\nSTOP",
        "PROTO 2\nGLOBAL 'acme Net'\nEMPTY_TUPLE\nNEWOBJ\nEMPTY_DICT\nMARK\nBINUNICODE 'a'\nBININT1 1\n\
         SETITEMS\nBUILD\nSTOP",
        "PROTO 3\nGLOBAL 'joblib.numpy_pickle NumpyArrayWrapper'\nEMPTY_TUPLE\nNEWOBJ\nEMPTY_DICT\nMARK\n\
         BINUNICODE 'shape'\nBININT1 4\nTUPLE1\nBINUNICODE 'dtype'\nGLOBAL 'numpy dtype'\nBINUNICODE 'u1'\n\
         NEWFALSE\nNEWTRUE\nTUPLE3\nREDUCE\nSETITEMS\nBUILD\nRAW b'abcd'\nSTOP",
        "PROTO 5\nEMPTY_SET\nMARK\nBININT1 1\nADDITEMS\nMARK\nBYTEARRAY8 b'x'\nFROZENSET\nTUPLE2\nSTOP",
    ])
    .prop_map(assemble)
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    (
        valid(),
        vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    )
        .prop_map(|(mut bytes, changes)| {
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        })
}

fn any_input() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..200), soup(), mutated(), valid()]
}

proptest! {
    #[test]
    fn the_decoder_reads_any_bytes_in_contiguous_ranges(input in any_input()) {
        let mut end = 0;
        for op in Decoder::new(&input) {
            match op {
                Ok(op) => {
                    prop_assert_eq!(op.range().start, end);
                    prop_assert!(op.range().end > end && op.range().end <= input.len());
                    prop_assert_eq!(input[end], op.opcode().byte());
                    end = op.range().end;
                }
                Err(error) => {
                    let at = usize::try_from(error.offset()).unwrap();
                    prop_assert!(at == end || at == input.len());
                }
            }
        }
    }

    #[test]
    fn the_machine_never_panics_and_says_where_it_ended(input in any_input()) {
        let scan = scanned(&input);
        let len = u64::try_from(input.len()).unwrap();
        prop_assert!(scan.outcome.end <= len);
        prop_assert!(scan.outcome.opcodes <= len);
        if let Some(error) = &scan.outcome.error {
            prop_assert!(error.offset() <= len);
        } else {
            prop_assert_eq!(input[usize::try_from(scan.outcome.end).unwrap() - 1], b'.');
        }
        for finding in &scan.report.findings {
            prop_assert!(finding.location.byte_start <= finding.location.byte_end);
            prop_assert!(!finding.message.chars().any(char::is_control));
        }
        for array in &scan.report.arrays {
            prop_assert!(array.start <= array.end && array.end <= len);
        }
    }

    #[test]
    fn a_scan_is_the_same_each_time(input in soup()) {
        let (one, two) = (scanned(&input), scanned(&input));
        prop_assert_eq!(one.report.findings, two.report.findings);
        prop_assert_eq!(one.outcome, two.outcome);
    }

    #[test]
    fn what_stands_behind_stop_changes_nothing(input in any_input(), garbage in vec(any::<u8>(), 0..60)) {
        let before = scanned(&input);
        if before.outcome.error.is_some() {
            return Ok(());
        }
        // Other readings may go on behind STOP; what the main one finds stays as it is.
        let after = scanned(&[input, garbage].concat());
        prop_assert_eq!(&before.outcome, &after.outcome);
        assert_kept(&before, &after);
        if !before.report.findings.iter().any(|finding| finding.rule.code() == "PKL009")
            && before.report.arrays.is_empty()
        {
            prop_assert_eq!(before.report.findings, after.report.findings);
        }
    }

    #[test]
    fn what_stands_in_front_only_moves_locations(input in soup(), prefix in vec(any::<u8>(), 0..30)) {
        let alone = scanned(&input);
        let moved = scan(&[&prefix[..], &input].concat(), prefix.len(), &Limits::default());
        prop_assert_eq!(alone.outcome.opcodes, moved.outcome.opcodes);
        prop_assert_eq!(alone.report.findings.len(), moved.report.findings.len());
        for (one, two) in alone.report.findings.iter().zip(&moved.report.findings) {
            prop_assert_eq!(&one.subject, &two.subject);
            prop_assert_eq!(one.severity, two.severity);
        }
    }

    #[test]
    fn a_cut_loses_nothing_that_was_found_before_it(input in any_input()) {
        let whole = scanned(&input);
        for cut in 0..input.len() {
            let part = scanned(&input[..cut]);
            let mut certain = part.clone();
            // A name that the cut itself cuts off is read as a shorter one.
            certain.report.findings.retain(|finding| {
                finding.location.opcode < Some(part.outcome.opcodes)
            });
            assert_kept(&certain, &whole);
        }
    }

    #[test]
    fn small_limits_lose_no_finding_of_the_main_reading(input in soup()) {
        let limits = Limits::default().with_readings(0);
        let narrow = scan(&input, 0, &limits);
        let wide = scanned(&input);
        prop_assert_eq!(&narrow.outcome, &wide.outcome);
    }
}

#[test]
fn a_call_in_front_of_the_cut_stays_critical() {
    let call = assemble("GLOBAL 'os system'\nMARK\nSTRING 'x'\nTUPLE\nREDUCE\n");
    let rest =
        assemble("POP\nEMPTY_DICT\nMARK\nSTRING 'a'\nINT 1\nSETITEMS\nFLOAT 1.5\nTUPLE2\nSTOP");
    let whole = [&call[..], &rest].concat();
    for cut in call.len()..=whole.len() {
        let scan = scanned(&whole[..cut]);
        let finding = &scan.report.findings[0];
        assert_eq!(finding.severity, Severity::Critical, "cut at {cut}");
        assert_eq!(
            finding.subject.as_deref(),
            Some("os.system"),
            "cut at {cut}"
        );
    }
}

#[test]
fn a_limit_on_memory_ends_the_run_and_keeps_the_findings() {
    let mut pickle =
        assemble("GLOBAL 'os system'\nMARK\nSTRING 'x'\nTUPLE\nREDUCE\nEMPTY_LIST\nMARK");
    let one = assemble("EMPTY_DICT\nMARK\nBININT1 1\nBININT1 2\nSETITEMS");
    for _ in 0..2_000_000 {
        pickle.extend(&one);
    }
    let scan = scan(&pickle, 0, &Limits::default().with_memory(32 << 20));
    assert_eq!(
        scan.outcome.error.map(|error| error.kind().clone()),
        Some(ErrorKind::LimitExceeded(Limit::Memory))
    );
    assert_eq!(scan.report.findings[0].severity, Severity::Critical);
}

/// Ends the run after so many questions.
struct Patience(u32);

impl EffectSink for Patience {
    fn effect(&mut self, _: &Effect<'_>) {}

    fn is_interrupted(&mut self) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.0 == 0
    }
}

#[test]
fn an_interrupted_run_ends_soon_and_keeps_its_findings() {
    let mut pickle =
        assemble("GLOBAL 'os system'\nMARK\nSTRING 'x'\nTUPLE\nREDUCE\nEMPTY_LIST\nMARK");
    pickle.extend(std::iter::repeat_n(b'N', 100_000));
    let lists = Lists::built_in();
    let limits = Limits::default();
    let scan = scan_with(&pickle, 0, &lists, &limits, &mut Patience(3));
    let error = scan.outcome.error.unwrap();
    assert_eq!(error.kind(), &ErrorKind::Interrupted);
    assert_eq!(
        (scan.outcome.opcodes, error.offset()),
        (3 * 256, scan.outcome.end)
    );
    assert_eq!(scan.report.findings[0].severity, Severity::Critical);
    assert_eq!(scan.report.findings[1].rule.code(), "PKL010");
}

#[test]
fn data_that_only_the_memo_holds_is_forgotten_before_the_limit_is_reached() {
    let mut pickle = b"\x80\x04".to_vec();
    let one = assemble("EMPTY_LIST\nMEMOIZE\nMARK\nREPEAT 20\nNONE\nEND\nAPPENDS\nPOP");
    for _ in 0..500_000 {
        pickle.extend(&one);
    }
    pickle.extend(b"N.");
    let scan = scan(&pickle, 0, &Limits::default().with_memory(48 << 20));
    assert_eq!(scan.outcome.error, None);
}

#[test]
fn findings_past_their_limit_are_counted() {
    let mut pickle = b"\x80\x04".to_vec();
    for number in 0..50 {
        pickle.extend(assemble(&format!("GLOBAL 'acme' 'name{number}'\nPOP")));
    }
    pickle.extend(b"N.");
    let scan = scan(&pickle, 0, &Limits::default().with_findings(10));
    let last = scan.report.findings.last().unwrap();
    assert_eq!(scan.report.findings.len(), 11);
    assert_eq!(last.message, "40 more findings are not listed");
}

/// Well above what an expansion by hand would need if it were one.
const BRIEFLY: Duration = Duration::from_secs(20);

#[test]
fn doubling_costs_nothing() {
    let started = Instant::now();
    for step in [
        "DUP\nTUPLE2",
        "MEMOIZE\nPOP\nBINGET 0\nBINGET 0\nTUPLE2\nBINPUT 0",
    ] {
        let text = format!("PROTO 4\nNONE\nMEMOIZE\nREPEAT 200\n{step}\nEND\nSTOP");
        assert_eq!(scanned(&assemble(&text)).outcome.error, None);
    }
    // The same as arguments, state, key and memo entry of harmless and harmful things.
    let text = "PROTO 4\nNONE\nREPEAT 200\nDUP\nTUPLE2\nEND\nMEMOIZE\nPOP
        GLOBAL 'collections OrderedDict'\nBINGET 0\nTUPLE1\nREDUCE\nBINGET 0\nBUILD\nPOP
        GLOBAL 'builtins str.join'\nSHORT_BINUNICODE ''\nBINGET 0\nTUPLE2\nREDUCE\nPOP
        GLOBAL 'functools partial'\nBINGET 0\nBINGET 0\nTUPLE2\nREDUCE\nPOP
        EMPTY_DICT\nBINGET 0\nNONE\nSETITEM\nPOP
        GLOBAL 'os system'\nBINGET 0\nTUPLE1\nREDUCE\nSTOP";
    let scan = scanned(&assemble(text));
    assert_eq!(scan.outcome.error, None);
    assert!(started.elapsed() < BRIEFLY);
}

#[test]
fn a_tuple_nested_a_hundred_thousand_deep_is_judged() {
    let text = "NONE\nREPEAT 100000\nTUPLE1\nEND\nPUT 0\nPOP
        GLOBAL 'collections OrderedDict'\nGET 0\nTUPLE1\nREDUCE\nGET 0\nBUILD\nPOP
        EMPTY_DICT\nGET 0\nNONE\nSETITEM\nPOP
        GLOBAL 'os system'\nGET 0\nTUPLE1\nREDUCE\nSTOP";
    let scan = scanned(&assemble(text));
    assert_eq!(scan.outcome.error, None);
    let critical = scan.report.findings.iter().any(|finding| {
        finding.severity == Severity::Critical && finding.subject.as_deref() == Some("os.system")
    });
    assert!(critical);
}

#[test]
fn a_hundred_thousand_marks_and_calls_are_judged() {
    let started = Instant::now();
    let marks = scanned(&assemble(
        "REPEAT 100000\nMARK\nEND\nREPEAT 100000\nTUPLE\nEND\nSTOP",
    ));
    assert_eq!(marks.outcome.error, None);
    let calls = scanned(&assemble(
        "GLOBAL 'collections OrderedDict'\nREPEAT 100000\nEMPTY_TUPLE\nREDUCE\nEND\nSTOP",
    ));
    assert_eq!(calls.outcome.error, None);
    assert!(started.elapsed() < BRIEFLY);
}

#[test]
fn a_count_is_compared_with_the_bytes_left() {
    for declared in [
        &b"\x8b\xff\xff\xff\x7fabc"[..],
        b"T\xff\xff\xff\x7fabc",
        b"B\xff\xff\xff\xffabc",
        b"\x8e\xff\xff\xff\xff\xff\xff\xff\xffabc",
        b"\x96\xff\xff\xff\xff\xff\xff\xff\x7fabc",
    ] {
        let error = scanned(declared).outcome.error.unwrap();
        assert_eq!((error.kind(), error.offset()), (&ErrorKind::Truncated, 0));
    }
    let negative = scanned(b"\x8b\xff\xff\xff\xffabc").outcome.error.unwrap();
    assert_eq!(negative.kind(), &ErrorKind::NegativeCount(-1));
    // A frame may promise what it likes: it only says how the loader reads ahead.
    let frame = scanned(b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xffN.");
    assert_eq!(frame.outcome.error, None);
}

#[test]
fn the_highest_memo_index_costs_one_entry() {
    let text =
        "NONE\nLONG_BINPUT 4294967295\nPOP\nLONG_BINGET 4294967295\nPUT 18446744073709551615\nSTOP";
    let limits = Limits::default().with_memory(1 << 20);
    assert_eq!(scan(&assemble(text), 0, &limits).outcome.error, None);
    let absent = scanned(&assemble("LONG_BINGET 4294967295\nSTOP"));
    assert_eq!(
        absent.outcome.error.unwrap().kind(),
        &ErrorKind::NoMemoEntry(u64::from(u32::MAX))
    );
}

#[test]
fn names_are_escaped_in_findings() {
    for (name, shown) in [
        (r"'sys\ntem'", r"acme.sys\ntem"),
        (r"'sys\x00tem'", r"acme.sys\x00tem"),
        (r"'\x1b[31msystem'", r"acme.\x1b[31msystem"),
        (r"'\u202emetsys'", r"acme.\u{202e}metsys"),
        (r"'sys\ud800tem'", "acme.sys\u{fffd}\u{fffd}\u{fffd}tem"),
        (r"'sys`tem'", "acme.sys`tem"),
    ] {
        let text = format!(
            "PROTO 4\nSHORT_BINUNICODE 'acme'\nSHORT_BINUNICODE {name}\nSTACK_GLOBAL\nSTOP"
        );
        let scan = scanned(&assemble(&text));
        let finding = &scan.report.findings[0];
        assert_eq!(finding.subject.as_deref(), Some(shown));
        assert!(finding.message.contains(shown), "{}", finding.message);
        let written = finding.written.as_ref().unwrap();
        assert_eq!(format!("{}.{}", written.module, written.name), shown);
    }
}

#[test]
fn long_names_are_shortened_in_findings() {
    let name = "x".repeat(100_000);
    let scan = scanned(&assemble(&format!("GLOBAL '{name}' '{name}'\nSTOP")));
    let finding = &scan.report.findings[0];
    assert!(finding.message.len() < 1_000);
    assert!(finding.subject.as_ref().unwrap().len() < 1_000);
}

/// Runs a pickle in graph mode.
fn graph_of<'p>(pickle: &'p [u8], lists: &Lists<'p>) -> (Graph<'p>, Option<Value>) {
    struct Nothing;
    impl EffectSink for Nothing {
        fn effect(&mut self, _: &Effect<'_>) {}
    }
    let mut machine = Machine::new(pickle, 0, lists, &Limits::default()).keep_all();
    assert_eq!(machine.run(&mut Nothing).error, None);
    machine.into_graph()
}

#[test]
fn what_is_written_into_objects_is_kept_in_its_order() {
    let pickle = assemble(
        "GLOBAL 'collections' 'OrderedDict'\nEMPTY_TUPLE\nREDUCE\nBINPUT 0\n\
         BININT1 1\nBININT1 2\nSETITEM\n\
         MARK\nBININT1 3\nBININT1 4\nBININT1 5\nBININT1 6\nSETITEMS\n\
         EMPTY_DICT\nBUILD\nBININT1 7\nAPPEND\nNONE\nBUILD\nSTOP",
    );
    let lists = Lists::built_in();
    let (graph, result) = graph_of(&pickle, &lists);
    let ints = |value| match graph.view(value) {
        View::Tuple(items) => items
            .map(|item| match graph.view(item) {
                View::Int(int) => int,
                other => panic!("{other:?}"),
            })
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let writes: Vec<Write> = graph.writes(result.unwrap()).collect();
    let [
        Write::Items(first),
        Write::Items(second),
        Write::State(state),
        Write::Added(added),
        Write::State(last),
    ] = writes[..]
    else {
        panic!("{writes:?}");
    };
    assert_eq!(ints(first), [1, 2]);
    assert_eq!(ints(second), [3, 4, 5, 6]);
    assert_eq!(ints(added), [7]);
    assert!(matches!(graph.view(state), View::Dict(_)));
    assert!(matches!(graph.view(last), View::None));
}

#[test]
fn what_is_written_into_own_containers_is_in_their_view_alone() {
    let pickle = assemble("EMPTY_DICT\nBININT1 1\nBININT1 2\nSETITEM\nSTOP");
    let lists = Lists::built_in();
    let (graph, result) = graph_of(&pickle, &lists);
    assert_eq!(graph.writes(result.unwrap()).count(), 0);
}

#[test]
fn the_graph_is_kept_whole_where_it_is_asked_for() {
    let pickle = assemble("EMPTY_LIST\nMARK\nBININT1 1\nBININT1 2\nAPPENDS\nSTOP");
    let lists = Lists::built_in();
    let (graph, result) = graph_of(&pickle, &lists);
    let View::List(items) = graph.view(result.unwrap()) else {
        panic!("no list");
    };
    assert_eq!(items.len(), 2);
}
