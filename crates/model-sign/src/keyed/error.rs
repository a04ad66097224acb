use super::Culprit;
use crate::{bundle, intoto, key};

/// Why a bundle is not one that the key signed of the artifact.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyedError {
    /// The bundle cannot be read.
    #[error("the bundle cannot be read")]
    Bundle(#[source] bundle::Error),
    /// The bundle was signed with a certificate, and a key is expected.
    #[error("the bundle was signed with a certificate, a key is expected")]
    SignedWithCertificate,
    /// The envelope has several signatures; a bundle has one.
    #[error("{found} signatures in the bundle where 1 is wanted")]
    Signatures {
        /// How many it has.
        found: usize,
    },
    /// What was signed is no in-toto statement.
    #[error("the bundle holds no in-toto statement")]
    NoStatement,
    /// The statement cannot be read.
    #[error("the statement in the bundle cannot be read")]
    Statement(#[source] intoto::Error),
    /// The key did not make this signature of this artifact.
    #[error("the signature cannot be verified with the key")]
    Signature(#[source] key::SignatureError),
    /// The key signs another digest than the one that is given, or the bytes themselves.
    #[error("a signature of this key cannot be verified by this digest; the bytes are needed")]
    NeedsBytes,
    /// What was signed is something else.
    #[error("the signature is not about this artifact")]
    ArtifactMismatch,
    /// The bundle says a digest of the artifact that it does not have.
    #[error("the bundle names another digest than the artifact has")]
    DigestMismatch,
    /// The bundle says a digest of a hash function that is not known.
    #[error("the bundle names a digest of an unknown hash function")]
    UnknownDigest,
}

impl KeyedError {
    /// Returns whose fault it is.
    #[must_use]
    pub const fn culprit(&self) -> Culprit {
        match self {
            Self::Bundle(_)
            | Self::Signatures { .. }
            | Self::Statement(_)
            | Self::NeedsBytes
            | Self::UnknownDigest => Culprit::Bundle,
            Self::Signature(_) => Culprit::Signature,
            Self::SignedWithCertificate
            | Self::NoStatement
            | Self::ArtifactMismatch
            | Self::DigestMismatch => Culprit::Signer,
        }
    }

    /// Returns the stable word for it, such as `signature` or `artifact-mismatch`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Bundle(_) => "malformed-bundle",
            Self::SignedWithCertificate => "signed-with-certificate",
            Self::Signatures { .. } => "several-signatures",
            Self::NoStatement => "no-statement",
            Self::Statement(_) => "malformed-statement",
            Self::Signature(_) => "signature",
            Self::NeedsBytes => "needs-bytes",
            Self::ArtifactMismatch | Self::DigestMismatch => "artifact-mismatch",
            Self::UnknownDigest => "unsupported-bundle",
        }
    }
}
