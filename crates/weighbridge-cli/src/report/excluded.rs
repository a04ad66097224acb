use serde::{Deserialize, Serialize};
use weighbridge::scan::{self, path_text};

/// What was not scanned because the command line or the configuration says so.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Excluded {
    pub(crate) files: u64,
    /// Folders that were not walked, with whatever lies below them.
    pub(crate) folders: u64,
    /// The first of them, not escaped.
    pub(crate) paths: Vec<String>,
}

impl Excluded {
    pub(crate) const fn is_empty(&self) -> bool {
        self.files == 0 && self.folders == 0
    }
}

impl From<scan::Excluded> for Excluded {
    fn from(excluded: scan::Excluded) -> Self {
        let paths = excluded.paths.iter();
        Self {
            files: excluded.files,
            folders: excluded.folders,
            paths: paths.map(|path| path_text(path).0).collect(),
        }
    }
}
