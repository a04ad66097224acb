use alloc::vec::Vec;

use crate::constant::Const;
use crate::repr::trim;

/// The value of an int or a bool.
pub(super) fn int(value: &Const) -> Option<i128> {
    match value {
        Const::Int(int) => Some(*int),
        Const::Bool(flag) => Some(i128::from(*flag)),
        _ => None,
    }
}

/// The value of an int or a bool that is a size.
pub(super) fn size(value: &Const) -> Option<usize> {
    usize::try_from(int(value)?).ok()
}

/// A size as a constant.
pub(super) fn from_size(size: usize) -> Option<Const> {
    i128::try_from(size).ok().map(Const::Int)
}

/// The value of a float, or of an int that a float holds exactly.
pub(super) fn float(value: &Const) -> Option<f64> {
    match value {
        Const::Float(float) => Some(*float),
        other => i32::try_from(int(other)?).ok().map(f64::from),
    }
}

/// The int that a float equals.
pub(super) fn whole(float: f64) -> Option<i128> {
    let (int, exact) = split(float)?;
    exact.then_some(int)
}

/// A float cut towards zero.
pub(super) fn truncate(float: f64) -> Option<i128> {
    split(float).map(|(int, _)| int)
}

/// A finite float cut towards zero, and whether nothing was lost.
fn split(float: f64) -> Option<(i128, bool)> {
    if !float.is_finite() {
        return None;
    }
    let bits = float.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).ok()?;
    let fraction = i128::from(bits & 0x000f_ffff_ffff_ffff);
    if exponent == 0 {
        return Some((0, fraction == 0));
    }
    let mantissa = fraction | (1 << 52);
    let shift = exponent.checked_sub(1075)?;
    let (size, exact) = if shift >= 0 {
        // The mantissa has 53 bits, so up to 127 there is room for 74 more.
        if shift > 74 {
            return None;
        }
        (
            mantissa.checked_mul(1_i128.checked_shl(shift.unsigned_abs())?)?,
            true,
        )
    } else if shift <= -53 {
        (0, false)
    } else {
        let cut = mantissa.checked_shr(shift.unsigned_abs())?;
        let back = cut.checked_shl(shift.unsigned_abs())?;
        (cut, back == mantissa)
    };
    Some((
        if float.is_sign_negative() {
            size.checked_neg()?
        } else {
            size
        },
        exact,
    ))
}

/// `int(text, base)` over ASCII.
pub(super) fn parse(text: &[u8], base: u32) -> Option<i128> {
    if !text.is_ascii() || !(base == 0 || (2..=36).contains(&base)) {
        return None;
    }
    let text = trim(text);
    let (negative, mut digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    let marked = match digits.get(..2) {
        Some(b"0x" | b"0X") => 16,
        Some(b"0o" | b"0O") => 8,
        Some(b"0b" | b"0B") => 2,
        _ => 0,
    };
    let mut only_zero = false;
    let base = if base == 0 && marked != 0 {
        marked
    } else if base == 0 {
        only_zero = digits.first() == Some(&b'0');
        10
    } else {
        base
    };
    if marked == base {
        digits = digits.get(2..)?;
        digits = digits.strip_prefix(b"_").unwrap_or(digits);
    }
    let mut value: i128 = 0;
    let mut after_digit = false;
    for &byte in digits {
        if byte == b'_' && after_digit {
            after_digit = false;
            continue;
        }
        let digit = char::from(byte).to_digit(base)?;
        value = value.checked_mul(i128::from(base))?;
        value = if negative {
            value.checked_sub(i128::from(digit))?
        } else {
            value.checked_add(i128::from(digit))?
        };
        after_digit = true;
    }
    (after_digit && !(only_zero && value != 0)).then_some(value)
}

/// `float(text)` over ASCII without underscores.
pub(super) fn parse_float(text: &[u8]) -> Option<f64> {
    let text = core::str::from_utf8(trim(text)).ok()?;
    if text.is_ascii() && !text.contains('_') {
        text.parse().ok()
    } else {
        None
    }
}

/// The digits of a number in a base from 2 to 36, in lower case.
pub(super) fn digits(mut value: u128, base: u32) -> Option<Vec<u8>> {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(value.checked_rem(u128::from(base))?).ok()?;
        digits.push(u8::try_from(char::from_digit(digit, base)?).ok()?);
        value = value.checked_div(u128::from(base))?;
        if value == 0 {
            digits.reverse();
            return Some(digits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ints_are_read_as_python_reads_them() {
        assert_eq!(parse(b" -0x_1f\n", 16), Some(-31));
        assert_eq!(parse(b"0b101", 0), Some(5));
        assert_eq!(parse(b"0b1", 16), Some(0xb1));
        assert_eq!(parse(b"1_000", 10), Some(1000));
        assert_eq!(parse(b"00", 0), Some(0));
        for (text, base) in [
            (&b"010"[..], 0),
            (b"1__0", 10),
            (b"_1", 10),
            (b"1_", 10),
            (b"", 10),
            (b"-", 10),
            (b"0x", 16),
            (b"\x1c1", 10),
        ] {
            assert_eq!(parse(text, base), None, "{text:?}");
        }
        assert_eq!(parse(b"170141183460469231731687303715884105728", 10), None);
        assert_eq!(
            parse(b"-170141183460469231731687303715884105728", 10),
            Some(i128::MIN)
        );
    }

    #[test]
    fn floats_are_cut_exactly() {
        assert_eq!(truncate(-1.9), Some(-1));
        assert_eq!(truncate(1e20), Some(100_000_000_000_000_000_000));
        assert_eq!(whole(0.5), None);
        assert_eq!(whole(3.0), Some(3));
        assert_eq!(truncate(1e300), None);
        assert_eq!(whole(-0.0), Some(0));
    }
}
