use std::fmt;

/// How a held file differs from what it was when it was opened; the plainest difference is named.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// It has another size.
    Size {
        /// Bytes when it was opened.
        before: u64,
        /// Bytes now.
        after: u64,
    },
    /// Its contents were written, or its time of modification was set.
    Modified,
    /// Its last name is gone. The held contents are still there.
    Removed,
    /// Its mode, owner, names or times were set; whoever writes contents and puts the time of modification
    /// back leaves this trace too.
    Status,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { before, after } => {
                write!(f, "has {after} bytes where {before} were at opening")
            }
            Self::Modified => f.write_str("was modified since it was opened"),
            Self::Removed => f.write_str("was removed since it was opened"),
            Self::Status => {
                f.write_str("had its mode, owner, names or times set since it was opened")
            }
        }
    }
}
