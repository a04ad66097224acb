/// Ceilings on work done for one archive. The defaults admit every real model file we know of.
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
    /// Bytes that one member may inflate to; default 4 GiB, the most that an archive without ZIP64 can
    /// state.
    pub inflated_member: u64,
    /// Bytes that all members of a file together may inflate to; default 16 GiB.
    pub inflated_total: u64,
    /// Bytes that any member may inflate to whatever its ratio; default 256 MiB.
    pub ratio_floor: u64,
    /// Inflated bytes per compressed byte above [`Limits::ratio_floor`]; default 200. DEFLATE reaches
    /// 1,032 on zeros; weights stay below 2.
    pub ratio: u64,
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
    /// Bytes that one member may inflate to.
    #[error("inflated bytes of one member")]
    InflatedMember,
    /// Bytes that all members together may inflate to.
    #[error("inflated bytes of all members")]
    InflatedTotal,
    /// Inflated bytes per compressed byte.
    #[error("inflated bytes per compressed byte")]
    Ratio,
    /// The time that the file may take, see [`Options::time_limit`](crate::Options::time_limit).
    #[error("the time for one file")]
    Time,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: 1_000_000,
            end_records: 16,
            divergences: 1_000,
            name: 4_096,
            inflated_member: 4 << 30,
            inflated_total: 16 << 30,
            ratio_floor: 256 << 20,
            ratio: 200,
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

    /// Sets how many bytes one member may inflate to.
    #[must_use]
    pub const fn with_inflated_member(mut self, bytes: u64) -> Self {
        self.inflated_member = bytes;
        self
    }

    /// Sets how many bytes all members together may inflate to.
    #[must_use]
    pub const fn with_inflated_total(mut self, bytes: u64) -> Self {
        self.inflated_total = bytes;
        self
    }

    /// Sets the ratio that holds above a number of inflated bytes.
    #[must_use]
    pub const fn with_ratio(mut self, ratio: u64, floor: u64) -> Self {
        self.ratio = ratio;
        self.ratio_floor = floor;
        self
    }
}
