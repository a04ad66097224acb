use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use weighbridge::findings::{Severity, escape};
use weighbridge::scan::{self, CrcCheck, Verdict, path_text};

use super::finding::Finding;
use super::text::Text;

/// What was read of one file, and what is to be thought of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a file")]
pub(crate) struct Target {
    /// The path as it was given or found. It is not escaped: [`Target::shown_path`] is for printing.
    pub(crate) path: String,
    /// There, and true, only if the path is not UTF-8 and so is percent-escaped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path_lossy: Option<bool>,
    pub(crate) kind: Text,
    pub(crate) size: u64,
    /// The digest of the content, in lower-case hex.
    pub(crate) sha256: Option<Text>,
    #[serde(serialize_with = "write_verdict", deserialize_with = "read_verdict")]
    pub(crate) verdict: Verdict,
    /// Whether everything in it was read and judged.
    pub(crate) complete: bool,
    pub(crate) findings: Vec<Finding>,
    /// Findings that count for nothing, and why.
    #[serde(default)]
    pub(crate) suppressed: Vec<Suppressed>,
    pub(crate) coverage: Coverage,
    pub(crate) members: Vec<Member>,
}

/// A finding that was told not to count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a suppressed finding")]
pub(crate) struct Suppressed {
    pub(crate) finding: Finding,
    pub(crate) by: SuppressedBy,
    /// What whoever suppressed it says.
    pub(crate) reason: Option<Text>,
}

/// What a finding is suppressed by.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SuppressedBy {
    /// An entry of the configuration.
    Ignore,
    /// A baseline, which had it before.
    Baseline,
}

/// How many bytes a file has, and how many of them were read as something.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "two counts of bytes")]
pub(crate) struct Coverage {
    pub(crate) bytes: u64,
    pub(crate) accounted: u64,
}

/// A member of a container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a member")]
pub(crate) struct Member {
    pub(crate) name: Text,
    pub(crate) kind: Text,
    pub(crate) bytes: u64,
    #[serde(serialize_with = "write_verdict", deserialize_with = "read_verdict")]
    pub(crate) verdict: Verdict,
    pub(crate) crc: CheckSum,
    pub(crate) accounted: u64,
}

/// Whether the check sum of a member was compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CheckSum {
    None,
    Ok,
    Mismatch,
    NotChecked,
}

impl Target {
    /// Returns the path so that it can be printed.
    pub(crate) fn shown_path(&self) -> String {
        escape(&self.path)
    }

    /// Says whether the file, or a member of it, is recognised and not judged yet.
    pub(crate) fn is_unsupported(&self) -> bool {
        let members = self.members.iter().map(|member| member.verdict);
        members
            .chain([self.verdict])
            .any(|verdict| verdict == Verdict::Unsupported)
    }

    /// Returns the worst severity of what was found and counts.
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

impl Coverage {
    pub(crate) const fn is_complete(self) -> bool {
        self.accounted == self.bytes
    }
}

impl From<scan::Target> for Target {
    fn from(target: scan::Target) -> Self {
        let (path, lossy) = path_text(&target.path);
        Self {
            path,
            path_lossy: lossy.then_some(true),
            kind: target.kind.into(),
            size: target.size,
            sha256: target.digest.map(|digest| digest.to_hex().into()),
            verdict: target.verdict,
            complete: target.complete,
            findings: target.findings.into_iter().map(Finding::from).collect(),
            suppressed: Vec::new(),
            coverage: Coverage {
                bytes: target.coverage.bytes(),
                accounted: target.coverage.accounted(),
            },
            members: target.members.into_iter().map(Member::from).collect(),
        }
    }
}

impl From<scan::Member> for Member {
    fn from(member: scan::Member) -> Self {
        Self {
            name: member.name.into(),
            kind: member.kind.into(),
            bytes: member.bytes,
            verdict: member.verdict,
            crc: member.crc.into(),
            accounted: member.accounted,
        }
    }
}

impl From<CrcCheck> for CheckSum {
    fn from(check: CrcCheck) -> Self {
        match check {
            CrcCheck::None => Self::None,
            CrcCheck::Ok => Self::Ok,
            CrcCheck::Mismatch => Self::Mismatch,
            // The rest promises no more than this.
            _ => Self::NotChecked,
        }
    }
}

fn write_verdict<S: Serializer>(verdict: &Verdict, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(verdict.as_str())
}

fn read_verdict<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Verdict, D::Error> {
    const WORDS: &[&str] = &[
        "dangerous",
        "suspicious",
        "undecided",
        "unsupported",
        "clean",
        "passive",
    ];
    let word = String::deserialize(deserializer)?;
    let mut verdicts = Verdict::ALL.into_iter();
    verdicts
        .find(|verdict| verdict.as_str() == word)
        .ok_or_else(|| D::Error::unknown_variant(&word, WORDS))
}
