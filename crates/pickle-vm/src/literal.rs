use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::decoder::little_endian;
use crate::escapes::{RawUnicodeEscape, Unescaped};
use crate::opcode::Opcode;
use crate::repr::trim;

/// An integer written by INT, LONG, LONG1 or LONG4; `None` if it is not one or needs more than 128 bits.
pub(crate) fn long(opcode: Opcode, argument: &[u8]) -> Option<i128> {
    match opcode {
        Opcode::Long1 | Opcode::Long4 => {
            if argument.len() > 16 {
                return None;
            }
            let sign = argument.last().is_some_and(|&byte| byte >= 0x80);
            let mut padded = if sign { [0xff; 16] } else { [0; 16] };
            for (to, from) in padded.iter_mut().zip(argument) {
                *to = *from;
            }
            Some(i128::from_le_bytes(padded))
        }
        Opcode::Long => {
            let digits = argument.strip_suffix(b"L").unwrap_or(argument);
            integer(digits).map(|(int, _)| int)
        }
        Opcode::Int => integer(argument).map(|(int, _)| int),
        Opcode::BinInt => {
            let value = u32::try_from(little_endian(argument)).ok()?;
            Some(i128::from(value.cast_signed()))
        }
        _ => None,
    }
}

/// Reads an integer as INT and LONG write it, like Python's `int(text, 0)`: white space around it, a sign, a
/// base prefix, underscores between digits; a leading zero alone means octal, as the C unpickler has it,
/// where others refuse it. Says too whether it is in the plain form that a pickler writes.
pub(crate) fn integer(text: &[u8]) -> Option<(i128, bool)> {
    let (negative, digits) = signed(text);
    let (base, rest) = match digits {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', b'o' | b'O', rest @ ..] => (8, rest),
        [b'0', b'b' | b'B', rest @ ..] => (2, rest),
        [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
        _ => (10, digits),
    };
    let value = number(rest, base)?;
    let value = if negative {
        value.checked_neg()?
    } else {
        value
    };
    let sign = usize::from(negative);
    let plain =
        base == 10 && text.len() == digits.len().saturating_add(sign) && !rest.contains(&b'_');
    Some((value, plain))
}

/// Reads an integer as GET and PUT write it: decimal, whatever it begins with.
pub(crate) fn decimal(text: &[u8]) -> Option<i128> {
    let (negative, digits) = signed(text);
    let value = number(digits, 10)?;
    if negative {
        value.checked_neg()
    } else {
        Some(value)
    }
}

/// Takes white space and a sign away; says whether the sign was a minus.
fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text.trim_ascii() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        digits => (false, digits),
    }
}

/// Digits with single underscores between them.
fn number(digits: &[u8], base: u32) -> Option<i128> {
    if digits.is_empty() || digits.last() == Some(&b'_') || digits.first() == Some(&b'_') {
        return None;
    }
    let mut value: i128 = 0;
    let mut underscore = false;
    for &digit in digits {
        if digit == b'_' {
            if underscore {
                return None;
            }
            underscore = true;
            continue;
        }
        underscore = false;
        let digit = char::from(digit).to_digit(base)?;
        value = value
            .checked_mul(i128::from(base))?
            .checked_add(i128::from(digit))?;
    }
    Some(value)
}

/// A float written by FLOAT or BINFLOAT.
pub(crate) fn float(opcode: Opcode, argument: &[u8]) -> Option<f64> {
    match opcode {
        Opcode::BinFloat => Some(f64::from_be_bytes(argument.try_into().ok()?)),
        Opcode::Float => float_text(argument),
        _ => None,
    }
}

/// Significant digits that are read of a float, and one more that stands for the rest: 768 decide how any
/// double is rounded.
const FLOAT_DIGITS: usize = 800;

/// Reads a float as Python's `float` does: white space around it, single underscores between digits.
pub(crate) fn float_text(text: &[u8]) -> Option<f64> {
    let text = trim(text);
    let mut before = None;
    for (at, &byte) in text.iter().enumerate() {
        let is_after_digit = before.is_some_and(|before: u8| before.is_ascii_digit());
        let behind = text.get(at.saturating_add(1));
        if byte == b'_' && !(is_after_digit && behind.is_some_and(u8::is_ascii_digit)) {
            return None;
        }
        before = Some(byte);
    }
    if text.len() <= FLOAT_DIGITS && !text.contains(&b'_') {
        return core::str::from_utf8(text).ok()?.parse().ok();
    }
    // Rust stops counting at exponents of five digits, which zeros in front can make good.
    let (negative, rest) = signed(text);
    let end = rest.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (mantissa, exponent) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    let mut digits = String::new();
    let mut point: Option<i64> = None;
    let (mut seen, mut lost): (bool, i64) = (false, 0);
    for &byte in mantissa {
        match byte {
            b'_' => {}
            b'.' if point.is_none() => point = Some(0),
            b'0'..=b'9' => {
                seen = true;
                point = point.map(|places| places.saturating_add(1));
                if digits.len() < FLOAT_DIGITS {
                    if byte != b'0' || !digits.is_empty() {
                        digits.push(char::from(byte));
                    }
                } else {
                    lost = lost.saturating_add(1);
                    if byte != b'0' && digits.len() == FLOAT_DIGITS {
                        digits.push('1');
                        lost = lost.saturating_sub(1);
                    }
                }
            }
            _ => return None,
        }
    }
    let exponent = match exponent.get(1..) {
        None => 0,
        Some(exponent) => exponent_text(exponent)?,
    };
    if !seen {
        return None;
    }
    let exponent = exponent
        .saturating_sub(point.unwrap_or_default())
        .saturating_add(lost);
    let sign = if negative { "-" } else { "" };
    if digits.is_empty() {
        digits.push('0');
    }
    format!("{sign}{digits}e{exponent}").parse().ok()
}

/// An exponent with its sign and underscores; what is far too large stays so.
fn exponent_text(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut value: Option<i64> = None;
    for byte in digits.iter().filter(|&&byte| byte != b'_') {
        let digit = char::from(*byte).to_digit(10)?;
        let before = value.unwrap_or_default();
        value = Some(before.saturating_mul(10).saturating_add(digit.into()));
    }
    let value = value?;
    Some(if negative {
        value.saturating_neg()
    } else {
        value
    })
}

/// The text of a UNICODE argument: raw-unicode-escape, where `\uXXXX` and `\UXXXXXXXX` are escapes
/// unless an odd number of backslashes stands before, and every other byte is a Latin-1 character.
pub(crate) fn raw_unicode_escape(argument: &[u8]) -> Cow<'_, [u8]> {
    if argument.is_ascii() && memchr::memchr(b'\\', argument).is_none() {
        return Cow::Borrowed(argument);
    }
    let mut out = Vec::with_capacity(argument.len());
    for point in RawUnicodeEscape::new(argument) {
        push_code_point(&mut out, point.unwrap_or(u32::from(b'\\')));
    }
    Cow::Owned(out)
}

/// Writes a code point, surrogates too, in generalised UTF-8.
pub(crate) fn push_code_point(out: &mut Vec<u8>, code: u32) {
    let mut buffer = [0; 4];
    match char::from_u32(code) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
        None => {
            // A surrogate: three bytes, as `surrogatepass` writes it.
            let part =
                |shift: u32, mask: u32| u8::try_from((code >> shift) & mask).unwrap_or_default();
            out.extend_from_slice(&[
                0xe0 | part(12, 0xf),
                0x80 | part(6, 0x3f),
                0x80 | part(0, 0x3f),
            ]);
        }
    }
}

/// The bytes of a STRING argument: a literal in single or double quotes with the escapes of Python 2.
pub(crate) fn quoted(argument: &[u8]) -> Option<Vec<u8>> {
    // Python 2 strips white space at the end, CPython 3.11 does not.
    let argument = argument.trim_ascii_end();
    let ([b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"']) = argument else {
        return None;
    };
    Unescaped::new(inner).collect::<Result<_, _>>().ok()
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{decimal, float_text, integer, long, quoted, raw_unicode_escape};
    use crate::opcode::Opcode;

    #[test]
    fn integers_are_read_as_python_reads_them() {
        for (text, value, plain) in [
            (&b"12"[..], 12, true),
            (b"-7", -7, true),
            (b"0", 0, true),
            (b"0x10", 16, false),
            (b" 5\t", 5, false),
            (b"1_000", 1000, false),
            (b"010", 8, false),
            (b"000", 0, false),
            (b"+3", 3, false),
        ] {
            assert_eq!(integer(text), Some((value, plain)), "{text:?}");
        }
        assert_eq!(decimal(b"010"), Some(10));
        assert_eq!(decimal(b"0x10"), None);
        for text in [
            &b""[..],
            b"08",
            b"1__0",
            b"_1",
            b"1_",
            b"x",
            b"0x",
            b"--1",
            b"1 2",
        ] {
            assert_eq!(integer(text), None, "{text:?}");
        }
    }

    #[test]
    fn longs_are_little_endian_twos_complement() {
        assert_eq!(long(Opcode::Long1, b""), Some(0));
        assert_eq!(long(Opcode::Long1, b"\xff"), Some(-1));
        assert_eq!(long(Opcode::Long1, b"\xff\x00"), Some(255));
        assert_eq!(
            long(Opcode::Long1, b"\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"),
            Some(0x1950_a86a_20f9_469c_fc6c)
        );
        assert_eq!(long(Opcode::Long1, &[0; 17]), None);
        assert_eq!(long(Opcode::Long, b"42L"), Some(42));
    }

    #[test]
    fn raw_unicode_escapes_surrogates_and_latin_1() {
        assert_eq!(&*raw_unicode_escape(b"plain"), b"plain");
        assert_eq!(&*raw_unicode_escape(br"\u0073ystem"), b"system");
        assert_eq!(&*raw_unicode_escape(b"\xe9"), "é".as_bytes());
        assert_eq!(&*raw_unicode_escape(br"\ud800"), b"\xed\xa0\x80");
        assert_eq!(
            &*raw_unicode_escape(br"\U0001f389\\u0041"),
            b"\xf0\x9f\x8e\x89\\\\u0041"
        );
        assert_eq!(&*raw_unicode_escape(br"\u12"), br"\u12");
    }

    #[test]
    fn floats_are_read_as_python_reads_them() {
        let zeros = "0".repeat(100_000);
        for (text, wanted) in [
            ("1.", 1.0),
            ("-.5", -0.5),
            (" 1_0.0_1\n", 10.01),
            ("1e1_0", 1e10),
            ("+Infinity", f64::INFINITY),
            ("1e999999999999999999999", f64::INFINITY),
            (&["0.", &zeros, "1e100001"].concat(), 1.0),
            (&["-1", &zeros, "e-99_999"].concat(), -10.0),
            (&["0.1", &zeros, "1"].concat(), 0.1),
            // Halfway between 2^53 and the next double, and a little more.
            (
                &["9007199254740993.", &zeros].concat(),
                9_007_199_254_740_992.0,
            ),
            (
                &["9007199254740993.", &zeros, "1"].concat(),
                9_007_199_254_740_994.0,
            ),
        ] {
            assert_eq!(float_text(text.as_bytes()), Some(wanted), "{text:.40}");
        }
        assert!(float_text(b"-nan").unwrap().is_nan());
        for text in [
            "", ".", "e5", "1e", "1_", "_1", "1__0", "1_.0", "1._0", "1e_5", "1_e5", "in_f", "0x1",
            "- 1", "1\0",
        ] {
            assert_eq!(float_text(text.as_bytes()), None, "{text:?}");
        }
        for end in ["e", "x", ".1.", "e5x", "e--5"] {
            let text = ["1", &zeros, end].concat();
            assert_eq!(float_text(text.as_bytes()), None, "{end:?}");
        }
    }

    #[test]
    fn quoted_strings_have_the_escapes_of_python_2() {
        assert_eq!(quoted(br"'a\x41\101\n\q'"), Some(b"aAA\n\\q".to_vec()));
        assert_eq!(quoted(b"\"it's\" "), Some(b"it's".to_vec()));
        for bad in [&b"abc"[..], b"'", b"'a", b"'\\", b"'\\x4'"] {
            assert_eq!(quoted(bad), None::<Vec<u8>>, "{bad:?}");
        }
    }
}
