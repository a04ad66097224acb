use serde::{Deserialize, Serialize};
use weighbridge::findings::{self, Confidence, RuleId, Severity};

use super::text::Text;

/// One thing that a check has to say about a file.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a finding")]
pub(crate) struct Finding {
    #[serde(deserialize_with = "super::rule::deserialize")]
    pub(crate) rule: RuleId,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) message: Text,
    pub(crate) subject: Option<Text>,
    pub(crate) written: Option<Written>,
    pub(crate) reached: Option<Text>,
    pub(crate) location: Location,
    /// Names the same finding in another report; stays where the file is moved.
    pub(crate) fingerprint: Option<Text>,
}

/// A global as a file spells it.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a module and a name")]
pub(crate) struct Written {
    pub(crate) module: Text,
    pub(crate) name: Text,
}

/// A half-open range of bytes in the innermost decoded stream: of the member where there is one, else of the
/// file.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a location")]
pub(crate) struct Location {
    pub(crate) member: Option<Text>,
    pub(crate) stream: Option<u64>,
    pub(crate) opcode: Option<u64>,
    pub(crate) opcode_name: Option<Text>,
    pub(crate) byte_start: u64,
    pub(crate) byte_end: u64,
    pub(crate) file_byte_start: Option<u64>,
    pub(crate) file_byte_end: Option<u64>,
}

impl From<findings::Finding> for Finding {
    fn from(finding: findings::Finding) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity,
            confidence: finding.confidence,
            message: finding.message.into(),
            subject: finding.subject.map(Text::from),
            written: finding.written.map(|written| Written {
                module: written.module.into(),
                name: written.name.into(),
            }),
            reached: finding.reached.map(Text::from),
            location: finding.location.into(),
            fingerprint: None,
        }
    }
}

impl From<findings::Location> for Location {
    fn from(location: findings::Location) -> Self {
        Self {
            member: location.member.map(Text::from),
            stream: location.stream,
            opcode: location.opcode,
            opcode_name: location.opcode_name.map(Text::from),
            byte_start: location.byte_start,
            byte_end: location.byte_end,
            file_byte_start: location.file_byte_start,
            file_byte_end: location.file_byte_end,
        }
    }
}
