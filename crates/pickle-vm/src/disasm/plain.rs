use crate::decoder::{Op, little_endian};
use crate::opcode::Opcode;
use crate::repr::{Float, is_plain};

/// An argument as most are: none, a number, or a short text of which nothing is escaped, so that every style
/// writes it alike.
///
/// It says what [`Argument`](super::Argument) says, but in parts that fit registers: an `Argument` is passed on
/// in memory, and that takes longer than writing a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain<'a> {
    pub(super) form: Form,
    /// The number without its sign; of a float what stands before the point.
    pub(super) number: u64,
    /// What stands behind the point of a float.
    pub(super) thousandths: u64,
    pub(super) text: &'a [u8],
}

/// What a plain argument is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    Nothing,
    Number,
    Negative,
    Float,
    NegativeFloat,
    Text,
}

/// Bytes of the longest text that is taken for plain.
pub(super) const SHORT_TEXT: usize = 48;

impl<'a> Plain<'a> {
    /// Reads the argument of an opcode if it is plain.
    #[inline(always)]
    pub(super) fn of(op: &Op<'a>) -> Option<Self> {
        let mut plain = Self {
            form: Form::Nothing,
            number: 0,
            thousandths: 0,
            text: &[],
        };
        match op.opcode() {
            Opcode::BinGet
            | Opcode::BinPut
            | Opcode::BinInt1
            | Opcode::BinInt2
            | Opcode::LongBinGet
            | Opcode::LongBinPut
            | Opcode::Proto
            | Opcode::Ext1
            | Opcode::Ext2
            | Opcode::Frame => {
                plain.form = Form::Number;
                plain.number = little_endian(op.argument());
            }
            Opcode::BinInt | Opcode::Ext4 => {
                let signed = u32::try_from(little_endian(op.argument()))
                    .ok()?
                    .cast_signed();
                plain.form = if signed < 0 {
                    Form::Negative
                } else {
                    Form::Number
                };
                plain.number = signed.unsigned_abs().into();
            }
            Opcode::BinFloat => {
                let bits = u64::from_be_bytes(op.argument().try_into().ok()?);
                let float = Float::new(f64::from_bits(bits));
                (plain.number, plain.thousandths) = float.thousandths()?;
                plain.form = if bits >> 63 == 0 {
                    Form::Float
                } else {
                    Form::NegativeFloat
                };
            }
            Opcode::ShortBinUnicode | Opcode::BinUnicode | Opcode::BinUnicode8 => {
                plain.text = op.argument();
                if plain.text.len() > SHORT_TEXT || !is_plain(plain.text) {
                    return None;
                }
                plain.form = Form::Text;
            }
            // Every argument takes a byte at least.
            _ if op.range().len() == 1 => {}
            _ => return None,
        }
        Some(plain)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::{Plain, SHORT_TEXT};
    use crate::decoder::Decoder;
    use crate::disasm::argument::Argument;
    use crate::disasm::page::Page;
    use crate::disasm::{Comment, Line, Style};
    use crate::opcode::Opcode;

    /// Both lines of the first opcode, if its argument is plain.
    fn lines(pickle: &[u8], style: Style) -> Option<(String, String)> {
        let op = Decoder::new(pickle).read().unwrap();
        let plain = Plain::of(&op)?;
        let line = Line {
            range: op.range(),
            opcode: op.opcode(),
            index: 0,
            depth: 3,
            argument: Argument::read(&op).unwrap(),
            comment: Comment::None,
        };
        let (mut fast, mut slow) = (String::new(), String::new());
        let mut page = Page::new(&mut fast, 0);
        page.plain_line(0, op.opcode(), 3, plain, Comment::None, style)
            .unwrap();
        page.flush().unwrap();
        let mut page = Page::new(&mut slow, 0);
        page.line(&line, style).unwrap();
        page.flush().unwrap();
        Some((fast, slow))
    }

    #[test]
    fn a_plain_argument_is_written_as_any_other() {
        let mut pickles: Vec<Vec<u8>> = Vec::new();
        for opcode in Opcode::ALL {
            for fill in [0x00, 0x01, 0x0a, 0x7f, 0x80, 0xff] {
                let mut pickle = alloc::vec![fill; 300];
                pickle[0] = opcode.byte();
                pickles.push(pickle);
            }
        }
        for float in [
            0.0,
            -0.0,
            1.0,
            -2.5,
            0.25,
            0.125,
            -0.375,
            1e11,
            1e12,
            1e300,
            0.1,
            f64::NAN,
        ] {
            pickles.push([b"G", &f64::to_be_bytes(float)[..]].concat());
        }
        for text in ["", "a", "it's", "\"", "\\", "\n", "\u{e9}", "\u{3164}"] {
            for len in [1, 47, 48, 49, 60, 61] {
                let text = text.repeat(len);
                let len = u8::try_from(text.len()).unwrap();
                pickles.push([&[0x8c, len], text.as_bytes()].concat());
            }
        }
        let mut plain = 0;
        for pickle in &pickles {
            if Decoder::new(pickle).read().is_err() {
                continue;
            }
            for style in [Style::Exact, Style::Short] {
                if let Some((fast, slow)) = lines(pickle, style) {
                    assert_eq!(fast, slow, "{pickle:?}");
                    plain += 1;
                }
            }
        }
        assert!(plain >= 500, "{plain}");
    }

    #[test]
    fn what_is_escaped_or_long_is_not_plain() {
        for text in [b"'", b"\\", b"\n", b"\x7f"] {
            assert!(lines(&[b"\x8c\x01", &text[..]].concat(), Style::Exact).is_none());
        }
        let long = "x".repeat(SHORT_TEXT + 1);
        let len = u8::try_from(long.len()).unwrap();
        assert!(lines(&[&[0x8c, len], long.as_bytes()].concat(), Style::Exact).is_none());
    }
}
