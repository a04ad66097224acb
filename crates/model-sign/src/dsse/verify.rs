use std::num::NonZeroUsize;

use super::{Envelope, Signature, pae};
use crate::key::{PublicKey, SignError, Signer};

/// Whose signatures an envelope has, as far as the keys are known.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Signatories {
    /// The places, in the list of keys that was given, of those that made a signature; a key that is listed
    /// twice is told once.
    pub keys: Vec<usize>,
    /// How many signatures none of the keys made. They may be good ones, of keys that were not given.
    pub unknown: usize,
}

/// Too few of the keys made a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("good signatures of {found} keys where {wanted} are wanted")]
#[non_exhaustive]
pub struct TooFewSignatories {
    /// How many keys made a signature.
    pub found: usize,
    /// How many were wanted.
    pub wanted: usize,
}

impl Envelope {
    /// Signs a payload with one key or more.
    ///
    /// # Errors
    /// What a signer says.
    pub fn sign(
        payload_type: &str,
        payload: impl Into<Vec<u8>>,
        signers: &[&dyn Signer],
    ) -> Result<Self, SignError> {
        let payload = payload.into();
        let message = pae(payload_type, &payload);
        let signatures = signers
            .iter()
            .map(|signer| signer.sign_checked(&message).map(Signature::new))
            .collect::<Result<_, _>>()?;
        Ok(Self::new(payload_type, payload, signatures))
    }

    /// Checks that at least `threshold` different keys out of `keys` signed the payload.
    ///
    /// Every signature is tried with every key, since `keyid` is a hint that nobody signed: what it says changes
    /// nothing. A key counts once, however often it signed and however often it is listed. A signature that no
    /// key made does not make the others worse; how many there are is told.
    ///
    /// # Limits
    /// The payload is hashed once for each signature and each key.
    ///
    /// # Errors
    /// [`TooFewSignatories`].
    ///
    /// # Spec
    /// DSSE 1.0.2, `protocol.md`, sections "Protocol" and "Threshold signatures".
    pub fn verify(
        &self,
        keys: &[PublicKey],
        threshold: NonZeroUsize,
    ) -> Result<Signatories, TooFewSignatories> {
        let message = self.pae();
        let mut found: Vec<usize> = Vec::new();
        let mut unknown = 0_usize;
        for signature in self.signatures() {
            let maker = keys
                .iter()
                .position(|key| key.verify(&message, signature.sig()).is_ok());
            match maker {
                // The first of equal keys is found again, so that none counts twice.
                Some(place) if !found.contains(&place) => found.push(place),
                Some(_) => {}
                None => unknown = unknown.saturating_add(1),
            }
        }
        found.sort_unstable();
        let wanted = threshold.get();
        if found.len() < wanted {
            return Err(TooFewSignatories {
                found: found.len(),
                wanted,
            });
        }
        Ok(Signatories {
            keys: found,
            unknown,
        })
    }
}
