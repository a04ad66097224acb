use std::fmt;
use std::path::{Path, PathBuf};

/// Decides which files below a folder are scanned. A path that is given by itself always is.
pub trait Filter: fmt::Debug + Send + Sync {
    /// Says whether a file is scanned. `root` is the folder as it was given, `below` the path in it.
    fn takes(&self, root: &Path, below: &Path) -> bool;

    /// Says whether a folder is walked at all. What lies below one that is not is not even counted.
    fn enters(&self, root: &Path, below: &Path) -> bool;
}

/// What a [`Filter`] kept from being scanned.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Excluded {
    /// How many files.
    pub files: u64,
    /// How many folders, with whatever lies below them.
    pub folders: u64,
    /// The first paths of either kind, in the order of the walk; at most [`Excluded::NAMED`].
    pub paths: Vec<PathBuf>,
}

impl Excluded {
    /// How many paths are named; more are only counted.
    pub const NAMED: usize = 100;

    /// Says whether nothing was kept from being scanned.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.files == 0 && self.folders == 0
    }

    /// Counts what another walk left out too.
    pub fn add(&mut self, other: Self) {
        self.files = self.files.saturating_add(other.files);
        self.folders = self.folders.saturating_add(other.folders);
        for path in other.paths {
            self.name(path);
        }
    }

    pub(crate) fn file(&mut self, path: PathBuf) {
        self.files = self.files.saturating_add(1);
        self.name(path);
    }

    pub(crate) fn folder(&mut self, path: PathBuf) {
        self.folders = self.folders.saturating_add(1);
        self.name(path);
    }

    fn name(&mut self, path: PathBuf) {
        if self.paths.len() < Self::NAMED {
            self.paths.push(path);
        }
    }
}
