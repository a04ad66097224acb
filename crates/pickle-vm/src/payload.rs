use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use findings::Location;

/// Bytes inside a pickle that something would open in turn, for the caller to look into.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Payload {
    /// The bytes.
    pub bytes: PayloadBytes,
    /// Why they are handed out.
    pub reason: PayloadReason,
    /// The opcode that makes or opens them.
    pub location: Location,
}

/// Where the bytes of a [`Payload`] are.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PayloadBytes {
    /// In the input, as they are: a half-open byte range.
    Span(Range<usize>),
    /// Computed by folding.
    Computed(Vec<u8>),
}

impl PayloadBytes {
    /// Returns the bytes; empty if the range does not lie within `input`.
    #[must_use]
    pub fn of<'b>(&'b self, input: &'b [u8]) -> &'b [u8] {
        match self {
            Self::Span(range) => input.get(range.clone()).unwrap_or_default(),
            Self::Computed(bytes) => bytes,
        }
    }
}

/// Why bytes are handed out as a [`Payload`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PayloadReason {
    /// The function of this canonical name would load them.
    Loaded(String),
    /// They are a whole pickle that imports something, lying in the data.
    Embedded,
}
