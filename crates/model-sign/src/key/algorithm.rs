use std::fmt;
use std::str::FromStr;

/// What kind of key it is, and with it how a message is signed.
///
/// Each curve of ECDSA has one hash function, as OpenSSF Model Signing and Sigstore ask for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// Ed25519 over the message itself (RFC 8032, not the variant `ph`).
    Ed25519,
    /// ECDSA on NIST P-256 over the SHA-256 of the message.
    P256,
    /// ECDSA on NIST P-384 over the SHA-384 of the message.
    P384,
    /// ECDSA on NIST P-521 over the SHA-512 of the message.
    P521,
}

impl KeyAlgorithm {
    /// Every algorithm, in the order of the variants.
    pub const ALL: [Self; 4] = [Self::Ed25519, Self::P256, Self::P384, Self::P521];

    /// Returns the word for it: `ed25519`, `p256`, `p384` or `p521`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::P521 => "p521",
        }
    }

    /// How many bytes a private key, a coordinate of a point, and each half of a signature have.
    pub(crate) const fn field_len(self) -> usize {
        match self {
            Self::Ed25519 | Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The word names no known kind of key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown key algorithm, expected one of ed25519, p256, p384, p521")]
#[non_exhaustive]
pub struct UnknownKeyAlgorithm;

impl FromStr for KeyAlgorithm {
    type Err = UnknownKeyAlgorithm;

    /// Reads the word exactly as [`KeyAlgorithm::as_str`] gives it.
    fn from_str(word: &str) -> Result<Self, UnknownKeyAlgorithm> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == word)
            .ok_or(UnknownKeyAlgorithm)
    }
}
