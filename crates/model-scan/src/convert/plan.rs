use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use safetensors_check::{Dtype, Layout, LayoutError};

use super::options::{Refusals, Ties};
use super::piece::{Piece, pieces};
use super::selection::{Choice, choose};
use super::{
    ByteOrder, Checkpoint, Container, LeftOut, Options, Refusal, SourceDtype, SparseLayout,
    StorageId, Tensor, TensorKind,
};
use crate::Verdict;

/// What becomes of a checkpoint, worked out before a byte is written.
///
/// Every tensor of the checkpoint has an [`Entry`], so that none is dropped in silence. Names are the paths of
/// the tensors joined by dots. Where exactly one of the names under which checkpoints keep their weights
/// (`state_dict`, `model`, `params` ...) leads to tensors, it is left away, unless [`Options::root`] says what
/// to convert. A tensor that is no part of anything is called `<root>`.
///
/// The same checkpoint and the same options give the same bytes, on every machine.
#[derive(Debug)]
pub struct Plan<'c, 'a> {
    pub(super) checkpoint: &'c Checkpoint<'a>,
    entries: Vec<Entry>,
    pub(super) pieces: Vec<Piece<'c>>,
    layout: Result<Layout, LayoutError>,
    obstacle: Option<Obstacle>,
    /// Bytes that writing may unpack.
    pub(super) unpacked: u64,
}

/// What becomes of one tensor of a checkpoint.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// What it is called in the output; `None` if that was not asked.
    pub name: Option<String>,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What becomes of a tensor.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is written: these of [`Plan::written`], one unless it is made of parts.
    Converted(Range<usize>),
    /// It is the same as another one, which is written; the metadata says so.
    Tied {
        /// The name of that one.
        kept: String,
    },
    /// It cannot be converted.
    Refused(Refused),
    /// It is left out.
    LeftOut(LeftOut),
}

/// Why a tensor cannot be converted.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Its elements cannot be told from the file.
    #[error("{0}")]
    Source(#[from] Refusal),
    /// safetensors has no dtype for its elements.
    #[error("safetensors has no dtype for `{0}`")]
    NoDtype(SourceDtype),
    /// It is quantised, and [`Options::quantised`] does not say what becomes of it.
    #[error("it is quantised, which safetensors cannot hold as such")]
    Quantised,
    /// It is quantised in a way of which the numbers cannot be computed here.
    #[error("it is quantised as `{0}`, whose numbers are not computed here")]
    Quantiser(SourceDtype),
    /// It is sparse, and [`Options::sparse`] does not say what becomes of it.
    #[error("it is sparse ({}), which safetensors cannot hold as such", .0.name())]
    Sparse(SparseLayout),
    /// It is sparse, and its indices, values and shape do not belong together.
    #[error("it is sparse, and its indices, values and shape do not belong together")]
    SparseParts,
    /// It is sparse, and some of its values belong to one place and are of a dtype that is not added up here.
    #[error("it is sparse with several values of one place, and `{0}` is not added up")]
    Uncoalesced(SourceDtype),
    /// It is sparse, and [`Limits::sparse`](super::Limits::sparse) does not suffice to write its zeros.
    #[error(
        "it is sparse and takes more memory to be written with its zeros than the limit allows"
    )]
    SparseLimit,
    /// With it more would be written than [`Limits::expanded`](super::Limits::expanded) allows for what the
    /// checkpoint holds.
    #[error(
        "with it {written} bytes would be written of {held} in the checkpoint, more than the limit allows"
    )]
    Expanded {
        /// The bytes of all tensors so far and of it.
        written: u64,
        /// The bytes of all storages.
        held: u64,
    },
    /// It is marked as negative, and its elements have no sign.
    #[error("it is marked as negative, and `{0}` has no sign")]
    NoSign(SourceDtype),
    /// Another tensor has its name.
    #[error("another tensor has its name, that at `{other}`")]
    NameClash {
        /// Where that one lies, escaped.
        other: String,
    },
    /// Its name is the one of the metadata.
    #[error("its name is `__metadata__`, which is the name of the metadata")]
    ReservedName,
    /// Its size does not fit.
    #[error("its size does not fit 64 bits")]
    Overflow,
    /// It is stored in a way that is not known here.
    #[error("it is stored in a way that is not known here")]
    Unknown,
}

/// Why nothing is written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Obstacle {
    /// The checkpoint would do harm to whoever loads it, and
    /// [`allow_findings`](super::Dangerous::allow_findings) was not asked for.
    #[error("the checkpoint is dangerous, findings of severity high and above: {findings}")]
    Dangerous {
        /// How many findings are high or critical.
        findings: u64,
    },
    /// Tensors cannot be converted.
    #[error("tensors that cannot be converted: {count}")]
    Refused {
        /// How many.
        count: u64,
    },
    /// A part of the checkpoint was not walked, so that tensors may be missing.
    #[error("a part of the checkpoint was not walked: {0}")]
    Gap(super::Gap),
    /// There is no tensor to be converted.
    #[error("nothing to convert")]
    Nothing,
    /// No header can hold the tensors.
    #[error("{0}")]
    Layout(#[from] LayoutError),
}

impl<'c, 'a> Plan<'c, 'a> {
    /// Works out what becomes of a checkpoint. Nothing of it is read but what it is made of.
    #[must_use]
    pub fn new(checkpoint: &'c Checkpoint<'a>, options: &Options) -> Self {
        let tensors = checkpoint.tensors();
        let choices = choose(tensors, checkpoint.leaves(), options);
        let clashes = clashes(tensors, &choices);
        let ties = match options.ties {
            Ties::Keep => ties(tensors, &choices),
            Ties::Duplicate => HashMap::new(),
        };
        let mut made = Made {
            held: held(checkpoint),
            ..Made::default()
        };
        let mut entries = Vec::with_capacity(tensors.len());
        for (at, (tensor, choice)) in tensors.iter().zip(choices).enumerate() {
            let name = match choice {
                Choice::Named(name) => name,
                Choice::LeftOut(reason) => {
                    entries.push(Entry {
                        name: None,
                        outcome: Outcome::LeftOut(reason),
                    });
                    continue;
                }
            };
            let outcome = if let Some(&other) = clashes.get(&at) {
                let other = tensors.get(other).map(|other| other.path.as_slice());
                Outcome::Refused(Refused::NameClash {
                    other: super::path_text(other.unwrap_or_default()),
                })
            } else if let Some(kept) = ties.get(&at) {
                made.metadata.insert(name.clone(), kept.clone());
                Outcome::Tied { kept: kept.clone() }
            } else {
                made.convert(tensor, &name, checkpoint, options)
            };
            entries.push(Entry {
                name: Some(name),
                outcome,
            });
        }
        made.finish(checkpoint, entries, options)
    }

    /// Returns the checkpoint.
    #[must_use]
    pub const fn checkpoint(&self) -> &'c Checkpoint<'a> {
        self.checkpoint
    }

    /// Returns what becomes of each of the [tensors of the checkpoint](Checkpoint::tensors), in their order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the tensors of the checkpoint, each with what becomes of it.
    #[must_use]
    pub fn tensors(&self) -> impl ExactSizeIterator<Item = (&'c Tensor, &Entry)> {
        self.checkpoint.tensors().iter().zip(&self.entries)
    }

    /// Returns the name, dtype and shape of one tensor of the output, by its number in
    /// [`Outcome::Converted`].
    #[must_use]
    pub fn written(&self, number: usize) -> Option<(&str, Dtype, &[u64])> {
        let piece = self.pieces.get(number)?;
        Some((&piece.name, piece.dtype, &piece.shape))
    }

    /// Returns how the output is laid out; the [`input`](safetensors_check::Placement::input) of each tensor
    /// is its number in [`Outcome::Converted`].
    ///
    /// # Errors
    /// What stands in the way of writing it.
    pub fn layout(&self) -> Result<&Layout, Obstacle> {
        match (&self.obstacle, &self.layout) {
            (Some(obstacle), _) => Err(obstacle.clone()),
            (None, Ok(layout)) => Ok(layout),
            (None, Err(error)) => Err(Obstacle::Layout(error.clone())),
        }
    }

    /// Returns where the bytes of a tensor lie in the file, from its first element to behind its last; `None`
    /// where they are packed, or no bytes are known.
    #[must_use]
    pub fn source_range(&self, tensor: &Tensor) -> Option<Range<u64>> {
        let storage = self.checkpoint.storage(tensor.storage?)?.file_range()?;
        let range = tensor.byte_range()?;
        Some(storage.start.checked_add(range.start)?..storage.start.checked_add(range.end)?)
    }
}

/// What is made of the tensors so far.
#[derive(Debug, Default)]
struct Made<'c> {
    pieces: Vec<Piece<'c>>,
    metadata: BTreeMap<String, String>,
    /// Bytes of all storages.
    held: u64,
    /// Bytes of all pieces.
    written: u64,
}

impl<'c> Made<'c> {
    fn convert(
        &mut self,
        tensor: &'c Tensor,
        name: &str,
        checkpoint: &Checkpoint<'_>,
        options: &Options,
    ) -> Outcome {
        let from = self.pieces.len();
        let pieces = pieces(tensor, name, checkpoint, options)
            .and_then(|pieces| self.grow(&pieces, options).map(|()| pieces));
        match pieces {
            Ok(pieces) => {
                self.pieces.extend(pieces);
                Outcome::Converted(from..self.pieces.len())
            }
            Err(refused) => Outcome::Refused(refused),
        }
    }

    /// Counts the bytes that are written.
    fn grow(&mut self, pieces: &[Piece<'c>], options: &Options) -> Result<(), Refused> {
        let mut written = self.written;
        for piece in pieces {
            let elements = if piece.shape.contains(&0) {
                Some(0)
            } else {
                piece.shape.iter().copied().try_fold(1, u64::checked_mul)
            };
            written = elements
                .and_then(|elements| piece.dtype.bytes(elements))
                .and_then(|bytes| written.checked_add(bytes))
                .ok_or(Refused::Overflow)?;
        }
        let held = self.held;
        let most = held
            .saturating_mul(WIDENED)
            .saturating_add(options.limits.expanded);
        if written > most {
            return Err(Refused::Expanded { written, held });
        }
        self.written = written;
        Ok(())
    }

    fn finish<'a>(
        mut self,
        checkpoint: &'c Checkpoint<'a>,
        mut entries: Vec<Entry>,
        options: &Options,
    ) -> Plan<'c, 'a> {
        self.settle_ties(&mut entries);
        // Loaders of the Hub take a file without it for one of another framework.
        let format = match checkpoint.container() {
            Container::Npy | Container::Npz => "np",
            _ => "pt",
        };
        self.metadata.insert("format".to_owned(), format.to_owned());
        let layout = Layout::new(
            self.pieces
                .iter()
                .map(|piece| (piece.name.as_str(), piece.dtype, piece.shape.clone())),
            self.metadata,
        );
        let obstacle = obstacle(checkpoint, &entries, options);
        Plan {
            checkpoint,
            entries,
            pieces: self.pieces,
            layout,
            obstacle,
            unpacked: options.limits.unpack.inflated_total,
        }
    }

    /// What is the same as something that is refused is refused too.
    fn settle_ties(&mut self, entries: &mut [Entry]) {
        let refused: HashMap<String, Refused> = entries
            .iter()
            .filter_map(|entry| match (&entry.name, &entry.outcome) {
                (Some(name), Outcome::Refused(refused)) => Some((name.clone(), refused.clone())),
                _ => None,
            })
            .collect();
        for entry in entries {
            if let Outcome::Tied { kept } = &entry.outcome
                && let Some(reason) = refused.get(kept)
            {
                if let Some(name) = &entry.name {
                    self.metadata.remove(name);
                }
                entry.outcome = Outcome::Refused(reason.clone());
            }
        }
    }
}

/// What dequantising multiplies the bytes of a tensor by at most.
const WIDENED: u64 = 4;

/// Returns how many bytes the storages hold together.
fn held(checkpoint: &Checkpoint<'_>) -> u64 {
    checkpoint.storages().iter().fold(0, |held, storage| {
        held.saturating_add(storage.byte_length())
    })
}

/// Finds the first tensor of the same name for each that is not alone with it, and the second for the first.
fn clashes(tensors: &[Tensor], choices: &[Choice]) -> HashMap<usize, usize> {
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(tensors.len());
    let mut clashes = HashMap::new();
    for (at, choice) in choices.iter().enumerate() {
        let Choice::Named(name) = choice else {
            continue;
        };
        match first.entry(name) {
            Slot::Vacant(slot) => {
                slot.insert(at);
            }
            Slot::Occupied(slot) => {
                clashes.entry(*slot.get()).or_insert(at);
                clashes.insert(at, *slot.get());
            }
        }
    }
    clashes
}

/// What makes two tensors the same.
#[derive(Eq, Hash, PartialEq)]
struct Same<'t> {
    storage: StorageId,
    dtype: SourceDtype,
    offset: u64,
    shape: &'t [u64],
    stride: &'t [u64],
    bits: (bool, bool),
    byte_order: ByteOrder,
}

impl<'t> Same<'t> {
    fn of(tensor: &'t Tensor) -> Option<Self> {
        let is_whole = matches!(tensor.kind, TensorKind::Strided | TensorKind::Storage);
        // Where there is no element nothing is shared.
        if !is_whole || tensor.refusal.is_some() || tensor.shape.contains(&0) {
            return None;
        }
        Some(Self {
            storage: tensor.storage?,
            dtype: tensor.dtype?,
            offset: tensor.offset,
            shape: &tensor.shape,
            stride: &tensor.stride,
            bits: (tensor.conjugate, tensor.negative),
            byte_order: tensor.byte_order,
        })
    }
}

/// Finds, for each tensor that is the same as one with a name before its own, that name.
fn ties(tensors: &[Tensor], choices: &[Choice]) -> HashMap<usize, String> {
    let mut groups: HashMap<Same<'_>, Vec<(&str, usize)>> = HashMap::new();
    for (at, (tensor, choice)) in tensors.iter().zip(choices).enumerate() {
        if let Choice::Named(name) = choice
            && let Some(same) = Same::of(tensor)
        {
            groups.entry(same).or_default().push((name, at));
        }
    }
    let mut ties = HashMap::new();
    for mut group in groups.into_values() {
        group.sort_unstable();
        let Some((&(kept, _), others)) = group.split_first() else {
            continue;
        };
        for &(name, at) in others {
            // That key of the metadata says what wrote the file.
            if name != "format" && name != kept {
                ties.insert(at, kept.to_owned());
            }
        }
    }
    ties
}

fn obstacle(checkpoint: &Checkpoint<'_>, entries: &[Entry], options: &Options) -> Option<Obstacle> {
    let scan = checkpoint.scan();
    if scan.verdict == Verdict::Dangerous && !options.dangerous {
        let findings = scan
            .findings
            .iter()
            .filter(|finding| finding.severity >= findings::Severity::High)
            .count();
        return Some(Obstacle::Dangerous {
            findings: u64::try_from(findings).unwrap_or(u64::MAX),
        });
    }
    if options.refusals == Refusals::Fail {
        if let Some(gap) = checkpoint.gaps().iter().find(|gap| gap.may_hide_tensors()) {
            return Some(Obstacle::Gap(gap.clone()));
        }
        let refused = entries
            .iter()
            .filter(|entry| matches!(entry.outcome, Outcome::Refused(_)))
            .count();
        if refused > 0 {
            return Some(Obstacle::Refused {
                count: u64::try_from(refused).unwrap_or(u64::MAX),
            });
        }
    }
    let converts = |entry: &Entry| matches!(entry.outcome, Outcome::Converted(_));
    (!entries.iter().any(converts)).then_some(Obstacle::Nothing)
}
