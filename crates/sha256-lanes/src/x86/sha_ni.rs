//! The SHA extensions: one stream alone leaves most of the unit idle, because each step waits for the one
//! before; a second stream runs in the gaps.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_loadu_si128, _mm_set_epi32,
    _mm_set_epi64x, _mm_setzero_si128, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32,
    _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
};

use crate::interleaved::Interleaved;
use crate::rounds::{BLOCK, KEYS};

/// Proof that the processor has the SHA extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShaNi(());

impl ShaNi {
    pub(crate) fn detect() -> Option<Self> {
        let found = !cfg!(miri)
            && is_x86_feature_detected!("sha")
            && is_x86_feature_detected!("ssse3")
            && is_x86_feature_detected!("sse4.1");
        found.then_some(Self(()))
    }
}

impl Interleaved for ShaNi {
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
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn compress<const N: usize>(states: [&mut [u32; 8]; N], blocks: [&[[u8; BLOCK]]; N]) {
    let count = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    let mut abef = [_mm_setzero_si128(); N];
    let mut cdgh = [_mm_setzero_si128(); N];
    for n in 0..N {
        let [a, b, c, d, e, f, g, h] = states[n].map(u32::cast_signed);
        abef[n] = _mm_set_epi32(a, b, e, f);
        cdgh[n] = _mm_set_epi32(c, d, g, h);
    }
    for index in 0..count {
        let abef_before = abef;
        let cdgh_before = cdgh;
        let mut m = [[_mm_setzero_si128(); 4]; N];
        for n in 0..N {
            m[n] = load(&blocks[n][index]);
        }

        // Four rounds with the words that are `m[$now]`.
        macro_rules! four {
            ($turn:literal $now:literal) => {
                let [k0, k1, k2, k3] = [
                    KEYS[$turn][4 * $now],
                    KEYS[$turn][4 * $now + 1],
                    KEYS[$turn][4 * $now + 2],
                    KEYS[$turn][4 * $now + 3],
                ]
                .map(u32::cast_signed);
                let keys = _mm_set_epi32(k3, k2, k1, k0);
                for n in 0..N {
                    let keyed = _mm_add_epi32(m[n][$now], keys);
                    cdgh[n] = _mm_sha256rnds2_epu32(cdgh[n], abef[n], keyed);
                    let keyed = _mm_shuffle_epi32::<0b00_00_11_10>(keyed);
                    abef[n] = _mm_sha256rnds2_epu32(abef[n], cdgh[n], keyed);
                }
            };
        }
        // The same, after `m[$now]` was replaced by the words sixteen rounds on.
        macro_rules! scheduled {
            ($turn:literal $now:literal $next:literal $third:literal $last:literal) => {
                for n in 0..N {
                    let partial = _mm_sha256msg1_epu32(m[n][$now], m[n][$next]);
                    let seven_back = _mm_alignr_epi8::<4>(m[n][$last], m[n][$third]);
                    let partial = _mm_add_epi32(partial, seven_back);
                    m[n][$now] = _mm_sha256msg2_epu32(partial, m[n][$last]);
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
            abef[n] = _mm_add_epi32(abef[n], abef_before[n]);
            cdgh[n] = _mm_add_epi32(cdgh[n], cdgh_before[n]);
        }
    }
    for n in 0..N {
        *states[n] = [
            _mm_extract_epi32::<3>(abef[n]),
            _mm_extract_epi32::<2>(abef[n]),
            _mm_extract_epi32::<3>(cdgh[n]),
            _mm_extract_epi32::<2>(cdgh[n]),
            _mm_extract_epi32::<1>(abef[n]),
            _mm_extract_epi32::<0>(abef[n]),
            _mm_extract_epi32::<1>(cdgh[n]),
            _mm_extract_epi32::<0>(cdgh[n]),
        ]
        .map(i32::cast_unsigned);
    }
}

/// Loads the words of a block, which are big-endian.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn load(block: &[u8; BLOCK]) -> [__m128i; 4] {
    let order = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    let mut words = [_mm_setzero_si128(); 4];
    for (words, bytes) in words.iter_mut().zip(block.as_chunks::<16>().0) {
        #[expect(unsafe_code, reason = "loading from memory goes through a pointer")]
        // SAFETY: the pointer is to sixteen bytes that are borrowed; this load asks for no alignment.
        let loaded = unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) };
        *words = _mm_shuffle_epi8(loaded, order);
    }
    words
}
