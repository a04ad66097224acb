use core::fmt::{self, Write};

use super::is_printable;

/// What of a text is escaped beside quotes, backslashes and control characters.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Escaping {
    /// What is not printable by [`is_printable`], as `repr` does.
    #[default]
    Python,
    /// The same and what [`findings::must_escape`] says: printable characters that show nothing or change
    /// their neighbours.
    Terminal,
    /// Everything beyond ASCII, as `ascii` does.
    Ascii,
}

impl Escaping {
    /// Says whether a code point beyond ASCII stays as it is.
    fn keeps(self, point: u32) -> Option<char> {
        let kept = char::from_u32(point)?;
        let keeps = match self {
            Self::Python => is_printable(point),
            Self::Terminal => is_printable(point) && !findings::must_escape(kept),
            Self::Ascii => false,
        };
        keeps.then_some(kept)
    }
}

/// Chooses quotes as Python does: double ones only around what has single quotes and no double ones.
pub(crate) const fn quote_for(has_single: bool, has_double: bool) -> u8 {
    if has_single && !has_double {
        b'"'
    } else {
        b'\''
    }
}

/// The longest escape: `\U0010ffff`.
const LONGEST: usize = 10;
const SIZE: usize = 128;
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Collects what is written so that the writer is called seldom.
#[derive(Debug)]
pub(crate) struct Buffer<'w, W: ?Sized> {
    out: &'w mut W,
    bytes: [u8; SIZE],
    len: usize,
}

impl<'w, W: Write + ?Sized> Buffer<'w, W> {
    pub(crate) const fn new(out: &'w mut W) -> Self {
        Self {
            out,
            bytes: [0; SIZE],
            len: 0,
        }
    }

    /// Writes a whole piece of UTF-8 of at most [`LONGEST`] bytes.
    #[inline]
    fn push(&mut self, piece: &[u8]) -> fmt::Result {
        let mut end = self.len.saturating_add(piece.len());
        if end > SIZE {
            self.flush()?;
            end = piece.len();
        }
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            room.copy_from_slice(piece);
            self.len = end;
        }
        Ok(())
    }

    /// Writes one ASCII character as it is.
    #[inline]
    pub(crate) fn plain(&mut self, byte: u8) -> fmt::Result {
        if self.len >= SIZE {
            self.flush()?;
        }
        if let Some(room) = self.bytes.get_mut(self.len) {
            *room = byte;
            self.len = self.len.saturating_add(1);
        }
        Ok(())
    }

    /// Writes one byte of bytes.
    #[inline]
    pub(crate) fn byte(&mut self, byte: u8, quote: u8) -> fmt::Result {
        match byte {
            b'\\' => self.push(b"\\\\"),
            b'\t' => self.push(b"\\t"),
            b'\n' => self.push(b"\\n"),
            b'\r' => self.push(b"\\r"),
            _ if byte == quote => self.push(&[b'\\', byte]),
            0x20..=0x7e => self.plain(byte),
            _ => self.escape(b'x', 2, byte.into()),
        }
    }

    /// Writes one code point of a text.
    #[inline]
    pub(crate) fn point(&mut self, point: u32, quote: u8, escaping: Escaping) -> fmt::Result {
        match u8::try_from(point) {
            Ok(byte @ ..0x80) => return self.byte(byte, quote),
            _ => {
                if let Some(kept) = escaping.keeps(point) {
                    return self.push(kept.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
        match point {
            0..=0xff => self.escape(b'x', 2, point),
            0x100..=0xffff => self.escape(b'u', 4, point),
            _ => self.escape(b'U', 8, point),
        }
    }

    fn escape(&mut self, letter: u8, digits: usize, value: u32) -> fmt::Result {
        let mut piece = [b'\\'; LONGEST];
        let [_, second, rest @ ..] = &mut piece;
        *second = letter;
        let mut left = value;
        for to in rest.iter_mut().take(digits).rev() {
            let digit = usize::try_from(left & 0xf).unwrap_or_default();
            *to = DIGITS.get(digit).copied().unwrap_or_default();
            left >>= 4;
        }
        let end = digits.saturating_add(2);
        self.push(piece.get(..end).unwrap_or_default())
    }

    /// Hands over what was collected.
    pub(crate) fn flush(&mut self) -> fmt::Result {
        let written = self.bytes.get(..self.len).unwrap_or_default();
        self.len = 0;
        // Only whole characters were collected.
        self.out
            .write_str(core::str::from_utf8(written).unwrap_or_default())
    }
}
