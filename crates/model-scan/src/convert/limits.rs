/// Ceilings on the work of reading a checkpoint. The defaults admit every real checkpoint we know of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Ceilings for each pickle; no other readings of its bytes are followed.
    pub pickle: pickle_vm::Limits,
    /// Ceilings for zip archives.
    pub zip: crate::zip::Limits,
    /// Ceilings for tar archives.
    pub tar: crate::tar::Limits,
    /// Ceilings for what is compressed.
    pub unpack: crate::unpack::Limits,
    /// Ceilings for headers of numpy arrays.
    pub npy: model_formats::npy::Limits,
    /// Values that are looked at, one that is shared as often as it is reached; default 16,777,216. The
    /// largest checkpoint by objects that we know (100 MB, two million dicts) has some ten million.
    pub visits: u64,
    /// Containers inside containers; default 512. CPython's pickler nests about a thousand calls deep, which
    /// makes half as many containers.
    pub depth: usize,
    /// Tensors; default 2,000,000. The largest mixtures of experts have some 100,000.
    pub tensors: usize,
    /// Values that are no tensors; default 1,000,000. More are counted.
    pub leaves: usize,
    /// Steps of all paths together; default 8,388,608, of 24 bytes each: four for each of the most tensors.
    pub path_steps: usize,
    /// Bytes of one text among the leaves; default 1 MiB.
    pub leaf_text: usize,
    /// Dimensions of a tensor; default 64, which is torch's own ceiling and numpy's.
    pub rank: usize,
    /// Bytes held to write one sparse tensor with its zeros: 16 for each index and each run of values, and
    /// values that do not lie together; default 1 GiB, for sixty million values.
    pub sparse: u64,
    /// Bytes written beyond four times those that the storages hold, four being what dequantising multiplies
    /// by; default 4 GiB. A tensor of one element that is expanded says that it has any number of them.
    pub expanded: u64,
    /// Files of a sharded checkpoint, each of which is open at the same time; default 4096. The largest models
    /// that we know have some 200.
    pub shards: usize,
    /// Pickles that follow each other, and rows of the tables of torch's tar format; default 1,000,000.
    pub streams: u64,
}

/// The ceilings of [`Limits`] that end reading.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::tensors`].
    #[error("tensors")]
    Tensors,
    /// [`Limits::path_steps`].
    #[error("steps of all paths")]
    PathSteps,
    /// [`Limits::streams`].
    #[error("pickles that follow each other")]
    Streams,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pickle: pickle_vm::Limits::default().with_readings(0),
            zip: crate::zip::Limits::default(),
            tar: crate::tar::Limits::default(),
            unpack: crate::unpack::Limits::default(),
            npy: model_formats::npy::Limits::default(),
            visits: 1 << 24,
            depth: 512,
            tensors: 2_000_000,
            leaves: 1_000_000,
            path_steps: 1 << 23,
            leaf_text: 1 << 20,
            rank: 64,
            sparse: 1 << 30,
            shards: 4096,
            expanded: 4 << 30,
            streams: 1_000_000,
        }
    }
}

impl Limits {
    /// Sets how many values are looked at.
    #[must_use]
    pub const fn with_visits(mut self, visits: u64) -> Self {
        self.visits = visits;
        self
    }

    /// Sets how deep containers are followed.
    #[must_use]
    pub const fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// Sets how many tensors are listed.
    #[must_use]
    pub const fn with_tensors(mut self, tensors: usize) -> Self {
        self.tensors = tensors;
        self
    }

    /// Sets how many values that are no tensors are listed.
    #[must_use]
    pub const fn with_leaves(mut self, leaves: usize) -> Self {
        self.leaves = leaves;
        self
    }

    /// Sets how many files a sharded checkpoint may have.
    #[must_use]
    pub const fn with_shards(mut self, shards: usize) -> Self {
        self.shards = shards;
        self
    }

    /// Sets how many bytes are held to write a sparse tensor with its zeros.
    #[must_use]
    pub const fn with_sparse(mut self, sparse: u64) -> Self {
        self.sparse = sparse;
        self
    }

    /// Sets how many bytes are written beyond four times those that the storages hold.
    #[must_use]
    pub const fn with_expanded(mut self, expanded: u64) -> Self {
        self.expanded = expanded;
        self
    }

    /// Sets the ceilings for what is compressed.
    #[must_use]
    pub fn with_unpack(mut self, unpack: crate::unpack::Limits) -> Self {
        self.unpack = unpack;
        self
    }
}
