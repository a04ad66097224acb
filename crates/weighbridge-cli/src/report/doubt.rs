use weighbridge::findings::Severity;
use weighbridge::scan::Verdict;

use super::finding::Finding;
use super::target::Target;
use crate::output::count::counted;

/// What is said of a file where nothing else can be.
const NOT_READ: &str = "not everything was read";
/// Reasons listed for a file that is not judged; more are counted.
const REASONS_LISTED: usize = 2;

/// That a file was not judged, or not in full, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Doubt {
    pub(crate) kind: DoubtKind,
    /// One sentence, lower case, no final period.
    pub(crate) reason: String,
}

/// The kinds of [`Doubt`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum DoubtKind {
    /// Nothing was found, and something that should have been read was not.
    Undecided,
    /// Something was found, and something that should have been read was not.
    NotComplete,
    /// The file, or a member of it, is recognised and not judged yet.
    Unsupported,
}

impl DoubtKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::NotComplete => "not complete",
            Self::Unsupported => "unsupported",
        }
    }
}

impl Target {
    /// Says what keeps the file from being judged in full.
    pub(crate) fn doubts(&self) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        let mut say = |kind, reason| doubts.push(Doubt { kind, reason });
        match self.verdict {
            Verdict::Undecided => say(DoubtKind::Undecided, unread_reason(self)),
            Verdict::Clean | Verdict::Suspicious | Verdict::Dangerous
                if !self.complete && !only_unsupported(self) =>
            {
                say(DoubtKind::NotComplete, unread_reason(self));
            }
            _ => {}
        }
        if self.is_unsupported() {
            say(DoubtKind::Unsupported, unsupported_reason(self));
        }
        doubts
    }
}

/// Says whether all that keeps a file from being complete is a format not judged yet.
fn only_unsupported(target: &Target) -> bool {
    target.is_unsupported() && target.coverage.is_complete()
}

fn unsupported_reason(target: &Target) -> String {
    let members = target.members.iter();
    let members: Vec<_> = members
        .filter(|member| member.verdict == Verdict::Unsupported)
        .collect();
    let listed = members.iter().take(REASONS_LISTED);
    let listed: Vec<_> = listed
        .map(|member| format!("{} ({})", member.name, member.kind))
        .collect();
    match members.len() {
        0 => format!("{} is recognised and not judged yet", target.kind),
        1 => format!("{} is recognised and not judged yet", listed.join(", ")),
        count => {
            let more = if count > listed.len() { ", …" } else { "" };
            format!(
                "{count} members are recognised and not judged yet: {}{more}",
                listed.join(", ")
            )
        }
    }
}

fn unread_reason(target: &Target) -> String {
    // Whatever stopped the reading is a finding that flags nothing by itself.
    let findings = target.findings.iter();
    let mut findings: Vec<&Finding> = findings
        .filter(|finding| finding.severity < Severity::Medium)
        .collect();
    findings.sort_by_key(|finding| core::cmp::Reverse(finding.severity));
    let mut messages: Vec<&str> = Vec::new();
    let mut more: u64 = 0;
    for finding in findings {
        if messages.contains(&&*finding.message) {
            continue;
        }
        if messages.len() < REASONS_LISTED {
            messages.push(&finding.message);
        } else {
            more = more.saturating_add(1);
        }
    }
    let mut parts: Vec<String> = messages.into_iter().map(str::to_owned).collect();
    if more > 0 {
        parts.push(format!("{} above", counted(more, "more finding")));
    }
    parts.extend(coverage_reason(target));
    if parts.is_empty() {
        parts.push(NOT_READ.to_owned());
    }
    parts.join("; ")
}

fn coverage_reason(target: &Target) -> Option<String> {
    let (accounted, bytes) = (target.coverage.accounted, target.size);
    (accounted < bytes).then(|| format!("{accounted} of {} accounted for", counted(bytes, "byte")))
}
