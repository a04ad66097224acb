use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser;
use weighbridge::scan::RULESET;

use super::printable::Printable;
use crate::report::Document;

/// The program that wrote a document.
#[derive(Debug, Serialize)]
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
    ruleset: &'static str,
}

/// This program.
pub(crate) const TOOL: Tool = Tool {
    name: "weighbridge",
    version: env!("CARGO_PKG_VERSION"),
    ruleset: RULESET,
};

/// Writes a document with one entry per line.
pub(crate) fn write_indented(out: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    let mut serializer = ser::Serializer::with_formatter(&mut *out, Printable::indented());
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Writes an object on one line.
pub(crate) fn write_line(out: &mut impl Write, object: &impl Serialize) -> io::Result<()> {
    let mut serializer = ser::Serializer::with_formatter(&mut *out, Printable::on_one_line());
    object.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Writes a report as `docs/scan.schema.json` says.
pub(crate) fn write(out: &mut impl Write, document: &Document) -> io::Result<()> {
    write_indented(out, document)
}

/// A global as a file spells it.
#[derive(Debug, Serialize)]
pub(crate) struct WrittenEntry<'r> {
    pub(crate) module: &'r str,
    pub(crate) name: &'r str,
}
