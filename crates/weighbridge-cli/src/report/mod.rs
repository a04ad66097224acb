//! What a scan has to say, as every renderer gets it: owned, and read back from JSON as it was written.
//!
//! The JSON of a document is `docs/scan.schema.json`. A field that is added there is added here, with a
//! default for reports that were written before it.

mod doubt;
mod excluded;
mod finding;
mod fingerprint;
pub(crate) mod read;
mod rule;
mod summary;
mod target;
mod text;

use serde::{Deserialize, Serialize, Serializer};
use weighbridge::findings::Severity;
use weighbridge::scan::{RULESET, Report};

pub(crate) use doubt::{Doubt, DoubtKind};
pub(crate) use excluded::Excluded;
pub(crate) use finding::{Finding, Location, Written};
pub(crate) use summary::Summary;
pub(crate) use target::{Suppressed, SuppressedBy, Target};
pub(crate) use text::Text;

/// What the first key of a report says.
pub(crate) const SCHEMA: &str = "weighbridge.scan/1";
/// The program's name.
pub(crate) const TOOL_NAME: &str = "weighbridge";

/// A whole report.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// The program that scanned.
    pub(crate) tool: Tool,
    /// What is to be said about the scan and about no single file.
    pub(crate) notices: Vec<Notice>,
    /// One entry for each file given or walked, in that order.
    pub(crate) targets: Vec<Target>,
    /// What was not scanned on request.
    pub(crate) excluded: Excluded,
}

/// The program that scanned.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a program")]
pub(crate) struct Tool {
    pub(crate) name: Text,
    pub(crate) version: Text,
    /// Tells the lists of known names from others.
    pub(crate) ruleset: Text,
}

/// Something about the scan that is about no single file: an ignore that has expired, say.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a notice")]
pub(crate) struct Notice {
    pub(crate) level: Level,
    /// One sentence, lower case, no final period.
    pub(crate) message: Text,
}

/// How much something matters.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Note,
    Warning,
    Error,
}

impl Level {
    /// Returns the word that stands before a message.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical | Severity::High => Self::Error,
            Severity::Medium => Self::Warning,
            Severity::Low | Severity::Info => Self::Note,
        }
    }
}

impl From<Report> for Document {
    fn from(report: Report) -> Self {
        Self {
            tool: Tool {
                name: TOOL_NAME.to_owned().into(),
                version: env!("CARGO_PKG_VERSION").to_owned().into(),
                ruleset: RULESET.to_owned().into(),
            },
            notices: Vec::new(),
            targets: report.targets.into_iter().map(Target::from).collect(),
            excluded: report.excluded.into(),
        }
    }
}

impl Document {
    /// Gives every finding its fingerprint. The digests of the files go into it, so they come first.
    pub(crate) fn assign_fingerprints(&mut self) {
        for target in &mut self.targets {
            fingerprint::assign(target);
        }
    }

    /// Counts files, verdicts, findings and bytes.
    pub(crate) fn summary(&self) -> Summary {
        Summary::of(&self.targets)
    }
}

impl Serialize for Document {
    /// Writes the summary too, which is counted and not kept.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Whole<'d> {
            schema: &'static str,
            tool: &'d Tool,
            notices: &'d [Notice],
            targets: &'d [Target],
            excluded: &'d Excluded,
            summary: Summary,
        }
        let whole = Whole {
            schema: SCHEMA,
            tool: &self.tool,
            notices: &self.notices,
            targets: &self.targets,
            excluded: &self.excluded,
            summary: self.summary(),
        };
        whole.serialize(serializer)
    }
}
