#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod algorithm;
mod digest;
mod hasher;
mod parse_error;
mod source;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use digest::{Digest, WrongLength};
pub use hasher::Hasher;
pub use parse_error::{ParseError, ParseErrorKind};
pub use source::Source;
