use model_digest::Algorithm;

use super::EvidenceError;
use crate::certificate::CertificateError;
use crate::intoto;

/// Why an attestation is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationError {
    /// It could not be read.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// No key to expect was given.
    #[error("no key to expect is given")]
    NoKey,
    /// More signatures are demanded than there are different keys, or none.
    #[error("{wanted} signatures are demanded of {keys} different keys")]
    Threshold {
        /// How many are demanded.
        wanted: usize,
        /// How many keys there are.
        keys: usize,
    },
    /// Too few of the expected keys signed.
    #[error("{found} of the {wanted} signatures that are demanded are valid")]
    TooFewSignatures {
        /// Different expected keys with a valid signature.
        found: usize,
        /// How many are demanded.
        wanted: usize,
    },
    /// A bundle has several signatures; it brings along what verifies one.
    #[error("{found} signatures in a bundle where 1 is wanted")]
    Signatures {
        /// How many it has.
        found: usize,
    },
    /// It was signed with something else than what is expected: a key in place of a certificate, or the reverse.
    #[error("not signed with what is expected: {0}")]
    OtherMaterial(&'static str),
    /// The signer's certificate is not accepted.
    #[error("the signer's certificate is not accepted")]
    Certificate(#[from] CertificateError),
    /// Another one than the expected signer.
    #[error("signed by `{found}` where `{wanted}` is expected")]
    WrongSigner {
        /// The subject of the certificate.
        found: String,
        /// Who was expected.
        wanted: String,
    },
    /// Sigstore's evidence is not accepted.
    #[error("the keyless signature is not accepted")]
    Keyless {
        /// The stable word for it.
        code: &'static str,
        /// What is not accepted.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The payload is of another type than an in-toto statement.
    #[error("the payload is no in-toto statement")]
    NoStatement,
    /// The payload is no statement that can be read.
    #[error("the statement cannot be read")]
    Statement(#[from] intoto::Error),
    /// The statement says something else than what is expected.
    #[error("predicate `{found}` where `{wanted}` is expected")]
    PredicateType {
        /// The type that it has.
        found: String,
        /// The type that is expected.
        wanted: String,
    },
    /// The predicate is of a type that is known here, and breaks its rules.
    #[error("the predicate cannot be read")]
    Predicate(#[from] crate::predicate::PredicateError),
}

impl AttestationError {
    /// Whether it could be read at all: what was opened and is not valid is told apart from what is nothing.
    #[must_use]
    pub const fn is_malformed(&self) -> bool {
        matches!(
            self,
            Self::Evidence(_)
                | Self::Signatures { .. }
                | Self::NoStatement
                | Self::Statement(_)
                | Self::Predicate(_)
        )
    }

    /// Returns the stable word for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Evidence(_) => "malformed-evidence",
            Self::NoKey | Self::Threshold { .. } => "no-trust",
            Self::TooFewSignatures { .. } => "signature",
            Self::Signatures { .. } => "several-signatures",
            Self::OtherMaterial(_) => "other-material",
            Self::Certificate(_) => "certificate",
            Self::WrongSigner { .. } => "wrong-signer",
            Self::Keyless { code, .. } => code,
            Self::NoStatement => "no-statement",
            Self::Statement(_) => "malformed-statement",
            Self::PredicateType { .. } => "other-predicate",
            Self::Predicate(_) => "malformed-predicate",
        }
    }
}

/// Why an attestation is not about an artifact.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SubjectError {
    /// None of the subjects has a digest that is known for the artifact.
    #[error("no subject with a digest that can be compared")]
    NothingToCompare,
    /// The digests of the subjects are others.
    #[error("no subject is the artifact: {algorithm} is {found} where a subject has {wanted}")]
    Mismatch {
        /// The algorithm of the digest.
        algorithm: Algorithm,
        /// The artifact's digest.
        found: String,
        /// A subject's.
        wanted: String,
    },
}
