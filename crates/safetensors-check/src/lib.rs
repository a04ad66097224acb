#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

/// Every rule of this crate.
pub const RULES: &[findings::Rule] = &[];
