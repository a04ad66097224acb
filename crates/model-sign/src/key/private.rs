use std::fmt;

use zeroize::Zeroizing;

use super::pbes2::Encrypted;
use super::{
    KeyAlgorithm, KeyError, KeyErrorKind, Label, PemErrorKind, PublicKey, SignError, Signer, ecdsa,
    ed25519, pbes2, pem, pkcs8, sec1,
};

/// A key that signs. It is wiped from memory when it is dropped, and never printed.
pub struct PrivateKey {
    secret: Secret,
    public: PublicKey,
}

/// The private half alone.
pub(crate) enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
}

impl Secret {
    /// Takes the 32 bytes of Ed25519, or the private number of a curve in as many bytes as its field has.
    pub(crate) fn new(algorithm: KeyAlgorithm, bytes: &[u8]) -> Result<Self, KeyErrorKind> {
        Ok(match algorithm {
            KeyAlgorithm::Ed25519 => Self::Ed25519(ed25519::private(bytes)?),
            KeyAlgorithm::P256 => Self::P256(ecdsa::p256::private(bytes)?),
            KeyAlgorithm::P384 => Self::P384(ecdsa::p384::private(bytes)?),
            KeyAlgorithm::P521 => Self::P521(ecdsa::p521::private(bytes)?),
        })
    }

    /// Returns what [`new`](Self::new) takes.
    pub(crate) fn bytes(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Ed25519(key) => ed25519::seed(key),
            Self::P256(key) => ecdsa::p256::number(key),
            Self::P384(key) => ecdsa::p384::number(key),
            Self::P521(key) => ecdsa::p521::number(key),
        }
    }
}

/// How often a number is drawn until one is in range. One draw fails once in 2^32 for P-256, and far less
/// often for the others, so that so many failures mean a source that is not random.
const DRAWS: usize = 64;

impl PrivateKey {
    /// Makes a key from the random numbers of the operating system.
    ///
    /// # Errors
    /// [`KeyErrorKind::Randomness`] if the system gives none.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new(vec![0; algorithm.field_len()]);
        for _ in 0..DRAWS {
            fill_random(&mut bytes)?;
            if algorithm == KeyAlgorithm::P521
                && let Some(first) = bytes.first_mut()
            {
                // The order has 521 bits, and its bytes 528.
                *first &= 1;
            }
            if let Ok(secret) = Secret::new(algorithm, &bytes) {
                return Ok(Self::from_secret(secret));
            }
        }
        Err(KeyError::new(KeyErrorKind::Randomness { code: None }))
    }

    /// Reads the one private key of a text: a PEM block `PRIVATE KEY` (PKCS#8), `ENCRYPTED PRIVATE KEY`, or
    /// `EC PRIVATE KEY` (SEC 1), before which a block `EC PARAMETERS` may stand, as `openssl ecparam -genkey`
    /// writes the two.
    ///
    /// # Limits
    /// 64 KiB of text. Of what an encrypted key asks for to be opened: 10,000,000 rounds of PBKDF2, or scrypt
    /// with 128 MiB of memory and 1 GiB written and read.
    ///
    /// # Errors
    /// [`KeyErrorKind::TooLarge`]; [`KeyErrorKind::Pem`] if the text is not one block;
    /// [`KeyErrorKind::UnexpectedLabel`] if it holds something else, such as a public key;
    /// [`KeyErrorKind::PassphraseMissing`], [`KeyErrorKind::WrongPassphrase`] and
    /// [`KeyErrorKind::NotEncrypted`]; [`KeyErrorKind::TooMuchWork`]; the kinds about DER, curves and points;
    /// [`KeyErrorKind::PublicKeyMismatch`] if a public key stands beside the private one and is not its own.
    ///
    /// # Spec
    /// RFC 7468 sections 10, 11 and 13; RFC 5958, without attributes; RFC 5915; RFC 8410 section 7; RFC 8018
    /// section 6.2 with PBKDF2 on HMAC with SHA-256, SHA-384 or SHA-512, or scrypt (RFC 7914), and AES-128 or
    /// AES-256 in CBC mode.
    pub fn from_pem(text: &[u8], passphrase: Option<&[u8]>) -> Result<Self, KeyError> {
        let mut blocks = pem::blocks(text)?.into_iter().peekable();
        let parameters = blocks.next_if(|block| block.label == Label::EcParameters);
        let curve = parameters
            .map(|block| sec1::parameters(&block.contents))
            .transpose()?;
        let Some(block) = blocks.next() else {
            return Err(KeyError::at_text(PemErrorKind::NoBlock, text.len()));
        };
        if let Some(second) = blocks.next() {
            return Err(KeyError::at_text(PemErrorKind::SecondBlock, second.offset));
        }
        let found = match block.label {
            Label::EcPrivateKey => Found::Sec1,
            Label::PrivateKey if curve.is_none() => Found::Pkcs8,
            Label::EncryptedPrivateKey if curve.is_none() => Found::Encrypted,
            found => {
                let wanted = if curve.is_none() {
                    Label::PrivateKey
                } else {
                    Label::EcPrivateKey
                };
                let kind = KeyErrorKind::UnexpectedLabel { found, wanted };
                return Err(KeyError::at_text(kind, block.offset));
            }
        };
        let missing = || KeyError::at_text(KeyErrorKind::PassphraseMissing, block.offset);
        match (found, passphrase) {
            (Found::Encrypted, passphrase) => {
                // What cannot be opened with any passphrase is said first.
                let encrypted = Encrypted::read(&block.contents)?;
                let der = encrypted.open(passphrase.ok_or_else(missing)?)?;
                pkcs8::read(&der).map_err(KeyError::decrypted)
            }
            (_, Some(_)) => Err(KeyError::at_text(KeyErrorKind::NotEncrypted, block.offset)),
            (Found::Pkcs8, None) => pkcs8::read(&block.contents),
            (Found::Sec1, None) => sec1::read(&block.contents, curve),
        }
        .map(Self::from_secret)
    }

    /// Writes it as PKCS#8 in PEM, encrypted if there is a passphrase: PBES2 with scrypt (N 2^14, r 8, p 5) and
    /// AES-256 in CBC mode, which OpenSSL opens.
    ///
    /// # Errors
    /// [`KeyErrorKind::Randomness`] if the system gives no random salt.
    pub fn to_pem(&self, passphrase: Option<&[u8]>) -> Result<PrivatePem, KeyError> {
        let der = pkcs8::write(&self.secret, &self.public);
        let text = match passphrase {
            None => pem::write("PRIVATE KEY", &der),
            Some(passphrase) => {
                pem::write("ENCRYPTED PRIVATE KEY", &pbes2::encrypt(&der, passphrase)?)
            }
        };
        Ok(PrivatePem(text))
    }

    /// Returns the key that verifies what this one signs.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a message, in the form that [`PublicKey::verify`] reads. The same message gets the same signature
    /// each time.
    ///
    /// # Errors
    /// [`SignError::NoSignature`], which for a sound key does not happen.
    ///
    /// # Spec
    /// RFC 8032 section 5.1.6; RFC 6979 for ECDSA.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.secret {
            Secret::Ed25519(key) => ed25519::sign(key, message),
            Secret::P256(key) => ecdsa::p256::sign(key, message),
            Secret::P384(key) => ecdsa::p384::sign(key, message),
            Secret::P521(key) => ecdsa::p521::sign(key, message),
        }
        .ok_or(SignError::NoSignature)
    }

    fn from_secret(secret: Secret) -> Self {
        let public = PublicKey::from(&secret);
        Self { secret, public }
    }
}

/// What a block holds.
#[derive(Clone, Copy)]
enum Found {
    Pkcs8,
    Encrypted,
    Sec1,
}

impl Signer for PrivateKey {
    fn public_key(&self) -> &PublicKey {
        self.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.sign(message)
    }
}

impl fmt::Debug for PrivateKey {
    /// Names the public half only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

/// A private key in PEM. It is wiped from memory when it is dropped, and not printed by `Debug`.
pub struct PrivatePem(Zeroizing<String>);

impl PrivatePem {
    /// Returns the text, which is a secret unless a passphrase protects it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PrivatePem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivatePem").finish_non_exhaustive()
    }
}

/// Asks the system for random bytes.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), KeyError> {
    getrandom::fill(bytes).map_err(|error| {
        KeyError::new(KeyErrorKind::Randomness {
            code: error.raw_os_error(),
        })
    })
}
