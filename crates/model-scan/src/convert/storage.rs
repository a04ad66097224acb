use std::borrow::Cow;
use std::ops::Range;

use super::place::Place;
use super::{Refusal, SourceDtype};
use crate::unpack::{self, Budget};
use crate::zip;

/// Which storage of a checkpoint a tensor lies in: an index into
/// [`Checkpoint::storages`](super::Checkpoint::storages).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StorageId(pub(super) u32);

/// How the bytes of an element are ordered.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ByteOrder {
    /// The least significant byte first.
    #[default]
    Little,
    /// The most significant byte first.
    Big,
}

/// Bytes that tensors lie in.
#[derive(Clone, Debug)]
pub struct Storage<'a> {
    pub(super) key: String,
    pub(super) member: Option<String>,
    pub(super) source: Source<'a>,
    pub(super) dtype: SourceDtype,
    pub(super) length: u64,
    pub(super) crc: Option<u32>,
    /// The bytes that the checksum is of, where they are more than these.
    pub(super) around: Option<Place<'a>>,
    pub(super) refusal: Option<Refusal>,
}

/// Where the bytes of a storage come from.
#[derive(Clone, Debug)]
pub(super) enum Source<'a> {
    /// They stand somewhere as they are.
    Plain(Place<'a>),
    /// They are packed in a zip archive.
    Packed {
        archive: Place<'a>,
        reading: zip::Reading,
        limits: unpack::Limits,
        /// How many bytes stand before them in what comes out.
        skip: u64,
    },
    /// They are nowhere.
    Missing,
}

/// Why the bytes of a storage cannot be had.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The file does not hold them.
    #[error("the storage is not in the file")]
    Missing,
    /// They cannot be unpacked.
    #[error("{0}")]
    Unpack(zip::Problem),
    /// There are not as many as the archive states.
    #[error("found {found} bytes, expected {stated}")]
    Size {
        /// What the archive states.
        stated: u64,
        /// The bytes there are.
        found: u64,
    },
    /// They do not have the stated checksum.
    #[error("found checksum {found:08x}, expected {stated:08x}")]
    Checksum {
        /// What the archive states.
        stated: u32,
        /// The checksum of the bytes.
        found: u32,
    },
}

impl Storage<'_> {
    /// Returns the key that pickles know it by; the name of the member or tensor where there is none.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the member of the archive that holds it, its name escaped; `None` where it stands in the file
    /// itself, beside or inside a pickle.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }

    /// Returns the half-open range of the file in which its bytes stand as they are; `None` if they are
    /// packed or computed.
    #[must_use]
    pub fn file_range(&self) -> Option<Range<u64>> {
        match &self.source {
            Source::Plain(place) => place.range(),
            _ => None,
        }
    }

    /// Returns the half-open range of the file in which its packed bytes stand.
    #[must_use]
    pub fn packed_range(&self) -> Option<Range<u64>> {
        match &self.source {
            Source::Packed {
                archive, reading, ..
            } => {
                let start = archive.range()?.start;
                let data = reading.data();
                Some(start.checked_add(data.start)?..start.checked_add(data.end)?)
            }
            _ => None,
        }
    }

    /// Returns the type of its elements, by its class; bytes where it is untyped.
    #[must_use]
    pub const fn dtype(&self) -> SourceDtype {
        self.dtype
    }

    /// Returns how many bytes there are, or are stated to come out of what is packed.
    #[must_use]
    pub const fn byte_length(&self) -> u64 {
        self.length
    }

    /// Returns the CRC-32 that the archive states of all its bytes, where it states one.
    #[must_use]
    pub const fn stated_crc(&self) -> Option<u32> {
        match (&self.source, &self.around) {
            (Source::Plain(_), None) | (Source::Packed { skip: 0, .. }, _) => self.crc,
            _ => None,
        }
    }

    /// Returns why no tensor on it can be read, if none can.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// Returns the bytes where they are held or mapped already, at no cost; `None` for what is packed.
    #[must_use]
    pub fn as_slice(&self) -> Option<&[u8]> {
        match &self.source {
            Source::Plain(place) => Some(place.bytes()),
            _ => None,
        }
    }

    /// Returns the bytes: borrowed where they stand as they are, else unpacked.
    ///
    /// The checksum of what is unpacked is compared; that of bytes which stand in the file is not, see
    /// [`check`](Self::check).
    ///
    /// # Limits
    /// [`Limits::unpack`](super::Limits::unpack), anew for each call.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, StorageError> {
        match &self.source {
            Source::Plain(place) => Ok(Cow::Borrowed(place.bytes())),
            Source::Missing => Err(StorageError::Missing),
            Source::Packed {
                archive,
                reading,
                limits,
                skip,
            } => {
                let budget = Budget::new(archive.len(), limits);
                let contents = zip::open(archive.bytes(), reading, limits, &budget);
                if let Some(problem) = contents.problems().first() {
                    return Err(StorageError::Unpack(problem.clone()));
                }
                compare(contents.checksum())?;
                let mut bytes = contents.into_bytes();
                if *skip > 0 {
                    let skip = usize::try_from(*skip).unwrap_or(usize::MAX);
                    let mut owned = bytes.into_owned();
                    owned.drain(..skip.min(owned.len()));
                    bytes = Cow::Owned(owned);
                }
                let found = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                if found != self.length {
                    return Err(StorageError::Size {
                        stated: self.length,
                        found,
                    });
                }
                Ok(bytes)
            }
        }
    }

    /// Compares the checksum that the archive states, if it states one. Reads all bytes.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn check(&self) -> Result<(), StorageError> {
        let bytes = self.bytes()?;
        match (self.crc, &self.source) {
            (Some(stated), Source::Plain(_)) => {
                let all = self.around.as_ref().map_or(&*bytes, Place::bytes);
                let found = crc32fast::hash(all);
                if found == stated {
                    Ok(())
                } else {
                    Err(StorageError::Checksum { stated, found })
                }
            }
            _ => Ok(()),
        }
    }
}

fn compare(checksum: zip::Checksum) -> Result<(), StorageError> {
    match checksum {
        zip::Checksum::Differs { stated, found } => Err(StorageError::Checksum { stated, found }),
        _ => Ok(()),
    }
}
