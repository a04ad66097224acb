use std::error::Error as StdError;
use std::fmt;
use std::time::SystemTime;

use super::identity::{Identity, Issuer};
use super::leaf::LeafError;
use super::subject::SubjectName;
use crate::json;
use crate::keyed::{Culprit, KeyedError};

/// What another crate says about it.
type Cause = Box<dyn StdError + Send + Sync + 'static>;

/// Why a signature of Sigstore does not stand.
///
/// [`culprit`](Self::culprit) says whose fault it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigstoreError {
    /// The bundle cannot be read.
    #[error("the bundle cannot be read")]
    Malformed(#[source] MalformedBundle),
    /// The bundle is well formed and of a kind that cannot be verified.
    #[error("the bundle is of a kind that cannot be verified")]
    Unsupported(#[source] Cause),
    /// The bundle was signed with a key, and no key but an identity is expected.
    #[error("the bundle was signed with a key, an identity is expected")]
    SignedWithKey,
    /// The bundle was signed by an identity, and a key is expected.
    #[error("the bundle was signed with a certificate, a key is expected")]
    SignedWithCertificate,
    /// The key that is expected did not sign, or not this.
    #[error(transparent)]
    Keyed(KeyedError),
    /// The bundle has no statement in it but a bare signature.
    #[error("the bundle holds a bare signature, a statement is expected")]
    NoStatement,
    /// The statement in the bundle cannot be read.
    #[error("the statement in the bundle cannot be read")]
    Statement(#[source] Cause),
    /// The digest is of an algorithm that this bundle cannot be verified with.
    #[error("a digest that this signature cannot be verified with; the bytes are needed")]
    NeedsBytes(#[source] Cause),
    /// There is nobody to trust.
    #[error("no trust root")]
    TrustRoot(#[source] TrustRootError),
    /// A step of the verification failed.
    #[error("{step} cannot be verified")]
    Rejected {
        /// Which step.
        step: Step,
        /// What is wrong.
        #[source]
        source: Cause,
    },
    /// What was signed is something else.
    #[error("the signature is not about this artifact")]
    ArtifactMismatch(#[source] Cause),
    /// The certificate does not say who signed.
    #[error("the certificate does not say who signed")]
    Leaf(#[source] LeafError),
    /// Somebody else signed.
    #[error("signed by `{found}`, expected `{wanted}`")]
    WrongIdentity {
        /// Who signed. It comes from the bundle: escape it before it is shown.
        found: SubjectName,
        /// Who was to sign.
        wanted: Box<Identity>,
    },
    /// Somebody else vouched for the signer.
    #[error("issued by `{found}`, expected `{wanted}`")]
    WrongIssuer {
        /// Who vouched. It comes from the bundle: escape it before it is shown.
        found: Box<str>,
        /// Who was to vouch.
        wanted: Issuer,
    },
    /// It was signed after the time that it is judged at.
    #[error("signed after the time of verification")]
    FromTheFuture {
        /// When it was signed.
        signed: SystemTime,
        /// The time of verification.
        at: SystemTime,
    },
}

impl SigstoreError {
    /// Returns whose fault it is.
    #[must_use]
    pub const fn culprit(&self) -> Culprit {
        match self {
            Self::Malformed(_)
            | Self::Unsupported(_)
            | Self::Statement(_)
            | Self::NeedsBytes(_) => Culprit::Bundle,
            Self::Rejected { .. } | Self::Leaf(_) | Self::FromTheFuture { .. } => {
                Culprit::Signature
            }
            Self::SignedWithKey
            | Self::SignedWithCertificate
            | Self::NoStatement
            | Self::ArtifactMismatch(_)
            | Self::WrongIdentity { .. }
            | Self::WrongIssuer { .. } => Culprit::Signer,
            Self::Keyed(error) => error.culprit(),
            Self::TrustRoot(_) => Culprit::TrustRoot,
        }
    }

    /// Returns the stable word for it, such as `wrong-identity` or `inclusion-proof`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed-bundle",
            Self::Unsupported(_) => "unsupported-bundle",
            Self::SignedWithKey => "signed-with-key",
            Self::SignedWithCertificate => "signed-with-certificate",
            Self::Keyed(error) => error.code(),
            Self::NoStatement => "no-statement",
            Self::Statement(_) => "malformed-statement",
            Self::NeedsBytes(_) => "needs-bytes",
            Self::TrustRoot(_) => "no-trust-root",
            Self::Rejected { step, .. } => step.as_str(),
            Self::ArtifactMismatch(_) => "artifact-mismatch",
            Self::Leaf(_) => "malformed-certificate",
            Self::WrongIdentity { .. } => "wrong-identity",
            Self::WrongIssuer { .. } => "wrong-issuer",
            Self::FromTheFuture { .. } => "from-the-future",
        }
    }
}

/// A step of the verification, in the order that they are taken.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Step {
    /// The RFC 3161 timestamps, or that there is any time at all that someone signed.
    Timestamp,
    /// The chain of the certificate up to an authority of the trust root, at the time of signing.
    CertificateChain,
    /// The signed certificate timestamp: the certificate stands in a certificate transparency log.
    CertificateTimestamp,
    /// The entry stands in the log (Merkle inclusion proof).
    InclusionProof,
    /// The log signed the tree that the entry stands in, and it is the log that the entry names.
    Checkpoint,
    /// The log promised to take the entry in at that time (signed entry timestamp).
    InclusionPromise,
    /// The time of the entry lies in the validity of the certificate.
    IntegratedTime,
    /// The signature itself.
    Signature,
    /// The entry is about this signature, this certificate and this artifact.
    LogEntry,
}

impl Step {
    /// Returns the stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timestamp => "timestamp",
            Self::CertificateChain => "certificate-chain",
            Self::CertificateTimestamp => "certificate-timestamp",
            Self::InclusionProof => "inclusion-proof",
            Self::Checkpoint => "checkpoint",
            Self::InclusionPromise => "inclusion-promise",
            Self::IntegratedTime => "integrated-time",
            Self::Signature => "signature",
            Self::LogEntry => "log-entry",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timestamp => "the time of signing",
            Self::CertificateChain => "the certificate",
            Self::CertificateTimestamp => "the certificate's entry in its transparency log",
            Self::InclusionProof => "the entry's place in the log",
            Self::Checkpoint => "the checkpoint of the log",
            Self::InclusionPromise => "the promise of the log",
            Self::IntegratedTime => "the time of the log's entry",
            Self::Signature => "the signature",
            Self::LogEntry => "what the log's entry is about",
        })
    }
}

/// Why bytes are no bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedBundle {
    /// They are no strict JSON.
    #[error("no strict JSON")]
    Json(#[source] json::Error),
    /// A member is not what the format has there.
    #[error("`{name}` {problem}")]
    Member {
        /// Its name.
        name: &'static str,
        /// What is wrong with it.
        problem: Problem,
    },
    /// A member is not what the format has there, or the version is none of 0.1 to 0.3.
    #[error("not what the format of bundles 0.1 to 0.3 has")]
    Shape(#[source] Cause),
    /// What an entry of a log of version 2 says twice it says differently.
    #[error("what an entry of a version 2 log says twice differs")]
    Contradiction,
    /// An entry of a log of version 2 has a time, which that log does not sign.
    #[error("an entry of a version 2 log has a time that nobody signed")]
    UnsignedTime,
    /// A checkpoint has more than its text, an empty line and lines of signatures.
    #[error("a checkpoint is not its text, an empty line and signatures")]
    CheckpointForm,
    /// The chain has no certificate.
    #[error("no certificate in the chain")]
    EmptyChain,
    /// The chain has a root in it, which only a trust root may name.
    #[error("the certificate chain has a root in it")]
    RootInChain,
}

/// What is wrong with a member of a bundle.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is no text.
    #[error("is no text")]
    NoText,
    /// It is none of the words that are known there.
    #[error("is no word that is known there")]
    UnknownWord,
    /// It is no standard base64 in its canonical form.
    #[error("is no canonical base64")]
    NoBase64,
    /// It is no hash of 32 bytes in base64.
    #[error("is no SHA-256 in base64")]
    NoHash,
    /// It is no whole number from 0 to 2^63 - 1 in its shortest form.
    #[error("is no whole number")]
    NoNumber,
    /// It is no list.
    #[error("is no list")]
    NoList,
    /// It is no object.
    #[error("is no object")]
    NoObject,
    /// It has a member that the format does not have.
    #[error("has an unknown member")]
    UnknownMember,
    /// It has none of the members of which it must have one.
    #[error("lacks what it must have one of")]
    Nothing,
    /// It has several of the members of which it must have one.
    #[error("has several of what it must have one of")]
    Ambiguous,
    /// It has more entries than are verified.
    #[error("has {found} entries, at most {limit} are verified")]
    TooMany {
        /// How many it has.
        found: usize,
        /// How many are verified.
        limit: usize,
    },
    /// It has more bytes than are read.
    #[error("has more than {limit} bytes")]
    TooLong {
        /// How many are read.
        limit: usize,
    },
}

/// Why a trusted root cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustRootError {
    /// It has more bytes than are read.
    #[error("a trusted root of {found} bytes, at most {limit} are read")]
    TooLarge {
        /// How many bytes it has.
        found: usize,
        /// How many are read.
        limit: usize,
    },
    /// It is no strict JSON.
    #[error("the trusted root is no strict JSON")]
    Json(#[source] json::Error),
    /// It does not say that it is a trusted root.
    #[error("no trusted root by its media type")]
    MediaType,
    /// It is JSON and no trusted root.
    #[error("the trusted root cannot be read")]
    Shape(#[source] Cause),
    /// It has too many logs or authorities of one kind.
    #[error("{found} logs or authorities of one kind, at most {limit} are taken")]
    TooMany {
        /// How many it has.
        found: usize,
        /// How many are taken.
        limit: usize,
    },
    /// A key, a certificate or a validity in it cannot be used.
    #[error("the trusted root has a key or certificate that cannot be used")]
    Material(#[source] Cause),
    /// It names nobody.
    #[error("the trusted root names neither a certificate authority nor a log")]
    Nobody,
}
