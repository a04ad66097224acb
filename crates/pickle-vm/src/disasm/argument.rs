use core::fmt::{self, Write};

use crate::decoder::Op;
use crate::error::ErrorKind;
use crate::escapes::{RawUnicodeEscape, Unescaped};
use crate::literal;
use crate::opcode::Opcode;
use crate::repr::{
    ByteArray, Bytes, Escaping, Float, Int, IntText, Latin1, MAX_DIGITS, Text, write_points,
};

use super::Style;

/// The argument of an opcode as `pickletools` reads it; displayed as Python's `repr` gives it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Argument<'a> {
    /// The opcode has none.
    None,
    /// INT, GET or PUT written as `00`.
    False,
    /// INT, GET or PUT written as `01`.
    True,
    /// An integer of a fixed size.
    Unsigned(u64),
    /// BININT and EXT4.
    Signed(i64),
    /// LONG1 and LONG4.
    Long(Int<'a>),
    /// INT, LONG, GET and PUT.
    IntText(IntText<'a>),
    /// FLOAT and BINFLOAT.
    Float(f64),
    /// BINUNICODE and its like.
    Text(Text<'a>),
    /// BINSTRING and SHORT_BINSTRING: each byte is one character.
    Latin1(&'a [u8]),
    /// UNICODE: a text in raw-unicode-escape.
    RawUnicodeEscape(&'a [u8]),
    /// STRING without its quotes, and PERSID: ASCII with the escapes of a Python literal.
    Literal(&'a [u8]),
    /// GLOBAL and INST: module and name, as literals too.
    Names(&'a [u8], &'a [u8]),
    /// BINBYTES and its like.
    Bytes(&'a [u8]),
    /// BYTEARRAY8.
    ByteArray(&'a [u8]),
}

/// Why an argument cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unreadable {
    Bad,
    TooManyDigits,
}

impl From<Unreadable> for ErrorKind {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Bad => Self::BadArgument,
            Unreadable::TooManyDigits => Self::TooManyDigits,
        }
    }
}

/// Characters of a text that are shown where arguments are shortened.
const SHOWN_CHARS: usize = 60;
/// Bytes that are shown of bytes.
const SHOWN_BYTES: usize = 32;
/// Digits that are shown of an integer.
const SHOWN_DIGITS: usize = 60;
/// Characters that are shown of module and name.
const SHOWN_NAMES: usize = 400;
/// Bytes of an integer that surely has no more digits than are shown.
const SHORT_LONG: usize = 16;

impl<'a> Argument<'a> {
    /// Reads the argument of an opcode, if `pickletools` would.
    pub(crate) fn of(op: &Op<'a>) -> Option<Self> {
        Self::read(op)
            .ok()
            .filter(|argument| !argument.has_too_many_digits())
    }

    /// Returns the argument to be displayed in a style.
    #[must_use]
    pub const fn in_style(self, style: Style) -> impl fmt::Display + use<'a> {
        Styled(self, style)
    }

    /// Reads the argument of an opcode.
    #[inline(always)]
    pub(super) fn read(op: &Op<'a>) -> Result<Self, Unreadable> {
        let bytes = op.argument();
        Ok(match op.opcode() {
            Opcode::BinGet
            | Opcode::BinPut
            | Opcode::BinInt1
            | Opcode::BinInt2
            | Opcode::LongBinGet
            | Opcode::LongBinPut
            | Opcode::Proto
            | Opcode::Ext1
            | Opcode::Ext2
            | Opcode::Frame => Self::Unsigned(op.unsigned()),
            Opcode::BinInt | Opcode::Ext4 => {
                let unsigned = u32::try_from(op.unsigned()).unwrap_or_default();
                Self::Signed(unsigned.cast_signed().into())
            }
            Opcode::ShortBinUnicode | Opcode::BinUnicode | Opcode::BinUnicode8 => {
                Self::Text(Text::new(bytes).ok_or(Unreadable::Bad)?)
            }
            Opcode::BinFloat | Opcode::Float => {
                let float = literal::float(op.opcode(), bytes);
                Self::Float(float.ok_or(Unreadable::Bad)?)
            }
            _ => return Self::read_rare(op),
        })
    }

    fn read_rare(op: &Op<'a>) -> Result<Self, Unreadable> {
        let bytes = op.argument();
        Ok(match op.opcode() {
            Opcode::BinString | Opcode::ShortBinString => Self::Latin1(bytes),
            Opcode::BinBytes | Opcode::ShortBinBytes | Opcode::BinBytes8 => Self::Bytes(bytes),
            Opcode::ByteArray8 => Self::ByteArray(bytes),
            Opcode::Long1 | Opcode::Long4 => Self::Long(Int::from_le_bytes(bytes)),
            Opcode::Int | Opcode::Get | Opcode::Put => match bytes {
                b"00" => Self::False,
                b"01" => Self::True,
                _ => Self::IntText(int_text(bytes)?),
            },
            Opcode::Long => Self::IntText(int_text(bytes.strip_suffix(b"L").unwrap_or(bytes))?),
            Opcode::String => Self::Literal(literal(unquoted(bytes)?)?),
            Opcode::PersId => Self::Literal(literal(bytes)?),
            Opcode::Global | Opcode::Inst => {
                let (module, name) = op.lines();
                Self::Names(literal(module)?, literal(name)?)
            }
            Opcode::Unicode => {
                if RawUnicodeEscape::new(bytes).any(|point| point.is_err()) {
                    return Err(Unreadable::Bad);
                }
                Self::RawUnicodeEscape(bytes)
            }
            _ => Self::None,
        })
    }

    /// Says whether `repr` raises: an integer has too many digits.
    #[inline]
    pub(super) fn has_too_many_digits(&self) -> bool {
        match self {
            Self::Long(int) => !int.fits_decimal(),
            _ => false,
        }
    }

    pub(super) fn write<W: Write + ?Sized>(&self, style: Style, out: &mut W) -> fmt::Result {
        match style {
            Style::Exact => self.write_whole(out),
            Style::Short => self.write_shortened(out),
        }
    }

    #[inline]
    pub(super) fn write_whole<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        let escaping = Escaping::Python;
        match *self {
            Self::None => Ok(()),
            Self::False => out.write_str("False"),
            Self::True => out.write_str("True"),
            Self::Unsigned(int) => write!(out, "{int}"),
            Self::Signed(int) => write!(out, "{int}"),
            Self::Long(int) => match int.decimal() {
                Some(decimal) => decimal.write(out),
                None => write!(out, "{}", int.hexadecimal()),
            },
            Self::IntText(int) => int.write(out),
            Self::Float(float) => Float::new(float).write(out),
            Self::Text(text) => text.write(out),
            Self::Latin1(bytes) => Latin1::new(bytes).write(out),
            Self::RawUnicodeEscape(bytes) => write_points(unicode_points(bytes), escaping, out),
            Self::Literal(bytes) => write_points(literal_points(bytes), escaping, out),
            Self::Names(module, name) => write_points(name_points(module, name), escaping, out),
            Self::Bytes(bytes) => Bytes::new(bytes).write(out),
            Self::ByteArray(bytes) => ByteArray::new(bytes).write(out),
        }
    }

    /// Writes so much of it as fits a line on a terminal, and how much there is.
    fn write_shortened<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        match *self {
            Self::Text(text) => shortened(text.points(), SHOWN_CHARS, text.as_bytes().len(), out),
            Self::Latin1(bytes) => {
                let points = bytes.iter().map(|&byte| u32::from(byte));
                shortened(points, SHOWN_CHARS, bytes.len(), out)
            }
            Self::RawUnicodeEscape(bytes) => {
                shortened(unicode_points(bytes), SHOWN_CHARS, bytes.len(), out)
            }
            Self::Literal(bytes) => shortened(literal_points(bytes), SHOWN_CHARS, bytes.len(), out),
            Self::Names(module, name) => {
                let len = module.len().saturating_add(name.len()).saturating_add(1);
                shortened(name_points(module, name), SHOWN_NAMES, len, out)
            }
            Self::Bytes(bytes) | Self::ByteArray(bytes) if bytes.len() > SHOWN_BYTES => {
                let shown = bytes.get(..SHOWN_BYTES).unwrap_or_default();
                match self {
                    Self::Bytes(_) => Bytes::new(shown).write(out)?,
                    _ => ByteArray::new(shown).write(out)?,
                }
                write!(out, "… ({} bytes)", bytes.len())
            }
            Self::Long(int) if int.size() > SHORT_LONG => {
                let mut head = Head::new();
                match int.decimal() {
                    Some(decimal) => decimal.write(&mut head)?,
                    None => write!(head, "{}", int.hexadecimal())?,
                }
                head.show(out)
            }
            Self::IntText(int) => {
                let mut head = Head::new();
                int.write(&mut head)?;
                head.show(out)
            }
            _ => self.write_whole(out),
        }
    }
}

/// An argument to be displayed in a style.
struct Styled<'a>(Argument<'a>, Style);

impl fmt::Display for Styled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(self.1, f)
    }
}

impl fmt::Display for Argument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_whole(f)
    }
}

fn int_text(text: &[u8]) -> Result<IntText<'_>, Unreadable> {
    let int = IntText::new(text).ok_or(Unreadable::Bad)?;
    if int.digits() > MAX_DIGITS {
        return Err(Unreadable::TooManyDigits);
    }
    Ok(int)
}

/// Takes the quotes of a STRING away. One quote alone is both of them.
fn unquoted(text: &[u8]) -> Result<&[u8], Unreadable> {
    match text {
        [b'"'] | [b'\''] => Ok(&[]),
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => Ok(inner),
        _ => Err(Unreadable::Bad),
    }
}

/// Takes a text for a literal if its escapes are right and all of it is ASCII.
fn literal(text: &[u8]) -> Result<&[u8], Unreadable> {
    let is_plain = text.is_ascii() && memchr::memchr(b'\\', text).is_none();
    if is_plain || Unescaped::new(text).all(|byte| byte.is_ok_and(|byte| byte.is_ascii())) {
        Ok(text)
    } else {
        Err(Unreadable::Bad)
    }
}

fn literal_points(text: &[u8]) -> impl Iterator<Item = u32> + Clone {
    Unescaped::new(text).map_while(Result::ok).map(u32::from)
}

fn unicode_points(text: &[u8]) -> impl Iterator<Item = u32> + Clone {
    RawUnicodeEscape::new(text).map_while(Result::ok)
}

fn name_points<'a>(module: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = u32> + Clone + 'a {
    literal_points(module)
        .chain([u32::from(b' ')])
        .chain(literal_points(name))
}

/// Writes at most so many characters, harmless for a terminal, and the count of bytes if there are more.
fn shortened<W: Write + ?Sized>(
    points: impl Iterator<Item = u32> + Clone,
    chars: usize,
    bytes: usize,
    out: &mut W,
) -> fmt::Result {
    write_points(points.clone().take(chars), Escaping::Terminal, out)?;
    if points.clone().nth(chars).is_some() {
        write!(out, "… ({bytes} bytes)")?;
    }
    Ok(())
}

/// Keeps the first digits of a number, and counts all.
struct Head {
    digits: [u8; SHOWN_DIGITS],
    len: usize,
}

impl Head {
    const fn new() -> Self {
        Self {
            digits: [0; SHOWN_DIGITS],
            len: 0,
        }
    }

    fn show<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        let kept = self.digits.get(..self.len).unwrap_or(&self.digits);
        out.write_str(core::str::from_utf8(kept).unwrap_or_default())?;
        if kept.len() < self.len {
            write!(out, "… ({} digits)", self.len)?;
        }
        Ok(())
    }
}

impl Write for Head {
    fn write_str(&mut self, digits: &str) -> fmt::Result {
        let room = self.digits.get_mut(self.len..).unwrap_or_default();
        for (to, from) in room.iter_mut().zip(digits.bytes()) {
            *to = from;
        }
        self.len = self.len.saturating_add(digits.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::{Argument, Style, Unreadable};
    use crate::decoder::Decoder;

    fn read(pickle: &[u8], style: Style) -> Result<String, Unreadable> {
        let op = Decoder::new(pickle).read().unwrap();
        let mut out = String::new();
        Argument::read(&op)?.write(style, &mut out).unwrap();
        Ok(out)
    }

    #[test]
    fn arguments_are_read_as_pickletools_reads_them() {
        for (pickle, wanted) in [
            (&b"K\xff"[..], "255"),
            (b"J\xff\xff\xff\xff", "-1"),
            (b"\x84\xff\xff\xff\x7f", "2147483647"),
            (b"j\xff\xff\xff\xff", "4294967295"),
            (
                b"\x95\xff\xff\xff\xff\xff\xff\xff\xff",
                "18446744073709551615",
            ),
            (b"I00\n", "False"),
            (b"I01\n", "True"),
            (b"g01\n", "True"),
            (b"I 001\n", "1"),
            (b"L-12LL\n", "!"),
            (b"L-1_2L\n", "-12"),
            (b"L00\n", "0"),
            (b"F 1e16\n", "1e+16"),
            (b"\x8a\x02\xff\x00", "255"),
            (b"S'\n", "''"),
            (b"S'a\\x41\"'\n", "'aA\"'"),
            (b"S'a\"\n", "!"),
            (b"S'\\xff'\n", "!"),
            (b"S'\xff'\n", "!"),
            (b"Sa\n", "!"),
            (b"Pa\\tb\\\\\n", r"'a\tb\\'"),
            (b"cos\\x2e\npath\n", "'os. path'"),
            (b"c\xe9\n\n", "!"),
            (b"i\n\n", "' '"),
            (b"V\xe9\\u0027\n", "\"é'\""),
            (b"V\\u12\n", "!"),
            (b"U\x02\xe9\xad", r"'é\xad'"),
            (b"\x8c\x03\xed\xa0\x80", r"'\ud800'"),
            (b"\x8c\x01\xff", "!"),
            (b"C\x01\xff", r"b'\xff'"),
            (b".", ""),
        ] {
            let found = read(pickle, Style::Exact);
            let wanted = match wanted {
                "!" => Err(Unreadable::Bad),
                text => Ok(text.into()),
            };
            assert_eq!(found, wanted, "{pickle:?}");
        }
    }

    #[test]
    fn an_integer_of_too_many_digits_is_refused() {
        let pickle = |digits: usize| [b"I", &*b"0".repeat(digits), b"\n"].concat();
        assert_eq!(read(&pickle(4300), Style::Exact), Ok("0".into()));
        assert_eq!(
            read(&pickle(4301), Style::Exact),
            Err(Unreadable::TooManyDigits)
        );
    }

    #[test]
    fn long_arguments_are_shortened_and_say_so() {
        let long = [b"X\xe8\x03\0\0", &*b"x".repeat(1000)].concat();
        let shown = ["'", &"x".repeat(60), "'… (1000 bytes)"].concat();
        assert_eq!(read(&long, Style::Short), Ok(shown));
        let long = [b"C\xff", &*b"\0".repeat(255)].concat();
        let shown = ["b'", &r"\x00".repeat(32), "'… (255 bytes)"].concat();
        assert_eq!(read(&long, Style::Short), Ok(shown));
        let long = [b"L", &*b"7".repeat(100), b"L\n"].concat();
        let shown = ["7".repeat(60), "… (100 digits)".into()].concat();
        assert_eq!(read(&long, Style::Short), Ok(shown));
        let short = b"V\\u3164\n";
        assert_eq!(read(short, Style::Short), Ok(r"'\u3164'".into()));
    }
}
