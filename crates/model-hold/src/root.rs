use std::path::{Path, PathBuf};

use crate::cache::split_repository;
use crate::folder::{Folder, Seen, SeenKind};
use crate::held::refuse_unless_file;
use crate::resolve::{Chain, Resolved, Rules};
use crate::{Error, ErrorKind, Held, Links, Options, Walk, WalkLimits};

/// A folder or a file that was opened once, from which everything below it is opened.
#[derive(Debug)]
pub struct Root {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    File { held: Held, name: PathBuf },
    Folder { chain: Chain, rules: Rules },
}

impl Root {
    /// Opens a folder or a file with the default [`Options`]. Links in the path itself are followed.
    ///
    /// # Errors
    /// [`ErrorKind::Special`] if it is neither; what the system says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path, &Options::default())
    }

    /// Opens a folder or a file. Links in the path itself are followed, whatever the options say about those
    /// below it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, options: &Options) -> Result<Self, Error> {
        let path = path.as_ref();
        let seen = Seen::at(path).map_err(|error| Error::io(error, path))?;
        let kind = if seen.kind == SeenKind::Folder {
            let folder = Folder::open(path).map_err(|error| Error::io(error, path))?;
            let (chain, boundary) = place(folder, path, options.links);
            let rules = Rules {
                links: options.links,
                boundary,
            };
            Kind::Folder { chain, rules }
        } else {
            refuse_unless_file(seen.kind, path)?;
            Kind::File {
                held: Held::open(path)?,
                name: path.file_name().map_or_else(|| path.into(), PathBuf::from),
            }
        };
        Ok(Self {
            path: path.to_owned(),
            kind,
        })
    }

    /// Returns the path that it was opened by, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Says whether it is a folder.
    #[must_use]
    pub const fn is_folder(&self) -> bool {
        matches!(self.kind, Kind::Folder { .. })
    }

    /// Opens the file with a path relative to the root. For a root that is a file, that path is the file's
    /// name, or empty, and the file is the one held since the root was opened.
    ///
    /// # Errors
    /// [`ErrorKind::NotRelative`] if the path is absolute or contains `..`; the kinds about links;
    /// [`ErrorKind::Special`], [`ErrorKind::Folder`] and [`ErrorKind::Unsized`] as in [`Held::open`]; what
    /// the system says. The error's path is the one given.
    pub fn open_file(&self, path: impl AsRef<Path>) -> Result<Held, Error> {
        let path = path.as_ref();
        let (chain, rules) = match &self.kind {
            Kind::Folder { chain, rules } => (chain, rules),
            Kind::File { held, name } if path == name || path.as_os_str().is_empty() => {
                return Ok(held.clone());
            }
            Kind::File { .. } => return Err(Error::new(ErrorKind::NotFound, path)),
        };
        match rules.resolve(chain, path)? {
            Resolved::Folder(_) => Err(Error::new(ErrorKind::Folder, path)),
            Resolved::File { folder, name, .. } => {
                let file = folder.open_file(&name);
                Held::from_file(file.map_err(|error| Error::io(error, path))?, path)
            }
        }
    }

    /// Walks all files, in the order in which [`Path`]s compare, name by name as bytes. For a root that is a
    /// file, that is the file alone.
    #[must_use]
    pub fn walk(&self, limits: &WalkLimits) -> Walk<'_> {
        match &self.kind {
            Kind::Folder { chain, rules } => Walk::folder(chain, rules, limits),
            Kind::File { held, name } => Walk::file(held, name),
        }
    }
}

/// Finds the boundary that links may not leave, and the way from there to the root's folder.
fn place(folder: Folder, path: &Path, links: Links) -> (Chain, Option<PathBuf>) {
    // The canonical path is only believed if it leads to the folder that is open.
    let canonical = std::fs::canonicalize(path).ok().filter(|canonical| {
        let again = Folder::open(canonical).and_then(|again| again.identity());
        matches!((again, folder.identity()), (Ok(again), Ok(first)) if again == first)
    });
    if links == Links::WithinCache
        && let Some(canonical) = &canonical
        && let Some((repository, rest)) = split_repository(canonical)
        && let Ok(boundary) = Folder::open(repository)
        && let Ok(blobs) = boundary.look("blobs".as_ref())
        && blobs.kind == SeenKind::Folder
        && let Ok(chain) = Rules::descend(Chain::new(boundary), rest)
        && let (Ok(there), Ok(here)) = (chain.last().identity(), folder.identity())
        && there == here
    {
        return (chain, Some(repository.to_owned()));
    }
    (Chain::new(folder), canonical)
}
