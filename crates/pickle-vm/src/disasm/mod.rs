mod argument;
mod keys;
mod line;
mod page;
mod plain;
mod stack;

use core::fmt;

use crate::decoder::{Decoder, Op};
use crate::error::{Error, ErrorKind};
use crate::limits::{Limit, Limits};
use crate::opcode::Opcode;

pub use argument::Argument;
pub use line::{Comment, Line};

use keys::{Key, Keys};
use page::Page;
use plain::Plain;
use stack::Stack;

/// How a disassembly is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Style {
    /// As `pickletools.dis` of CPython 3.11 writes it, byte for byte.
    #[default]
    Exact,
    /// For a terminal: long arguments are shortened, deep indentation ends, and characters that show nothing
    /// or change their neighbours are escaped.
    Short,
}

/// Disassembles one pickle as `pickletools.dis` of CPython 3.11 does, line by line.
///
/// It gives every line that `pickletools` gives and refuses what `pickletools` refuses, in the same order:
/// the stack is only counted, and memo entries must be stored once, before they are used. A loader may take
/// what is refused here, and the other way round; [`Machine`](crate::Machine) follows loaders.
///
/// The iterator ends behind STOP or behind the first error.
///
/// # Limits
/// Time is linear in the length of the pickle. Memory is what is open: 16 bytes for each mark, and what the
/// memo's keys need, which is next to nothing where they follow each other; [`Limits::memory`] bounds both.
/// [`Limits::disassembly`] bounds what is written.
///
/// # Examples
/// ```
/// use pickle_vm::{Disassembly, Limits, Style};
///
/// let mut disassembly = Disassembly::new(b"\x80\x04]\x94(K\x01e.", 0, &Limits::default());
/// let mut text = String::new();
/// disassembly.write(Style::Exact, &mut text)?;
/// assert_eq!(text, r"    0: \x80 PROTO      4
///     2: ]    EMPTY_LIST
///     3: \x94 MEMOIZE    (as 0)
///     4: (    MARK
///     5: K        BININT1    1
///     7: e        APPENDS    (MARK at 4)
///     8: .    STOP
/// highest protocol among opcodes = 4
/// ");
/// assert_eq!(disassembly.finish().error, None);
/// # Ok::<(), std::fmt::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Disassembly<'a> {
    decoder: Decoder<'a>,
    start: usize,
    limits: Limits,
    stack: Stack,
    keys: Keys,
    ending: Ending,
    /// What is wrong with the opcode whose line was given last.
    pending: Option<Error>,
    ended: bool,
}

/// How a disassembly ended, or how far it came.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Ending {
    /// The byte behind the last opcode that has a line.
    pub end: u64,
    /// How many opcodes have a line.
    pub opcodes: u64,
    /// The highest protocol among these opcodes.
    pub protocol: u8,
    /// Whether STOP came and had a value to give back.
    pub stopped: bool,
    /// Why the rest was not read, or what is wrong with what is left behind STOP.
    pub error: Option<Error>,
    /// Where the opcode begins of which `pickletools` prints the offset and nothing more before it gives up.
    pub begun: Option<u64>,
}

/// Bytes that are handed to a writer at once.
const PAGE: usize = 32 << 10;

impl<'a> Disassembly<'a> {
    /// Prepares to disassemble the pickle that begins at byte `start` of `input`. Offsets count from the start
    /// of `input`.
    #[must_use]
    pub fn new(input: &'a [u8], start: usize, limits: &Limits) -> Self {
        Self {
            decoder: Decoder::at(input, start),
            start,
            limits: limits.clone(),
            stack: Stack::default(),
            keys: Keys::default(),
            ending: Ending {
                end: offset(start),
                ..Ending::default()
            },
            pending: None,
            ended: false,
        }
    }

    /// Writes the lines that are left and what `pickletools` prints at the end.
    ///
    /// An error in the pickle is not written: [`finish`](Self::finish) tells it.
    ///
    /// # Errors
    /// When the writer refuses more. What is left can be read without it then.
    pub fn write<W: fmt::Write + ?Sized>(&mut self, style: Style, out: &mut W) -> fmt::Result {
        let mut page = Page::new(out, PAGE);
        while let Some(Ok(op)) = self.due() {
            let start = op.range().start;
            if let Some(plain) = Plain::of(&op) {
                let depth = self.stack.open();
                let mut comment = Comment::None;
                let key = Some(Key::Number(plain.number));
                if let Err(kind) = self.enter(op, key, &mut comment) {
                    self.end_by(kind, start);
                    break;
                }
                page.plain_line(start, op.opcode(), depth, plain, comment, style)?;
            } else {
                match self.line(op) {
                    Ok(line) => page.line(&line, style)?,
                    Err(kind) => {
                        self.end_by(kind, start);
                        break;
                    }
                }
            }
            // The ceiling is higher than where it begins.
            if page.written() > self.limits.disassembly && page.written() > self.ceiling() {
                self.end_by(ErrorKind::LimitExceeded(Limit::Disassembly), start);
                break;
            }
        }
        if let Some(begun) = self.ending.begun {
            page.begin(begun)?;
        }
        if self.ending.stopped {
            page.close(self.ending.protocol)?;
        }
        page.flush()
    }

    /// Reads what is left without writing it, and tells how it ends.
    #[must_use]
    pub fn finish(mut self) -> Ending {
        while self.next().is_some() {}
        self.ending
    }

    /// Bytes that may have been written by now.
    fn ceiling(&self) -> u64 {
        let read = self.decoder.position().saturating_sub(self.start);
        offset(read)
            .saturating_mul(4096)
            .saturating_add(self.limits.disassembly)
    }

    #[cold]
    fn end_by(&mut self, kind: ErrorKind, start: usize) -> Error {
        self.end_with(Error::new(kind, offset(start)))
    }

    #[cold]
    fn end_with(&mut self, error: Error) -> Error {
        self.ended = true;
        self.ending.error = Some(error.clone());
        error
    }

    /// Reads the opcode that is due, unless the disassembly has ended.
    #[inline(always)]
    fn due(&mut self) -> Option<Result<Op<'a>, Error>> {
        if self.ended || self.pending.is_some() || self.ending.stopped {
            return self.end().map(Err);
        }
        Some(
            self.decoder
                .read_here()
                .map_err(|error| self.end_with(error)),
        )
    }

    /// Ends behind STOP or behind an opcode that something is wrong with; says what is wrong.
    #[cold]
    fn end(&mut self) -> Option<Error> {
        if self.ended {
            return None;
        }
        if let Some(error) = self.pending.take() {
            return Some(self.end_with(error));
        }
        self.ended = true;
        if self.stack.is_empty() {
            return None;
        }
        let kind = ErrorKind::StackNotEmpty(self.stack.height());
        // STOP is one byte long.
        let error = Error::new(kind, self.ending.end.saturating_sub(1));
        Some(self.end_with(error))
    }

    /// Makes the line of an opcode that was read, and carries it out.
    fn line(&mut self, op: Op<'a>) -> Result<Line<'a>, ErrorKind> {
        let argument = Argument::read(&op)?;
        let mut line = Line {
            range: op.range(),
            opcode: op.opcode(),
            index: self.ending.opcodes,
            depth: self.stack.open(),
            argument,
            comment: Comment::None,
        };
        if argument.has_too_many_digits() {
            // `pickletools` carries it out before it finds out, and may find something else.
            let wrong = self.carry_out(&op, Key::of(&argument), &mut line.comment);
            self.ending.begun = Some(offset(op.range().start));
            return Err(wrong.err().unwrap_or(ErrorKind::TooManyDigits));
        }
        self.enter(op, Key::of(&argument), &mut line.comment)?;
        Ok(line)
    }

    /// Carries an opcode out that was read, which stores or looks up under `key`, and counts it.
    #[inline(always)]
    fn enter(
        &mut self,
        op: Op<'a>,
        key: Option<Key<'_>>,
        comment: &mut Comment,
    ) -> Result<(), ErrorKind> {
        let range = op.range();
        match self.carry_out(&op, key, comment) {
            Err(kind) => {
                // `pickletools` has printed the offset.
                self.ending.begun = Some(offset(range.start));
                return Err(kind);
            }
            Ok(Some(kind)) => self.pending = Some(Error::new(kind, offset(range.start))),
            Ok(None) => self.ending.stopped = op.opcode() == Opcode::Stop,
        }
        self.ending.opcodes = self.ending.opcodes.saturating_add(1);
        self.ending.end = offset(range.end);
        self.ending.protocol = self.ending.protocol.max(op.opcode().protocol());
        let held = self.stack.bytes().saturating_add(self.keys.bytes());
        if offset(held) > self.limits.memory && self.pending.is_none() {
            let kind = ErrorKind::LimitExceeded(Limit::Memory);
            self.pending = Some(Error::new(kind, offset(range.start)));
        }
        Ok(())
    }

    /// Returns what is wrong with the opcode though it has a line; as an error, what keeps it from having one.
    #[inline(always)]
    fn carry_out(
        &mut self,
        op: &Op<'a>,
        key: Option<Key<'_>>,
        comment: &mut Comment,
    ) -> Result<Option<ErrorKind>, ErrorKind> {
        match op.opcode() {
            Opcode::Memoize => {
                *comment = Comment::Memo(self.keys.count());
                let key = Key::Number(self.keys.count());
                if let Some(wrong) = self.put(&key) {
                    return Ok(Some(wrong));
                }
            }
            Opcode::BinPut | Opcode::LongBinPut | Opcode::Put => {
                if let Some(wrong) = key.and_then(|key| self.put(&key)) {
                    return Ok(Some(wrong));
                }
            }
            Opcode::BinGet | Opcode::LongBinGet | Opcode::Get
                if !key.as_ref().is_some_and(|key| self.keys.contains(key)) =>
            {
                return Ok(Some(match key {
                    Some(Key::Number(index)) => ErrorKind::NoMemoEntry(index),
                    _ => ErrorKind::NoSuchMemoKey,
                }));
            }
            _ => {}
        }
        self.stack.carry_out(op.opcode(), op.range().start, comment)
    }

    /// Stores under a key; says what `pickletools` finds wrong with it.
    #[inline]
    fn put(&mut self, key: &Key<'_>) -> Option<ErrorKind> {
        if self.keys.contains(key) {
            Some(ErrorKind::MemoEntryTaken)
        } else if self.stack.is_empty() {
            Some(ErrorKind::StackUnderflow)
        } else if self.stack.has_mark_on_top() {
            Some(ErrorKind::MarkStored)
        } else {
            self.keys.insert(key);
            None
        }
    }
}

impl<'a> Iterator for Disassembly<'a> {
    type Item = Result<Line<'a>, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let op = match self.due()? {
            Ok(op) => op,
            Err(error) => return Some(Err(error)),
        };
        let line = self.line(op);
        Some(line.map_err(|kind| self.end_by(kind, op.range().start)))
    }
}

#[inline]
fn offset(position: usize) -> u64 {
    u64::try_from(position).unwrap_or(u64::MAX)
}
