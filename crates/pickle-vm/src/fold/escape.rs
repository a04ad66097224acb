//! Backslash escapes and hexadecimal.

use alloc::format;
use alloc::vec::Vec;

use super::budget::Budget;
use super::text;

/// `unicode_escape`: text from bytes in Latin-1 with the escapes of a text literal.
pub(super) fn unicode(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len().checked_mul(2)?)?;
    let mut out = Vec::new();
    let mut rest = data;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            text::push(&mut out, byte.into())?;
            continue;
        }
        let (&mark, after) = rest.split_first()?;
        match mark {
            b'x' => text::push(&mut out, take_hex(&mut rest, 2)?)?,
            b'u' => text::push(&mut out, take_hex(&mut rest, 4)?)?,
            b'U' => text::push(&mut out, take_hex(&mut rest, 8)?)?,
            // Named characters need the Unicode database.
            b'N' => return None,
            b'0'..=b'7' => text::push(&mut out, take_octal(&mut rest)?)?,
            _ => {
                rest = after;
                match simple(mark) {
                    Some(found) => out.extend(found),
                    None => {
                        out.push(b'\\');
                        text::push(&mut out, mark.into())?;
                    }
                }
            }
        }
    }
    Some(out)
}

/// `raw_unicode_escape`: text from bytes in Latin-1 with `\u` and `\U` only.
pub(super) fn raw_unicode(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len().checked_mul(2)?)?;
    let mut out = Vec::new();
    let mut rest = data;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, rest.first()) {
            (b'\\', Some(b'u')) => text::push(&mut out, take_hex(&mut rest, 4)?)?,
            (b'\\', Some(b'U')) => text::push(&mut out, take_hex(&mut rest, 8)?)?,
            (b'\\', Some(&next)) => {
                out.push(byte);
                text::push(&mut out, next.into())?;
                rest = rest.get(1..)?;
            }
            _ => text::push(&mut out, byte.into())?,
        }
    }
    Some(out)
}

/// `escape_decode`: bytes from bytes with the escapes of a bytes literal.
pub(super) fn bytes(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len())?;
    let mut out = Vec::new();
    let mut rest = data;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&mark, after) = rest.split_first()?;
        match mark {
            b'x' => out.push(u8::try_from(take_hex(&mut rest, 2)?).ok()?),
            b'0'..=b'7' => out.push(u8::try_from(take_octal(&mut rest)? & 0xff).ok()?),
            _ => {
                rest = after;
                match simple(mark) {
                    Some(found) => out.extend(found),
                    None => out.extend([b'\\', mark]),
                }
            }
        }
    }
    Some(out)
}

/// The inverse of [`unicode`].
pub(super) fn to_unicode(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for point in text::points(data, budget)? {
        budget.make(10)?;
        match u8::try_from(point) {
            Ok(byte @ (b'\\' | b'\t' | b'\n' | b'\r')) => out.extend(short(byte)),
            Ok(byte @ 0x20..=0x7e) => out.push(byte),
            Ok(byte) => out.extend(format!("\\x{byte:02x}").into_bytes()),
            Err(_) => out.extend(long(point)),
        }
    }
    Some(out)
}

/// The inverse of [`raw_unicode`].
pub(super) fn to_raw_unicode(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for point in text::points(data, budget)? {
        budget.make(10)?;
        match u8::try_from(point) {
            Ok(byte) => out.push(byte),
            Err(_) => out.extend(long(point)),
        }
    }
    Some(out)
}

/// The inverse of [`bytes`].
pub(super) fn to_bytes(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len().checked_mul(4)?)?;
    let mut out = Vec::new();
    for &byte in data {
        match byte {
            b'\\' | b'\t' | b'\n' | b'\r' | b'\'' => out.extend(short(byte)),
            0x20..=0x7e => out.push(byte),
            _ => out.extend(format!("\\x{byte:02x}").into_bytes()),
        }
    }
    Some(out)
}

/// `data.hex()`
pub(super) fn hex(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len().checked_mul(2)?)?;
    let digit =
        |value: u8| char::from_digit(value.into(), 16).and_then(|digit| u8::try_from(digit).ok());
    let mut out = Vec::new();
    for &byte in data {
        out.extend([digit(byte >> 4)?, digit(byte & 0x0f)?]);
    }
    Some(out)
}

/// `bytes.fromhex(text)`: white space may stand between bytes.
pub(super) fn from_hex(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len())?;
    let mut out = Vec::new();
    let mut rest = data;
    while let Some((&byte, after)) = rest.split_first() {
        if text::is_byte_space(byte) {
            rest = after;
            continue;
        }
        let pair = rest.get(..2)?;
        out.push(u8::try_from(hex_value(pair)?).ok()?);
        rest = rest.get(2..)?;
    }
    Some(out)
}

/// `binascii.unhexlify(data)`: nothing but digits.
pub(super) fn unhex(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len())?;
    let (pairs, []) = data.as_chunks::<2>() else {
        return None;
    };
    pairs
        .iter()
        .map(|pair| u8::try_from(hex_value(pair)?).ok())
        .collect()
}

fn hex_value(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, &digit| {
        value
            .checked_mul(16)?
            .checked_add(char::from(digit).to_digit(16)?)
    })
}

/// The value of the digits after the mark that `rest` starts with.
fn take_hex(rest: &mut &[u8], count: usize) -> Option<u32> {
    let (digits, after) = rest.get(1..)?.split_at_checked(count)?;
    *rest = after;
    hex_value(digits)
}

/// The value of up to three octal digits.
fn take_octal(rest: &mut &[u8]) -> Option<u32> {
    let mut value: u32 = 0;
    for _ in 0..3 {
        let Some((&digit @ b'0'..=b'7', after)) = rest.split_first() else {
            break;
        };
        value = value.checked_mul(8)?.checked_add(u32::from(digit & 7))?;
        *rest = after;
    }
    Some(value)
}

/// What an escape of one character stands for; nothing for an escaped line end.
fn simple(mark: u8) -> Option<&'static [u8]> {
    Some(match mark {
        b'\n' => b"",
        b'\\' => b"\\",
        b'\'' => b"'",
        b'"' => b"\"",
        b'a' => b"\x07",
        b'b' => b"\x08",
        b'f' => b"\x0c",
        b'n' => b"\n",
        b'r' => b"\r",
        b't' => b"\t",
        b'v' => b"\x0b",
        _ => return None,
    })
}

fn short(byte: u8) -> [u8; 2] {
    let mark = match byte {
        b'\t' => b't',
        b'\n' => b'n',
        b'\r' => b'r',
        other => other,
    };
    [b'\\', mark]
}

fn long(point: u32) -> Vec<u8> {
    if point <= 0xffff {
        format!("\\u{point:04x}")
    } else {
        format!("\\U{point:08x}")
    }
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        let budget = &mut Budget::default();
        assert_eq!(
            unicode(
                br"\x6f\163\u0073\
\q\U0001f600",
                budget
            )
            .unwrap(),
            "oss\\q😀".as_bytes()
        );
        assert_eq!(
            raw_unicode(br"\u006f\\u0073\", budget).unwrap(),
            br"o\\u0073\"
        );
        assert_eq!(bytes(br"\x6f\163\u\777", budget).unwrap(), b"os\\u\xff");
    }

    #[test]
    fn cut_escapes_give_nothing() {
        let budget = &mut Budget::default();
        for data in [
            &br"\"[..],
            br"\x6",
            br"\u006",
            br"\U00110000",
            br"\N{DIGIT ONE}",
        ] {
            assert_eq!(unicode(data, budget), None);
        }
        assert_eq!(bytes(br"\x6", budget), None);
    }

    #[test]
    fn hexadecimal_comes_back() {
        let budget = &mut Budget::default();
        assert_eq!(hex(b"os", budget).unwrap(), b"6f73");
        assert_eq!(from_hex(b" 6F 73\n", budget).unwrap(), b"os");
        assert_eq!(from_hex(b"6 f73", budget), None);
        assert_eq!(unhex(b"6f73 ", budget), None);
    }
}
