use core::fmt;

use crate::Limit;

/// Why a stream could not be read to its end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    offset: u64,
}

/// The kinds of [`Error`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The stream ended where an opcode was due: no STOP came.
    NoStop,
    /// The stream ended inside an opcode's argument, or a count declares more bytes than are left.
    Truncated,
    /// The byte is not an opcode of any protocol.
    UnknownOpcode(u8),
    /// A signed count is negative.
    NegativeCount(i32),
    /// PROTO names a protocol that no loader supports.
    UnknownProtocol(u8),
    /// An opcode needs more values than the stack holds.
    StackUnderflow,
    /// An opcode needs a mark and there is none.
    NoMark,
    /// GET, BINGET or LONG_BINGET names a memo entry that was never stored.
    NoMemoEntry(u64),
    /// The text of an argument cannot be read as what the opcode needs.
    BadArgument,
    /// GET or PUT names a memo entry by a number that no opcode can have stored: negative or of more than 64
    /// bits. Only the disassembler gets so far with it.
    NoSuchMemoKey,
    /// PUT, BINPUT or MEMOIZE stores under a memo index that is taken, which `pickletools` refuses and loaders
    /// do not.
    MemoEntryTaken,
    /// A mark is to be stored in the memo.
    MarkStored,
    /// An integer has more digits than Python converts from or to text, 4,300.
    TooManyDigits,
    /// So many values and marks are left behind STOP, which `pickletools` refuses and loaders do not.
    StackNotEmpty(u64),
    /// A dict is made of, or given, a key without a value.
    OddItems,
    /// Raw bytes follow that only the value of an earlier state could measure, and it is not known.
    UnknownRawLength,
    /// A ceiling in [`Limits`](crate::Limits) was reached.
    LimitExceeded(Limit),
    /// The caller ended the run, see [`EffectSink::is_interrupted`](crate::EffectSink::is_interrupted).
    Interrupted,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    /// Returns what went wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the offset in bytes of the opcode that could not be read or carried out; the length of
    /// the stream where an opcode was due.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStop => f.write_str("the stream ends without STOP"),
            Self::Truncated => f.write_str("the stream ends inside an opcode's argument"),
            Self::UnknownOpcode(byte) => write!(f, "unknown opcode 0x{byte:02x}"),
            Self::NegativeCount(count) => write!(f, "negative count {count}"),
            Self::UnknownProtocol(protocol) => write!(f, "unknown protocol {protocol}"),
            Self::StackUnderflow => f.write_str("too few values on the stack"),
            Self::NoMark => f.write_str("no mark on the stack"),
            Self::NoMemoEntry(index) => write!(f, "no memo entry {index}"),
            Self::BadArgument => f.write_str("argument cannot be read"),
            Self::NoSuchMemoKey => f.write_str("no memo entry of that number"),
            Self::MemoEntryTaken => f.write_str("memo entry stored a second time"),
            Self::MarkStored => f.write_str("a mark to be stored in the memo"),
            Self::TooManyDigits => f.write_str("an integer of more than 4300 digits"),
            Self::StackNotEmpty(left) => {
                write!(f, "stack not empty at the end, {left} left")
            }
            Self::OddItems => f.write_str("a key without a value"),
            Self::UnknownRawLength => {
                f.write_str("raw array bytes follow whose length cannot be told")
            }
            Self::LimitExceeded(limit) => write!(f, "ceiling on {limit} reached"),
            Self::Interrupted => f.write_str("no more time to read on"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

impl core::error::Error for Error {}
