#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

pub mod base64;
pub mod blob;
pub mod bundle;
pub mod certificate;
pub mod dsse;
pub mod files;
pub mod intoto;
pub mod json;
pub mod key;
pub mod keyed;
mod limits;
mod moment;
pub mod oms;
pub mod predicate;
#[cfg(feature = "sigstore")]
pub mod sigstore;

pub use limits::Limits;
