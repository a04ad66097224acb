use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};

use crate::{Identity, SpecialKind};

/// A folder is needed to look names up in, which asks for no permission to list it.
#[cfg(any(target_os = "linux", target_os = "android"))]
const LOOK_UP: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const LOOK_UP: OFlags = OFlags::RDONLY;

/// Not to wait for a writer if a FIFO takes the file's place, not to be given a terminal to control.
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY);

/// An open folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    descriptor: Arc<OwnedFd>,
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
        let flags = LOOK_UP | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let descriptor = rustix::fs::open(path, flags, Mode::empty())?;
        Ok(Self {
            descriptor: Arc::new(descriptor),
        })
    }

    /// Opens a folder in this one; a link is an error.
    pub(crate) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        let flags = LOOK_UP | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let descriptor = rustix::fs::openat(&*self.descriptor, name, flags, Mode::empty())?;
        Ok(Self {
            descriptor: Arc::new(descriptor),
        })
    }

    /// Looks at a name without following a link.
    pub(crate) fn look(&self, name: &OsStr) -> io::Result<Seen> {
        let stat = rustix::fs::statat(&*self.descriptor, name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(Seen::of(&stat))
    }

    /// Returns which folder it is.
    pub(crate) fn identity(&self) -> io::Result<Identity> {
        Ok(Seen::of(&rustix::fs::fstat(&*self.descriptor)?).identity)
    }

    /// Reads where a link leads.
    pub(crate) fn read_link(&self, name: &OsStr) -> io::Result<PathBuf> {
        let target = rustix::fs::readlinkat(&*self.descriptor, name, Vec::new())?;
        Ok(OsString::from_vec(target.into_bytes()).into())
    }

    /// Opens a file in this folder; a link is an error.
    pub(crate) fn open_file(&self, name: &OsStr) -> io::Result<File> {
        let flags = READ | OFlags::NOFOLLOW;
        let descriptor = rustix::fs::openat(&*self.descriptor, name, flags, Mode::empty())?;
        Ok(descriptor.into())
    }

    /// Lists at most `most` names, in no order, and why there are no more if that is a failure.
    pub(crate) fn names(&self, most: usize) -> (Vec<OsString>, Option<io::Error>) {
        let mut names = Vec::new();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let entries =
            rustix::fs::openat(&*self.descriptor, ".", flags, Mode::empty()).and_then(Dir::new);
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => return (names, Some(error.into())),
        };
        for entry in entries {
            match entry {
                Ok(entry) => {
                    let name = entry.file_name().to_bytes();
                    if name != b"." && name != b".." {
                        if names.len() == most {
                            break;
                        }
                        names.push(OsStr::from_bytes(name).to_owned());
                    }
                }
                Err(error) => return (names, Some(error.into())),
            }
        }
        (names, None)
    }
}

impl Seen {
    /// Looks at a path, links followed.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        Ok(Self::of(&rustix::fs::statat(CWD, path, AtFlags::empty())?))
    }

    #[allow(
        clippy::as_conversions,
        clippy::unnecessary_cast,
        reason = "the types of the fields differ between systems; std's MetadataExt casts them alike"
    )]
    fn of(stat: &Stat) -> Self {
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => SeenKind::File,
            FileType::Directory => SeenKind::Folder,
            FileType::Symlink => SeenKind::Link,
            FileType::Fifo => SeenKind::Special(SpecialKind::Fifo),
            FileType::Socket => SeenKind::Special(SpecialKind::Socket),
            FileType::CharacterDevice => SeenKind::Special(SpecialKind::CharacterDevice),
            FileType::BlockDevice => SeenKind::Special(SpecialKind::BlockDevice),
            FileType::Unknown => SeenKind::Special(SpecialKind::Other),
        };
        Self {
            kind,
            identity: Identity::new(stat.st_dev as u64, stat.st_ino as u64),
            bytes: u64::try_from(stat.st_size).unwrap_or(0),
        }
    }
}

/// Opens a file by path, links followed.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    Ok(rustix::fs::open(path, READ, Mode::empty())?.into())
}

/// Says what an open file is, or what it is instead of a regular file.
pub(crate) fn kind_of(metadata: &Metadata) -> SeenKind {
    let kind = metadata.file_type();
    if kind.is_file() {
        SeenKind::File
    } else if kind.is_dir() {
        SeenKind::Folder
    } else if kind.is_symlink() {
        SeenKind::Link
    } else if kind.is_fifo() {
        SeenKind::Special(SpecialKind::Fifo)
    } else if kind.is_socket() {
        SeenKind::Special(SpecialKind::Socket)
    } else if kind.is_char_device() {
        SeenKind::Special(SpecialKind::CharacterDevice)
    } else if kind.is_block_device() {
        SeenKind::Special(SpecialKind::BlockDevice)
    } else {
        SeenKind::Special(SpecialKind::Other)
    }
}

/// Says which file an open one is; it is asked itself, not its path.
pub(crate) fn identity_of(metadata: &Metadata, _path: &Path) -> Identity {
    Identity::new(metadata.dev(), metadata.ino())
}

/// Returns when the inode was last changed in any way, in seconds and nanoseconds.
pub(crate) fn status_time(metadata: &Metadata) -> (i64, i64) {
    (metadata.ctime(), metadata.ctime_nsec())
}

/// Says whether others than the owner may write to a file.
pub(crate) fn is_exposed(metadata: &Metadata) -> bool {
    metadata.mode() & 0o022 != 0
}

/// Returns how many names a file has.
pub(crate) fn link_count(metadata: &Metadata) -> u64 {
    metadata.nlink()
}

/// Reads at an offset; the file's own position is neither used nor moved.
pub(crate) fn read_at(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buf, offset)
}
