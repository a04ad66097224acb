use std::fmt;
use std::io;

/// Something in a model that has a name.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// Its path below the model, with `/` between the parts, byte for byte as the system has it.
    pub name: EntryName,
    /// What it is.
    pub kind: EntryKind,
    /// Whether symbolic links lead to it.
    pub reach: Reach,
}

impl Entry {
    /// Makes an entry that no symbolic link leads to.
    #[must_use]
    pub fn new(name: impl Into<EntryName>, kind: EntryKind) -> Self {
        Self {
            name: name.into(),
            kind,
            reach: Reach::Direct,
        }
    }

    /// Says how it is reached.
    #[must_use]
    pub const fn with_reach(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }
}

/// The name of an [`Entry`].
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "bytes either are UTF-8 or are not; a manifest can only name what is"
)]
pub enum EntryName {
    /// A name that a manifest can hold.
    Text(String),
    /// Bytes that are not UTF-8.
    NotUtf8(Vec<u8>),
}

impl EntryName {
    /// Takes the bytes of a name.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::NotUtf8(error.into_bytes()),
        }
    }

    /// Returns the bytes of the name.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::NotUtf8(bytes) => bytes,
        }
    }

    /// Returns the name if it is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::NotUtf8(_) => None,
        }
    }
}

impl From<&str> for EntryName {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for EntryName {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl fmt::Display for EntryName {
    /// Writes the name so that it can neither move a cursor nor break the line; bytes that are not UTF-8
    /// become `\xff`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.as_bytes().utf8_chunks() {
            write!(f, "{}", chunk.valid().escape_debug())?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// What an [`Entry`] is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum EntryKind {
    /// A regular file, by itself or through links that were followed.
    File {
        /// Its size in bytes.
        bytes: u64,
    },
    /// The file that holds the signature itself; it cannot be signed by what it holds.
    Signature,
    /// A symbolic link to a folder inside the model. What lies behind it are entries of their own.
    FolderLink,
    /// A symbolic link that was not followed.
    Link,
    /// A symbolic link that leaves the model.
    LinkOutside {
        /// Where it leads, as it says itself.
        target: EntryName,
    },
    /// A symbolic link to nothing.
    LinkDangling {
        /// Where it leads, as it says itself.
        target: EntryName,
    },
    /// A symbolic link that leads back to where it is, or over too many others.
    LinkCircle,
    /// A FIFO, a socket or a device.
    Special(SpecialKind),
    /// A file or folder that could not be looked at.
    Unreadable(io::ErrorKind),
    /// The walk ended here, or did not enter this folder, because a ceiling was reached.
    NotWalked,
}

/// What is neither a file nor a folder nor a link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SpecialKind {
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// Something that only this system has.
    Other,
}

impl fmt::Display for SpecialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fifo => "a FIFO",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::Other => "a special file",
        })
    }
}

/// How an [`Entry`] is reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reach {
    /// By folders and its own name.
    Direct,
    /// The last part of its name is a symbolic link.
    Link,
    /// A folder on the way is a symbolic link.
    FolderLink {
        /// How many bytes of the name lead to the first such link, the link's own name included.
        link: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::EntryName;

    #[test]
    fn a_hostile_name_stays_on_its_line() {
        let name = EntryName::from_bytes(b"a\n\xffb\x1b[2J".to_vec());
        assert_eq!(name.as_str(), None);
        assert_eq!(name.to_string(), "a\\n\\xffb\\u{1b}[2J");
        assert_eq!(EntryName::from("a b").to_string(), "a b");
    }
}
