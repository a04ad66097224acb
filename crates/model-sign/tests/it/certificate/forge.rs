//! Makes keys and certificates, right and wrong ones, byte by byte. Keys are derived from a name, so that a test
//! fails the same way twice.

use std::time::{Duration, SystemTime};

use model_digest::{Algorithm, Digest};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::sha2::{Digest as _, Sha256, Sha384, Sha512};

/// 2026-01-01T00:00:00Z, when all that is made here is valid.
pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

/// Writes one element.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let mut bytes = vec![tag];
    match value.len() {
        short @ 0..=0x7f => bytes.push(u8::try_from(short).unwrap()),
        long => {
            let octets = u32::try_from(long).unwrap().to_be_bytes();
            let octets: Vec<u8> = octets.into_iter().skip_while(|octet| *octet == 0).collect();
            bytes.push(0x80 | u8::try_from(octets.len()).unwrap());
            bytes.extend(octets);
        }
    }
    bytes.extend(value);
    bytes
}

pub(crate) fn seq(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, parts)
}

pub(crate) fn oid(text: &str) -> Vec<u8> {
    let arcs: Vec<u32> = text.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut octets = Vec::new();
    for arc in [&[arcs[0] * 40 + arcs[1]], &arcs[2..]].concat() {
        let mut septets = vec![u8::try_from(arc & 0x7f).unwrap()];
        let mut rest = arc >> 7;
        while rest > 0 {
            septets.insert(0, 0x80 | u8::try_from(rest & 0x7f).unwrap());
            rest >>= 7;
        }
        octets.extend(septets);
    }
    tlv(0x06, &[&octets])
}

/// A name with one common name, in UTF-8.
pub(crate) fn name(common: &str) -> Vec<u8> {
    attributes(&[("2.5.4.3", 0x0c, common)])
}

pub(crate) fn attributes(parts: &[(&str, u8, &str)]) -> Vec<u8> {
    let parts = parts.iter().map(|(kind, tag, text)| {
        let attribute = seq(&[&oid(kind), &tlv(*tag, &[text.as_bytes()])]);
        tlv(0x31, &[&attribute])
    });
    seq(&[&parts.collect::<Vec<_>>().concat()])
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    fn number(self) -> u32 {
        match self {
            Self::Sha256 => 1,
            Self::Sha384 => 2,
            Self::Sha512 => 3,
        }
    }
}

/// How a key signs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scheme {
    Ecdsa(Hash),
    Ed25519,
    Pkcs1(Hash),
    Pss(Hash),
}

impl Scheme {
    pub(crate) fn algorithm(self) -> Vec<u8> {
        match self {
            Self::Ecdsa(hash) => {
                let number = hash.number() + 1;
                seq(&[&oid(&format!("1.2.840.10045.4.3.{number}"))])
            }
            Self::Ed25519 => seq(&[&oid("1.3.101.112")]),
            Self::Pkcs1(hash) => {
                let number = hash.number() + 10;
                seq(&[&oid(&format!("1.2.840.113549.1.1.{number}")), &[5, 0]])
            }
            Self::Pss(hash) => {
                let hashed = seq(&[&oid(&format!("2.16.840.1.101.3.4.2.{}", hash.number()))]);
                let mask = seq(&[&oid("1.2.840.113549.1.1.8"), &hashed]);
                let salt = u8::try_from(hash.of(b"").len()).unwrap();
                let parameters = seq(&[
                    &tlv(0xa0, &[&hashed]),
                    &tlv(0xa1, &[&mask]),
                    &tlv(0xa2, &[&[2, 1, salt]]),
                ]);
                seq(&[&oid("1.2.840.113549.1.1.10"), &parameters])
            }
        }
    }
}

pub(crate) enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Rsa(Box<rsa::PrivateKey>),
}

/// Octets that follow from a label.
fn seed(label: &str, octets: usize) -> Vec<u8> {
    let mut seed = Vec::new();
    while seed.len() < octets {
        let text = format!("{label} {}", seed.len());
        seed.extend(Digest::of(Algorithm::Sha256, text.as_bytes()).bytes());
    }
    seed.truncate(octets);
    seed
}

impl Key {
    pub(crate) fn p256(label: &str) -> Self {
        Self::P256(p256::ecdsa::SigningKey::from_slice(&seed(label, 32)).unwrap())
    }

    pub(crate) fn p384(label: &str) -> Self {
        Self::P384(p384::ecdsa::SigningKey::from_slice(&seed(label, 48)).unwrap())
    }

    pub(crate) fn p521(label: &str) -> Self {
        let mut octets = seed(label, 66);
        octets[0] = 0;
        Self::P521(p521::ecdsa::SigningKey::from_slice(&octets).unwrap())
    }

    pub(crate) fn ed25519(label: &str) -> Self {
        let octets = seed(label, 32).try_into().unwrap();
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&octets))
    }

    pub(crate) fn rsa(label: &str, bits: usize) -> Self {
        let mut random = Stream {
            label: label.to_owned(),
            given: 0,
        };
        Self::Rsa(Box::new(rsa::PrivateKey::new(&mut random, bits).unwrap()))
    }

    /// The scheme that goes with the key where a test does not choose.
    pub(crate) fn scheme(&self) -> Scheme {
        match self {
            Self::P256(_) => Scheme::Ecdsa(Hash::Sha256),
            Self::P384(_) => Scheme::Ecdsa(Hash::Sha384),
            Self::P521(_) => Scheme::Ecdsa(Hash::Sha512),
            Self::Ed25519(_) => Scheme::Ed25519,
            Self::Rsa(_) => Scheme::Pkcs1(Hash::Sha256),
        }
    }

    pub(crate) fn spki(&self) -> Vec<u8> {
        let curve = |name: &str, point: &[u8]| {
            let algorithm = seq(&[&oid("1.2.840.10045.2.1"), &oid(name)]);
            seq(&[&algorithm, &tlv(0x03, &[&[0], point])])
        };
        match self {
            Self::P256(key) => curve(
                "1.2.840.10045.3.1.7",
                key.verifying_key().to_sec1_point(false).as_bytes(),
            ),
            Self::P384(key) => curve(
                "1.3.132.0.34",
                key.verifying_key().to_sec1_point(false).as_bytes(),
            ),
            Self::P521(key) => curve(
                "1.3.132.0.35",
                key.verifying_key().to_sec1_point(false).as_bytes(),
            ),
            Self::Ed25519(key) => seq(&[
                &seq(&[&oid("1.3.101.112")]),
                &tlv(0x03, &[&[0], key.verifying_key().as_bytes()]),
            ]),
            Self::Rsa(key) => {
                use rsa::traits::PublicKeyParts as _;
                let number = |octets: &[u8]| {
                    let octets: Vec<u8> = octets.iter().copied().skip_while(|o| *o == 0).collect();
                    let sign: &[u8] = if octets[0] & 0x80 == 0 { &[] } else { &[0] };
                    tlv(0x02, &[sign, &octets])
                };
                let key = seq(&[&number(&key.n_bytes()), &number(&key.e_bytes())]);
                let algorithm = seq(&[&oid("1.2.840.113549.1.1.1"), &[5, 0]]);
                seq(&[&algorithm, &tlv(0x03, &[&[0], &key])])
            }
        }
    }

    pub(crate) fn sign(&self, scheme: Scheme, message: &[u8]) -> Vec<u8> {
        match (self, scheme) {
            (Self::P256(key), Scheme::Ecdsa(hash)) => {
                let signature: p256::ecdsa::Signature =
                    key.sign_prehash(&hash.of(message)).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            (Self::P384(key), Scheme::Ecdsa(hash)) => {
                let signature: p384::ecdsa::Signature =
                    key.sign_prehash(&hash.of(message)).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            (Self::P521(key), Scheme::Ecdsa(hash)) => {
                let signature: p521::ecdsa::Signature =
                    key.sign_prehash(&hash.of(message)).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            (Self::Ed25519(key), Scheme::Ed25519) => key.sign(message).to_bytes().to_vec(),
            (Self::Rsa(key), Scheme::Pkcs1(hash)) => match hash {
                Hash::Sha256 => key.pkcs1v15_sign::<Sha256>(message),
                Hash::Sha384 => key.pkcs1v15_sign::<Sha384>(message),
                Hash::Sha512 => key.pkcs1v15_sign::<Sha512>(message),
            }
            .unwrap(),
            (Self::Rsa(key), Scheme::Pss(hash)) => {
                let mut random = Stream {
                    label: "salt".to_owned(),
                    given: 0,
                };
                match hash {
                    Hash::Sha256 => key.pss_sign_with_rng::<Sha256, _>(&mut random, message),
                    Hash::Sha384 => key.pss_sign_with_rng::<Sha384, _>(&mut random, message),
                    Hash::Sha512 => key.pss_sign_with_rng::<Sha512, _>(&mut random, message),
                }
                .unwrap()
            }
            _ => panic!("the key does not sign so"),
        }
    }
}

/// A certificate before it is signed.
#[derive(Clone)]
pub(crate) struct Draft {
    /// As it is written: 2 is version 3.
    pub(crate) version: Option<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) not_before: &'static str,
    pub(crate) not_after: &'static str,
    pub(crate) spki: Vec<u8>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl Draft {
    pub(crate) fn new(issuer: &str, subject: &str, key: &Key) -> Self {
        Self {
            version: Some(2),
            serial: vec![0x42],
            issuer: name(issuer),
            subject: name(subject),
            not_before: "250101000000Z",
            not_after: "351231235959Z",
            spki: key.spki(),
            extensions: Vec::new(),
        }
    }

    /// A certificate of an authority.
    pub(crate) fn authority(issuer: &str, subject: &str, key: &Key) -> Self {
        Self::new(issuer, subject, key)
            .with(authority(None))
            .with(key_usage(0x04))
    }

    /// A certificate of a signer.
    pub(crate) fn signer(issuer: &str, subject: &str, key: &Key) -> Self {
        Self::new(issuer, subject, key)
            .with(key_usage(0x80))
            .with(purposes(&[CODE_SIGNING]))
    }

    pub(crate) fn with(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    pub(crate) fn without_extensions(mut self) -> Self {
        self.extensions.clear();
        self
    }

    /// The signed part.
    pub(crate) fn body(&self, scheme: Scheme) -> Vec<u8> {
        let version = self.version.map(|version| tlv(0xa0, &[&[2, 1, version]]));
        let validity = seq(&[
            &tlv(0x17, &[self.not_before.as_bytes()]),
            &tlv(0x17, &[self.not_after.as_bytes()]),
        ]);
        let extensions = if self.extensions.is_empty() {
            Vec::new()
        } else {
            tlv(0xa3, &[&seq(&[&self.extensions.concat()])])
        };
        seq(&[
            &version.unwrap_or_default(),
            &tlv(0x02, &[&self.serial]),
            &scheme.algorithm(),
            &self.issuer,
            &validity,
            &self.subject,
            &self.spki,
            &extensions,
        ])
    }

    pub(crate) fn sign(&self, key: &Key) -> Vec<u8> {
        self.sign_with(key, key.scheme())
    }

    pub(crate) fn sign_with(&self, key: &Key, scheme: Scheme) -> Vec<u8> {
        let body = self.body(scheme);
        let signature = key.sign(scheme, &body);
        seq(&[&body, &scheme.algorithm(), &tlv(0x03, &[&[0], &signature])])
    }
}

pub(crate) const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
pub(crate) const SERVER: &str = "1.3.6.1.5.5.7.3.1";
pub(crate) const ANY_PURPOSE: &str = "2.5.29.37.0";

pub(crate) fn extension(kind: &str, value: &[u8]) -> Vec<u8> {
    seq(&[&oid(kind), &tlv(0x04, &[value])])
}

pub(crate) fn critical(kind: &str, value: &[u8]) -> Vec<u8> {
    seq(&[&oid(kind), &[1, 1, 0xff], &tlv(0x04, &[value])])
}

pub(crate) fn authority(path_length: Option<u8>) -> Vec<u8> {
    let length = path_length.map(|length| vec![2, 1, length]);
    critical(
        "2.5.29.19",
        &seq(&[&[1, 1, 0xff], &length.unwrap_or_default()]),
    )
}

pub(crate) fn key_usage(octet: u8) -> Vec<u8> {
    let unused = u8::try_from(octet.trailing_zeros()).unwrap();
    critical("2.5.29.15", &tlv(0x03, &[&[unused, octet]]))
}

pub(crate) fn purposes(purposes: &[&str]) -> Vec<u8> {
    let purposes: Vec<Vec<u8>> = purposes.iter().map(|purpose| oid(purpose)).collect();
    extension("2.5.29.37", &seq(&[&purposes.concat()]))
}

/// Alternative names: the tag of the kind and the octets of each.
pub(crate) fn names(names: &[(u8, &[u8])]) -> Vec<u8> {
    let names: Vec<Vec<u8>> = names
        .iter()
        .map(|(tag, value)| tlv(*tag, &[value]))
        .collect();
    extension("2.5.29.17", &seq(&[&names.concat()]))
}

/// Name constraints: permitted and excluded names.
pub(crate) fn constraints(permitted: &[(u8, &[u8])], excluded: &[(u8, &[u8])]) -> Vec<u8> {
    let list = |tag, names: &[(u8, &[u8])]| {
        if names.is_empty() {
            return Vec::new();
        }
        let trees = names
            .iter()
            .map(|(tag, value)| seq(&[&tlv(*tag, &[value])]));
        tlv(tag, &[&trees.collect::<Vec<_>>().concat()])
    };
    critical(
        "2.5.29.30",
        &seq(&[&list(0xa0, permitted), &list(0xa1, excluded)]),
    )
}

pub(crate) fn subject_key(octets: &[u8]) -> Vec<u8> {
    extension("2.5.29.14", &tlv(0x04, &[octets]))
}

pub(crate) fn authority_key(octets: &[u8]) -> Vec<u8> {
    extension("2.5.29.35", &seq(&[&tlv(0x80, &[octets])]))
}

/// Random numbers that follow from a label.
struct Stream {
    label: String,
    given: usize,
}

impl rsa::rand_core::TryRng for Stream {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_be_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_be_bytes(octets))
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Self::Error> {
        let label = format!("{} {}", self.label, self.given);
        octets.copy_from_slice(&seed(&label, octets.len()));
        self.given += 1;
        Ok(())
    }
}

impl rsa::rand_core::TryCryptoRng for Stream {}
