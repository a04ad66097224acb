use core::fmt;
use core::ops::Range;

use findings::{Finding, Location, Rule};
use strict_json::Type;

use crate::rules;

/// One thing for which a file is not valid.
///
/// Names in it are escaped and shortened, so it can be printed as it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    bytes: Range<u64>,
    tensor: Option<Box<str>>,
}

/// The kinds of [`Error`], each of one rule. Lengths and ranges are in bytes.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There are fewer than 8 bytes.
    #[error("{found} bytes where the length of the header takes 8")]
    BrokenLength {
        /// How many there are.
        found: u64,
    },
    /// The header is longer than [`Limits::MOST_HEADER`](crate::Limits::MOST_HEADER).
    #[error("header of {length} bytes where at most 100000000 are read")]
    OversizedHeader {
        /// How long it is said to be.
        length: u64,
    },
    /// The header ends behind the end of the file.
    #[error("header of {length} bytes where {left} follow its length")]
    HeaderBeyondFile {
        /// How long it is said to be.
        length: u64,
        /// How many bytes follow its length.
        left: u64,
    },
    /// The header does not begin with `{`.
    #[error("byte {0:#04x} where the header begins with `{{`")]
    WrongFirstByte(u8),
    /// The header has no bytes.
    #[error("header of 0 bytes where it begins with `{{`")]
    EmptyHeader,
    /// The JSON is followed by what is no space.
    #[error("byte {0:#04x} behind the JSON, where only spaces may stand")]
    WrongPadding(u8),
    /// The header is not UTF-8.
    #[error("header that is not UTF-8")]
    NotUtf8,
    /// The header is not JSON.
    #[error("{0}")]
    Json(#[source] strict_json::ErrorKind),
    /// The header is another kind of JSON value.
    #[error("{found} where the header is an object")]
    NotAnObject {
        /// What it is.
        found: Type,
    },
    /// A name stands twice in the header.
    #[error("name that stood at byte {first} already")]
    DuplicateName {
        /// The byte of the file at which it stood before.
        first: u64,
    },
    /// A field stands twice in an entry.
    #[error("second `{0}`")]
    DuplicateField(Field),
    /// A key stands twice in the metadata.
    #[error("metadata key that stood at byte {first} already")]
    DuplicateMetadata {
        /// The byte of the file at which it stood before.
        first: u64,
    },
    /// An entry has a field that the format does not know.
    #[error("unknown field `{field}`")]
    UnknownField {
        /// Its name, escaped and shortened.
        field: Box<str>,
    },
    /// An entry is no object.
    #[error("{found} where the entry is an object")]
    WrongEntry {
        /// What it is.
        found: Type,
    },
    /// An entry lacks a field.
    #[error("no `{0}`")]
    MissingField(Field),
    /// `__metadata__` is no object.
    #[error("{found} where the metadata is an object")]
    WrongMetadata {
        /// What it is.
        found: Type,
    },
    /// A value of the metadata is no string.
    #[error("{found} where the metadata `{key}` is a string")]
    WrongMetadataValue {
        /// Its key, escaped and shortened.
        key: Box<str>,
        /// What it is.
        found: Type,
    },
    /// The dtype is none of [`Dtype::ALL`](crate::Dtype::ALL).
    #[error("unknown dtype `{found}`")]
    UnknownDtype {
        /// What it is said to be, escaped and shortened.
        found: Box<str>,
    },
    /// The dtype is no string.
    #[error("{found} where the dtype is a string")]
    WrongDtype {
        /// What it is.
        found: Type,
    },
    /// The shape is no array.
    #[error("{found} where the shape is an array")]
    WrongShape {
        /// What it is.
        found: Type,
    },
    /// A dimension is no number.
    #[error("{found} where a dimension is a number")]
    WrongDimension {
        /// What it is.
        found: Type,
    },
    /// A dimension is not written with digits alone, or is over 2^64 - 1.
    #[error(
        "dimension `{found}` that is not a whole number of at most 64 bits, written with digits alone"
    )]
    DimensionNotWhole {
        /// How it is written, shortened.
        found: Box<str>,
    },
    /// A dimension is over 2^48 - 1.
    #[error("dimension {found} where the most is 281474976710655")]
    OversizedDimension {
        /// The dimension.
        found: u64,
    },
    /// The dimensions that are not 0 and the bits of the dtype multiply to more than 2^64 - 1.
    #[error("dimensions that multiply to more than 64 bits hold")]
    SizeOverflow,
    /// There are more dimensions than [`Limits::rank`](crate::Limits::rank).
    #[error("{found} dimensions where at most {limit} are supported")]
    TooManyDimensions {
        /// How many there are.
        found: u64,
        /// How many there may be.
        limit: u64,
    },
    /// The offsets are no array.
    #[error("{found} where the offsets are an array")]
    WrongOffsets {
        /// What they are.
        found: Type,
    },
    /// An offset is no number.
    #[error("{found} where an offset is a number")]
    WrongOffset {
        /// What it is.
        found: Type,
    },
    /// An offset is not written with digits alone, or is over 2^64 - 1.
    #[error(
        "offset `{found}` that is not a whole number of at most 64 bits, written with digits alone"
    )]
    OffsetNotWhole {
        /// How it is written, shortened.
        found: Box<str>,
    },
    /// There are not two offsets.
    #[error("{found} offsets where two are wanted")]
    OffsetCount {
        /// How many there are.
        found: u64,
    },
    /// The first offset is behind the second.
    #[error("offsets from {begin} back to {end}")]
    BackwardOffsets {
        /// The first.
        begin: u64,
        /// The second.
        end: u64,
    },
    /// The second offset is behind the end of the file.
    #[error("data up to {end} where the file holds {held} bytes of data")]
    DataBeyondFile {
        /// The second offset.
        end: u64,
        /// How many bytes of data the file holds.
        held: u64,
    },
    /// The offsets span another number of bytes than shape and dtype take.
    #[error("{found} bytes where the shape and dtype take {wanted}")]
    WrongSize {
        /// What the offsets span.
        found: u64,
        /// What they should.
        wanted: u64,
    },
    /// The bits of all elements are no whole number of bytes.
    #[error("{bits} bits, which are no whole number of bytes")]
    PartialByte {
        /// How many they are.
        bits: u64,
    },
    /// Bytes between the data of tensors belong to none.
    #[error("{bytes} bytes of data that belong to no tensor")]
    Hole {
        /// How many they are.
        bytes: u64,
    },
    /// Two tensors share bytes.
    #[error("data at {begin}..{end} that begins inside that of `{other}`")]
    Overlap {
        /// The first offset.
        begin: u64,
        /// The second offset.
        end: u64,
        /// The tensor that the bytes belong to, escaped and shortened.
        other: Box<str>,
    },
    /// Bytes follow the data of the last tensor.
    #[error("{bytes} bytes behind the data of the last tensor")]
    TrailingBytes {
        /// How many they are.
        bytes: u64,
    },
    /// A ceiling in [`Limits`](crate::Limits) was reached: what lies behind it was not read.
    #[error("more than {ceiling} {limit}")]
    LimitReached {
        /// Which.
        limit: Limit,
        /// How much it admits.
        ceiling: u64,
    },
}

/// The fields of a tensor's entry.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the specification has these three and admits no other"
)]
pub enum Field {
    /// `dtype`.
    Dtype,
    /// `shape`.
    Shape,
    /// `data_offsets`.
    DataOffsets,
}

/// The ceilings of [`Limits`](crate::Limits) at which reading stops.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::header`](crate::Limits::header).
    Header,
    /// [`Limits::tensors`](crate::Limits::tensors).
    Tensors,
    /// [`Limits::metadata`](crate::Limits::metadata).
    Metadata,
}

impl Field {
    /// Returns the name that headers use, such as `data_offsets`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dtype => "dtype",
            Self::Shape => "shape",
            Self::DataOffsets => "data_offsets",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        match name {
            "dtype" => Some(Self::Dtype),
            "shape" => Some(Self::Shape),
            "data_offsets" => Some(Self::DataOffsets),
            _ => None,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Header => "bytes of header",
            Self::Tensors => "tensors",
            Self::Metadata => "pairs of metadata",
        })
    }
}

impl ErrorKind {
    /// Returns the rule that finds it.
    #[must_use]
    pub const fn rule(&self) -> &'static Rule {
        match self {
            Self::BrokenLength { .. } => &rules::BROKEN_LENGTH,
            Self::OversizedHeader { .. } => &rules::OVERSIZED_HEADER,
            Self::HeaderBeyondFile { .. } => &rules::HEADER_BEYOND_FILE,
            Self::WrongFirstByte(_) | Self::EmptyHeader => &rules::WRONG_FIRST_BYTE,
            Self::WrongPadding(_) => &rules::WRONG_PADDING,
            Self::NotUtf8 => &rules::NOT_UTF8,
            Self::Json(_) | Self::NotAnObject { .. } => &rules::MALFORMED_JSON,
            Self::DuplicateName { .. } => &rules::DUPLICATE_NAME,
            Self::DuplicateField(_) => &rules::DUPLICATE_FIELD,
            Self::DuplicateMetadata { .. } => &rules::DUPLICATE_METADATA,
            Self::UnknownField { .. } => &rules::UNKNOWN_FIELD,
            Self::WrongEntry { .. } => &rules::WRONG_ENTRY,
            Self::MissingField(_) => &rules::MISSING_FIELD,
            Self::WrongMetadata { .. } | Self::WrongMetadataValue { .. } => &rules::WRONG_METADATA,
            Self::UnknownDtype { .. } | Self::WrongDtype { .. } => &rules::UNKNOWN_DTYPE,
            Self::WrongShape { .. }
            | Self::WrongDimension { .. }
            | Self::DimensionNotWhole { .. } => &rules::WRONG_SHAPE,
            Self::OversizedDimension { .. } => &rules::OVERSIZED_DIMENSION,
            Self::SizeOverflow => &rules::SIZE_OVERFLOW,
            Self::TooManyDimensions { .. } => &rules::TOO_MANY_DIMENSIONS,
            Self::WrongOffsets { .. }
            | Self::WrongOffset { .. }
            | Self::OffsetNotWhole { .. }
            | Self::OffsetCount { .. }
            | Self::BackwardOffsets { .. } => &rules::WRONG_OFFSETS,
            Self::DataBeyondFile { .. } => &rules::DATA_BEYOND_FILE,
            Self::WrongSize { .. } => &rules::WRONG_SIZE,
            Self::PartialByte { .. } => &rules::PARTIAL_BYTE,
            Self::Hole { .. } => &rules::HOLE,
            Self::Overlap { .. } => &rules::OVERLAP,
            Self::TrailingBytes { .. } => &rules::TRAILING_BYTES,
            Self::LimitReached { .. } => &rules::LIMIT_REACHED,
        }
    }
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, bytes: Range<u64>, tensor: Option<Box<str>>) -> Self {
        Self {
            kind,
            bytes,
            tensor,
        }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns where it is wrong, in bytes of the file: a value or entry of the header, or data.
    #[must_use]
    pub fn bytes(&self) -> Range<u64> {
        self.bytes.clone()
    }

    /// Returns the first byte of the file at which it is wrong.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.bytes.start
    }

    /// Returns the name of the tensor whose entry or data is wrong, escaped and shortened.
    #[must_use]
    pub fn tensor(&self) -> Option<&str> {
        self.tensor.as_deref()
    }

    /// Returns the rule that finds it.
    #[must_use]
    pub const fn rule(&self) -> &'static Rule {
        self.kind.rule()
    }

    /// Returns the finding that reports list.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let rule = self.rule();
        let message = match &self.tensor {
            None => self.kind.to_string(),
            Some(tensor) => format!("tensor `{tensor}`: {}", self.kind),
        };
        let location = Location::bytes(self.bytes());
        let finding = Finding::new(rule.rule_id(), rule.severity, message, location);
        match &self.tensor {
            None => finding,
            Some(tensor) => finding.with_subject(tensor.to_string()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tensor) = &self.tensor {
            write!(f, "tensor `{tensor}`: ")?;
        }
        write!(f, "{} at byte {}", self.kind, self.bytes.start)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ErrorKind::Json(source) => Some(source),
            _ => None,
        }
    }
}
