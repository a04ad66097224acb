//! The range and the sum of finite elements. Sums are taken in lanes of a fixed number and joined in a fixed order:
//! every machine gets the same bits.

use super::encoding::{Eight, Six, Sixteen, Value, eight, four, six, six_bits};
use super::screen::length;
use super::statistics::{Measured, Partial, float};

/// Elements that are worked on side by side.
const LANES: usize = 16;

/// Lanes of ranges and sums.
struct Lanes<T> {
    minimum: [T; LANES],
    maximum: [T; LANES],
    sum: [f64; LANES],
}

impl<T: Copy> Lanes<T> {
    const fn new(minimum: T, maximum: T) -> Self {
        Self {
            minimum: [minimum; LANES],
            maximum: [maximum; LANES],
            sum: [0.0; LANES],
        }
    }

    /// Joins the lanes from the first to the last. `count` is how many elements were finite.
    fn finish(self, count: u64, float: impl Fn(T) -> f64) -> Option<Measured> {
        (count > 0).then(|| Measured {
            minimum: self
                .minimum
                .iter()
                .map(|one| float(*one))
                .fold(f64::INFINITY, f64::min),
            maximum: self
                .maximum
                .iter()
                .map(|one| float(*one))
                .fold(f64::NEG_INFINITY, f64::max),
            sum: self.sum.iter().fold(0.0, |sum, lane| sum + lane),
            count,
        })
    }
}

/// Measures floats that `$read` makes of `$size` bytes, as type `$float`.
macro_rules! floats {
    ($name:ident, $float:ty, $size:literal, $read:expr) => {
        fn $name(bytes: &[u8], finite: u64) -> Option<Measured> {
            const NONE: $float = <$float>::INFINITY;
            let (elements, _) = bytes.as_chunks::<$size>();
            let (rows, rest) = elements.as_chunks::<LANES>();
            let mut lanes = Lanes::<$float>::new(NONE, -NONE);
            let mut add = |row: &[[u8; $size]; LANES]| {
                let values: [$float; LANES] = row.map($read);
                for (minimum, value) in lanes.minimum.iter_mut().zip(&values) {
                    let low = if value.abs() < NONE { *value } else { NONE };
                    *minimum = if low < *minimum { low } else { *minimum };
                }
                for (maximum, value) in lanes.maximum.iter_mut().zip(&values) {
                    let high = if value.abs() < NONE { *value } else { -NONE };
                    *maximum = if high > *maximum { high } else { *maximum };
                }
                for (sum, value) in lanes.sum.iter_mut().zip(&values) {
                    *sum += f64::from(if value.abs() < NONE { *value } else { 0.0 });
                }
            };
            for row in rows {
                add(row);
            }
            // All ones are NaN in every type, which adds nothing.
            let mut last = [[u8::MAX; $size]; LANES];
            for (into, from) in last.iter_mut().zip(rest) {
                *into = *from;
            }
            add(&last);
            lanes.finish(finite, f64::from)
        }
    };
}

floats!(measure_f16, f32, 2, half);
floats!(measure_bf16, f32, 2, |bytes: [u8; 2]| {
    f32::from_bits(u32::from(u16::from_le_bytes(bytes)) << 16)
});
floats!(measure_f32, f32, 4, f32::from_le_bytes);
floats!(measure_f64, f64, 8, f64::from_le_bytes);

/// Reads binary16: its exponent and fraction, moved to where binary32 has them, are the number but for the bias,
/// which a product with a power of two puts right, for subnormal numbers too.
const fn half(bytes: [u8; 2]) -> f32 {
    /// 2 to the power of 127 - 15.
    const REBIAS: f32 = f32::from_bits(0x7780_0000);
    let bits = u16::from_le_bytes(bytes);
    #[expect(clippy::as_conversions, reason = "lossless, and `From` is not const")]
    let wide = bits as u32;
    let magnitude = f32::from_bits((wide & 0x7fff) << 13) * REBIAS;
    // Infinity and NaN come out as 65,536 and more.
    let magnitude = if wide & 0x7c00 == 0x7c00 {
        f32::INFINITY
    } else {
        magnitude
    };
    f32::from_bits(magnitude.to_bits() | (wide & 0x8000) << 16)
}

/// Measures integers of one type.
macro_rules! integers {
    ($name:ident, $integer:ty, $size:literal, $float:expr) => {
        pub(super) fn $name(bytes: &[u8]) -> Option<Measured> {
            let (elements, _) = bytes.as_chunks::<$size>();
            let (rows, rest) = elements.as_chunks::<LANES>();
            let mut lanes = Lanes::<$integer>::new(<$integer>::MAX, <$integer>::MIN);
            let mut add = |row: &[[u8; $size]]| {
                let places = lanes
                    .minimum
                    .iter_mut()
                    .zip(&mut lanes.maximum)
                    .zip(&mut lanes.sum);
                for (((minimum, maximum), sum), element) in places.zip(row) {
                    let value = <$integer>::from_le_bytes(*element);
                    *minimum = value.min(*minimum);
                    *maximum = value.max(*maximum);
                    *sum += $float(value);
                }
            };
            for row in rows {
                add(row);
            }
            add(rest);
            // Lanes that had no element hold the other end of the type, which is never the smaller one.
            lanes.finish(length(elements.len()), $float)
        }
    };
}

integers!(i16, i16, 2, f64::from);
integers!(u16, u16, 2, f64::from);
integers!(i32, i32, 4, f64::from);
integers!(u32, u32, 4, f64::from);
integers!(i64, i64, 8, signed);
integers!(u64, u64, 8, float);

#[expect(
    clippy::as_conversions,
    reason = "rounding is what is wanted, and there is no other conversion"
)]
const fn signed(value: i64) -> f64 {
    value as f64
}

pub(super) fn sixteen(form: Sixteen, bytes: &[u8], screened: &Partial) -> Option<Measured> {
    match form {
        Sixteen::F16 => measure_f16(bytes, finite(screened)),
        Sixteen::Bf16 => measure_bf16(bytes, finite(screened)),
    }
}

pub(super) fn f32(bytes: &[u8], screened: &Partial) -> Option<Measured> {
    measure_f32(bytes, finite(screened))
}

pub(super) fn f64(bytes: &[u8], screened: &Partial) -> Option<Measured> {
    measure_f64(bytes, finite(screened))
}

fn finite(screened: &Partial) -> u64 {
    let others = screened.nan.saturating_add(screened.infinite);
    screened.elements.saturating_sub(others)
}

/// Counts bytes by their value.
fn histogram(bytes: &[u8]) -> [u64; 256] {
    // Four tables, so that a run of the same byte does not wait for its own counter.
    let mut tables = [[0_u32; 256]; 4];
    let mut all = [0_u64; 256];
    // A counter of 32 bits holds as many as there are bytes in a piece, and in a block if somebody calls with more.
    for block in bytes.chunks(1 << 30) {
        let (rows, rest) = block.as_chunks::<4>();
        for row in rows {
            for (table, byte) in tables.iter_mut().zip(row) {
                if let Some(place) = table.get_mut(usize::from(*byte)) {
                    *place = place.wrapping_add(1);
                }
            }
        }
        let [first, ..] = &mut tables;
        for byte in rest {
            if let Some(place) = first.get_mut(usize::from(*byte)) {
                *place = place.wrapping_add(1);
            }
        }
        for table in &mut tables {
            for (sum, count) in all.iter_mut().zip(table.iter_mut()) {
                *sum = sum.saturating_add(u64::from(std::mem::take(count)));
            }
        }
    }
    all
}

/// Makes the statistics of values with their counts, in the order that they come.
fn of_counts(counts: impl Iterator<Item = (Value, u64)>) -> Partial {
    let mut all = Partial::default();
    for (value, count) in counts.filter(|(_, count)| *count > 0) {
        all.elements = all.elements.saturating_add(count);
        let number = match value {
            Value::Nan => {
                all.nan = all.nan.saturating_add(count);
                continue;
            }
            Value::Infinite(sign) => {
                all.infinite = all.infinite.saturating_add(count);
                if sign < 0.0 {
                    all.negative_infinite = all.negative_infinite.saturating_add(count);
                }
                continue;
            }
            Value::Subnormal(number) => {
                all.subnormal = all.subnormal.saturating_add(count);
                number
            }
            Value::Finite(number) => number,
        };
        if number == 0.0 {
            all.zeros = all.zeros.saturating_add(count);
        }
        all.join(&Partial {
            measured: Some(Measured {
                minimum: number,
                maximum: number,
                sum: number * float(count),
                count,
            }),
            ..Partial::default()
        });
    }
    all
}

/// Measures elements of one byte.
fn bytewise(bytes: &[u8], read: impl Fn(u8) -> Value) -> Partial {
    of_counts((0..=u8::MAX).map(read).zip(histogram(bytes)))
}

pub(super) fn boolean(bytes: &[u8]) -> Partial {
    let mut all = bytewise(bytes, |byte| Value::Finite(f64::from(byte)));
    all.not_boolean = super::screen::boolean(bytes).not_boolean;
    all
}

pub(super) fn float_eight(form: Eight, bytes: &[u8]) -> Partial {
    bytewise(bytes, |byte| eight(form, byte))
}

pub(super) fn u8(bytes: &[u8]) -> Partial {
    bytewise(bytes, |byte| Value::Finite(f64::from(byte)))
}

pub(super) fn i8(bytes: &[u8]) -> Partial {
    bytewise(bytes, |byte| Value::Finite(f64::from(byte.cast_signed())))
}

/// Measures elements of half a byte.
pub(super) fn float_four(bytes: &[u8]) -> Partial {
    let mut counts = [0_u64; 16];
    for (byte, count) in (0..=u8::MAX).zip(histogram(bytes)) {
        for half in [byte & 15, byte >> 4] {
            if let Some(place) = counts.get_mut(usize::from(half)) {
                *place = place.saturating_add(count);
            }
        }
    }
    of_counts((0..16).map(four).zip(counts))
}

/// Measures elements of six bits.
pub(super) fn float_six(form: Six, bytes: &[u8]) -> Partial {
    let mut counts = [0_u64; 64];
    let (groups, _) = bytes.as_chunks::<3>();
    for bits in groups.iter().flat_map(|group| six_bits(group)) {
        if let Some(place) = counts.get_mut(usize::from(bits)) {
            *place = place.wrapping_add(1);
        }
    }
    of_counts((0..64).map(|bits| six(form, bits)).zip(counts))
}
