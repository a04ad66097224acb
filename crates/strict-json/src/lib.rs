#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod error;
mod event;
mod limits;
mod number;
mod read;
mod reader;
mod string;
mod value;
pub mod write;

pub use error::{Error, ErrorKind, Type};
pub use event::{Event, EventKind};
pub use limits::Limits;
pub use number::Number;
pub use read::read;
pub use reader::Reader;
pub use value::{Kind, Member, Object, Value};
