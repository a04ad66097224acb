#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod algorithm;
mod digest;
mod digested;
mod engine;
mod hasher;
mod job;
mod job_error;
mod options;
mod parse_error;
mod root_digest;
mod source;
mod watch;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use digest::{Digest, WrongLength};
pub use digested::Digested;
#[cfg(feature = "parallel")]
pub use engine::digest_all;
pub use engine::digest_in_turn;
pub use hasher::Hasher;
pub use job::{Job, Opener};
pub use job_error::{JobError, JobErrorKind};
pub use options::Options;
pub use parse_error::{ParseError, ParseErrorKind};
pub use root_digest::{NotARootDigest, RootDigest};
pub use source::Source;
pub use watch::{Cancelled, Watch};
