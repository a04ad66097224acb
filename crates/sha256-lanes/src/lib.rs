#![doc = include_str!("../README.md")]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

#[macro_use]
mod rounds;

mod backend;
mod lane;
mod lanes;
mod many;
mod portable;
mod stream;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use backend::Backend;
pub use lane::Lane;
pub use lanes::Lanes;
pub use many::digest_many;
pub use stream::Stream;
