//! The implementations, by name and by what the processor has.

#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
use crate::aarch64::Armv8;
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_endian = "little")
))]
use crate::interleaved::{self, Interleaved};
use crate::portable;
use crate::rounds::BLOCK;
#[cfg(target_arch = "x86_64")]
use crate::x86::{Avx2, Avx512, ShaNi};

/// The most streams that any implementation takes side by side.
pub(crate) const WIDEST: usize = 16;

/// An implementation of SHA-256. Which of them a processor can run is found while the program runs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Backend {
    /// Plain Rust, one stream after the other. Runs everywhere.
    Portable,
    /// The SHA extensions of x86-64, up to three streams interleaved.
    ShaNi,
    /// The SHA-256 instructions of 64-bit Arm (little-endian), up to three streams interleaved.
    Armv8,
    /// AVX2 of x86-64, eight streams, one in each lane of the vectors.
    Avx2,
    /// AVX-512 (F and BW) of x86-64, sixteen streams, one in each lane of the vectors.
    Avx512,
}

impl Backend {
    /// All of them, also those that this processor cannot run.
    pub const ALL: [Self; 5] = [
        Self::Portable,
        Self::ShaNi,
        Self::Armv8,
        Self::Avx2,
        Self::Avx512,
    ];

    /// Says whether this processor can run it.
    #[must_use]
    pub fn is_available(self) -> bool {
        Kernel::detect(self).is_some()
    }
}

/// A backend that the processor was seen to have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kernel {
    Portable,
    #[cfg(target_arch = "x86_64")]
    ShaNi(ShaNi),
    #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
    Armv8(Armv8),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

impl Kernel {
    pub(crate) fn detect(backend: Backend) -> Option<Self> {
        match backend {
            Backend::Portable => Some(Self::Portable),
            #[cfg(target_arch = "x86_64")]
            Backend::ShaNi => ShaNi::detect().map(Self::ShaNi),
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2 => Avx2::detect().map(Self::Avx2),
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512 => Avx512::detect().map(Self::Avx512),
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Backend::Armv8 => Armv8::detect().map(Self::Armv8),
            _ => None,
        }
    }

    pub(crate) fn backend(self) -> Backend {
        match self {
            Self::Portable => Backend::Portable,
            #[cfg(target_arch = "x86_64")]
            Self::ShaNi(_) => Backend::ShaNi,
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Self::Armv8(_) => Backend::Armv8,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => Backend::Avx2,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => Backend::Avx512,
        }
    }

    /// How many streams should be under way, so that none of it is idle.
    pub(crate) fn width(self) -> usize {
        match self {
            Self::Portable => 1,
            #[cfg(target_arch = "x86_64")]
            Self::ShaNi(_) => interleaved::LANES,
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Self::Armv8(_) => interleaved::LANES,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => Avx2::LANES,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => Avx512::LANES,
        }
    }

    /// The most streams that it takes in one call.
    pub(crate) fn most(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => Avx2::LANES,
            _ => WIDEST,
        }
    }

    /// Compresses the blocks of each stream into its state. All streams have the same number of blocks, and
    /// there are at most `most` streams.
    pub(crate) fn compress(self, states: &mut [[u32; 8]], blocks: &[&[[u8; BLOCK]]]) {
        match self {
            Self::Portable => portable::compress(states, blocks),
            #[cfg(target_arch = "x86_64")]
            Self::ShaNi(token) => token.compress(states, blocks),
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Self::Armv8(token) => token.compress(states, blocks),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(token) => padded(states, blocks, |states, blocks| {
                token.compress(states, blocks);
            }),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(token) => padded(states, blocks, |states, blocks| {
                token.compress(states, blocks);
            }),
        }
    }
}

/// Fills up to `N` streams: the lanes to spare repeat the first stream's blocks, and what they give is dropped.
#[cfg(target_arch = "x86_64")]
fn padded<const N: usize>(
    states: &mut [[u32; 8]],
    blocks: &[&[[u8; BLOCK]]],
    compress: impl FnOnce(&mut [[u32; 8]; N], [&[[u8; BLOCK]]; N]),
) {
    debug_assert!(states.len() <= N && states.len() == blocks.len());
    let Some(first) = blocks.first() else {
        return;
    };
    let mut all_states = [[0; 8]; N];
    let mut all_blocks = [*first; N];
    for (to, from) in all_states.iter_mut().zip(&*states) {
        *to = *from;
    }
    for (to, from) in all_blocks.iter_mut().zip(blocks) {
        *to = from;
    }
    compress(&mut all_states, all_blocks);
    for (to, from) in states.iter_mut().zip(all_states) {
        *to = from;
    }
}
