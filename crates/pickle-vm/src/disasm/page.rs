use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::opcode::Opcode;

use super::Style;
use super::argument::Argument;
use super::line::{Comment, Line};

/// Bytes of a line of the usual depth but for a long argument: an offset of 22, a code of 5, indentation, a
/// name of 16, a number of 20, a comment of 32, and what pieces are longer than what counts of them.
const LINE: usize = 192;
/// The usual depth: levels of indentation that a line has room for.
const USUAL_DEPTH: usize = 16;
/// Columns of an offset at least.
const OFFSET: usize = 5;
/// Columns of a name if something follows it.
const NAME: usize = 10;
/// Bytes of the longest name.
const LONGEST_NAME: usize = 16;
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
}

impl<'w, W: Write + ?Sized> Page<'w, W> {
    /// Collects so many bytes before it calls the writer.
    pub(super) fn new(out: &'w mut W, size: usize) -> Self {
        Self {
            out,
            bytes: vec![0; size.max(LINE)],
            at: 0,
            handed_over: 0,
        }
    }

    /// Bytes written so far.
    pub(super) fn written(&self) -> u64 {
        self.handed_over.saturating_add(super::offset(self.at))
    }

    /// Writes a line and its line feed.
    #[inline]
    pub(super) fn line(&mut self, line: &Line<'_>, style: Style) -> fmt::Result {
        let entry = ENTRIES.get(usize::from(line.opcode.byte()));
        let entry = entry.unwrap_or(&Entry::NONE);
        let mut depth = line.depth;
        if style == Style::Short {
            depth = depth.min(SHOWN_DEPTH);
        }
        let mut row = self.row()?;
        row.offset(super::offset(line.range.start));
        row.piece(&entry.code, 5);
        if depth > USUAL_DEPTH {
            row.end();
            self.indent(depth)?;
            row = self.row()?;
        } else {
            for _ in 0..depth {
                row.piece(b"    ", 4);
            }
        }
        let has_argument = !matches!(line.argument, Argument::None);
        if !has_argument && line.comment == Comment::None {
            row.piece(&entry.name, entry.len);
            row.piece(b"\n", 1);
            row.end();
            return Ok(());
        }
        row.piece(&entry.name, entry.len.max(NAME));
        match &line.argument {
            Argument::None => {}
            Argument::Unsigned(number) => {
                row.piece(b" ", 1);
                row.number(*number);
            }
            Argument::Signed(number) => {
                row.piece(b" -", if *number < 0 { 2 } else { 1 });
                row.number(number.unsigned_abs());
            }
            argument => {
                row.piece(b" ", 1);
                row.end();
                argument.write(style, self)?;
                row = self.row()?;
            }
        }
        match line.comment {
            Comment::None => {}
            Comment::Mark(at) => {
                row.piece(b" (MARK at ", 10);
                row.number(at);
                row.piece(b")", 1);
            }
            Comment::NoMark => row.piece(b" no MARK exists on stack", 24),
            Comment::Memo(index) => {
                row.piece(b" (as ", 5);
                row.number(index);
                row.piece(b")", 1);
            }
        }
        row.piece(b"\n", 1);
        row.end();
        Ok(())
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
    fn indent(&mut self, depth: usize) -> fmt::Result {
        for _ in 0..depth {
            self.write_str("    ")?;
        }
        Ok(())
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
            self.len = self.len.saturating_add(len);
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
    #[inline]
    fn number(&mut self, number: u64) {
        if number < 10 {
            let digit = u8::try_from(number).unwrap_or_default();
            return self.piece(&[b'0' | digit], 1);
        }
        let front = number / EIGHT;
        if front > 0 {
            self.front(front);
            return self.last(number, 8);
        }
        self.last(number, digits(number));
    }

    /// Writes the last digits of a number, at most eight.
    #[inline]
    fn last(&mut self, number: u64, len: usize) {
        let unwanted = 8_usize.saturating_sub(len).saturating_mul(8) & 63;
        self.piece(&(last_eight(number) >> unwanted).to_le_bytes(), len);
    }

    /// Writes what stands before the last eight digits.
    fn front(&mut self, number: u64) {
        let front = number / EIGHT;
        if front > 0 {
            self.last(front, digits(front));
            return self.last(number, 8);
        }
        self.last(number, digits(number));
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

/// Eight decimal digits at once.
const EIGHT: u64 = 100_000_000;

/// The last eight decimal digits of a number as ASCII, zeros in front too.
#[inline]
fn last_eight(number: u64) -> u64 {
    // Four digits in each half, two in each quarter, one in each byte; the first digit is in the lowest. The
    // factors divide by 100 and by 10: exact for what a lane can hold.
    let number = number % EIGHT;
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = (fours.wrapping_mul(10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours.wrapping_sub(hundreds.wrapping_mul(100)) << 16);
    let tens = (twos.wrapping_mul(103) >> 10) & 0x000f_000f_000f_000f;
    let ones = tens | (twos.wrapping_sub(tens.wrapping_mul(10)) << 8);
    ones | 0x3030_3030_3030_3030
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

    #[test]
    fn numbers_of_every_length_are_written() {
        let mut out = String::new();
        let mut wanted = String::new();
        let mut page = Page::new(&mut out, 256);
        let mut number: u64 = 0;
        for step in 0..100_000_u64 {
            page.begin(number).unwrap();
            write!(wanted, "{number:5}: ").unwrap();
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
