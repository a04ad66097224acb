use x509_cert::Certificate;
use x509_cert::der::asn1::{ObjectIdentifier, Utf8StringRef};
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::subject::{SubjectKind, SubjectName};

/// The OIDC issuer as a DER string, as Fulcio writes it.
const ISSUER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1.8");
/// The same as bare bytes, which Fulcio writes besides for old readers.
const ISSUER_BARE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1.1");
/// A user name that is neither an address nor a URI.
const USER_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1.7");

/// Who a certificate of Fulcio was issued to.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) subject: SubjectName,
    pub(super) issuer: String,
}

/// Why a certificate does not say who it was issued to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LeafError {
    /// It is no X.509 certificate in DER.
    #[error("no X.509 certificate in DER")]
    Malformed,
    /// An extension that says who it is about stands in it twice.
    #[error("an extension that says who the certificate is about stands in it twice")]
    TwiceTheSame,
    /// It has no subject alternative name.
    #[error("the certificate has no subject alternative name")]
    NoSubject,
    /// It has several subject alternative names, and which of them signed is not said.
    #[error("the certificate has {found} subject alternative names where 1 is wanted")]
    SeveralSubjects {
        /// How many it has.
        found: usize,
    },
    /// Its subject alternative name is of a kind that Fulcio does not issue.
    #[error("the subject alternative name is neither an address, a URI nor a user name")]
    UnknownKind,
    /// It names no OIDC issuer.
    #[error("the certificate names no OIDC issuer")]
    NoIssuer,
    /// Its two extensions for the issuer name different ones.
    #[error("the certificate names two OIDC issuers")]
    TwoIssuers,
}

impl Leaf {
    /// Reads subject and issuer out of a certificate; what it says is worth what its signature is.
    pub(super) fn read(der: &[u8]) -> Result<Self, LeafError> {
        let certificate = Certificate::from_der(der).map_err(|_| LeafError::Malformed)?;
        let extensions = certificate
            .tbs_certificate()
            .extensions()
            .map_or(&[][..], Vec::as_slice);
        Ok(Self {
            subject: subject(extensions)?,
            issuer: issuer(extensions)?,
        })
    }
}

/// Returns the only extension of this kind.
fn only(extensions: &[Extension], kind: ObjectIdentifier) -> Result<Option<&[u8]>, LeafError> {
    let mut of_kind = extensions
        .iter()
        .filter(|extension| extension.extn_id == kind);
    let found = of_kind.next();
    if of_kind.next().is_some() {
        return Err(LeafError::TwiceTheSame);
    }
    Ok(found.map(|extension| extension.extn_value.as_bytes()))
}

fn subject(extensions: &[Extension]) -> Result<SubjectName, LeafError> {
    let kind = <SubjectAltName as x509_cert::der::oid::AssociatedOid>::OID;
    let bytes = only(extensions, kind)?.ok_or(LeafError::NoSubject)?;
    let names = SubjectAltName::from_der(bytes).map_err(|_| LeafError::Malformed)?;
    let name = match names.0.as_slice() {
        [] => return Err(LeafError::NoSubject),
        [name] => name,
        several => {
            let found = several.len();
            return Err(LeafError::SeveralSubjects { found });
        }
    };
    match name {
        GeneralName::Rfc822Name(address) => {
            Ok(SubjectName::new(SubjectKind::Email, address.as_str()))
        }
        GeneralName::UniformResourceIdentifier(uri) => {
            Ok(SubjectName::new(SubjectKind::Uri, uri.as_str()))
        }
        GeneralName::OtherName(other) if other.type_id == USER_NAME => {
            let bytes = other.value.to_der().map_err(|_| LeafError::Malformed)?;
            let name = Utf8StringRef::from_der(&bytes).map_err(|_| LeafError::Malformed)?;
            Ok(SubjectName::new(SubjectKind::UserName, name.as_str()))
        }
        _ => Err(LeafError::UnknownKind),
    }
}

/// Returns the issuer. Where both extensions are there they have to agree: readers differ in which they take.
fn issuer(extensions: &[Extension]) -> Result<String, LeafError> {
    let newer = only(extensions, ISSUER)?
        .map(|bytes| Utf8StringRef::from_der(bytes).map(|text| text.as_str().to_owned()))
        .transpose()
        .map_err(|_| LeafError::Malformed)?;
    let older = only(extensions, ISSUER_BARE)?
        .map(|bytes| std::str::from_utf8(bytes).map(str::to_owned))
        .transpose()
        .map_err(|_| LeafError::Malformed)?;
    match (newer, older) {
        (Some(newer), Some(older)) if newer != older => Err(LeafError::TwoIssuers),
        (Some(issuer), _) | (None, Some(issuer)) => Ok(issuer),
        (None, None) => Err(LeafError::NoIssuer),
    }
}
