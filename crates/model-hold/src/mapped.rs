use std::fmt;
use std::io;
use std::ops::Deref;

use memmap2::{Mmap, MmapOptions};
use model_digest::Source;

use crate::region::Region;
use crate::{Error, ErrorKind, Held};

/// Up to this size a file is read instead of mapped, in bytes. Reading 64 KiB costs less than setting up a
/// mapping, taking its faults and telling the other cores that it is gone.
const READ_UP_TO: u64 = 64 * 1024;

/// The bytes of a held file as a slice.
///
/// A mapping shows what is in the file now, not what was there at opening. Whoever writes to the file
/// changes the bytes under the reader's eyes: a parser must not trust that what it read once is there the
/// second time, and who acts on the result asks [`was_truncated`](Self::was_truncated) and
/// [`Held::changed`] afterwards. The length is the one at opening and stays; where the file has become
/// shorter, zeros are read (see [`guard_truncation`](crate::guard_truncation)).
pub struct Mapped {
    bytes: Bytes,
    held: Held,
}

enum Bytes {
    /// In the memory of the held file itself.
    Held,
    Read {
        bytes: Vec<u8>,
        short: bool,
    },
    Mapped {
        // Dropped before the mapping is.
        region: Region,
        map: Mmap,
    },
}

impl Mapped {
    pub(crate) fn new(held: Held) -> Result<Self, Error> {
        let len = held.len();
        let bytes = match (held.file(), usize::try_from(len)) {
            (None, _) => Bytes::Held,
            (_, Err(_)) => {
                let limit = u64::try_from(usize::MAX).unwrap_or(u64::MAX);
                return Err(Error::new(ErrorKind::TooLarge { limit }, held.path()));
            }
            (_, Ok(size)) if len <= READ_UP_TO => {
                let (bytes, read) = held.read_up_to(size)?;
                let short = read < size;
                Bytes::Read { bytes, short }
            }
            (Some(file), Ok(size)) => {
                #[expect(unsafe_code, reason = "mapping a file is `unsafe` in memmap2")]
                // SAFETY: the file is a regular one, opened for reading, and `held` keeps it open. Its bytes
                // may change while the slice lives; that is documented, they are plain bytes, for which any
                // value is valid, and nothing in this crate relies on reading one twice. A page that is
                // truncated away is the case that `guard_truncation` is for.
                let map = unsafe { MmapOptions::new().len(size).map(file) };
                let map = map.map_err(|error| Error::io(error, held.path()))?;
                let region = Region::watch(&map);
                Bytes::Mapped { region, map }
            }
        };
        Ok(Self { bytes, held })
    }

    /// Returns the held file.
    #[must_use]
    pub const fn held(&self) -> &Held {
        &self.held
    }

    /// Says whether zeros were, or from now on would be, read in the place of bytes that are gone, because
    /// the file has become shorter or the system could not read it.
    ///
    /// A file that was truncated and written anew to its full length between two reads is not noticed here
    /// but by [`Held::changed`].
    ///
    /// # Errors
    /// What the system says about the file's size.
    pub fn was_truncated(&self) -> io::Result<bool> {
        let lost = match &self.bytes {
            Bytes::Held => return Ok(false),
            // Its bytes lie in memory: only what happened while they were read counts.
            Bytes::Read { short, .. } => return Ok(*short),
            Bytes::Mapped { region, .. } => region.is_lost(),
        };
        match self.held.file() {
            Some(file) if !lost => Ok(file.metadata()?.len() < self.held.len()),
            _ => Ok(lost),
        }
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Held => self.held.as_slice().unwrap_or_default(),
            Bytes::Read { bytes, .. } => bytes,
            Bytes::Mapped { map, .. } => map,
        }
    }
}

impl Source for Mapped {
    fn len(&self) -> u64 {
        self.held.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buf)
    }

    fn len_now(&self) -> io::Result<u64> {
        let lost = match &self.bytes {
            Bytes::Held => false,
            Bytes::Read { short, .. } => *short,
            Bytes::Mapped { region, .. } => region.is_lost(),
        };
        if lost {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.held.len_now()
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl fmt::Debug for Mapped {
    /// Leaves the bytes out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapped")
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}
