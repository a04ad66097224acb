use std::time::SystemTime;

use super::pem::exceeded;
use super::{Certificate, CertificateError, ChainLimit, ChainLimits, VerifiedLeaf, path};

/// The certificates that somebody trusts: one self-signed one or more, and intermediates that help to get there.
///
/// A path ends at a self-signed certificate only, as it does in OpenSSL unless partial chains are asked for: an
/// intermediate alone is no anchor. A self-signed certificate may be the signer's own; then it is trusted by its
/// bytes and no authority is needed, whatever its basic constraints say.
///
/// # Examples
/// ```
/// use model_sign::certificate::{CertificateError, ChainLimits, TrustAnchors};
///
/// let nothing = TrustAnchors::from_pem(&[b"no certificate"], &ChainLimits::default());
/// assert!(matches!(nothing, Err(CertificateError::Pem { .. })));
/// ```
#[derive(Clone, Debug)]
pub struct TrustAnchors {
    roots: Vec<Certificate>,
    intermediates: Vec<Certificate>,
}

impl TrustAnchors {
    /// Reads PEM texts with one certificate or more each.
    ///
    /// # Limits
    /// [`ChainLimits::anchor_bytes`] for each text, [`ChainLimits::anchors`] for all together.
    ///
    /// # Errors
    /// As [`Certificate::from_pem`], and [`CertificateError::NoAnchor`] if none of them is self-signed.
    pub fn from_pem(texts: &[&[u8]], limits: &ChainLimits) -> Result<Self, CertificateError> {
        let mut certificates = Vec::new();
        for text in texts {
            certificates.extend(Certificate::from_pem(text, limits)?);
            if certificates.len() > limits.anchors {
                let (what, found) = (ChainLimit::Anchors, certificates.len());
                return Err(exceeded(what, found, limits.anchors));
            }
        }
        Self::new(certificates)
    }

    /// Takes certificates that were read before.
    ///
    /// # Errors
    /// [`CertificateError::NoAnchor`] if none of them is self-signed.
    pub fn new(certificates: Vec<Certificate>) -> Result<Self, CertificateError> {
        let found = u64::try_from(certificates.len()).unwrap_or(u64::MAX);
        let (roots, intermediates): (Vec<_>, Vec<_>) = certificates
            .into_iter()
            .partition(Certificate::is_self_signed);
        if roots.is_empty() {
            return Err(CertificateError::NoAnchor { found });
        }
        Ok(Self {
            roots,
            intermediates,
        })
    }

    /// The certificates at which a path may end.
    #[must_use]
    pub fn roots(&self) -> &[Certificate] {
        &self.roots
    }

    /// The other certificates, through which a path may go.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// Verifies the certificates that come with a signature, the signer's first, and gives the signer's.
    ///
    /// The others may stand in any order, include the root, and hold ones that are not needed. Every certificate
    /// on the path, its root included, has to be valid at `at`.
    ///
    /// # Limits
    /// [`ChainLimits::presented`] certificates; a path is looked for until a ceiling on intermediates, signatures,
    /// issuers tried or names compared is reached, so certificates made to send the search astray cost no more.
    ///
    /// # Errors
    /// The first [`CertificateError`] of the signer's own certificate; else, if no path is found, the one of the
    /// most promising path.
    ///
    /// # Spec
    /// RFC 5280 section 6.1 without policies and revocation. Names of issuers and subjects are compared byte by
    /// byte, as they are to be written alike (section 4.1.2.6); name constraints compare by section 7. Stricter:
    /// an extended key usage in an authority's certificate holds for what it issues, and the constraints of an
    /// anchor are applied as if it were an intermediate.
    pub fn verify(
        &self,
        leaf_first: &[&[u8]],
        at: SystemTime,
        limits: &ChainLimits,
    ) -> Result<VerifiedLeaf, CertificateError> {
        if leaf_first.len() > limits.presented {
            let (what, found) = (ChainLimit::Presented, leaf_first.len());
            return Err(exceeded(what, found, limits.presented));
        }
        let presented = leaf_first
            .iter()
            .map(|der| Certificate::from_der(der, limits));
        let mut presented = presented.collect::<Result<Vec<_>, _>>()?.into_iter();
        let leaf = presented.next().ok_or(CertificateError::NoCertificate)?;
        leaf.check_validity(at)?;
        leaf.check_signer()?;
        let key = crate::key::PublicKey::from_spki_der(leaf.public_key_der())
            .map_err(CertificateError::LeafKey)?;
        let presented = presented.collect::<Vec<_>>();
        let path = path::find(self, &leaf, &presented, at, limits)?;
        Ok(VerifiedLeaf::new(key, leaf, path, at))
    }
}
