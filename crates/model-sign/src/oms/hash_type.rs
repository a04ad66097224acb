use std::fmt;

use model_digest::{Algorithm, Digest};

/// The hash functions of the algorithm registry.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum HashType {
    /// SHA-256, which every implementation has.
    #[default]
    Sha256,
    /// BLAKE2b with 64 bytes of output.
    Blake2b,
    /// BLAKE3 with 32 bytes of output.
    Blake3,
}

impl HashType {
    /// Every hash function, in the order of the registry.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Blake2b, Self::Blake3];

    /// Returns the identifier of the registry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Blake2b => "blake2b",
            Self::Blake3 => "blake3",
        }
    }

    /// Reads an identifier of the registry.
    #[must_use]
    pub fn from_identifier(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.as_str() == text)
    }

    /// Returns the hash function.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Self::Sha256 => Algorithm::Sha256,
            Self::Blake2b => Algorithm::Blake2b512,
            Self::Blake3 => Algorithm::Blake3,
        }
    }

    /// Reads lower-case hexadecimal digits, exactly as many as a digest has.
    pub(super) fn digest(self, digits: &str) -> Option<Digest> {
        let mut bytes = [0_u8; 64];
        let algorithm = self.algorithm();
        let bytes = bytes.get_mut(..algorithm.digest_len())?;
        let mut pairs = digits.as_bytes().chunks_exact(2);
        if digits.len() != bytes.len().checked_mul(2)? {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(&mut pairs) {
            let [high, low] = <[u8; 2]>::try_from(pair).ok()?;
            *byte = (value(high)? << 4) | value(low)?;
        }
        Digest::from_bytes(algorithm, bytes).ok()
    }
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}

impl fmt::Display for HashType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use model_digest::Digest;

    use super::HashType;

    #[test]
    fn digests_have_one_spelling() {
        for hash in HashType::ALL {
            let digest = Digest::of(hash.algorithm(), b"weights");
            let digits = digest.to_hex();
            assert_eq!(hash.digest(&digits), Some(digest));
            for other in [
                digits.to_uppercase(),
                format!("{digits}00"),
                format!(" {digits}"),
                digits.chars().skip(1).collect(),
                digits.chars().skip(2).collect(),
                digits.replacen(|_| true, "g", 1),
                digits.replacen("00", "é", 1).replacen(|_| true, "é", 1),
                String::new(),
            ] {
                assert_eq!(hash.digest(&other), None, "{other}");
            }
        }
    }
}
