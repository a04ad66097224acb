use std::error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::WalkLimit;

/// Why something below a root, or the root itself, cannot be held.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    path: PathBuf,
    source: Option<io::Error>,
}

/// The kinds of [`Error`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nothing has this name.
    NotFound,
    /// The system does not let us.
    PermissionDenied,
    /// It is neither a file nor a folder.
    Special(SpecialKind),
    /// It is a folder where a file was wanted.
    Folder,
    /// A part of the path that should be a folder is none.
    NotAFolder,
    /// The path given to a root is absolute or contains `..`.
    NotRelative,
    /// It is, or leads over, a link that leaves what [`Links`](crate::Links) allows.
    LinkOutside {
        /// Where that link leads, as it says itself.
        target: PathBuf,
    },
    /// It is, or leads over, a link, and none are followed.
    LinkRefused {
        /// Where that link leads, as it says itself.
        target: PathBuf,
    },
    /// It is a link to nothing.
    LinkDangling {
        /// Where that link leads, as it says itself.
        target: PathBuf,
    },
    /// More than 40 links follow each other, or they lead in a circle.
    TooManyLinks,
    /// There are more bytes than the caller allows.
    TooLarge {
        /// How many bytes the caller allows.
        limit: u64,
    },
    /// The file says that it has no bytes, and yet has some, as files of `/proc` do: what was read at one
    /// time need not be there at another.
    Unsized,
    /// The file has become shorter since it was opened.
    Truncated {
        /// How many bytes are left.
        found: u64,
        /// How many it had.
        wanted: u64,
    },
    /// A ceiling on walking was reached.
    LimitReached(WalkLimit),
    /// Any other failure of the system.
    Io(io::ErrorKind),
}

/// What is neither a file nor a folder nor a link.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SpecialKind {
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A character device such as a terminal.
    CharacterDevice,
    /// A block device such as a disk.
    BlockDevice,
    /// Something that only this system has.
    Other,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, path: impl Into<PathBuf>) -> Self {
        Self {
            kind,
            path: path.into(),
            source: None,
        }
    }

    pub(crate) fn io(source: io::Error, path: impl Into<PathBuf>) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::PermissionDenied => ErrorKind::PermissionDenied,
            io::ErrorKind::NotADirectory => ErrorKind::NotAFolder,
            other => ErrorKind::Io(other),
        };
        Self {
            kind,
            path: path.into(),
            source: Some(source),
        }
    }

    /// Puts another path, such as the one below the root, in the place of what is known so far.
    pub(crate) fn at(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = path.into();
        self
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the path that it is wrong with: below a root, relative to it (empty for the root's own
    /// folder), else as the caller gave it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.path
        };
        write!(f, "{}: ", quoted(path))?;
        match &self.source {
            // The system's words, in its language, stand behind it as the source.
            Some(_) => write!(f, "cannot be read, {}", self.kind),
            None => self.kind.fmt(f),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| -> &(dyn error::Error + 'static) { source })
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::PermissionDenied => f.write_str("permission denied"),
            Self::Special(kind) => write!(f, "is {kind} where a regular file was wanted"),
            Self::Folder => f.write_str("is a folder where a regular file was wanted"),
            Self::NotAFolder => f.write_str("leads over something that is no folder"),
            Self::NotRelative => f.write_str("is no path below the root"),
            Self::LinkOutside { target } => {
                write!(f, "link to {} leaves the root", quoted(target))
            }
            Self::LinkRefused { target } => {
                write!(f, "link to {} where none are followed", quoted(target))
            }
            Self::LinkDangling { target } => write!(f, "link to {} leads nowhere", quoted(target)),
            Self::TooManyLinks => f.write_str("more than 40 links follow each other"),
            Self::TooLarge { limit } => write!(f, "more than the {limit} bytes allowed"),
            Self::Unsized => f.write_str("has bytes although its size is 0"),
            Self::Truncated { found, wanted } => {
                write!(f, "{found} bytes are left where {wanted} were at opening")
            }
            Self::LimitReached(limit) => limit.fmt(f),
            Self::Io(kind) => kind.fmt(f),
        }
    }
}

impl fmt::Display for SpecialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fifo => "a FIFO",
            Self::Socket => "a socket",
            Self::CharacterDevice => "a character device",
            Self::BlockDevice => "a block device",
            Self::Other => "a special file",
        })
    }
}

/// Writes a path so that it can neither move a cursor nor break the line.
fn quoted(path: &Path) -> String {
    format!("`{}`", path.to_string_lossy().escape_debug())
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{Error, ErrorKind, SpecialKind};

    #[test]
    fn messages_are_one_line_whatever_the_name() {
        let error = Error::new(ErrorKind::Special(SpecialKind::Fifo), "a\n\u{202e}\x1b[2J");
        assert_eq!(
            error.to_string(),
            "`a\\n\\u{202e}\\u{1b}[2J`: is a FIFO where a regular file was wanted"
        );
        let error = Error::io(io::ErrorKind::PermissionDenied.into(), "");
        assert_eq!(error.to_string(), "`.`: cannot be read, permission denied");
    }
}
