use model_digest::{Algorithm, Digest};

/// What a signature has to be about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Artifact<'a> {
    /// Bytes in memory, such as a held file that is mapped.
    Bytes(&'a [u8]),
    /// What has this digest, which must be the caller's own or one that the caller trusts.
    Digest(&'a Digest),
}

impl Artifact<'_> {
    /// Returns the digest of this algorithm, if it is known or can be taken.
    #[must_use]
    pub fn digest(&self, algorithm: Algorithm) -> Option<Digest> {
        match self {
            Self::Bytes(bytes) => Some(Digest::of(algorithm, bytes)),
            Self::Digest(digest) => (digest.algorithm() == algorithm).then_some(**digest),
        }
    }
}
