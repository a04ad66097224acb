use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Write};

use model_digest::{Algorithm, Digest, Hasher, Watch};

use super::{Obstacle, Plan, Storage, StorageError, StorageId};

/// What is taken down while a file is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Proof {
    /// Nothing but the number of bytes.
    #[default]
    None,
    /// SHA-256 of each tensor and of the file.
    Digests,
}

/// What was written.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Written {
    /// Bytes of the file.
    pub bytes: u64,
    /// SHA-256 of the file, with [`Proof::Digests`].
    pub digest: Option<Digest>,
    /// SHA-256 of the bytes of each tensor, by its number in
    /// [`Outcome::Converted`](super::Outcome::Converted); empty without [`Proof::Digests`].
    pub tensors: Vec<Digest>,
}

/// Why a file was not written to its end. What the writer holds then is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// It should not be written.
    #[error("{0}")]
    Obstacle(#[from] Obstacle),
    /// The bytes of a storage cannot be had, or are not those that the archive states.
    #[error("storage `{key}`: {source}")]
    Storage {
        /// Its key, escaped.
        key: String,
        /// Why.
        source: StorageError,
    },
    /// A tensor reaches beyond its storage.
    #[error("tensor `{name}` reaches beyond its storage")]
    OutOfBounds {
        /// Its name, escaped and shortened.
        name: String,
    },
    /// The writer failed.
    #[error("{0}")]
    Io(#[source] io::Error),
    /// A file cannot be read for its digest.
    #[error("{0}")]
    Unread(#[source] model_digest::JobError),
    /// The file has another length than what was written.
    #[error("found {found} bytes of output, expected {expected}")]
    OutputLength {
        /// Its length.
        found: u64,
        /// What was written.
        expected: u64,
    },
    /// Storages that are packed and asked for in turns would be unpacked again and again.
    #[error(
        "storages unpack to more than {limit} bytes, those counted again that are unpacked again"
    )]
    Unpacked {
        /// The ceiling, `inflated_total` of [`Limits::unpack`](super::Limits::unpack).
        limit: u64,
    },
    /// The [`Watch`] stopped it.
    #[error("stopped")]
    Cancelled,
}

impl Plan<'_, '_> {
    /// Writes the file. The checksum that an archive states of a storage is compared before its first tensor
    /// is written.
    ///
    /// Memory stays below 64 MiB beside the mapped file, but for what is packed: one storage of that is held
    /// at a time, see [`Limits::unpack`](super::Limits).
    ///
    /// # Errors
    /// See [`WriteError`]. What was written until then is no file: whoever gives the writer throws it away.
    pub fn write(
        &self,
        out: &mut dyn Write,
        proof: Proof,
        watch: &dyn Watch,
    ) -> Result<Written, WriteError> {
        let layout = self.layout()?;
        let hashes = proof == Proof::Digests;
        let mut file = Sink::new(out, hashes.then(|| Hasher::new(Algorithm::Sha256)));
        file.write_all(layout.header()).map_err(WriteError::Io)?;
        let mut digests: Vec<Option<Digest>> = vec![None; self.pieces.len()];
        self.each(|piece, bytes| {
            if watch.is_cancelled() {
                return Err(WriteError::Cancelled);
            }
            let placement = layout.tensors().get(piece);
            let expected = placement.map_or(0, safetensors_check::Placement::len);
            let before = file.bytes;
            let mut tensor = Sink::new(&mut file, hashes.then(|| Hasher::new(Algorithm::Sha256)));
            let wrote = bytes(&mut tensor);
            let digest = tensor.hasher.map(Hasher::finish);
            let written = file.bytes.saturating_sub(before);
            match wrote {
                Ok(()) if written == expected => {}
                Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                    return Err(WriteError::Io(error));
                }
                _ => return Err(self.out_of_bounds(piece)),
            }
            if let Some(slot) = placement.and_then(|tensor| digests.get_mut(tensor.input())) {
                *slot = digest;
            }
            watch.advanced(written);
            Ok(())
        })?;
        file.flush().map_err(WriteError::Io)?;
        Ok(Written {
            bytes: file.bytes,
            digest: file.hasher.map(Hasher::finish),
            tensors: digests.into_iter().flatten().collect(),
        })
    }

    fn out_of_bounds(&self, place: usize) -> WriteError {
        let name = self
            .layout()
            .ok()
            .and_then(|layout| layout.tensors().get(place))
            .map(safetensors_check::Placement::name);
        WriteError::OutOfBounds {
            name: findings::escape_shortened(name.unwrap_or_default(), 80),
        }
    }

    /// Calls with each tensor of the output in the order of the file: its place in that order, and what writes
    /// its bytes.
    pub(super) fn each<E: From<WriteError>>(
        &self,
        mut take: impl FnMut(usize, &dyn Fn(&mut dyn Write) -> io::Result<()>) -> Result<(), E>,
    ) -> Result<(), E> {
        let layout = self.layout().map_err(WriteError::from)?;
        let mut open = Open {
            last: None,
            checked: HashSet::new(),
            unpacked: 0,
            most: self.unpacked,
        };
        for (place, placement) in layout.tensors().iter().enumerate() {
            let Some(piece) = self.pieces.get(placement.input()) else {
                continue;
            };
            let storage = match piece.recipe.storage() {
                None => &[],
                Some(id) => open.bytes(id, self.checkpoint.storage(id))?,
            };
            take(place, &|out| piece.recipe.write(storage, out))?;
        }
        Ok(())
    }
}

/// The storage that was opened last.
struct Open<'c> {
    last: Option<(StorageId, Cow<'c, [u8]>)>,
    checked: HashSet<StorageId>,
    /// Bytes that were unpacked so far, and how many may be.
    unpacked: u64,
    most: u64,
}

impl<'c> Open<'c> {
    fn bytes(
        &mut self,
        id: StorageId,
        storage: Option<&'c Storage<'_>>,
    ) -> Result<&[u8], WriteError> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != id) {
            // What is packed is let go before the next is unpacked.
            self.last = None;
            let opened = match storage {
                None => Err((String::new(), StorageError::Missing)),
                Some(storage) => {
                    let failed = |source| (findings::escape_shortened(storage.key(), 80), source);
                    let is_plain = storage.as_slice().is_some();
                    if !is_plain {
                        self.unpacked = self.unpacked.saturating_add(storage.byte_length());
                    }
                    if self.unpacked > self.most {
                        return Err(WriteError::Unpacked { limit: self.most });
                    }
                    // Unpacking compares by itself.
                    let is_unread = is_plain && self.checked.insert(id);
                    let checked = if is_unread { storage.check() } else { Ok(()) };
                    checked.and_then(|()| storage.bytes()).map_err(failed)
                }
            };
            let bytes = opened.map_err(|(key, source)| WriteError::Storage { key, source })?;
            self.last = Some((id, bytes));
        }
        Ok(self
            .last
            .as_ref()
            .map(|(_, bytes)| &**bytes)
            .unwrap_or_default())
    }
}

/// Counts, and hashes if it is asked to, what goes through it.
struct Sink<'w> {
    out: &'w mut dyn Write,
    hasher: Option<Hasher>,
    bytes: u64,
}

impl<'w> Sink<'w> {
    const fn new(out: &'w mut dyn Write, hasher: Option<Hasher>) -> Self {
        Self {
            out,
            hasher,
            bytes: 0,
        }
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        let taken = bytes.get(..count).ok_or(io::ErrorKind::InvalidData)?;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(taken);
        }
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
