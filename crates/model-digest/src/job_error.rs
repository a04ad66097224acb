use std::error;
use std::fmt;
use std::io;

/// Why one of several jobs has no digests. The others have theirs.
#[derive(Debug)]
pub struct JobError {
    job: usize,
    offset: u64,
    kind: JobErrorKind,
    source: Option<io::Error>,
}

/// The kinds of [`JobError`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum JobErrorKind {
    /// The range asked for does not lie within the source.
    OutOfRange {
        /// Where the range was to end.
        end: u64,
        /// How many bytes the source has.
        len: u64,
    },
    /// With this job there would be more digests than [`Options::digests`](crate::Options::digests).
    TooManyDigests {
        /// How many there may be.
        limit: u64,
    },
    /// The source could not be opened.
    Unopened(io::ErrorKind),
    /// The source has another length than it had at the beginning: somebody wrote to it meanwhile.
    Resized {
        /// How many bytes it had.
        before: u64,
        /// How many it has.
        after: u64,
    },
    /// Bytes that the source's length promised are not there.
    Truncated,
    /// Reading failed in another way.
    Io(io::ErrorKind),
}

impl JobError {
    pub(crate) const fn new(job: usize, offset: u64, kind: JobErrorKind) -> Self {
        Self {
            job,
            offset,
            kind,
            source: None,
        }
    }

    pub(crate) fn read(job: usize, offset: u64, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::UnexpectedEof => JobErrorKind::Truncated,
            other => JobErrorKind::Io(other),
        };
        Self {
            job,
            offset,
            kind,
            source: Some(source),
        }
    }

    pub(crate) fn open(job: usize, source: io::Error) -> Self {
        Self {
            job,
            offset: 0,
            kind: JobErrorKind::Unopened(source.kind()),
            source: Some(source),
        }
    }

    /// Returns which job it is, counted from 0 in the slice that was given.
    #[must_use]
    pub const fn job(&self) -> usize {
        self.job
    }

    /// Returns up to which byte of the source all was well, at least where it was this error's part to read.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> JobErrorKind {
        self.kind
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            JobErrorKind::Truncated | JobErrorKind::Io(_) => {
                write!(f, "{} at byte {}", self.kind, self.offset)
            }
            _ => self.kind.fmt(f),
        }
    }
}

impl error::Error for JobError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| -> &(dyn error::Error + 'static) { source })
    }
}

impl fmt::Display for JobErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { end, len } => {
                write!(f, "range ends at byte {end} of {len}")
            }
            Self::TooManyDigests { limit } => write!(f, "more than {limit} digests"),
            Self::Unopened(kind) => write!(f, "cannot be opened, {kind}"),
            Self::Resized { before, after } => {
                write!(f, "has {after} bytes where {before} were")
            }
            Self::Truncated => f.write_str("bytes are missing"),
            Self::Io(kind) => write!(f, "cannot be read, {kind}"),
        }
    }
}
