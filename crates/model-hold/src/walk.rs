use std::collections::hash_map::{Entry as MapEntry, HashMap};
use std::ffi::OsString;
use std::fmt;
use std::iter::FusedIterator;
use std::path::{Path, PathBuf};
use std::vec;

use model_digest::Source as _;

use crate::folder::{Seen, SeenKind};
use crate::resolve::{Chain, Resolved, Rules};
use crate::{Entry, Error, ErrorKind, Held, Identity, Item, Links, Repeat, WalkLimit, WalkLimits};

/// The files below a [`Root`](crate::Root), one by one.
///
/// Folders are listed when the walk comes to them, and their names sorted, so that the order is the same
/// everywhere unless [`WalkLimits::entries`] cuts a folder short. A link to a folder is walked like a folder
/// unless that folder was walked, or is being walked, already; so a circle ends, and no folder is walked more
/// than twice: once by its own path, once through a link that came before. A link to a file is an entry of
/// its own. An entry that was met before under another name says so.
#[derive(Debug)]
pub struct Walk<'r> {
    rules: Option<&'r Rules>,
    limits: WalkLimits,
    names: u64,
    open: Vec<Open>,
    next: Option<Item>,
    folders: HashMap<Identity, Visit>,
    files: HashMap<Identity, PathBuf>,
    folder_links: Vec<PathBuf>,
    doors: Doors<'r>,
}

/// Says which folders are entered.
struct Doors<'r>(Option<&'r dyn Fn(&Path) -> bool>);

impl fmt::Debug for Doors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "some" } else { "all" })
    }
}

impl Doors<'_> {
    fn are_open(&self, path: &Path) -> bool {
        self.0.is_none_or(|enters| enters(path))
    }
}

/// A folder whose names are not all done.
#[derive(Debug)]
struct Open {
    chain: Chain,
    path: PathBuf,
    names: vec::IntoIter<OsString>,
    /// What is said when the names are done: why there are no more.
    last: Option<Error>,
    through_link: bool,
}

/// How a folder was come to.
#[derive(Debug)]
struct Visit {
    path: PathBuf,
    through_link: bool,
}

impl<'r> Walk<'r> {
    pub(crate) fn file(held: &Held, name: &Path) -> Self {
        let entry = held.identity().map(|identity| Entry {
            path: name.to_owned(),
            link: None,
            repeats: None,
            identity,
            bytes: held.len(),
        });
        Self {
            rules: None,
            limits: WalkLimits::default(),
            names: 0,
            open: Vec::new(),
            next: entry.map(Item::File),
            folders: HashMap::new(),
            files: HashMap::new(),
            folder_links: Vec::new(),
            doors: Doors(None),
        }
    }

    pub(crate) fn folder(chain: &Chain, rules: &'r Rules, limits: &WalkLimits) -> Self {
        let mut walk = Self {
            rules: Some(rules),
            limits: limits.clone(),
            names: 0,
            open: Vec::new(),
            next: None,
            folders: HashMap::new(),
            files: HashMap::new(),
            folder_links: Vec::new(),
            doors: Doors(None),
        };
        walk.next = walk.enter(chain.clone(), PathBuf::new(), None, false);
        walk
    }

    /// Enters only folders below the root that `enters` says yes to. It is given the path in the root, and
    /// asked once for each folder, or link to one, that the walk comes by.
    #[must_use]
    pub fn entering(mut self, enters: &'r dyn Fn(&Path) -> bool) -> Self {
        self.doors = Doors(Some(enters));
        self
    }

    /// Returns the links to folders that were followed so far, as paths below the root. The files behind such
    /// a link are entries without a link of their own.
    #[must_use]
    pub fn folder_links(&self) -> &[PathBuf] {
        &self.folder_links
    }

    /// Begins with a folder, or says why not.
    fn enter(
        &mut self,
        chain: Chain,
        path: PathBuf,
        link: Option<PathBuf>,
        through_link: bool,
    ) -> Option<Item> {
        // The root itself is not within a folder.
        if self.open.len() > self.limits.depth {
            let kind = ErrorKind::LimitReached(WalkLimit::Depth(self.limits.depth));
            return Some(Item::Problem(Error::new(kind, path)));
        }
        let identity = match chain.last().identity() {
            Ok(identity) => identity,
            Err(error) => return Some(Item::Problem(Error::io(error, path))),
        };
        match self.folders.entry(identity) {
            MapEntry::Occupied(before) if through_link || !before.get().through_link => {
                let first = before.get().path.clone();
                return Some(Item::Repeat(Repeat { path, link, first }));
            }
            MapEntry::Occupied(mut before) => before.get_mut().through_link = false,
            MapEntry::Vacant(free) => {
                free.insert(Visit {
                    path: path.clone(),
                    through_link,
                });
            }
        }
        // One more than are allowed, to notice that there are more.
        let left = self.limits.entries.saturating_sub(self.names);
        let most = usize::try_from(left).unwrap_or(usize::MAX);
        let (mut names, error) = chain.last().names(most.saturating_add(1));
        names.sort_unstable();
        self.open.push(Open {
            last: error.map(|error| Error::io(error, &path)),
            chain,
            path,
            names: names.into_iter(),
            through_link,
        });
        None
    }

    /// Looks at one name of the innermost folder.
    fn visit(&mut self, rules: &Rules, name: OsString) -> Option<Item> {
        let open = self.open.last()?;
        let path = open.path.join(&name);
        let through_link = open.through_link;
        let seen = match open.chain.last().look(&name) {
            Ok(seen) => seen,
            Err(error) => return Some(Item::Problem(Error::io(error, path))),
        };
        match seen.kind {
            SeenKind::File => Some(self.file_item(path, None, seen)),
            SeenKind::Special(kind) => {
                Some(Item::Problem(Error::new(ErrorKind::Special(kind), path)))
            }
            SeenKind::Folder if !self.doors.are_open(&path) => None,
            SeenKind::Folder => {
                let mut chain = open.chain.clone();
                match chain.last().enter(&name) {
                    Ok(folder) => chain.push(folder),
                    Err(error) => return Some(Item::Problem(Error::io(error, path))),
                }
                self.enter(chain, path, None, through_link)
            }
            SeenKind::Link => {
                let link = match open.chain.last().read_link(&name) {
                    Ok(target) => target,
                    Err(error) => return Some(Item::Problem(Error::io(error, path))),
                };
                if rules.links == Links::Refuse {
                    let kind = ErrorKind::LinkRefused { target: link };
                    return Some(Item::Problem(Error::new(kind, path)));
                }
                match rules.resolve(&open.chain, Path::new(&name)) {
                    Err(error) => Some(Item::Problem(error.at(path))),
                    Ok(Resolved::File { seen, .. }) => Some(self.file_item(path, Some(link), seen)),
                    Ok(Resolved::Folder(_)) if !self.doors.are_open(&path) => None,
                    Ok(Resolved::Folder(chain)) => {
                        let item = self.enter(chain, path.clone(), Some(link), true);
                        if item.is_none() {
                            self.folder_links.push(path);
                        }
                        item
                    }
                }
            }
        }
    }

    fn file_item(&mut self, path: PathBuf, link: Option<PathBuf>, seen: Seen) -> Item {
        let repeats = match self.files.entry(seen.identity) {
            MapEntry::Occupied(before) => Some(before.get().clone()),
            MapEntry::Vacant(free) => {
                free.insert(path.clone());
                None
            }
        };
        Item::File(Entry {
            path,
            link,
            repeats,
            identity: seen.identity,
            bytes: seen.bytes,
        })
    }
}

impl Iterator for Walk<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        if let Some(item) = self.next.take() {
            return Some(item);
        }
        let rules = self.rules?;
        while let Some(open) = self.open.last_mut() {
            let Some(name) = open.names.next() else {
                let last = open.last.take();
                self.open.pop();
                if let Some(error) = last {
                    return Some(Item::Problem(error));
                }
                continue;
            };
            if self.names == self.limits.entries {
                let kind = ErrorKind::LimitReached(WalkLimit::Entries(self.limits.entries));
                let error = Error::new(kind, open.path.join(name));
                self.open.clear();
                return Some(Item::Problem(error));
            }
            self.names = self.names.saturating_add(1);
            if let Some(item) = self.visit(rules, name) {
                return Some(item);
            }
        }
        None
    }
}

impl FusedIterator for Walk<'_> {}
