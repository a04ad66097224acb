use crate::{base64, json};

/// Why a document is not an envelope.
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
    /// It is not the JSON that an envelope is.
    #[error(transparent)]
    Json(json::ErrorKind),
    /// The payload or a signature is not base 64.
    #[error(transparent)]
    NotBase64(base64::NotBase64),
    /// There is no signature.
    #[error("no signature in the envelope")]
    NoSignature,
    /// A signature is empty.
    #[error("empty signature")]
    EmptySignature,
    /// There are more signatures than [`Limits::signatures`](crate::Limits::signatures).
    #[error("{found} signatures where at most {limit} are read")]
    TooManySignatures {
        /// How many there are.
        found: usize,
        /// How many are read.
        limit: usize,
    },
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

    /// Returns the byte of the document at which it is wrong.
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
