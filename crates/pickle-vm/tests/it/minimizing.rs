//! The shortest prefix that shows a finding.

use pickle_vm::{Decoder, Limits, Lists, Scan, minimize, scan};
use proptest::prelude::*;

use crate::assembler::assemble;
use crate::properties::{soup, valid};

fn scanned(input: &[u8]) -> Scan {
    scan(input, 0, &Limits::default())
}

/// Checks the prefix of each finding of a scan; returns how many there were.
fn check(input: &[u8]) -> usize {
    let (lists, limits) = (Lists::built_in(), Limits::default());
    let findings = scanned(input).report.findings;
    for finding in &findings {
        let prefix = minimize(input, 0, finding, &lists, &limits).expect("the whole shows it");
        assert_eq!(prefix.finding.rule, finding.rule);
        assert!(prefix.end <= input.len());
        let shows = |end: usize| {
            scanned(&input[..end]).report.findings.iter().any(|other| {
                other.rule == finding.rule
                    && other.location.byte_start == finding.location.byte_start
                    && other.subject == finding.subject
                    && other.severity >= finding.severity
            })
        };
        assert!(shows(prefix.end), "{finding:?} up to {}", prefix.end);
    }
    findings.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_prefix_shows_its_finding(input in prop_oneof![valid(), soup()]) {
        check(&input);
    }
}

#[test]
fn the_prefix_ends_behind_the_call_that_makes_an_import_critical() {
    let text = "EMPTY_LIST\nGLOBAL 'os system'\nREPEAT 1000\nBININT1 1\nPOP\nEND\nSTRING 'id'\nTUPLE1\nREDUCE\n\
                REPEAT 1000\nBININT1 1\nAPPEND\nEND\nSTOP";
    let input = assemble(text);
    assert_eq!(check(&input), 1);
    let finding = &scanned(&input).report.findings[0];
    let prefix = minimize(&input, 0, finding, &Lists::built_in(), &Limits::default()).unwrap();
    assert_eq!(input[prefix.end - 1], b'R');
    let ends = Decoder::new(&input).flatten().map(|op| op.range().end);
    assert!(ends.into_iter().any(|end| end == prefix.end), "a boundary");
    let shorter = scanned(&input[..prefix.end - 1]);
    assert!(
        shorter
            .report
            .findings
            .iter()
            .all(|other| other.severity < finding.severity || other.rule != finding.rule)
    );
}

#[test]
fn a_finding_of_another_pickle_has_no_prefix() {
    let finding = scanned(b"cos\nsystem\n.").report.findings.remove(0);
    let (lists, limits) = (Lists::built_in(), Limits::default());
    assert!(minimize(b"]cos\nsystem\n.", 0, &finding, &lists, &limits).is_none());
    assert!(minimize(b"", 0, &finding, &lists, &limits).is_none());
    assert!(minimize(b"", 5, &finding, &lists, &limits).is_none());
}
