use crate::json;

/// Why a value is not the predicate that its type says.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct PredicateError {
    #[source]
    kind: PredicateErrorKind,
    offset: u64,
}

/// The kinds of [`PredicateError`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PredicateErrorKind {
    /// It is not the JSON that the predicate is.
    #[error(transparent)]
    Json(json::ErrorKind),
    /// The type of the predicate is not known here.
    #[error("unknown type of a predicate")]
    UnknownType,
    /// The value is none of the words that may stand there.
    #[error("unknown value of `{0}`")]
    UnknownWord(&'static str),
    /// The text is no URI: it is empty, or has no scheme in lower case, or has spaces or control characters.
    #[error("no URI in `{0}`")]
    NotAUri(&'static str),
    /// The text is no time of RFC 3339 in UTC.
    #[error("no RFC 3339 time in UTC in `{0}`")]
    NotATime(&'static str),
    /// A digest is empty, or is none of its algorithm in lower-case hexadecimal digits.
    #[error("malformed digest")]
    MalformedDigest,
    /// A resource has neither URI nor digest nor content.
    #[error("resource without uri, digest and content")]
    UnidentifiedResource,
    /// A resource has no digest where it needs one.
    #[error("resource without a digest")]
    NoDigest,
    /// The content of a resource is not base 64.
    #[error("content of a resource that is not base 64")]
    NotBase64,
}

impl PredicateError {
    pub(super) const fn new(kind: PredicateErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> PredicateErrorKind {
        self.kind
    }

    /// Returns the byte of the payload at which it is wrong.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}

impl From<json::Error> for PredicateError {
    fn from(error: json::Error) -> Self {
        Self::new(PredicateErrorKind::Json(error.kind()), error.offset())
    }
}
