//! Puts resources together to files, and finds what does not fit.

use std::ops::Range;

use model_digest::{Digest, RootDigest};

use super::order::Key;
use super::{ErrorKind, Method, Order};

/// A resource before it is known to fit the others.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) key: Key<'a>,
    pub(super) digest: Digest,
    /// Where the name stands in the payload.
    pub(super) offset: u64,
}

/// All resources, as a manifest holds them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Assembly {
    /// In the order in which they are listed.
    pub(super) resources: Vec<ResourceRecord>,
    /// Sorted by name.
    pub(super) files: Vec<FileRecord>,
    /// Places in `resources`: those of the first file, then those of the second, each from the first byte to
    /// the last.
    pub(super) by_file: Vec<u32>,
}

/// A resource in a manifest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct ResourceRecord {
    /// The place in `files`.
    pub(super) file: u32,
    /// The bytes of the file; all zero for a whole file.
    pub(super) range: Range<u64>,
    pub(super) digest: Digest,
}

/// A file in a manifest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct FileRecord {
    pub(super) name: Box<str>,
    /// Its run in `by_file`.
    pub(super) run: Range<u32>,
}

impl Assembly {
    /// Takes items in the order in which they are listed.
    ///
    /// # Errors
    /// With the place of the item in the list: no item twice, shards without gap or overlap, the name `.` alone.
    pub(super) fn new(items: &[Item<'_>], method: Method) -> Result<Self, (ErrorKind, usize)> {
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let mut by_file: Vec<u32> = (0..count).collect();
        let key = |place: u32| items.get(index(place)).map(|item| &item.key);
        // What the specification sorts is sorted already, but for shards.
        by_file.sort_by(|&a, &b| match (key(a), key(b)) {
            (Some(a), Some(b)) => (a.path.cmp(b.path))
                .then_with(|| a.range.start.cmp(&b.range.start))
                .then_with(|| a.range.end.cmp(&b.range.end)),
            _ => a.cmp(&b),
        });
        let mut files: Vec<FileRecord> = Vec::new();
        let mut resources: Vec<ResourceRecord> = items
            .iter()
            .map(|item| ResourceRecord {
                file: 0,
                range: item.key.range.clone(),
                digest: item.digest,
            })
            .collect();
        let mut before: Option<&Item<'_>> = None;
        for (&place, at) in by_file.iter().zip(0_u32..) {
            let Some(item) = items.get(index(place)) else {
                continue;
            };
            let same = before.filter(|before| before.key.path == item.key.path);
            if let Err(kind) = follows(same, item, method) {
                return Err((kind, index(place)));
            }
            match files.last_mut() {
                Some(file) if same.is_some() => file.run.end = at.saturating_add(1),
                _ => files.push(FileRecord {
                    name: item.key.path.into(),
                    run: at..at.saturating_add(1),
                }),
            }
            if let Some(resource) = resources.get_mut(index(place)) {
                resource.file = u32::try_from(files.len().saturating_sub(1)).unwrap_or(u32::MAX);
            }
            before = Some(item);
        }
        if files.len() > 1
            && let Some(dot) = items.iter().position(|item| item.key.path == ".")
        {
            return Err((ErrorKind::DotAmongOthers, dot));
        }
        files.shrink_to_fit();
        Ok(Self {
            resources,
            files,
            by_file,
        })
    }

    pub(super) fn root(&self) -> RootDigest {
        RootDigest::of(self.resources.iter().map(|resource| &resource.digest))
    }
}

/// Checks a resource against the one before it of the same file; where there is none, it is the file's first.
/// The last shard of a file may have any length up to the shard size.
fn follows(same: Option<&Item<'_>>, item: &Item<'_>, method: Method) -> Result<(), ErrorKind> {
    if let Some(first) = same
        && first.key.range == item.key.range
    {
        let first = first.offset.min(item.offset);
        return Err(ErrorKind::DuplicateName { first });
    }
    let Method::Shards { size } = method else {
        return Ok(());
    };
    let Range { start, end } = item.key.range;
    let found = end.saturating_sub(start);
    if found == 0 || found > size {
        return Err(ErrorKind::ShardLength { found, size });
    }
    if let Some(before) = same {
        let len = before.key.range.end.saturating_sub(before.key.range.start);
        if len != size {
            return Err(ErrorKind::ShardLength { found: len, size });
        }
    }
    let wanted = same.map_or(0, |before| before.key.range.end);
    if start != wanted {
        return Err(ErrorKind::ShardOutOfPlace {
            found: start,
            wanted,
        });
    }
    Ok(())
}

/// Finds the order in which items are listed; where both fit it is the specification's.
///
/// # Errors
/// The place of the first item that no order has room for.
pub(super) fn order_of(items: &[Item<'_>]) -> Result<Order, usize> {
    let mut furthest = 0;
    for order in [Order::Specification, Order::Python] {
        let wrong = items
            .windows(2)
            .position(|pair| matches!(pair, [a, b] if order.compare(&a.key, &b.key).is_ge()));
        match wrong {
            None => return Ok(order),
            Some(at) => furthest = furthest.max(at.saturating_add(1)),
        }
    }
    Err(furthest)
}

fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}
