use std::borrow::Cow;
use std::collections::{BTreeMap, btree_map};
use std::ops::Range;

use strict_json::{EventKind, Kind, Reader, Type, Value};

use super::{Error, ErrorKind, NameFault};
use crate::Limits;

/// The index of a sharded model.
#[derive(Clone, Debug)]
pub struct Index<'a> {
    /// The names of shards, no name twice, in the order in which the index first names them.
    shards: Vec<Shard<'a>>,
    entries: Vec<Entry<'a>>,
    metadata: Option<Value<'a>>,
}

/// A shard, and where the index first names it.
#[derive(Clone, Debug)]
struct Shard<'a> {
    name: Cow<'a, str>,
    bytes: Range<u64>,
}

/// A tensor of an [`Index`] and the shard in which it lies.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    name: Cow<'a, str>,
    bytes: Range<u64>,
    shard: usize,
}

impl<'a> Index<'a> {
    /// Reads an index that can be followed: every tensor once, every shard the bare name of a file beside the
    /// index. Both formats of weights have this form.
    ///
    /// # Limits
    /// [`Limits::header`], the bytes of the index; [`Limits::tensors`].
    ///
    /// # Errors
    /// The first thing that is wrong; see [`ErrorKind`].
    pub fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let read = read(bytes, limits);
        match read.errors.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(read.index),
        }
    }

    /// Returns the tensors in the order of the index.
    #[must_use]
    pub fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// Returns the names of the shards, no name twice, in the order in which the index first names them.
    #[must_use]
    pub fn shards(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.shards.iter().map(|shard| &*shard.name)
    }

    /// Returns the tensors and their shards in the order of the index.
    #[must_use]
    pub fn weight_map(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.entries
            .iter()
            .map(|entry| (&*entry.name, self.shard_name(entry.shard)))
    }

    /// Returns the value of `metadata`; `None` if there is none.
    #[must_use]
    pub const fn metadata(&self) -> Option<&Value<'a>> {
        self.metadata.as_ref()
    }

    pub(super) fn shard_name(&self, shard: usize) -> &str {
        self.shards.get(shard).map_or("", |shard| &shard.name)
    }

    /// Returns where the index first names a shard.
    pub(super) fn shard_bytes(&self, shard: usize) -> Range<u64> {
        self.shards
            .get(shard)
            .map_or(0..0, |shard| shard.bytes.clone())
    }
}

impl Entry<'_> {
    /// Returns the name of the tensor.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns which of [`Index::shards`] the tensor lies in, counted from 0.
    #[must_use]
    pub const fn shard(&self) -> usize {
        self.shard
    }

    /// Returns where the name stands, quotes and all, in bytes of the index.
    #[must_use]
    pub fn bytes(&self) -> Range<u64> {
        self.bytes.clone()
    }
}

/// What an index says of the bytes of all its tensors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TotalSize {
    /// A whole number.
    Bytes(u64),
    /// One that was rounded when it was written.
    Rounded(f64),
    /// No number.
    NotASize,
}

/// What was read, and everything that keeps the index from being followed.
pub(super) struct Read<'a> {
    pub(super) index: Index<'a>,
    pub(super) errors: Vec<Error>,
    /// Keys of the index that no loader knows, and where they stand.
    pub(super) unknown: Vec<(Cow<'a, str>, Range<u64>)>,
    /// What the metadata says, and where.
    pub(super) total_size: Option<(TotalSize, Range<u64>)>,
}

/// Reads as far as the JSON goes.
pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Read<'a> {
    let mut read = Read {
        index: Index {
            shards: Vec::new(),
            entries: Vec::new(),
            metadata: None,
        },
        errors: Vec::new(),
        unknown: Vec::new(),
        total_size: None,
    };
    if let Err(error) = document(bytes, limits, &mut read) {
        let at = error.offset();
        let end = at.saturating_add(1).min(wide(bytes.len())).max(at);
        read.fail(ErrorKind::Json(error.kind()), at..end);
    }
    read.find_twice();
    for shard in 0..read.index.shards.len() {
        if let Some(fault) = NameFault::of(read.index.shard_name(shard)) {
            let bytes = read.index.shard_bytes(shard);
            read.fail(ErrorKind::UnsafeShardName(fault), bytes);
        }
    }
    read.errors.sort_by_key(|error| error.bytes().start);
    read
}

impl Read<'_> {
    fn fail(&mut self, kind: ErrorKind, bytes: Range<u64>) {
        self.errors.push(Error::new(kind, bytes));
    }

    /// Looks for tensors that stand twice.
    fn find_twice(&mut self) {
        let mut sorted: Vec<&Entry<'_>> = self.index.entries.iter().collect();
        sorted.sort_unstable_by(|a, b| {
            let names = a.name.cmp(&b.name);
            names.then(a.bytes.start.cmp(&b.bytes.start))
        });
        let pairs = sorted.iter().zip(sorted.iter().skip(1));
        let twice: Vec<(u64, Range<u64>)> = pairs
            .filter(|(first, second)| first.name == second.name)
            .map(|(first, second)| (first.bytes.start, second.bytes()))
            .collect();
        for (first, bytes) in twice {
            self.fail(ErrorKind::DuplicateKey { first }, bytes);
        }
    }
}

/// Reads the outer object.
fn document<'a>(
    bytes: &'a [u8],
    limits: &Limits,
    read: &mut Read<'a>,
) -> Result<(), strict_json::Error> {
    let mut reader = Reader::new(bytes, &json(limits))?;
    let Some(first) = reader.read()? else {
        return Ok(());
    };
    if first.kind != EventKind::BeginObject {
        let found = type_of(&first.kind);
        let bytes = range(first.start, first.end);
        read.fail(ErrorKind::NotAnObject { found }, bytes);
        return reader.skip_rest();
    }
    let mut keys: Vec<(Cow<'a, str>, Range<u64>)> = Vec::new();
    while let Some(event) = reader.read()? {
        let EventKind::Key(key) = event.kind else {
            // The end of the object; what follows it is an error of the reader.
            continue;
        };
        let bytes = range(event.start, event.end);
        match &*key {
            "weight_map" => weight_map(&mut reader, limits, read)?,
            "metadata" => {
                let value = reader.read_value()?;
                read.total_size = total_size(&value, wide(reader.offset()));
                read.index.metadata = Some(value);
            }
            _ => {
                reader.skip_value()?;
                read.unknown.push((key.clone(), bytes.clone()));
            }
        }
        keys.push((key, bytes));
    }
    if keys.iter().all(|(key, _)| key != "weight_map") {
        read.fail(ErrorKind::NoWeightMap, 0..wide(bytes.len()));
    } else if read.index.entries.is_empty() && read.errors.is_empty() {
        read.fail(ErrorKind::EmptyWeightMap, 0..wide(bytes.len()));
    }
    keys.sort_unstable_by(|(a, at), (b, bt)| a.cmp(b).then(at.start.cmp(&bt.start)));
    for (first, second) in keys.iter().zip(keys.iter().skip(1)) {
        if first.0 == second.0 {
            let kind = ErrorKind::DuplicateKey {
                first: first.1.start,
            };
            read.fail(kind, second.1.clone());
        }
    }
    Ok(())
}

/// Reads the value of `weight_map`.
fn weight_map<'a>(
    reader: &mut Reader<'a>,
    limits: &Limits,
    read: &mut Read<'a>,
) -> Result<(), strict_json::Error> {
    let Some(first) = reader.read()? else {
        return Ok(());
    };
    if first.kind != EventKind::BeginObject {
        let found = type_of(&first.kind);
        read.fail(
            ErrorKind::WrongWeightMap { found },
            range(first.start, first.end),
        );
        return match first.kind {
            EventKind::BeginArray => reader.skip_rest(),
            _ => Ok(()),
        };
    }
    let mut shards: BTreeMap<Cow<'a, str>, usize> = BTreeMap::new();
    while let Some(event) = reader.read()? {
        let EventKind::Key(name) = event.kind else {
            break;
        };
        let name_bytes = range(event.start, event.end);
        if read.index.entries.len() >= limits.tensors {
            let limit = wide(limits.tensors);
            read.fail(ErrorKind::TooManyTensors { limit }, name_bytes);
            return reader.skip_rest();
        }
        let value = reader.read_value()?;
        let start = value.offset();
        let bytes = start..wide(reader.offset()).max(start);
        let found = value.type_of();
        let Ok(shard) = value.into_string() else {
            read.fail(ErrorKind::WrongShard { found }, bytes);
            continue;
        };
        let next = read.index.shards.len();
        let shard = match shards.entry(shard) {
            btree_map::Entry::Occupied(known) => *known.get(),
            btree_map::Entry::Vacant(vacant) => {
                let name = vacant.key().clone();
                read.index.shards.push(Shard { name, bytes });
                *vacant.insert(next)
            }
        };
        read.index.entries.push(Entry {
            name,
            bytes: name_bytes,
            shard,
        });
    }
    Ok(())
}

/// What an index says of the bytes of all its tensors, and where it ends at the latest.
fn total_size(metadata: &Value<'_>, end: u64) -> Option<(TotalSize, Range<u64>)> {
    let value = metadata.as_object().ok()?.get("total_size")?;
    let size = match value.kind() {
        Kind::Number(number) => match number.as_u64() {
            Some(bytes) => TotalSize::Bytes(bytes),
            // Writers that know only floating point write large sizes with an exponent.
            None => number
                .as_str()
                .parse()
                .map_or(TotalSize::NotASize, TotalSize::Rounded),
        },
        _ => TotalSize::NotASize,
    };
    let start = value.offset();
    let written = match value.kind() {
        Kind::Number(number) => start.saturating_add(wide(number.as_str().len())),
        _ => end,
    };
    Some((size, start..written.min(end).max(start)))
}

fn json(limits: &Limits) -> strict_json::Limits {
    let bytes = usize::try_from(limits.header).unwrap_or(usize::MAX);
    strict_json::Limits::default()
        .with_bytes(bytes)
        // Each tensor is one value; metadata is a handful.
        .with_values(limits.tensors.saturating_add(1 << 16))
}

const fn type_of(kind: &EventKind<'_>) -> Type {
    match kind {
        EventKind::BeginObject | EventKind::EndObject => Type::Object,
        EventKind::BeginArray | EventKind::EndArray => Type::Array,
        EventKind::Key(_) | EventKind::String(_) => Type::String,
        EventKind::Number(_) => Type::Number,
        EventKind::Bool(_) => Type::Bool,
        EventKind::Null => Type::Null,
    }
}

fn range(start: usize, end: usize) -> Range<u64> {
    wide(start)..wide(end)
}

fn wide(at: usize) -> u64 {
    u64::try_from(at).unwrap_or(u64::MAX)
}
