//! in-toto statements: what somebody says about artifacts that are named by their digests.
//!
//! # Spec
//! in-toto Attestation Framework, Statement v1 and v0.1.

mod error;
mod statement;
mod subject;

pub use error::{Error, ErrorKind};
pub use statement::{Statement, Version};
pub use subject::Subject;

/// The type that an envelope gives a statement in JSON.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
