use super::Key;

/// Something in a checkpoint that was not walked, so that tensors may be missing.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Gap {
    /// What lies deeper than [`Limits::depth`](super::Limits::depth).
    #[error(
        "what lies deeper than the limit on depth, below `{}`",
        super::path_text(path)
    )]
    Depth {
        /// Where it would lie.
        path: Vec<Key>,
    },
    /// Objects are shared so often that [`Limits::visits`](super::Limits::visits) was reached. From then on
    /// each is listed only where it is met first.
    #[error("what is shared was listed only once after the limit on visits was reached")]
    Shared,
    /// So many leaves are not listed, by [`Limits::leaves`](super::Limits::leaves).
    #[error("{count} values that are no tensors are not listed")]
    Leaves {
        /// How many.
        count: u64,
    },
    /// The value of a computation is not known.
    #[error(
        "the value at `{}` cannot be told without executing",
        super::path_text(path)
    )]
    Unknown {
        /// Where it lies.
        path: Vec<Key>,
    },
    /// A member of the archive that no loader reads together with the tensors.
    #[error("the member `{member}` is not read")]
    UnreadMember {
        /// The member, its name escaped.
        member: String,
    },
    /// A storage that no tensor refers to.
    #[error("no tensor refers to storage `{key}`")]
    UnreferencedStorage {
        /// Its key, escaped.
        key: String,
    },
}

impl Gap {
    /// Says whether a tensor may be missing for it.
    #[must_use]
    pub const fn may_hide_tensors(&self) -> bool {
        matches!(
            self,
            Self::Depth { .. } | Self::Shared | Self::Unknown { .. }
        )
    }
}
