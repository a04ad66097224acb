use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::{Half, KeyErrorKind, SignatureError};

/// How many bytes a key, public or private, has.
const LEN: usize = 32;

/// The order of the base point, the lowest byte first (RFC 8032 section 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Takes a public key; refuses those that are not in canonical form, and those of small order.
pub(crate) fn public(bytes: &[u8]) -> Result<VerifyingKey, KeyErrorKind> {
    let array = fixed(bytes)?;
    let key = VerifyingKey::from_bytes(array).map_err(|_| KeyErrorKind::NotOnCurve)?;
    // Written again, it comes out in canonical form, whatever it was read from.
    if VerifyingKey::from(key.to_edwards()).as_bytes() != array {
        return Err(KeyErrorKind::NotCanonical);
    }
    if key.is_weak() {
        return Err(KeyErrorKind::SmallOrder);
    }
    Ok(key)
}

/// Takes a private key, any 32 bytes.
pub(crate) fn private(seed: &[u8]) -> Result<SigningKey, KeyErrorKind> {
    fixed(seed).map(SigningKey::from_bytes)
}

/// Writes a private key.
pub(crate) fn seed(key: &SigningKey) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(key.as_bytes().to_vec())
}

pub(crate) fn verify(
    key: &VerifyingKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let Ok(bytes) = <&[u8; 64]>::try_from(signature) else {
        return Err(SignatureError::WrongLength {
            found: signature.len(),
            wanted: 64,
        });
    };
    let (_, s) = bytes.split_at(LEN);
    // From the highest byte on, the first that differs decides.
    if s.iter().rev().ge(ORDER.iter().rev()) {
        return Err(SignatureError::OutOfRange(Half::S));
    }
    key.verify_strict(message, &Signature::from_bytes(bytes))
        .map_err(|_| SignatureError::Mismatch)
}

pub(crate) fn sign(key: &SigningKey, message: &[u8]) -> Option<Vec<u8>> {
    let signature = key.try_sign(message).ok()?;
    Some(signature.to_bytes().to_vec())
}

fn fixed(bytes: &[u8]) -> Result<&[u8; LEN], KeyErrorKind> {
    bytes.try_into().map_err(|_| KeyErrorKind::WrongLength {
        found: bytes.len(),
        wanted: LEN,
    })
}
