use std::error;
use std::fmt;
use std::io;
use std::time::SystemTime;

use crate::certificate::CertificateError;
use crate::key::{SignError, SignatureError};
use crate::{Discrepancy, Identity, Listing, Method, bundle, oms};

/// Why a model is not verified, or not signed, by who is at fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The files are not what was signed, or cannot be signed.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// Who signed, or what they wrote, is not what was asked for.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The caller asked for something that there is not.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// The system, or somebody who stopped it.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
}

/// What is wrong with the files of a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// The model is not the one that was signed.
    #[error("the model is not what was signed, {}", Summary(.0))]
    Mismatch(Listing<Discrepancy>),
    /// The model has names or things that no signature can cover.
    #[error("the model cannot be signed, {}", Summary(.0))]
    Unsignable(Listing<Discrepancy>),
    /// There is no file to sign.
    #[error("the model has no file that could be signed")]
    Empty,
}

/// What is wrong with a signature or with who made it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The bundle cannot be read.
    #[error("the bundle cannot be read")]
    Bundle(#[source] bundle::Error),
    /// The bundle holds the signature of a file, not of a statement about a model.
    #[error("the bundle has no envelope with a statement")]
    NoEnvelope,
    /// The envelope is not one of a model's signature.
    #[error("the envelope is not one of a model")]
    Envelope(#[source] oms::ErrorKind),
    /// The payload was signed, and it is no manifest, or one that promises nothing.
    #[error("the manifest is refused")]
    Manifest(#[source] oms::Error),
    /// The signature was made by another method than the verifier was built for.
    #[error("signed by the method {found} where {wanted} was wanted")]
    OtherMethod {
        /// The method of the bundle.
        found: Method,
        /// The method that the verifier was built for.
        wanted: Method,
    },
    /// The bundle says that it was signed with another key than the one given.
    #[error("signed with the key `{}` where `{wanted}` was wanted", found.escape_debug())]
    OtherKey {
        /// What the bundle says about its key.
        found: String,
        /// What it would say about the key that was given; of several keys, the first.
        wanted: String,
    },
    /// The bundle does not say which key made the signature.
    #[error("the bundle names no key")]
    UnnamedKey,
    /// The signature does not hold.
    #[error("the signature is not one of {signer} over this payload")]
    Signature {
        /// Whose signature it was to be.
        signer: Identity,
        /// Why it does not hold.
        #[source]
        source: SignatureError,
    },
    /// The signature is one of model-signing 0.2.0, which is read on request only.
    #[error("signed by model-signing 0.2.0, whose encoding leaves room for two readings")]
    Historic,
    /// The certificate is not one that the anchors vouch for at that time.
    #[error("the certificate is refused")]
    Certificate(#[source] CertificateError),
    /// The certificate is valid and names somebody else.
    #[error("signed by {found} where {wanted} was wanted")]
    OtherSigner {
        /// Who signed.
        found: Identity,
        /// Who was expected, in the words of the caller.
        wanted: String,
    },
    /// Verification by Sigstore failed.
    #[error("{source}")]
    Sigstore {
        /// The stable word for what failed.
        code: &'static str,
        /// Whether the signature was judged, and not merely unreadable.
        judged: bool,
        /// What failed.
        source: Box<dyn error::Error + Send + Sync>,
    },
}

/// What the caller asked for and there is not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallerError {
    /// The model has no name to be signed under.
    #[error("a model is signed under a name, and this one has none")]
    NoName,
    /// The certificate is one of another key than the one to sign with.
    #[error("the certificate is not one of the signing key")]
    OtherCertificate,
    /// A chain to be embedded in a signature has no certificate.
    #[error("no certificate to be embedded")]
    NoCertificate,
    /// A certificate to be embedded is not valid at the time of signing, or not meant for signing.
    #[error("the signer's certificate would be refused")]
    Certificate(#[source] CertificateError),
    /// A manifest of these files would not be one.
    #[error("the manifest would be refused")]
    Manifest(#[source] oms::ErrorKind),
}

/// What the system, or somebody who stopped it, did.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentError {
    /// A caller that watched stopped it.
    #[error("stopped before the end")]
    Cancelled,
    /// The key did not sign.
    #[error("the key did not sign")]
    Sign(#[source] SignError),
    /// There is no time from which the validity of a certificate could be judged.
    #[error("{at:?} is no time that a certificate could be judged at")]
    NoTime {
        /// What was given.
        at: SystemTime,
    },
    /// The system failed in another way.
    #[error("the system failed")]
    Io(#[source] io::Error),
}

/// Who is at fault.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Culprit {
    /// The files of the model.
    Artifact,
    /// Who signed, or what they wrote.
    Signer,
    /// The caller.
    Caller,
    /// The system.
    Environment,
}

/// What an [`Error`] says about the signature. Both refuse.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever handles it must handle both; a third would be a breaking change"
)]
pub enum Refusal {
    /// It was judged, and it is not valid for this model and this signer.
    Invalid,
    /// It could not be judged.
    Unjudged,
}

impl Error {
    /// Returns who is at fault.
    #[must_use]
    pub const fn culprit(&self) -> Culprit {
        match self {
            Self::Artifact(_) => Culprit::Artifact,
            Self::Signer(_) => Culprit::Signer,
            Self::Caller(_) => Culprit::Caller,
            Self::Environment(_) => Culprit::Environment,
        }
    }

    /// Returns the stable code, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Artifact(error) => match error {
                ArtifactError::Mismatch(_) => "SIGN-ARTIFACT-MISMATCH",
                ArtifactError::Unsignable(_) => "SIGN-ARTIFACT-UNSIGNABLE",
                ArtifactError::Empty => "SIGN-ARTIFACT-EMPTY",
            },
            Self::Signer(error) => match error {
                SignerError::Bundle(_) => "SIGN-BUNDLE-MALFORMED",
                SignerError::NoEnvelope => "SIGN-BUNDLE-NO-ENVELOPE",
                SignerError::Envelope(_) => "SIGN-ENVELOPE-REFUSED",
                SignerError::Manifest(error) => match error.kind() {
                    oms::ErrorKind::Historic => "SIGN-MANIFEST-HISTORIC",
                    oms::ErrorKind::RootMismatch { .. } => "SIGN-MANIFEST-ROOT",
                    _ => "SIGN-MANIFEST-REFUSED",
                },
                SignerError::OtherMethod { .. } => "SIGN-SIGNER-METHOD",
                SignerError::OtherKey { .. } => "SIGN-SIGNER-KEY",
                SignerError::UnnamedKey => "SIGN-SIGNER-UNNAMED",
                SignerError::Signature { .. } => "SIGN-SIGNATURE-INVALID",
                SignerError::Historic => "SIGN-SIGNATURE-HISTORIC",
                SignerError::Certificate(_) => "SIGN-CERTIFICATE-REFUSED",
                SignerError::OtherSigner { .. } => "SIGN-SIGNER-IDENTITY",
                SignerError::Sigstore { .. } => "SIGN-SIGSTORE-REFUSED",
            },
            Self::Caller(error) => match error {
                CallerError::NoName => "SIGN-CALLER-NAME",
                CallerError::OtherCertificate => "SIGN-CALLER-CERTIFICATE-KEY",
                CallerError::NoCertificate => "SIGN-CALLER-NO-CERTIFICATE",
                CallerError::Certificate(_) => "SIGN-CALLER-CERTIFICATE",
                CallerError::Manifest(_) => "SIGN-CALLER-MANIFEST",
            },
            Self::Environment(error) => match error {
                EnvironmentError::Cancelled => "SIGN-CANCELLED",
                EnvironmentError::Sign(_) => "SIGN-DEVICE",
                EnvironmentError::NoTime { .. } => "SIGN-TIME",
                EnvironmentError::Io(_) => "SIGN-IO",
            },
        }
    }

    /// Says whether the signature was judged and found invalid, or could not be judged.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let judged = match self {
            Self::Artifact(ArtifactError::Mismatch(found)) => {
                found.kept().iter().any(|one| one.kind.is_proof())
            }
            Self::Artifact(_) | Self::Caller(_) | Self::Environment(_) => false,
            Self::Signer(error) => match error {
                SignerError::Bundle(_) | SignerError::NoEnvelope | SignerError::Envelope(_) => {
                    false
                }
                // What is well formed and promises nothing, or something else, was judged.
                SignerError::Manifest(error) => matches!(
                    error.kind(),
                    oms::ErrorKind::RootMismatch { .. }
                        | oms::ErrorKind::IgnoresEverything
                        | oms::ErrorKind::Historic
                ),
                SignerError::OtherMethod { .. }
                | SignerError::OtherKey { .. }
                | SignerError::UnnamedKey
                | SignerError::Signature { .. }
                | SignerError::Historic
                | SignerError::Certificate(_)
                | SignerError::OtherSigner { .. } => true,
                SignerError::Sigstore { judged, .. } => *judged,
            },
        };
        if judged {
            Refusal::Invalid
        } else {
            Refusal::Unjudged
        }
    }

    /// Returns everything in which the model differs, if that is what is wrong.
    #[must_use]
    pub const fn discrepancies(&self) -> Option<&Listing<Discrepancy>> {
        match self {
            Self::Artifact(ArtifactError::Mismatch(found) | ArtifactError::Unsignable(found)) => {
                Some(found)
            }
            _ => None,
        }
    }
}

impl From<bundle::Error> for Error {
    fn from(error: bundle::Error) -> Self {
        Self::Signer(SignerError::Bundle(error))
    }
}

impl From<oms::Error> for Error {
    fn from(error: oms::Error) -> Self {
        Self::Signer(SignerError::Manifest(error))
    }
}

/// Says how many discrepancies there are, and the first of them.
struct Summary<'e>(&'e Listing<Discrepancy>);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.total(), self.0.kept()) {
            (1, [only]) => only.fmt(f),
            (total, [first, ..]) => write!(f, "{total} discrepancies, {first}"),
            (total, []) => write!(f, "{total} discrepancies"),
        }
    }
}
