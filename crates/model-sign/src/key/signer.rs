use std::error::Error;

use super::{PublicKey, SignatureError};

/// Something that signs: a [`PrivateKey`](super::PrivateKey), or a key that never leaves a device or a service.
///
/// An implementation for a key management service or a PKCS#11 token asks it for the signature, and gives the
/// public key that it read from there once. Signatures have the form that [`PublicKey::verify`] reads: 64 bytes
/// for Ed25519, DER for ECDSA. Services that sign a digest get the SHA-256, SHA-384 or SHA-512 of the message,
/// by the curve; PKCS#11's `CKM_ECDSA` returns two numbers that are then to be written as DER.
pub trait Signer {
    /// Returns the key that the signatures are verified with.
    fn public_key(&self) -> &PublicKey;

    /// Signs a message.
    ///
    /// # Errors
    /// [`SignError::Device`] if the device or service did not sign.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;

    /// Signs a message and makes sure that [`public_key`](Self::public_key) verifies the signature, so that a
    /// device that signs with another key, or a fault while signing, is noticed here and not where the
    /// signature is needed.
    ///
    /// # Errors
    /// As [`sign`](Self::sign), and [`SignError::NotVerified`].
    fn sign_checked(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = self.sign(message)?;
        self.public_key()
            .verify(message, &signature)
            .map_err(SignError::NotVerified)?;
        Ok(signature)
    }
}

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The key has no signature for this message, which for a sound key does not happen.
    #[error("the key has no signature for this message")]
    NoSignature,
    /// The signature was made, and its own key does not verify it.
    #[error("the signature is not one of the signer's own key")]
    NotVerified(#[source] SignatureError),
    /// The device or service that has the key did not sign.
    #[error("the signing device failed")]
    Device(#[source] Box<dyn Error + Send + Sync>),
}
