//! SARIF 2.1.0 (OASIS, errata 01), so that GitHub's code scanning shows each finding with its rule's page.
//! `docs/output-formats.md` says what goes where and why.

mod locations;
mod notices;
mod result;
mod rules;

use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer};

use self::locations::{Artifact, Artifacts};
use self::notices::Invocation;
use self::result::Results;
use self::rules::{Rule, Rules};
use super::json;
use crate::report::Document;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const VERSION: &str = "2.1.0";
/// What names the working directory in locations.
const ROOT: &str = "%SRCROOT%";

/// Writes a report on one line: nobody reads a log of many findings, and the line is half as long as an indented
/// text. Suppressed findings are left out.
pub(crate) fn write(
    out: &mut impl Write,
    document: &Document,
    working_directory: Option<&Path>,
) -> io::Result<()> {
    let rules = Rules::used_in(document);
    let artifacts = Artifacts::new(document, working_directory);
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: &document.tool.name,
                semantic_version: &document.tool.version,
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                rules: rules.list(),
                properties: Properties {
                    ruleset: &document.tool.ruleset,
                },
            },
        },
        invocations: [Invocation::new(document, &artifacts)],
        original_uri_base_ids: Bases,
        artifacts: artifacts.list(),
        // Columns are those of the first character of a file, whatever is counted.
        column_kind: "unicodeCodePoints",
        results: Results {
            document,
            rules: &rules,
            artifacts: &artifacts,
        },
    };
    json::write_line(
        out,
        &Log {
            schema: SCHEMA,
            version: VERSION,
            runs: [run],
        },
    )
}

/// A text that is shown to people.
#[derive(Debug, Serialize)]
struct Message<T> {
    text: T,
}

#[derive(Serialize)]
struct Log<'d> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'d>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'d> {
    tool: Tool<'d>,
    invocations: [Invocation<'d>; 1],
    original_uri_base_ids: Bases,
    artifacts: &'d [Artifact<'d>],
    column_kind: &'static str,
    results: Results<'d>,
}

#[derive(Serialize)]
struct Tool<'d> {
    driver: Driver<'d>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'d> {
    name: &'d str,
    semantic_version: &'d str,
    information_uri: &'static str,
    rules: &'d [Rule<'d>],
    properties: Properties<'d>,
}

#[derive(Serialize)]
struct Properties<'d> {
    ruleset: &'d str,
}

/// Says what [`ROOT`] is and not where: the place differs from machine to machine.
struct Bases;

impl Serialize for Bases {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Base {
            description: Message<&'static str>,
        }
        let text = "The working directory.";
        let description = Message { text };
        serializer.collect_map([(ROOT, Base { description })])
    }
}
