//! Sigstore bundles that were signed with a key which the verifier has: no certificate, and no log asked.
//!
//! Signatures of an artifact (`messageSignature`) and of a statement that has it for a subject (`dsseEnvelope`)
//! are verified, as `cosign sign-blob --key` and `cosign attest-blob --key` write them. What logs and timestamp
//! authorities added is judged by `sigstore::LoggedKeyVerifier`, where that feature is built in; the key alone
//! says who signed.

mod artifact;
mod culprit;
mod error;
mod statement;
mod verifier;

pub use artifact::Artifact;
pub use culprit::Culprit;
pub use error::KeyedError;
pub use statement::VerifiedStatement;
pub use verifier::{KeyedBundle, KeyedVerifier};
