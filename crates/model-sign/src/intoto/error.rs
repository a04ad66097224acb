use crate::json;

/// Why bytes are not a statement.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct Error {
    #[source]
    kind: ErrorKind,
    offset: u64,
}

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It is not the JSON that a statement is.
    #[error(transparent)]
    Json(json::ErrorKind),
    /// The `_type` is none of a version that is read.
    #[error("unknown type of a statement")]
    UnknownVersion,
    /// The statement is about nothing.
    #[error("no subject")]
    NoSubject,
    /// There are more subjects than [`Limits::subjects`](crate::Limits::subjects).
    #[error("{found} subjects where at most {limit} are read")]
    TooManySubjects {
        /// How many there are.
        found: usize,
        /// How many are read.
        limit: usize,
    },
    /// A subject has no digest, so that it could be anything.
    #[error("subject without a digest")]
    NoDigest,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the byte of the payload at which it is wrong.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}

impl From<json::Error> for Error {
    fn from(error: json::Error) -> Self {
        Self::new(ErrorKind::Json(error.kind()), error.offset())
    }
}
