use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::sparse::SparseMap;
use super::{Archive, Limit, Limits};
use crate::zip::{shown, slice_clamped};

/// What a member is by its type flag.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MemberKind {
    /// A file: flag `0`, `7`, NUL, and every flag that is not known.
    File,
    /// A further name for a member: flag `1`.
    HardLink,
    /// A symbolic link: flag `2`.
    SymbolicLink,
    /// A character or block device: flags `3` and `4`.
    Device,
    /// A folder: flag `5`, and flag NUL where the name ends with a slash.
    Directory,
    /// A pipe: flag `6`.
    Pipe,
    /// The rest of a file that began in another volume: flag `M`.
    Continued,
    /// The label of a volume: flag `V`.
    Label,
}

impl MemberKind {
    pub(super) const fn of(flag: u8, is_named_folder: bool) -> Self {
        match flag {
            b'1' => Self::HardLink,
            b'2' => Self::SymbolicLink,
            b'3' | b'4' => Self::Device,
            b'5' => Self::Directory,
            b'6' => Self::Pipe,
            b'M' => Self::Continued,
            b'V' => Self::Label,
            0 if is_named_folder => Self::Directory,
            _ => Self::File,
        }
    }

    /// Says whether it has data by its nature.
    #[must_use]
    pub const fn has_data(self) -> bool {
        matches!(self, Self::File | Self::Continued)
    }
}

impl fmt::Display for MemberKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "file",
            Self::HardLink => "hard link",
            Self::SymbolicLink => "symbolic link",
            Self::Device => "device",
            Self::Directory => "folder",
            Self::Pipe => "pipe",
            Self::Continued => "continued file",
            Self::Label => "label",
        })
    }
}

/// Who would list a member.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Source {
    /// Most readers.
    Archive,
    /// Readers that take another size for that of a member before it.
    OtherSize,
    /// Readers that go on behind a header that others stop at.
    BehindBreak,
    /// Readers that go on behind blocks of zeros, as `tar -i` does.
    BehindEnd,
}

/// One run of bytes that some reader takes for a member's data.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reading {
    pub(super) data: Range<u64>,
    pub(super) map: Option<Box<SparseMap>>,
}

impl Reading {
    /// Returns where the bytes lie in the archive; the end may lie behind the archive's own.
    #[must_use]
    pub const fn data(&self) -> Range<u64> {
        self.data.start..self.data.end
    }

    /// Says whether holes have to be filled, so that the bytes do not stand in the archive as they are.
    #[must_use]
    pub const fn is_sparse(&self) -> bool {
        self.map.is_some()
    }

    /// Returns the size once holes are filled.
    #[must_use]
    pub fn size(&self) -> u64 {
        match &self.map {
            Some(map) => map.size,
            None => self.data.end.saturating_sub(self.data.start),
        }
    }
}

/// One member of an archive.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    pub(super) header: Range<u64>,
    pub(super) name: Cow<'a, [u8]>,
    pub(super) other_names: Vec<Cow<'a, [u8]>>,
    pub(super) links: Vec<Cow<'a, [u8]>>,
    pub(super) kind: MemberKind,
    pub(super) source: Source,
    pub(super) first: Option<Reading>,
    pub(super) others: Vec<Reading>,
}

impl Member<'_> {
    /// Returns the name that most readers know it by.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Returns the name so that it can be shown: escaped, with `\xNN` for bytes that are not UTF-8.
    #[must_use]
    pub fn text(&self) -> String {
        shown(&self.name)
    }

    /// Returns the other names under which some readers know it.
    pub fn other_names(&self) -> impl Iterator<Item = &[u8]> {
        self.other_names.iter().map(AsRef::as_ref)
    }

    /// Returns where it links to, for readers of any kind; none unless it is a link.
    pub fn links(&self) -> impl Iterator<Item = &[u8]> {
        self.links.iter().map(AsRef::as_ref)
    }

    /// Returns what it is.
    #[must_use]
    pub const fn kind(&self) -> MemberKind {
        self.kind
    }

    /// Returns who would list it.
    #[must_use]
    pub const fn source(&self) -> Source {
        self.source
    }

    /// Returns what readers take for its data, the commonest reading first; none where nobody takes any.
    pub fn readings(&self) -> impl Iterator<Item = &Reading> {
        self.first.iter().chain(&self.others)
    }

    /// Returns where its header stands, with the extended headers before it.
    #[must_use]
    pub const fn header(&self) -> Range<u64> {
        self.header.start..self.header.end
    }
}

/// What was wrong when a reading was opened.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The archive ends before the data does.
    #[error("the data is cut off")]
    CutOff,
    /// Pieces of a sparse file lie outside of it, or the stored bytes do not reach them.
    #[error("the map of a sparse file does not fit its data")]
    MapDiffers,
    /// A sparse file is too large to be filled; its stored bytes are what can be looked at.
    #[error("limit on {0} reached")]
    LimitReached(Limit),
}

/// The bytes of a reading.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    bytes: Cow<'a, [u8]>,
    problem: Option<Problem>,
}

impl Contents<'_> {
    /// Returns the bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns what was wrong.
    #[must_use]
    pub const fn problem(&self) -> Option<Problem> {
        self.problem
    }
}

impl<'a> Archive<'a> {
    /// Opens a reading. Only a sparse file is copied, and no more than [`Limits::filled`] bytes.
    #[must_use]
    pub fn open(&self, reading: &Reading, limits: &Limits) -> Contents<'a> {
        let stored = slice_clamped(self.bytes, reading.data());
        let whole = u64::try_from(stored.len())
            .is_ok_and(|length| length == reading.data.end.saturating_sub(reading.data.start));
        let cut = (!whole).then_some(Problem::CutOff);
        let Some(map) = &reading.map else {
            return Contents {
                bytes: Cow::Borrowed(stored),
                problem: cut,
            };
        };
        if map.size > limits.filled {
            return Contents {
                bytes: Cow::Borrowed(stored),
                problem: Some(Problem::LimitReached(Limit::Filled)),
            };
        }
        let (bytes, fits) = map.fill(stored);
        Contents {
            bytes: Cow::Owned(bytes),
            problem: cut.or((!fits).then_some(Problem::MapDiffers)),
        }
    }
}
