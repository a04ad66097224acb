use model_digest::{Algorithm, Digest};

use super::Artifact;
use super::error::KeyedError;
use crate::Limits;
use crate::intoto::{PAYLOAD_TYPE, Statement};

/// The payload of an envelope, as it was signed.
///
/// There is no public constructor: it comes out of a bundle whose signature was verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerifiedStatement {
    payload: Vec<u8>,
    payload_type: String,
}

impl VerifiedStatement {
    pub(crate) fn new(payload: &[u8], payload_type: &str) -> Self {
        Self {
            payload: payload.to_vec(),
            payload_type: payload_type.to_owned(),
        }
    }

    /// Returns the bytes that were signed, taken from the very bundle that was verified.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Takes them out.
    #[must_use]
    pub fn into_payload(self) -> Vec<u8> {
        self.payload
    }

    /// Returns the media type that was signed with them: `application/vnd.in-toto+json`.
    #[must_use]
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }
}

/// Checks that one of the subjects of a statement is the artifact.
pub(super) fn bind(
    payload: &[u8],
    payload_type: &str,
    artifact: Artifact<'_>,
    limits: &Limits,
) -> Result<(), KeyedError> {
    if payload_type != PAYLOAD_TYPE {
        return Err(KeyedError::NoStatement);
    }
    let statement = Statement::read(payload, limits).map_err(KeyedError::Statement)?;
    let subjects = statement.subjects().iter();
    // BLAKE2b is not among those that in-toto names; what is not known is passed over, since any digest that
    // matches names the artifact.
    let is_known_name = |name: &str| Algorithm::ALL.iter().any(|known| known.as_str() == name);
    let digests = subjects
        .flat_map(|subject| subject.digests())
        .filter(|(name, _)| is_known_name(name));
    let mut taken: Vec<Digest> = Vec::new();
    let mut is_known = false;
    for (algorithm, hex) in digests {
        let Ok(digest) = format!("{algorithm}:{hex}").parse::<Digest>() else {
            continue;
        };
        let wanted = digest.algorithm();
        let known = taken.iter().find(|digest| digest.algorithm() == wanted);
        let of_artifact = match known.copied() {
            Some(digest) => digest,
            None => {
                let Some(digest) = artifact.digest(wanted) else {
                    continue;
                };
                taken.push(digest);
                digest
            }
        };
        is_known = true;
        if of_artifact == digest {
            return Ok(());
        }
    }
    if is_known || matches!(artifact, Artifact::Bytes(_)) {
        return Err(KeyedError::ArtifactMismatch);
    }
    Err(KeyedError::NeedsBytes)
}
