use std::fmt;

/// Ceilings on walking one root. The defaults admit every model folder we know of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WalkLimits {
    /// Folders within folders; default 128. Installed Python packages nest about 20 deep; every level costs
    /// one open descriptor, of which a process commonly has 1,024.
    pub depth: usize,
    /// Names looked at in all folders together; default 1,000,000. The largest repositories on public hubs
    /// hold some 100,000 files; a million of them cost about 300 MiB.
    pub entries: u64,
}

impl Default for WalkLimits {
    fn default() -> Self {
        Self {
            depth: 128,
            entries: 1_000_000,
        }
    }
}

impl WalkLimits {
    /// Sets how deep folders may lie within folders.
    #[must_use]
    pub const fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// Sets how many names are looked at.
    #[must_use]
    pub const fn with_entries(mut self, entries: u64) -> Self {
        self.entries = entries;
        self
    }
}

/// A ceiling of [`WalkLimits`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum WalkLimit {
    /// [`WalkLimits::depth`]: the folder was not entered.
    Depth(usize),
    /// [`WalkLimits::entries`]: the walk ended here.
    Entries(u64),
}

impl fmt::Display for WalkLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Depth(depth) => write!(f, "more than {depth} folders within folders"),
            Self::Entries(entries) => write!(f, "more than {entries} names"),
        }
    }
}
