#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

extern crate alloc;

pub mod npy;

/// Every rule of this crate.
pub const RULES: &[findings::Rule] = npy::RULES;
