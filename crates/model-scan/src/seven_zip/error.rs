use super::Method;
use super::open::Problem;

/// Why the list of an archive's members cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct Error {
    pub(super) kind: ErrorKind,
    pub(super) offset: u64,
}

/// The kinds of [`Error`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The signature is not there, or fewer than 32 bytes are.
    #[error("no 7z archive")]
    NotAnArchive,
    /// The header ends in the middle of something.
    #[error("the header is cut off")]
    CutOff,
    /// The first header points behind the end of the file.
    #[error("the header lies outside of the file")]
    HeaderOutside,
    /// A property stands where none of its kind may.
    #[error("found property {found}, which does not belong here")]
    UnexpectedProperty {
        /// The property's number.
        found: u64,
    },
    /// A property of the files is given twice.
    #[error("property {0} is given twice")]
    RepeatedProperty(u64),
    /// More are stated than there are bytes for, or than the limits allow.
    #[error("found {stated} {field}, at most {most} can be there")]
    TooMany {
        /// What is counted.
        field: Field,
        /// The stated count.
        stated: u64,
        /// The most that can be there.
        most: u64,
    },
    /// Numbers that must add up do not.
    #[error("the {0} do not add up")]
    Inconsistent(Field),
    /// Names are not UTF-16 that ends with NUL for each file.
    #[error("a name does not end")]
    UnterminatedName,
    /// Data of the header is said to lie elsewhere, which no reader supports.
    #[error("a part of the header is said to lie elsewhere")]
    External,
    /// The header is packed in a way that is not read here.
    #[error("the header is packed with {0}, which is not read")]
    UnreadMethod(Method),
    /// The header is packed and cannot be unpacked.
    #[error("the packed header cannot be unpacked: {0}")]
    Packed(Problem),
    /// Headers are packed in each other too often.
    #[error("headers are packed in each other too often")]
    TooDeep,
}

/// What an [`ErrorKind`] speaks of.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Field {
    /// Members.
    #[error("files")]
    Files,
    /// Runs of packed bytes.
    #[error("packed streams")]
    PackedStreams,
    /// Runs of bytes that are unpacked together.
    #[error("folders")]
    Folders,
    /// Steps of unpacking.
    #[error("coders")]
    Coders,
    /// Files within folders.
    #[error("streams in folders")]
    Substreams,
    /// Sizes.
    #[error("sizes")]
    Sizes,
    /// Bytes of the header.
    #[error("bytes of the header")]
    HeaderBytes,
}

impl Error {
    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the byte at which it is: of the file, or of the unpacked header where that is packed.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}
