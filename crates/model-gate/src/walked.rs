use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path, PathBuf};

use model_hold::{Error, ErrorKind, Identity, Item, Repeat, Root};
use model_sign::files::{Entry, EntryKind, EntryName, Reach, SpecialKind};

use crate::Options;

/// What a walk came by, entry by entry.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub(crate) entries: Vec<Entry>,
    pub(crate) places: Vec<Place>,
}

/// Where the file of an entry is found again, and which one it was.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    /// The file and its size in bytes; `None` for what is no file.
    pub(crate) file: Option<(Identity, u64)>,
}

impl Walked {
    /// Walks everything below a root.
    pub(crate) fn new(root: &Root, options: &Options) -> Self {
        let mut walked = Self::default();
        let mut repeats = Vec::new();
        let mut walk = root.walk(&options.limits);
        for item in walk.by_ref() {
            match item {
                Item::File(entry) => {
                    let file = (entry.identity, entry.bytes);
                    let kind = if options.signatures.contains(&entry.identity) {
                        EntryKind::Signature
                    } else {
                        EntryKind::File { bytes: entry.bytes }
                    };
                    let reach = match entry.link {
                        Some(_) => Reach::Link,
                        None => Reach::Direct,
                    };
                    walked.push(entry.path, kind, reach, Some(file));
                }
                Item::Repeat(repeat) => repeats.push(repeat),
                Item::Problem(error) => {
                    let path = error.path().to_owned();
                    walked.push(path, kind_of(&error), Reach::Direct, None);
                }
            }
        }
        let mut links: HashSet<PathBuf> = HashSet::new();
        for link in walk.folder_links() {
            walked.push(link.clone(), EntryKind::FolderLink, Reach::Link, None);
            links.insert(link.clone());
        }
        walked.repeat_all(repeats, &mut links, options.limits.entries);
        walked.tell_reaches(&links);
        walked
    }

    fn push(
        &mut self,
        path: PathBuf,
        kind: EntryKind,
        reach: Reach,
        file: Option<(Identity, u64)>,
    ) {
        self.entries
            .push(Entry::new(name_of(&path), kind).with_reach(reach));
        self.places.push(Place { path, file });
    }

    /// Lists again, under another name, what lies in a folder that was walked before: each of its files can
    /// be loaded by that name too.
    fn repeat_all(&mut self, repeats: Vec<Repeat>, links: &mut HashSet<PathBuf>, most: u64) {
        if repeats.is_empty() {
            return;
        }
        let mut by_path: BTreeMap<PathBuf, usize> = BTreeMap::new();
        for (index, place) in self.places.iter().enumerate() {
            by_path.insert(place.path.clone(), index);
        }
        for Repeat {
            path, link, first, ..
        } in repeats
        {
            if path.starts_with(&first) {
                self.push(path, EntryKind::LinkCircle, Reach::Link, None);
                continue;
            }
            let below: Vec<(PathBuf, usize)> = by_path
                .range(first.clone()..)
                .take_while(|(before, _)| before.starts_with(&first))
                .filter_map(|(before, index)| {
                    let rest = before.strip_prefix(&first).ok()?;
                    // Where nothing is left it is the entry of a link to the folder itself.
                    (!rest.as_os_str().is_empty()).then(|| (path.join(rest), *index))
                })
                .take(self.room(most).saturating_add(1))
                .collect();
            if below.len() > self.room(most) {
                self.push(path, EntryKind::NotWalked, Reach::Link, None);
                continue;
            }
            for (path, index) in below {
                if let (Some(entry), Some(place)) =
                    (self.entries.get(index), self.places.get(index))
                {
                    let (kind, reach, file) = (entry.kind.clone(), entry.reach, place.file);
                    by_path.insert(path.clone(), self.entries.len());
                    self.push(path, kind, reach, file);
                }
            }
            if link.is_some() {
                by_path.insert(path.clone(), self.entries.len());
                self.push(path.clone(), EntryKind::FolderLink, Reach::Link, None);
                links.insert(path);
            }
        }
    }

    /// How many more entries there may be.
    fn room(&self, most: u64) -> usize {
        usize::try_from(most)
            .unwrap_or(usize::MAX)
            .saturating_sub(self.entries.len())
    }

    /// Notes for each entry whether a link to a folder lies on its way.
    fn tell_reaches(&mut self, links: &HashSet<PathBuf>) {
        if links.is_empty() {
            return;
        }
        for (entry, place) in self.entries.iter_mut().zip(&self.places) {
            // From the entry up to the root: the last one found is the first on the way.
            let above = place.path.ancestors().skip(1);
            if let Some(link) = above.filter(|above| links.contains(*above)).last() {
                entry.reach = Reach::FolderLink {
                    link: name_of(link).as_bytes().len(),
                };
            }
        }
    }
}

/// Writes a path below a root as a name: its parts with `/` between them.
fn name_of(path: &Path) -> EntryName {
    let mut bytes = Vec::new();
    for component in path.components() {
        if let Component::Normal(part) = component {
            if !bytes.is_empty() {
                bytes.push(b'/');
            }
            bytes.extend_from_slice(part.as_encoded_bytes());
        }
    }
    EntryName::from_bytes(bytes)
}

/// Tells what an entry is that could not be walked.
fn kind_of(error: &Error) -> EntryKind {
    match error.kind() {
        ErrorKind::LinkOutside { target } => EntryKind::LinkOutside {
            target: target_of(target),
        },
        ErrorKind::LinkDangling { target } => EntryKind::LinkDangling {
            target: target_of(target),
        },
        ErrorKind::LinkRefused { .. } => EntryKind::Link,
        ErrorKind::TooManyLinks => EntryKind::LinkCircle,
        ErrorKind::Special(kind) => EntryKind::Special(special(*kind)),
        ErrorKind::LimitReached(_) => EntryKind::NotWalked,
        ErrorKind::NotFound => EntryKind::Unreadable(std::io::ErrorKind::NotFound),
        ErrorKind::PermissionDenied => EntryKind::Unreadable(std::io::ErrorKind::PermissionDenied),
        ErrorKind::NotAFolder => EntryKind::Unreadable(std::io::ErrorKind::NotADirectory),
        ErrorKind::Io(kind) => EntryKind::Unreadable(*kind),
        _ => EntryKind::Unreadable(std::io::ErrorKind::Other),
    }
}

/// Writes where a link leads, as it says itself.
fn target_of(target: &Path) -> EntryName {
    EntryName::from_bytes(target.as_os_str().as_encoded_bytes().to_vec())
}

const fn special(kind: model_hold::SpecialKind) -> SpecialKind {
    match kind {
        model_hold::SpecialKind::Fifo => SpecialKind::Fifo,
        model_hold::SpecialKind::Socket => SpecialKind::Socket,
        model_hold::SpecialKind::CharacterDevice | model_hold::SpecialKind::BlockDevice => {
            SpecialKind::Device
        }
        _ => SpecialKind::Other,
    }
}
