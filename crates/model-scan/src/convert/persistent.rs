use std::collections::HashMap;

use pickle_vm::{Graph, Value, View};

use super::dtype::StorageClass;
use super::objects::int;
use super::place::Place;
use super::storage::Source;
use super::{Refusal, SourceDtype, Storage, StorageId};

/// Where the storages lie that persistent ids ask for.
#[derive(Debug)]
pub(super) enum Shelf<'a> {
    /// Nowhere: the pickle stands alone.
    None,
    /// In members of an archive, by name.
    Members {
        /// What stands before the key in a member's name.
        folder: String,
        members: HashMap<String, Found<'a>>,
    },
    /// Behind the pickles, by key.
    Table(HashMap<String, Found<'a>>),
}

/// The bytes of a storage.
#[derive(Clone, Debug)]
pub(super) struct Found<'a> {
    pub(super) source: Source<'a>,
    pub(super) member: Option<String>,
    pub(super) length: u64,
    pub(super) crc: Option<u32>,
    /// The bytes that the checksum is of, where they are more than these.
    pub(super) around: Option<Place<'a>>,
}

impl<'a> Found<'a> {
    /// Bytes that stand in the file itself.
    pub(super) fn plain(place: Place<'a>) -> Self {
        Self {
            length: place.len(),
            source: Source::Plain(place),
            member: None,
            crc: None,
            around: None,
        }
    }
}

impl<'a> Shelf<'a> {
    fn find(&self, key: &str) -> Option<&Found<'a>> {
        match self {
            Self::None => None,
            Self::Members { folder, members } => members.get(&format!("{folder}{key}")),
            Self::Table(table) => table.get(key),
        }
    }

    fn folder(&self) -> &str {
        match self {
            Self::Members { folder, .. } => folder,
            _ => "",
        }
    }
}

/// Every storage that was asked for.
#[derive(Debug, Default)]
pub(super) struct Storages<'a> {
    pub(super) list: Vec<Storage<'a>>,
    by_key: HashMap<String, Asked>,
}

#[derive(Debug)]
struct Asked {
    id: StorageId,
    class: Option<StorageClass>,
    count: Option<u64>,
}

/// What a persistent id asks for.
#[derive(Debug)]
pub(super) struct StorageRef {
    pub(super) id: StorageId,
    /// `None` if the class is not known; its storage is refused then.
    pub(super) class: Option<StorageClass>,
    /// The first element that counts, from the start of the storage.
    pub(super) start: u64,
    /// How many elements count from there.
    pub(super) count: u64,
}

impl<'a> Storages<'a> {
    /// Adds a storage that no key names.
    pub(super) fn add(&mut self, key: String, found: Found<'a>, dtype: SourceDtype) -> StorageId {
        self.push(key, found, dtype, None)
    }

    fn push(
        &mut self,
        key: String,
        found: Found<'a>,
        dtype: SourceDtype,
        refusal: Option<Refusal>,
    ) -> StorageId {
        let id = StorageId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(Storage {
            key,
            member: found.member,
            source: found.source,
            dtype,
            length: found.length,
            crc: found.crc,
            around: found.around,
            refusal,
        });
        id
    }

    /// Reads `("storage", class, key, location, count[, view])`; `None` if it is none.
    pub(super) fn ask(
        &mut self,
        graph: &Graph<'_>,
        id: Value,
        shelf: &Shelf<'a>,
    ) -> Option<Result<StorageRef, Refusal>> {
        let View::Tuple(items) = graph.view(id) else {
            return None;
        };
        let items: Vec<Value> = items.take(7).collect();
        let &[kind, class, key, location, count, ref rest @ ..] = items.as_slice() else {
            return None;
        };
        if *graph.text(kind)? != *b"storage" {
            return None;
        }
        let key = match (graph.text(key), int(graph, key)) {
            (Some(key), _) => String::from_utf8_lossy(&key).into_owned(),
            (None, Some(key)) => key.to_string(),
            (None, None) => return Some(Err(Refusal::MalformedCall)),
        };
        let Some(class) = graph.name(class) else {
            return Some(Err(Refusal::MalformedCall));
        };
        let count = int(graph, count).and_then(|count| u64::try_from(count).ok());
        let is_meta = graph
            .text(location)
            .is_some_and(|location| *location == *b"meta");
        let (id, class) = self.find(shelf, key, &class.name, count, is_meta);
        let Some(count) = count else {
            return Some(Err(Refusal::MalformedCall));
        };
        let view = match rest {
            [] => None,
            [view] if matches!(graph.view(*view), View::None) => None,
            [view] => match view_of(graph, *view) {
                Some(view) => Some(view),
                None => return Some(Err(Refusal::MalformedCall)),
            },
            _ => return Some(Err(Refusal::MalformedCall)),
        };
        let (start, count) = match view {
            None => (0, count),
            Some((start, size)) => match start.checked_add(size) {
                Some(end) if end <= count => (start, size),
                _ => return Some(Err(Refusal::MalformedGeometry)),
            },
        };
        Some(Ok(StorageRef {
            id,
            class,
            start,
            count,
        }))
    }

    /// Finds the storage of a key, and notes what is wrong with it.
    fn find(
        &mut self,
        shelf: &Shelf<'a>,
        key: String,
        class_name: &str,
        count: Option<u64>,
        is_meta: bool,
    ) -> (StorageId, Option<StorageClass>) {
        let class = StorageClass::named(class_name);
        let name = format!("{}{key}", shelf.folder());
        if let Some(asked) = self.by_key.get(&name) {
            let id = asked.id;
            if (asked.class, asked.count) != (class, count)
                && let Some(storage) = usize::try_from(id.0)
                    .ok()
                    .and_then(|at| self.list.get_mut(at))
            {
                storage.refusal.get_or_insert(Refusal::StorageConflict);
            }
            return (id, class);
        }
        let stated = class
            .zip(count)
            .and_then(|(class, count)| class.itemsize().checked_mul(count));
        let found = shelf.find(&key);
        let refusal = match (class, stated, found) {
            (None, _, _) => Some(Refusal::unknown_storage_class(class_name)),
            (_, None, _) => Some(Refusal::Overflow),
            (_, Some(_), None) if is_meta => Some(Refusal::NoData),
            // No byte of it is needed.
            (_, Some(0), None) => None,
            (_, Some(_), None) => Some(Refusal::MissingStorage),
            (Some(class), Some(stated), Some(found)) => {
                let found = found.length;
                // libtorch counts whole elements of bytes that need not be so many.
                let fits = found
                    .checked_sub(stated)
                    .is_some_and(|more| more < class.itemsize());
                (!fits).then_some(Refusal::StorageSize { stated, found })
            }
        };
        let found = found.cloned().unwrap_or(Found {
            source: match stated {
                Some(0) => Source::Plain(Place::file(&[])),
                _ => Source::Missing,
            },
            member: None,
            length: 0,
            crc: None,
            around: None,
        });
        let dtype = class.map_or(SourceDtype::Uint8, StorageClass::dtype);
        let id = self.push(key, found, dtype, refusal);
        self.by_key.insert(name, Asked { id, class, count });
        (id, class)
    }

    /// Says whether a member, or a key of a table, was asked for.
    pub(super) fn was_asked(&self, name: &str) -> bool {
        self.by_key.contains_key(name)
    }
}

/// Reads `(key, offset, size)` of a view on a storage, in elements.
fn view_of(graph: &Graph<'_>, view: Value) -> Option<(u64, u64)> {
    let View::Tuple(mut items) = graph.view(view) else {
        return None;
    };
    let (offset, size) = (items.nth(1)?, items.next()?);
    let number = |value| u64::try_from(int(graph, value)?).ok();
    Some((number(offset)?, number(size)?))
}
