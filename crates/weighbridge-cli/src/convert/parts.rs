use std::path::{Path, PathBuf};

use weighbridge::safetensors::index::Format;
use weighbridge::scan::convert::{Limits, ShardIndex};

use super::Convert;
use crate::causes::with_causes;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::destination::folder;
use crate::output::new_file::{Existing, NewFile};
use crate::pickle::Source;

/// The files that are read, each with the one that is made of it.
pub(super) struct Parts<'s> {
    pub(super) parts: Vec<Part<'s>>,
    /// The index that is made, where the input is sharded.
    pub(super) index: Option<PathBuf>,
}

/// A file that is read.
pub(super) struct Part<'s> {
    pub(super) source: &'s Source,
    pub(super) output: PathBuf,
}

/// Reads the input as the index of a sharded checkpoint, if its name is that of one.
pub(super) fn index<'s>(
    arguments: &Convert,
    input: &'s Source,
) -> Result<Option<ShardIndex<'s>>, Failure> {
    let path = &arguments.input;
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(name) = name.filter(|name| Format::of_index(name) == Some(Format::Pickle)) else {
        return Ok(None);
    };
    let read = ShardIndex::read(name, input.bytes(), &Limits::default());
    read.map(Some).map_err(|error| {
        Failure::failed(format!(
            "cannot use the index {}: {}",
            quoted(path),
            with_causes(&error)
        ))
    })
}

/// Opens the shards of an index, whose names are those of files beside it.
pub(super) fn shards(
    arguments: &Convert,
    index: Option<&ShardIndex<'_>>,
) -> Result<Vec<Source>, Failure> {
    let names = index.into_iter().flat_map(ShardIndex::shards);
    let opened = names.map(|name| {
        let path = folder(&arguments.input).join(name);
        Source::open(&path).map_err(|failure| match failure.exit() {
            // The command line names the index, and that is there.
            Exit::Usage => Failure::failed(failure.to_string()),
            _ => failure,
        })
    });
    opened.collect()
}

impl<'s> Parts<'s> {
    /// Says what is made of what, and makes sure that it may be made.
    pub(super) fn new(
        arguments: &Convert,
        input: &'s Source,
        index: Option<&ShardIndex<'_>>,
        shards: &'s [Source],
    ) -> Result<Self, Failure> {
        let this = match index {
            None => Self {
                parts: vec![Part {
                    source: input,
                    output: arguments.output.clone(),
                }],
                index: None,
            },
            Some(index) => {
                let (into, file) = place(arguments, index)?;
                let parts = shards.iter().zip(index.outputs());
                let parts = parts.map(|(source, name)| Part {
                    source,
                    output: into.join(name),
                });
                Self {
                    parts: parts.collect(),
                    index: Some(file),
                }
            }
        };
        if !arguments.verify && !arguments.dry_run {
            let existing = Existing::of(arguments.force);
            let parts = this.parts.iter().map(|part| &part.output);
            for path in parts.chain(&this.index) {
                NewFile::check(path, existing)?;
            }
        }
        Ok(this)
    }
}

/// Returns the folder that shards are written to, and the name of the index in it.
fn place<'o>(
    arguments: &'o Convert,
    index: &ShardIndex<'_>,
) -> Result<(&'o Path, PathBuf), Failure> {
    let output = &arguments.output;
    let names_index = || {
        let name = output.file_name()?.to_str()?;
        Format::of_index(name)
    };
    if output.is_dir() {
        Ok((output, output.join(index.index_name())))
    } else if names_index() == Some(Format::Safetensors) {
        Ok((folder(output), output.clone()))
    } else {
        Err(Failure::usage(format!(
            "{} is sharded, and {} is neither a folder that is there nor the name of an index",
            quoted(&arguments.input),
            quoted(output)
        )))
    }
}
