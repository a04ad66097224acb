use std::fmt;

use super::der::DerError;
use super::{DerErrorKind, Label, Oid, PemErrorKind};

/// Why a key cannot be read, made or written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyError {
    kind: KeyErrorKind,
    place: Option<Place>,
}

/// Where in the input it is wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Place {
    /// A byte of the PEM text, counted from 0.
    Text(usize),
    /// A byte of the DER, which is what the PEM's base64 stands for, counted from 0.
    Der(usize),
    /// A byte of the DER that was encrypted, counted from 0.
    Decrypted(usize),
}

/// The kinds of [`KeyError`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyErrorKind {
    /// There are more bytes than a key has.
    #[error("{found} bytes where a key has at most {limit}")]
    TooLarge {
        /// How many bytes there are.
        found: usize,
        /// How many are read.
        limit: usize,
    },
    /// The text is not one PEM block.
    #[error(transparent)]
    Pem(#[from] PemErrorKind),
    /// The block holds something else.
    #[error("{found} where {wanted} was wanted")]
    UnexpectedLabel {
        /// What the block says it holds.
        found: Label,
        /// What was wanted.
        wanted: Label,
    },
    /// The bytes break the rules of DER.
    #[error(transparent)]
    Der(#[from] DerErrorKind),
    /// The structure is of a version that there is not, or that is not read.
    #[error("a structure of an unknown version")]
    UnknownVersion,
    /// The structure has a part that is not read, such as attributes.
    #[error("tag 0x{0:02x}, a part of the structure that is not read")]
    UnreadPart(u8),
    /// The key is of a kind that is not supported, such as RSA or X25519.
    #[error("unsupported kind of key {0}")]
    UnsupportedAlgorithm(Oid),
    /// The key is on a curve that is not supported.
    #[error("unsupported curve {0}")]
    UnsupportedCurve(Oid),
    /// The curve is not named, but spelt out, which lets the file choose a weak one.
    #[error("a curve spelt out in numbers where a name was wanted")]
    ExplicitCurve,
    /// No curve is named.
    #[error("no curve is named")]
    MissingCurve,
    /// Parameters stand where the algorithm has none.
    #[error("parameters where the algorithm has none")]
    UnexpectedParameters,
    /// Two parts of the file name different curves.
    #[error("another curve than named before")]
    CurveMismatch,
    /// The key has the wrong length.
    #[error("a key of {found} bytes where {wanted} were wanted")]
    WrongLength {
        /// How many bytes it has.
        found: usize,
        /// How many bytes keys of its kind have.
        wanted: usize,
    },
    /// The point is compressed or hybrid. Only one form is read, so that a key has one fingerprint.
    #[error("point of form 0x{0:02x} where an uncompressed one (0x04) was wanted")]
    PointForm(u8),
    /// The point is the one at infinity, which is no key.
    #[error("the point at infinity where a key was wanted")]
    PointAtInfinity,
    /// The bytes are no point of the curve.
    #[error("not a point of the curve")]
    NotOnCurve,
    /// The point is not in the one form that RFC 8032 allows.
    #[error("a point that is not in canonical form")]
    NotCanonical,
    /// The point is one of the eight for which a signature can be made without a private key.
    #[error("a point of small order")]
    SmallOrder,
    /// The private number is 0, or not below the order of the curve.
    #[error("a private number out of range")]
    OutOfRange,
    /// The public key in the file is not the one of the private key.
    #[error("a public key that does not belong to the private key")]
    PublicKeyMismatch,
    /// The key is encrypted and no passphrase is given.
    #[error("the key is encrypted and no passphrase is given")]
    PassphraseMissing,
    /// A passphrase is given and the key lies open, so whoever wrote that command believes something wrong.
    #[error("a passphrase is given and the key is not encrypted")]
    NotEncrypted,
    /// The passphrase does not open the key, or what was encrypted is damaged.
    #[error("the passphrase does not open the key")]
    WrongPassphrase,
    /// The key is encrypted in a way that is not supported.
    #[error("unsupported encryption {0}")]
    UnsupportedEncryption(Oid),
    /// A parameter of the encryption makes no sense, such as a salt that is empty.
    #[error("a parameter of the encryption that cannot be used")]
    EncryptionParameter,
    /// Opening the key takes more work than is done for any key.
    #[error("opening it takes {found} {measure} where at most {limit} are spent")]
    TooMuchWork {
        /// What is counted.
        measure: Work,
        /// How much the file asks for; [`u64::MAX`] stands for more than fits.
        found: u64,
        /// How much is spent at most.
        limit: u64,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    Randomness {
        /// The system's number for what went wrong, where it has one.
        code: Option<i32>,
    },
}

/// What is counted when a passphrase is turned into a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Work {
    /// Rounds of PBKDF2.
    Rounds,
    /// Bytes of memory that scrypt takes.
    Memory,
    /// Bytes that scrypt reads and writes in all.
    Traffic,
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rounds => "rounds",
            Self::Memory => "bytes of memory",
            Self::Traffic => "bytes of memory traffic",
        })
    }
}

impl KeyError {
    pub(crate) fn new(kind: impl Into<KeyErrorKind>) -> Self {
        Self {
            kind: kind.into(),
            place: None,
        }
    }

    pub(crate) fn at_text(kind: impl Into<KeyErrorKind>, offset: usize) -> Self {
        Self {
            kind: kind.into(),
            place: Some(Place::Text(offset)),
        }
    }

    pub(crate) fn at_der(kind: impl Into<KeyErrorKind>, offset: usize) -> Self {
        Self {
            kind: kind.into(),
            place: Some(Place::Der(offset)),
        }
    }

    /// Says that the DER it is about was encrypted.
    pub(crate) fn decrypted(mut self) -> Self {
        if let Some(Place::Der(offset)) = self.place {
            self.place = Some(Place::Decrypted(offset));
        }
        self
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> &KeyErrorKind {
        &self.kind
    }

    /// Returns where in the input it is wrong, if it is one place.
    #[must_use]
    pub const fn place(&self) -> Option<Place> {
        self.place
    }
}

impl From<DerError> for KeyError {
    fn from(error: DerError) -> Self {
        Self::at_der(error.kind, error.offset)
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        match self.place {
            None => Ok(()),
            Some(Place::Text(offset)) => write!(f, " at byte {offset}"),
            Some(Place::Der(offset)) => write!(f, " at byte {offset} of the DER"),
            Some(Place::Decrypted(offset)) => write!(f, " at byte {offset} of the decrypted DER"),
        }
    }
}

impl std::error::Error for KeyError {}

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// It has the wrong length for its scheme.
    #[error("a signature of {found} bytes where {wanted} were wanted")]
    WrongLength {
        /// How many bytes it has.
        found: usize,
        /// How many bytes signatures of the scheme have.
        wanted: usize,
    },
    /// It breaks the rules of DER.
    #[error("{kind} at byte {offset} of the signature")]
    Der {
        /// Which rule.
        kind: DerErrorKind,
        /// At which byte of the signature, counted from 0.
        offset: usize,
    },
    /// One of its numbers is 0, or not below the order of the curve.
    #[error("{0} is out of range")]
    OutOfRange(Half),
    /// The scheme of the key signs the message itself, or another digest of it than the one given.
    #[error("signatures of this key are not over this digest")]
    NeedsMessage,
    /// It is none that this key made of this message.
    #[error("the signature does not match the message and the key")]
    Mismatch,
}

impl SignatureError {
    /// Says whether the bytes are no signature of the key's scheme at all, whatever was signed.
    #[must_use]
    pub const fn is_malformed(&self) -> bool {
        match self {
            Self::WrongLength { .. } | Self::Der { .. } | Self::OutOfRange(_) => true,
            Self::NeedsMessage | Self::Mismatch => false,
        }
    }
}

/// One of the two numbers that a signature is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Half {
    /// The first.
    R,
    /// The second.
    S,
}

impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::R => "r",
            Self::S => "s",
        })
    }
}

impl From<DerError> for SignatureError {
    fn from(error: DerError) -> Self {
        Self::Der {
            kind: error.kind,
            offset: error.offset,
        }
    }
}
