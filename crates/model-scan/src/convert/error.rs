use std::fmt;

use super::Limit;

/// Why the tensors of a file cannot be listed at all.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    member: Option<String>,
    offset: u64,
}

/// The kinds of [`Error`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file is of no kind that holds tensors as they are read here.
    #[error("nothing here holds tensors that can be read")]
    NoCheckpoint,
    /// The zip archive has no end record where readers look for it, in the last 65,557 bytes.
    #[error("found no end record of the zip archive in its last 65557 bytes")]
    NoEndRecord,
    /// Readers of the zip archive would see different bytes.
    #[error("the archive means different things to different readers ({})", .0.rule().rule_id())]
    AmbiguousZip(crate::zip::DivergenceKind),
    /// Readers of the tar archive would see different bytes.
    #[error("the archive means different things to different readers ({})", .0.rule().rule_id())]
    AmbiguousTar(crate::tar::DivergenceKind),
    /// Several folders of the archive hold a `data.pkl`, or none does.
    #[error("found {0} members `data.pkl` in folders of their own, expected one")]
    DataMembers(u64),
    /// The name of a member is no valid text.
    #[error("the name of a member is no valid text")]
    MemberName,
    /// A member that is needed is not there.
    #[error("a member is missing")]
    MissingMember,
    /// A member, or a compressed file, could not be unpacked.
    #[error("{0}")]
    Unpack(crate::zip::Problem),
    /// A compressed file could not be unpacked.
    #[error("the compressed data is broken, cut off or too large")]
    Compressed,
    /// A member's checksum does not hold.
    #[error("found checksum {found:08x}, expected {stated:08x}")]
    Checksum {
        /// What the archive states.
        stated: u32,
        /// The checksum of the bytes.
        found: u32,
    },
    /// A pickle breaks off, or is broken.
    #[error("{0}")]
    Pickle(pickle_vm::ErrorKind),
    /// The byte order is neither `little` nor `big`.
    #[error("an unknown byte order")]
    ByteOrder,
    /// A table of one of torch's older formats is not as it should be.
    #[error("the table of storages is malformed")]
    Table,
    /// Bytes follow that belong to nothing.
    #[error("bytes follow that belong to nothing")]
    TrailingBytes,
    /// The header of a numpy array cannot be read.
    #[error("{0}")]
    Npy(model_formats::npy::ErrorKind),
    /// The header of a safetensors file is not valid, by this rule.
    #[error("the header is not valid: {0}")]
    Safetensors(&'static str),
    /// A ceiling in [`Limits`](super::Limits) was reached.
    #[error("limit on {0} reached")]
    LimitExceeded(Limit),
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, offset: u64) -> Self {
        Self {
            kind,
            member: None,
            offset,
        }
    }

    /// Says in which member it is.
    #[must_use]
    pub(crate) fn within(mut self, member: &str) -> Self {
        self.member.get_or_insert_with(|| member.to_owned());
        self
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the member that it is in, its name escaped; `None` for the file itself.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }

    /// Returns the byte of the member or file at which it is.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind,
            member,
            offset,
        } = self;
        match member {
            Some(member) => write!(f, "{kind} at byte {offset} of `{member}`"),
            None => write!(f, "{kind} at byte {offset}"),
        }
    }
}

impl std::error::Error for Error {}
