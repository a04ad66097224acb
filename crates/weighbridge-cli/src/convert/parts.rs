use std::path::{Path, PathBuf};

use weighbridge::safetensors::Limits;
use weighbridge::safetensors::index::{Format, Index};

use super::Convert;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::destination::folder;
use crate::output::new_file::{Existing, NewFile};
use crate::pickle::Source;

/// The files that are read, each with the one that is made of it.
pub(super) struct Parts {
    pub(super) parts: Vec<Part>,
    /// The index that is made, where the input is sharded.
    pub(super) index: Option<NewIndex>,
}

/// A file that is read.
pub(super) struct Part {
    pub(super) source: Source,
    pub(super) output: PathBuf,
    /// The name of the output beside its index.
    pub(super) name: String,
}

/// The index of a sharded output.
pub(super) struct NewIndex {
    pub(super) output: PathBuf,
    /// The tensors that the old index names, each with the number of its shard.
    pub(super) entries: Vec<(String, usize)>,
}

impl Parts {
    /// Opens the input, with its shards if it is an index, and makes sure that the outputs may be made.
    pub(super) fn open(arguments: &Convert) -> Result<Self, Failure> {
        let source = Source::open(&arguments.input)?;
        let name = arguments.input.file_name().and_then(|name| name.to_str());
        let this = if name.and_then(Format::of_index) == Some(Format::Pickle) {
            sharded(&arguments.input, &arguments.output, &source)?
        } else {
            let part = Part {
                source,
                output: arguments.output.clone(),
                name: String::new(),
            };
            Self {
                parts: vec![part],
                index: None,
            }
        };
        if !arguments.verify && !arguments.dry_run {
            let existing = Existing::of(arguments.force);
            for path in this.outputs() {
                NewFile::check(path, existing)?;
            }
        }
        Ok(this)
    }

    fn outputs(&self) -> impl Iterator<Item = &Path> {
        let parts = self.parts.iter().map(|part| part.output.as_path());
        parts.chain(self.index.iter().map(|index| index.output.as_path()))
    }
}

/// Opens the shards of an index. Their names are names of files beside it, or it is refused.
fn sharded(path: &Path, output: &Path, source: &Source) -> Result<Parts, Failure> {
    let index = Index::read(source.bytes(), &Limits::default()).map_err(|error| {
        Failure::failed(format!("cannot use the index {}: {error}", quoted(path)))
    })?;
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default();
    let index_name = converted(name, ".bin.index.", ".safetensors.index.");
    let (into, index_output) = if output.is_dir() {
        (output, output.join(&index_name))
    } else if output
        .to_str()
        .is_some_and(|name| Format::of_index(name) == Some(Format::Safetensors))
    {
        (folder(output), output.to_owned())
    } else {
        return Err(Failure::usage(format!(
            "{} is sharded, and {} is neither a folder that is there nor the name of an index",
            quoted(path),
            quoted(output)
        )));
    };
    let mut parts: Vec<Part> = Vec::new();
    for shard in index.shards() {
        let beside = folder(path).join(shard);
        let name = converted(shard, ".bin", ".safetensors");
        if parts.iter().any(|part| part.name == name) || name == index_name {
            return Err(Failure::failed(format!(
                "cannot use the index {}: two outputs would be {}",
                quoted(path),
                quoted(Path::new(&name))
            )));
        }
        let source = Source::open(&beside).map_err(|failure| match failure.exit() {
            // The command line names the index, and that is there.
            Exit::Usage => Failure::failed(failure.to_string()),
            _ => failure,
        })?;
        let output = into.join(&name);
        parts.push(Part {
            source,
            output,
            name,
        });
    }
    let entries = index.entries().iter();
    let entries = entries.map(|entry| (entry.name().to_owned(), entry.shard()));
    Ok(Parts {
        parts,
        index: Some(NewIndex {
            output: index_output,
            entries: entries.collect(),
        }),
    })
}

/// Names what is made of a file as the Hub does: `pytorch_model-1.bin` becomes `model-1.safetensors`.
fn converted(name: &str, from: &str, to: &str) -> String {
    let name = match name.strip_prefix("pytorch_model") {
        Some(rest) => format!("model{rest}"),
        None => name.to_owned(),
    };
    match name.rsplit_once(from) {
        Some((stem, rest)) if from.ends_with('.') || rest.is_empty() => format!("{stem}{to}{rest}"),
        _ => format!("{name}{to}"),
    }
}

#[cfg(test)]
mod tests {
    use super::converted;

    #[test]
    fn outputs_are_named_as_the_hub_names_them() {
        for (name, wanted) in [
            (
                "pytorch_model-00001-of-00002.bin",
                "model-00001-of-00002.safetensors",
            ),
            ("part.bin", "part.safetensors"),
            ("part.bin.old", "part.bin.old.safetensors"),
            ("weights.pt", "weights.pt.safetensors"),
        ] {
            assert_eq!(converted(name, ".bin", ".safetensors"), wanted);
        }
        for (name, wanted) in [
            (
                "pytorch_model.bin.index.json",
                "model.safetensors.index.json",
            ),
            ("a.bin.index.fp16.json", "a.safetensors.index.fp16.json"),
        ] {
            assert_eq!(
                converted(name, ".bin.index.", ".safetensors.index."),
                wanted
            );
        }
    }
}
