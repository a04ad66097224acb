use super::ErrorKind;
use crate::bundle::{KeyIdentifier, KeyMaterial, VerificationMaterial};

/// How a signature came about, which the verification material of its bundle tells.
///
/// # Spec
/// OpenSSF Model Signing 1.0, section 4.1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SigningMethod<'b> {
    /// `key`: a key that the verifier has.
    Key(&'b KeyIdentifier),
    /// `certificate`: a chain of certificates in DER, the signer's first, under an authority that the verifier
    /// trusts.
    Certificate(&'b [Vec<u8>]),
    /// `sigstore`: the signer's certificate in DER, whose log entries stand beside it.
    Sigstore(&'b [u8]),
}

impl<'b> SigningMethod<'b> {
    /// Tells the method.
    ///
    /// # Errors
    /// [`ErrorKind::NoKeyName`] if a key has neither `hint` nor `rawBytes`, [`ErrorKind::NoLogEntry`] if a lone
    /// certificate has no entry of a log.
    pub fn of(material: &'b VerificationMaterial) -> Result<Self, ErrorKind> {
        match material.key() {
            KeyMaterial::PublicKey(key) if key.hint.is_none() && key.raw_bytes.is_none() => {
                Err(ErrorKind::NoKeyName)
            }
            KeyMaterial::PublicKey(key) => Ok(Self::Key(key)),
            KeyMaterial::CertificateChain(chain) => Ok(Self::Certificate(chain)),
            KeyMaterial::Certificate(_) if material.tlog_entries().is_empty() => {
                Err(ErrorKind::NoLogEntry)
            }
            KeyMaterial::Certificate(certificate) => Ok(Self::Sigstore(certificate)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SigningMethod;
    use crate::bundle::{KeyIdentifier, KeyMaterial, VerificationMaterial};
    use crate::oms::ErrorKind;

    #[test]
    fn a_lone_certificate_wants_a_log_and_a_key_a_name() {
        let key = VerificationMaterial::new(KeyMaterial::PublicKey(KeyIdentifier::default()));
        assert_eq!(SigningMethod::of(&key), Err(ErrorKind::NoKeyName));
        let lone = VerificationMaterial::new(KeyMaterial::Certificate(vec![1]));
        assert_eq!(SigningMethod::of(&lone), Err(ErrorKind::NoLogEntry));
        let chain = VerificationMaterial::new(KeyMaterial::CertificateChain(vec![vec![1]]));
        assert_eq!(
            SigningMethod::of(&chain),
            Ok(SigningMethod::Certificate(&[vec![1]]))
        );
    }
}
