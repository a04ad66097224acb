use std::fmt;

use crate::certificate::VerifiedLeaf;
use crate::key::PublicKey;

/// Who signed an attestation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AttestationSigner {
    /// Whoever has a key that was expected.
    Key(PublicKey),
    /// Whom an authority that is trusted vouches for.
    Certificate(Box<VerifiedLeaf>),
    /// Whom Sigstore's authority vouched for.
    Identity {
        /// The mail address, URI or other name.
        subject: String,
        /// The OpenID Connect issuer.
        issuer: String,
    },
}

impl fmt::Display for AttestationSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "{} key {}", key.algorithm(), key.fingerprint()),
            Self::Certificate(leaf) => write!(f, "certificate {}", leaf.subject()),
            Self::Identity { subject, issuer } => write!(f, "{subject} by {issuer}"),
        }
    }
}

/// Which signer with a certificate is expected.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ExpectedSigner {
    /// The one whose certificate has this subject, as RFC 4514 writes it, byte by byte.
    Subject(String),
    /// The one whose certificate has this alternative name, such as `email:ml@example.com` or `uri:https://a/b`.
    AlternativeName(String),
    /// Anyone for whom the authority made a certificate that may sign.
    Anyone,
}

impl ExpectedSigner {
    /// Whether a signer is the expected one.
    pub(super) fn accepts(&self, leaf: &VerifiedLeaf) -> bool {
        match self {
            Self::Subject(subject) => leaf.subject().to_string() == *subject,
            Self::AlternativeName(name) => leaf
                .alternative_names()
                .iter()
                .any(|found| found.to_string() == *name),
            Self::Anyone => true,
        }
    }
}

impl fmt::Display for ExpectedSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject(name) | Self::AlternativeName(name) => f.write_str(name),
            Self::Anyone => f.write_str("anyone"),
        }
    }
}
