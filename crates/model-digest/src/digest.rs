use std::borrow::Cow;
use std::fmt;
use std::hash::Hash;
use std::io;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Algorithm, Hasher, ParseError, ParseErrorKind, Source};

/// How much of a source that is no slice is read at once, in bytes: large enough that the call costs
/// nothing beside the hashing, small enough for the second-level cache.
const READ: usize = 256 * 1024;

/// The result of a hash function, together with which function it was.
///
/// The text form is `sha256:` and lower-case hexadecimal digits; [`FromStr`] and serde read exactly that.
/// Two digests are equal if algorithm and bytes are; the bytes are compared in constant time.
#[derive(Clone, Copy)]
pub struct Digest {
    algorithm: Algorithm,
    /// Zeros behind the algorithm's own length.
    bytes: [u8; Algorithm::LONGEST],
}

/// The count of bytes does not fit the algorithm.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{found} bytes where {algorithm} has {wanted}")]
#[non_exhaustive]
pub struct WrongLength {
    /// The algorithm asked for.
    pub algorithm: Algorithm,
    /// How many bytes were given.
    pub found: usize,
    /// How many bytes its digests have.
    pub wanted: usize,
}

impl Digest {
    /// Takes the digest of bytes in memory.
    #[must_use]
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }

    /// Takes the digest of a whole source, from byte 0 to its length, each byte read once.
    ///
    /// # Errors
    /// What the source says; [`io::ErrorKind::UnexpectedEof`] if it ends before its length.
    pub fn of_source<S: Source + ?Sized>(algorithm: Algorithm, source: &S) -> io::Result<Self> {
        let mut hasher = Hasher::new(algorithm);
        if let Some(bytes) = source.as_slice() {
            hasher.update(bytes);
            return Ok(hasher.finish());
        }
        let len = source.len();
        let mut buffer = vec![0; usize::try_from(len).unwrap_or(READ).min(READ)];
        let mut at = 0_u64;
        while at < len {
            let left = usize::try_from(len.saturating_sub(at)).unwrap_or(usize::MAX);
            let wanted = left.min(buffer.len());
            let Some(room) = buffer.get_mut(..wanted) else {
                break;
            };
            source.read_exact_at(at, room)?;
            hasher.update(room);
            at = at.saturating_add(u64::try_from(wanted).unwrap_or(u64::MAX));
        }
        Ok(hasher.finish())
    }

    /// Wraps bytes that some other program computed.
    ///
    /// # Errors
    /// [`WrongLength`] unless there are [`Algorithm::digest_len`] bytes.
    pub fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, WrongLength> {
        if bytes.len() == algorithm.digest_len() {
            Ok(Self::new(algorithm, bytes))
        } else {
            Err(WrongLength {
                algorithm,
                found: bytes.len(),
                wanted: algorithm.digest_len(),
            })
        }
    }

    /// Takes as many bytes as the algorithm has, which the caller made sure of.
    pub(crate) fn new(algorithm: Algorithm, bytes: &[u8]) -> Self {
        debug_assert_eq!(bytes.len(), algorithm.digest_len());
        let mut padded = [0; Algorithm::LONGEST];
        for (into, from) in padded.iter_mut().zip(bytes) {
            *into = *from;
        }
        Self {
            algorithm,
            bytes: padded,
        }
    }

    /// Returns the hash function.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the bytes without their algorithm, for formats that store the two apart.
    ///
    /// Comparing these slices with `==` is not constant time; compare digests.
    #[must_use]
    pub const fn bytes(&self) -> &[u8] {
        match self.bytes.split_at_checked(self.algorithm.digest_len()) {
            Some((bytes, _)) => bytes,
            None => &self.bytes,
        }
    }

    /// Returns the digits of the text form without the algorithm.
    #[must_use]
    pub fn to_hex(&self) -> String {
        let digits = self.bytes().iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect()
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm
            && constant_time_eq::constant_time_eq_64(&self.bytes, &other.bytes)
    }
}

impl Eq for Digest {}

impl Hash for Digest {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.algorithm.hash(state);
        state.write(self.bytes());
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (name, digits) = text
            .split_once(':')
            .ok_or_else(|| ParseError::new(ParseErrorKind::MissingColon, text.len()))?;
        let algorithm: Algorithm = name
            .parse()
            .map_err(|unknown| ParseError::new(ParseErrorKind::UnknownAlgorithm(unknown), 0))?;
        let start = name.len().saturating_add(1);
        if let Some((at, wrong)) = digits
            .char_indices()
            .find(|(_, c)| !matches!(c, '0'..='9' | 'a'..='f'))
        {
            let offset = start.saturating_add(at);
            return Err(ParseError::new(ParseErrorKind::NotAHexDigit(wrong), offset));
        }
        let wanted = algorithm.digest_len().saturating_mul(2);
        if digits.len() != wanted {
            let kind = ParseErrorKind::WrongLength {
                algorithm,
                found: digits.len(),
                wanted,
            };
            let offset = start.saturating_add(digits.len().min(wanted));
            return Err(ParseError::new(kind, offset));
        }
        let mut values = digits.bytes().filter_map(|digit| match digit {
            b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
            b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
            _ => None,
        });
        let mut bytes = [0; Algorithm::LONGEST];
        for byte in bytes.iter_mut().take(algorithm.digest_len()) {
            let high = values.next().unwrap_or(0);
            let low = values.next().unwrap_or(0);
            *byte = (high << 4) | low;
        }
        Ok(Self { algorithm, bytes })
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
