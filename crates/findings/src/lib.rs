#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

extern crate alloc;

mod coverage;
mod finding;
mod location;
mod rule;
mod severity;
mod text;

pub use coverage::{Attribution, Coverage, CoverageError, Span};
pub use finding::{Finding, WrittenName};
pub use location::Location;
pub use rule::{Rule, RuleId};
pub use severity::{Confidence, Severity, UnknownSeverity};
pub use text::{escape, escape_shortened, must_escape};
