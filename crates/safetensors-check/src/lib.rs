#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

pub mod adapter;
pub mod architecture;
mod check;
mod code;
mod dtype;
mod entry;
mod error;
mod header;
pub mod index;
mod layout;
mod limits;
mod listing;
mod metadata;
mod names;
mod padding;
mod payloads;
mod read;
mod reader;
mod report;
mod rules;
mod suspicions;
pub mod twins;
pub mod values;

pub use check::check;
pub use dtype::{Dtype, UnknownDtype};
pub use error::{Error, ErrorKind, Field, Limit};
pub use header::{Header, MetadataPair, Tensor};
pub use layout::{Layout, LayoutError, Placement};
pub use limits::Limits;
pub use listing::Listed;
pub use reader::{Acceptance, Reader, Refusal, Requires};
pub use report::{Report, Validity};
pub use rules::RULES;
