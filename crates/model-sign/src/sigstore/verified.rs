use std::time::SystemTime;

use super::subject::SubjectName;
use super::workload::Workload;
use crate::keyed::VerifiedStatement;

/// Proof that a bundle was verified: who signed, when, and what the logs say.
///
/// There is no public constructor: a function that takes one cannot be called with what nobody checked.
#[derive(Clone, Debug)]
pub struct VerifiedBundle {
    pub(super) signer: Option<KeylessSigner>,
    pub(super) statement: Option<VerifiedStatement>,
    pub(super) times: Vec<SigningTime>,
    pub(super) entries: Vec<LogEntry>,
}

impl VerifiedBundle {
    /// Returns who signed; `None` if it was verified with a key, which is who signed.
    #[must_use]
    pub const fn signer(&self) -> Option<&KeylessSigner> {
        self.signer.as_ref()
    }

    /// Returns the statement that was signed; `None` if the artifact itself was.
    #[must_use]
    pub const fn statement(&self) -> Option<&VerifiedStatement> {
        self.statement.as_ref()
    }

    /// Takes the statement out.
    #[must_use]
    pub fn into_statement(self) -> Option<VerifiedStatement> {
        self.statement
    }

    /// Returns the times at which it is proven to have been signed already. One at least, but for a key's.
    #[must_use]
    pub fn times(&self) -> &[SigningTime] {
        &self.times
    }

    /// Returns the entries in logs, all of them verified.
    #[must_use]
    pub fn entries(&self) -> &[LogEntry] {
        &self.entries
    }
}

/// Who signed without a key of their own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeylessSigner {
    pub(super) subject: SubjectName,
    pub(super) issuer: String,
    pub(super) workload: Workload,
}

impl KeylessSigner {
    /// Returns the subject name of the certificate.
    #[must_use]
    pub const fn subject(&self) -> &SubjectName {
        &self.subject
    }

    /// Returns who vouched for it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns what the certificate says about the CI job.
    #[must_use]
    pub const fn workload(&self) -> &Workload {
        &self.workload
    }
}

/// A time at which it was signed already, by somebody's word whom the trust root names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SigningTime {
    pub(super) time: SystemTime,
    pub(super) source: TimeSource,
}

impl SigningTime {
    /// Returns the time.
    #[must_use]
    pub const fn time(&self) -> SystemTime {
        self.time
    }

    /// Returns whose word it is.
    #[must_use]
    pub const fn source(&self) -> TimeSource {
        self.source
    }
}

/// Whose word a [`SigningTime`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum TimeSource {
    /// A timestamp authority's (RFC 3161).
    Timestamp,
    /// A log's: when it took the entry in.
    Log,
}

impl TimeSource {
    /// Returns the word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timestamp => "timestamp",
            Self::Log => "log",
        }
    }
}

/// An entry in a log that the trust root names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogEntry {
    pub(super) log: String,
    pub(super) kind: &'static str,
    pub(super) index: Option<u64>,
    pub(super) proof: LogProof,
}

impl LogEntry {
    /// Returns the address of the log by the trust root, such as `https://rekor.sigstore.dev`.
    #[must_use]
    pub fn log(&self) -> &str {
        &self.log
    }

    /// Returns kind and version of the entry, such as `hashedrekord/0.0.1`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// Returns the number of the entry in the log; `None` where the bundle has one that nobody signed.
    #[must_use]
    pub const fn index(&self) -> Option<u64> {
        self.index
    }

    /// Returns what proves that it is there.
    #[must_use]
    pub const fn proof(&self) -> LogProof {
        self.proof
    }
}

/// What proves that an entry is in a log.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum LogProof {
    /// Its place in a tree that the log signed.
    Inclusion,
    /// Both its place and the promise of the log.
    InclusionAndPromise,
    /// The promise of the log to take it in, as bundles of version 0.1 have it.
    Promise,
}

impl LogProof {
    /// Returns the words for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inclusion => "inclusion",
            Self::InclusionAndPromise => "inclusion-and-promise",
            Self::Promise => "promise",
        }
    }
}
