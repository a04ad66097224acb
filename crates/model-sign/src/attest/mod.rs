//! Attestations: signed statements about artifacts, verified and made.
//!
//! Verifying goes in two steps. An [`AttestationVerifier`] checks the signatures of an [`Evidence`] and gives an
//! [`Attested`], of which it is known who signed it and not yet what it is good for. [`Attested::about`] compares its
//! subjects with the digests of an artifact; only a [`VerifiedAttestation`] says something about that.
//!
//! ```
//! use model_digest::{Algorithm, Digest};
//! use model_sign::attest::{AttestationVerifier, Draft, Evidence};
//! use model_sign::key::{KeyAlgorithm, PrivateKey};
//! use model_sign::predicate::{DigestSet, Predicate, TestOutcome, TestResult};
//! use model_sign::Limits;
//! use std::time::SystemTime;
//!
//! let key = PrivateKey::generate(KeyAlgorithm::P256)?;
//! let digest = Digest::of(Algorithm::Sha256, b"weights");
//! let result = TestResult::new(TestOutcome::Passed, Vec::new());
//! let signed = Draft::new(Predicate::TestResult(result))
//!     .with_subject("model.safetensors", &digest)
//!     .sign(&[&key])?;
//!
//! let evidence = Evidence::read_all(&signed.to_json(), &Limits::default())?;
//! let verifier = AttestationVerifier::of_keys(vec![key.public_key().clone()])?;
//! let attested = verifier.verify(&evidence[0], SystemTime::UNIX_EPOCH)?;
//! assert!(attested.about(&[digest]).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Spec
//! in-toto attestation framework v1, layers Statement, Envelope (DSSE 1.0.2) and Bundle (JSON Lines).

mod draft;
mod error;
mod evidence;
mod signer;
mod verified;
mod verifier;

pub use draft::{Draft, DraftError};
pub use error::{AttestationError, SubjectError};
pub use evidence::{Evidence, EvidenceError};
pub use signer::{AttestationSigner, ExpectedSigner};
pub use verified::{Attested, VerifiedAttestation};
pub use verifier::AttestationVerifier;
