use std::fmt;

use model_digest::{Algorithm, Digest};

use super::der::{element, tag};
use super::{
    KeyAlgorithm, KeyError, KeyErrorKind, Label, SignatureError, ecdsa, ed25519, pem, spki,
};

/// A key that verifies signatures.
///
/// Each key has one form in DER, and no other is read: points are uncompressed, curves are named, and an
/// Ed25519 key is in canonical form and not of small order. So two keys are the same if, and only if, their
/// [`fingerprint`](Self::fingerprint)s are.
#[derive(Clone, Eq, PartialEq)]
pub struct PublicKey {
    key: Key,
}

#[derive(Clone, Eq, PartialEq)]
enum Key {
    Ed25519(ed25519_dalek::VerifyingKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
}

impl PublicKey {
    /// Reads the one PEM block `PUBLIC KEY` of a text.
    ///
    /// # Limits
    /// 64 KiB of text.
    ///
    /// # Errors
    /// [`KeyErrorKind::TooLarge`]; [`KeyErrorKind::Pem`] if the text is not one block;
    /// [`KeyErrorKind::UnexpectedLabel`] if it holds something else, such as a private key; and as
    /// [`from_spki_der`](Self::from_spki_der).
    ///
    /// # Spec
    /// RFC 7468 sections 2, 3 and 13. Lines may be of any length; explanatory text may stand before the block,
    /// and nothing but empty lines behind it.
    pub fn from_pem(text: &[u8]) -> Result<Self, KeyError> {
        let block = pem::block_alone(text)?;
        if block.label != Label::PublicKey {
            let kind = KeyErrorKind::UnexpectedLabel {
                found: block.label,
                wanted: Label::PublicKey,
            };
            return Err(KeyError::at_text(kind, block.offset));
        }
        Self::from_spki_der(&block.contents)
    }

    /// Reads a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`KeyErrorKind::Der`] if it breaks the rules of DER, or bytes follow it;
    /// [`KeyErrorKind::UnsupportedAlgorithm`] and [`KeyErrorKind::UnsupportedCurve`], with what was found;
    /// [`KeyErrorKind::ExplicitCurve`] and the other kinds about curves and points.
    ///
    /// # Spec
    /// RFC 5480 section 2, where compressed points are refused, and RFC 8410 section 4.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        let (algorithm, bits) = spki::parts(der)?;
        Self::from_point(algorithm, bits.rest())
            .map_err(|kind| KeyError::at_der(kind, bits.offset()))
    }

    /// Takes the point alone.
    pub(crate) fn from_point(algorithm: KeyAlgorithm, point: &[u8]) -> Result<Self, KeyErrorKind> {
        let key = match algorithm {
            KeyAlgorithm::Ed25519 => Key::Ed25519(ed25519::public(point)?),
            KeyAlgorithm::P256 => Key::P256(ecdsa::p256::public(point)?),
            KeyAlgorithm::P384 => Key::P384(ecdsa::p384::public(point)?),
            KeyAlgorithm::P521 => Key::P521(ecdsa::p521::public(point)?),
        };
        Ok(Self { key })
    }

    pub(crate) fn to_point(&self) -> Vec<u8> {
        match &self.key {
            Key::Ed25519(key) => key.as_bytes().to_vec(),
            Key::P256(key) => ecdsa::p256::point(key),
            Key::P384(key) => ecdsa::p384::point(key),
            Key::P521(key) => ecdsa::p521::point(key),
        }
    }

    /// Writes it as PEM, byte by byte as OpenSSL does: lines of 64 characters, LF, also behind the last one.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::write("PUBLIC KEY", &self.to_spki_der()).to_string()
    }

    /// Writes it as a SubjectPublicKeyInfo.
    #[must_use]
    pub fn to_spki_der(&self) -> Vec<u8> {
        let algorithm = spki::write_algorithm(self.algorithm());
        let point = self.to_point();
        let bits = element(tag::BIT_STRING, &[&[0], &point]);
        element(tag::SEQUENCE, &[&algorithm, &bits]).to_vec()
    }

    /// Returns what kind of key it is.
    #[must_use]
    pub const fn algorithm(&self) -> KeyAlgorithm {
        match &self.key {
            Key::Ed25519(_) => KeyAlgorithm::Ed25519,
            Key::P256(_) => KeyAlgorithm::P256,
            Key::P384(_) => KeyAlgorithm::P384,
            Key::P521(_) => KeyAlgorithm::P521,
        }
    }

    /// Returns the SHA-256 of the SubjectPublicKeyInfo, by which people compare keys.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        Digest::of(Algorithm::Sha256, &self.to_spki_der())
    }

    /// Returns what OpenSSF Model Signing puts in a bundle to tell keys apart: the SHA-256 of
    /// [`to_pem`](Self::to_pem) in lower-case hexadecimal digits, which `sha256sum key.pub.pem` prints too.
    ///
    /// It says which key to try and proves nothing.
    #[must_use]
    pub fn hint(&self) -> String {
        Digest::of(Algorithm::Sha256, self.to_pem().as_bytes()).to_hex()
    }

    /// Verifies the signature of a message.
    ///
    /// Ed25519 signs the message itself; a signature is 64 bytes. ECDSA signs its SHA-256 on P-256, SHA-384 on
    /// P-384, and SHA-512 on P-521; a signature is DER.
    ///
    /// # Errors
    /// [`SignatureError`]: every signature that this key did not make of this message, and every form of one
    /// but the strict one. For ECDSA, s may be in the upper half, as OpenSSL writes it half of the time.
    ///
    /// # Spec
    /// RFC 8032 section 5.1.7 with s below the order, r canonical and neither r nor the key of small order;
    /// FIPS 186-5 section 6.4.2; RFC 3279 section 2.2.3 for the form of ECDSA.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        match &self.key {
            Key::Ed25519(key) => ed25519::verify(key, message, signature),
            Key::P256(key) => ecdsa::p256::verify(key, message, signature),
            Key::P384(key) => ecdsa::p384::verify(key, message, signature),
            Key::P521(key) => ecdsa::p521::verify(key, message, signature),
        }
    }

    /// Verifies the signature of a message by its digest, where the message itself is not at hand.
    ///
    /// That goes for ECDSA, with the SHA-256 of the message for P-256.
    ///
    /// # Errors
    /// [`SignatureError::NeedsMessage`] if the scheme does not sign this digest, as that of Ed25519 signs
    /// none; else as [`verify`](Self::verify).
    pub fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), SignatureError> {
        match (&self.key, digest.algorithm()) {
            (Key::P256(key), Algorithm::Sha256) => {
                ecdsa::p256::verify_digest(key, digest.bytes(), signature)
            }
            _ => Err(SignatureError::NeedsMessage),
        }
    }
}

impl PublicKey {
    /// Verifies the signature of the SHA-256 of a message whatever the curve, as version 0.2.0 of model-signing
    /// made them. An Ed25519 key made none.
    pub(crate) fn verify_sha256(
        &self,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let digest = Digest::of(Algorithm::Sha256, message);
        let digest = digest.bytes();
        match &self.key {
            Key::Ed25519(_) => Err(SignatureError::Mismatch),
            Key::P256(key) => ecdsa::p256::verify_digest(key, digest, signature),
            Key::P384(key) => ecdsa::p384::verify_digest(key, digest, signature),
            Key::P521(key) => ecdsa::p521::verify_digest(key, digest, signature),
        }
    }
}

impl From<&super::private::Secret> for PublicKey {
    fn from(secret: &super::private::Secret) -> Self {
        use super::private::Secret;

        let key = match secret {
            Secret::Ed25519(key) => Key::Ed25519(key.verifying_key()),
            Secret::P256(key) => Key::P256(*key.verifying_key()),
            Secret::P384(key) => Key::P384(*key.verifying_key()),
            Secret::P521(key) => Key::P521(*key.verifying_key()),
        };
        Self { key }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", self.algorithm(), self.fingerprint())
    }
}
