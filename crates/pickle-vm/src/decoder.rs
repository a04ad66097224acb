use core::ops::Range;

use crate::error::{Error, ErrorKind};
use crate::opcode::{ArgumentKind, Opcode};

/// Reads the opcodes of a stream one by one.
///
/// The decoder borrows from the input, allocates nothing and does not stop at STOP: whoever drives it
/// decides what follows. It looks at arguments only as far as is needed to find the next opcode.
///
/// ```
/// use pickle_vm::{Decoder, Opcode};
///
/// let ops: Result<Vec<_>, _> = Decoder::new(b"\x80\x04K\x01.").collect();
/// let names: Vec<_> = ops?.iter().map(|op| op.opcode().name()).collect();
/// assert_eq!(names, ["PROTO", "BININT1", "STOP"]);
/// # Ok::<(), pickle_vm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    input: &'a [u8],
    position: usize,
    failed: bool,
}

/// One opcode of a stream with its argument still in bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Op<'a> {
    opcode: Opcode,
    start: usize,
    end: usize,
    argument: &'a [u8],
}

impl<'a> Op<'a> {
    /// Returns the opcode.
    #[must_use]
    #[inline]
    pub const fn opcode(&self) -> Opcode {
        self.opcode
    }

    /// Returns the half-open byte range of opcode and argument, counted from the start of the input.
    #[must_use]
    #[inline]
    pub const fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Returns the argument: the bytes of an integer or float, the text without its line feed, the
    /// counted bytes without their count; for GLOBAL and INST both lines with the line feed between them.
    #[must_use]
    #[inline]
    pub const fn argument(&self) -> &'a [u8] {
        self.argument
    }

    /// Returns the argument's little-endian unsigned value, for the opcodes whose argument has a fixed
    /// size; 0 for all others.
    #[must_use]
    #[inline]
    pub fn unsigned(&self) -> u64 {
        if !matches!(self.opcode.argument(), ArgumentKind::Fixed(_)) {
            return 0;
        }
        little_endian(self.argument)
    }

    /// Returns the two lines of GLOBAL and INST; two empty slices for all others.
    #[must_use]
    pub fn lines(&self) -> (&'a [u8], &'a [u8]) {
        if self.opcode.argument() != ArgumentKind::TwoLines {
            return (&[], &[]);
        }
        match memchr::memchr(b'\n', self.argument) {
            Some(at) => (
                self.argument.get(..at).unwrap_or_default(),
                self.argument
                    .get(at.saturating_add(1)..)
                    .unwrap_or_default(),
            ),
            None => (self.argument, &[]),
        }
    }
}

/// Reads up to eight bytes as a little-endian unsigned integer.
#[inline]
pub(crate) fn little_endian(bytes: &[u8]) -> u64 {
    match *bytes {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_le_bytes([a, b])),
        [a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
        _ => {
            let mut padded = [0; 8];
            for (to, from) in padded.iter_mut().zip(bytes) {
                *to = *from;
            }
            u64::from_le_bytes(padded)
        }
    }
}

impl<'a> Decoder<'a> {
    /// Starts at the first byte of `input`.
    #[must_use]
    pub const fn new(input: &'a [u8]) -> Self {
        Self::at(input, 0)
    }

    /// Starts at byte `position` of `input`; ranges count from the start of `input` all the same.
    #[must_use]
    pub const fn at(input: &'a [u8], position: usize) -> Self {
        Self {
            input,
            position,
            failed: false,
        }
    }

    /// Returns where the next opcode is due, in bytes.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// Goes on at another byte.
    pub(crate) const fn seek(&mut self, position: usize) {
        self.position = position;
    }

    /// Reads the next opcode.
    ///
    /// # Errors
    /// [`ErrorKind::NoStop`] at the end of the input, [`ErrorKind::UnknownOpcode`],
    /// [`ErrorKind::Truncated`] and [`ErrorKind::NegativeCount`], all with the opcode's offset; the
    /// position stays at the opcode then.
    #[inline(always)]
    pub fn read(&mut self) -> Result<Op<'a>, Error> {
        self.read_here()
    }

    /// [`read`](Self::read), laid out where it stands: for loops in which handing an opcode over in memory
    /// would take longer than reading it.
    #[inline(always)]
    pub(crate) fn read_here(&mut self) -> Result<Op<'a>, Error> {
        let start = self.position;
        let Some(&byte) = self.input.get(start) else {
            return Err(error(ErrorKind::NoStop, self.input.len()));
        };
        let Some((opcode, kind)) = Opcode::with_argument(byte) else {
            return Err(error(ErrorKind::UnknownOpcode(byte), start));
        };
        let rest = self
            .input
            .get(start.saturating_add(1)..)
            .unwrap_or_default();
        let truncated = || error(ErrorKind::Truncated, start);
        let (argument, consumed) = match kind {
            ArgumentKind::None => (rest.get(..0).unwrap_or_default(), 0),
            ArgumentKind::Fixed(size) => {
                let size = usize::from(size);
                (rest.get(..size).ok_or_else(truncated)?, size)
            }
            ArgumentKind::Counted(width) => {
                let width = usize::from(width);
                let count = little_endian(rest.get(..width).ok_or_else(truncated)?);
                counted(rest, width, count).ok_or_else(truncated)?
            }
            ArgumentKind::CountedSigned => {
                let count = little_endian(rest.get(..4).ok_or_else(truncated)?);
                let Ok(count) = u32::try_from(count) else {
                    return Err(truncated());
                };
                let signed = count.cast_signed();
                if signed < 0 {
                    return Err(error(ErrorKind::NegativeCount(signed), start));
                }
                counted(rest, 4, u64::from(count)).ok_or_else(truncated)?
            }
            ArgumentKind::Line => {
                let at = memchr::memchr(b'\n', rest).ok_or_else(truncated)?;
                (rest.get(..at).ok_or_else(truncated)?, at.saturating_add(1))
            }
            ArgumentKind::TwoLines => {
                let first = memchr::memchr(b'\n', rest).ok_or_else(truncated)?;
                let second = memchr::memchr(
                    b'\n',
                    rest.get(first.saturating_add(1)..).ok_or_else(truncated)?,
                )
                .ok_or_else(truncated)?;
                let end = first.saturating_add(1).saturating_add(second);
                (
                    rest.get(..end).ok_or_else(truncated)?,
                    end.saturating_add(1),
                )
            }
        };
        let end = start.saturating_add(1).saturating_add(consumed);
        self.position = end;
        Ok(Op {
            opcode,
            start,
            end,
            argument,
        })
    }
}

#[cold]
fn error(kind: ErrorKind, offset: usize) -> Error {
    Error::new(kind, u64::try_from(offset).unwrap_or(u64::MAX))
}

/// Takes `count` bytes behind a count of `width` bytes.
#[inline]
fn counted(rest: &[u8], width: usize, count: u64) -> Option<(&[u8], usize)> {
    let count = usize::try_from(count).ok()?;
    let end = width.checked_add(count)?;
    Some((rest.get(width..end)?, end))
}

impl<'a> Iterator for Decoder<'a> {
    type Item = Result<Op<'a>, Error>;

    /// Gives every opcode up to the end of the input; ends behind the first error and, without an error,
    /// where the input ends.
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.position >= self.input.len() {
            return None;
        }
        let op = self.read();
        self.failed = op.is_err();
        Some(op)
    }
}
