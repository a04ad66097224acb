//! The SHA-256 instructions of Armv8: as on x86-64, a second and a third stream run while the first one waits.

use std::arch::aarch64::{
    uint32x4_t, vaddq_u32, vdupq_n_u32, vld1q_u8, vld1q_u32, vreinterpretq_u32_u8, vrev32q_u8,
    vsha256h2q_u32, vsha256hq_u32, vsha256su0q_u32, vsha256su1q_u32, vst1q_u32,
};
use std::arch::is_aarch64_feature_detected;

use crate::interleaved::Interleaved;
use crate::rounds::{BLOCK, KEYS};

/// Proof that the processor has the SHA-256 instructions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Armv8(());

impl Armv8 {
    pub(crate) fn detect() -> Option<Self> {
        let found = !cfg!(miri)
            && is_aarch64_feature_detected!("neon")
            && is_aarch64_feature_detected!("sha2");
        found.then_some(Self(()))
    }
}

impl Interleaved for Armv8 {
    #[expect(unsafe_code, reason = "the processor must have the instructions")]
    fn together<const N: usize>(self, states: [&mut [u32; 8]; N], blocks: [&[[u8; BLOCK]]; N]) {
        // SAFETY: `self` exists, so the processor has the features that the function is compiled with.
        unsafe { compress(states, blocks) }
    }
}

#[expect(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "`n` is below `N`, `index` below the shortest length, the others are constants"
)]
#[target_feature(enable = "neon,sha2")]
fn compress<const N: usize>(states: [&mut [u32; 8]; N], blocks: [&[[u8; BLOCK]]; N]) {
    let count = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    let mut abcd = [vdupq_n_u32(0); N];
    let mut efgh = [vdupq_n_u32(0); N];
    for n in 0..N {
        let [a, b, c, d, e, f, g, h] = *states[n];
        abcd[n] = load_words(&[a, b, c, d]);
        efgh[n] = load_words(&[e, f, g, h]);
    }
    for index in 0..count {
        let abcd_before = abcd;
        let efgh_before = efgh;
        let mut m = [[vdupq_n_u32(0); 4]; N];
        for n in 0..N {
            m[n] = load(&blocks[n][index]);
        }

        // Four rounds with the words that are `m[$now]`.
        macro_rules! four {
            ($turn:literal $now:literal) => {
                let keys = load_words(&KEYS[$turn].as_chunks().0[$now]);
                for n in 0..N {
                    let keyed = vaddq_u32(m[n][$now], keys);
                    let before = abcd[n];
                    abcd[n] = vsha256hq_u32(abcd[n], efgh[n], keyed);
                    efgh[n] = vsha256h2q_u32(efgh[n], before, keyed);
                }
            };
        }
        // The same, after `m[$now]` was replaced by the words sixteen rounds on.
        macro_rules! scheduled {
            ($turn:literal $now:literal $next:literal $third:literal $last:literal) => {
                for n in 0..N {
                    let partial = vsha256su0q_u32(m[n][$now], m[n][$next]);
                    m[n][$now] = vsha256su1q_u32(partial, m[n][$third], m[n][$last]);
                }
                four!($turn $now);
            };
        }
        macro_rules! turn {
            ($turn:literal) => {
                scheduled!($turn 0 1 2 3);
                scheduled!($turn 1 2 3 0);
                scheduled!($turn 2 3 0 1);
                scheduled!($turn 3 0 1 2);
            };
        }

        four!(0 0);
        four!(0 1);
        four!(0 2);
        four!(0 3);
        turn!(1);
        turn!(2);
        turn!(3);

        for n in 0..N {
            abcd[n] = vaddq_u32(abcd[n], abcd_before[n]);
            efgh[n] = vaddq_u32(efgh[n], efgh_before[n]);
        }
    }
    for (state, (abcd, efgh)) in states.into_iter().zip(abcd.into_iter().zip(efgh)) {
        let [a, b, c, d] = store_words(abcd);
        let [e, f, g, h] = store_words(efgh);
        *state = [a, b, c, d, e, f, g, h];
    }
}

/// Loads the words of a block, which are big-endian.
#[inline]
#[target_feature(enable = "neon,sha2")]
fn load(block: &[u8; BLOCK]) -> [uint32x4_t; 4] {
    let mut words = [vdupq_n_u32(0); 4];
    for (words, bytes) in words.iter_mut().zip(block.as_chunks::<16>().0) {
        #[expect(unsafe_code, reason = "loading from memory goes through a pointer")]
        // SAFETY: the pointer is to sixteen bytes that are borrowed; this load asks for no alignment.
        let loaded = unsafe { vld1q_u8(bytes.as_ptr()) };
        *words = vreinterpretq_u32_u8(vrev32q_u8(loaded));
    }
    words
}

#[inline]
#[target_feature(enable = "neon")]
fn load_words(words: &[u32; 4]) -> uint32x4_t {
    #[expect(unsafe_code, reason = "loading from memory goes through a pointer")]
    // SAFETY: the pointer is to four words that are borrowed.
    unsafe {
        vld1q_u32(words.as_ptr())
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn store_words(vector: uint32x4_t) -> [u32; 4] {
    let mut words = [0; 4];
    #[expect(unsafe_code, reason = "storing to memory goes through a pointer")]
    // SAFETY: the pointer is to four words that are borrowed mutably.
    unsafe {
        vst1q_u32(words.as_mut_ptr(), vector);
    }
    words
}
