use serde::{Deserialize, Serialize};
use weighbridge::findings::Severity;
use weighbridge::scan::Verdict;

use super::target::Target;

/// Counts over all files. It is counted whenever it is asked for, so that it never says something else than
/// the files do.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(crate) struct Summary {
    pub(crate) files: u64,
    pub(crate) by_verdict: VerdictCounts,
    pub(crate) findings: SeverityCounts,
    /// Findings that count for nothing.
    pub(crate) suppressed: u64,
    pub(crate) coverage: Totals,
    /// Whether everything in every file was read and judged.
    pub(crate) complete: bool,
}

/// Bytes of all files.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "two counts of bytes")]
pub(crate) struct Totals {
    pub(crate) bytes: u64,
    pub(crate) accounted: u64,
}

/// How many files of each verdict.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a count for each verdict")]
pub(crate) struct VerdictCounts {
    dangerous: u64,
    suspicious: u64,
    undecided: u64,
    unsupported: u64,
    clean: u64,
    passive: u64,
}

/// How many findings of each severity.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a count for each severity")]
pub(crate) struct SeverityCounts {
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
    info: u64,
}

impl Summary {
    pub(super) fn of(targets: &[Target]) -> Self {
        let mut summary = Self {
            files: 0,
            by_verdict: VerdictCounts::default(),
            findings: SeverityCounts::default(),
            suppressed: 0,
            coverage: Totals::default(),
            complete: true,
        };
        let add = |count: &mut u64, by: u64| *count = count.saturating_add(by);
        for target in targets {
            add(&mut summary.files, 1);
            add(summary.by_verdict.of_mut(target.verdict), 1);
            for finding in &target.findings {
                add(summary.findings.of_mut(finding.severity), 1);
            }
            let suppressed = u64::try_from(target.suppressed.len()).unwrap_or(u64::MAX);
            add(&mut summary.suppressed, suppressed);
            add(&mut summary.coverage.bytes, target.size);
            add(&mut summary.coverage.accounted, target.coverage.accounted);
            summary.complete &= target.complete && !target.is_unsupported();
        }
        summary
    }
}

impl VerdictCounts {
    pub(crate) const fn of(&self, verdict: Verdict) -> u64 {
        match verdict {
            Verdict::Dangerous => self.dangerous,
            Verdict::Suspicious => self.suspicious,
            Verdict::Undecided => self.undecided,
            Verdict::Unsupported => self.unsupported,
            Verdict::Clean => self.clean,
            Verdict::Passive => self.passive,
        }
    }

    const fn of_mut(&mut self, verdict: Verdict) -> &mut u64 {
        match verdict {
            Verdict::Dangerous => &mut self.dangerous,
            Verdict::Suspicious => &mut self.suspicious,
            Verdict::Undecided => &mut self.undecided,
            Verdict::Unsupported => &mut self.unsupported,
            Verdict::Clean => &mut self.clean,
            Verdict::Passive => &mut self.passive,
        }
    }
}

impl SeverityCounts {
    pub(crate) const fn of(&self, severity: Severity) -> u64 {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => self.info,
        }
    }

    const fn of_mut(&mut self, severity: Severity) -> &mut u64 {
        match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Info => &mut self.info,
        }
    }

    /// Counts them all.
    pub(crate) fn all(&self) -> u64 {
        Severity::ALL
            .into_iter()
            .map(|severity| self.of(severity))
            .fold(0, u64::saturating_add)
    }
}
