/// Why a header could not be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct Error {
    kind: ErrorKind,
    offset: u64,
}

/// The kinds of [`Error`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file does not start with `\x93NUMPY`.
    #[error("not a .npy file")]
    NotNpy,
    /// The version is none of 1.0, 2.0 and 3.0.
    #[error("unknown version {major}.{minor}, expected 1.0, 2.0 or 3.0")]
    UnknownVersion {
        /// The first version byte.
        major: u8,
        /// The second version byte.
        minor: u8,
    },
    /// The file ends inside the header.
    #[error("the header is cut off")]
    Truncated,
    /// A byte cannot stand where it does.
    #[error("unexpected byte 0x{0:02x}")]
    UnexpectedByte(u8),
    /// The literal ends inside a value.
    #[error("unexpected end of the literal")]
    UnexpectedEnd,
    /// Bytes other than white space follow the dictionary.
    #[error("text behind the dictionary")]
    TextBehind,
    /// A string holds an escape that Python does not know, or bytes that are not UTF-8 in version 3.0.
    #[error("malformed string")]
    MalformedString,
    /// An integer does not fit into 64 bits.
    #[error("integer out of range")]
    IntegerOutOfRange,
    /// The literal is not a dictionary.
    #[error("the literal is not a dictionary")]
    NotADictionary,
    /// A key stands twice.
    #[error("key `{0}` stands twice")]
    DuplicateKey(&'static str),
    /// A key is neither `descr` nor `fortran_order` nor `shape`.
    #[error("unknown key")]
    UnknownKey,
    /// A key is missing.
    #[error("key `{0}` is missing")]
    MissingKey(&'static str),
    /// `fortran_order` is neither `True` nor `False`.
    #[error("`fortran_order` is not a boolean")]
    OrderNotBoolean,
    /// A shape is not a tuple of integers that are not negative.
    #[error("the shape is not a tuple of sizes")]
    MalformedShape,
    /// A description is neither a string nor a list of fields nor a subarray.
    #[error("the dtype is not a description")]
    MalformedDescr,
    /// A dtype string is not one that numpy writes into a file.
    #[error("unknown dtype string")]
    UnknownDtype,
    /// The size of the array does not fit into 64 bits.
    #[error("the size of the array overflows")]
    SizeOverflow,
    /// A ceiling in [`Limits`](super::Limits) was reached.
    #[error("limit on {0} exceeded")]
    LimitExceeded(Limit),
}

/// The ceilings of [`Limits`](super::Limits).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// Bytes of the literal.
    #[error("header bytes")]
    Header,
    /// Brackets within brackets.
    #[error("depth")]
    Depth,
    /// Dimensions.
    #[error("dimensions")]
    Dimensions,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the byte of the file at which it is.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}
