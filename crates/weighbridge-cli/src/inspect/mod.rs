//! The command `inspect`: what is in a model file, without loading it.

mod arguments;
mod checkpoint;
mod document;
mod index;
mod map;
mod safetensors;
mod text;
mod values;

use std::path::Path;

use weighbridge::safetensors::index::Format as Shards;
use weighbridge::scan::convert::{Checkpoint, ErrorKind, Limits};
use weighbridge::scan::sniff::{Kind, sniff};

pub(crate) use self::arguments::Inspect;
use self::document::Document;
use crate::arguments::{Color, Format};
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::destination::Destination;
use crate::output::json;
use crate::output::palette::Palette;
use crate::pickle::Source;
use crate::scan::guard_truncation;

/// Shows what was named.
pub(crate) fn run(arguments: &Inspect, color: Color) -> Result<Exit, Failure> {
    guard_truncation();
    let source = Source::open(&arguments.file)?;
    let mut document = inspect(&source, arguments)?;
    if source.has_changed() {
        document.error = Some("it has changed while it was read".to_owned());
    }
    let settled = settle(&document);
    let mut out = Vec::new();
    match arguments.format {
        Format::Json => {
            let written = json::write_indented(&mut out, &document);
            written.map_err(|error| Failure::failed(format!("cannot write JSON: {error}")))?;
        }
        Format::Text => {
            let palette = Palette::choose(color, true);
            out.extend(text::write(&document, &palette).into_bytes());
        }
    }
    Ok(Destination::Stdout.write(&out, settled))
}

/// Tells what a file is by its content, or by its name where the content is cut off, and shows it as that.
fn inspect(source: &Source, arguments: &Inspect) -> Result<Document, Failure> {
    let bytes = source.bytes();
    let kind = sniff(bytes, source.path());
    let named = arguments
        .file
        .extension()
        .is_some_and(|name| name == "safetensors");
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let lossy = source.is_lossy().then_some(true);
    let mut document = Document::new(source.path().to_owned(), lossy, length);
    if kind == Kind::Safetensors || named {
        document.format = "safetensors".to_owned();
        let report = safetensors::fill(&mut document, bytes);
        // Of a file that is not valid, nobody can say which bytes are whose.
        if arguments.stats && document.valid == Some(true) {
            values::fill(&mut document, report.header(), source.mapped());
        }
    } else if let Some(format) = index_format(&arguments.file) {
        document.format = "index of a sharded model".to_owned();
        index::fill(&mut document, &arguments.file, bytes, format);
    } else {
        match Checkpoint::read(source.path(), bytes, &Limits::default()) {
            Ok(read) => {
                checkpoint::fill(&mut document, &read);
                if arguments.stats {
                    values::fill_checkpoint(&mut document, &read, source.mapped());
                }
            }
            Err(error) if *error.kind() == ErrorKind::NoCheckpoint => {
                return Err(Failure::nothing_to_check(format!(
                    "{} is {kind}, which cannot be inspected",
                    quoted(&arguments.file)
                )));
            }
            Err(error) => {
                return Err(Failure::failed(format!(
                    "cannot read {}: {error}",
                    quoted(&arguments.file)
                )));
            }
        }
    }
    document.count_parameters();
    Ok(document)
}

/// Tells by the name of a file whether it is the index of a sharded model.
fn index_format(path: &Path) -> Option<Shards> {
    Shards::of_index(path.file_name()?.to_str()?)
}

fn settle(document: &Document) -> Exit {
    if document.error.is_some() {
        Exit::Undecided
    } else if document.valid == Some(false) {
        Exit::Found
    } else {
        Exit::Fine
    }
}
