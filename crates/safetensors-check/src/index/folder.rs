use std::collections::BTreeMap;

use findings::Finding;

/// What lies beside an index, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Folder<'f> {
    /// The names of all files; `None` if they are not known.
    pub(super) names: Option<Vec<&'f str>>,
    /// The tensors of files that were read.
    pub(super) shards: BTreeMap<&'f str, Vec<Held<'f>>>,
    /// By shard: names that are not stored, and those under which their bytes are.
    ties: BTreeMap<&'f str, BTreeMap<&'f str, &'f str>>,
}

/// A tensor that a shard holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held<'f> {
    pub(super) name: &'f str,
    pub(super) bytes: u64,
}

impl<'f> Folder<'f> {
    /// Knows nothing yet: an index is held against no more than is given here.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the names of all files of the folder. A shard that is not among them is missing.
    #[must_use]
    pub fn with_names(mut self, names: impl IntoIterator<Item = &'f str>) -> Self {
        let mut names: Vec<&str> = names.into_iter().collect();
        names.sort_unstable();
        self.names = Some(names);
        self
    }

    /// Gives the tensors of one file, each with the bytes of its data, such as a [`Header`](crate::Header) names
    /// them.
    #[must_use]
    pub fn with_shard(
        mut self,
        name: &'f str,
        tensors: impl IntoIterator<Item = (&'f str, u64)>,
    ) -> Self {
        let held = tensors.into_iter();
        let held = held.map(|(name, bytes)| Held { name, bytes }).collect();
        self.shards.insert(name, held);
        self
    }

    /// Gives the names that a shard does not hold because their bytes are stored under another, such as converters
    /// write them into its metadata: the name that is left out, and the one that is kept.
    #[must_use]
    pub fn with_ties(
        mut self,
        shard: &'f str,
        ties: impl IntoIterator<Item = (&'f str, &'f str)>,
    ) -> Self {
        self.ties.insert(shard, ties.into_iter().collect());
        self
    }

    /// Returns the name under which the bytes of a tensor are stored that a shard does not hold.
    pub(super) fn kept(&self, shard: &str, name: &str) -> Option<&'f str> {
        self.ties.get(shard)?.get(name).copied()
    }

    pub(super) fn has(&self, name: &str) -> Option<bool> {
        let names = self.names.as_ref()?;
        Some(names.binary_search(&name).is_ok())
    }
}

/// What an index and the files beside it say of each other.
#[derive(Clone, Debug)]
pub struct Joined {
    pub(super) findings: Vec<Finding>,
    pub(super) unread: Vec<usize>,
}

impl Joined {
    /// Returns what does not fit together, in the order of the index's bytes. Locations lie in the index.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the findings by value.
    #[must_use]
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Returns which of [`Index::shards`](super::Index::shards) could not be looked into, because
    /// [`Folder::with_shard`] was not called for them: nothing is said of their tensors.
    #[must_use]
    pub fn unread(&self) -> &[usize] {
        &self.unread
    }
}
