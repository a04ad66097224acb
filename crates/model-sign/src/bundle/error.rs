use crate::{base64, dsse, json};

/// Why bytes are not a bundle.
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
    /// It is not the JSON that a bundle is.
    #[error(transparent)]
    Json(json::ErrorKind),
    /// The envelope is none.
    #[error(transparent)]
    Envelope(dsse::ErrorKind),
    /// A certificate, key, digest or signature is not base 64.
    #[error(transparent)]
    NotBase64(base64::NotBase64),
    /// A certificate, key or signature is empty.
    #[error("empty value")]
    Empty,
    /// The media type is none of a version that is read.
    #[error("unknown media type of a bundle")]
    UnknownVersion,
    /// The verification material names no key and has no certificate.
    #[error("neither `publicKey` nor `x509CertificateChain` nor `certificate`")]
    NoKey,
    /// The verification material names the key in more than one way.
    #[error("more than one of `publicKey`, `x509CertificateChain` and `certificate`")]
    SeveralKeys,
    /// The bundle has a signature of nothing.
    #[error("neither `dsseEnvelope` nor `messageSignature`")]
    NoContent,
    /// The bundle has two signatures.
    #[error("both `dsseEnvelope` and `messageSignature`")]
    SeveralContents,
    /// The key has the name that it has in protobuf's text; some readers would take it, others would not.
    #[error("key in the other spelling of protobuf")]
    OtherSpelling,
    /// The chain has no certificate.
    #[error("no certificate in the chain")]
    NoCertificate,
    /// There are more certificates than [`Limits::certificates`](crate::Limits::certificates).
    #[error("{found} certificates where at most {limit} are read")]
    TooManyCertificates {
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

    /// Returns the byte of the bundle at which it is wrong.
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

impl From<dsse::Error> for Error {
    fn from(error: dsse::Error) -> Self {
        let kind = match error.kind() {
            dsse::ErrorKind::Json(kind) => ErrorKind::Json(kind),
            kind => ErrorKind::Envelope(kind),
        };
        Self::new(kind, error.offset())
    }
}
