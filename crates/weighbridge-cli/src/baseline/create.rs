use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

use super::{Entry, SCHEMA};
use crate::arguments::BaselineCreate;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::destination::Destination;
use crate::output::json;
use crate::report::{Document, Notice, Tool};
use crate::scan::{self, Known};

/// Scans, and writes down what was found so that it is known from now on.
pub(crate) fn run(arguments: &BaselineCreate) -> Result<Exit, Failure> {
    let destination = Destination::new(Some(&arguments.output))?;
    let outputs: Vec<&Path> = destination.file().into_iter().collect();
    let scanned = scan::scan(&arguments.inputs, Known::Nothing, &outputs, arguments.quiet)?;
    let entries = entries(&scanned.document);
    let count = entries.len();
    let mut written = Vec::new();
    let baseline = Written {
        schema: SCHEMA,
        tool: &scanned.document.tool,
        findings: entries,
    };
    json::write_indented(&mut written, &baseline)
        .map_err(|error| Failure::failed(error.to_string()))?;
    let exit = destination.write(&written, Exit::Fine);
    if exit == Exit::Fine && !arguments.quiet {
        for Notice { level, message } in &scanned.document.notices {
            let _ = writeln!(io::stderr(), "{}: {message}", level.as_str());
        }
        summary(&scanned.document, &arguments.output, count);
    }
    Ok(exit)
}

#[derive(Serialize)]
struct Written<'d> {
    schema: &'static str,
    tool: &'d Tool,
    findings: Vec<Entry>,
}

/// Lists what counts in a report, sorted, each once.
fn entries(document: &Document) -> Vec<Entry> {
    let mut entries = Vec::new();
    for target in &document.targets {
        // Without the content a fingerprint would cover whatever is put in the file's place.
        if target.sha256.is_none() {
            continue;
        }
        for finding in &target.findings {
            let Some(fingerprint) = &finding.fingerprint else {
                continue;
            };
            entries.push(Entry {
                path: target.path.clone(),
                rule: finding.rule.to_string(),
                severity: finding.severity.to_string(),
                subject: finding.subject.clone(),
                member: finding.location.member.clone(),
                message: finding.message.clone(),
                fingerprint: fingerprint.to_string(),
            });
        }
    }
    entries.sort();
    entries.dedup();
    entries
}

fn summary(document: &Document, output: &Path, count: usize) {
    let mut left_out: usize = 0;
    for target in &document.targets {
        if target.sha256.is_none() {
            left_out = left_out.saturating_add(target.findings.len());
        }
    }
    let s = if count == 1 { "" } else { "s" };
    let mut text = format!("{}: {count} finding{s}", quoted(output));
    if left_out > 0 {
        text.push_str(&format!(
            "; {left_out} more in files that could not be read are not in it"
        ));
    }
    let _ = writeln!(io::stderr(), "{text}");
}
