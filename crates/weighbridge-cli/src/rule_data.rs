use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use weighbridge::findings::escape_shortened;
use weighbridge::scan::RuleData;

use crate::arguments::Format;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::destination::Destination;
use crate::output::json::{self, TOOL, Tool};

/// Names listed of those that data takes off the capable list; more are counted.
const NAMED: usize = 10;

/// Reads rule data. Nothing that is signed is read yet, so nothing is verified: whoever names the folder
/// trusts it.
pub(crate) fn read(folder: &Path) -> Result<RuleData, Failure> {
    RuleData::read(folder, &()).map_err(|error| {
        Failure::usage(format!(
            "cannot use the rule data in {}: {error}",
            quoted(folder)
        ))
    })
}

/// Says which names data takes off the capable list, if it does.
pub(crate) fn weakened(data: &RuleData, folder: &Path) -> Option<String> {
    let names = data.weaker_than_built_in();
    if names.is_empty() {
        return None;
    }
    let shown = names.iter().take(NAMED);
    let mut shown: Vec<String> = shown
        .map(|name| format!("`{}`", escape_shortened(name, 100)))
        .collect();
    if names.len() > NAMED {
        shown.push("…".to_owned());
    }
    let (s, do_not) = if names.len() == 1 {
        ("", "does not")
    } else {
        ("s", "do not")
    };
    Some(format!(
        "by the rule data in {} {} name{s} {do_not} count as capable of harm that did by the built-in lists: {}",
        quoted(folder),
        names.len(),
        shown.join(", ")
    ))
}

/// Checks rule data, and says what it is.
pub(crate) fn run(folder: &Path, format: Format) -> Result<Exit, Failure> {
    let data = read(folder)?;
    let written = match format {
        Format::Text => text(&data, folder).into_bytes(),
        Format::Json => document(&data)?,
    };
    Ok(Destination::Stdout.write(&written, Exit::Fine))
}

fn text(data: &RuleData, folder: &Path) -> String {
    let (inert, capable, aliases) = data.lists().counts();
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "ruleset  {}", data.lists().version());
    let _ = writeln!(out, "digest   {}", data.digest());
    let _ = writeln!(out, "files    {}", data.files());
    let _ = writeln!(
        out,
        "names    {inert} inert, {capable} capable of harm, {aliases} other names of the same thing"
    );
    if let Some(weakened) = weakened(data, folder) {
        let _ = writeln!(out, "warning: {weakened}");
    }
    out
}

#[derive(Serialize)]
struct Written<'d> {
    schema: &'static str,
    tool: Tool,
    name: &'d str,
    version: &'d str,
    ruleset: &'d str,
    sha256: String,
    files: usize,
    inert: usize,
    capable: usize,
    aliases: usize,
    /// Names that are capable of harm by the built-in lists and not by these.
    weaker: Vec<String>,
}

fn document(data: &RuleData) -> Result<Vec<u8>, Failure> {
    let lists = data.lists();
    let (inert, capable, aliases) = lists.counts();
    let written = Written {
        schema: "weighbridge.rule-data/1",
        tool: TOOL,
        name: data.name(),
        version: data.version(),
        ruleset: lists.version(),
        sha256: data.digest().to_hex(),
        files: data.files(),
        inert,
        capable,
        aliases,
        weaker: data.weaker_than_built_in(),
    };
    let mut out = Vec::new();
    json::write_indented(&mut out, &written).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(out)
}
