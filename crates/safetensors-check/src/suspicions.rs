//! What is said of one file, with a ceiling for each rule.

use std::collections::BTreeMap;
use std::ops::Range;

use findings::{Confidence, Finding, Location, Rule, Severity};

use crate::names::{self, Bearer};
use crate::{Header, metadata, padding, payloads};

/// Findings that one rule lists for one file. A report of a file with a hundred thousand bad names is read no
/// better than one of a hundred; how many more there were is said.
const LISTED: u64 = 100;

/// Looks for everything that is suspicious but for the values of the tensors, which take a pass over all data. `file`
/// is the whole file.
pub(crate) fn find(header: &Header<'_>, file: &[u8]) -> Vec<Finding> {
    let mut all = Suspicions::default();
    for tensor in header.tensors() {
        names::judge(
            Bearer::Tensor,
            tensor.name(),
            &tensor.name_bytes(),
            &mut all,
        );
    }
    let named = header
        .tensors()
        .map(|tensor| (tensor.name(), tensor.name_bytes()));
    names::twins(Bearer::Tensor, named, &mut all);
    metadata::judge(header, &mut all);
    padding::judge(header, file, &mut all);
    payloads::judge(header, file, &mut all);
    all.finish()
}

/// Collects findings, at most [`LISTED`] of each rule.
#[derive(Debug, Default)]
pub(crate) struct Suspicions {
    findings: Vec<Finding>,
    rules: BTreeMap<&'static str, Said>,
}

/// What one rule has said so far.
#[derive(Debug)]
struct Said {
    rule: &'static Rule,
    count: u64,
    /// The worst of those that are not listed, and where they lie.
    unlisted: Option<(Severity, Range<u64>)>,
}

impl Suspicions {
    /// Says something with high confidence. The message is only made if it will be listed.
    pub(crate) fn say(
        &mut self,
        rule: &'static Rule,
        severity: Severity,
        range: Range<u64>,
        message: impl FnOnce() -> String,
    ) {
        self.say_unsure(rule, severity, Confidence::High, range, message);
    }

    /// Says something with less confidence.
    pub(crate) fn say_unsure(
        &mut self,
        rule: &'static Rule,
        severity: Severity,
        confidence: Confidence,
        range: Range<u64>,
        message: impl FnOnce() -> String,
    ) {
        let said = self.rules.entry(rule.id).or_insert(Said {
            rule,
            count: 0,
            unlisted: None,
        });
        said.count = said.count.saturating_add(1);
        if said.count > LISTED {
            said.unlisted = Some(match said.unlisted.take() {
                None => (severity, range),
                Some((worst, all)) => (
                    worst.max(severity),
                    all.start.min(range.start)..all.end.max(range.end),
                ),
            });
            return;
        }
        let finding = Finding::new(rule.rule_id(), severity, message(), Location::bytes(range));
        self.findings.push(finding.with_confidence(confidence));
    }

    /// Returns the findings in the order of the bytes that they speak of.
    pub(crate) fn finish(self) -> Vec<Finding> {
        let mut findings = self.findings;
        for said in self.rules.into_values() {
            let Some((severity, range)) = said.unlisted else {
                continue;
            };
            let more = said.count.saturating_sub(LISTED);
            findings.push(Finding::new(
                said.rule.rule_id(),
                severity,
                format!("{more} more findings of this rule are not listed"),
                Location::bytes(range),
            ));
        }
        findings.sort_by_key(|finding| finding.location.byte_start);
        findings
    }
}

#[cfg(test)]
mod tests {
    use findings::Severity;

    use super::{LISTED, Suspicions};
    use crate::rules::MISALIGNED_DATA;

    #[test]
    fn what_is_not_listed_is_counted_and_its_worst_severity_kept() {
        let mut all = Suspicions::default();
        for at in 0..LISTED + 3 {
            let severity = if at == LISTED + 1 {
                Severity::High
            } else {
                Severity::Low
            };
            all.say(&MISALIGNED_DATA, severity, at..at + 1, || {
                format!("at {at}")
            });
        }
        let findings = all.finish();
        assert_eq!(findings.len(), usize::try_from(LISTED).unwrap() + 1);
        let last = findings.last().unwrap();
        assert_eq!(last.message, "3 more findings of this rule are not listed");
        assert_eq!(last.severity, Severity::High);
        assert_eq!(last.location.byte_start, LISTED);
        assert_eq!(last.location.byte_end, LISTED + 3);
    }
}
