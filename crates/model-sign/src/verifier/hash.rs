use std::io;
use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::{Mutex, PoisonError};

use model_digest::{Digested, Job, JobErrorKind, Opener, Options, Source, Watch, digest_all};

use crate::files::{Entry, EntryKind, FileFault, ModelFiles, OpenFile};
use crate::oms::{HashType, Method, Serialization};
use crate::{EnvironmentError, Error};

/// What is to be hashed of a model, and how.
pub(crate) struct Request<'r> {
    /// Places in [`ModelFiles::entries`].
    pub(crate) entries: &'r [usize],
    pub(crate) serialization: &'r Serialization,
    pub(crate) threads: Option<NonZeroUsize>,
    /// How many digests there may be.
    pub(crate) digests: usize,
}

/// What came of one entry.
pub(crate) type Hashed = Result<Digested, FileFault>;

/// Hashes files of a model, many at a time. The results come in the order of the entries asked for.
pub(crate) fn hash_all<F: ModelFiles>(
    files: &F,
    request: &Request<'_>,
    watch: &dyn Watch,
) -> Result<Vec<Hashed>, Error> {
    let later: Vec<Later<'_, F>> = request
        .entries
        .iter()
        .map(|&entry| Later {
            files,
            entry,
            bytes: files.entries().get(entry).map_or(0, bytes_of),
            fault: Mutex::new(None),
        })
        .collect();
    let algorithm = HashType::algorithm(request.serialization.hash_type);
    let shard = match request.serialization.method {
        Method::Files => None,
        Method::Shards { size } => NonZeroU64::new(size),
    };
    let jobs: Vec<Job<'_>> = later
        .iter()
        .map(|later| {
            let job = Job::opened_later(later, algorithm);
            match shard {
                Some(size) => job.in_shards(size),
                None => job,
            }
        })
        .collect();
    let mut options =
        Options::default().with_digests(u64::try_from(request.digests).unwrap_or(u64::MAX));
    if let Some(threads) = request.threads {
        options = options.with_threads(threads);
    }
    let digested = digest_all(&jobs, &options, watch).map_err(|_| EnvironmentError::Cancelled)?;
    drop(jobs);
    let results = later.into_iter().zip(digested);
    let results = results.map(|(later, digested)| {
        let fault = later
            .fault
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        match (fault, digested) {
            (Some(fault), _) => Err(fault),
            (None, Ok(digested)) => Ok(digested),
            (None, Err(error)) => Err(match error.kind() {
                JobErrorKind::Resized { .. } | JobErrorKind::Truncated => FileFault::Changed,
                JobErrorKind::Unopened(kind) | JobErrorKind::Io(kind) => {
                    FileFault::Unreadable(io::Error::new(kind, error))
                }
                _ => FileFault::Unreadable(io::Error::other(error)),
            }),
        }
    });
    Ok(results.collect())
}

pub(crate) const fn bytes_of(entry: &Entry) -> u64 {
    match entry.kind {
        EntryKind::File { bytes } => bytes,
        _ => 0,
    }
}

/// A file that is opened when its turn comes.
struct Later<'f, F> {
    files: &'f F,
    entry: usize,
    bytes: u64,
    /// What went wrong with it.
    fault: Mutex<Option<FileFault>>,
}

impl<F> Later<'_, F> {
    fn note(&self, fault: FileFault) {
        let mut noted = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        noted.get_or_insert(fault);
    }
}

impl<F: ModelFiles> Opener for Later<'_, F> {
    fn expected_len(&self) -> u64 {
        self.bytes
    }

    fn open(&self) -> io::Result<Box<dyn Source + Send + Sync + '_>> {
        match self.files.open(self.entry) {
            Ok(file) => Ok(Box::new(Watched { file, later: self })),
            Err(fault) => {
                self.note(fault);
                Err(io::ErrorKind::Other.into())
            }
        }
    }
}

/// An open file that is asked, once it was hashed, whether it is still what it was.
struct Watched<'l, F> {
    file: Box<dyn OpenFile + 'l>,
    later: &'l Later<'l, F>,
}

impl<F: Sync> Source for Watched<'_, F> {
    fn len(&self) -> u64 {
        self.file.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, buf)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        self.file.as_slice()
    }

    fn read_exact_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(offset, buf)
    }
}

impl<F> Drop for Watched<'_, F> {
    /// Comes after the last byte was hashed.
    fn drop(&mut self) {
        if let Err(fault) = self.file.confirm() {
            self.later.note(fault);
        }
    }
}
