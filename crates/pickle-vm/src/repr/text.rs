use core::fmt::{self, Write};
use core::str::Chars;

use super::{Escaping, write_points};

/// A `str` in generalised UTF-8, where lone surrogates stand as three bytes each: what BINUNICODE holds.
///
/// Displayed as `repr` gives it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Text<'a> {
    bytes: &'a [u8],
    escaping: Escaping,
}

impl<'a> Text<'a> {
    /// Takes bytes for a text; `None` if they are not generalised UTF-8, as Python's decoder with
    /// `surrogatepass` refuses them.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes;
        while let Err(error) = core::str::from_utf8(rest) {
            let (_, behind) = rest.split_at_checked(error.valid_up_to())?;
            surrogate(behind)?;
            rest = behind.get(3..)?;
        }
        let escaping = Escaping::Python;
        Some(Self { bytes, escaping })
    }

    /// Sets what is escaped.
    #[must_use]
    pub const fn with_escaping(mut self, escaping: Escaping) -> Self {
        self.escaping = escaping;
        self
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the code points, surrogates too.
    pub fn points(&self) -> impl Iterator<Item = u32> + Clone + use<'a> {
        Points {
            chars: "".chars(),
            rest: self.bytes,
        }
    }

    /// Writes what `Display` does, through no vtable.
    pub(crate) fn write<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        if let Some(plain) = plain(self.bytes) {
            out.write_char('\'')?;
            out.write_str(plain)?;
            return out.write_char('\'');
        }
        write_points(self.points(), self.escaping, out)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// The text itself if nothing in it is escaped.
fn plain(bytes: &[u8]) -> Option<&str> {
    if is_plain(bytes) {
        core::str::from_utf8(bytes).ok()
    } else {
        None
    }
}

/// Says whether a text is ASCII of which nothing is escaped, and is written in single quotes.
#[inline]
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    // Every byte is looked at, which is faster than to stop at the first.
    bytes.iter().fold(true, |plain, &byte| {
        plain & matches!(byte, 0x20..=0x7e) & (byte != b'\\') & (byte != b'\'')
    })
}

/// The surrogate that three bytes stand for, if they do.
fn surrogate(bytes: &[u8]) -> Option<u32> {
    match *bytes {
        [0xed, high @ 0xa0..=0xbf, low @ 0x80..=0xbf, ..] => {
            Some(0xd000 | (u32::from(high & 0x3f) << 6) | u32::from(low & 0x3f))
        }
        _ => None,
    }
}

/// The code points of generalised UTF-8; ends where it is none.
#[derive(Clone, Debug)]
struct Points<'a> {
    chars: Chars<'a>,
    rest: &'a [u8],
}

impl Iterator for Points<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if let Some(c) = self.chars.next() {
            return Some(u32::from(c));
        }
        if self.rest.is_empty() {
            return None;
        }
        let valid = match core::str::from_utf8(self.rest) {
            Ok(_) => self.rest.len(),
            Err(error) => error.valid_up_to(),
        };
        if valid == 0 {
            let point = surrogate(self.rest);
            self.rest = self.rest.get(3..).unwrap_or_default();
            return point;
        }
        let (now, later) = self.rest.split_at_checked(valid)?;
        self.chars = core::str::from_utf8(now).ok()?.chars();
        self.rest = later;
        self.chars.next().map(u32::from)
    }
}

/// A `str` of which each byte is one character: what BINSTRING holds, as `pickletools` reads it.
///
/// Displayed as `repr` gives it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Latin1<'a> {
    bytes: &'a [u8],
    escaping: Escaping,
}

impl<'a> Latin1<'a> {
    /// Takes bytes for a text.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        let escaping = Escaping::Python;
        Self { bytes, escaping }
    }

    /// Sets what is escaped.
    #[must_use]
    pub const fn with_escaping(mut self, escaping: Escaping) -> Self {
        self.escaping = escaping;
        self
    }

    /// Writes what `Display` does, through no vtable.
    pub(crate) fn write<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        let points = self.bytes.iter().map(|&byte| u32::from(byte));
        write_points(points, self.escaping, out)
    }
}

impl fmt::Display for Latin1<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};

    use super::{Escaping, Latin1, Text};

    fn shown(bytes: &[u8]) -> String {
        Text::new(bytes).unwrap().to_string()
    }

    #[test]
    fn quotes_are_chosen_as_python_chooses_them() {
        assert_eq!(shown(b""), "''");
        assert_eq!(shown(b"a\"b"), "'a\"b'");
        assert_eq!(shown(b"it's"), "\"it's\"");
        assert_eq!(shown(b"'\""), r#"'\'"'"#);
    }

    #[test]
    fn what_is_not_printable_is_escaped() {
        assert_eq!(shown(b"\0\t\n\r\x7f\\"), r"'\x00\t\n\r\x7f\\'");
        assert_eq!(
            shown("é\u{a0}\u{200b}€\u{e0001}🎉".as_bytes()),
            r"'é\xa0\u200b€\U000e0001🎉'"
        );
        assert_eq!(shown(b"a\xed\xa0\x80b\xed\xb0\x80"), r"'a\ud800b\udc00'");
    }

    #[test]
    fn what_deceives_a_terminal_is_escaped_on_request() {
        let text = Text::new("a\u{3164}é".as_bytes()).unwrap();
        assert_eq!(text.to_string(), "'a\u{3164}é'");
        let text = text.with_escaping(Escaping::Terminal);
        assert_eq!(text.to_string(), r"'a\u3164é'");
        let text = text.with_escaping(Escaping::Ascii);
        assert_eq!(text.to_string(), r"'a\u3164\xe9'");
    }

    #[test]
    fn a_long_text_is_written_whole() {
        let text = "é\n".repeat(1000);
        let wanted = ["'", &"é\\n".repeat(1000), "'"].concat();
        assert_eq!(shown(text.as_bytes()), wanted);
    }

    #[test]
    fn what_is_no_generalised_utf_8_is_no_text() {
        for bytes in [
            &b"\xff"[..],
            b"a\xc0\x80",
            b"\xed\xa0",
            b"\xed\xa0a",
            b"\xf4\x90\x80\x80",
            b"\xe2\x82",
        ] {
            assert_eq!(Text::new(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn latin_1_is_one_character_for_each_byte() {
        assert_eq!(Latin1::new(b"\xe9\xa0'").to_string(), "\"é\\xa0'\"");
    }
}
