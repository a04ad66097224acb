use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use model_digest::Source;

use crate::folder::{self, Seen, SeenKind};
use crate::{Change, Error, ErrorKind, Identity, Mapped, Stamp};

/// A regular file that was opened once, or bytes that were spooled into memory.
///
/// It is read at offsets, by any number of threads; the path is kept for messages only and never used
/// again. Its length as a [`Source`] is the size at opening: bytes added later are not read, and bytes that
/// are gone are an error. A clone is the same open file.
#[derive(Clone, Debug)]
pub struct Held {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    contents: Contents,
}

#[derive(Debug)]
enum Contents {
    File { file: File, stamp: Stamp },
    Memory(Vec<u8>),
}

impl Held {
    /// Opens a file; links in the path are followed, since the path is the caller's word.
    ///
    /// # Errors
    /// [`ErrorKind::Special`] or [`ErrorKind::Folder`] if it is no regular file, [`ErrorKind::Unsized`] if
    /// it claims to be empty and is not, and what the system says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        // Looked at first, since opening a device can already do something.
        let seen = Seen::at(path).map_err(|error| Error::io(error, path))?;
        refuse_unless_file(seen.kind, path)?;
        let file = folder::open_file(path).map_err(|error| Error::io(error, path))?;
        Self::from_file(file, path)
    }

    /// Reads everything that a reader gives, such as standard input, into memory. The name is for messages.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] as soon as there are more than `limit` bytes; what the reader says.
    pub fn from_reader(
        name: impl Into<PathBuf>,
        reader: impl Read,
        limit: u64,
    ) -> Result<Self, Error> {
        let name = name.into();
        let mut bytes = Vec::new();
        let read = reader.take(limit.saturating_add(1)).read_to_end(&mut bytes);
        match read {
            Err(error) => Err(Error::io(error, name)),
            Ok(_) if Source::len(&bytes) > limit => {
                Err(Error::new(ErrorKind::TooLarge { limit }, name))
            }
            Ok(_) => Ok(Self::from_bytes(name, bytes)),
        }
    }

    /// Holds bytes that are in memory already. The name is for messages.
    #[must_use]
    pub fn from_bytes(name: impl Into<PathBuf>, bytes: Vec<u8>) -> Self {
        let inner = Inner {
            path: name.into(),
            contents: Contents::Memory(bytes),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Takes over a file that was just opened, if it is one.
    pub(crate) fn from_file(file: File, path: &Path) -> Result<Self, Error> {
        let fail = |error| Error::io(error, path);
        let metadata = file.metadata().map_err(fail)?;
        refuse_unless_file(folder::kind_of(&metadata), path)?;
        if metadata.len() == 0 && folder::read_at(&file, 0, &mut [0]).map_err(fail)? != 0 {
            return Err(Error::new(ErrorKind::Unsized, path));
        }
        let stamp = Stamp::of(&metadata, path);
        let inner = Inner {
            path: path.to_owned(),
            contents: Contents::File { file, stamp },
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Returns the path that it was opened by, or the name it was given, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Returns which file it is; `None` for bytes in memory.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        match &self.inner.contents {
            Contents::File { stamp, .. } => Some(stamp.identity()),
            Contents::Memory(_) => None,
        }
    }

    /// Returns what the file looked like when it was opened; `None` for bytes in memory.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        match &self.inner.contents {
            Contents::File { stamp, .. } => Some(*stamp),
            Contents::Memory(_) => None,
        }
    }

    /// Returns when the file was last modified before it was opened, if the system says.
    #[must_use]
    pub fn modified(&self) -> Option<SystemTime> {
        match &self.inner.contents {
            Contents::File { stamp, .. } => stamp.modified(),
            Contents::Memory(_) => None,
        }
    }

    /// Says whether the file is still as it was when it was opened, and if not, how it differs.
    ///
    /// It compares size and times. `None` is no proof: a write within one tick of the file system's clock,
    /// or by somebody who can set that clock, leaves no trace. Bytes in memory never change.
    ///
    /// # Errors
    /// What the system says.
    pub fn changed(&self) -> io::Result<Option<Change>> {
        let Contents::File { file, stamp } = &self.inner.contents else {
            return Ok(None);
        };
        let metadata = file.metadata()?;
        Ok(stamp.change(&metadata))
    }

    /// Reads the whole file into memory.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`], before anything is read, if there are more than `limit` bytes;
    /// [`ErrorKind::Truncated`] if the file has become shorter than it was at opening; what the system says.
    pub fn read_to_vec(&self, limit: u64) -> Result<Vec<u8>, Error> {
        let len = self.len();
        let (bytes, read) = match usize::try_from(len) {
            Ok(len_in_memory) if len <= limit => self.read_up_to(len_in_memory)?,
            _ => return Err(Error::new(ErrorKind::TooLarge { limit }, self.path())),
        };
        if u64::try_from(read) != Ok(len) {
            let kind = ErrorKind::Truncated {
                found: u64::try_from(read).unwrap_or(u64::MAX),
                wanted: len,
            };
            return Err(Error::new(kind, self.path()));
        }
        Ok(bytes)
    }

    /// Gives the bytes as a slice. A small file is read, a larger one is mapped.
    ///
    /// Call [`guard_truncation`](crate::guard_truncation) at the start of the program, or a file that
    /// somebody truncates meanwhile ends the process.
    ///
    /// # Errors
    /// What the system says; [`ErrorKind::TooLarge`] if the file is larger than the address space.
    pub fn map(&self) -> Result<Mapped, Error> {
        Mapped::new(self.clone())
    }

    /// Reads the first `len` bytes; behind those that are left stand zeros. Returns how many were left.
    pub(crate) fn read_up_to(&self, len: usize) -> Result<(Vec<u8>, usize), Error> {
        let mut bytes = vec![0; len];
        let mut read = 0_usize;
        while let Some(room) = bytes.get_mut(read..).filter(|room| !room.is_empty()) {
            let offset = u64::try_from(read).unwrap_or(u64::MAX);
            match self.read_at(offset, room) {
                Ok(count) => read = read.saturating_add(count),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io(error, self.path())),
            }
        }
        Ok((bytes, read))
    }

    /// Says whether others than the owner may write to the file.
    pub(crate) fn is_exposed(&self) -> io::Result<bool> {
        match &self.inner.contents {
            Contents::File { file, .. } => Ok(folder::is_exposed(&file.metadata()?)),
            Contents::Memory(_) => Ok(false),
        }
    }

    /// Returns the open file; `None` for bytes in memory.
    pub(crate) fn file(&self) -> Option<&File> {
        match &self.inner.contents {
            Contents::File { file, .. } => Some(file),
            Contents::Memory(_) => None,
        }
    }
}

impl Source for Held {
    fn len(&self) -> u64 {
        match &self.inner.contents {
            Contents::File { stamp, .. } => stamp.bytes(),
            Contents::Memory(bytes) => Source::len(bytes),
        }
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let (file, len) = match &self.inner.contents {
            Contents::File { file, stamp } => (file, stamp.bytes()),
            Contents::Memory(bytes) => return bytes.read_at(offset, buf),
        };
        let left = usize::try_from(len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let room = left.min(buf.len());
        let buf = buf.get_mut(..room).unwrap_or_default();
        if buf.is_empty() {
            return Ok(0);
        }
        match folder::read_at(file, offset, buf)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }

    fn len_now(&self) -> io::Result<u64> {
        match &self.inner.contents {
            Contents::File { file, .. } => Ok(file.metadata()?.len()),
            Contents::Memory(bytes) => Ok(Source::len(bytes)),
        }
    }

    fn as_slice(&self) -> Option<&[u8]> {
        match &self.inner.contents {
            Contents::File { .. } => None,
            Contents::Memory(bytes) => Some(bytes),
        }
    }
}

/// Refuses what is no regular file, under the path given.
pub(crate) fn refuse_unless_file(kind: SeenKind, path: &Path) -> Result<(), Error> {
    let kind = match kind {
        SeenKind::File => return Ok(()),
        SeenKind::Folder => ErrorKind::Folder,
        SeenKind::Link => ErrorKind::TooManyLinks,
        SeenKind::Special(kind) => ErrorKind::Special(kind),
    };
    Err(Error::new(kind, path))
}
