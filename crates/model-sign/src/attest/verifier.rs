use std::time::SystemTime;

use super::evidence::Form;
use super::{AttestationError, AttestationSigner, Attested, Evidence, ExpectedSigner};
use crate::Limits;
use crate::bundle::{Bundle, Content, KeyMaterial};
use crate::certificate::{ChainLimits, TrustAnchors};
use crate::dsse::Envelope;
use crate::intoto::PAYLOAD_TYPE;
use crate::key::PublicKey;

/// Verifies who signed a statement, and of which type its predicate is.
///
/// It cannot be made without somebody to expect.
#[derive(Clone, Debug)]
pub struct AttestationVerifier {
    trust: Trust,
    predicate_type: Option<String>,
    limits: Limits,
}

#[derive(Clone, Debug)]
enum Trust {
    /// Different keys, and how many of them have to sign.
    Keys(Vec<PublicKey>, usize),
    Certificates(TrustAnchors, ExpectedSigner),
    #[cfg(feature = "sigstore")]
    Keyless(Box<crate::sigstore::KeylessVerifier>),
}

impl AttestationVerifier {
    /// Expects a signature of one of these keys. The same key twice counts once.
    ///
    /// # Errors
    /// [`AttestationError::NoKey`].
    pub fn of_keys(keys: Vec<PublicKey>) -> Result<Self, AttestationError> {
        let mut different: Vec<PublicKey> = Vec::new();
        for key in keys {
            if different
                .iter()
                .all(|other| other.to_spki_der() != key.to_spki_der())
            {
                different.push(key);
            }
        }
        if different.is_empty() {
            return Err(AttestationError::NoKey);
        }
        Ok(Self::new(Trust::Keys(different, 1)))
    }

    /// Expects a signer for whom one of these authorities vouches.
    #[must_use]
    pub fn of_certificates(anchors: TrustAnchors, signer: ExpectedSigner) -> Self {
        Self::new(Trust::Certificates(anchors, signer))
    }

    /// Expects an identity of Sigstore.
    #[cfg(feature = "sigstore")]
    #[must_use]
    pub fn of_identity(verifier: crate::sigstore::KeylessVerifier) -> Self {
        Self::new(Trust::Keyless(Box::new(verifier)))
    }

    fn new(trust: Trust) -> Self {
        Self {
            trust,
            predicate_type: None,
            limits: Limits::default(),
        }
    }

    /// Demands valid signatures of so many different keys on one envelope.
    ///
    /// # Errors
    /// [`AttestationError::Threshold`] for none, for more than there are keys, and for more than one where
    /// certificates or identities are expected: evidence of these has one signer.
    pub fn with_threshold(mut self, threshold: usize) -> Result<Self, AttestationError> {
        let keys = match &mut self.trust {
            Trust::Keys(keys, wanted) => {
                *wanted = threshold;
                keys.len()
            }
            Trust::Certificates(..) => 1,
            #[cfg(feature = "sigstore")]
            Trust::Keyless(_) => 1,
        };
        if (1..=keys).contains(&threshold) {
            Ok(self)
        } else {
            let wanted = threshold;
            Err(AttestationError::Threshold { wanted, keys })
        }
    }

    /// Demands this type of predicate, exactly.
    #[must_use]
    pub fn with_predicate_type(mut self, predicate_type: impl Into<String>) -> Self {
        self.predicate_type = Some(predicate_type.into());
        self
    }

    /// Reads statements within these limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Verifies the signatures of a statement, for certificates as of the time `at`, and reads it.
    ///
    /// Nothing of the payload is read before.
    ///
    /// # Errors
    /// See [`AttestationError`].
    pub fn verify(
        &self,
        evidence: &Evidence,
        at: SystemTime,
    ) -> Result<Attested, AttestationError> {
        let (payload, signers) = match (&self.trust, &evidence.form) {
            (_, Form::Unknown(error)) => return Err(error.clone().into()),
            (Trust::Keys(keys, wanted), Form::Envelope(envelope)) => {
                (payload(envelope)?, by_keys(envelope, keys, *wanted)?)
            }
            (Trust::Keys(keys, wanted), Form::Bundle(bundle, _)) => {
                let envelope = sole(bundle)?;
                if !matches!(bundle.material().key(), KeyMaterial::PublicKey(_)) {
                    return Err(AttestationError::OtherMaterial(
                        "a certificate in place of a key",
                    ));
                }
                (payload(envelope)?, by_keys(envelope, keys, *wanted)?)
            }
            (Trust::Certificates(anchors, expected), Form::Bundle(bundle, _)) => {
                let envelope = sole(bundle)?;
                let signer = by_certificate(bundle, envelope, anchors, expected, at)?;
                (payload(envelope)?, vec![signer])
            }
            #[cfg(feature = "sigstore")]
            (Trust::Keyless(verifier), Form::Bundle(_, bytes)) => by_identity(verifier, bytes, at)?,
            (_, Form::Envelope(_)) => {
                let found = "an envelope without certificates";
                return Err(AttestationError::OtherMaterial(found));
            }
        };
        Attested::new(
            payload,
            signers,
            self.predicate_type.as_deref(),
            &self.limits,
        )
    }
}

fn payload(envelope: &Envelope) -> Result<Vec<u8>, AttestationError> {
    if envelope.payload_type() == PAYLOAD_TYPE {
        Ok(envelope.payload().to_vec())
    } else {
        Err(AttestationError::NoStatement)
    }
}

/// The envelope of a bundle, which has one signature.
fn sole(bundle: &Bundle) -> Result<&Envelope, AttestationError> {
    let Content::Envelope(envelope) = bundle.content() else {
        return Err(AttestationError::NoStatement);
    };
    match envelope.signatures() {
        [_] => Ok(envelope),
        others => Err(AttestationError::Signatures {
            found: others.len(),
        }),
    }
}

/// Counts the keys that signed. A signature counts for one key and a key once, whatever key identifiers say;
/// signatures of others are passed over, as DSSE wants it.
fn by_keys(
    envelope: &Envelope,
    keys: &[PublicKey],
    wanted: usize,
) -> Result<Vec<AttestationSigner>, AttestationError> {
    let message = envelope.pae();
    let has_signed = |key: &&PublicKey| {
        let mut signatures = envelope.signatures().iter();
        signatures.any(|signature| key.verify(&message, signature.sig()).is_ok())
    };
    let signers = keys
        .iter()
        .filter(has_signed)
        .cloned()
        .map(AttestationSigner::Key);
    let signers: Vec<_> = signers.collect();
    if signers.len() < wanted.max(1) {
        let found = signers.len();
        return Err(AttestationError::TooFewSignatures { found, wanted });
    }
    Ok(signers)
}

fn by_certificate(
    bundle: &Bundle,
    envelope: &Envelope,
    anchors: &TrustAnchors,
    expected: &ExpectedSigner,
    at: SystemTime,
) -> Result<AttestationSigner, AttestationError> {
    let KeyMaterial::CertificateChain(chain) = bundle.material().key() else {
        return Err(AttestationError::OtherMaterial("no chain of certificates"));
    };
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let leaf = anchors.verify(&chain, at, &ChainLimits::default())?;
    if !expected.accepts(&leaf) {
        return Err(AttestationError::WrongSigner {
            found: leaf.subject().to_string(),
            wanted: expected.to_string(),
        });
    }
    by_keys(envelope, std::slice::from_ref(leaf.public_key()), 1)?;
    Ok(AttestationSigner::Certificate(Box::new(leaf)))
}

#[cfg(feature = "sigstore")]
fn by_identity(
    verifier: &crate::sigstore::KeylessVerifier,
    bundle: &[u8],
    at: SystemTime,
) -> Result<(Vec<u8>, Vec<AttestationSigner>), AttestationError> {
    let verified =
        verifier
            .verify_statement(bundle, at)
            .map_err(|error| AttestationError::Keyless {
                code: error.code(),
                source: Box::new(error),
            })?;
    let signer = verified.signer().map(|signer| AttestationSigner::Identity {
        subject: signer.subject().as_str().to_owned(),
        issuer: signer.issuer().to_owned(),
    });
    let (Some(signer), Some(statement)) = (signer, verified.into_statement()) else {
        return Err(AttestationError::NoStatement);
    };
    if statement.payload_type() != PAYLOAD_TYPE {
        return Err(AttestationError::NoStatement);
    }
    Ok((statement.into_payload(), vec![signer]))
}
