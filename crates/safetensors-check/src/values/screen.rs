//! Counting what is not a usual number, on the bits alone. Each loop adds up comparisons of integers, without a
//! branch and without alignment, in the form that compilers turn into vector instructions.

use super::encoding::{Eight, Sixteen};
use super::statistics::Partial;

/// Bytes before a counter of eight bits may be full, in whole vectors.
const BYTES: usize = 192;
/// Elements of sixteen bits before a counter of as many bits may be full.
const BLOCK: usize = 32_768;

/// Counts in elements of one unsigned type with sums of the same type, in blocks that cannot overflow them.
macro_rules! screen {
    ($name:ident, $bits:ty, $size:literal, $block:expr) => {
        /// Counts by the bits of infinity and of the smallest normal number, both without their sign.
        fn $name(bytes: &[u8], infinity: $bits, normal: $bits) -> Partial {
            const SIGN: $bits = !(<$bits>::MAX >> 1);
            // Magnitudes have no sign bit, so that they compare as signed numbers, which costs less.
            let (infinity_signed, normal_signed) = (infinity.cast_signed(), normal.cast_signed());
            let (elements, _) = bytes.as_chunks::<$size>();
            let mut all = Partial::default();
            for block in elements.chunks($block) {
                let mut nan: $bits = 0;
                let mut infinite: $bits = 0;
                let mut negative: $bits = 0;
                let mut small: $bits = 0;
                let mut zeros: $bits = 0;
                for element in block {
                    let bits = <$bits>::from_le_bytes(*element);
                    let magnitude = (bits & !SIGN).cast_signed();
                    nan = nan.wrapping_add(<$bits>::from(magnitude > infinity_signed));
                    infinite = infinite.wrapping_add(<$bits>::from(magnitude == infinity_signed));
                    negative = negative.wrapping_add(<$bits>::from(bits == (SIGN | infinity)));
                    small = small.wrapping_add(<$bits>::from(magnitude < normal_signed));
                    zeros = zeros.wrapping_add(<$bits>::from(magnitude == 0));
                }
                all.join(&Partial {
                    elements: length(block.len()),
                    nan: u64::from(nan),
                    infinite: u64::from(infinite),
                    negative_infinite: u64::from(negative),
                    subnormal: u64::from(small.wrapping_sub(zeros)),
                    zeros: u64::from(zeros),
                    ..Partial::default()
                });
            }
            all
        }
    };
}

screen!(screen_16, u16, 2, BLOCK);
screen!(screen_32, u32, 4, BLOCK);
screen!(screen_64, u64, 8, BLOCK);

/// Counts zeros among integers of one size.
macro_rules! zeros {
    ($name:ident, $bits:ty, $size:literal) => {
        pub(super) fn $name(bytes: &[u8]) -> Partial {
            let (elements, _) = bytes.as_chunks::<$size>();
            let mut all = Partial::default();
            for block in elements.chunks(BLOCK) {
                let mut zeros: $bits = 0;
                for element in block {
                    let bits = <$bits>::from_le_bytes(*element);
                    zeros = zeros.wrapping_add(<$bits>::from(bits == 0));
                }
                all.elements = all.elements.saturating_add(length(block.len()));
                all.zeros = all.zeros.saturating_add(u64::from(zeros));
            }
            all
        }
    };
}

zeros!(zeros_16, u16, 2);
zeros!(zeros_32, u32, 4);
zeros!(zeros_64, u64, 8);

pub(super) fn sixteen(form: Sixteen, bytes: &[u8]) -> Partial {
    match form {
        Sixteen::F16 => screen_16(bytes, 0x7c00, 0x0400),
        Sixteen::Bf16 => screen_16(bytes, 0x7f80, 0x0080),
    }
}

pub(super) fn f32(bytes: &[u8]) -> Partial {
    screen_32(bytes, 0x7f80_0000, 0x0080_0000)
}

pub(super) fn f64(bytes: &[u8]) -> Partial {
    screen_64(bytes, 0x7ff0_0000_0000_0000, 0x0010_0000_0000_0000)
}

pub(super) fn eight(form: Eight, bytes: &[u8]) -> Partial {
    let mut all = Partial {
        elements: length(bytes.len()),
        ..Partial::default()
    };
    match form {
        Eight::E5M2 => {
            all.nan = count(bytes, |bits| bits & 0x7f > 0x7c);
            all.infinite = count(bytes, |bits| bits & 0x7f == 0x7c);
            all.negative_infinite = count(bytes, |bits| bits == 0xfc);
            all.zeros = count(bytes, |bits| bits & 0x7f == 0);
            all.subnormal = count(bytes, |bits| bits & 0x7f < 4).saturating_sub(all.zeros);
        }
        Eight::E4M3 => {
            all.nan = count(bytes, |bits| bits & 0x7f == 0x7f);
            all.zeros = count(bytes, |bits| bits & 0x7f == 0);
            all.subnormal = count(bytes, |bits| bits & 0x7f < 8).saturating_sub(all.zeros);
        }
        Eight::E8M0 => all.nan = count(bytes, |bits| bits == 0xff),
        Eight::E4M3Fnuz | Eight::E5M2Fnuz => {
            let normal = if form == Eight::E4M3Fnuz { 8 } else { 4 };
            all.nan = count(bytes, |bits| bits == 0x80);
            all.zeros = count(bytes, |bits| bits == 0);
            let small = count(bytes, |bits| bits & 0x7f < normal);
            all.subnormal = small.saturating_sub(all.zeros).saturating_sub(all.nan);
        }
    }
    all
}

pub(super) fn boolean(bytes: &[u8]) -> Partial {
    Partial {
        elements: length(bytes.len()),
        not_boolean: count(bytes, |byte| byte > 1),
        zeros: count(bytes, |byte| byte == 0),
        ..Partial::default()
    }
}

pub(super) fn zeros_8(bytes: &[u8]) -> Partial {
    Partial {
        elements: length(bytes.len()),
        zeros: count(bytes, |byte| byte == 0),
        ..Partial::default()
    }
}

/// Counts the bytes of which something is true.
fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> u64 {
    let mut all: u64 = 0;
    for block in bytes.chunks(BYTES) {
        let mut count: u8 = 0;
        for byte in block {
            count = count.wrapping_add(u8::from(is(*byte)));
        }
        all = all.wrapping_add(u64::from(count));
    }
    all
}

pub(super) fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
