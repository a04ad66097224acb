use sigstore_verify::bundle::Error as Incomplete;
use sigstore_verify::{CertificateError, Error, TransparencyLogError};

use super::error::{SigstoreError, Step};

/// Says which step it was that `sigstore-verify` refused. What is new to us is a refusal all the same.
pub(super) fn of(error: Error) -> SigstoreError {
    let step = match &error {
        Error::SignatureInvalid(_) | Error::Crypto(_) => Step::Signature,
        Error::Certificate(CertificateError::Sct(_)) => Step::CertificateTimestamp,
        Error::Certificate(_) => Step::CertificateChain,
        Error::TransparencyLog(log) => match log {
            TransparencyLogError::InclusionProof(_) => Step::InclusionProof,
            TransparencyLogError::Checkpoint(_) => Step::Checkpoint,
            TransparencyLogError::InclusionPromise(_) | TransparencyLogError::UnknownLog { .. } => {
                Step::InclusionPromise
            }
            TransparencyLogError::IntegratedTime(_) => Step::IntegratedTime,
            _ => Step::LogEntry,
        },
        Error::Timestamp(_) => Step::Timestamp,
        Error::ArtifactMismatch(_) => return SigstoreError::ArtifactMismatch(Box::new(error)),
        Error::UnsupportedArtifact(_) => return SigstoreError::NeedsBytes(Box::new(error)),
        Error::Bundle(incomplete) => match incomplete {
            Incomplete::MissingInclusionProof(_) | Incomplete::LogIndexOutOfRange { .. } => {
                Step::InclusionProof
            }
            Incomplete::MissingInclusionPromise(_) => Step::InclusionPromise,
            Incomplete::MissingCheckpoint | Incomplete::CheckpointRootMismatch => Step::Checkpoint,
            Incomplete::MissingSigningTimeEvidence | Incomplete::MissingTimestamp => {
                Step::Timestamp
            }
            _ => return SigstoreError::Unsupported(Box::new(error)),
        },
        // No trust root is at fault here: it was read before.
        _ => return SigstoreError::Unsupported(Box::new(error)),
    };
    SigstoreError::Rejected {
        step,
        source: Box::new(error),
    }
}
