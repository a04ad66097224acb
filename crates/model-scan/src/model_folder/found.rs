use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator as _};

/// What was found in folders, as far as files there say something of each other.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    /// By the path as it was given.
    folders: BTreeMap<PathBuf, Folder>,
}

/// The files of one folder by their names.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    files: BTreeMap<String, Found>,
    extent: Extent,
}

/// How much of a folder was looked at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Extent {
    /// Some of its files were given one by one.
    #[default]
    Some,
    /// It was walked: what was not found is not there.
    All,
}

/// A file that was found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The number of the root it lies below.
    pub(crate) root: usize,
    /// Below that root.
    pub(crate) below: PathBuf,
    /// Its number among everything that is scanned; `None` if it is excluded.
    pub(crate) number: Option<usize>,
}

impl Folders {
    /// Notes a file at a path as it was given, if its name says that others may speak of it, or it of others.
    pub(crate) fn note(&mut self, path: &Path, found: Found, extent: Extent) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return;
        };
        if !is_part_of_model(name) {
            return;
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let folder = self.folders.entry(folder.to_owned()).or_default();
        if extent == Extent::All {
            folder.extent = extent;
        }
        folder.files.insert(name.to_owned(), found);
    }

    /// Returns the folders in the order of their paths, side by side.
    pub(crate) fn par_iter(&self) -> impl IndexedParallelIterator<Item = &Folder> {
        let folders: Vec<&Folder> = self.folders.values().collect();
        folders.into_par_iter()
    }
}

impl Folder {
    /// Returns how much of it was looked at.
    pub(crate) const fn extent(&self) -> Extent {
        self.extent
    }

    /// Returns the file of this name.
    pub(crate) fn file(&self, name: &str) -> Option<&Found> {
        self.files.get(name)
    }

    /// Returns every file with its name, in the order of the names.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &Found)> {
        self.files
            .iter()
            .map(|(name, found)| (name.as_str(), found))
    }
}

/// Endings of weights.
const WEIGHTS: [&str; 5] = [".safetensors", ".bin", ".pt", ".pth", ".ckpt"];

fn is_part_of_model(name: &str) -> bool {
    name.ends_with(".json") || WEIGHTS.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Extent, Folders, Found};

    #[test]
    fn files_are_found_in_their_folders() {
        let mut folders = Folders::default();
        for (path, number, extent) in [
            ("a/b/model.safetensors", Some(3), Extent::All),
            ("a/b/config.json", None, Extent::All),
            ("a/b/README.md", Some(4), Extent::All),
            ("a/config.json", Some(5), Extent::Some),
            ("a/b/config.json", Some(6), Extent::Some),
        ] {
            let found = Found {
                root: 0,
                below: path.into(),
                number,
            };
            folders.note(Path::new(path), found, extent);
        }
        let all: Vec<_> = folders
            .folders
            .values()
            .map(|folder| {
                let files = folder.files().map(|(name, found)| (name, found.number));
                (folder.extent(), files.collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(
            all,
            [
                (Extent::Some, vec![("config.json", Some(5))]),
                (
                    Extent::All,
                    vec![("config.json", Some(6)), ("model.safetensors", Some(3))]
                ),
            ]
        );
    }
}
