use std::fmt;
use std::time::SystemTime;

use model_digest::{Algorithm as Hash, Digest};

use super::der::{BIT_STRING, DerFault, Element, INTEGER, Reader, SEQUENCE};
use super::extensions::{Extensions, Purposes};
use super::oid::Oid;
use super::pem::{self, exceeded};
use super::signature::{Algorithm, IssuerKey, Scheme};
use super::{
    AlternativeName, CertificateError, ChainLimit, ChainLimits, DistinguishedName, SignerFault,
    Validity,
};

/// One X.509 certificate of version 3, read and not judged: nothing here says that its signature is right.
///
/// # Spec
/// RFC 5280 section 4.1, in strict DER. Where we are stricter than OpenSSL: versions 1 and 2 are refused, since
/// they cannot say what a certificate is for; an extension may stand once; a critical one that is not understood
/// is refused here already, even in a certificate that no path uses.
#[derive(Clone)]
pub struct Certificate {
    der: Box<[u8]>,
    /// The signed part, with its header.
    signed: Box<[u8]>,
    serial: Box<[u8]>,
    issuer: DistinguishedName,
    subject: DistinguishedName,
    validity: Validity,
    /// `SubjectPublicKeyInfo` with its header.
    public_key: Box<[u8]>,
    algorithm: Algorithm,
    signature: Box<[u8]>,
    extensions: Extensions,
}

impl Certificate {
    /// Reads a certificate.
    ///
    /// # Limits
    /// [`ChainLimits::certificate_bytes`].
    ///
    /// # Errors
    /// [`CertificateError::Der`] for bytes that are no certificate or more than one, and what the type's
    /// description names.
    pub fn from_der(der: &[u8], limits: &ChainLimits) -> Result<Self, CertificateError> {
        if der.len() > limits.certificate_bytes {
            let (what, most) = (ChainLimit::CertificateBytes, limits.certificate_bytes);
            return Err(exceeded(what, der.len(), most));
        }
        let mut outer = Reader::whole(der, SEQUENCE)?.inside();
        let signed = outer.one(SEQUENCE)?;
        let beside = outer.one(SEQUENCE)?;
        let signature = outer.only(BIT_STRING)?.octets()?;

        let mut fields = signed.inside();
        let version = match fields.optional(0xa0)? {
            Some(field) => field.inside().only(INTEGER)?.small()?,
            None => 0,
        };
        if version != 2 {
            let found = u64::from(version).saturating_add(1);
            return Err(CertificateError::Version { found });
        }
        let serial = fields.one(INTEGER)?.integer()?;
        let inside = fields.one(SEQUENCE)?;
        let algorithm = Algorithm::read(&inside)?;
        if inside.raw != beside.raw {
            return Err(mismatch(&beside, &inside));
        }
        let issuer = fields.one(SEQUENCE)?;
        if issuer.value.is_empty() {
            // RFC 5280 section 4.1.2.4: the issuer has a name.
            return Err(issuer.fault(DerFault::Empty).into());
        }
        let issuer = DistinguishedName::read(&issuer)?;
        let validity = Validity::read(&fields.one(SEQUENCE)?)?;
        let subject = DistinguishedName::read(&fields.one(SEQUENCE)?)?;
        let public_key = fields.one(SEQUENCE)?;
        // Unique identifiers, which nobody uses since version 3.
        for tag in [0x81, 0x82] {
            fields.optional(tag)?;
        }
        let extensions = match fields.optional(0xa3)? {
            Some(field) => Extensions::read(&field.inside().only(SEQUENCE)?)?,
            None => Extensions::default(),
        };
        fields.end()?;
        Ok(Self {
            der: der.into(),
            signed: signed.raw.into(),
            serial: serial.into(),
            issuer,
            subject,
            validity,
            public_key: public_key.raw.into(),
            algorithm,
            signature: signature.into(),
            extensions,
        })
    }

    /// Reads the certificates of a PEM text in their order. Text around the blocks is passed over.
    ///
    /// # Limits
    /// [`ChainLimits::anchor_bytes`], [`ChainLimits::anchors`] and [`ChainLimits::certificate_bytes`].
    ///
    /// # Errors
    /// [`CertificateError::Pem`] for a text without certificates, with blocks of another label, or whose base64 is
    /// not canonical; otherwise as [`Certificate::from_der`].
    pub fn from_pem(pem: &[u8], limits: &ChainLimits) -> Result<Vec<Self>, CertificateError> {
        let blocks = pem::certificates(pem, limits)?;
        blocks
            .iter()
            .map(|der| Self::from_der(der, limits))
            .collect()
    }

    /// The bytes that were read.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Writes the certificate as PEM, as OpenSSL does.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::write(&self.der)
    }

    /// The SHA-256 digest of the certificate's bytes, by which it is known to people.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        Digest::of(Hash::Sha256, &self.der)
    }

    /// Whom it is for. Empty where only alternative names say so.
    #[must_use]
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// Who made it.
    #[must_use]
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// The serial number: the octets of an integer, highest first.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// When it is valid.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// The alternative names of the subject.
    #[must_use]
    pub fn alternative_names(&self) -> &[AlternativeName] {
        &self.extensions.names
    }

    /// The key, as `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn public_key_der(&self) -> &[u8] {
        &self.public_key
    }

    pub(super) fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    pub(super) fn scheme(&self) -> Result<Scheme, CertificateError> {
        self.algorithm.scheme()
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether its own key signed it. Where its signature is of a kind that we do not verify, its name and key
    /// identifiers tell: nobody is trusted for the signature on an anchor.
    pub(super) fn is_self_signed(&self) -> bool {
        if !self.is_self_issued() {
            return false;
        }
        match self.scheme() {
            Ok(scheme) => IssuerKey::read(&self.public_key)
                .is_ok_and(|key| key.has_signed(scheme, &self.signed, &self.signature)),
            Err(_) => {
                let authority = self.extensions.authority_key.as_ref();
                authority.is_none() || authority == self.extensions.subject_key.as_ref()
            }
        }
    }

    /// Whether the key identifiers allow that `issuer` made this certificate.
    pub(super) fn may_be_from(&self, issuer: &Self) -> bool {
        match (
            &self.extensions.authority_key,
            &issuer.extensions.subject_key,
        ) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => true,
        }
    }

    /// Refuses a signature that is not of this key.
    pub(super) fn check_signature(&self, issuer: &Self) -> Result<(), CertificateError> {
        let scheme = self.scheme()?;
        let key = IssuerKey::read(&issuer.public_key).map_err(|fault| fault.of(&issuer.subject))?;
        if key.has_signed(scheme, &self.signed, &self.signature) {
            Ok(())
        } else {
            Err(CertificateError::BadSignature {
                subject: self.subject.to_string(),
                issuer: issuer.subject.to_string(),
            })
        }
    }

    pub(super) fn check_validity(&self, at: SystemTime) -> Result<(), CertificateError> {
        let (not_before, not_after) = (self.validity.not_before(), self.validity.not_after());
        let subject = || self.subject.to_string();
        if at < not_before {
            let subject = subject();
            return Err(CertificateError::NotYetValid {
                subject,
                at,
                not_before,
            });
        }
        if at > not_after {
            let subject = subject();
            return Err(CertificateError::Expired {
                subject,
                at,
                not_after,
            });
        }
        Ok(())
    }

    /// Refuses a certificate that does not let its key sign models.
    pub(super) fn check_signer(&self) -> Result<(), CertificateError> {
        let usage = self.extensions.key_usage;
        let fault = match (usage, self.extensions.purposes) {
            (Some(usage), _) if !usage.digital_signature() => SignerFault::NoDigitalSignature,
            (_, Some(Purposes::Others)) => SignerFault::OtherPurpose,
            (None, None) => SignerFault::Unstated,
            (Some(_), None | Some(Purposes::CodeSigning)) | (None, Some(Purposes::CodeSigning)) => {
                return Ok(());
            }
        };
        let subject = self.subject.to_string();
        Err(CertificateError::NotForSigning { subject, fault })
    }
}

fn mismatch(beside: &Element<'_>, inside: &Element<'_>) -> CertificateError {
    let name = |element: &Element<'_>| {
        let name = element.inside().any();
        Oid::new(name.map_or(&[], |name| name.value))
    };
    CertificateError::AlgorithmMismatch {
        outer: name(beside),
        inner: name(inside),
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject)
            .field("issuer", &self.issuer)
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}
