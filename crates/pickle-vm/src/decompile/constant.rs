use alloc::borrow::Cow;
use core::fmt::{self, Write};

use crate::decoder::{Decoder, Op};
use crate::literal;
use crate::opcode::Opcode;
use crate::repr;
use crate::value::{Tag, Value};

/// Longest integer that is written in decimal, in bytes; longer ones are written in hexadecimal, which takes
/// no more time per digit and which CPython reads without a ceiling.
const DECIMAL: usize = 64;
/// Digits past which CPython's parser refuses a decimal literal.
const DIGITS: usize = 4_300;

/// Writes a constant as a Python expression that evaluates to what loaders make of it.
pub(super) fn write<W: Write>(value: Value, input: &[u8], out: &mut W) -> fmt::Result {
    match value.tag() {
        Tag::None => return out.write_str("None"),
        Tag::True => return out.write_str("True"),
        Tag::False => return out.write_str("False"),
        Tag::EmptyTuple => return out.write_str("()"),
        Tag::Int => {
            let int = value.as_int().unwrap_or_default();
            return write!(out, "{int}");
        }
        _ => {}
    }
    let Some(op) = written(value, input) else {
        return out.write_str("...");
    };
    match value.tag() {
        Tag::LongAt => integer(op, out),
        Tag::FloatAt => float(op, out),
        Tag::TextAt => {
            let argument = match op.opcode() {
                Opcode::Unicode => literal::raw_unicode_escape(op.argument()),
                _ => Cow::Borrowed(op.argument()),
            };
            text(&argument, out)
        }
        Tag::StringAt => latin_1(&python_2_string(op), out),
        Tag::BytesAt => repr::Bytes::new(op.argument()).write(out),
        Tag::ByteArrayAt => {
            out.write_str("bytearray(")?;
            repr::Bytes::new(op.argument()).write(out)?;
            out.write_char(')')
        }
        _ => out.write_str("..."),
    }
}

/// The opcode that writes a constant.
pub(super) fn written<'a>(value: Value, input: &'a [u8]) -> Option<Op<'a>> {
    Decoder::at(input, value.offset()).read().ok()
}

/// The text of a constant, in generalised UTF-8; `None` if it is no text.
pub(super) fn text_of(value: Value, input: &[u8]) -> Option<Cow<'_, [u8]>> {
    let op = match value.tag() {
        Tag::TextAt | Tag::StringAt => written(value, input)?,
        _ => return None,
    };
    Some(match (value.tag(), op.opcode()) {
        (_, Opcode::Unicode) => literal::raw_unicode_escape(op.argument()),
        (Tag::StringAt, _) if !is_python_2_text(op) => return None,
        (Tag::StringAt, _) => python_2_string(op),
        _ => Cow::Borrowed(op.argument()),
    })
}

/// Says whether a Python 2 string is a proper literal of ASCII, so that loaders read it alike.
pub(super) fn is_python_2_text(op: Op<'_>) -> bool {
    match op.opcode() {
        Opcode::String => literal::quoted(op.argument()).is_some_and(|text| text.is_ascii()),
        _ => op.argument().is_ascii(),
    }
}

/// The bytes of a Python 2 string; of one that is no proper literal what is written.
fn python_2_string(op: Op<'_>) -> Cow<'_, [u8]> {
    match op.opcode() {
        Opcode::String => match literal::quoted(op.argument()) {
            Some(text) => Cow::Owned(text),
            None => Cow::Borrowed(op.argument()),
        },
        _ => Cow::Borrowed(op.argument()),
    }
}

/// Writes generalised UTF-8 as a string literal; anything else as the call that refuses it as a loader
/// does.
pub(super) fn text<W: Write>(bytes: &[u8], out: &mut W) -> fmt::Result {
    match repr::Text::new(bytes) {
        Some(text) => text.with_escaping(repr::Escaping::Terminal).write(out),
        None => {
            repr::Bytes::new(bytes).write(out)?;
            out.write_str(".decode('utf-8', 'surrogatepass')")
        }
    }
}

/// Writes bytes as a string literal of one character each.
pub(super) fn latin_1<W: Write>(bytes: &[u8], out: &mut W) -> fmt::Result {
    repr::Latin1::new(bytes)
        .with_escaping(repr::Escaping::Terminal)
        .write(out)
}

fn integer<W: Write>(op: Op<'_>, out: &mut W) -> fmt::Result {
    let argument = op.argument();
    if matches!(op.opcode(), Opcode::Long1 | Opcode::Long4) {
        let int = repr::Int::from_le_bytes(argument);
        return match int.decimal().filter(|_| argument.len() <= DECIMAL) {
            Some(decimal) => write!(out, "{decimal}"),
            None => write!(out, "{}", int.hexadecimal()),
        };
    }
    let digits = match op.opcode() {
        Opcode::Long => argument.strip_suffix(b"L").unwrap_or(argument),
        _ => argument,
    };
    if is_plain(digits)
        && let Ok(digits) = core::str::from_utf8(digits)
    {
        return out.write_str(digits);
    }
    if let Some((int, _)) = literal::integer(digits) {
        return write!(out, "{int}");
    }
    out.write_str("int(")?;
    latin_1(digits, out)?;
    out.write_str(", 0)")
}

/// Says whether digits are an integer literal of Python's as they stand.
fn is_plain(digits: &[u8]) -> bool {
    let unsigned = digits.strip_prefix(b"-").unwrap_or(digits);
    let is_short = unsigned.len() <= DIGITS;
    is_short
        && unsigned.iter().all(u8::is_ascii_digit)
        && matches!(unsigned, [b'1'..=b'9', ..] | [b'0'])
}

fn float<W: Write>(op: Op<'_>, out: &mut W) -> fmt::Result {
    let Some(float) = literal::float(op.opcode(), op.argument()) else {
        out.write_str("float(")?;
        latin_1(op.argument(), out)?;
        return out.write_char(')');
    };
    if float.is_infinite() {
        let sign = if float.is_sign_negative() { "-" } else { "" };
        return write!(out, "float('{sign}inf')");
    }
    if !float.is_nan() {
        return repr::Float::new(float).write(out);
    }
    match float.to_bits() {
        0x7ff8_0000_0000_0000 => out.write_str("float('nan')"),
        0xfff8_0000_0000_0000 => out.write_str("float('-nan')"),
        _ => {
            out.write_str("__import__('struct').unpack('>d', ")?;
            repr::Bytes::new(&float.to_be_bytes()).write(out)?;
            out.write_str(")[0]")
        }
    }
}
