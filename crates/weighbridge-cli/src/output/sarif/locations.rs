use std::path::Path;

use serde::Serialize;

use super::ROOT;
use crate::output::uri::Place;
use crate::report::{Document, Finding, Location, Target};

/// The files of a report, in its order.
pub(super) struct Artifacts<'d> {
    list: Vec<Artifact<'d>>,
}

/// A file.
#[derive(Debug, Serialize)]
pub(super) struct Artifact<'d> {
    location: ArtifactLocation,
    length: u64,
    roles: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    hashes: Option<Hashes<'d>>,
    properties: ArtifactProperties<'d>,
}

#[derive(Debug, Serialize)]
struct Hashes<'d> {
    #[serde(rename = "sha-256")]
    sha256: &'d str,
}

#[derive(Debug, Serialize)]
struct ArtifactProperties<'d> {
    kind: &'d str,
    verdict: &'static str,
    complete: bool,
}

/// Where a file is, and which of [`Artifacts`] it is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
    index: usize,
}

impl<'d> Artifacts<'d> {
    pub(super) fn new(document: &'d Document, working_directory: Option<&Path>) -> Self {
        let targets = document.targets.iter().enumerate();
        let list = targets.map(|(index, target)| Artifact {
            location: ArtifactLocation::new(target, index, working_directory),
            length: target.size,
            roles: ["analysisTarget"],
            hashes: target.sha256.as_deref().map(|sha256| Hashes { sha256 }),
            properties: ArtifactProperties {
                kind: &target.kind,
                verdict: target.verdict.as_str(),
                complete: target.complete,
            },
        });
        Self {
            list: list.collect(),
        }
    }

    pub(super) fn list(&self) -> &[Artifact<'d>] {
        &self.list
    }

    /// Returns where the file with this number is.
    pub(super) fn location(&self, index: usize) -> Option<&ArtifactLocation> {
        self.list.get(index).map(|artifact| &artifact.location)
    }
}

impl ArtifactLocation {
    fn new(target: &Target, index: usize, working_directory: Option<&Path>) -> Self {
        match Place::new(target, working_directory) {
            Place::Below(uri) => Self {
                uri,
                uri_base_id: Some(ROOT),
                index,
            },
            Place::Elsewhere(uri) => Self {
                uri,
                uri_base_id: None,
                index,
            },
        }
    }
}

/// Where a result is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultLocation<'d> {
    physical_location: PhysicalLocation<'d>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'d> {
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_location: Option<&'d ArtifactLocation>,
    region: Region,
}

/// A range of bytes, as far as it is known in the file. Lines and columns are those of the first character:
/// GitHub asks for them, and a binary file has no others.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u8,
    start_column: u8,
    end_line: u8,
    end_column: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_length: Option<u64>,
}

/// A place within a file that bytes alone do not tell.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

impl<'d> ResultLocation<'d> {
    /// Points at a file as a whole.
    pub(super) fn file(artifact_location: Option<&'d ArtifactLocation>) -> Self {
        Self {
            physical_location: PhysicalLocation {
                artifact_location,
                region: Region::of(None),
            },
            logical_locations: Vec::new(),
        }
    }

    /// Points at a finding.
    pub(super) fn finding(
        artifact_location: Option<&'d ArtifactLocation>,
        finding: &Finding,
    ) -> Self {
        let location = &finding.location;
        let logical_locations = member(location).into_iter().chain(opcode(location));
        Self {
            physical_location: PhysicalLocation {
                artifact_location,
                region: Region::of(Some(location)),
            },
            logical_locations: logical_locations.collect(),
        }
    }
}

impl Region {
    fn of(location: Option<&Location>) -> Self {
        let range = location.and_then(|location| {
            let (start, end) = (location.file_byte_start?, location.file_byte_end?);
            // The range of a file that was not even opened is empty.
            let is_whole = start == 0 && end == 0 && location.opcode.is_none();
            (!is_whole).then_some((start, end.saturating_sub(start)))
        });
        Self {
            start_line: 1,
            start_column: 1,
            end_line: 1,
            end_column: 1,
            byte_offset: range.map(|(start, _)| start),
            byte_length: range.map(|(_, length)| length),
        }
    }
}

fn member(location: &Location) -> Option<LogicalLocation> {
    let member = location.member.as_deref()?;
    let name = member.rsplit('!').next().unwrap_or(member);
    Some(LogicalLocation {
        name: name.to_owned(),
        fully_qualified_name: member.to_owned(),
        kind: "member",
    })
}

/// Names an opcode: `archive/data.pkl!0:37` is the one with number 37 of the first pickle.
fn opcode(location: &Location) -> Option<LogicalLocation> {
    let opcode = location.opcode?;
    let stream = location.stream.unwrap_or(0);
    let member = location.member.as_deref();
    let member = member
        .map(|member| format!("{member}!"))
        .unwrap_or_default();
    Some(LogicalLocation {
        name: match &location.opcode_name {
            Some(name) => name.to_string(),
            None => opcode.to_string(),
        },
        fully_qualified_name: format!("{member}{stream}:{opcode}"),
        kind: "opcode",
    })
}
