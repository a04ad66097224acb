//! AVX2: eight streams, one in each lane of the vectors.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_and_si256, _mm256_loadu_si256, _mm256_or_si256,
    _mm256_permute2x128_si256, _mm256_set_epi64x, _mm256_set1_epi32, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_slli_epi32, _mm256_srli_epi32, _mm256_storeu_si256,
    _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
    _mm256_xor_si256,
};

use crate::rounds::BLOCK;

const LANES: usize = Avx2::LANES;

/// Proof that the processor has AVX2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// Streams that go side by side.
    pub(crate) const LANES: usize = 8;

    pub(crate) fn detect() -> Option<Self> {
        let found = !cfg!(miri) && is_x86_feature_detected!("avx2");
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
    reason = "`index` is below the shortest length"
)]
#[target_feature(enable = "avx2")]
fn compress(states: &mut [[u32; 8]; LANES], blocks: [&[[u8; BLOCK]]; LANES]) {
    let count = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    let mut rows = [_mm256_setzero_si256(); LANES];
    for (row, state) in rows.iter_mut().zip(&*states) {
        *row = load_words(state);
    }
    let mut state = transpose(rows);
    for index in 0..count {
        let mut low = [_mm256_setzero_si256(); LANES];
        let mut high = [_mm256_setzero_si256(); LANES];
        for ((low, high), blocks) in low.iter_mut().zip(&mut high).zip(&blocks) {
            [*low, *high] = load(&blocks[index]);
        }
        let [w0, w1, w2, w3, w4, w5, w6, w7] = transpose(low);
        let [w8, w9, w10, w11, w12, w13, w14, w15] = transpose(high);
        let words = [
            w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15,
        ];
        state = rounds!(state, words);
    }
    for (state, row) in states.iter_mut().zip(transpose(state)) {
        store_words(state, row);
    }
}

/// Turns eight words of eight streams into eight streams of each word, or back.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "the numbers are constants below those in the types"
)]
#[inline]
#[target_feature(enable = "avx2")]
fn transpose(rows: [__m256i; 8]) -> [__m256i; 8] {
    // `quads[q][c]` has in its half `p` the words `4 * p + c` of the streams `4 * q..4 * q + 4`.
    let mut quads = [[_mm256_setzero_si256(); 4]; 2];
    for (quad, rows) in quads.iter_mut().zip(rows.as_chunks().0) {
        let [r0, r1, r2, r3] = *rows;
        let low01 = _mm256_unpacklo_epi32(r0, r1);
        let high01 = _mm256_unpackhi_epi32(r0, r1);
        let low23 = _mm256_unpacklo_epi32(r2, r3);
        let high23 = _mm256_unpackhi_epi32(r2, r3);
        *quad = [
            _mm256_unpacklo_epi64(low01, low23),
            _mm256_unpackhi_epi64(low01, low23),
            _mm256_unpacklo_epi64(high01, high23),
            _mm256_unpackhi_epi64(high01, high23),
        ];
    }
    let mut words = [_mm256_setzero_si256(); 8];
    for c in 0..4 {
        words[c] = _mm256_permute2x128_si256::<0x20>(quads[0][c], quads[1][c]);
        words[4 + c] = _mm256_permute2x128_si256::<0x31>(quads[0][c], quads[1][c]);
    }
    words
}

/// Loads the words of a block, which are big-endian.
#[inline]
#[target_feature(enable = "avx2")]
fn load(block: &[u8; BLOCK]) -> [__m256i; 2] {
    let order = _mm256_set_epi64x(
        0x0c0d_0e0f_0809_0a0b,
        0x0405_0607_0001_0203,
        0x0c0d_0e0f_0809_0a0b,
        0x0405_0607_0001_0203,
    );
    let mut words = [_mm256_setzero_si256(); 2];
    for (words, bytes) in words.iter_mut().zip(block.as_chunks::<32>().0) {
        #[expect(unsafe_code, reason = "loading from memory goes through a pointer")]
        // SAFETY: the pointer is to thirty-two bytes that are borrowed; this load asks for no alignment.
        let loaded = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
        *words = _mm256_shuffle_epi8(loaded, order);
    }
    words
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_words(words: &[u32; 8]) -> __m256i {
    #[expect(unsafe_code, reason = "loading from memory goes through a pointer")]
    // SAFETY: the pointer is to eight words that are borrowed; this load asks for no alignment.
    unsafe {
        _mm256_loadu_si256(words.as_ptr().cast())
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_words(words: &mut [u32; 8], vector: __m256i) {
    #[expect(unsafe_code, reason = "storing to memory goes through a pointer")]
    // SAFETY: the pointer is to eight words that are borrowed mutably; this store asks for no alignment.
    unsafe {
        _mm256_storeu_si256(words.as_mut_ptr().cast(), vector);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn add(a: __m256i, b: __m256i) -> __m256i {
    _mm256_add_epi32(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
fn splat(key: u32) -> __m256i {
    _mm256_set1_epi32(key.cast_signed())
}

#[inline]
#[target_feature(enable = "avx2")]
fn choose(e: __m256i, f: __m256i, g: __m256i) -> __m256i {
    _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn majority(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    _mm256_or_si256(
        _mm256_and_si256(a, b),
        _mm256_and_si256(c, _mm256_or_si256(a, b)),
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    _mm256_xor_si256(_mm256_xor_si256(a, b), c)
}

/// Rotates to the right; the second number is 32 less the first.
#[inline]
#[target_feature(enable = "avx2")]
fn rotate<const RIGHT: i32, const LEFT: i32>(word: __m256i) -> __m256i {
    const { assert!(RIGHT + LEFT == 32) };
    _mm256_or_si256(
        _mm256_srli_epi32::<RIGHT>(word),
        _mm256_slli_epi32::<LEFT>(word),
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn big_sigma0(a: __m256i) -> __m256i {
    xor(rotate::<2, 30>(a), rotate::<13, 19>(a), rotate::<22, 10>(a))
}

#[inline]
#[target_feature(enable = "avx2")]
fn big_sigma1(e: __m256i) -> __m256i {
    xor(rotate::<6, 26>(e), rotate::<11, 21>(e), rotate::<25, 7>(e))
}

#[inline]
#[target_feature(enable = "avx2")]
fn small_sigma0(w: __m256i) -> __m256i {
    xor(
        rotate::<7, 25>(w),
        rotate::<18, 14>(w),
        _mm256_srli_epi32::<3>(w),
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn small_sigma1(w: __m256i) -> __m256i {
    xor(
        rotate::<17, 15>(w),
        rotate::<19, 13>(w),
        _mm256_srli_epi32::<10>(w),
    )
}
