use std::path::PathBuf;

use crate::{Error, Identity};

/// One thing that [`Walk`](crate::Walk) came by.
#[derive(Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever walks must handle every kind of item; a fourth one would be a breaking change"
)]
pub enum Item {
    /// A regular file, by itself or through links.
    File(Entry),
    /// A folder that was walked before under another path; nothing new lies below it.
    Repeat(Repeat),
    /// What could not be walked or must not be: an unreadable folder, a link that leaves the root or leads
    /// nowhere, a FIFO, a ceiling.
    Problem(Error),
}

/// A regular file below a root.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// Its path relative to the root, without `.` and `..`; for a root that is a file, the file's name.
    pub path: PathBuf,
    /// Where the link leads, as it says itself, if the last part of the path is one.
    pub link: Option<PathBuf>,
    /// The path under which the walk came by this very file before, if it did.
    pub repeats: Option<PathBuf>,
    /// Which file it is.
    pub identity: Identity,
    /// Its size in bytes when the walk came by.
    pub bytes: u64,
}

/// A folder that a walk came by a second time.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Repeat {
    /// The path that was not walked, relative to the root.
    pub path: PathBuf,
    /// Where the link leads, as it says itself, if it is one.
    pub link: Option<PathBuf>,
    /// The path under which the folder was, or is being, walked; empty for the root's own folder.
    pub first: PathBuf,
}
