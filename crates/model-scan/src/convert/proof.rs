use model_digest::{Algorithm, Digest, Job, Options, Source, Watch, digest_all};

use super::{Plan, WriteError, Written};

/// The digests of a checkpoint, of the file that was made of it, and of its tensors.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Proven {
    /// SHA-256 of the checkpoint.
    pub source: Digest,
    /// What [`Plan::write`] gives with [`Proof::Digests`](super::Proof::Digests).
    pub written: Written,
}

impl Plan<'_, '_> {
    /// Takes all digests of a conversion side by side: of the checkpoint, of the file that was written, and of each
    /// tensor as it stands in that file. [`write`](Plan::write) takes those of file and tensors one after the
    /// other, for writers that cannot be read again.
    ///
    /// The file is taken for what [`write`](Plan::write) made; only its length is compared.
    ///
    /// # Errors
    /// [`WriteError::Obstacle`] where nothing should have been written; [`WriteError::Unread`];
    /// [`WriteError::Cancelled`].
    pub fn prove(
        &self,
        source: &(dyn Source + Sync),
        output: &(dyn Source + Sync),
        watch: &dyn Watch,
    ) -> Result<Proven, WriteError> {
        let layout = self.layout()?;
        if output.len() != layout.file_len() {
            return Err(WriteError::OutputLength {
                found: output.len(),
                expected: layout.file_len(),
            });
        }
        let mut places = layout.tensors().iter().collect::<Vec<_>>();
        places.sort_unstable_by_key(|place| place.input());
        let files = [source, output].map(|file| Job::whole(file, Algorithm::Sha256));
        let tensors = places
            .iter()
            .map(|place| Job::range(output, place.bytes(), Algorithm::Sha256));
        let jobs: Vec<Job<'_>> = files.into_iter().chain(tensors).collect();
        let most = u64::try_from(jobs.len()).unwrap_or(u64::MAX);
        let options = Options::default().with_digests(most);
        let digested = digest_all(&jobs, &options, watch).map_err(|_| WriteError::Cancelled)?;
        let mut digests = digested.into_iter().map(|digested| {
            let digested = digested.map_err(WriteError::Unread)?;
            let digest = digested.digest(Algorithm::Sha256).cloned();
            digest.ok_or(WriteError::Cancelled)
        });
        let mut next = || digests.next().unwrap_or(Err(WriteError::Cancelled));
        let (source, file) = (next()?, next()?);
        Ok(Proven {
            source,
            written: Written {
                bytes: output.len(),
                digest: Some(file),
                tensors: digests.collect::<Result<_, _>>()?,
            },
        })
    }
}
