use std::num::NonZeroUsize;

use model_digest::Algorithm;

/// How much is asked of the values.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Detail {
    /// What findings need: NaN, infinities, subnormal numbers, zeros, bytes that are no booleans, whether all is the
    /// same.
    #[default]
    Screen,
    /// That, and the range and mean.
    Measures,
}

/// What [`check_values`](super::check_values) does.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// How much is asked of the values; default: what findings need.
    pub detail: Detail,
    /// The algorithm for a digest of each tensor's bytes; default: none are taken.
    pub tensor_digests: Option<Algorithm>,
    /// The algorithm for a digest of the whole data section; default: none is taken.
    pub data_digest: Option<Algorithm>,
    /// The algorithm for a digest of the whole file; default: none is taken.
    pub file_digest: Option<Algorithm>,
    /// Threads: one is the one that calls, any other number means all of the pool at hand; default: all. The
    /// results are the same.
    pub threads: Option<NonZeroUsize>,
}

impl Options {
    /// Sets how much is asked of the values.
    #[must_use]
    pub const fn with_detail(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// Asks for a digest of each tensor's bytes.
    #[must_use]
    pub const fn with_tensor_digests(mut self, algorithm: Algorithm) -> Self {
        self.tensor_digests = Some(algorithm);
        self
    }

    /// Asks for a digest of the whole data section.
    #[must_use]
    pub const fn with_data_digest(mut self, algorithm: Algorithm) -> Self {
        self.data_digest = Some(algorithm);
        self
    }

    /// Asks for a digest of the whole file.
    #[must_use]
    pub const fn with_file_digest(mut self, algorithm: Algorithm) -> Self {
        self.file_digest = Some(algorithm);
        self
    }

    /// Sets how many threads to work on.
    #[must_use]
    pub const fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }
}
