use std::io;

/// Why the values could not be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The watch said to stop.
    #[error("looking at the values was cancelled")]
    Cancelled,
    /// The source has another length than the header was read for.
    #[error("the source has {found} bytes where the header is of a file of {wanted}")]
    Length {
        /// The bytes that the source has.
        found: u64,
        /// The bytes that the header is for.
        wanted: u64,
    },
    /// The tensors do not cover the data one behind the other: the file is not valid.
    #[error("byte {offset} belongs to no tensor or to two")]
    NotCovered {
        /// The first byte in question.
        offset: u64,
    },
    /// The source could not be read.
    #[error("cannot read the data at byte {offset}")]
    Read {
        /// The first byte of what was to be read.
        offset: u64,
        /// What the source said.
        source: io::Error,
    },
}

impl Error {
    pub(super) const fn read(offset: u64, source: io::Error) -> Self {
        Self::Read { offset, source }
    }
}
