use std::fmt;
use std::str::FromStr;

/// A hash function that a [`Digest`](crate::Digest) can be of.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Algorithm {
    /// SHA-256, 32 bytes (FIPS 180-4).
    Sha256,
    /// SHA-384, 48 bytes (FIPS 180-4).
    Sha384,
    /// SHA-512, 64 bytes (FIPS 180-4).
    Sha512,
    /// BLAKE2b without a key, 64 bytes (RFC 7693).
    Blake2b512,
    /// BLAKE3 without a key, 32 bytes of output.
    Blake3,
}

impl Algorithm {
    /// Every algorithm, in the order of the variants.
    pub const ALL: [Self; 5] = [
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Blake2b512,
        Self::Blake3,
    ];

    /// How many bytes the longest digest has.
    pub(crate) const LONGEST: usize = 64;

    /// Returns the name that stands before the colon of a digest's text form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Blake2b512 => "blake2b-512",
            Self::Blake3 => "blake3",
        }
    }

    /// Returns how many bytes a digest of this algorithm has.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha256 | Self::Blake3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 | Self::Blake2b512 => Self::LONGEST,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The name is not one of a known hash function.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown digest algorithm, expected one of sha256, sha384, sha512, blake2b-512, blake3")]
#[non_exhaustive]
pub struct UnknownAlgorithm;

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    /// Reads the name exactly as [`Algorithm::as_str`] gives it; `SHA256` and `sha-256` are unknown.
    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or(UnknownAlgorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, UnknownAlgorithm};

    #[test]
    fn every_algorithm_is_read_back_from_its_name() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
            assert!(UnknownAlgorithm.to_string().contains(algorithm.as_str()));
            assert!(algorithm.digest_len() <= Algorithm::LONGEST);
        }
        assert_eq!("SHA256".parse::<Algorithm>(), Err(UnknownAlgorithm));
        assert_eq!("blake2b".parse::<Algorithm>(), Err(UnknownAlgorithm));
    }
}
