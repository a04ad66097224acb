use findings::escape_shortened;

use super::SourceDtype;

/// Characters of a name from the file that a refusal shows.
const SHOWN: usize = 160;

/// Why the elements of a tensor cannot be told from the file. Names in it are escaped and shortened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The file does not hold the storage.
    #[error("its storage is not in the file")]
    MissingStorage,
    /// The storage is of another size than the pickle says.
    #[error("found {found} bytes in its storage, expected {stated}")]
    StorageSize {
        /// The bytes that class and count ask for.
        stated: u64,
        /// The bytes there are.
        found: u64,
    },
    /// Tensors ask for the same storage with different classes or counts.
    #[error("its storage is asked for with different types or sizes")]
    StorageConflict,
    /// The file says that a big-endian system wrote it, in a format in which torch ignores that.
    #[error(
        "the file says it is big-endian, which torch ignores: the order of its bytes is uncertain"
    )]
    UncertainByteOrder,
    /// The class of the storage is not known.
    #[error("its storage is of the unknown class `{0}`")]
    UnknownStorageClass(Box<str>),
    /// The dtype is not known, or is one whose elements are not read here.
    #[error("its elements are of the type `{0}`, which is not read")]
    UnknownDtype(Box<str>),
    /// Offset, size or stride is negative, no integer, or of another number of dimensions than the others.
    #[error("its offset, size or stride is malformed")]
    MalformedGeometry,
    /// There are more dimensions than [`Limits::rank`](super::Limits::rank).
    #[error("found {0} dimensions, more than are read")]
    Rank(u64),
    /// The number of elements or bytes does not fit 64 bits.
    #[error("its number of elements overflows")]
    Overflow,
    /// Elements lie outside of the storage.
    #[error("it reaches byte {reached} of a storage of {held}")]
    OutOfBounds {
        /// The byte behind the last element; the greatest number if it does not fit.
        reached: u64,
        /// The bytes of the storage.
        held: u64,
    },
    /// It is a meta tensor: it has no elements anywhere.
    #[error("it is a meta tensor without data")]
    NoData,
    /// It is a wrapper around other tensors that only its class can put together.
    #[error("it is of a wrapping class, which alone knows how its parts make a tensor")]
    Wrapper,
    /// It is a nested tensor, whose rows have different sizes.
    #[error("it is a nested tensor, whose rows have different sizes")]
    Nested,
    /// Its first element stands at no multiple of the size of one.
    #[error("its first element is not aligned to the size of an element")]
    Unaligned,
    /// Several elements share a byte.
    #[error("several of its elements share a byte")]
    Packed,
    /// The call that makes it has other arguments than torch gives it.
    #[error("the call that makes it has arguments of another form")]
    MalformedCall,
    /// It is made by a function of torch or numpy that is not known here.
    #[error("it is made by `{0}`, which is not known")]
    UnknownFunction(Box<str>),
    /// Its metadata has a key that is not known.
    #[error("its metadata has the unknown key `{0}`")]
    UnknownMetadata(Box<str>),
    /// A bit of it means something for complex numbers only.
    #[error("it is marked as conjugate and is not complex")]
    ConjugateOfReal,
    /// It is stored as one dtype and meant as another.
    #[error("it is stored as {stored} to become {meant}")]
    Conversion {
        /// How it is stored.
        stored: SourceDtype,
        /// What loading makes of it.
        meant: SourceDtype,
    },
    /// It is a storage that no tensor of a known kind refers to, among the arguments of a call.
    #[error("it is a storage in the arguments of a call, whose shape only the callee knows")]
    ForeignStorage,
    /// The array holds Python objects.
    #[error("it holds Python objects")]
    PythonObjects,
    /// The elements of the array have fields, or are arrays.
    #[error("its elements have fields of their own")]
    StructuredElements,
    /// The bytes of the array are not as many as its shape asks for.
    #[error("found {found} bytes, expected {stated}")]
    ArraySize {
        /// The bytes that shape and dtype ask for.
        stated: u64,
        /// The bytes there are.
        found: u64,
    },
    /// The bytes of the array are not known without executing.
    #[error("its bytes cannot be told without executing")]
    UnknownBytes,
    /// A mask belongs to it, which says which elements count.
    #[error("it is an array with a mask")]
    Masked,
    /// A part of it cannot be told.
    #[error("one of its parts cannot be told: {0}")]
    Part(Box<Self>),
    /// A key on the way to it is no valid text, so that its name would be another one.
    #[error("a key on the way to it is no valid text")]
    KeyNotText,
}

impl Refusal {
    /// Refuses a dtype by its name in the file.
    pub(super) fn unknown_dtype(name: &str) -> Self {
        Self::UnknownDtype(escape_shortened(name, SHOWN).into())
    }

    /// Refuses a storage by its class in the file.
    pub(super) fn unknown_storage_class(name: &str) -> Self {
        Self::UnknownStorageClass(escape_shortened(name, SHOWN).into())
    }

    /// Refuses what a function makes, by its name in the file.
    pub(super) fn unknown_function(name: &str) -> Self {
        Self::UnknownFunction(escape_shortened(name, SHOWN).into())
    }
}
