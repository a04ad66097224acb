use std::collections::{HashMap, HashSet};

use pickle_vm::{Graph, Value, View};

use super::dtype::StorageClass;
use super::objects::int;
use super::persistent::{Found, Shelf, Storages};
use super::pickle::Loaded;
use super::place::Place;
use super::walk::{Collected, Walk};
use super::{Error, ErrorKind, Limits, Refusal};

/// What the first pickle of the format holds.
const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
/// What the second holds.
const PROTOCOL: i128 = 1001;

/// Says whether bytes begin with the first pickle of the format.
pub(super) fn begins(bytes: &[u8], limits: &Limits) -> bool {
    let head = bytes.get(..64).unwrap_or(bytes);
    Loaded::read(head, 0, limits).is_ok_and(|magic| int(&magic.graph, magic.root) == Some(MAGIC))
}

/// The pickles of a file, and where its storages lie.
struct Parts<'b> {
    object: Loaded<'b>,
    keys: Vec<String>,
    /// Whether the record of the system says that it was a big-endian one.
    is_big_endian: bool,
    /// Where the first storage begins.
    data: usize,
}

impl<'b> Parts<'b> {
    fn read(bytes: &'b [u8], limits: &Limits) -> Result<Self, Error> {
        let table = |at: usize| Error::new(ErrorKind::Table, offset(at));
        let magic = Loaded::read(bytes, 0, limits)?;
        if int(&magic.graph, magic.root) != Some(MAGIC) {
            return Err(table(0));
        }
        let protocol = Loaded::read(bytes, magic.end, limits)?;
        if int(&protocol.graph, protocol.root) != Some(PROTOCOL) {
            return Err(table(magic.end));
        }
        let system = Loaded::read(bytes, protocol.end, limits)?;
        let object = Loaded::read(bytes, system.end, limits)?;
        let keys = Loaded::read(bytes, object.end, limits)?;
        let View::List(items) = keys.graph.view(keys.root) else {
            return Err(table(object.end));
        };
        let texts = items
            .map(|key| key_text(&keys.graph, key))
            .collect::<Option<Vec<_>>>()
            .ok_or(table(object.end))?;
        Ok(Self {
            object,
            keys: texts,
            is_big_endian: is_big_endian(&system.graph, system.root),
            data: keys.end,
        })
    }

    /// Finds the storages: a count in eight bytes and the elements, for each key. Returns where they end too.
    fn storages<'a>(
        &self,
        place: &Place<'a>,
        sizes: &HashMap<String, u64>,
    ) -> Result<(HashMap<String, Found<'a>>, usize), Error> {
        let bytes = place.bytes();
        let mut table = HashMap::new();
        let mut at = self.data;
        for key in &self.keys {
            let broken = Error::new(ErrorKind::Table, offset(at));
            // Without a class nothing says how long it is, nor where the next one begins.
            let Some(&itemsize) = sizes.get(key) else {
                return Err(broken);
            };
            let count: [u8; 8] = *bytes
                .get(at..)
                .and_then(<[u8]>::first_chunk)
                .ok_or(broken.clone())?;
            let start = offset(at).saturating_add(8);
            let data = u64::from_le_bytes(count)
                .checked_mul(itemsize)
                .and_then(|length| start.checked_add(length))
                .and_then(|end| place.part(&(start..end)))
                .ok_or(broken.clone())?;
            at = start
                .checked_add(data.len())
                .and_then(|end| usize::try_from(end).ok())
                .ok_or(broken.clone())?;
            if table.insert(key.clone(), Found::plain(data)).is_some() {
                return Err(broken);
            }
        }
        Ok((table, at))
    }
}

/// Reads a file.
pub(super) fn read<'a>(
    place: &Place<'a>,
    limits: &Limits,
    out: &mut Collected<'a>,
) -> Result<(), Error> {
    let parts = Parts::read(place.bytes(), limits)?;
    let sizes = sizes(&parts.object);
    let (table, end) = parts.storages(place, &sizes)?;
    if offset(end) != place.len() {
        return Err(Error::new(ErrorKind::TrailingBytes, offset(end)));
    }
    let keys = parts.keys.clone();
    let shelf = Shelf::Table(table);
    let Loaded {
        graph,
        root,
        arrays,
        ..
    } = &parts.object;
    Walk::new(graph, arrays, place, &shelf, limits, out).run(*root, Vec::new())?;
    if parts.is_big_endian {
        // torch writes and reads little-endian elements everywhere and ignores the record; other writers may
        // have meant what it says.
        for storage in &mut out.storages.list {
            if storage.dtype.itemsize() > 1 {
                storage.refusal.get_or_insert(Refusal::UncertainByteOrder);
            }
        }
    }
    for key in keys {
        if !out.storages.was_asked(&key) {
            out.gaps.push(super::Gap::UnreferencedStorage {
                key: findings::escape(&key),
            });
        }
    }
    Ok(())
}

/// Reads a file that holds one storage and nothing else, as `torch.save` of a storage wrote it.
pub(super) fn storage<'a>(
    place: &Place<'a>,
    limits: &Limits,
) -> Result<(StorageClass, u64, Found<'a>), Refusal> {
    let read = || {
        let parts = Parts::read(place.bytes(), limits).ok()?;
        let sizes = sizes(&parts.object);
        let (table, _) = parts.storages(place, &sizes).ok()?;
        let shelf = Shelf::Table(table);
        let graph = &parts.object.graph;
        let View::Persistent(id) = graph.view(parts.object.root) else {
            return None;
        };
        let mut storages = Storages::default();
        let asked = storages.ask(graph, id, &shelf)?;
        Some((asked, storages))
    };
    let (asked, mut storages) = read().ok_or(Refusal::MalformedCall)?;
    let asked = asked?;
    let class = asked.class.ok_or(Refusal::MalformedCall)?;
    let storage = storages.list.pop().ok_or(Refusal::MalformedCall)?;
    if let Some(refusal) = storage.refusal {
        return Err(refusal);
    }
    if asked.start != 0 {
        return Err(Refusal::MalformedCall);
    }
    let found = Found {
        source: storage.source,
        member: None,
        length: storage.length,
        crc: None,
        around: None,
    };
    Ok((class, asked.count, found))
}

/// Bytes of an element of each storage that the object asks for. What is asked for with two sizes cannot be
/// passed over.
fn sizes(object: &Loaded<'_>) -> HashMap<String, u64> {
    let mut sizes = HashMap::new();
    let mut wrong = HashSet::new();
    for &id in &object.persistent {
        let View::Tuple(items) = object.graph.view(id) else {
            continue;
        };
        let items: Vec<Value> = items.take(3).collect();
        let &[_, class, key] = items.as_slice() else {
            continue;
        };
        let Some(key) = key_text(&object.graph, key) else {
            continue;
        };
        let size = object
            .graph
            .name(class)
            .and_then(|class| StorageClass::named(&class.name))
            .map(StorageClass::itemsize);
        match size {
            Some(size) if *sizes.entry(key.clone()).or_insert(size) == size => {}
            _ => {
                wrong.insert(key);
            }
        }
    }
    sizes.retain(|key, _| !wrong.contains(key));
    sizes
}

/// Reads `{"protocol_version": 1001, "little_endian": True, "type_sizes": {...}}`.
fn is_big_endian(graph: &Graph<'_>, system: Value) -> bool {
    super::objects::entries(graph, system)
        .unwrap_or_default()
        .into_iter()
        .any(|(key, value)| {
            graph.text(key).is_some_and(|key| *key == *b"little_endian")
                && !matches!(graph.view(value), View::Bool(true))
        })
}

/// Reads a key, a text or an integer.
pub(super) fn key_text(graph: &Graph<'_>, key: Value) -> Option<String> {
    match graph.text(key) {
        Some(key) => Some(String::from_utf8_lossy(&key).into_owned()),
        None => Some(int(graph, key)?.to_string()),
    }
}

pub(super) fn offset(at: usize) -> u64 {
    u64::try_from(at).unwrap_or(u64::MAX)
}
