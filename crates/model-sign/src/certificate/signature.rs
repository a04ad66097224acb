use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::BoxedUint;
use rsa::sha2::{Digest, Sha256, Sha384, Sha512};

use super::CertificateError;
use super::der::{DerError, DerFault, Element, INTEGER, NULL, OBJECT_IDENTIFIER, Reader, SEQUENCE};
use super::oid::{self, Oid};

/// The fewest bits of an RSA modulus: NIST SP 800-57 part 1, table 2 disallows less since 2014.
const LEAST_RSA_BITS: u32 = 2048;

/// The most bits of an RSA modulus; one check takes a few milliseconds then. OpenSSL stops at 16,384.
const MOST_RSA_BITS: u32 = 8192;

/// The hash that is signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }
}

/// Parameters of RSASSA-PSS; the mask is made with the same hash.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Pss {
    hash: Hash,
    /// Octets.
    salt: u32,
}

/// How a certificate is signed.
#[derive(Clone, Debug)]
pub(super) enum Algorithm {
    Supported(Scheme),
    Weak(Oid),
    Unsupported(Oid),
}

/// A way of signing that we verify.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Scheme(Kind);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Ecdsa(Hash),
    Pkcs1(Hash),
    Pss(Pss),
    Ed25519,
}

impl Algorithm {
    /// Reads the `AlgorithmIdentifier` of a signature. One that is not known is no error before it is asked for:
    /// a certificate that is part of no path may have any.
    pub(super) fn read(element: &Element<'_>) -> Result<Self, DerError> {
        let mut fields = element.inside();
        let name = identifier(&mut fields)?;
        let absent = fields.is_empty();
        // RFC 4055 section 5: the parameters of PKCS #1 are NULL, and absent ones are accepted.
        let null_or_absent = absent || is_null(fields);
        let (kind, well_formed) = match name.value {
            oid::ECDSA_SHA256 => (Kind::Ecdsa(Hash::Sha256), absent),
            oid::ECDSA_SHA384 => (Kind::Ecdsa(Hash::Sha384), absent),
            oid::ECDSA_SHA512 => (Kind::Ecdsa(Hash::Sha512), absent),
            oid::RSA_SHA256 => (Kind::Pkcs1(Hash::Sha256), null_or_absent),
            oid::RSA_SHA384 => (Kind::Pkcs1(Hash::Sha384), null_or_absent),
            oid::RSA_SHA512 => (Kind::Pkcs1(Hash::Sha512), null_or_absent),
            oid::ED25519 => (Kind::Ed25519, absent),
            oid::RSA_PSS => match pss(fields.only(SEQUENCE)?.inside())? {
                Ok(pss) => (Kind::Pss(pss), true),
                Err(part) if oid::WEAK.contains(&part.octets()) => return Ok(Self::Weak(part)),
                Err(part) => return Ok(Self::Unsupported(part)),
            },
            name if oid::WEAK.contains(&name) => return Ok(Self::Weak(Oid::new(name))),
            name => return Ok(Self::Unsupported(Oid::new(name))),
        };
        if well_formed {
            Ok(Self::Supported(Scheme(kind)))
        } else {
            Err(name.fault(DerFault::Value))
        }
    }

    pub(super) fn scheme(&self) -> Result<Scheme, CertificateError> {
        match self {
            Self::Supported(scheme) => Ok(*scheme),
            Self::Weak(algorithm) => Err(CertificateError::WeakAlgorithm {
                algorithm: algorithm.clone(),
            }),
            Self::Unsupported(algorithm) => Err(CertificateError::UnsupportedAlgorithm {
                algorithm: algorithm.clone(),
            }),
        }
    }
}

fn identifier<'a>(fields: &mut Reader<'a>) -> Result<Element<'a>, DerError> {
    let name = fields.one(OBJECT_IDENTIFIER)?;
    if oid::is_well_formed(name.value) {
        Ok(name)
    } else {
        Err(name.fault(DerFault::Value))
    }
}

fn is_null(fields: Reader<'_>) -> bool {
    fields.only(NULL).is_ok_and(|null| null.value.is_empty())
}

/// Reads `RSASSA-PSS-params` of RFC 4055 section 3.1, or tells which algorithm in it we do not have.
fn pss(mut fields: Reader<'_>) -> Result<Result<Pss, Oid>, DerError> {
    const SHA1: &[u8] = &[0x2b, 0x0e, 3, 2, 26];
    let hash = match fields.optional(0xa0)? {
        Some(field) => hash(&field.inside().only(SEQUENCE)?)?,
        None => Err(Oid::new(SHA1)),
    };
    let mask = match fields.optional(0xa1)? {
        Some(field) => {
            let mut fields = field.inside().only(SEQUENCE)?.inside();
            let name = identifier(&mut fields)?;
            match name.value {
                oid::MGF1 => self::hash(&fields.only(SEQUENCE)?)?,
                other => Err(Oid::new(other)),
            }
        }
        None => Err(Oid::new(SHA1)),
    };
    let salt = match fields.optional(0xa2)? {
        Some(field) => field.inside().only(INTEGER)?.small()?,
        None => 20,
    };
    if let Some(field) = fields.optional(0xa3)? {
        // The one trailer there is.
        if field.inside().only(INTEGER)?.small()? != 1 {
            return Err(field.fault(DerFault::Value));
        }
    }
    fields.end()?;
    Ok(match (hash, mask) {
        (Ok(hash), Ok(mask)) if hash == mask => Ok(Pss { hash, salt }),
        (Ok(_), Ok(_)) => Err(Oid::new(oid::RSA_PSS)),
        (Err(oid), _) | (_, Err(oid)) => Err(oid),
    })
}

fn hash(element: &Element<'_>) -> Result<Result<Hash, Oid>, DerError> {
    let mut fields = element.inside();
    let name = identifier(&mut fields)?;
    if !fields.is_empty() && !is_null(fields) {
        return Err(name.fault(DerFault::Value));
    }
    Ok(match name.value {
        oid::SHA256 => Ok(Hash::Sha256),
        oid::SHA384 => Ok(Hash::Sha384),
        oid::SHA512 => Ok(Hash::Sha512),
        other => Err(Oid::new(other)),
    })
}

/// The key of an issuer.
#[derive(Debug)]
pub(super) enum IssuerKey {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    Rsa {
        key: rsa::PublicKey,
        /// Whether the key says that it is for PSS alone, and with which parameters.
        only: Option<Option<Pss>>,
    },
}

/// Why a key is none that we verify with, before it is known whose it is.
#[derive(Debug)]
pub(super) enum KeyFault {
    Unsupported(Oid),
    Rsa(u64),
    Invalid,
}

impl From<DerError> for KeyFault {
    fn from(_: DerError) -> Self {
        Self::Invalid
    }
}

impl KeyFault {
    pub(super) fn of(self, subject: &super::DistinguishedName) -> CertificateError {
        match self {
            Self::Unsupported(algorithm) => CertificateError::UnsupportedAlgorithm { algorithm },
            Self::Rsa(bits) => CertificateError::RsaKey {
                bits,
                least: LEAST_RSA_BITS.into(),
                most: MOST_RSA_BITS.into(),
            },
            Self::Invalid => CertificateError::IssuerKey {
                subject: subject.to_string(),
            },
        }
    }
}

impl IssuerKey {
    /// Reads a `SubjectPublicKeyInfo`.
    pub(super) fn read(spki: &[u8]) -> Result<Self, KeyFault> {
        let mut fields = Reader::whole(spki, SEQUENCE)?.inside();
        let mut algorithm = fields.one(SEQUENCE)?.inside();
        let key = fields.only(super::der::BIT_STRING)?.octets()?;
        let name = identifier(&mut algorithm)?;
        match name.value {
            oid::EC_PUBLIC_KEY => {
                let curve = algorithm.only(OBJECT_IDENTIFIER)?;
                let invalid = |_| KeyFault::Invalid;
                match curve.value {
                    oid::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(key)
                        .map(Self::P256)
                        .map_err(invalid),
                    oid::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(key)
                        .map(Self::P384)
                        .map_err(invalid),
                    oid::P521 => p521::ecdsa::VerifyingKey::from_sec1_bytes(key)
                        .map(Self::P521)
                        .map_err(invalid),
                    other => Err(KeyFault::Unsupported(Oid::new(other))),
                }
            }
            oid::ED25519 => {
                algorithm.end()?;
                let key = <&[u8; 32]>::try_from(key).map_err(|_| KeyFault::Invalid)?;
                let key = ed25519_dalek::VerifyingKey::from_bytes(key);
                key.map(Self::Ed25519).map_err(|_| KeyFault::Invalid)
            }
            oid::RSA if is_null(algorithm) => rsa_key(key, None),
            oid::RSA => Err(KeyFault::Invalid),
            oid::RSA_PSS if algorithm.is_empty() => rsa_key(key, Some(None)),
            oid::RSA_PSS => match pss(algorithm.only(SEQUENCE)?.inside())? {
                Ok(pss) => rsa_key(key, Some(Some(pss))),
                Err(part) => Err(KeyFault::Unsupported(part)),
            },
            other => Err(KeyFault::Unsupported(Oid::new(other))),
        }
    }

    /// Whether this key made `signature` over `message` with this scheme.
    pub(super) fn has_signed(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        match (self, scheme.0) {
            (Self::P256(key), Kind::Ecdsa(hash)) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash.of(message), &signature).is_ok()),
            (Self::P384(key), Kind::Ecdsa(hash)) => p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash.of(message), &signature).is_ok()),
            (Self::P521(key), Kind::Ecdsa(hash)) => p521::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash.of(message), &signature).is_ok()),
            (Self::Ed25519(key), Kind::Ed25519) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            (Self::Rsa { key, only: None }, Kind::Pkcs1(hash)) => match hash {
                Hash::Sha256 => key.pkcs1v15_verify::<Sha256>(message, signature),
                Hash::Sha384 => key.pkcs1v15_verify::<Sha384>(message, signature),
                Hash::Sha512 => key.pkcs1v15_verify::<Sha512>(message, signature),
            }
            .is_ok(),
            (Self::Rsa { key, only }, Kind::Pss(pss)) => {
                let allowed = match only {
                    // RFC 4055 section 3.3: the hash is the key's and the salt no shorter.
                    Some(Some(only)) => only.hash == pss.hash && only.salt <= pss.salt,
                    Some(None) | None => true,
                };
                allowed && pss_verified(key, pss, message, signature)
            }
            _ => false,
        }
    }
}

fn pss_verified(key: &rsa::PublicKey, pss: Pss, message: &[u8], signature: &[u8]) -> bool {
    // No salt is longer than the modulus.
    let Ok(salt) = usize::try_from(pss.salt.min(MOST_RSA_BITS)) else {
        return false;
    };
    let Ok(signature) = rsa::pss::Signature::try_from(signature) else {
        return false;
    };
    let key = key.clone();
    match pss.hash {
        Hash::Sha256 => rsa::pss::VerifyingKey::<Sha256>::new_with_salt_len(key, salt)
            .verify(message, &signature),
        Hash::Sha384 => rsa::pss::VerifyingKey::<Sha384>::new_with_salt_len(key, salt)
            .verify(message, &signature),
        Hash::Sha512 => rsa::pss::VerifyingKey::<Sha512>::new_with_salt_len(key, salt)
            .verify(message, &signature),
    }
    .is_ok()
}

/// Reads an `RSAPublicKey` of RFC 8017 appendix A.1.1.
fn rsa_key(octets: &[u8], only: Option<Option<Pss>>) -> Result<IssuerKey, KeyFault> {
    let mut fields = Reader::whole(octets, SEQUENCE)?.inside();
    let modulus = fields.one(INTEGER)?.unsigned()?;
    let exponent = fields.only(INTEGER)?.unsigned()?;
    let leading = modulus.first().map_or(0, |octet| octet.leading_zeros());
    let bits = u64::try_from(modulus.len())
        .unwrap_or(u64::MAX)
        .saturating_mul(8)
        .saturating_sub(leading.into());
    let odd = |octets: &[u8]| octets.last().is_some_and(|last| last & 1 == 1);
    if !(u64::from(LEAST_RSA_BITS)..=u64::from(MOST_RSA_BITS)).contains(&bits)
        || !odd(modulus)
        || !odd(exponent)
        || exponent.len() > 5
        || exponent == [1]
    {
        return Err(KeyFault::Rsa(bits));
    }
    let number = |octets: &[u8]| {
        let bits = u32::try_from(octets.len()).ok()?.checked_mul(8)?;
        BoxedUint::from_be_slice(octets, bits).ok()
    };
    let (Some(modulus), Some(exponent)) = (number(modulus), number(exponent)) else {
        return Err(KeyFault::Invalid);
    };
    let key = rsa::PublicKey::new(modulus, exponent).map_err(|_| KeyFault::Rsa(bits))?;
    Ok(IssuerKey::Rsa { key, only })
}
