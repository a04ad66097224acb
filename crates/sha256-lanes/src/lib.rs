#![doc = include_str!("../README.md")]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

#[macro_use]
mod rounds;

#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
mod aarch64;
mod backend;
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_endian = "little")
))]
mod interleaved;
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
