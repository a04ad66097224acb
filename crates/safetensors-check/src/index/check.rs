use findings::{Finding, escape_shortened};

use super::join::join;
use super::numbering::{Gap, Numbering, gap};
use super::read::{TotalSize, read};
use super::{ErrorKind, Folder, Index, Joined, rules};
use crate::Limits;
use crate::suspicions::Suspicions;

/// Characters of a name that a message shows.
pub(super) const SHOWN: usize = 80;

/// What the shards of an index are.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// `*.safetensors.index.json`.
    Safetensors,
    /// `*.bin.index.json`, whose shards are pickles.
    Pickle,
}

impl Format {
    /// Tells the format by the name of the index; `None` for the name of something else.
    ///
    /// ```
    /// use safetensors_check::index::Format;
    ///
    /// let format = |name| Format::of_index(name);
    /// assert_eq!(format("model.safetensors.index.json"), Some(Format::Safetensors));
    /// assert_eq!(format("model.safetensors.index.fp16.json"), Some(Format::Safetensors));
    /// assert_eq!(format("pytorch_model.bin.index.json"), Some(Format::Pickle));
    /// assert_eq!(format("index.json"), None);
    /// ```
    #[must_use]
    pub fn of_index(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".json")?;
        // A variant stands between the ending and the word.
        let (weights, variant) = stem.rsplit_once(".index")?;
        if !variant.is_empty() && !variant.starts_with('.') {
            return None;
        }
        if weights.ends_with(".safetensors") {
            Some(Self::Safetensors)
        } else if weights.ends_with(".bin") {
            Some(Self::Pickle)
        } else {
            None
        }
    }
}

/// What [`check`] has to say of one index by itself.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    index: Index<'a>,
    format: Format,
    findings: Vec<Finding>,
    total_size: Option<(TotalSize, core::ops::Range<u64>)>,
    is_complete: bool,
}

/// Reads an index and says everything that is wrong with it by itself. [`Report::join`] holds it against the files
/// beside it.
///
/// # Limits
/// [`Limits::header`], the bytes of the index; [`Limits::tensors`].
#[must_use]
pub fn check<'a>(bytes: &'a [u8], format: Format, limits: &Limits) -> Report<'a> {
    let read = read(bytes, limits);
    let mut all = Suspicions::default();
    let mut is_complete = true;
    for error in &read.errors {
        let (rule, severity) = error.kind().rule();
        all.say(rule, severity, error.bytes(), || error.kind().to_string());
        is_complete &= !matches!(
            error.kind(),
            ErrorKind::Json(_) | ErrorKind::TooManyTensors { .. }
        );
    }
    for (key, bytes) in &read.unknown {
        let rule = &rules::UNKNOWN_KEY;
        all.say(rule, rule.severity, bytes.clone(), || {
            format!("unknown key `{}`", escape_shortened(key, SHOWN))
        });
    }
    let report = Report {
        index: read.index,
        format,
        findings: Vec::new(),
        total_size: read.total_size,
        is_complete,
    };
    report.endings(&mut all);
    report.numbering(&mut all);
    if let Some((TotalSize::NotASize, bytes)) = &report.total_size {
        let rule = &rules::WRONG_TOTAL_SIZE;
        all.say(rule, rule.severity, bytes.clone(), || {
            "`total_size` is no number of bytes".to_owned()
        });
    }
    Report {
        findings: all.finish(),
        ..report
    }
}

impl<'a> Report<'a> {
    /// Returns what is wrong, in the order of the bytes.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the index as far as it could be read. Its shards' names may lead anywhere: do not follow them
    /// unless [`NameFault`](super::NameFault) findings are absent, or [`Index::read`] accepts it.
    #[must_use]
    pub const fn index(&self) -> &Index<'a> {
        &self.index
    }

    /// Returns what the shards of the index are.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Says whether all of the index was read.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Holds the index against what lies beside it: shards that are missing or not listed, tensors that are
    /// elsewhere, hidden or there twice, and the total size.
    #[must_use]
    pub fn join(&self, folder: &Folder<'_>) -> Joined {
        join(self, folder)
    }

    pub(super) const fn total_size(&self) -> Option<&(TotalSize, core::ops::Range<u64>)> {
        self.total_size.as_ref()
    }

    /// Looks at what the endings of the shards' names promise.
    fn endings(&self, all: &mut Suspicions) {
        for (shard, name) in self.index.shards().enumerate() {
            let lower = name.to_ascii_lowercase();
            let is_pickle = PICKLES.iter().any(|ending| lower.ends_with(ending));
            // Loaders tell the format by the ending as it is written.
            let is_safetensors = name.ends_with(".safetensors");
            let bytes = self.index.shard_bytes(shard);
            let name = || escape_shortened(name, SHOWN);
            match self.format {
                Format::Safetensors if is_pickle => {
                    let rule = &rules::PICKLE_SHARD;
                    all.say(rule, rule.severity, bytes, || {
                        format!("shard `{}` is a pickle by its name", name())
                    });
                }
                Format::Safetensors | Format::Pickle if is_safetensors => {}
                Format::Pickle if is_pickle => {}
                Format::Safetensors | Format::Pickle => {
                    let rule = &rules::FOREIGN_SHARD;
                    all.say(rule, rule.severity, bytes, || {
                        format!("shard `{}` does not end in a format of weights", name())
                    });
                }
            }
        }
    }

    /// Looks for gaps in the numbers of the shards.
    fn numbering(&self, all: &mut Suspicions) {
        let mut numbered: Vec<(Numbering<'_>, usize)> = self
            .index
            .shards()
            .enumerate()
            .filter_map(|(shard, name)| Some((Numbering::of(name)?, shard)))
            .collect();
        numbered.sort_by(|(a, _), (b, _)| a.set().cmp(&b.set()));
        for set in numbered.chunk_by(|(a, _), (b, _)| a.set() == b.set()) {
            let mut numbers: Vec<_> = set.iter().map(|(numbering, _)| *numbering).collect();
            let Some(gap) = gap(&mut numbers) else {
                continue;
            };
            let bytes = set
                .first()
                .map_or(0..0, |&(_, shard)| self.index.shard_bytes(shard));
            let rule = &rules::BROKEN_NUMBERING;
            all.say(rule, rule.severity, bytes, || match gap {
                Gap::Totals(one, other) => {
                    format!("shards are numbered as of {one} and as of {other}")
                }
                Gap::Number(number) => {
                    format!("shard number {number} does not fit the numbers of the others")
                }
                Gap::Missing(number) => format!("no shard has the number {number}"),
            });
        }
    }
}

/// Endings of files that torch reads as a pickle.
const PICKLES: [&str; 7] = [".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib"];
