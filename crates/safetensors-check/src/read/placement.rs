//! What is seen only when all entries are read: names that stand twice, and where the data lies.

use std::collections::HashMap;

use super::Readers;
use super::errors::shown;
use super::pass::Pass;
use crate::entry::Entry;
use crate::{ErrorKind, rules};

/// Runs of rising names that are merged.
const RUNS: usize = 8;

/// Judges the entries; `is_complete` says whether all of them were read.
pub(super) fn judge(pass: &mut Pass<'_, '_>, is_complete: bool) {
    let entries = std::mem::take(&mut pass.header.entries);
    let overridden = duplicates(pass, &entries);
    let counts = |at: &u32| overridden.as_ref().is_none_or(|all| !get(all, *at));
    let order = order(&entries, counts);
    if is_complete {
        match &order {
            None => walk(pass, entries.iter()),
            Some(order) => walk(pass, order.iter().filter_map(|at| entry(&entries, *at))),
        }
    }
    pass.header.order = order;
    pass.header.entries = entries;
    if overridden.is_some() || !pass.header.entries.iter().all(Entry::is_sound) {
        pass.header.entries.retain(Entry::is_sound);
        pass.header.order = self::order(&pass.header.entries, |_| true);
    }
}

/// Finds names that stand twice. Readers take the last one: it says which entries they take no account of.
///
/// The map is keyed at random, so nobody can choose names that collide in it.
fn duplicates(pass: &mut Pass<'_, '_>, entries: &[Entry<'_>]) -> Option<Vec<bool>> {
    if are_unique_by_order(entries) {
        return None;
    }
    let mut overridden: Option<Vec<bool>> = None;
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        let Some(before) = places.insert(&entry.name, at) else {
            continue;
        };
        let flags = overridden.get_or_insert_with(|| vec![false; entries.len()]);
        if let Some(flag) = flags.get_mut(before) {
            *flag = true;
        }
        let first = entries.get(before).map_or(0, |first| first.place().start);
        let kind = ErrorKind::DuplicateName { first };
        pass.error(Some(&entry.name), Readers::DoNotMind, kind, entry.place());
    }
    overridden
}

/// Says whether the order of names shows that none stands twice: writers sort them, anew for each dtype, so they
/// are a few runs of rising names, and merging those is cheaper than a map. False says nothing.
fn are_unique_by_order<'e, 'a>(entries: &'e [Entry<'a>]) -> bool {
    let mut runs: Vec<&'e [Entry<'a>]> = Vec::new();
    for run in entries.chunk_by(|a, b| a.name < b.name) {
        if runs.len() >= RUNS {
            return false;
        }
        runs.push(run);
    }
    if runs.len() < 2 {
        return true;
    }
    let mut last: Option<&str> = None;
    loop {
        let heads = runs.iter_mut().filter(|run| !run.is_empty());
        let name = |run: &&mut &'e [Entry<'a>]| run.first().map(|entry| &*entry.name);
        let least = heads.min_by(|a, b| name(a).cmp(&name(b)));
        let Some(run) = least else {
            return true;
        };
        let Some((first, rest)) = run.split_first() else {
            return true;
        };
        *run = rest;
        if last == Some(&*first.name) {
            return false;
        }
        last = Some(&first.name);
    }
}

/// Puts entries in the order of their data; none if that is the order in which they stand.
fn order(entries: &[Entry<'_>], counts: impl Fn(&u32) -> bool) -> Option<Vec<u32>> {
    let all = 0..u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let key = |at: &u32| entry(entries, *at).map(|entry| (entry.begin, entry.end));
    if all.clone().all(|at| counts(&at)) && all.clone().is_sorted_by_key(|at| key(&at)) {
        return None;
    }
    let mut order: Vec<u32> = all.filter(counts).collect();
    order.sort_by_key(key);
    Some(order)
}

fn entry<'e, 'a>(entries: &'e [Entry<'a>], at: u32) -> Option<&'e Entry<'a>> {
    usize::try_from(at).ok().and_then(|at| entries.get(at))
}

fn get(flags: &[bool], at: u32) -> bool {
    usize::try_from(at)
        .ok()
        .and_then(|at| flags.get(at))
        .copied()
        .unwrap_or_default()
}

/// Looks at the data of entries in its order: one must begin where the one before ended.
fn walk<'e, 'a: 'e>(pass: &mut Pass<'_, '_>, entries: impl Iterator<Item = &'e Entry<'a>>) {
    let data = pass.header.data.clone();
    let held = data.end.saturating_sub(data.start);
    let at = |offset: u64| data.start.saturating_add(offset.min(held));
    // Whose bytes are not known may have those that seem to be nobody's.
    let mut is_blurred = pass.has_unplaced;
    let mut reached = 0_u64;
    let mut holder: Option<&Entry<'_>> = None;
    for entry in entries {
        if let Some(rule) = entry.sizing.rule() {
            pass.refuse(rule, entry.place());
        }
        if entry.end < entry.begin {
            is_blurred = true;
            continue;
        }
        if entry.begin > reached {
            let bytes = at(reached)..at(entry.begin);
            let hole = ErrorKind::Hole {
                bytes: bytes.end.saturating_sub(bytes.start),
            };
            pass.refuse(hole.rule(), entry.place());
            if !is_blurred && !bytes.is_empty() {
                pass.error(None, Readers::Refuse, hole, bytes);
            }
        }
        if entry.begin < reached {
            let overlap = ErrorKind::Overlap {
                begin: entry.begin,
                end: entry.end,
                other: holder.map(|holder| shown(&holder.name)).unwrap_or_default(),
            };
            pass.error(Some(&entry.name), Readers::Refuse, overlap, entry.place());
        }
        if entry.end >= reached {
            reached = entry.end;
            holder = Some(entry);
        }
    }
    if reached < held {
        let bytes = at(reached)..data.end;
        let trailing = ErrorKind::TrailingBytes {
            bytes: bytes.end.saturating_sub(bytes.start),
        };
        pass.refuse(trailing.rule(), bytes.clone());
        if !is_blurred {
            pass.error(None, Readers::Refuse, trailing, bytes);
        }
    } else if reached > held
        && let Some(holder) = holder
    {
        // Whose data it is, was said with its entry.
        pass.refuse(&rules::DATA_BEYOND_FILE, holder.place());
    }
}
