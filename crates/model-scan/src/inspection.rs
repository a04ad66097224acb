use std::ops::Range;

use findings::{Attribution, Coverage, Finding, Location, Rule, Severity};

use crate::model_folder::SpeaksOf;
use crate::report::{Member, Verdict};
use crate::torch::StorageRef;

/// What was read of one run of bytes: of a file, or of a member.
#[derive(Clone, Debug)]
pub(crate) struct Inspection {
    pub(crate) kind: String,
    pub(crate) findings: Vec<Finding>,
    pub(crate) coverage: Coverage,
    pub(crate) members: Vec<Member>,
    /// The storages of torch that its pickles ask for.
    pub(crate) storages: Vec<StorageRef>,
    /// Whether something that should have been read was not.
    pub(crate) undecided: bool,
    /// Whether there is something that is recognised and not judged.
    pub(crate) unsupported: bool,
    /// Whether there is nothing but what no loader executes.
    pub(crate) passive: bool,
    /// What else the same bytes are, as another loader reads them.
    pub(crate) also: Vec<String>,
    /// Whether an array in it holds pickled objects.
    pub(crate) has_objects: bool,
    /// The files beside it that it speaks of.
    pub(crate) speaks_of: Option<SpeaksOf>,
}

impl Inspection {
    pub(crate) fn new(kind: impl Into<String>, len: usize) -> Self {
        Self {
            kind: kind.into(),
            findings: Vec::new(),
            coverage: Coverage::new(length(len)),
            members: Vec::new(),
            storages: Vec::new(),
            undecided: false,
            unsupported: false,
            passive: false,
            also: Vec::new(),
            has_objects: false,
            speaks_of: None,
        }
    }

    /// Everything is one thing that no loader executes.
    pub(crate) fn passive(kind: impl Into<String>, len: usize) -> Self {
        let mut inspection = Self::new(kind, len);
        inspection.passive = true;
        inspection.attribute_all(Attribution::Passive);
        inspection
    }

    /// Everything is one thing that is not judged yet.
    pub(crate) fn unsupported(kind: impl Into<String>, len: usize) -> Self {
        let mut inspection = Self::new(kind, len);
        inspection.unsupported = true;
        inspection.attribute_all(Attribution::Unsupported);
        inspection
    }

    pub(crate) fn attribute(&mut self, range: Range<u64>, attribution: Attribution) {
        let range = range.start.min(self.coverage.bytes())..range.end.min(self.coverage.bytes());
        // Both ends are within the stream now; a range that ends before it starts attributes nothing.
        let _ = self.coverage.attribute(range, attribution);
    }

    pub(crate) fn attribute_all(&mut self, attribution: Attribution) {
        self.attribute(0..self.coverage.bytes(), attribution);
    }

    /// Adds a finding about a range of these bytes.
    pub(crate) fn say(&mut self, rule: &Rule, message: impl Into<String>, range: Range<u64>) {
        self.say_as(rule, rule.severity, message, range);
    }

    pub(crate) fn say_as(
        &mut self,
        rule: &Rule,
        severity: Severity,
        message: impl Into<String>,
        range: Range<u64>,
    ) {
        self.findings.push(Finding::new(
            rule.rule_id(),
            severity,
            message.into(),
            Location::bytes(range),
        ));
    }

    /// Adds a finding that says why something was not read.
    pub(crate) fn undecided(&mut self, rule: &Rule, message: impl Into<String>, range: Range<u64>) {
        self.say(rule, message, range);
        self.undecided = true;
    }

    /// Says whether everything was read.
    pub(crate) fn is_complete(&self) -> bool {
        !self.undecided && self.coverage.is_complete()
    }

    /// What all of it is to a container that holds it: the most of it, where it is several things.
    pub(crate) fn attribution(&self) -> Attribution {
        if self.passive {
            Attribution::Passive
        } else if self.unsupported {
            Attribution::Unsupported
        } else {
            self.coverage
                .spans()
                .iter()
                .max_by_key(|span| span.end.saturating_sub(span.start))
                .map_or(Attribution::Container, |span| span.attribution)
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let worst = self.findings.iter().map(|finding| finding.severity).max();
        Verdict::of(worst, self.floor())
    }

    /// What is to be thought of it beside its findings.
    pub(crate) fn floor(&self) -> Verdict {
        if !self.is_complete() {
            Verdict::Undecided
        } else if self.unsupported {
            Verdict::Unsupported
        } else if self.passive {
            Verdict::Passive
        } else {
            Verdict::Clean
        }
    }
}

pub(crate) fn length(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
