use std::error;
use std::fmt;
use std::time::{Duration, SystemTime};

use model_digest::Algorithm;

use crate::{Step, TokenError};

/// What another error is about, as its source.
pub(crate) type Source = Box<dyn error::Error + Send + Sync>;

/// Why nothing was signed.
///
/// Whatever it is, no bundle has been made. An entry may stand in the log all the same if the step is
/// [`Step::Log`]: without a bundle it is of no use to anybody.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // The caller.
    /// The statement has more bytes than [`Limits::statement`](crate::Limits::statement).
    #[error("the statement has {length} bytes, more than {limit}")]
    StatementTooLarge {
        /// How many bytes there are.
        length: usize,
        /// How many may be.
        limit: usize,
    },
    /// The bytes to be signed are not an in-toto statement.
    #[error("not an in-toto statement")]
    NotAStatement {
        /// What the parser says.
        source: Source,
    },
    /// Entries of the log are by SHA-256.
    #[error("a digest of {found}, where Sigstore signs sha256")]
    DigestAlgorithm {
        /// The algorithm of the digest given.
        found: Algorithm,
    },
    /// The log knows no time, and no timestamp authority is to be asked: nobody could verify the signature.
    #[error("Rekor v2 needs a timestamp authority")]
    NoTimestampAuthority,
    /// The token is over. No service was asked.
    #[error("the identity token expired {} s ago", seconds(expires, at))]
    TokenExpired {
        /// The time that the caller gave.
        at: SystemTime,
        /// The time that the token says.
        expires: SystemTime,
    },

    // The services.
    /// A service said no.
    #[error("{} refused: HTTP {status}{}", step.whom(), quoted(answer))]
    Refused {
        /// What was asked for.
        step: Step,
        /// The status of HTTP.
        status: u16,
        /// The beginning of what it says, written by a stranger; empty where it repeats the token.
        answer: String,
    },
    /// The log does not take so much.
    #[error(
        "Rekor refused an entry of {length} bytes as too large: HTTP {status}; sign fewer, larger shards, or use a log of version 2, which takes a hash alone"
    )]
    EntryTooLarge {
        /// How many bytes were sent.
        length: usize,
        /// The status of HTTP.
        status: u16,
    },
    /// The log already has an entry of this very signature.
    #[error("Rekor already has this entry: HTTP 409")]
    AlreadyLogged,
    /// A service sends on to somewhere else. That is not followed: the requests carry what is not for everybody.
    #[error("{} sends on to somewhere else: HTTP {status}", step.whom())]
    Redirected {
        /// What was asked for.
        step: Step,
        /// The status of HTTP.
        status: u16,
    },
    /// A service could not be reached, or went away in the middle of its answer.
    #[error("{} at `{host}` cannot be reached", step.whom())]
    Unreachable {
        /// What was asked for.
        step: Step,
        /// The host, and the port where it is not the usual one.
        host: String,
        /// What the network says.
        source: Source,
    },
    /// A service took too long.
    #[error("{} at `{host}` did not answer within {} s", step.whom(), limit.as_secs_f64())]
    TimedOut {
        /// What was asked for.
        step: Step,
        /// The host, and the port where it is not the usual one.
        host: String,
        /// How long it had.
        limit: Duration,
    },
    /// An answer is larger than [`Limits::answer`](crate::Limits::answer).
    #[error("the answer of {} has more than {limit} bytes", step.whom())]
    AnswerTooLarge {
        /// What was asked for.
        step: Step,
        /// How many bytes it may have.
        limit: usize,
    },
    /// An answer is not what the protocol says.
    #[error("the answer of {} cannot be read", step.whom())]
    AnswerMalformed {
        /// What was asked for.
        step: Step,
        /// What the parser says, where one does.
        source: Option<Source>,
    },
    /// The token endpoint gave something that is no token.
    #[error("what the token endpoint gave is no identity token")]
    TokenMalformed(#[source] TokenError),
    /// The certificate is for another key than the one that was shown.
    #[error("the certificate is for another key")]
    CertificateKey,
    /// The certificate is for another identity than the token says, or than the caller expects.
    #[error("the certificate is for `{found}`, wanted `{wanted}`")]
    CertificateIdentity {
        /// Whom it is for; empty if it does not say.
        found: String,
        /// Whom it should be for; empty if anybody.
        wanted: String,
    },
    /// The certificate names another issuer than the token has.
    #[error("the certificate is by the word of `{found}`, wanted `{wanted}`")]
    CertificateIssuer {
        /// The issuer of OIDC tokens that it names; empty if none.
        found: String,
        /// The one of the token.
        wanted: String,
    },
    /// The certificate was made for another token than the one that was sent.
    #[error("the certificate is for the subject `{found}`, wanted `{wanted}`")]
    CertificateSubject {
        /// The subject that it names.
        found: String,
        /// The one of the token.
        wanted: String,
    },
    /// The certificate is not valid at the time given.
    #[error("the certificate is not valid now")]
    CertificateTime {
        /// The time that the caller gave.
        at: SystemTime,
        /// Its first moment.
        not_before: SystemTime,
        /// Its last moment.
        not_after: SystemTime,
    },
    /// Fulcio proves beside the certificate, not in it, that it is in the CT log. A bundle has no place for that.
    #[error("the certificate does not hold its own SCT, which a bundle needs")]
    CertificateWithoutSct,
    /// The entry that the log gave back is not the one that was sent.
    #[error("the entry of Rekor has another {part}")]
    EntryDiffers {
        /// What is different.
        part: EntryPart,
    },
    /// The entry that the log gave back lacks what a verifier needs.
    #[error("the entry of Rekor has no {part}")]
    EntryUnproven {
        /// What is missing.
        part: EntryPart,
    },
    /// The timestamp authority answered that it gives no timestamp.
    #[error("the timestamp authority gave no timestamp: status {status}")]
    TimestampRefused {
        /// The status of its answer (RFC 3161, section 2.4.2).
        status: u8,
    },
    /// The timestamp is of something else.
    #[error("the timestamp is of another signature")]
    TimestampDiffers,

    // The environment.
    /// No key could be made, or nothing be signed with it.
    #[error("no signature could be made")]
    Signing {
        /// What went wrong.
        source: Source,
    },
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Client {
        /// What went wrong.
        source: Source,
    },
    /// What was made does not hold together: a fault of this crate.
    #[error("the bundle that was made does not verify")]
    BundleInconsistent,
}

/// What an entry of a transparency log consists of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum EntryPart {
    /// Its kind or version.
    Kind,
    /// The hash of what was signed.
    Hash,
    /// The signature.
    Signature,
    /// The certificate.
    Certificate,
    /// The proof that it is in the tree.
    InclusionProof,
    /// The signed head of that tree.
    Checkpoint,
    /// The signed time.
    Time,
}

impl fmt::Display for EntryPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kind => "kind",
            Self::Hash => "hash",
            Self::Signature => "signature",
            Self::Certificate => "certificate",
            Self::InclusionProof => "inclusion proof",
            Self::Checkpoint => "checkpoint",
            Self::Time => "signed time",
        })
    }
}

impl Error {
    /// Returns the step that went wrong, where one did.
    #[must_use]
    pub const fn step(&self) -> Option<Step> {
        match self {
            Self::Refused { step, .. }
            | Self::Redirected { step, .. }
            | Self::Unreachable { step, .. }
            | Self::TimedOut { step, .. }
            | Self::AnswerTooLarge { step, .. }
            | Self::AnswerMalformed { step, .. } => Some(*step),
            Self::TokenExpired { .. } | Self::TokenMalformed(_) => Some(Step::Token),
            Self::CertificateKey
            | Self::CertificateIdentity { .. }
            | Self::CertificateIssuer { .. }
            | Self::CertificateSubject { .. }
            | Self::CertificateTime { .. }
            | Self::CertificateWithoutSct => Some(Step::Certificate),
            Self::EntryTooLarge { .. }
            | Self::AlreadyLogged
            | Self::EntryDiffers { .. }
            | Self::EntryUnproven { .. } => Some(Step::Log),
            Self::TimestampRefused { .. } | Self::TimestampDiffers => Some(Step::Timestamp),
            _ => None,
        }
    }

    /// Returns a word for programs that stays the same from version to version.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::StatementTooLarge { .. } => "statement-too-large",
            Self::NotAStatement { .. } => "not-a-statement",
            Self::DigestAlgorithm { .. } => "digest-algorithm",
            Self::NoTimestampAuthority => "no-timestamp-authority",
            Self::TokenExpired { .. } => "token-expired",
            Self::Refused { step, .. } => match step {
                Step::Token => "token-refused",
                Step::Certificate => "certificate-refused",
                Step::Timestamp => "timestamp-refused",
                Step::Log => "log-refused",
            },
            Self::EntryTooLarge { .. } => "entry-too-large",
            Self::AlreadyLogged => "already-logged",
            Self::Redirected { .. } => "redirected",
            Self::Unreachable { .. } => "unreachable",
            Self::TimedOut { .. } => "timed-out",
            Self::AnswerTooLarge { .. } => "answer-too-large",
            Self::AnswerMalformed { .. } => "answer-malformed",
            Self::TokenMalformed(_) => "token-malformed",
            Self::CertificateKey => "certificate-key",
            Self::CertificateIdentity { .. } => "certificate-identity",
            Self::CertificateIssuer { .. } => "certificate-issuer",
            Self::CertificateSubject { .. } => "certificate-subject",
            Self::CertificateTime { .. } => "certificate-time",
            Self::CertificateWithoutSct => "certificate-without-sct",
            Self::EntryDiffers { .. } => "entry-differs",
            Self::EntryUnproven { .. } => "entry-unproven",
            Self::TimestampRefused { .. } => "timestamp-refused",
            Self::TimestampDiffers => "timestamp-differs",
            Self::Signing { .. } => "signing",
            Self::Client { .. } => "client",
            Self::BundleInconsistent => "bundle-inconsistent",
        }
    }

    pub(crate) fn signing(source: impl Into<Source>) -> Self {
        Self::Signing {
            source: source.into(),
        }
    }

    pub(crate) fn malformed(step: Step, source: impl Into<Source>) -> Self {
        Self::AnswerMalformed {
            step,
            source: Some(source.into()),
        }
    }
}

fn seconds(from: &SystemTime, to: &SystemTime) -> u64 {
    to.duration_since(*from).unwrap_or_default().as_secs()
}

fn quoted(answer: &str) -> String {
    if answer.is_empty() {
        String::new()
    } else {
        format!(": `{answer}`")
    }
}
