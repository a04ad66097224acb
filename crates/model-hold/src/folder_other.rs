use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use crate::{Identity, SpecialKind};

/// A folder by its path: without descriptors of folders there is nothing firmer to hold.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

/// What has a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) kind: SeenKind,
    pub(crate) identity: Identity,
    pub(crate) bytes: u64,
}

/// Which sort of thing has a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SeenKind {
    File,
    Folder,
    Link,
    Special(SpecialKind),
}

impl Folder {
    /// Opens a folder by path, links followed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let path = std::fs::canonicalize(path)?;
        if !path.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { path })
    }

    /// Opens a folder in this one; a link is an error.
    pub(crate) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        let path = self.path.join(name);
        if !std::fs::symlink_metadata(&path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { path })
    }

    /// Looks at a name without following a link.
    pub(crate) fn look(&self, name: &OsStr) -> io::Result<Seen> {
        let path = self.path.join(name);
        let metadata = std::fs::symlink_metadata(&path)?;
        Ok(Seen::of(&metadata, &path))
    }

    /// Returns which folder it is.
    pub(crate) fn identity(&self) -> io::Result<Identity> {
        Ok(identity_by(&self.path))
    }

    /// Reads where a link leads.
    pub(crate) fn read_link(&self, name: &OsStr) -> io::Result<PathBuf> {
        std::fs::read_link(self.path.join(name))
    }

    /// Opens a file in this folder; a link is an error.
    pub(crate) fn open_file(&self, name: &OsStr) -> io::Result<File> {
        let path = self.path.join(name);
        if !std::fs::symlink_metadata(&path)?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        File::open(path)
    }

    /// Lists at most `most` names, in no order, and why there are no more if that is a failure.
    pub(crate) fn names(&self, most: usize) -> (Vec<OsString>, Option<io::Error>) {
        let mut names = Vec::new();
        let entries = match std::fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) => return (names, Some(error)),
        };
        for entry in entries.take(most) {
            match entry {
                Ok(entry) => names.push(entry.file_name()),
                Err(error) => return (names, Some(error)),
            }
        }
        (names, None)
    }
}

impl Seen {
    /// Looks at a path, links followed.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        Ok(Self::of(&std::fs::metadata(path)?, path))
    }

    fn of(metadata: &Metadata, path: &Path) -> Self {
        Self {
            kind: kind_of(metadata),
            identity: identity_by(path),
            bytes: metadata.len(),
        }
    }
}

/// Opens a file by path, links followed.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Says what an open file is, or what it is instead of a regular file.
pub(crate) fn kind_of(metadata: &Metadata) -> SeenKind {
    if metadata.is_file() {
        SeenKind::File
    } else if metadata.is_dir() {
        SeenKind::Folder
    } else if metadata.is_symlink() {
        SeenKind::Link
    } else {
        SeenKind::Special(SpecialKind::Other)
    }
}

/// Says which file an open one is, by the canonical form of its path.
pub(crate) fn identity_of(_metadata: &Metadata, path: &Path) -> Identity {
    identity_by(path)
}

/// The key of the hash is drawn once per process, so that no two names can be made to meet.
fn identity_by(path: &Path) -> Identity {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    let canonical = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    Identity::new(0, KEY.get_or_init(RandomState::new).hash_one(canonical))
}

/// Is always the same: there is no such time here.
pub(crate) fn status_time(_metadata: &Metadata) -> (i64, i64) {
    (0, 0)
}

/// Is never said here: there are no such rights.
pub(crate) fn is_exposed(_metadata: &Metadata) -> bool {
    false
}

/// Is always the same: the standard library does not say.
pub(crate) fn link_count(_metadata: &Metadata) -> u64 {
    1
}

/// Reads at an offset, one reader at a time, since the file's own position is moved.
pub(crate) fn read_at(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut file = file;
    file.seek(io::SeekFrom::Start(offset))?;
    file.read(buf)
}
