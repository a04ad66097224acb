use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::findings::{Confidence, Severity};

use super::Message;
use super::locations::{ArtifactLocation, Artifacts, ResultLocation};
use super::rules::{Rules, UNDECIDED};
use crate::report::{Document, Doubt, DoubtKind, Finding, Level, Target, Written};

/// Every finding that counts, file by file, and that a file is undecided.
pub(super) struct Results<'d> {
    pub(super) document: &'d Document,
    pub(super) rules: &'d Rules<'d>,
    pub(super) artifacts: &'d Artifacts<'d>,
}

impl Serialize for Results<'_> {
    /// Makes each result when its turn comes: there may be many.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        for (index, target) in self.document.targets.iter().enumerate() {
            let artifact = self.artifacts.location(index);
            for finding in &target.findings {
                sequence.serialize_element(&Found::new(finding, self.rules, artifact))?;
            }
            for doubt in target.doubts() {
                if doubt.kind != DoubtKind::Unsupported {
                    let result = Found::undecided(target, &doubt, self.rules, artifact);
                    sequence.serialize_element(&result)?;
                }
            }
        }
        sequence.end()
    }
}

/// One result.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'d> {
    rule_id: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message<String>,
    locations: [ResultLocation<'d>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_fingerprints: Option<Fingerprints>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties<'d>>,
}

/// GitHub recognises an alert by the second one alone, which its uploader would otherwise take from the first
/// line of the file: the same for every finding there.
#[derive(Debug, Serialize)]
struct Fingerprints {
    #[serde(rename = "weighbridge/v1")]
    ours: String,
    #[serde(rename = "primaryLocationLineHash")]
    primary: String,
}

/// What SARIF has no place for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'d> {
    severity: Severity,
    confidence: Confidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<&'d Written>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<&'d str>,
    /// The member, pickle and opcode are logical locations; these are the bytes in the innermost decoded
    /// stream, whatever is known of the file.
    byte_start: u64,
    byte_end: u64,
}

impl<'d> Found<'d> {
    fn new(
        finding: &'d Finding,
        rules: &Rules<'_>,
        artifact: Option<&'d ArtifactLocation>,
    ) -> Self {
        let rule_id = finding.rule.as_str();
        Self {
            rule_id,
            rule_index: rules.index(rule_id),
            level: Level::from(finding.severity).as_str(),
            message: Message {
                text: message(finding),
            },
            locations: [ResultLocation::finding(artifact, finding)],
            partial_fingerprints: finding.fingerprint.as_deref().map(Fingerprints::new),
            properties: Some(Properties {
                severity: finding.severity,
                confidence: finding.confidence,
                subject: finding.subject.as_deref(),
                written: finding.written.as_ref(),
                reached: finding.reached.as_deref(),
                byte_start: finding.location.byte_start,
                byte_end: finding.location.byte_end,
            }),
        }
    }

    fn undecided(
        target: &Target,
        doubt: &Doubt,
        rules: &Rules<'_>,
        artifact: Option<&'d ArtifactLocation>,
    ) -> Self {
        let kind = doubt.kind.as_str();
        let content = target.sha256.as_deref().unwrap_or_default();
        let fingerprint = format!("{UNDECIDED}\0{kind}\0{content}");
        let fingerprint = Digest::of(Algorithm::Sha256, fingerprint.as_bytes()).to_hex();
        Self {
            rule_id: UNDECIDED,
            rule_index: rules.index(UNDECIDED),
            level: Level::Error.as_str(),
            message: Message {
                text: plain(&format!("{kind}: {}", doubt.reason)),
            },
            locations: [ResultLocation::file(artifact)],
            partial_fingerprints: Some(Fingerprints::new(&fingerprint)),
            properties: None,
        }
    }
}

impl Fingerprints {
    fn new(fingerprint: &str) -> Self {
        Self {
            ours: fingerprint.to_owned(),
            primary: fingerprint.to_owned(),
        }
    }
}

fn message(finding: &Finding) -> String {
    match &finding.reached {
        Some(reached) => plain(&format!("{}, {reached}", finding.message)),
        None => plain(&finding.message),
    }
}

/// Takes care that no text of a file is taken for a link (SARIF 2.1.0, section 3.11.6): a link has `](` in it.
fn plain(text: &str) -> String {
    if text.contains("](") {
        text.replace('[', "\\[").replace(']', "\\]")
    } else {
        text.to_owned()
    }
}
