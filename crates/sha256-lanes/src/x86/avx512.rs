//! AVX-512: sixteen streams, one in each lane of the vectors.

use std::arch::x86_64::{
    __m512i, _mm_set_epi64x, _mm512_add_epi32, _mm512_broadcast_i32x4, _mm512_loadu_si512,
    _mm512_ror_epi32, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_shuffle_epi8,
    _mm512_shuffle_i32x4, _mm512_srli_epi32, _mm512_storeu_si512, _mm512_ternarylogic_epi32,
    _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use crate::rounds::BLOCK;

const LANES: usize = Avx512::LANES;

/// Proof that the processor has AVX-512 with its byte and word instructions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512(());

impl Avx512 {
    /// Streams that go side by side.
    pub(crate) const LANES: usize = 16;

    pub(crate) fn detect() -> Option<Self> {
        let found = !cfg!(miri)
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw");
        found.then_some(Self(()))
    }

    /// Compresses from each stream as many blocks as the shortest has.
    #[expect(unsafe_code, reason = "the processor must have the instructions")]
    pub(crate) fn compress(self, states: &mut [[u32; 8]; LANES], blocks: [&[[u8; BLOCK]]; LANES]) {
        // SAFETY: `self` exists, so the processor has the features that the function is compiled with.
        unsafe { compress(states, blocks) }
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "`index` is below the shortest length, `lane` below the number of lanes"
)]
#[target_feature(enable = "avx512f,avx512bw")]
fn compress(states: &mut [[u32; 8]; LANES], blocks: [&[[u8; BLOCK]]; LANES]) {
    let count = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    let mut columns = [[0; LANES]; 8];
    for (lane, state) in states.iter().enumerate() {
        for (column, word) in columns.iter_mut().zip(state) {
            column[lane] = *word;
        }
    }
    let mut state = [_mm512_setzero_si512(); 8];
    for (vector, column) in state.iter_mut().zip(&columns) {
        *vector = load_words(column);
    }
    for index in 0..count {
        let mut rows = [_mm512_setzero_si512(); LANES];
        for (row, blocks) in rows.iter_mut().zip(&blocks) {
            *row = load(&blocks[index]);
        }
        state = rounds!(state, transpose(rows));
    }
    for (vector, column) in state.iter().zip(&mut columns) {
        store_words(column, *vector);
    }
    for (lane, state) in states.iter_mut().enumerate() {
        for (column, word) in columns.iter().zip(state) {
            *word = column[lane];
        }
    }
}

/// Turns the sixteen words of sixteen streams into sixteen streams of each word.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "the numbers are constants below those in the types"
)]
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn transpose(rows: [__m512i; 16]) -> [__m512i; 16] {
    // `quads[q][c]` has in its part `p` (of 128 bits) the words `4 * p + c` of the streams `4 * q..4 * q + 4`.
    let mut quads = [[_mm512_setzero_si512(); 4]; 4];
    for (quad, rows) in quads.iter_mut().zip(rows.as_chunks().0) {
        let [r0, r1, r2, r3] = *rows;
        let low01 = _mm512_unpacklo_epi32(r0, r1);
        let high01 = _mm512_unpackhi_epi32(r0, r1);
        let low23 = _mm512_unpacklo_epi32(r2, r3);
        let high23 = _mm512_unpackhi_epi32(r2, r3);
        *quad = [
            _mm512_unpacklo_epi64(low01, low23),
            _mm512_unpackhi_epi64(low01, low23),
            _mm512_unpacklo_epi64(high01, high23),
            _mm512_unpackhi_epi64(high01, high23),
        ];
    }
    let mut words = [_mm512_setzero_si512(); 16];
    for c in 0..4 {
        let even01 = _mm512_shuffle_i32x4::<0x88>(quads[0][c], quads[1][c]);
        let odd01 = _mm512_shuffle_i32x4::<0xdd>(quads[0][c], quads[1][c]);
        let even23 = _mm512_shuffle_i32x4::<0x88>(quads[2][c], quads[3][c]);
        let odd23 = _mm512_shuffle_i32x4::<0xdd>(quads[2][c], quads[3][c]);
        words[c] = _mm512_shuffle_i32x4::<0x88>(even01, even23);
        words[4 + c] = _mm512_shuffle_i32x4::<0x88>(odd01, odd23);
        words[8 + c] = _mm512_shuffle_i32x4::<0xdd>(even01, even23);
        words[12 + c] = _mm512_shuffle_i32x4::<0xdd>(odd01, odd23);
    }
    words
}

/// Loads the words of a block, which are big-endian.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load(block: &[u8; BLOCK]) -> __m512i {
    let order = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    #[expect(unsafe_code, reason = "loading from memory goes through a pointer")]
    // SAFETY: the pointer is to sixty-four bytes that are borrowed; this load asks for no alignment.
    let loaded = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
    _mm512_shuffle_epi8(loaded, _mm512_broadcast_i32x4(order))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_words(words: &[u32; LANES]) -> __m512i {
    #[expect(unsafe_code, reason = "loading from memory goes through a pointer")]
    // SAFETY: the pointer is to sixteen words that are borrowed; this load asks for no alignment.
    unsafe {
        _mm512_loadu_si512(words.as_ptr().cast())
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store_words(words: &mut [u32; LANES], vector: __m512i) {
    #[expect(unsafe_code, reason = "storing to memory goes through a pointer")]
    // SAFETY: the pointer is to sixteen words that are borrowed mutably; this store asks for no alignment.
    unsafe {
        _mm512_storeu_si512(words.as_mut_ptr().cast(), vector);
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn add(a: __m512i, b: __m512i) -> __m512i {
    _mm512_add_epi32(a, b)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn splat(key: u32) -> __m512i {
    _mm512_set1_epi32(key.cast_signed())
}

/// Each number that follows is the table of its function: bit `4 * x + 2 * y + z` is the answer for `x, y, z`.
const CHOOSE: i32 = 0xca;
const MAJORITY: i32 = 0xe8;
const XOR: i32 = 0x96;

#[inline]
#[target_feature(enable = "avx512f")]
fn choose(e: __m512i, f: __m512i, g: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<CHOOSE>(e, f, g)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn majority(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<MAJORITY>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn xor(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<XOR>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn rotate<const BITS: i32>(word: __m512i) -> __m512i {
    _mm512_ror_epi32::<BITS>(word)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn big_sigma0(a: __m512i) -> __m512i {
    xor(rotate::<2>(a), rotate::<13>(a), rotate::<22>(a))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn big_sigma1(e: __m512i) -> __m512i {
    xor(rotate::<6>(e), rotate::<11>(e), rotate::<25>(e))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn small_sigma0(w: __m512i) -> __m512i {
    xor(rotate::<7>(w), rotate::<18>(w), _mm512_srli_epi32::<3>(w))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn small_sigma1(w: __m512i) -> __m512i {
    xor(rotate::<17>(w), rotate::<19>(w), _mm512_srli_epi32::<10>(w))
}
