//! The manifest of OpenSSF Model Signing: which files a model has, and the digest of each.
//!
//! A [`Manifest`] is read from the payload of an envelope, or built and written. Reading checks everything that
//! can be checked without the files: names, order, shards without gaps, the root digest. `docs/formats/oms.md`
//! has one row for every choice that the specification leaves open or that its reference makes otherwise.
//!
//! # Untrusted input
//! Reading never panics; time and memory are bounded by [`Limits`](crate::Limits). Nothing of a manifest is to be
//! believed before the signature over it is verified.
//!
//! # Spec
//! OpenSSF Model Signing 1.0, sections 5 and 6.

mod assembly;
mod build;
mod envelope;
mod error;
mod file;
mod hash_type;
mod historic;
mod ignore;
mod manifest;
mod method;
mod name;
mod order;
mod quirk;
mod read;
mod serialization;
mod shard;
mod write;

pub use build::Builder;
pub use envelope::sole_signature;
pub use error::{Error, ErrorKind};
pub use file::{File, Files, Part, Resource};
pub use hash_type::HashType;
pub use historic::Dialects;
pub(crate) use historic::PREDICATE_TYPE as HISTORIC_PREDICATE_TYPE;
pub use ignore::{DEFAULT_IGNORES, IgnorePaths, is_evidence};
pub use manifest::Manifest;
pub use method::SigningMethod;
pub use name::{NameFault, check_name};
pub use order::Order;
pub use quirk::Quirk;
pub use serialization::{Method, Serialization, Symlinks};

/// The type of the predicate that a manifest is.
pub const PREDICATE_TYPE: &str = "https://model_signing/signature/v1.0";

/// The shard size that the specification wants as default, in bytes.
pub const DEFAULT_SHARD_SIZE: u64 = 1_000_000_000;
