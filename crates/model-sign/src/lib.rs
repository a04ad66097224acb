#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

pub mod attest;
pub mod base64;
pub mod blob;
pub mod bundle;
pub mod certificate;
mod digest_map;
mod discrepancy;
pub mod dsse;
mod error;
pub mod files;
mod identity;
pub mod intoto;
pub mod key;
pub mod keyed;
mod limits;
mod listing;
mod moment;
pub mod oms;
pub mod predicate;
mod relaxation;
pub mod signing;
#[cfg(feature = "sigstore")]
pub mod sigstore;
mod uncovered;
mod verified;
mod verifier;

pub use digest_map::{CheckError, CheckedBytes, DigestMap};
pub use discrepancy::{Discrepancy, DiscrepancyKind};
pub use error::{
    ArtifactError, CallerError, Culprit, EnvironmentError, Error, Refusal, SignerError,
};
pub use identity::{Identity, Method};
pub use limits::Limits;
pub use listing::Listing;
pub use relaxation::{Extension, Relaxation};
/// The reader of JSON that every document goes through: errors, predicates and values are its own.
pub use strict_json as json;
pub use uncovered::{IgnoreOrigin, Ignored, Uncovered};
pub use verified::Verified;
pub use verifier::{
    Complete, Dangerous, ExpectedLeaf, NeedsLeaf, NeedsTrust, Verifier, VerifierBuilder,
};
