/// Ceilings on work done for one archive; those on what is unpacked are [`unpack::Limits`](crate::unpack::Limits).
/// The defaults admit every real model file we know of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Members listed; default 1,000,000. A checkpoint has one per tensor, some thousands.
    pub members: usize,
    /// Further end records followed; default 16. An honest archive has none.
    pub end_records: usize,
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
    /// Further end records followed.
    #[error("end records")]
    EndRecords,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: 1_000_000,
            end_records: 16,
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

    /// Sets how many further end records are followed.
    #[must_use]
    pub const fn with_end_records(mut self, end_records: usize) -> Self {
        self.end_records = end_records;
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
