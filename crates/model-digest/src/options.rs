use std::num::NonZeroUsize;

/// How much may be done and held for one call that hashes many sources.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Threads to work on; default: all of the pool at hand, which is also the most. One thread is the one
    /// that calls.
    pub threads: Option<NonZeroUsize>,
    /// Digests in all results together; default 1,000,000. A manifest of a terabyte in shards of a
    /// mebibyte, the smallest in use, has as many; they take 65 MB.
    pub digests: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: None,
            digests: 1_000_000,
        }
    }
}

impl Options {
    /// Sets how many threads to work on.
    #[must_use]
    pub const fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Sets how many digests there may be.
    #[must_use]
    pub const fn with_digests(mut self, digests: u64) -> Self {
        self.digests = digests;
        self
    }
}
