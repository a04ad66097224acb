use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::folder::{Folder, Seen, SeenKind};
use crate::{Error, ErrorKind, Links};

/// How many links may follow each other; the ceiling of Linux (path_resolution(7)).
const LINKS: usize = 40;

/// The folders from the boundary, which no way may leave, down to the one it has come to.
///
/// Every one is open and `..` goes back to the open one above, so that a folder that is moved away in the
/// meantime cannot take the way with it.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    boundary: Folder,
    below: Vec<Folder>,
}

/// What resolving names needs beside the chain.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// Which links are followed.
    pub(crate) links: Links,
    /// The canonical path of the boundary; absolute links below it are followed.
    pub(crate) boundary: Option<PathBuf>,
}

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Resolved {
    File {
        folder: Folder,
        name: OsString,
        seen: Seen,
    },
    Folder(Chain),
}

enum Step {
    Up,
    Down(OsString),
}

impl Chain {
    pub(crate) const fn new(boundary: Folder) -> Self {
        Self {
            boundary,
            below: Vec::new(),
        }
    }

    /// Returns the folder that it ends in.
    pub(crate) fn last(&self) -> &Folder {
        self.below.last().unwrap_or(&self.boundary)
    }

    /// Goes down into a folder that was entered from the last one.
    pub(crate) fn push(&mut self, folder: Folder) {
        self.below.push(folder);
    }
}

impl Rules {
    /// Follows a relative path down from the end of a chain.
    ///
    /// The error's path is the one given; the caller knows better.
    pub(crate) fn resolve(&self, from: &Chain, path: &Path) -> Result<Resolved, Error> {
        let fail = |kind| Error::new(kind, path);
        let mut chain = from.clone();
        let mut steps = VecDeque::new();
        for component in path.components() {
            match component {
                Component::Normal(name) => steps.push_back(Step::Down(name.to_owned())),
                Component::CurDir => {}
                _ => return Err(fail(ErrorKind::NotRelative)),
            }
        }
        let mut links = 0_usize;
        let mut target = PathBuf::new();
        while let Some(step) = steps.pop_front() {
            let name = match step {
                Step::Up => match chain.below.pop() {
                    Some(_) => continue,
                    None => return Err(fail(ErrorKind::LinkOutside { target })),
                },
                Step::Down(name) => name,
            };
            let seen = match chain.last().look(&name) {
                Ok(seen) => seen,
                Err(error) if links > 0 && error.kind() == io::ErrorKind::NotFound => {
                    return Err(fail(ErrorKind::LinkDangling { target }));
                }
                Err(error) => return Err(Error::io(error, path)),
            };
            match seen.kind {
                SeenKind::Folder => {
                    let folder = chain.last().enter(&name);
                    chain.push(folder.map_err(|error| Error::io(error, path))?);
                }
                SeenKind::Link => {
                    links = links.saturating_add(1);
                    if links > LINKS {
                        return Err(fail(ErrorKind::TooManyLinks));
                    }
                    let next = chain.last().read_link(&name);
                    target = next.map_err(|error| Error::io(error, path))?;
                    if self.links == Links::Refuse {
                        return Err(fail(ErrorKind::LinkRefused { target }));
                    }
                    if !self.follow(&target, &mut chain, &mut steps) {
                        return Err(fail(ErrorKind::LinkOutside { target }));
                    }
                }
                _ if !steps.is_empty() => return Err(fail(ErrorKind::NotAFolder)),
                SeenKind::Special(kind) => return Err(fail(ErrorKind::Special(kind))),
                SeenKind::File => {
                    let folder = chain.last().clone();
                    return Ok(Resolved::File { folder, name, seen });
                }
            }
        }
        Ok(Resolved::Folder(chain))
    }

    /// Puts the way that a link names before what is left to go. Says no if it is absolute and leads outside.
    fn follow(&self, target: &Path, chain: &mut Chain, steps: &mut VecDeque<Step>) -> bool {
        let way = if target.is_absolute() {
            let below = self
                .boundary
                .as_deref()
                .map(|path| target.strip_prefix(path));
            let Some(Ok(below)) = below else {
                return false;
            };
            chain.below.clear();
            below
        } else {
            target
        };
        for component in way.components().rev() {
            match component {
                Component::Normal(name) => steps.push_front(Step::Down(name.to_owned())),
                Component::ParentDir => steps.push_front(Step::Up),
                Component::CurDir => {}
                Component::RootDir | Component::Prefix(_) => return false,
            }
        }
        true
    }

    /// Follows a path without links down from the end of a chain.
    pub(crate) fn descend(mut chain: Chain, path: &Path) -> io::Result<Chain> {
        for name in path {
            let folder = chain.last().enter(OsStr::new(name))?;
            chain.push(folder);
        }
        Ok(chain)
    }
}
