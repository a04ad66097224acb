use std::time::SystemTime;

use model_digest::{Algorithm, Digest, RootDigest, Source as _};

use crate::files::{EntryKind, FileFault, ModelFiles, Shape};
use crate::oms::{File, Manifest};
use crate::{CheckError, Identity, Relaxation, Uncovered};

/// Proof that `T` was checked against a signature by a [`Verifier`](crate::Verifier).
///
/// There is no public constructor, no `Default` and no `Deserialize`, so a function that takes
/// `&Verified<T>` cannot be called with what nobody checked.
///
/// ```compile_fail,E0451
/// // The fields are private, and nothing else makes one.
/// let forged: model_sign::Verified<Vec<u8>> = model_sign::Verified { inner: Vec::new() };
/// ```
///
/// ```compile_fail,E0277
/// fn made_from_nothing<T: Default>() {}
/// made_from_nothing::<model_sign::Verified<u8>>();
/// ```
///
/// ```compile_fail,E0277
/// fn read_from_json<'d, T: serde::Deserialize<'d>>() {}
/// read_from_json::<model_sign::Verified<u8>>();
/// ```
///
/// It says what it does not cover: [`uncovered`](Self::uncovered) and [`relaxations`](Self::relaxations).
#[derive(Debug)]
pub struct Verified<T> {
    inner: T,
    proof: Box<Proof>,
}

/// What a verifier found out.
#[derive(Debug)]
pub(crate) struct Proof {
    pub(crate) signer: Identity,
    pub(crate) manifest: Manifest,
    pub(crate) at: SystemTime,
    pub(crate) relaxations: Vec<Relaxation>,
    pub(crate) uncovered: Uncovered,
}

impl<T> Verified<T> {
    pub(crate) fn new(inner: T, proof: Proof) -> Self {
        Self {
            inner,
            proof: Box::new(proof),
        }
    }

    /// Returns what was checked.
    #[must_use]
    pub const fn get(&self) -> &T {
        &self.inner
    }

    /// Gives what was checked away, and the proof with it up.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// Returns who signed.
    #[must_use]
    pub const fn signer(&self) -> &Identity {
        &self.proof.signer
    }

    /// Returns the name that the signer gave the model. It is theirs to choose and proves nothing.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.proof.manifest.subject_name()
    }

    /// Returns the manifest: each file with its digest, or the digests of its shards.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.proof.manifest
    }

    /// Returns the one digest that stands for all that was signed.
    #[must_use]
    pub const fn root_digest(&self) -> &RootDigest {
        self.proof.manifest.root()
    }

    /// Returns the time as of which it was judged, as the caller gave it.
    #[must_use]
    pub const fn at(&self) -> SystemTime {
        self.proof.at
    }

    /// Returns in which respects the verifier was less strict than by default.
    #[must_use]
    pub fn relaxations(&self) -> &[Relaxation] {
        &self.proof.relaxations
    }

    /// Returns what the signature says nothing about.
    #[must_use]
    pub const fn uncovered(&self) -> &Uncovered {
        &self.proof.uncovered
    }
}

impl<F: ModelFiles> Verified<F> {
    /// Reads a file of the model into memory and checks the very bytes that it returns, so that whoever writes
    /// to the file after it was verified gains nothing.
    ///
    /// # Limits
    /// A file of more than `limit` bytes is not read.
    ///
    /// # Errors
    /// [`CheckError::NotSigned`] for what the signature does not list; [`CheckError::TooLarge`];
    /// [`CheckError::Length`] and [`CheckError::Changed`] if it is not what was signed any more;
    /// [`CheckError::Fault`] if it cannot be had.
    pub fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, CheckError> {
        let manifest = self.manifest();
        let listed = match self.inner.shape() {
            Shape::Folder => manifest.file(name),
            Shape::File => manifest.file(name).or_else(|| manifest.dot_file()),
        };
        let file = listed.ok_or(CheckError::NotSigned)?;
        let entries = self.inner.entries();
        let place = entries.iter().position(|entry| {
            entry.name.as_str() == Some(name) && matches!(entry.kind, EntryKind::File { .. })
        });
        let place = place.ok_or(CheckError::Fault(FileFault::Gone))?;
        let open = self.inner.open(place)?;
        let found = open.len();
        if let Some(wanted) = file.size()
            && found != wanted
        {
            return Err(CheckError::Length { found, wanted });
        }
        let len = usize::try_from(found).ok().filter(|_| found <= limit);
        let len = len.ok_or(CheckError::TooLarge { found, limit })?;
        let mut bytes = vec![0; len];
        open.read_exact_at(0, &mut bytes)?;
        check(
            &file,
            &bytes,
            manifest.serialization().hash_type.algorithm(),
        )?;
        Ok(bytes)
    }
}

/// Compares the bytes of a whole file, whose length is right, with what was signed.
fn check(file: &File<'_>, bytes: &[u8], algorithm: Algorithm) -> Result<(), CheckError> {
    for part in file.parts() {
        let section = match &part.range {
            None => Some(bytes),
            Some(range) => {
                let start = usize::try_from(range.start).ok();
                let end = usize::try_from(range.end).ok();
                start
                    .zip(end)
                    .and_then(|(start, end)| bytes.get(start..end))
            }
        };
        let found = Digest::of(algorithm, section.unwrap_or_default());
        if found != *part.digest {
            return Err(CheckError::Changed {
                range: part.range,
                found: found.into(),
                wanted: (*part.digest).into(),
            });
        }
    }
    Ok(())
}
