//! How the 22 types write their elements.

/// The form of one element, or of one part of a complex one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Encoding {
    /// One byte, 0 or 1.
    Boolean,
    /// Half a byte: sign, two bits of exponent, one of fraction (OCP MX, E2M1); the low half comes first.
    Four,
    /// Six bits, four elements in three bytes from the low bits up.
    Six(Six),
    /// One byte, a float.
    Eight(Eight),
    /// Two bytes, a float.
    Sixteen(Sixteen),
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// Two of binary32.
    C64,
    /// An integer.
    I8,
    /// An integer.
    U8,
    /// An integer.
    I16,
    /// An integer.
    U16,
    /// An integer.
    I32,
    /// An integer.
    U32,
    /// An integer.
    I64,
    /// An integer.
    U64,
}

/// The floats of six bits (OCP MX); they have neither NaN nor infinity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Six {
    /// Two bits of exponent, three of fraction.
    E2M3,
    /// Three bits of exponent, two of fraction.
    E3M2,
}

/// The floats of eight bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Eight {
    /// OCP FP8: infinity and NaN as in IEEE 754.
    E5M2,
    /// OCP FP8: no infinity, NaN is all ones.
    E4M3,
    /// OCP MX: an exponent alone, NaN is all ones.
    E8M0,
    /// No infinity, no minus zero: what would be it is NaN; bias 8.
    E4M3Fnuz,
    /// The same with two bits of fraction; bias 16.
    E5M2Fnuz,
}

/// The floats of sixteen bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sixteen {
    /// IEEE 754 binary16.
    F16,
    /// The upper half of binary32.
    Bf16,
}

impl Encoding {
    /// Returns how many bytes hold a whole number of elements, the fewest.
    pub(super) const fn step(self) -> usize {
        match self {
            Self::Boolean | Self::Four | Self::Eight(_) | Self::I8 | Self::U8 => 1,
            Self::Sixteen(_) | Self::I16 | Self::U16 => 2,
            Self::Six(_) => 3,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F64 | Self::C64 | Self::I64 | Self::U64 => 8,
        }
    }

    /// Says whether the smallest normal number is so small, about 1e-38, that weights do not come near it.
    pub(super) const fn has_wide_exponent(self) -> bool {
        matches!(
            self,
            Self::F32 | Self::F64 | Self::C64 | Self::Sixteen(Sixteen::Bf16)
        )
    }
}

/// Takes four elements out of three bytes.
pub(super) fn six_bits(group: &[u8]) -> [u8; 4] {
    let [a, b, c] = match group {
        [a, b, c, ..] => [*a, *b, *c],
        _ => [0; 3],
    };
    [
        a & 63,
        a >> 6 | (b & 15) << 2,
        b >> 4 | (c & 3) << 4,
        c >> 2,
    ]
}

/// What an element of at most eight bits is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    /// A finite number.
    Finite(f64),
    /// A finite number, not zero, below the smallest normal one.
    Subnormal(f64),
    /// Infinity with the sign of the number.
    Infinite(f64),
    /// No number.
    Nan,
}

/// Reads a float with `exponent` bits of exponent and `fraction` bits of fraction under a sign.
fn read(bits: u8, exponent: u32, fraction: u32, bias: i32) -> Value {
    let top = exponent.saturating_add(fraction);
    let sign = if bits >> top & 1 == 1 { -1.0 } else { 1.0 };
    let mask = |width: u32| (1_u8 << width).wrapping_sub(1);
    let power = i32::from(bits >> fraction & mask(exponent));
    let rest = f64::from(bits & mask(fraction));
    let unit = f64::from(1_u32 << fraction);
    if power == 0 {
        let value = sign * rest / unit * exp2(1_i32.saturating_sub(bias));
        if rest == 0.0 {
            Value::Finite(value)
        } else {
            Value::Subnormal(value)
        }
    } else {
        Value::Finite(sign * (1.0 + rest / unit) * exp2(power.saturating_sub(bias)))
    }
}

/// Returns a power of two that F64 has as a normal number.
fn exp2(power: i32) -> f64 {
    let biased = u64::try_from(power.saturating_add(1023)).unwrap_or(0);
    f64::from_bits(biased.min(2046) << 52)
}

/// Reads an element of half a byte.
pub(super) fn four(bits: u8) -> Value {
    read(bits, 2, 1, 1)
}

/// Reads an element of six bits.
pub(super) fn six(form: Six, bits: u8) -> Value {
    match form {
        Six::E2M3 => read(bits, 2, 3, 1),
        Six::E3M2 => read(bits, 3, 2, 3),
    }
}

/// Reads an element of eight bits.
pub(super) fn eight(form: Eight, bits: u8) -> Value {
    let magnitude = bits & 0x7f;
    let sign = if bits > 0x7f { -1.0 } else { 1.0 };
    match form {
        Eight::E5M2 if magnitude == 0x7c => Value::Infinite(sign),
        Eight::E5M2 if magnitude > 0x7c => Value::Nan,
        Eight::E5M2 => read(bits, 5, 2, 15),
        Eight::E4M3 if magnitude == 0x7f => Value::Nan,
        Eight::E4M3 => read(bits, 4, 3, 7),
        Eight::E8M0 if bits == 0xff => Value::Nan,
        Eight::E8M0 => Value::Finite(exp2(i32::from(bits).saturating_sub(127))),
        Eight::E4M3Fnuz | Eight::E5M2Fnuz if bits == 0x80 => Value::Nan,
        Eight::E4M3Fnuz => read(bits, 4, 3, 8),
        Eight::E5M2Fnuz => read(bits, 5, 2, 16),
    }
}

#[cfg(test)]
mod tests {
    use super::{Eight, Six, Value, eight, four, six, six_bits};

    #[test]
    fn the_largest_and_smallest_numbers_are_those_of_the_specifications() {
        assert_eq!(four(7), Value::Finite(6.0));
        assert_eq!(four(1), Value::Subnormal(0.5));
        assert_eq!(four(0xf), Value::Finite(-6.0));
        assert_eq!(six(Six::E2M3, 0x1f), Value::Finite(7.5));
        assert_eq!(six(Six::E2M3, 1), Value::Subnormal(0.125));
        assert_eq!(six(Six::E3M2, 0x1f), Value::Finite(28.0));
        assert_eq!(six(Six::E3M2, 0x21), Value::Subnormal(-0.0625));
        assert_eq!(eight(Eight::E5M2, 0x7b), Value::Finite(57_344.0));
        assert_eq!(eight(Eight::E5M2, 0xfc), Value::Infinite(-1.0));
        assert_eq!(eight(Eight::E5M2, 0x7d), Value::Nan);
        assert_eq!(eight(Eight::E4M3, 0x7e), Value::Finite(448.0));
        assert_eq!(eight(Eight::E4M3, 0xff), Value::Nan);
        assert_eq!(eight(Eight::E4M3Fnuz, 0x7f), Value::Finite(240.0));
        assert_eq!(eight(Eight::E4M3Fnuz, 0x80), Value::Nan);
        assert_eq!(eight(Eight::E5M2Fnuz, 0x7f), Value::Finite(57_344.0));
        assert_eq!(eight(Eight::E8M0, 127), Value::Finite(1.0));
        assert_eq!(eight(Eight::E8M0, 0), Value::Finite(2.0_f64.powi(-127)));
        assert_eq!(eight(Eight::E8M0, 255), Value::Nan);
    }

    #[test]
    fn six_bits_are_taken_from_the_low_end() {
        assert_eq!(six_bits(&[0x41, 0x20, 0x10]), [1, 1, 2, 4]);
    }
}
