use std::fmt::Write as _;

use serde::Serialize;
use weighbridge::findings::{Rule, Severity};

use crate::arguments::{Format, Rules};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::destination::Destination;
use crate::output::json::{self, TOOL, Tool};
use crate::rule_data;

/// Returns the rules of every crate, one crate after the other.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    weighbridge::RULES.iter().copied().flatten()
}

/// Lists the rules.
pub(crate) fn run(arguments: &Rules) -> Result<Exit, Failure> {
    if let Some(folder) = &arguments.data {
        return rule_data::run(folder, arguments.format);
    }
    let list = match arguments.format {
        Format::Text => text().into_bytes(),
        Format::Json => json()?,
    };
    Ok(Destination::Stdout.write(&list, Exit::Fine))
}

fn text() -> String {
    let width = all().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for Rule {
        id,
        severity,
        summary,
        ..
    } in all()
    {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{id:width$}  {severity:8}  {summary}");
    }
    out
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    tool: Tool,
    rules: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    severity: Severity,
    summary: &'static str,
}

fn json() -> Result<Vec<u8>, Failure> {
    let document = Document {
        schema: "weighbridge.rules/1",
        tool: TOOL,
        rules: all()
            .map(|rule| Entry {
                id: rule.id,
                severity: rule.severity,
                summary: rule.summary,
            })
            .collect(),
    };
    let mut out = Vec::new();
    json::write_indented(&mut out, &document)
        .map_err(|error| Failure::failed(error.to_string()))?;
    Ok(out)
}
