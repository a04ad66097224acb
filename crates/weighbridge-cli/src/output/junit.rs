//! JUnit's XML, as GitLab and Jenkins read it: one test case for each file.

use std::fmt::Write as _;

use weighbridge::scan::Verdict;

use super::palette::Palette;
use super::text::{self, Explained};
use super::xml::escaped;
use crate::report::{Document, Doubt, Target};

/// Writes a report. A file that is flagged is a failure, one that is undecided an error; one that is
/// unsupported or passive was skipped.
pub(crate) fn write(document: &Document) -> String {
    let cases: Vec<Case<'_>> = document.targets.iter().map(Case::new).collect();
    let count = |is: fn(&Outcome) -> bool| cases.iter().filter(|case| is(&case.outcome)).count();
    let (tests, failures) = (
        cases.len(),
        count(|outcome| matches!(outcome, Outcome::Failure)),
    );
    let errors = count(|outcome| matches!(outcome, Outcome::Error));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped));

    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<testsuites name=\"weighbridge\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">"
    );
    let _ = writeln!(
        out,
        "  <testsuite name=\"weighbridge scan\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">"
    );
    out.push_str("    <properties>\n");
    for (name, value) in [
        ("version", &document.tool.version),
        ("ruleset", &document.tool.ruleset),
    ] {
        let value = escaped(value);
        let _ = writeln!(out, "      <property name=\"{name}\" value=\"{value}\"/>");
    }
    out.push_str("    </properties>\n");
    for case in &cases {
        case.write(&mut out);
    }
    write_notices(&mut out, document);
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// A file, seen as a test that it passed or not.
struct Case<'d> {
    target: &'d Target,
    doubts: Vec<Doubt>,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Failure,
    Error,
    Skipped,
}

impl<'d> Case<'d> {
    fn new(target: &'d Target) -> Self {
        let outcome = match target.verdict {
            Verdict::Dangerous | Verdict::Suspicious => Outcome::Failure,
            Verdict::Undecided => Outcome::Error,
            // What is clean was read in full; where that does not hold, it was not judged.
            Verdict::Clean if !target.complete => Outcome::Error,
            Verdict::Clean => Outcome::Passed,
            Verdict::Unsupported | Verdict::Passive => Outcome::Skipped,
        };
        Self {
            target,
            doubts: target.doubts(),
            outcome,
        }
    }

    fn write(&self, out: &mut String) {
        let path = escaped(&self.target.shown_path());
        let _ = write!(
            out,
            "    <testcase classname=\"weighbridge.scan\" name=\"{path}\" file=\"{path}\""
        );
        let element = match self.outcome {
            Outcome::Passed if self.target.findings.is_empty() => {
                out.push_str("/>\n");
                return;
            }
            Outcome::Passed => "system-out",
            Outcome::Failure => "failure",
            Outcome::Error => "error",
            Outcome::Skipped => "skipped",
        };
        let _ = write!(out, ">\n      <{element}");
        if !matches!(self.outcome, Outcome::Passed) {
            let message = escaped(&self.message());
            let _ = write!(out, " message=\"{message}\"");
        }
        if matches!(self.outcome, Outcome::Failure | Outcome::Error) {
            let _ = write!(out, " type=\"{}\"", self.target.verdict);
        }
        let details = escaped(&self.details());
        let _ = writeln!(out, ">{details}</{element}>\n    </testcase>");
    }

    /// Says in one line what is to be said.
    fn message(&self) -> String {
        let doubts = self.doubts.iter();
        let mut parts: Vec<String> = doubts
            .map(|doubt| format!("{}: {}", doubt.kind.as_str(), doubt.reason))
            .collect();
        // The first of the worst.
        let findings = self.target.findings.iter().rev();
        if let Some(worst) = findings.max_by_key(|finding| finding.severity)
            && matches!(self.outcome, Outcome::Failure)
        {
            parts.insert(0, format!("{}: {}", self.target.verdict, worst.message));
        }
        if parts.is_empty() {
            parts.push(format!("{}: {}", self.target.verdict, self.target.kind));
        }
        parts.join("; ")
    }

    /// Says what a report in text says of the file.
    fn details(&self) -> String {
        let mut details = String::new();
        let mut explained = Explained::new();
        text::write_findings(
            &mut details,
            self.target,
            &mut explained,
            &Palette::default(),
        );
        for doubt in &self.doubts {
            let _ = writeln!(details, "{}: {}", doubt.kind.as_str(), doubt.reason);
        }
        if details.is_empty() {
            details
        } else {
            format!("\n{details}")
        }
    }
}

fn write_notices(out: &mut String, document: &Document) {
    let excluded = text::counted_excluded(&document.excluded);
    if document.notices.is_empty() && excluded.is_none() {
        return;
    }
    out.push_str("    <system-err>\n");
    for notice in &document.notices {
        let _ = writeln!(
            out,
            "{}: {}",
            notice.level.as_str(),
            escaped(&notice.message)
        );
    }
    if let Some(excluded) = excluded {
        let _ = writeln!(out, "{}", escaped(&excluded));
    }
    out.push_str("</system-err>\n");
}
