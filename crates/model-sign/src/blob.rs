//! The simple signature of one file: a `.sig` beside it with the raw signature and nothing else.
//!
//! What is signed are the 32 bytes of the file's SHA-256. An Ed25519 signature is then 64 bytes long, and this is
//! what the short scripts on Python's `cryptography` make and verify that many teams have:
//! `key.sign(hashlib.sha256(data).digest())`. A key on a curve signs the same 32 bytes as its message, so that they
//! are hashed once more, with the curve's hash: on P-256, `key.sign(digest, ec.ECDSA(hashes.SHA256()))`, on P-384
//! with `hashes.SHA384()`, on P-521 with `hashes.SHA512()`. Such a signature is DER.
//!
//! The signature covers the bytes and nothing else: no name, no time, no format. Whoever can choose between two
//! files that are signed can put one in the place of the other; a manifest names its files.
//!
//! ```
//! use model_digest::{Algorithm, Digest};
//! use model_sign::blob;
//! use model_sign::key::{KeyAlgorithm, PrivateKey};
//!
//! let key = PrivateKey::generate(KeyAlgorithm::Ed25519)?;
//! let digest = Digest::of(Algorithm::Sha256, b"the bytes of a model");
//! let signature = blob::sign(&key, &digest)?;
//! assert_eq!(signature.len(), 64);
//! blob::verify(key.public_key(), &digest, &signature)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use model_digest::{Algorithm, Digest};

use crate::key::{PublicKey, SignError, SignatureError, Signer};

/// The longest signature there is, in bytes: two numbers of 66 bytes on P-521, and what DER puts around them.
pub const MOST_BYTES: usize = 139;

/// Why a file is not signed, or not verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// The digest is one of another hash function.
    #[error("a digest of {found} where one of {} was wanted", Algorithm::Sha256)]
    WrongDigest {
        /// The hash function of the digest.
        found: Algorithm,
    },
    /// The signature is not accepted.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// There is no signature.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// Signs a file by its SHA-256. The signature is verified before it is returned.
///
/// # Errors
/// [`BlobError::WrongDigest`] if the digest is not one of SHA-256; [`BlobError::Sign`] if the signer does not
/// sign, or signs with another key than it says.
pub fn sign(signer: &dyn Signer, digest: &Digest) -> Result<Vec<u8>, BlobError> {
    Ok(signer.sign_checked(message(digest)?)?)
}

/// Verifies the signature of a file by its SHA-256.
///
/// # Errors
/// [`BlobError::WrongDigest`] if the digest is not one of SHA-256; [`BlobError::Signature`] for every signature
/// but one that this key made of this digest.
pub fn verify(key: &PublicKey, digest: &Digest, signature: &[u8]) -> Result<(), BlobError> {
    Ok(key.verify(message(digest)?, signature)?)
}

/// Returns what is signed.
fn message(digest: &Digest) -> Result<&[u8], BlobError> {
    match digest.algorithm() {
        Algorithm::Sha256 => Ok(digest.bytes()),
        found => Err(BlobError::WrongDigest { found }),
    }
}
