//! Text encodings: ASCII, Latin-1 and the UTFs.

use alloc::format;
use alloc::vec::Vec;

use super::budget::Budget;
use super::text;

/// A text encoding that knows no escapes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Charset {
    Ascii,
    Latin1,
    Utf8,
    Utf16(Order),
    Utf32(Order),
}

/// The order of the bytes of a unit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Order {
    /// By a byte order mark; without one little, as on every machine that runs models.
    Marked,
    Little,
    Big,
}

impl Charset {
    /// Text from bytes. Where all is well the error handler is not asked, so that any may be named.
    pub(super) fn decode(self, data: &[u8], errors: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
        budget.look(data.len())?;
        let mut out = Vec::new();
        match self {
            Self::Latin1 => {
                budget.make(data.len().checked_mul(2)?)?;
                for &byte in data {
                    text::push(&mut out, byte.into())?;
                }
            }
            Self::Ascii => {
                budget.make(data.len())?;
                for &byte in data {
                    if byte.is_ascii() {
                        out.push(byte)
                    } else {
                        replace_byte(byte, true, errors, &mut out, budget)?
                    }
                }
            }
            Self::Utf8 => {
                budget.make(data.len())?;
                for chunk in data.utf8_chunks() {
                    out.extend(chunk.valid().as_bytes());
                    let invalid = chunk.invalid();
                    if errors == b"surrogatepass" && !invalid.is_empty() {
                        return every_point(data).then(|| data.to_vec());
                    }
                    for (place, &byte) in invalid.iter().enumerate() {
                        replace_byte(byte, place == 0, errors, &mut out, budget)?;
                    }
                }
            }
            Self::Utf16(order) => {
                let (order, data) = marked(order, data, &[0xff, 0xfe], &[0xfe, 0xff]);
                budget.make(data.len().checked_mul(2)?)?;
                let (pairs, []) = data.as_chunks::<2>() else {
                    return None;
                };
                let units = pairs.iter().map(|&pair| match order {
                    Order::Big => u16::from_be_bytes(pair),
                    _ => u16::from_le_bytes(pair),
                });
                for unit in char::decode_utf16(units) {
                    let point = match unit {
                        Ok(unit) => u32::from(unit),
                        Err(lone) if errors == b"surrogatepass" => lone.unpaired_surrogate().into(),
                        Err(_) => return None,
                    };
                    text::push(&mut out, point)?;
                }
            }
            Self::Utf32(order) => {
                let (order, data) = marked(order, data, &[0xff, 0xfe, 0, 0], &[0, 0, 0xfe, 0xff]);
                budget.make(data.len())?;
                let (quads, []) = data.as_chunks::<4>() else {
                    return None;
                };
                for &quad in quads {
                    let point = if order == Order::Big {
                        u32::from_be_bytes(quad)
                    } else {
                        u32::from_le_bytes(quad)
                    };
                    if is_surrogate(point) && errors != b"surrogatepass" {
                        return None;
                    }
                    text::push(&mut out, point)?;
                }
            }
        }
        Some(out)
    }

    /// Bytes from text.
    pub(super) fn encode(self, data: &[u8], errors: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
        budget.look(data.len())?;
        budget.make(data.len().checked_mul(
            if matches!(self, Self::Utf16(_) | Self::Utf32(_)) {
                4
            } else {
                1
            },
        )?)?;
        let mut out = Vec::new();
        match self {
            Self::Utf16(Order::Marked) => out.extend([0xff, 0xfe]),
            Self::Utf32(Order::Marked) => out.extend([0xff, 0xfe, 0, 0]),
            _ => {}
        }
        let mut rest = data;
        while !rest.is_empty() {
            let (point, length) = text::first(rest)?;
            let (unit, after) = rest.split_at_checked(length)?;
            rest = after;
            match self {
                Self::Ascii if point < 0x80 => out.extend(unit),
                Self::Latin1 if point <= 0xff => out.push(u8::try_from(point).ok()?),
                Self::Utf8 if !is_surrogate(point) || errors == b"surrogatepass" => {
                    out.extend(unit)
                }
                Self::Ascii | Self::Latin1 | Self::Utf8 => {
                    replace_point(point, errors, &mut out, budget)?
                }
                _ if is_surrogate(point) && errors != b"surrogatepass" => return None,
                Self::Utf32(Order::Big) => out.extend(point.to_be_bytes()),
                Self::Utf32(_) => out.extend(point.to_le_bytes()),
                Self::Utf16(order) => {
                    let mut pair = [0; 2];
                    let units: &[u16] = match char::from_u32(point) {
                        Some(char) => char.encode_utf16(&mut pair),
                        None => &[u16::try_from(point).ok()?],
                    };
                    for unit in units {
                        out.extend(if order == Order::Big {
                            unit.to_be_bytes()
                        } else {
                            unit.to_le_bytes()
                        });
                    }
                }
            }
        }
        Some(out)
    }
}

fn is_surrogate(point: u32) -> bool {
    (0xd800..=0xdfff).contains(&point)
}

fn every_point(mut data: &[u8]) -> bool {
    while let Some((_, length)) = text::first(data) {
        data = data.get(length..).unwrap_or_default();
    }
    data.is_empty()
}

/// The order that a mark at the start asks for, and what follows the mark.
fn marked<'a>(order: Order, data: &'a [u8], little: &[u8], big: &[u8]) -> (Order, &'a [u8]) {
    if order != Order::Marked {
        return (order, data);
    }
    if let Some(rest) = data.strip_prefix(big) {
        return (Order::Big, rest);
    }
    (Order::Little, data.strip_prefix(little).unwrap_or(data))
}

/// What an error handler makes of a byte that cannot be decoded; `first` in its run of such bytes.
fn replace_byte(
    byte: u8,
    first: bool,
    errors: &[u8],
    out: &mut Vec<u8>,
    budget: &mut Budget,
) -> Option<()> {
    budget.make(4)?;
    match errors {
        b"ignore" => {}
        b"replace" if !first => {}
        b"replace" => text::push(out, 0xfffd)?,
        b"surrogateescape" => text::push(out, u32::from(byte).checked_add(0xdc00)?)?,
        b"backslashreplace" => out.extend(format!("\\x{byte:02x}").into_bytes()),
        _ => return None,
    }
    Some(())
}

/// What an error handler makes of a code point that cannot be encoded.
fn replace_point(point: u32, errors: &[u8], out: &mut Vec<u8>, budget: &mut Budget) -> Option<()> {
    budget.make(10)?;
    match errors {
        b"ignore" => {}
        b"replace" => out.push(b'?'),
        b"surrogateescape" if (0xdc80..=0xdcff).contains(&point) => {
            out.push(u8::try_from(point & 0xff).ok()?)
        }
        b"xmlcharrefreplace" => out.extend(format!("&#{point};").into_bytes()),
        b"backslashreplace" if point <= 0xff => out.extend(format!("\\x{point:02x}").into_bytes()),
        b"backslashreplace" if point <= 0xffff => {
            out.extend(format!("\\u{point:04x}").into_bytes())
        }
        b"backslashreplace" => out.extend(format!("\\U{point:08x}").into_bytes()),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Charset; 7] = [
        Charset::Utf8,
        Charset::Utf16(Order::Marked),
        Charset::Utf16(Order::Little),
        Charset::Utf16(Order::Big),
        Charset::Utf32(Order::Marked),
        Charset::Utf32(Order::Little),
        Charset::Utf32(Order::Big),
    ];

    #[test]
    fn what_is_encoded_comes_back() {
        let budget = &mut Budget::default();
        for charset in ALL {
            let data = charset
                .encode("aé€😀".as_bytes(), b"strict", budget)
                .unwrap();
            assert_eq!(
                charset.decode(&data, b"strict", budget).unwrap(),
                "aé€😀".as_bytes()
            );
        }
    }

    #[test]
    fn surrogates_pass_only_when_asked() {
        let budget = &mut Budget::default();
        for charset in ALL {
            assert_eq!(charset.encode(b"\xed\xa0\x80", b"strict", budget), None);
            let data = charset
                .encode(b"\xed\xa0\x80", b"surrogatepass", budget)
                .unwrap();
            assert_eq!(charset.decode(&data, b"strict", budget), None);
            assert_eq!(
                charset.decode(&data, b"surrogatepass", budget).unwrap(),
                b"\xed\xa0\x80"
            );
        }
    }

    #[test]
    fn invalid_bytes_are_replaced_run_by_run() {
        let budget = &mut Budget::default();
        let out = Charset::Utf8
            .decode(b"a\xf0\x9f\x98b\xed\xa0\x80", b"replace", budget)
            .unwrap();
        assert_eq!(out, "a\u{fffd}b\u{fffd}\u{fffd}\u{fffd}".as_bytes());
        let out = Charset::Ascii.decode(b"o\xffs", b"ignore", budget).unwrap();
        assert_eq!(out, b"os");
    }
}
