//! Sigstore bundles: a signature, and what is needed to verify it, in one file.
//!
//! Versions 0.1, 0.2 and 0.3 are read, 0.3 is written. What a transparency log or a timestamp authority added
//! is kept as it is and judged elsewhere.
//!
//! # Spec
//! `sigstore_bundle.proto` and `sigstore_common.proto` of sigstore/protobuf-specs, in protobuf's JSON; section 4
//! of OpenSSF Model Signing 1.0 with its `bundle.schema.json`. Unknown keys are refused where that schema
//! refuses them, and ignored in `verificationMaterial`, but for the other spelling that protobuf has for the
//! keys there: two readers of one bundle should see the same certificate.

mod error;
mod material;
mod message;
mod read;
mod version;
mod write;

pub use error::{Error, ErrorKind};
pub use material::{KeyIdentifier, KeyMaterial, VerificationMaterial};
pub use message::MessageSignature;
pub use version::Version;

use crate::dsse::Envelope;

/// A Sigstore bundle.
///
/// Nothing of it is verified by reading it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bundle {
    version: Version,
    material: VerificationMaterial,
    content: Content,
}

/// What a [`Bundle`] has a signature of.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// A payload inside the bundle.
    Envelope(Envelope),
    /// A file beside the bundle.
    Message(MessageSignature),
}

impl Bundle {
    /// Makes a bundle of version 0.3.
    #[must_use]
    pub const fn new(material: VerificationMaterial, content: Content) -> Self {
        Self {
            version: Version::V0_3,
            material,
            content,
        }
    }

    /// Returns the version that the media type names.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Returns what the signature is verified with.
    #[must_use]
    pub const fn material(&self) -> &VerificationMaterial {
        &self.material
    }

    /// Returns what there is a signature of.
    #[must_use]
    pub const fn content(&self) -> &Content {
        &self.content
    }

    /// Returns the envelope, if that is what the bundle holds.
    #[must_use]
    pub const fn envelope(&self) -> Option<&Envelope> {
        match &self.content {
            Content::Envelope(envelope) => Some(envelope),
            Content::Message(_) => None,
        }
    }
}
