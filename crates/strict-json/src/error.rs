use std::fmt;

/// Why bytes are not the JSON that was wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct Error {
    #[source]
    kind: ErrorKind,
    offset: u64,
}

/// The kinds of [`Error`]. Those of the grammar come from [`read`](crate::read), those of the shape from
/// asking a value for what it is not.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There are more bytes than [`Limits::bytes`](crate::Limits::bytes).
    #[error("{found} bytes of JSON where at most {limit} are read")]
    TooLong {
        /// How many there are.
        found: u64,
        /// How many are read.
        limit: u64,
    },
    /// The bytes begin with a byte order mark, of UTF-8 or UTF-16.
    #[error("byte order mark")]
    ByteOrderMark,
    /// The byte is not part of UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// The bytes end inside the value.
    #[error("unexpected end")]
    Truncated,
    /// The byte cannot stand here.
    #[error("unexpected byte {0:#04x}")]
    UnexpectedByte(u8),
    /// A control character stands in a string without an escape.
    #[error("control character {0:#04x} in a string")]
    ControlCharacter(u8),
    /// A backslash is followed by what is no escape.
    #[error("unknown escape")]
    UnknownEscape,
    /// One half of a surrogate pair stands without the other.
    #[error("half of a surrogate pair")]
    LoneSurrogate,
    /// A key stands twice in one object.
    #[error("key that stood at byte {first} already")]
    DuplicateKey {
        /// The byte at which the first one begins.
        first: u64,
    },
    /// Bytes follow the value.
    #[error("data behind the value")]
    TrailingData,
    /// Objects and arrays are nested deeper than [`Limits::depth`](crate::Limits::depth).
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// How many levels are read.
        limit: u64,
    },
    /// There are more values than [`Limits::values`](crate::Limits::values).
    #[error("more than {limit} values")]
    TooManyValues {
        /// How many are read.
        limit: u64,
    },
    /// The value is of another type than the format wants here.
    #[error("{found} where {wanted} is wanted")]
    WrongType {
        /// What stands here.
        found: Type,
        /// What should.
        wanted: Type,
    },
    /// The object lacks a key that the format wants.
    #[error("no `{0}` in the object")]
    Missing(&'static str),
    /// The object has a key that the format does not know.
    #[error("unknown key")]
    UnknownKey,
    /// The number is not a whole one from 0 to 2^64 - 1, written with digits alone or with a fraction of zeros.
    #[error("not a whole number from 0 to 18446744073709551615")]
    NotAnInteger,
}

/// What a JSON value can be.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "RFC 8259 has these six and no more"
)]
pub enum Type {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        })
    }
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the byte of the document at which it is wrong.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}
