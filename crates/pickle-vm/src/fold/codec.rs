//! The modules `codecs` and `_codecs`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::Budget;
use super::charset::{Charset, Order};
use super::{base64, escape, inflate, iterate, number, quoted, text};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Codec {
    Charset(Charset),
    UnicodeEscape,
    RawUnicodeEscape,
    Rot13,
    Hex,
    Base64,
    Zlib,
    Quoted,
}

impl Codec {
    /// The codec that Python finds under a name, if it is computed here.
    fn find(name: &[u8]) -> Option<Self> {
        if !name.is_ascii() || name.len() > 64 {
            return None;
        }
        let mut plain = String::new();
        let mut gap = false;
        for &byte in name {
            if byte.is_ascii_alphanumeric() || byte == b'.' {
                if core::mem::take(&mut gap) && !plain.is_empty() {
                    plain.push('_');
                }
                plain.push(char::from(byte.to_ascii_lowercase()));
            } else {
                gap = true;
            }
        }
        let charset = match plain.as_str() {
            "ascii" | "646" | "ansi_x3.4_1968" | "ansi_x3_4_1968" | "ansi_x3.4_1986" | "cp367"
            | "csascii" | "ibm367" | "iso646_us" | "iso_646.irv_1991" | "iso_ir_6" | "us"
            | "us_ascii" => Charset::Ascii,
            "latin_1" | "8859" | "cp819" | "csisolatin1" | "ibm819" | "iso8859" | "iso8859_1"
            | "iso_8859_1" | "iso_8859_1_1987" | "iso_ir_100" | "l1" | "latin" | "latin1" => {
                Charset::Latin1
            }
            "utf_8" | "u8" | "utf" | "utf8" | "utf8_ucs2" | "utf8_ucs4" | "cp65001" => {
                Charset::Utf8
            }
            "utf_16" | "u16" | "utf16" => Charset::Utf16(Order::Marked),
            "utf_16_le" | "unicodelittleunmarked" | "utf_16le" => Charset::Utf16(Order::Little),
            "utf_16_be" | "unicodebigunmarked" | "utf_16be" => Charset::Utf16(Order::Big),
            "utf_32" | "u32" | "utf32" => Charset::Utf32(Order::Marked),
            "utf_32_le" | "utf_32le" => Charset::Utf32(Order::Little),
            "utf_32_be" | "utf_32be" => Charset::Utf32(Order::Big),
            "unicode_escape" => return Some(Self::UnicodeEscape),
            "raw_unicode_escape" => return Some(Self::RawUnicodeEscape),
            "rot_13" | "rot13" => return Some(Self::Rot13),
            "hex_codec" | "hex" => return Some(Self::Hex),
            "base64_codec" | "base64" | "base_64" => return Some(Self::Base64),
            "zlib_codec" | "zip" | "zlib" => return Some(Self::Zlib),
            "quopri_codec" | "quopri" | "quoted_printable" | "quotedprintable" => {
                return Some(Self::Quoted);
            }
            _ => return None,
        };
        Some(Self::Charset(charset))
    }
}

/// Computes `codecs.<name>(*args)`.
pub(super) fn call(name: &str, args: &[Const], budget: &mut Budget) -> Option<Const> {
    match name {
        "encode" | "decode" => {
            let (value, rest) = args.split_first()?;
            let (codec, errors) = asked(rest)?;
            if name == "encode" {
                encode(codec, value, errors, budget)
            } else {
                decode(codec, value, errors, budget)
            }
        }
        _ => direct(name, args, budget),
    }
}

/// `text.encode(*rest)`
pub(super) fn encode_text(data: &[u8], rest: &[Const], budget: &mut Budget) -> Option<Const> {
    let (codec, errors) = asked(rest)?;
    text_to_bytes(codec, data, errors, budget).map(Const::Bytes)
}

/// `data.decode(*rest)`
pub(super) fn decode_bytes(data: &[u8], rest: &[Const], budget: &mut Budget) -> Option<Const> {
    let (codec, errors) = asked(rest)?;
    bytes_to_text(codec, data, errors, budget).map(Const::Str)
}

/// The codec and the error handler that arguments name.
fn asked(rest: &[Const]) -> Option<(Codec, &[u8])> {
    match rest {
        [] => Some((Codec::Charset(Charset::Utf8), b"strict")),
        [Const::Str(name)] => Some((Codec::find(name)?, b"strict")),
        [Const::Str(name), Const::Str(errors)] => Some((Codec::find(name)?, errors)),
        _ => None,
    }
}

fn text_to_bytes(codec: Codec, data: &[u8], errors: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    match codec {
        Codec::Charset(charset) => charset.encode(data, errors, budget),
        Codec::UnicodeEscape => escape::to_unicode(data, budget),
        Codec::RawUnicodeEscape => escape::to_raw_unicode(data, budget),
        _ => None,
    }
}

fn bytes_to_text(codec: Codec, data: &[u8], errors: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    match codec {
        Codec::Charset(charset) => charset.decode(data, errors, budget),
        Codec::UnicodeEscape => escape::unicode(data, budget),
        Codec::RawUnicodeEscape => escape::raw_unicode(data, budget),
        _ => None,
    }
}

fn encode(codec: Codec, value: &Const, errors: &[u8], budget: &mut Budget) -> Option<Const> {
    if let Const::Str(data) = value {
        return match codec {
            Codec::Rot13 => rot13(data, budget).map(Const::Str),
            _ => text_to_bytes(codec, data, errors, budget).map(Const::Bytes),
        };
    }
    let data = iterate::bytes(value)?;
    if errors != b"strict" {
        return None;
    }
    match codec {
        Codec::Hex => escape::hex(data, budget).map(Const::Bytes),
        Codec::Base64 => base64::encode_lines(data, budget).map(Const::Bytes),
        _ => None,
    }
}

fn decode(codec: Codec, value: &Const, errors: &[u8], budget: &mut Budget) -> Option<Const> {
    let data = match (value, codec) {
        (Const::Str(data), Codec::Rot13) => return rot13(data, budget).map(Const::Str),
        (Const::Str(data), Codec::UnicodeEscape | Codec::RawUnicodeEscape) => plain(data)?,
        (Const::Str(data), Codec::Hex) if data.is_ascii() => data,
        _ => iterate::bytes(value)?,
    };
    if let Some(text) = bytes_to_text(codec, data, errors, budget) {
        return Some(Const::Str(text));
    }
    if errors != b"strict" {
        return None;
    }
    match codec {
        Codec::Hex => escape::unhex(data, budget),
        Codec::Base64 => base64::decode(data, base64::Mode::Lenient, budget),
        Codec::Zlib => inflate::zlib(data, budget),
        Codec::Quoted => quoted::decode(data, false, budget),
        _ => None,
    }
    .map(Const::Bytes)
}

/// The functions that are bound to one codec and tell how much they read.
fn direct(name: &str, args: &[Const], budget: &mut Budget) -> Option<Const> {
    // A handler that is not asked may have any name.
    let ([value] | [value, Const::None | Const::Str(_)]) = args else {
        return None;
    };
    let made = match name {
        "escape_decode" => Const::Bytes(escape::bytes(buffer(value)?, budget)?),
        "escape_encode" => Const::Bytes(escape::to_bytes(only_bytes(value)?, budget)?),
        "readbuffer_encode" => {
            let data = buffer(value)?;
            budget.make(data.len())?;
            Const::Bytes(data.to_vec())
        }
        "unicode_escape_decode" => Const::Str(escape::unicode(buffer(value)?, budget)?),
        "raw_unicode_escape_decode" => Const::Str(escape::raw_unicode(buffer(value)?, budget)?),
        _ => {
            let (codec, direction) = name.rsplit_once('_')?;
            let codec = Codec::find(codec.as_bytes())?;
            match (direction, value) {
                ("encode", Const::Str(data)) => {
                    Const::Bytes(text_to_bytes(codec, data, b"strict", budget)?)
                }
                ("decode", _) => Const::Str(bytes_to_text(
                    codec,
                    iterate::bytes(value)?,
                    b"strict",
                    budget,
                )?),
                _ => return None,
            }
        }
    };
    let read = match value {
        Const::Str(data) if name.ends_with("_encode") && name != "readbuffer_encode" => {
            text::length(data)
        }
        other => buffer(other)?.len(),
    };
    Some(Const::Tuple([made, number::from_size(read)?].into()))
}

/// The bytes that a function which takes text or bytes reads.
fn buffer(value: &Const) -> Option<&[u8]> {
    match value {
        Const::Str(data) => plain(data),
        other => iterate::bytes(other),
    }
}

/// Text without surrogates, which is its own encoding.
fn plain(data: &[u8]) -> Option<&[u8]> {
    core::str::from_utf8(data).ok().map(str::as_bytes)
}

fn only_bytes(value: &Const) -> Option<&[u8]> {
    match value {
        Const::Bytes(data) => Some(data),
        _ => None,
    }
}

fn rot13(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len())?;
    let turned = data.iter().map(|&byte| match byte {
        b'a'..=b'm' | b'A'..=b'M' => byte.wrapping_add(13),
        b'n'..=b'z' | b'N'..=b'Z' => byte.wrapping_sub(13),
        _ => byte,
    });
    Some(turned.collect())
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn str(text: &str) -> Const {
        Const::Str(text.into())
    }

    #[test]
    fn codecs_have_many_names() {
        assert_eq!(
            Codec::find(b"Latin-1"),
            Some(Codec::Charset(Charset::Latin1))
        );
        assert_eq!(
            Codec::find(b" ISO  8859/1 "),
            Some(Codec::Charset(Charset::Latin1))
        );
        assert_eq!(Codec::find(b"ROT13"), Some(Codec::Rot13));
        assert_eq!(Codec::find(b"latin.1"), None);
        assert_eq!(Codec::find(b"idna"), None);
        assert_eq!(Codec::find(&[b'-'; 100]), None);
    }

    #[test]
    fn text_methods_take_text_encodings_only() {
        let budget = &mut Budget::default();
        assert_eq!(encode_text(b"os", &[str("rot13")], budget), None);
        assert_eq!(decode_bytes(b"6f73", &[str("hex")], budget), None);
        assert_eq!(
            call("decode", &[str("bf"), str("rot13")], budget),
            Some(str("os"))
        );
        assert_eq!(
            call("decode", &[str("6f73"), str("hex")], budget),
            Some(Const::Bytes(b"os".into()))
        );
    }

    #[test]
    fn direct_functions_tell_what_they_read() {
        let budget = &mut Budget::default();
        let read = |made, count| Some(Const::Tuple([made, Const::Int(count)].into()));
        assert_eq!(
            call("latin_1_encode", &[str("é")], budget),
            read(Const::Bytes(vec![0xe9]), 1)
        );
        assert_eq!(
            call(
                "utf_8_decode",
                &[Const::Bytes("é".into()), Const::None],
                budget
            ),
            read(str("é"), 2)
        );
        assert_eq!(
            call("utf_8_decode", &[Const::Bytes(vec![0xc3])], budget),
            None
        );
    }
}
