use crate::{Algorithm, NotARootDigest, UnknownAlgorithm};

/// Why a text is not a digest.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct ParseError {
    #[source]
    kind: ParseErrorKind,
    offset: usize,
}

/// The kinds of [`ParseError`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// No colon separates an algorithm from the digits.
    #[error("no `:` behind the algorithm")]
    MissingColon,
    /// What stands before the colon is not an algorithm.
    #[error(transparent)]
    UnknownAlgorithm(#[from] UnknownAlgorithm),
    /// The text ends before the algorithm has its digits, or goes on behind them.
    #[error("{found} hexadecimal digits where {algorithm} has {wanted}")]
    WrongLength {
        /// The algorithm before the colon.
        algorithm: Algorithm,
        /// How many bytes of text stand behind the colon.
        found: usize,
        /// How many digits the algorithm wants.
        wanted: usize,
    },
    /// A character is not one of `0` to `9` and `a` to `f`.
    #[error("`{}` is not a lower-case hexadecimal digit", .0.escape_debug())]
    NotAHexDigit(char),
    /// It is a digest, but not one that a [`RootDigest`](crate::RootDigest) can be.
    #[error(transparent)]
    NotARootDigest(#[from] NotARootDigest),
}

impl ParseError {
    pub(crate) const fn new(kind: ParseErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// Returns the byte of the text at which it is wrong.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }
}
