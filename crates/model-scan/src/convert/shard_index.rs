use std::collections::HashSet;
use std::fmt::Write as _;

use findings::escape_shortened;
use model_hold::{Held, Root};
use safetensors_check::index::{self, Index};

use super::Limits;

/// The index of a checkpoint that lies in several files, such as `pytorch_model.bin.index.json`, and what these
/// files are called once they are converted.
///
/// The names of files are bare names: none leads out of the folder of the index.
///
/// # Examples
/// ```
/// use model_scan::convert::{Limits, ShardIndex};
///
/// let text = br#"{"weight_map": {
///     "a": "pytorch_model-00001-of-00002.bin",
///     "b": "pytorch_model-00002-of-00002.bin"
/// }}"#;
/// let index = ShardIndex::read("pytorch_model.bin.index.json", text, &Limits::default())?;
/// assert_eq!(index.index_name(), "model.safetensors.index.json");
/// assert_eq!(index.outputs()[1], "model-00002-of-00002.safetensors");
/// # Ok::<(), model_scan::convert::ShardError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ShardIndex<'i> {
    index: Index<'i>,
    index_name: String,
    outputs: Vec<String>,
}

/// Why the files of an index cannot be had. Names in it are escaped and shortened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShardError {
    /// The index cannot be followed.
    #[error("{0}")]
    Index(#[from] index::Error),
    /// The index names more files than [`Limits::shards`].
    #[error("limit on shards reached: {0}")]
    TooMany(u64),
    /// A file cannot be opened.
    #[error("shard `{shard}`: {source}")]
    Open {
        /// Its name.
        shard: String,
        /// Why.
        source: model_hold::Error,
    },
}

/// What files of pickles are called.
const ENDINGS: &[&str] = &[".bin", ".pt", ".pth", ".ckpt", ".pkl"];
/// How the names of the Hub begin, and what they become.
const PREFIX: (&str, &str) = ("pytorch_model", "model");

impl<'i> ShardIndex<'i> {
    /// Reads an index that goes by a name.
    ///
    /// # Limits
    /// [`Limits::shards`], and those of [`safetensors_check::Limits`] for the index.
    ///
    /// # Errors
    /// [`ShardError::Index`] and [`ShardError::TooMany`].
    pub fn read(name: &str, bytes: &'i [u8], limits: &Limits) -> Result<Self, ShardError> {
        let index = Index::read(bytes, &safetensors_check::Limits::default())?;
        let shards: Vec<&str> = index.shards().collect();
        if shards.len() > limits.shards {
            let found = u64::try_from(shards.len()).unwrap_or(u64::MAX);
            return Err(ShardError::TooMany(found));
        }
        let index_name = index_name(name);
        let outputs = renamed(&shards, &index_name).unwrap_or_else(|| numbered(&shards));
        Ok(Self {
            index,
            index_name,
            outputs,
        })
    }

    /// Returns the index itself.
    #[must_use]
    pub const fn index(&self) -> &Index<'i> {
        &self.index
    }

    /// Returns the names of the files, in the order in which the index first names them.
    #[must_use]
    pub fn shards(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.index.shards()
    }

    /// Returns what each of the files is called once it is converted: `pytorch_model-00001-of-00002.bin` becomes
    /// `model-00001-of-00002.safetensors`. Where names do not end as those of pickles do, or two would become
    /// one, they are numbered like that in the order of the old names.
    #[must_use]
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// Returns what the index is called once it is converted: `model.safetensors.index.json`.
    #[must_use]
    pub fn index_name(&self) -> &str {
        &self.index_name
    }

    /// Opens all files below the folder of the index, in order.
    ///
    /// # Errors
    /// [`ShardError::Open`] for the first that cannot be opened.
    pub fn open(&self, folder: &Root) -> Result<Vec<Held>, ShardError> {
        self.shards()
            .map(|shard| {
                folder.open_file(shard).map_err(|source| ShardError::Open {
                    shard: escape_shortened(shard, 80),
                    source,
                })
            })
            .collect()
    }
}

/// Replaces how the names of the Hub begin.
fn shortened(name: &str) -> String {
    match name.strip_prefix(PREFIX.0) {
        Some(rest) => format!("{}{rest}", PREFIX.1),
        None => name.to_owned(),
    }
}

fn index_name(name: &str) -> String {
    match name.split_once(".bin.index") {
        Some((stem, rest)) if rest.ends_with(".json") && !stem.is_empty() => {
            format!("{}.safetensors.index{rest}", shortened(stem))
        }
        _ => "model.safetensors.index.json".to_owned(),
    }
}

/// Gives each name another ending; `None` if that cannot be done.
fn renamed(shards: &[&str], index_name: &str) -> Option<Vec<String>> {
    let mut taken = HashSet::new();
    // Some file systems take upper and lower case for the same.
    taken.insert(index_name.to_lowercase());
    shards
        .iter()
        .map(|shard| {
            let stem = ENDINGS
                .iter()
                .find_map(|ending| shard.strip_suffix(ending))
                .filter(|stem| !stem.is_empty())?;
            let name = format!("{}.safetensors", shortened(stem));
            taken.insert(name.to_lowercase()).then_some(name)
        })
        .collect()
}

/// Numbers names in their order as text.
fn numbered(shards: &[&str]) -> Vec<String> {
    let mut sorted = shards.to_vec();
    sorted.sort_unstable();
    shards
        .iter()
        .map(|shard| {
            let at = sorted.binary_search(shard).unwrap_or_else(|at| at);
            let mut name = String::new();
            let number = at.saturating_add(1);
            // Writing to a string does not fail.
            let _ = write!(name, "model-{number:05}-of-{:05}.safetensors", shards.len());
            name
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{index_name, numbered, renamed};

    #[test]
    fn names_of_the_hub_lose_their_framework() {
        assert_eq!(
            index_name("pytorch_model.bin.index.json"),
            "model.safetensors.index.json"
        );
        assert_eq!(
            index_name("diffusion_pytorch_model.bin.index.fp16.json"),
            "diffusion_pytorch_model.safetensors.index.fp16.json"
        );
        assert_eq!(index_name("weights.json"), "model.safetensors.index.json");
        let index = "model.safetensors.index.json";
        assert_eq!(
            renamed(&["pytorch_model.fp16-00001-of-00001.bin"], index).unwrap(),
            ["model.fp16-00001-of-00001.safetensors"]
        );
    }

    #[test]
    fn names_that_would_clash_are_numbered() {
        let index = "model.safetensors.index.json";
        assert_eq!(renamed(&["a.bin", "A.pt"], index), None);
        assert_eq!(renamed(&["a.bin", ".pt"], index), None);
        assert_eq!(renamed(&["a.bin", "b"], index), None);
        assert_eq!(
            numbered(&["b", "a.bin"]),
            [
                "model-00002-of-00002.safetensors",
                "model-00001-of-00002.safetensors"
            ]
        );
    }
}
