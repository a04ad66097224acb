use std::io;

/// Why the bytes of an entry cannot be had as they were when the model was walked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileFault {
    /// Nothing has this name any more.
    #[error("is gone since the model was walked")]
    Gone,
    /// Another file has its name now.
    #[error("was replaced since the model was walked")]
    Replaced,
    /// Its size or its times are not what they were.
    #[error("changed while it was read")]
    Changed,
    /// The system does not give the bytes.
    #[error("cannot be read")]
    Unreadable(#[from] io::Error),
}

impl FileFault {
    /// Says whether the file itself was tampered with, where otherwise nothing is known about it.
    #[must_use]
    pub const fn is_tampering(&self) -> bool {
        match self {
            Self::Gone | Self::Replaced | Self::Changed => true,
            Self::Unreadable(_) => false,
        }
    }
}
