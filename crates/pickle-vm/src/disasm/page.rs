use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::opcode::Opcode;

use super::Style;
use super::argument::Argument;
use super::line::{Comment, Line};
use super::plain::{Form, Plain};

/// Bytes of a line of the usual depth but for a long argument: an offset of 22, a code of 5, indentation of 64,
/// a name of 16, a number of 26 or a text of 51, a comment of 32, and what pieces are longer than what counts of
/// them.
const LINE: usize = 256;
/// The usual depth: levels of indentation that a line has room for.
const USUAL_DEPTH: usize = 16;
/// The indentation of the usual depth.
const INDENTATION: [u8; 64] = [b' '; 64];
/// Columns of an offset at least.
const OFFSET: usize = 5;
/// Columns of a name if something follows it.
const NAME: usize = 10;
/// Bytes of the longest name.
const LONGEST_NAME: usize = 16;
/// Digits of the longest number.
const LONGEST_NUMBER: usize = 20;
/// Levels of indentation that are shown on a terminal.
const SHOWN_DEPTH: usize = 16;

/// Lays lines out and hands them over many at a time. Names and numbers are copied in pieces of a fixed size,
/// which is what makes it fast.
#[derive(Debug)]
pub(super) struct Page<'w, W: ?Sized> {
    out: &'w mut W,
    bytes: Vec<u8>,
    at: usize,
    handed_over: u64,
    block: Block,
}

/// What the offsets of neighbouring lines have in common: all digits but the last four.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    number: u64,
    /// In columns as an offset is; nothing for the first block.
    digits: [u8; 16],
    len: usize,
}

impl Block {
    #[cold]
    fn new(number: u64) -> Self {
        let mut digits = [b' '; 16];
        let mut left = number;
        let mut len: usize = 0;
        for to in digits.iter_mut().rev() {
            if left == 0 {
                break;
            }
            *to = b'0' | u8::try_from(left % 10).unwrap_or_default();
            left /= 10;
            len = len.wrapping_add(1);
        }
        digits.rotate_left(16_usize.saturating_sub(len));
        Self {
            number,
            digits,
            len,
        }
    }
}

impl<'w, W: Write + ?Sized> Page<'w, W> {
    /// Collects so many bytes before it calls the writer.
    pub(super) fn new(out: &'w mut W, size: usize) -> Self {
        Self {
            out,
            bytes: vec![0; size.max(LINE)],
            at: 0,
            handed_over: 0,
            block: Block::default(),
        }
    }

    /// Bytes written so far.
    pub(super) fn written(&self) -> u64 {
        self.handed_over.saturating_add(super::offset(self.at))
    }

    /// Writes a line and its line feed.
    pub(super) fn line(&mut self, line: &Line<'_>, style: Style) -> fmt::Result {
        let entry = Entry::of(line.opcode);
        let mut row = self.start(line.range.start, entry, line.depth, style)?;
        if matches!(line.argument, Argument::None) {
            row.name(entry, line.comment != Comment::None);
        } else {
            row.name(entry, true);
            row.piece(b" ", 1);
            row.end();
            line.argument.write(style, self)?;
            row = self.row()?;
        }
        row.comment(line.comment);
        row.piece(b"\n", 1);
        row.end();
        Ok(())
    }

    /// Writes the line, and its line feed, of an opcode whose argument is plain.
    #[inline(always)]
    pub(super) fn plain_line(
        &mut self,
        start: usize,
        opcode: Opcode,
        depth: usize,
        plain: Plain<'_>,
        comment: Comment,
        style: Style,
    ) -> fmt::Result {
        let entry = Entry::of(opcode);
        let mut row = self.start(start, entry, depth, style)?;
        match plain.form {
            Form::Nothing => row.name(entry, comment != Comment::None),
            _ => {
                row.name(entry, true);
                row.plain(plain);
            }
        }
        row.comment(comment);
        row.piece(b"\n", 1);
        row.end();
        Ok(())
    }

    /// Begins a line: its offset, its code, and its indentation.
    #[inline(always)]
    fn start(
        &mut self,
        start: usize,
        entry: &Entry,
        depth: usize,
        style: Style,
    ) -> Result<Row<'_>, fmt::Error> {
        let depth = match style {
            Style::Exact => depth,
            Style::Short => depth.min(SHOWN_DEPTH),
        };
        if depth > USUAL_DEPTH {
            return self.start_deep(start, entry, depth);
        }
        let at = super::offset(start);
        let number = at / FOUR;
        if number != self.block.number {
            self.block = Block::new(number);
        }
        let block = self.block;
        let mut row = self.row()?;
        if block.len == 0 {
            row.offset(at);
        } else {
            row.piece(&block.digits, block.len);
            row.piece(&last_four(at), 6);
        }
        row.piece(&entry.code, 5);
        row.piece(&INDENTATION, depth.wrapping_mul(4));
        Ok(row)
    }

    /// Writes an offset whose line does not follow.
    pub(super) fn begin(&mut self, at: u64) -> fmt::Result {
        let mut row = self.row()?;
        row.offset(at);
        row.end();
        Ok(())
    }

    /// Writes what stands behind STOP.
    pub(super) fn close(&mut self, protocol: u8) -> fmt::Result {
        writeln!(self, "highest protocol among opcodes = {protocol}")
    }

    /// Hands over what is collected.
    pub(super) fn flush(&mut self) -> fmt::Result {
        self.handed_over = self.written();
        let bytes = self.bytes.get(..self.at).unwrap_or_default();
        self.at = 0;
        // Nothing but whole texts was collected.
        self.out
            .write_str(core::str::from_utf8(bytes).map_err(|_| fmt::Error)?)
    }

    pub(super) fn flush_without_line_feed(&mut self) -> fmt::Result {
        self.at = self.at.saturating_sub(1);
        self.flush()
    }

    /// Makes room for so many bytes, if there can be so many.
    #[inline]
    fn room(&mut self, len: usize) -> fmt::Result {
        if self.at.saturating_add(len) > self.bytes.len() {
            return self.flush();
        }
        Ok(())
    }

    /// Makes room for a line, or the rest of one.
    #[inline]
    fn row(&mut self) -> Result<Row<'_>, fmt::Error> {
        self.room(LINE)?;
        let rest = self.bytes.get_mut(self.at..).unwrap_or_default();
        Ok(Row {
            bytes: rest.first_chunk_mut().ok_or(fmt::Error)?,
            len: 0,
            at: &mut self.at,
        })
    }

    #[cold]
    fn start_deep(
        &mut self,
        start: usize,
        entry: &Entry,
        depth: usize,
    ) -> Result<Row<'_>, fmt::Error> {
        let mut row = self.row()?;
        row.offset(super::offset(start));
        row.piece(&entry.code, 5);
        row.end();
        for _ in 0..depth {
            self.write_str("    ")?;
        }
        self.row()
    }
}

/// Room for a line on a page. Everything written into it has a bounded length, and fits.
struct Row<'p> {
    bytes: &'p mut [u8; LINE],
    len: usize,
    at: &'p mut usize,
}

impl Row<'_> {
    /// Copies a piece of which only so many bytes count.
    #[inline]
    fn piece<const N: usize>(&mut self, piece: &[u8; N], len: usize) {
        let rest = self.bytes.get_mut(self.len..).unwrap_or_default();
        if let Some(room) = rest.first_chunk_mut() {
            *room = *piece;
            self.len = self.len.wrapping_add(len);
        }
    }

    /// Writes an opcode's name, filled up if something follows it.
    #[inline(always)]
    fn name(&mut self, entry: &Entry, is_followed: bool) {
        let len = if is_followed {
            entry.len.max(NAME)
        } else {
            entry.len
        };
        self.piece(&entry.name, len);
    }

    /// Writes an argument, a space before it.
    #[inline(always)]
    fn plain(&mut self, plain: Plain<'_>) {
        match plain.form {
            Form::Nothing => {}
            Form::Number => {
                self.piece(b" ", 1);
                self.number(plain.number);
            }
            Form::Negative => {
                self.piece(b" -", 2);
                self.number(plain.number);
            }
            Form::Float => {
                self.piece(b" ", 1);
                self.float(plain.number, plain.thousandths);
            }
            Form::NegativeFloat => {
                self.piece(b" -", 2);
                self.float(plain.number, plain.thousandths);
            }
            Form::Text => {
                self.piece(b" '", 2);
                let end = self.len.saturating_add(plain.text.len());
                if let Some(room) = self.bytes.get_mut(self.len..end) {
                    room.copy_from_slice(plain.text);
                    self.len = end;
                }
                self.piece(b"'", 1);
            }
        }
    }

    /// Writes a float of at most three decimals, zeros at the end left away but for the first.
    #[inline(always)]
    fn float(&mut self, whole: u64, thousandths: u64) {
        self.number(whole);
        let thousandths = thousandths % 1000;
        let digit = |value: u64| b'0' | u8::try_from(value % 10).unwrap_or_default();
        let tenths = digit(thousandths / 100);
        let hundredths = digit(thousandths / 10);
        let len = match thousandths {
            _ if thousandths.is_multiple_of(100) => 2,
            _ if thousandths.is_multiple_of(10) => 3,
            _ => 4,
        };
        self.piece(&[b'.', tenths, hundredths, digit(thousandths)], len);
    }

    /// Writes what stands behind the argument.
    #[inline(always)]
    fn comment(&mut self, comment: Comment) {
        match comment {
            Comment::None => {}
            Comment::Mark(at) => {
                self.piece(b" (MARK at ", 10);
                self.number(at);
                self.piece(b")", 1);
            }
            Comment::NoMark => self.piece(b" no MARK exists on stack", 24),
            Comment::Memo(index) => {
                self.piece(b" (as ", 5);
                self.number(index);
                self.piece(b")", 1);
            }
        }
    }

    /// Writes an offset, `: ` behind it.
    #[inline]
    fn offset(&mut self, at: u64) {
        let len = digits(at);
        if len < OFFSET {
            self.piece(b"    ", OFFSET.saturating_sub(len));
        }
        self.number(at);
        self.piece(b": ", 2);
    }

    /// Writes a number.
    #[inline(always)]
    fn number(&mut self, number: u64) {
        if number < 10 {
            self.piece(&[b'0' | number.to_le_bytes()[0]], 1);
        } else if number < EIGHT {
            let digits = eight_digits(number);
            // The first digits are in the lowest bytes, and not all are zero.
            let zeros = digits.trailing_zeros() >> 3;
            let text = (digits | ZEROS) >> (zeros.wrapping_mul(8) & 63);
            let len = usize::try_from(zeros).map_or(0, |zeros| 8_usize.wrapping_sub(zeros));
            self.piece(&text.to_le_bytes(), len);
        } else {
            self.len = long_number(number, self.bytes, self.len);
        }
    }

    /// Leaves to the page what was written.
    #[inline]
    fn end(self) {
        *self.at = self.at.saturating_add(self.len);
    }
}

impl<W: Write + ?Sized> Write for Page<'_, W> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.room(text.len())?;
        let end = self.at.saturating_add(text.len());
        match self.bytes.get_mut(self.at..end) {
            Some(room) => {
                room.copy_from_slice(text.as_bytes());
                self.at = end;
                Ok(())
            }
            None => {
                // It is longer than a page, and what was before it is handed over.
                self.handed_over = self.handed_over.saturating_add(super::offset(text.len()));
                self.out.write_str(text)
            }
        }
    }
}

/// One more than the largest number of eight decimal digits.
const EIGHT: u64 = 100_000_000;
/// One more than the largest number of four.
const FOUR: u64 = 10_000;
/// What makes digits of numbers below ten.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Eight decimal digits at once, one in each byte, the first in the lowest; of a number that has no more.
#[inline(always)]
fn eight_digits(number: u64) -> u64 {
    // Four digits in each half, two in each quarter, one in each byte. The factors divide by 100 and by 10:
    // exact for what a lane can hold.
    let fours = (number / FOUR) | ((number % FOUR) << 32);
    let hundreds = (fours.wrapping_mul(10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours.wrapping_sub(hundreds.wrapping_mul(100)) << 16);
    let tens = (twos.wrapping_mul(103) >> 10) & 0x000f_000f_000f_000f;
    tens | (twos.wrapping_sub(tens.wrapping_mul(10)) << 8)
}

/// The last four decimal digits of a number, `: ` behind them.
#[inline(always)]
fn last_four(number: u64) -> [u8; 8] {
    let digits = (eight_digits(number % FOUR) | ZEROS) >> 32;
    (digits | 0x203a_0000_0000).to_le_bytes()
}

/// Writes a number of more than eight digits; returns where it ends. It takes a row's parts: a row that is lent
/// out would be kept in memory.
#[cold]
fn long_number(number: u64, bytes: &mut [u8; LINE], at: usize) -> usize {
    let mut digits = [0; LONGEST_NUMBER];
    let mut left = number;
    let mut len: usize = 0;
    for to in &mut digits {
        *to = b'0' | u8::try_from(left % 10).unwrap_or_default();
        left /= 10;
        len = len.saturating_add(1);
        if left == 0 {
            break;
        }
    }
    let end = at.saturating_add(len);
    let Some(room) = bytes.get_mut(at..end) else {
        return at;
    };
    for (to, from) in room.iter_mut().rev().zip(digits) {
        *to = from;
    }
    end
}

/// How many decimal digits a number has.
#[inline]
fn digits(number: u64) -> usize {
    let log = number.checked_ilog10().unwrap_or_default();
    usize::try_from(log).unwrap_or_default().saturating_add(1)
}

/// How an opcode is written.
#[derive(Clone, Copy)]
struct Entry {
    /// Its byte as `repr` gives it, in four columns, and a space.
    code: [u8; 8],
    name: [u8; LONGEST_NAME],
    len: usize,
}

impl Entry {
    #[inline]
    fn of(opcode: Opcode) -> &'static Self {
        ENTRIES
            .get(usize::from(opcode.byte()))
            .unwrap_or(&Self::NONE)
    }

    const NONE: Self = Self {
        code: [b' '; 8],
        name: [b' '; LONGEST_NAME],
        len: 0,
    };
}

/// Each opcode's entry under its byte.
static ENTRIES: [Entry; 256] = entries();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "computed when the crate is compiled"
)]
const fn entries() -> [Entry; 256] {
    let mut entries = [Entry::NONE; 256];
    let mut number = 0;
    while number < Opcode::ALL.len() {
        let opcode = Opcode::ALL[number];
        let byte = opcode.byte();
        let mut entry = Entry::NONE;
        if byte.is_ascii_graphic() {
            entry.code[0] = byte;
        } else {
            let digits = b"0123456789abcdef";
            entry.code[0] = b'\\';
            entry.code[1] = b'x';
            entry.code[2] = digits[(byte >> 4) as usize];
            entry.code[3] = digits[(byte & 0xf) as usize];
        }
        let name = opcode.name().as_bytes();
        entry.len = name.len();
        let mut at = 0;
        while at < name.len() {
            entry.name[at] = name[at];
            at += 1;
        }
        entries[byte as usize] = entry;
        number += 1;
    }
    entries
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use core::fmt::Write as _;

    use super::Page;
    use crate::Opcode;
    use crate::disasm::plain::{Form, Plain};
    use crate::disasm::{Comment, Style};

    #[test]
    fn numbers_of_every_length_are_written() {
        let mut out = String::new();
        let mut wanted = String::new();
        let mut page = Page::new(&mut out, 256);
        let mut number: u64 = 0;
        for step in 0..100_000_u64 {
            page.begin(number).unwrap();
            write!(wanted, "{number:5}: ").unwrap();
            let plain = Plain {
                form: Form::Number,
                number,
                thousandths: 0,
                text: &[],
            };
            let start = usize::try_from(number).unwrap();
            let opcode = Opcode::BinInt1;
            page.plain_line(start, opcode, 0, plain, Comment::Memo(number), Style::Exact)
                .unwrap();
            writeln!(wanted, "{number:5}: K    BININT1    {number} (as {number})").unwrap();
            number = match step % 4 {
                0 => step,
                1 => number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
                2 => 10_u64.pow(u32::try_from(step % 20).unwrap()),
                _ => number.wrapping_sub(1),
            };
        }
        page.flush().unwrap();
        assert_eq!(out, wanted);
    }

    #[test]
    fn what_is_longer_than_a_page_is_written_in_order() {
        let mut out = String::new();
        let long = "x".repeat(1000);
        let mut page = Page::new(&mut out, 256);
        for text in ["a", &long, "b", &long] {
            page.write_str(text).unwrap();
        }
        assert_eq!(page.written(), 2002);
        page.flush().unwrap();
        assert_eq!(out, ["a", &long, "b", &long].concat());
    }
}
