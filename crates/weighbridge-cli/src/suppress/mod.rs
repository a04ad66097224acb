//! Findings that do not count: what an ignore or a baseline covers, and what has another severity here.

mod notices;

use std::path::{Path, PathBuf};

use weighbridge::pickle::Lists;
use weighbridge::scan::{Report, Verdict};

use crate::baseline::Baseline;
use crate::config::{CAPABLE, Config, Ignore, Matches};
use crate::date::Date;
use crate::patterns::{Leads, absolute};
use crate::report::{Document, Finding, Suppressed, SuppressedBy, Target};

/// The rule that says that more was found than is listed.
const UNLISTED: &str = "PKL014";

/// What of a scanned file is not in the report and is needed to judge it anew.
#[derive(Debug)]
pub(crate) struct Seen {
    path: PathBuf,
    floor: Verdict,
}

impl Seen {
    /// Takes note of every file, in the order of the report.
    pub(crate) fn of(report: &Report) -> Vec<Self> {
        let targets = report.targets.iter();
        targets
            .map(|target| Self {
                path: target.path.clone(),
                floor: target.floor,
            })
            .collect()
    }
}

/// Decides which findings count, and with which severity.
#[derive(Debug)]
pub(crate) struct Policy<'p> {
    config: Option<&'p Config>,
    baseline: Option<Baseline>,
    today: Date,
    lists: Lists<'p>,
    /// For each ignore what came of it.
    used: Vec<Use>,
    /// Findings that keep their severity because they are about names that can do harm.
    kept_severity: u64,
    /// Files whose findings are not all listed, so that no ignore can speak for the rest.
    unlisted: u64,
}

/// What came of one ignore, in findings.
#[derive(Clone, Copy, Debug, Default)]
struct Use {
    ignored: u64,
    /// It covers them and has expired.
    expired: u64,
    /// It covers them, they are about names that can do harm, and it has no digest.
    guarded: u64,
}

fn add(count: &mut u64) {
    *count = count.saturating_add(1);
}

/// A file, with the ways in which its path can be written, found out when they are asked for.
struct File<'f> {
    path: &'f Path,
    ways: Option<Vec<PathBuf>>,
    sha256: Option<&'f str>,
}

impl<'p> Policy<'p> {
    pub(crate) fn new(
        config: Option<&'p Config>,
        baseline: Option<Baseline>,
        today: Date,
        lists: Lists<'p>,
    ) -> Self {
        let ignores = config.map_or(0, |config| config.settings.ignores.len());
        Self {
            config,
            baseline,
            today,
            lists,
            used: vec![Use::default(); ignores],
            kept_severity: 0,
            unlisted: 0,
        }
    }

    /// Judges every file of a report anew, and says what is to be said about ignores and baseline.
    ///
    /// Only findings are taken away. Whatever was not read or not judged stays so: a file is clean only if
    /// it would be without any finding.
    pub(crate) fn apply(&mut self, document: &mut Document, seen: &[Seen]) {
        for (target, seen) in document.targets.iter_mut().zip(seen) {
            self.judge(target, seen);
        }
        document.notices.extend(self.notices());
    }

    fn judge(&mut self, target: &mut Target, seen: &Seen) {
        let findings = std::mem::take(&mut target.findings);
        let is_listed = !findings
            .iter()
            .any(|finding| finding.rule.code() == UNLISTED);
        let sha256 = target.sha256.clone();
        let mut file = File {
            path: &seen.path,
            ways: None,
            sha256: sha256.as_deref(),
        };
        // Whether something was done that holds for findings by what they are, whatever the content.
        let mut by_kind = false;
        for mut finding in findings {
            by_kind |= self.change_severity(&mut finding);
            match self.suppressed_by(&finding, &mut file) {
                None => target.findings.push(finding),
                Some((by, reason, is_by_kind)) => {
                    by_kind |= is_by_kind;
                    target.suppressed.push(Suppressed {
                        finding,
                        by,
                        reason: reason.map(|reason| reason.into()),
                    });
                }
            }
        }
        let mut floor = seen.floor;
        if by_kind && !is_listed {
            // Among those that are not listed there may be one that nobody told to ignore.
            add(&mut self.unlisted);
            floor = Verdict::Undecided;
            target.complete = false;
        }
        target.verdict = Verdict::of(target.worst(), floor);
    }

    /// Gives a finding the severity that its rule has here. Says whether that is a lower one.
    fn change_severity(&mut self, finding: &mut Finding) -> bool {
        let severities = self.config.map(|config| &config.settings.severities);
        let Some(wanted) = severities.and_then(|severities| severities.get(finding.rule.code()))
        else {
            return false;
        };
        let is_lower = *wanted < finding.severity;
        if is_lower && self.is_capable(finding) {
            add(&mut self.kept_severity);
            return false;
        }
        finding.severity = *wanted;
        is_lower
    }

    /// Says whether a finding is about a name that can do harm.
    fn is_capable(&self, finding: &Finding) -> bool {
        // Other lists than the built-in ones add to what is guarded, and take nothing away.
        let harms = |subject: &str| {
            self.lists.harm(subject).is_some() || Lists::built_in().harm(subject).is_some()
        };
        finding.rule.code() == CAPABLE || finding.subject.as_deref().is_some_and(harms)
    }

    /// Says what suppresses a finding, if anything does, why, and whether it does so by the kind of finding
    /// and not for one content.
    fn suppressed_by(
        &mut self,
        finding: &Finding,
        file: &mut File<'_>,
    ) -> Option<(SuppressedBy, Option<String>, bool)> {
        if let Some(config) = self.config {
            for (number, ignore) in config.settings.ignores.iter().enumerate() {
                if !covers(ignore, config, finding, file) {
                    continue;
                }
                let expired = ignore.expires.is_some_and(|last| last < self.today);
                let guarded = ignore.sha256.is_none() && self.is_capable(finding);
                let Some(used) = self.used.get_mut(number) else {
                    continue;
                };
                if expired {
                    add(&mut used.expired);
                } else if guarded {
                    add(&mut used.guarded);
                } else {
                    add(&mut used.ignored);
                    let reason = Some(ignore.reason.clone());
                    return Some((SuppressedBy::Ignore, reason, ignore.sha256.is_none()));
                }
            }
        }
        // Without the content a finding is known by no more than where it is.
        let fingerprint = file.sha256.and(finding.fingerprint.as_deref())?;
        let known = self.baseline.as_mut()?.covers(fingerprint);
        known.then_some((SuppressedBy::Baseline, None, false))
    }
}

/// Says whether an ignore is about a finding in a file, expired or not.
fn covers(ignore: &Ignore, config: &Config, finding: &Finding, file: &mut File<'_>) -> bool {
    let is_meant = match &ignore.matches {
        Matches::Rule(code) => finding.rule.code() == *code,
        Matches::Global { written, canonical } => finding
            .subject
            .as_deref()
            .is_some_and(|subject| subject == written || subject == canonical),
    };
    is_meant
        && ignore
            .sha256
            .is_none_or(|wanted| file.sha256 == Some(&wanted.to_hex()))
        && ignore.path.as_ref().is_none_or(|patterns| {
            let ways = file.ways.get_or_insert_with(|| absolute(file.path));
            ways.iter()
                .any(|way| patterns.match_absolute(&config.folder, way, Leads::ToFile))
        })
}

#[cfg(test)]
mod tests {
    use weighbridge::pickle::Lists;
    use weighbridge::scan::{Digests, Options, Report, Scanner, Verdict};

    use super::{Policy, Seen};
    use crate::baseline::Baseline;
    use crate::output::json;
    use crate::report::Document;

    /// An import and a call of `os.system`, an unknown class, and a second pickle.
    const PICKLES: &[u8] = b"cos\nsystem\n(S'id'\ntR0cacme.models\nThing\n)\x81.cos\npopen\n.";

    fn report(bytes: &[u8]) -> Report {
        let scanner = Scanner::new(Options::default().with_digests(Digests::All));
        let mut report = Report::default();
        report.targets.push(scanner.scan_bytes("a.pkl", bytes));
        report
    }

    fn document(report: Report) -> Document {
        let mut document = Document::from(report);
        document.assign_fingerprints();
        document
    }

    #[test]
    fn a_baseline_of_everything_leaves_a_cut_file_undecided_wherever_it_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let mut clean = 0;
        for cut in 0..=PICKLES.len() {
            let report = report(&PICKLES[..cut]);
            let is_complete = report.targets[0].complete;
            let seen = Seen::of(&report);
            let mut document = document(report);
            let mut written = Vec::new();
            json::write(&mut written, &document).unwrap();
            std::fs::write(&path, &written).unwrap();
            let baseline = Baseline::read(&path).unwrap();
            let today = "2027-01-01".parse().unwrap();
            let mut policy = Policy::new(None, Some(baseline), today, Lists::built_in());
            policy.apply(&mut document, &seen);
            let target = &document.targets[0];
            assert!(target.findings.is_empty(), "{cut}: {:?}", target.findings);
            let wanted = if is_complete {
                Verdict::Clean
            } else {
                Verdict::Undecided
            };
            assert_eq!(
                (target.verdict, target.complete),
                (wanted, is_complete),
                "{cut}"
            );
            clean += u32::from(is_complete);
        }
        assert!(clean >= 1, "the whole file is complete");
    }
}
