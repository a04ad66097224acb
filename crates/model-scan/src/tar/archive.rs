use std::ops::Range;

use findings::{Attribution, Coverage};

use super::build::Builder;
use super::header::Header;
use super::{Divergence, Limits, Member};

/// Why bytes are not read as an archive at all.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct Error {
    kind: ErrorKind,
    offset: u64,
}

/// The kinds of [`Error`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The first block is no header: its checksum does not hold and no mark stands in it.
    #[error("no tar header")]
    NotAnArchive,
}

impl Error {
    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the byte at which it is.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}

/// One run of bytes of an archive. All parts together are the whole file, and none overlap.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// The bytes.
    pub range: Range<u64>,
    /// What they are.
    pub kind: PartKind,
}

/// The kinds of [`Part`]. Members are named by their index.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum PartKind {
    /// A member's header.
    Header(usize),
    /// An extended header with its data.
    Extended,
    /// A member's data.
    Data(usize),
    /// What fills a block up behind data, and the blocks of zeros at the end.
    Padding,
    /// Bytes that belong to nothing.
    Outside,
}

impl PartKind {
    /// Returns what the bytes are to an account of coverage; `None` for data and for bytes that belong to
    /// nothing.
    #[must_use]
    pub const fn attribution(self) -> Option<Attribution> {
        match self {
            Self::Header(_) | Self::Extended => Some(Attribution::Container),
            Self::Padding => Some(Attribution::Padding),
            Self::Data(_) | Self::Outside => None,
        }
    }
}

/// A tar archive as all of its readers together see it.
///
/// Names are borrowed from the bytes where one field holds them; data is not touched until a reading is
/// opened.
#[derive(Clone, Debug)]
pub struct Archive<'a> {
    pub(super) bytes: &'a [u8],
    members: Vec<Member<'a>>,
    divergences: Vec<Divergence>,
    dropped: u64,
    structure: Vec<Part>,
    complete: bool,
}

impl<'a> Archive<'a> {
    /// Follows the headers of an archive, every way that some reader takes.
    ///
    /// Time is linear in the number of blocks that are headers or belong to nothing; data that a member
    /// owns is not touched.
    ///
    /// # Limits
    /// Members, extended headers and divergences, see [`Limits`]; what is left out is said so.
    ///
    /// # Errors
    /// [`ErrorKind::NotAnArchive`]. Whatever else is wrong is a [`Divergence`].
    pub fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let starts_well = Header::at(bytes, 0).is_some_and(|header| {
            header.is_valid() || (!header.is_zero() && header.format() != super::Format::V7)
        });
        if !starts_well {
            return Err(Error {
                kind: ErrorKind::NotAnArchive,
                offset: 0,
            });
        }
        let mut builder = Builder::new(bytes, limits);
        builder.follow_all();
        builder.judge();
        let structure = builder.structure();
        let mut log = builder.log;
        log.items.sort_by_key(|divergence| divergence.range.start);
        Ok(Self {
            bytes,
            members: builder.members,
            divergences: log.items,
            dropped: log.dropped,
            structure,
            complete: !log.undecided,
        })
    }

    /// Returns the members, in the order in which they are come to: those that most readers see first.
    #[must_use]
    pub fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    /// Returns where readers part, in the order of the bytes.
    #[must_use]
    pub fn divergences(&self) -> &[Divergence] {
        &self.divergences
    }

    /// Returns how many divergences were left out because there are too many of their kind.
    #[must_use]
    pub const fn dropped_divergences(&self) -> u64 {
        self.dropped
    }

    /// Returns what every byte is, in order and without overlaps; the parts add up to the whole file.
    #[must_use]
    pub fn structure(&self) -> &[Part] {
        &self.structure
    }

    /// Says whether every header was found and every member can be opened.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Returns an account in which headers and padding are attributed, and data and bytes that belong to
    /// nothing are not.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::new(u64::try_from(self.bytes.len()).unwrap_or(u64::MAX));
        for part in &self.structure {
            if let Some(attribution) = part.kind.attribution() {
                // Parts lie within the file by construction.
                let _ = coverage.attribute(part.range.clone(), attribution);
            }
        }
        coverage
    }
}
