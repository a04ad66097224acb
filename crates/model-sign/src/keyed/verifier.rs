use model_digest::{Algorithm, Digest};

use super::Artifact;
use super::error::KeyedError;
use super::statement::{self, VerifiedStatement};
use crate::Limits;
use crate::bundle::{Bundle, Content, KeyMaterial, MessageSignature};
use crate::key::{PublicKey, SignatureError};

/// Verifies bundles that were signed with one key.
#[derive(Clone, Debug)]
pub struct KeyedVerifier {
    key: PublicKey,
    limits: Limits,
}

/// Proof that a bundle was signed with the key of a [`KeyedVerifier`].
///
/// There is no public constructor: a function that takes one cannot be called with what nobody checked.
#[derive(Clone, Debug)]
pub struct KeyedBundle {
    statement: Option<VerifiedStatement>,
    log_entries: usize,
    has_timestamps: bool,
}

impl KeyedBundle {
    /// Returns the statement that was signed; `None` if the artifact itself was.
    #[must_use]
    pub const fn statement(&self) -> Option<&VerifiedStatement> {
        self.statement.as_ref()
    }

    /// Takes the statement out.
    #[must_use]
    pub fn into_statement(self) -> Option<VerifiedStatement> {
        self.statement
    }

    /// Returns how many entries of logs the bundle has. They were not looked at.
    #[must_use]
    pub const fn unverified_log_entries(&self) -> usize {
        self.log_entries
    }

    /// Says whether the bundle has timestamps. They were not looked at.
    #[must_use]
    pub const fn has_unverified_timestamps(&self) -> bool {
        self.has_timestamps
    }
}

impl KeyedVerifier {
    /// Expects signatures of this key.
    #[must_use]
    pub fn new(key: PublicKey) -> Self {
        Self {
            key,
            limits: Limits::default(),
        }
    }

    /// Reads bundles within these limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Returns the key.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Verifies that the key signed this artifact, or a statement one of whose subjects it is.
    ///
    /// A digest is enough for a statement, and for a key on P-256 if it is the SHA-256; the other keys sign
    /// other digests or the bytes themselves.
    ///
    /// # Errors
    /// [`KeyedError`]: whatever is not a strictly formed bundle with one signature that this key made of the
    /// artifact. Log entries and timestamps are not looked at.
    pub fn verify_artifact(
        &self,
        bundle: &[u8],
        artifact: Artifact<'_>,
    ) -> Result<KeyedBundle, KeyedError> {
        let bundle = Bundle::read(bundle, &self.limits).map_err(KeyedError::Bundle)?;
        let KeyMaterial::PublicKey(_) = bundle.material().key() else {
            return Err(KeyedError::SignedWithCertificate);
        };
        let statement = match bundle.content() {
            Content::Message(message) => {
                self.verify_message(message, artifact)?;
                None
            }
            Content::Envelope(envelope) => {
                let [signature] = envelope.signatures() else {
                    let found = envelope.signatures().len();
                    return Err(KeyedError::Signatures { found });
                };
                self.key
                    .verify(&envelope.pae(), signature.sig())
                    .map_err(KeyedError::Signature)?;
                let (payload, payload_type) = (envelope.payload(), envelope.payload_type());
                statement::bind(payload, payload_type, artifact, &self.limits)?;
                Some(VerifiedStatement::new(payload, payload_type))
            }
        };
        Ok(KeyedBundle {
            statement,
            log_entries: bundle.material().tlog_entries().len(),
            has_timestamps: bundle.material().timestamps().is_some(),
        })
    }

    fn verify_message(
        &self,
        message: &MessageSignature,
        artifact: Artifact<'_>,
    ) -> Result<(), KeyedError> {
        let verified = match artifact {
            Artifact::Bytes(bytes) => self.key.verify(bytes, message.signature()),
            Artifact::Digest(digest) => self.key.verify_digest(digest, message.signature()),
        };
        match verified {
            Ok(()) => {}
            Err(SignatureError::NeedsMessage) => return Err(KeyedError::NeedsBytes),
            Err(error) => return Err(KeyedError::Signature(error)),
        }
        // Nobody signed this digest, but a bundle that is wrong about it is no bundle of this artifact.
        let Some((name, bytes)) = message.digest() else {
            return Ok(());
        };
        let algorithm = algorithm_of(name).ok_or(KeyedError::UnknownDigest)?;
        let Some(digest) = artifact.digest(algorithm) else {
            return Err(KeyedError::NeedsBytes);
        };
        match Digest::from_bytes(algorithm, bytes) {
            Ok(named) if named == digest => Ok(()),
            _ => Err(KeyedError::DigestMismatch),
        }
    }
}

/// Reads protobuf's name of a hash function.
fn algorithm_of(name: &str) -> Option<Algorithm> {
    match name {
        "SHA2_256" => Some(Algorithm::Sha256),
        _ => None,
    }
}
