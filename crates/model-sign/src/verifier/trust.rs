use std::time::SystemTime;

use super::leaf::ExpectedLeaf;
use super::rules::{Historic, Rules};
use crate::bundle::{Bundle, KeyIdentifier, KeyMaterial};
use crate::certificate::{ChainLimits, TrustAnchors, VerifiedLeaf};
use crate::dsse::{self, Envelope};
use crate::key::{KeyAlgorithm, PublicKey, SignatureError};
use crate::oms::{self, Quirk};
use crate::{Error, Extension, Identity, Method, Relaxation, SignerError};
#[cfg(feature = "sigstore")]
use crate::{keyed::Culprit, sigstore::KeylessVerifier};

/// Whom a verifier believes.
#[derive(Debug)]
pub(crate) enum Trust {
    Keys(Vec<PublicKey>),
    Certificates {
        anchors: TrustAnchors,
        limits: ChainLimits,
        leaf: ExpectedLeaf,
    },
    #[cfg(feature = "sigstore")]
    Keyless(Box<KeylessVerifier>),
}

/// A payload whose signature holds.
pub(crate) struct Trusted {
    pub(crate) payload: Vec<u8>,
    pub(crate) signer: Identity,
    pub(crate) relaxations: Vec<Relaxation>,
    /// Whether the signature is over the encoding of version 0.2.0 of model-signing.
    pub(crate) is_historic: bool,
}

impl Trust {
    const fn method(&self) -> Method {
        match self {
            Self::Keys(_) => Method::Key,
            Self::Certificates { .. } => Method::Certificate,
            #[cfg(feature = "sigstore")]
            Self::Keyless(_) => Method::Sigstore,
        }
    }

    /// Verifies the signature of a bundle and who made it. Nothing of the payload is looked at.
    pub(crate) fn open(
        &self,
        bytes: &[u8],
        rules: &Rules,
        at: SystemTime,
    ) -> Result<Trusted, Error> {
        let bundle = Bundle::read(bytes, &rules.limits)?;
        let envelope = bundle.envelope().ok_or(SignerError::NoEnvelope)?;
        let (found, wanted) = (method(&bundle), self.method());
        if found != wanted {
            return Err(SignerError::OtherMethod { found, wanted }.into());
        }
        oms::sole_signature(envelope).map_err(SignerError::Envelope)?;
        match (self, bundle.material().key()) {
            (Self::Keys(keys), KeyMaterial::PublicKey(named)) => {
                open_with_keys(keys, named, envelope, rules)
            }
            (
                Self::Certificates {
                    anchors,
                    limits,
                    leaf,
                },
                KeyMaterial::CertificateChain(chain),
            ) => {
                let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
                let found = anchors
                    .verify(&chain, at, limits)
                    .map_err(SignerError::Certificate)?;
                open_with_certificate(&found, leaf, envelope, rules)
            }
            #[cfg(feature = "sigstore")]
            (Self::Keyless(keyless), _) => open_keyless(keyless, bytes, at),
            // The methods are the same, and so is what comes with them.
            _ => Err(SignerError::OtherMethod { found, wanted }.into()),
        }
    }
}

/// Tells by which method a bundle was signed.
fn method(bundle: &Bundle) -> Method {
    let material = bundle.material();
    match material.key() {
        KeyMaterial::PublicKey(_) => Method::Key,
        // Bundles of Sigstore before version 0.3 hold a chain as well, and always an entry of a log.
        KeyMaterial::CertificateChain(_) if material.tlog_entries().is_empty() => {
            Method::Certificate
        }
        KeyMaterial::CertificateChain(_) | KeyMaterial::Certificate(_) => Method::Sigstore,
    }
}

fn open_with_keys(
    keys: &[PublicKey],
    named: &KeyIdentifier,
    envelope: &Envelope,
    rules: &Rules,
) -> Result<Trusted, Error> {
    let mut relaxations = Vec::new();
    let key = key_named(keys, named, &mut relaxations)?;
    let mut trusted = open_with_key(key, &Identity::of_key(key), envelope, rules)?;
    trusted.relaxations.extend(relaxations);
    Ok(trusted)
}

/// Finds the key that a bundle names. It says which one to try and proves nothing.
fn key_named<'k>(
    keys: &'k [PublicKey],
    named: &KeyIdentifier,
    relaxations: &mut Vec<Relaxation>,
) -> Result<&'k PublicKey, Error> {
    let other = |found: String| {
        let wanted = keys.first().map(PublicKey::hint).unwrap_or_default();
        Error::from(SignerError::OtherKey { found, wanted })
    };
    let by_bytes = match &named.raw_bytes {
        None => None,
        Some(bytes) => {
            relaxations.push(Relaxation::Quirk(Quirk::RawPublicKey));
            let named = PublicKey::from_pem(bytes)
                .or_else(|_| PublicKey::from_spki_der(bytes))
                .map_err(|_| other("no key that can be read".to_owned()))?;
            let found = keys.iter().find(|key| **key == named);
            Some(found.ok_or_else(|| other(named.hint()))?)
        }
    };
    // An empty hint is what protobuf writes for none.
    let hint = named.hint.as_deref().filter(|hint| !hint.is_empty());
    match (hint, by_bytes) {
        (None, None) => Err(SignerError::UnnamedKey.into()),
        (None, Some(key)) => Ok(key),
        (Some(hint), by_bytes) => {
            let found = keys.iter().find(|key| key.hint() == hint);
            match (found, by_bytes) {
                (Some(found), None) => Ok(found),
                (Some(found), Some(also)) if found == also => Ok(found),
                _ => Err(other(hint.to_owned())),
            }
        }
    }
}

fn open_with_certificate(
    found: &VerifiedLeaf,
    wanted: &ExpectedLeaf,
    envelope: &Envelope,
    rules: &Rules,
) -> Result<Trusted, Error> {
    let signer = Identity::of_leaf(found);
    let mut trusted = open_with_key(found.public_key(), &signer, envelope, rules)?;
    if !wanted.accepts(found) {
        return Err(SignerError::OtherSigner {
            found: signer,
            wanted: wanted.to_string(),
        }
        .into());
    }
    if wanted.is_any() {
        trusted.relaxations.push(Relaxation::AnyLeaf);
    }
    Ok(trusted)
}

/// Verifies the one signature of an envelope.
fn open_with_key(
    key: &PublicKey,
    signer: &Identity,
    envelope: &Envelope,
    rules: &Rules,
) -> Result<Trusted, Error> {
    let signature = oms::sole_signature(envelope).map_err(SignerError::Envelope)?;
    let is_historic = match key.verify(&envelope.pae(), signature.sig()) {
        Ok(()) => false,
        Err(SignatureError::Mismatch) if holds_as_historic(key, envelope, signature.sig()) => {
            if rules.historic == Historic::Refused {
                return Err(SignerError::Historic.into());
            }
            true
        }
        Err(source) => {
            let signer = signer.clone();
            return Err(SignerError::Signature { signer, source }.into());
        }
    };
    let mut relaxations = Vec::new();
    if key.algorithm() == KeyAlgorithm::Ed25519 {
        relaxations.push(Relaxation::Extension(Extension::Ed25519));
    }
    if is_historic {
        relaxations.push(Relaxation::Quirk(Quirk::LegacyEncoding));
    }
    Ok(Trusted {
        payload: envelope.payload().to_vec(),
        signer: signer.clone(),
        relaxations,
        is_historic,
    })
}

/// Says whether a signature is one that model-signing 0.2.0 made. It is asked before one is refused, so that
/// the refusal says why.
fn holds_as_historic(key: &PublicKey, envelope: &Envelope, signature: &[u8]) -> bool {
    // The encoding is several times as large as the payload; only a payload that may be of that kind is worth it.
    let kind = oms::HISTORIC_PREDICATE_TYPE.as_bytes();
    let mut places = envelope.payload().windows(kind.len());
    if !places.any(|place| place == kind) {
        return false;
    }
    let encoded = dsse::legacy_pae(envelope.payload_type(), envelope.payload());
    key.verify_sha256(&encoded, signature).is_ok()
}

#[cfg(feature = "sigstore")]
fn open_keyless(keyless: &KeylessVerifier, bytes: &[u8], at: SystemTime) -> Result<Trusted, Error> {
    let refuse = |error: crate::sigstore::SigstoreError| SignerError::Sigstore {
        code: error.code(),
        judged: matches!(error.culprit(), Culprit::Signature | Culprit::Signer),
        source: Box::new(error),
    };
    let verified = keyless.verify_statement(bytes, at).map_err(refuse)?;
    let signer = match verified.signer() {
        Some(signer) => Identity::Keyless {
            subject: signer.subject().as_str().to_owned(),
            issuer: signer.issuer().to_owned(),
        },
        None => return Err(SignerError::NoEnvelope.into()),
    };
    let statement = verified.into_statement().ok_or(SignerError::NoEnvelope)?;
    Ok(Trusted {
        payload: statement.into_payload(),
        signer,
        relaxations: Vec::new(),
        is_historic: false,
    })
}
