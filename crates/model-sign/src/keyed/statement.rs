use model_digest::{Algorithm, Digest};

use super::Artifact;
use super::error::KeyedError;
use crate::{Limits, json};

/// The media type of an in-toto statement.
const IN_TOTO: &str = "application/vnd.in-toto+json";

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
    if payload_type != IN_TOTO {
        return Err(KeyedError::NoStatement);
    }
    let statement = json::read(payload, limits).map_err(KeyedError::Statement)?;
    let subjects = subjects(&statement).map_err(KeyedError::Statement)?;
    let mut taken: Vec<Digest> = Vec::new();
    let mut is_known = false;
    for (algorithm, hex) in subjects {
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

/// Returns the digests of the subjects, each with the name of its algorithm. BLAKE2b is not among those that
/// in-toto names; what is not read is passed over, since any digest that matches names the artifact.
fn subjects<'v>(statement: &'v json::Value<'_>) -> Result<Vec<(&'v str, &'v str)>, json::Error> {
    let mut found = Vec::new();
    for subject in statement.as_object()?.required("subject")?.as_array()? {
        let digests = subject.as_object()?.required("digest")?.as_object()?;
        for digest in digests.members() {
            let name = digest.key();
            let is_read = Algorithm::ALL.iter().any(|known| known.as_str() == name);
            let hex = digest.value().as_str()?;
            if is_read {
                found.push((name, hex));
            }
        }
    }
    Ok(found)
}
