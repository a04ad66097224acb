//! Decoders of single compressed streams, and the ceilings that every container shares.
//!
//! Whatever is compressed is decoded here, piece by piece, under one [`Budget`] for a whole file: members of
//! zip archives, streams such as gzip, and whatever lies within them.

mod budget;
mod bzip2;
mod deflate;
mod limits;
mod lzma;
mod pump;
mod zstd;

pub use budget::Budget;
pub use limits::{Limit, Limits};

pub(crate) use budget::Meter;
pub(crate) use bzip2::Bzip2;
pub(crate) use deflate::Deflate;
pub(crate) use lzma::{Filter, Lzma, lzma_dictionary};
pub(crate) use pump::{Decode, Fault, Pump, State, Step, Stop};
pub(crate) use zstd::{Frame, Zstd};

/// Bytes that a decoder is asked for at a time.
pub(crate) const CHUNK: usize = 64 << 10;
