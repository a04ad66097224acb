/// Ceilings on work done for one archive. The defaults admit every real archive of models we know of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Members listed; default 1,000,000.
    pub members: u64,
    /// Bytes of the header that lists the members, unpacked; default 256 MiB: a million members with long
    /// names need less.
    pub header: u64,
    /// Headers that are packed in each other; default 4. Writers pack one.
    pub packed_headers: u32,
    /// Divergences kept of each kind; default 1,000.
    pub divergences: usize,
    /// Bytes of a name above which it is reported; default 4,096, the longest path that Linux opens.
    pub name: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: 1_000_000,
            header: 256 << 20,
            packed_headers: 4,
            divergences: 1_000,
            name: 4_096,
        }
    }
}

impl Limits {
    /// Sets how many members are listed.
    #[must_use]
    pub const fn with_members(mut self, members: u64) -> Self {
        self.members = members;
        self
    }

    /// Sets how many bytes the unpacked header may have.
    #[must_use]
    pub const fn with_header(mut self, bytes: u64) -> Self {
        self.header = bytes;
        self
    }

    /// Sets how many headers may be packed in each other.
    #[must_use]
    pub const fn with_packed_headers(mut self, headers: u32) -> Self {
        self.packed_headers = headers;
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
