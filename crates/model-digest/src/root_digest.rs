use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Algorithm, Digest, Hasher, ParseError, ParseErrorKind};

/// One digest for a whole model: SHA-256 over the digests of its parts.
///
/// The bytes of the digests, without their algorithms and with nothing between them, follow each other in
/// the order in which the parts are listed. Which parts there are and in which order is for whoever lists
/// them to say; the hash is SHA-256 whatever the algorithm of the parts is. Its text form is that of a
/// SHA-256 digest.
///
/// # Spec
/// OpenSSF Model Signing v1.0, the digest of the statement's only subject.
///
/// # Examples
/// ```
/// use model_digest::{Algorithm, Digest, RootDigest};
///
/// let parts = [b"a", b"b"].map(|part| Digest::of(Algorithm::Blake3, part));
/// let root = RootDigest::of(&parts);
/// assert_eq!(root.to_string().parse(), Ok(root));
/// assert_ne!(root, RootDigest::of(parts.iter().rev()));
/// ```
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct RootDigest(Digest);

/// The digest is of another algorithm than SHA-256.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{found} where a root digest is of sha256")]
#[non_exhaustive]
pub struct NotARootDigest {
    /// The algorithm of the digest.
    pub found: Algorithm,
}

impl RootDigest {
    /// Takes the digest over the digests of the parts, in the order given.
    ///
    /// No parts at all give the SHA-256 of nothing. A model without files is no model: refuse it before.
    #[must_use]
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a Digest>) -> Self {
        let mut hasher = Hasher::new(Algorithm::Sha256);
        for part in parts {
            hasher.update(part.bytes());
        }
        Self(hasher.finish())
    }

    /// Takes a digest that some other program computed for one of a whole model.
    ///
    /// # Errors
    /// [`NotARootDigest`] unless it is of SHA-256.
    pub const fn from_digest(digest: Digest) -> Result<Self, NotARootDigest> {
        match digest.algorithm() {
            Algorithm::Sha256 => Ok(Self(digest)),
            found => Err(NotARootDigest { found }),
        }
    }

    /// Returns it as the SHA-256 digest that it is.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.0
    }

    /// Returns the digits of the text form without the algorithm.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.0.to_hex()
    }
}

impl fmt::Display for RootDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for RootDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootDigest({self})")
    }
}

impl FromStr for RootDigest {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let digest: Digest = text.parse()?;
        Self::from_digest(digest)
            .map_err(|not| ParseError::new(ParseErrorKind::NotARootDigest(not), 0))
    }
}

impl Serialize for RootDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RootDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
