//! The escapes in the text arguments of protocol 0, as iterators that allocate nothing.

/// An escape that is cut off or has a digit that is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct BadEscape;

/// The bytes that a Python literal with escapes stands for, as `codecs.escape_decode` has them.
///
/// Ends behind the first bad escape.
#[derive(Clone, Debug)]
pub(crate) struct Unescaped<'a> {
    rest: &'a [u8],
}

impl<'a> Unescaped<'a> {
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    fn escape(&mut self) -> Result<Option<u8>, BadEscape> {
        let (&escape, behind) = self.rest.split_first().ok_or(BadEscape)?;
        let byte = match escape {
            b'\n' => None,
            b'\\' | b'\'' | b'"' => Some(escape),
            b'a' => Some(7),
            b'b' => Some(8),
            b'f' => Some(12),
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'v' => Some(11),
            b'x' => {
                let (hex, behind) = behind.split_at_checked(2).ok_or(BadEscape)?;
                self.rest = behind;
                let value = hexadecimal(hex).ok_or(BadEscape)?;
                return Ok(u8::try_from(value).ok());
            }
            b'0'..=b'7' => return Ok(Some(self.octal())),
            // No escape: the backslash stays, and what follows it is no backslash.
            _ => return Ok(Some(b'\\')),
        };
        self.rest = behind;
        Ok(byte)
    }

    /// Up to three digits; what does not fit a byte is cut off.
    fn octal(&mut self) -> u8 {
        let mut value: u32 = 0;
        for _ in 0..3 {
            let Some((&digit @ b'0'..=b'7', behind)) = self.rest.split_first() else {
                break;
            };
            value = (value << 3) | u32::from(digit & 7);
            self.rest = behind;
        }
        u8::try_from(value & 0xff).unwrap_or_default()
    }
}

impl Iterator for Unescaped<'_> {
    type Item = Result<u8, BadEscape>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (&byte, behind) = self.rest.split_first()?;
            self.rest = behind;
            if byte != b'\\' {
                return Some(Ok(byte));
            }
            match self.escape() {
                Ok(Some(byte)) => return Some(Ok(byte)),
                Ok(None) => {}
                Err(bad) => {
                    self.rest = &[];
                    return Some(Err(bad));
                }
            }
        }
    }
}

/// The code points of a text in raw-unicode-escape, where `\uXXXX` and `\UXXXXXXXX` are escapes and every
/// other byte is a Latin-1 character; a backslash takes the character behind it along, so that only an odd
/// number of them begins an escape.
///
/// Goes on with a backslash behind a bad escape, for readers that take it as it stands.
#[derive(Clone, Debug)]
pub(crate) struct RawUnicodeEscape<'a> {
    rest: &'a [u8],
    /// The character behind a backslash that begins no escape.
    taken: Option<u8>,
}

impl<'a> RawUnicodeEscape<'a> {
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self {
            rest: text,
            taken: None,
        }
    }

    fn escape(&mut self) -> Result<u32, BadEscape> {
        let width = match self.rest.first() {
            None => return Ok(u32::from(b'\\')),
            Some(b'u') => 4,
            Some(b'U') => 8,
            Some(&other) => {
                self.taken = Some(other);
                self.rest = self.rest.get(1..).unwrap_or_default();
                return Ok(u32::from(b'\\'));
            }
        };
        let behind = self.rest.get(1..).unwrap_or_default();
        let (hex, behind) = behind.split_at_checked(width).ok_or(BadEscape)?;
        let point = hexadecimal(hex).filter(|&point| point <= 0x0010_ffff);
        let point = point.ok_or(BadEscape)?;
        self.rest = behind;
        Ok(point)
    }
}

impl Iterator for RawUnicodeEscape<'_> {
    type Item = Result<u32, BadEscape>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(taken) = self.taken.take() {
            return Some(Ok(u32::from(taken)));
        }
        let (&byte, behind) = self.rest.split_first()?;
        self.rest = behind;
        if byte == b'\\' {
            return Some(self.escape());
        }
        Some(Ok(u32::from(byte)))
    }
}

/// The value of up to eight hexadecimal digits.
fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value: u32, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        value.checked_mul(16)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{BadEscape, RawUnicodeEscape, Unescaped};

    fn bytes(text: &[u8]) -> Result<Vec<u8>, BadEscape> {
        Unescaped::new(text).collect()
    }

    fn points(text: &[u8]) -> Result<Vec<u32>, BadEscape> {
        RawUnicodeEscape::new(text).collect()
    }

    #[test]
    fn a_literal_has_the_escapes_of_python() {
        assert_eq!(
            bytes(br#"a\x41\101\n\q\"\08"#),
            Ok(b"aAA\n\\q\"\x008".to_vec())
        );
        assert_eq!(bytes(b"\\400\\\n\\777x"), Ok(b"\0\xffx".to_vec()));
        for bad in [&b"\\"[..], br"a\x4", br"\x4g"] {
            assert_eq!(bytes(bad), Err(BadEscape), "{bad:?}");
        }
    }

    #[test]
    fn only_an_odd_number_of_backslashes_begins_an_escape() {
        let wanted = |text: &str| Ok(text.chars().map(u32::from).collect());
        assert_eq!(points(br"\u0041\\u0041\\\u0041\"), wanted(r"A\\u0041\\A\"));
        assert_eq!(points(b"\xe9\\\xe9\\U0001f389"), wanted("é\\é🎉"));
        assert_eq!(points(br"\ud800"), Ok([0xd800].to_vec()));
        for bad in [&br"\u12"[..], br"\u12g4", br"\U00110000", br"\U123"] {
            assert_eq!(points(bad), Err(BadEscape), "{bad:?}");
        }
    }
}
