use std::time::SystemTime;

use model_digest::Digest;

use super::path::Path;
use super::{AlternativeName, Certificate, DistinguishedName, Validity};
use crate::key::PublicKey;

/// The certificate of a signer, after a path from it to an anchor was found and judged.
///
/// There is no other way to get one than [`TrustAnchors::verify`](super::TrustAnchors::verify).
///
/// ```compile_fail,E0277
/// fn made_from_nothing<T: Default>() {}
/// made_from_nothing::<model_sign::certificate::VerifiedLeaf>();
/// ```
///
/// ```compile_fail,E0624
/// let make = model_sign::certificate::VerifiedLeaf::new;
/// ```
#[derive(Clone, Debug)]
pub struct VerifiedLeaf {
    public_key: PublicKey,
    certificate: Certificate,
    path: Path,
    at: SystemTime,
}

impl VerifiedLeaf {
    pub(super) fn new(
        public_key: PublicKey,
        certificate: Certificate,
        path: Path,
        at: SystemTime,
    ) -> Self {
        Self {
            public_key,
            certificate,
            path,
            at,
        }
    }

    /// The signer's key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The signer's certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Whom the certificate is for. Shown, it is text of RFC 4514.
    #[must_use]
    pub fn subject(&self) -> &DistinguishedName {
        self.certificate.subject()
    }

    /// The other names of the signer.
    #[must_use]
    pub fn alternative_names(&self) -> &[AlternativeName] {
        self.certificate.alternative_names()
    }

    /// The serial number: the octets of an integer, highest first.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        self.certificate.serial()
    }

    /// When the signer's certificate is valid.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.certificate.validity()
    }

    /// Certificates between the signer's and the anchor.
    #[must_use]
    pub fn intermediates(&self) -> usize {
        self.path.intermediates
    }

    /// The name of the anchor.
    #[must_use]
    pub fn anchor(&self) -> &DistinguishedName {
        &self.path.anchor
    }

    /// The SHA-256 digest of the anchor's certificate.
    #[must_use]
    pub fn anchor_fingerprint(&self) -> &Digest {
        &self.path.fingerprint
    }

    /// The time for which all this was judged.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        self.at
    }
}
