//! Signatures of Sigstore, verified offline: who signed without a key of their own, by the word of a
//! certificate authority, of logs and of timestamp authorities.
//!
//! This is the only module that knows `sigstore-verify` and `sigstore-trust-root`. The cryptography of
//! certificates, logs and timestamps is theirs. Ours is what they leave to their caller: strict reading, who
//! may have signed, that the log which an entry names signed the checkpoint, and the time of verification.
//! `docs/sigstore.md` lists every check in its order.

mod document;
mod error;
mod evidence;
mod identity;
mod leaf;
mod refusal;
mod subject;
mod trust_root;
mod verified;
mod verifier;
mod workload;

pub use self::error::{MalformedBundle, Problem, SigstoreError, Step, TrustRootError};
pub use self::identity::{Identity, IdentityError, Issuer};
pub use self::leaf::LeafError;
pub use self::subject::{SubjectKind, SubjectName};
pub use self::trust_root::TrustRoot;
pub use self::verified::{
    KeylessSigner, LogEntry, LogProof, SigningTime, TimeSource, VerifiedBundle,
};
pub use self::verifier::{KeylessVerifier, LoggedKeyVerifier};
pub use self::workload::Workload;
