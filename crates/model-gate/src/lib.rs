#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod model;
mod open_file;
mod options;
mod walked;

pub use model::Model;
pub use options::Options;
