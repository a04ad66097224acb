use std::path::Path;

use weighbridge::digest::{Algorithm, Digest};
use weighbridge::sign::keyed::Artifact;

use crate::failure::Failure;
use crate::pickle::Source;

/// What a bundle has to be about: a file that is held, or a digest that was given in its place.
pub(super) enum Subject {
    File { source: Source, digest: Digest },
    Digest(Digest),
}

impl Subject {
    /// Takes what is written as a digest for one, as cosign does, and everything else for a path.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        if let Some(Ok(digest)) = path.to_str().map(str::parse::<Digest>) {
            return Ok(Self::Digest(digest));
        }
        let source = Source::open(path)?;
        let digest = Digest::of(Algorithm::Sha256, source.bytes());
        Ok(Self::File { source, digest })
    }

    pub(super) fn artifact(&self) -> Artifact<'_> {
        match self {
            Self::File { source, .. } => Artifact::Bytes(source.bytes()),
            Self::Digest(digest) => Artifact::Digest(digest),
        }
    }

    /// The path as text; `None` if a digest was given.
    pub(super) fn path(&self) -> Option<&str> {
        match self {
            Self::File { source, .. } => Some(source.path()),
            Self::Digest(_) => None,
        }
    }

    pub(super) const fn digest(&self) -> Digest {
        match self {
            Self::File { digest, .. } | Self::Digest(digest) => *digest,
        }
    }

    pub(super) fn has_changed(&self) -> bool {
        match self {
            Self::File { source, .. } => source.has_changed(),
            Self::Digest(_) => false,
        }
    }
}
