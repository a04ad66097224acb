/// Ceilings on the work done for one file. The defaults admit every valid file.
///
/// Time is linear in the bytes of the header, but for sorting where tensors are not listed in the order of
/// their data. Memory is at most about five times the header.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the header; default 100,000,000, what the reference implementation reads. More are never read,
    /// whatever is set here.
    pub header: u64,
    /// Tensors of one file; default 2,097,152. A header of 100,000,000 bytes has room for fewer: an entry takes
    /// 48 bytes beside its name.
    pub tensors: usize,
    /// Dimensions of one tensor; default 64, the most that numpy 2 and the operators of torch support. The most
    /// that can be set is 65,535.
    pub rank: usize,
    /// Pairs of metadata; default 65,536. The most that we know in a real file are a few hundred.
    pub metadata: usize,
    /// Errors that are listed; default 1,000. How many more there are is counted.
    pub errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header: Self::MOST_HEADER,
            tensors: 1 << 21,
            rank: 64,
            metadata: 1 << 16,
            errors: 1_000,
        }
    }
}

impl Limits {
    /// The most bytes of a header that the reference implementation reads.
    pub const MOST_HEADER: u64 = 100_000_000;

    /// Sets the ceiling on bytes of the header.
    #[must_use]
    pub const fn with_header(mut self, bytes: u64) -> Self {
        self.header = bytes;
        self
    }

    /// Sets the ceiling on tensors.
    #[must_use]
    pub const fn with_tensors(mut self, tensors: usize) -> Self {
        self.tensors = tensors;
        self
    }

    /// Sets the ceiling on dimensions of one tensor.
    #[must_use]
    pub const fn with_rank(mut self, dimensions: usize) -> Self {
        self.rank = dimensions;
        self
    }

    /// Sets the ceiling on pairs of metadata.
    #[must_use]
    pub const fn with_metadata(mut self, pairs: usize) -> Self {
        self.metadata = pairs;
        self
    }

    /// Sets the ceiling on errors that are listed.
    #[must_use]
    pub const fn with_errors(mut self, errors: usize) -> Self {
        self.errors = errors;
        self
    }
}
