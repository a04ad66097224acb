use std::fmt;
use std::io;
use std::num::NonZeroU64;
use std::ops::Range;

use crate::{Algorithm, Source};

/// What is to be hashed: a source or a range of one, whole or in shards, with one algorithm or several.
///
/// However many algorithms there are, the bytes are read once.
///
/// # Examples
/// ```
/// use std::num::NonZeroU64;
///
/// use model_digest::{Algorithm, Job, Options, digest_in_turn};
///
/// let source = b"some weights";
/// let shard = NonZeroU64::new(5).unwrap();
/// let jobs = [
///     Job::whole(source, Algorithm::Sha256).with(Algorithm::Blake3),
///     Job::range(source, 5..12, Algorithm::Sha256),
///     Job::whole(source, Algorithm::Sha256).in_shards(shard),
/// ];
/// let digested = digest_in_turn(&jobs, &Options::default(), &())?;
/// let range = digested[1].as_ref().unwrap().digest(Algorithm::Sha256);
/// assert_eq!(range, Some(&model_digest::Digest::of(Algorithm::Sha256, b"weights")));
/// # Ok::<_, model_digest::Cancelled>(())
/// ```
#[derive(Clone)]
pub struct Job<'a> {
    pub(crate) origin: Origin<'a>,
    pub(crate) range: Option<Range<u64>>,
    pub(crate) shard: Option<NonZeroU64>,
    pub(crate) algorithms: Algorithms,
}

/// Gives a source when its turn comes, so that not all of many files must be open at once.
pub trait Opener {
    /// Returns how many bytes the source will have, as far as is known before it is opened. Jobs are
    /// ordered and cut by it; a source that turns out to have another length fails its job.
    fn expected_len(&self) -> u64;

    /// Opens the source. It is called at most once for each job, from any thread, and the source is
    /// dropped as soon as the job is done.
    ///
    /// # Errors
    /// What the system says; the job fails with it.
    fn open(&self) -> io::Result<Box<dyn Source + Send + Sync + '_>>;
}

/// Where the bytes come from.
#[derive(Clone, Copy)]
pub(crate) enum Origin<'a> {
    Open(&'a (dyn Source + Sync)),
    Later(&'a (dyn Opener + Sync)),
}

/// A set of algorithms.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Algorithms([bool; Algorithm::ALL.len()]);

impl<'a> Job<'a> {
    /// Hashes all of a source.
    #[must_use]
    pub fn whole(source: &'a (dyn Source + Sync), algorithm: Algorithm) -> Self {
        Self::new(Origin::Open(source), None, algorithm)
    }

    /// Hashes the bytes of a half-open range of offsets. A range that does not lie within the source makes
    /// the job fail.
    #[must_use]
    pub fn range(source: &'a (dyn Source + Sync), range: Range<u64>, algorithm: Algorithm) -> Self {
        Self::new(Origin::Open(source), Some(range), algorithm)
    }

    /// Hashes all of a source that is opened when its turn comes.
    #[must_use]
    pub fn opened_later(opener: &'a (dyn Opener + Sync), algorithm: Algorithm) -> Self {
        Self::new(Origin::Later(opener), None, algorithm)
    }

    /// Asks for one more algorithm over the same bytes. One that is asked for already changes nothing.
    #[must_use]
    pub fn with(mut self, algorithm: Algorithm) -> Self {
        self.algorithms.insert(algorithm);
        self
    }

    /// Cuts the bytes into shards of so many, the last one shorter, each with its own digests. No bytes are
    /// no shards.
    #[must_use]
    pub const fn in_shards(mut self, size: NonZeroU64) -> Self {
        self.shard = Some(size);
        self
    }

    fn new(origin: Origin<'a>, range: Option<Range<u64>>, algorithm: Algorithm) -> Self {
        let mut algorithms = Algorithms([false; Algorithm::ALL.len()]);
        algorithms.insert(algorithm);
        Self {
            origin,
            range,
            shard: None,
            algorithms,
        }
    }
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("len", &self.origin.expected_len())
            .field("range", &self.range)
            .field("shard", &self.shard)
            .field("algorithms", &self.algorithms.iter().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Origin<'_> {
    pub(crate) fn expected_len(&self) -> u64 {
        match self {
            Self::Open(source) => source.len(),
            Self::Later(opener) => opener.expected_len(),
        }
    }
}

impl Algorithms {
    fn insert(&mut self, algorithm: Algorithm) {
        let places = self.0.iter_mut().zip(Algorithm::ALL);
        for (place, _) in places.filter(|(_, known)| *known == algorithm) {
            *place = true;
        }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Algorithm> {
        let all = self.0.into_iter().zip(Algorithm::ALL);
        all.filter_map(|(asked, algorithm)| asked.then_some(algorithm))
    }

    pub(crate) fn only(self) -> Option<Algorithm> {
        let mut all = self.iter();
        all.next().filter(|_| all.next().is_none())
    }
}
