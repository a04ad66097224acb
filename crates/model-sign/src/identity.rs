use std::fmt;

use model_digest::Digest;

use crate::certificate::VerifiedLeaf;
use crate::key::{KeyAlgorithm, PublicKey};

/// Who made a signature, as far as it was proven.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Identity {
    /// The holder of a key.
    Key {
        /// What kind of key.
        algorithm: KeyAlgorithm,
        /// The SHA-256 of its SubjectPublicKeyInfo.
        fingerprint: Digest,
    },
    /// The holder of a certificate that an authority issued.
    Certificate {
        /// Its subject, as RFC 4514 writes it.
        subject: String,
        /// Its alternative names, each with its kind in front, such as `dns:ci.example.com`.
        names: Vec<String>,
        /// The subject of the anchor at the other end of the chain.
        anchor: String,
    },
    /// Somebody, or a job, that an OpenID Connect issuer vouched for when the certificate was made.
    Keyless {
        /// The mail address or URI.
        subject: String,
        /// The URL of the issuer.
        issuer: String,
    },
}

impl Identity {
    /// Names the holder of a key.
    #[must_use]
    pub fn of_key(key: &PublicKey) -> Self {
        Self::Key {
            algorithm: key.algorithm(),
            fingerprint: key.fingerprint(),
        }
    }

    pub(crate) fn of_leaf(leaf: &VerifiedLeaf) -> Self {
        let names = leaf.alternative_names().iter();
        Self::Certificate {
            subject: leaf.subject().to_string(),
            names: names.map(ToString::to_string).collect(),
            anchor: leaf.anchor().to_string(),
        }
    }

    /// Returns by which method it was proven.
    #[must_use]
    pub const fn method(&self) -> Method {
        match self {
            Self::Key { .. } => Method::Key,
            Self::Certificate { .. } => Method::Certificate,
            Self::Keyless { .. } => Method::Sigstore,
        }
    }
}

impl fmt::Display for Identity {
    /// Writes it in one line; what a stranger chose is escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key {
                algorithm,
                fingerprint,
            } => write!(f, "{algorithm} key {fingerprint}"),
            Self::Certificate {
                subject,
                names,
                anchor,
            } => {
                write!(f, "certificate of `{}`", subject.escape_debug())?;
                for name in names {
                    write!(f, ", `{}`", name.escape_debug())?;
                }
                write!(f, " under `{}`", anchor.escape_debug())
            }
            Self::Keyless { subject, issuer } => write!(
                f,
                "`{}`, says `{}`",
                subject.escape_debug(),
                issuer.escape_debug()
            ),
        }
    }
}

/// How a signature of a model is tied to who made it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// By a key that the verifier has.
    Key,
    /// By a certificate under an authority that the verifier trusts.
    Certificate,
    /// By a short-lived certificate and the entry of a transparency log.
    Sigstore,
}

impl Method {
    /// Returns the name that the specification and the command line have for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Certificate => "certificate",
            Self::Sigstore => "sigstore",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
