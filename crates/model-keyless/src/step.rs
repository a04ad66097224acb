use std::fmt;

/// The steps of signing keyless that ask somebody over the network, in their order.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// The CI system gives out a token that says who the job is.
    Token,
    /// Fulcio gives out a certificate for that identity.
    Certificate,
    /// The timestamp authority says when it saw the signature.
    Timestamp,
    /// Rekor writes the signature into its public log.
    Log,
}

impl Step {
    /// Returns the word that stands for the step in messages and codes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Certificate => "certificate",
            Self::Timestamp => "timestamp",
            Self::Log => "log",
        }
    }

    /// Returns the name of who is asked.
    pub(crate) const fn whom(self) -> &'static str {
        match self {
            Self::Token => "the token endpoint",
            Self::Certificate => "Fulcio",
            Self::Timestamp => "the timestamp authority",
            Self::Log => "Rekor",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
