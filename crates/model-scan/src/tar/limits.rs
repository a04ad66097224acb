/// Ceilings on work done for one archive. The defaults admit every real archive of models we know of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Members listed; default 1,000,000: a file system image has some hundred thousand.
    pub members: usize,
    /// Extended headers before one member; default 16. Writers use at most four.
    pub extended_headers: usize,
    /// Bytes read of one extended header; default 1 MiB, as libarchive allows for a name.
    pub extended_bytes: u64,
    /// Pieces of one sparse file; default 1,000,000.
    pub pieces: usize,
    /// Bytes that one sparse file is filled up to; default 1 GiB. Holes cost nothing in the archive.
    pub filled: u64,
    /// Divergences kept of each kind; default 1,000. What is dropped is counted.
    pub divergences: usize,
    /// Bytes of a name above which it is reported; default 4,096, the longest path that Linux opens.
    pub name: usize,
}

/// The ceilings of [`Limits`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// Members listed.
    #[error("members")]
    Members,
    /// Extended headers before one member.
    #[error("extended headers of one member")]
    ExtendedHeaders,
    /// Bytes read of one extended header, or of all together.
    #[error("bytes of extended headers")]
    ExtendedBytes,
    /// Pieces of one sparse file.
    #[error("pieces of a sparse file")]
    Pieces,
    /// Bytes that one sparse file is filled up to.
    #[error("bytes of a sparse file")]
    Filled,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: 1_000_000,
            extended_headers: 16,
            extended_bytes: 1 << 20,
            pieces: 1_000_000,
            filled: 1 << 30,
            divergences: 1_000,
            name: 4_096,
        }
    }
}

impl Limits {
    /// Sets how many members are listed.
    #[must_use]
    pub const fn with_members(mut self, members: usize) -> Self {
        self.members = members;
        self
    }

    /// Sets how many extended headers may stand before one member.
    #[must_use]
    pub const fn with_extended_headers(mut self, headers: usize) -> Self {
        self.extended_headers = headers;
        self
    }

    /// Sets how many bytes of an extended header are read.
    #[must_use]
    pub const fn with_extended_bytes(mut self, bytes: u64) -> Self {
        self.extended_bytes = bytes;
        self
    }

    /// Sets how many pieces a sparse file may have.
    #[must_use]
    pub const fn with_pieces(mut self, pieces: usize) -> Self {
        self.pieces = pieces;
        self
    }

    /// Sets how many bytes a sparse file may be filled up to.
    #[must_use]
    pub const fn with_filled(mut self, bytes: u64) -> Self {
        self.filled = bytes;
        self
    }

    /// Sets how many divergences of each kind are kept.
    #[must_use]
    pub const fn with_divergences(mut self, divergences: usize) -> Self {
        self.divergences = divergences;
        self
    }

    /// Sets how long a name may be before it is reported, in bytes.
    #[must_use]
    pub const fn with_name(mut self, bytes: usize) -> Self {
        self.name = bytes;
        self
    }
}
