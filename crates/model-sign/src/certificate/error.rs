use std::fmt;
use std::time::SystemTime;

use thiserror::Error;

use super::DerError;
use super::oid::Oid;
use crate::key::KeyError;
use crate::moment::Shown;

/// Why a certificate or a chain of them is not accepted.
///
/// Subjects and names come from the certificate. They are written as RFC 4514 has it, which escapes control
/// characters; escape them again for a terminal, since other characters can mislead there too.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The bytes are no certificate in DER.
    #[error("certificate is malformed: {0}")]
    Der(#[from] DerError),
    /// The text is no PEM, or holds something else than certificates.
    #[error("{fault} at byte {at}")]
    Pem {
        /// What is wrong.
        fault: PemFault,
        /// The byte of the text, from 0, at which it shows.
        at: u64,
    },
    /// A ceiling of [`ChainLimits`](super::ChainLimits) was reached.
    #[error("{found} {what} where at most {most} are read")]
    LimitExceeded {
        /// What there is too much of.
        what: ChainLimit,
        /// How much there is; at least so much where counting stopped.
        found: u64,
        /// The ceiling.
        most: u64,
    },
    /// The certificate is not of version 3, which alone can say what a certificate is for.
    #[error("certificate of version {found} where version 3 is wanted")]
    Version {
        /// The version that it states.
        found: u64,
    },
    /// An extension stands twice.
    #[error("extension {extension} stands twice")]
    DuplicateExtension {
        /// The extension.
        extension: Oid,
    },
    /// An extension that must be understood is not.
    #[error("critical extension {extension} is not understood")]
    UnknownCriticalExtension {
        /// The extension.
        extension: Oid,
    },
    /// The signed and the unsigned name of the algorithm differ.
    #[error("signature algorithm {outer} outside where {inner} is signed")]
    AlgorithmMismatch {
        /// The algorithm named beside the signature.
        outer: Oid,
        /// The algorithm named in the signed part.
        inner: Oid,
    },
    /// A signature or key of an algorithm that we do not verify.
    #[error("algorithm {algorithm} is not supported")]
    UnsupportedAlgorithm {
        /// The algorithm, or its parameter that is not supported.
        algorithm: Oid,
    },
    /// A signature over a hash for which collisions can be made, such as SHA-1.
    #[error("algorithm {algorithm} is too weak")]
    WeakAlgorithm {
        /// The algorithm.
        algorithm: Oid,
    },
    /// An issuer's RSA key is smaller or larger than we accept, or its exponent is out of range.
    #[error(
        "RSA key of {bits} bits where an odd exponent up to 2^33 and {least} to {most} bits are accepted"
    )]
    RsaKey {
        /// Bits of the modulus.
        bits: u64,
        /// The fewest bits that we accept.
        least: u64,
        /// The most bits that we accept.
        most: u64,
    },
    /// An issuer's key is no point of its curve, or otherwise no key.
    #[error("key of `{subject}` is no key")]
    IssuerKey {
        /// Whose key it is.
        subject: String,
    },
    /// The leaf's key is none that signs models.
    #[error("key of the signer's certificate: {0}")]
    LeafKey(#[source] KeyError),
    /// No certificate was presented with the signature.
    #[error("no certificate is presented")]
    NoCertificate,
    /// There is no self-signed certificate among the anchors, so no path can end.
    #[error(
        "no self-signed certificate among the {found} given as trusted; an intermediate alone is no anchor"
    )]
    NoAnchor {
        /// Certificates among the anchors.
        found: u64,
    },
    /// No certificate at hand has the name of the issuer.
    #[error("issuer `{issuer}` of `{subject}` is neither trusted nor presented")]
    UnknownIssuer {
        /// The certificate whose issuer is missing.
        subject: String,
        /// The name of the issuer.
        issuer: String,
    },
    /// The certificates with the name of the issuer have not signed it.
    #[error("certificate of `{subject}` is not signed by the key of `{issuer}`")]
    BadSignature {
        /// The certificate whose signature is wrong.
        subject: String,
        /// Whose key was tried.
        issuer: String,
    },
    /// The certificate is not valid any more.
    #[error("certificate of `{subject}` is judged at {at}, after its end {not_after}", at = Shown(*at), not_after = Shown(*not_after))]
    Expired {
        /// Whose certificate.
        subject: String,
        /// The time of judgement.
        at: SystemTime,
        /// The last moment of its validity.
        not_after: SystemTime,
    },
    /// The certificate is not valid yet.
    #[error("certificate of `{subject}` is judged at {at}, before its start {not_before}", at = Shown(*at), not_before = Shown(*not_before))]
    NotYetValid {
        /// Whose certificate.
        subject: String,
        /// The time of judgement.
        at: SystemTime,
        /// The first moment of its validity.
        not_before: SystemTime,
    },
    /// A certificate that issued another is not that of an authority.
    #[error("`{subject}` has issued a certificate and may not: {fault}")]
    NotAnAuthority {
        /// The issuer.
        subject: String,
        /// What its certificate lacks.
        fault: AuthorityFault,
    },
    /// More intermediates follow than an authority allows.
    #[error("{found} intermediates below `{subject}` where it allows {most}")]
    PathTooLong {
        /// The authority.
        subject: String,
        /// Intermediates below it that are not self-issued.
        found: u64,
        /// Its path length.
        most: u64,
    },
    /// The leaf's certificate does not let its key sign models.
    #[error("certificate of `{subject}` is not for signing: {fault}")]
    NotForSigning {
        /// The signer.
        subject: String,
        /// What its certificate lacks.
        fault: SignerFault,
    },
    /// A name is outside what an authority permits.
    #[error("name `{name}` is not permitted by `{authority}`")]
    NameNotPermitted {
        /// The name.
        name: String,
        /// The authority.
        authority: String,
    },
    /// A name is among those that an authority excludes.
    #[error("name `{name}` is excluded by `{authority}`")]
    NameExcluded {
        /// The name.
        name: String,
        /// The authority.
        authority: String,
    },
    /// An authority's name constraints cannot be applied to a name below it.
    #[error("name constraints of `{authority}` cannot be applied to `{name}`")]
    NameConstraint {
        /// The name.
        name: String,
        /// The authority.
        authority: String,
    },
}

/// What [`CertificateError::LimitExceeded`] counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ChainLimit {
    /// [`ChainLimits::certificate_bytes`](super::ChainLimits::certificate_bytes).
    CertificateBytes,
    /// [`ChainLimits::presented`](super::ChainLimits::presented).
    Presented,
    /// [`ChainLimits::anchor_bytes`](super::ChainLimits::anchor_bytes).
    AnchorBytes,
    /// [`ChainLimits::anchors`](super::ChainLimits::anchors).
    Anchors,
    /// [`ChainLimits::intermediates`](super::ChainLimits::intermediates).
    Intermediates,
    /// [`ChainLimits::signatures`](super::ChainLimits::signatures).
    Signatures,
    /// [`ChainLimits::steps`](super::ChainLimits::steps).
    Steps,
    /// [`ChainLimits::comparisons`](super::ChainLimits::comparisons).
    Comparisons,
}

impl fmt::Display for ChainLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CertificateBytes => "bytes of a certificate",
            Self::Presented => "certificates presented",
            Self::AnchorBytes => "bytes of trusted certificates",
            Self::Anchors => "trusted certificates",
            Self::Intermediates => "intermediate certificates in a path",
            Self::Signatures => "signatures of certificates",
            Self::Steps => "issuers tried",
            Self::Comparisons => "names compared with constraints",
        })
    }
}

/// What is wrong with a PEM text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PemFault {
    /// The text holds no certificate.
    Empty,
    /// A block has another label than `CERTIFICATE`.
    Label,
    /// A block does not end, or ends with another label.
    Unterminated,
    /// A block's contents are no canonical base64.
    Base64,
}

impl fmt::Display for PemFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no PEM block with the label CERTIFICATE",
            Self::Label => "PEM block with another label than CERTIFICATE",
            Self::Unterminated => "PEM block without its end",
            Self::Base64 => "PEM block without canonical base64",
        })
    }
}

/// What an issuer's certificate lacks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AuthorityFault {
    /// Basic constraints with `cA`.
    NoAuthority,
    /// `keyCertSign` in the key usage that it states.
    NoCertificateSigning,
    /// Code signing in the extended key usage that it states.
    OtherPurpose,
}

impl fmt::Display for AuthorityFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAuthority => "its basic constraints do not say that it is an authority",
            Self::NoCertificateSigning => "its key usage leaves out signing certificates",
            Self::OtherPurpose => "its extended key usage leaves out code signing",
        })
    }
}

/// What a signer's certificate lacks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SignerFault {
    /// `digitalSignature` in the key usage that it states.
    NoDigitalSignature,
    /// Code signing in the extended key usage that it states.
    OtherPurpose,
    /// Any statement: it has neither key usage nor extended key usage.
    Unstated,
}

impl fmt::Display for SignerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoDigitalSignature => "its key usage leaves out digital signatures",
            Self::OtherPurpose => "its extended key usage leaves out code signing",
            Self::Unstated => "it states neither key usage nor extended key usage",
        })
    }
}
