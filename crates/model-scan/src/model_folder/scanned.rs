use std::fmt;

use findings::{Finding, Location};
use model_hold::Stamp;

use crate::report::{Target, Verdict};
use crate::rules::ABSENT_SIBLINGS;

/// A file that was scanned by itself, before what its folder holds beside it is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Scanned {
    pub(crate) target: Target,
    /// How the file looked when it was opened; `None` for what is no file.
    pub(crate) stamp: Option<Stamp>,
    /// The files beside it that it speaks of and that were not looked at yet.
    pub(crate) speaks_of: Option<SpeaksOf>,
}

/// What a file speaks of that lies beside it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SpeaksOf {
    /// An index speaks of shards.
    Shards,
    /// The configuration of an adapter speaks of its weights.
    AdapterWeights,
}

/// As a finding has it that says that they were not at hand.
impl fmt::Display for SpeaksOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Shards => "the shards that it names",
            Self::AdapterWeights => "the weights that it describes",
        };
        write!(f, "{what} were not at hand to be compared")
    }
}

impl Scanned {
    /// Ends the scan of a file. What it speaks of and nobody looked at leaves it undecided.
    pub(crate) fn into_target(self) -> Target {
        let mut target = self.target;
        if let Some(speaks_of) = self.speaks_of {
            target.findings.push(Finding::new(
                ABSENT_SIBLINGS.rule_id(),
                ABSENT_SIBLINGS.severity,
                speaks_of.to_string(),
                Location::bytes(0..target.size),
            ));
            target.complete = false;
            target.floor = Verdict::Undecided;
            target.settle();
        }
        target
    }
}

impl From<Target> for Scanned {
    /// What is said of a file without having read it.
    fn from(target: Target) -> Self {
        Self {
            target,
            stamp: None,
            speaks_of: None,
        }
    }
}
