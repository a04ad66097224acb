#![doc = include_str!("../README.md")]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]
