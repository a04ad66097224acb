use core::cmp::Ordering;
use std::collections::BTreeSet;

use findings::{Severity, escape_shortened};

use super::check::SHOWN;
use super::numbering::Numbering;
use super::read::TotalSize;
use super::{Entry, Folder, Format, Index, Joined, NameFault, Report, rules};
use crate::suspicions::Suspicions;

/// A tensor that a shard of the index holds.
#[derive(Clone, Copy)]
struct Held<'f> {
    name: &'f str,
    bytes: u64,
    shard: usize,
}

/// Holds an index against what lies beside it.
pub(super) fn join(report: &Report<'_>, folder: &Folder<'_>) -> Joined {
    let index = report.index();
    let mut all = Suspicions::default();
    let mut held = Vec::new();
    let mut unread = Vec::new();
    for (shard, name) in index.shards().enumerate() {
        match folder.shards.get(name) {
            Some(tensors) => held.extend(tensors.iter().map(|tensor| Held {
                name: tensor.name,
                bytes: tensor.bytes,
                shard,
            })),
            None => unread.push(shard),
        }
    }
    held.sort_unstable_by(|a, b| a.name.cmp(b.name).then(a.shard.cmp(&b.shard)));
    missing(index, folder, &mut all);
    unlisted(report, folder, &mut all);
    twice(index, &held, &mut all);
    // Without the tensors that could not be read, none can be said to be hidden.
    let listed = if report.is_complete() {
        Some(compare(index, folder, &held, &unread, &mut all))
    } else {
        None
    };
    if let Some(listed) = listed
        && unread.is_empty()
        && report.format() == Format::Safetensors
    {
        total_size(report, &held, listed, &mut all);
    }
    Joined {
        findings: all.finish(),
        unread,
    }
}

/// Looks for shards that are not there.
fn missing(index: &Index<'_>, folder: &Folder<'_>, all: &mut Suspicions) {
    for (shard, name) in index.shards().enumerate() {
        if folder.has(name) != Some(false) || NameFault::of(name).is_some() {
            continue;
        }
        let rule = &rules::MISSING_SHARD;
        all.say(rule, rule.severity, index.shard_bytes(shard), || {
            let names = folder.names.iter().flatten();
            let other = names
                .copied()
                .find(|other| other.eq_ignore_ascii_case(name));
            let shown = escape_shortened(name, SHOWN);
            match other {
                Some(other) => format!(
                    "found `{}` beside the index, expected shard `{shown}`",
                    escape_shortened(other, SHOWN)
                ),
                None => format!("shard `{shown}` is not beside the index"),
            }
        });
    }
}

/// Looks for files that look like shards of this index and are not in it.
fn unlisted(report: &Report<'_>, folder: &Folder<'_>, all: &mut Suspicions) {
    let index = report.index();
    let endings: &[&str] = match report.format() {
        Format::Safetensors => &[".safetensors"],
        Format::Pickle => &[".bin"],
    };
    let mut shards: Vec<&str> = index.shards().collect();
    shards.sort_unstable();
    let mut sets: Vec<(&str, &str)> = shards
        .iter()
        .filter_map(|name| Some(Numbering::of(name)?.set()))
        .collect();
    sets.sort_unstable();
    sets.dedup();
    let whole: BTreeSet<String> = sets
        .iter()
        .map(|(prefix, suffix)| format!("{prefix}{suffix}"))
        .collect();
    let others = folder.names.iter().flatten().copied().filter(|name| {
        endings.iter().any(|ending| name.ends_with(ending)) && shards.binary_search(name).is_err()
    });
    for name in others {
        let shown = || escape_shortened(name, SHOWN);
        let (severity, message) = if let Some(numbering) = Numbering::of(name) {
            if sets.binary_search(&numbering.set()).is_err() {
                continue;
            }
            let message = format!(
                "`{}` is numbered like a shard and not in the index",
                shown()
            );
            (rules::UNLISTED_SHARD.severity, message)
        } else if whole.contains(name) {
            let message = format!(
                "`{}` is not in the index, and loaders take it instead of the shards",
                shown()
            );
            (rules::UNLISTED_SHARD.severity, message)
        } else if report.format() == Format::Safetensors {
            let message = format!(
                "`{}` lies beside the shards and is not in the index",
                shown()
            );
            (Severity::Info, message)
        } else {
            continue;
        };
        let bytes = index.shard_bytes(0);
        all.say(&rules::UNLISTED_SHARD, severity, bytes, || message);
    }
}

/// Looks for tensors that several shards hold.
fn twice(index: &Index<'_>, held: &[Held<'_>], all: &mut Suspicions) {
    for same in held.chunk_by(|a, b| a.name == b.name) {
        let (Some(first), Some(last)) = (same.first(), same.last()) else {
            continue;
        };
        if first.shard == last.shard {
            continue;
        }
        let rule = &rules::TENSOR_TWICE;
        all.say(rule, rule.severity, index.shard_bytes(last.shard), || {
            format!(
                "tensor `{}` is in shard `{}` and in shard `{}`",
                escape_shortened(first.name, SHOWN),
                escape_shortened(index.shard_name(first.shard), SHOWN),
                escape_shortened(index.shard_name(last.shard), SHOWN),
            )
        });
    }
}

/// Looks for tensors that are not where the index says, and for those of which it says nothing. Returns the bytes of
/// those that it lists.
fn compare(
    index: &Index<'_>,
    folder: &Folder<'_>,
    all_held: &[Held<'_>],
    unread: &[usize],
    all: &mut Suspicions,
) -> u64 {
    let mut entries: Vec<&Entry<'_>> = index.entries().iter().collect();
    entries.sort_unstable_by(|a, b| a.name().cmp(b.name()));
    let mut entries = entries.chunk_by(|a, b| a.name() == b.name()).peekable();
    let mut held = all_held.chunk_by(|a, b| a.name == b.name).peekable();
    let mut listed = 0_u64;
    loop {
        let order = match (entries.peek(), held.peek()) {
            (Some(entries), Some(held)) => {
                name_of(entries).cmp(&held.first().map(|held| held.name))
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return listed,
        };
        let named = match order {
            Ordering::Greater => &[][..],
            _ => entries.next().unwrap_or_default(),
        };
        let holders = match order {
            Ordering::Less => &[][..],
            _ => held.next().unwrap_or_default(),
        };
        if let (false, Some(holder)) = (named.is_empty(), holders.first()) {
            listed = listed.saturating_add(holder.bytes);
        }
        for entry in named {
            absent(index, folder, entry, holders, all_held, unread, all);
        }
        if named.is_empty() {
            for holder in holders {
                let rule = &rules::HIDDEN_TENSOR;
                all.say(rule, rule.severity, index.shard_bytes(holder.shard), || {
                    format!(
                        "shard `{}` holds tensor `{}`, which the index does not list",
                        escape_shortened(index.shard_name(holder.shard), SHOWN),
                        escape_shortened(holder.name, SHOWN),
                    )
                });
            }
        }
    }
}

fn name_of<'e>(entries: &[&'e Entry<'_>]) -> Option<&'e str> {
    entries.first().map(|entry| entry.name())
}

/// Says that a tensor is not in the shard that the index names, if that shard was read.
fn absent(
    index: &Index<'_>,
    folder: &Folder<'_>,
    entry: &Entry<'_>,
    holders: &[Held<'_>],
    all_held: &[Held<'_>],
    unread: &[usize],
    all: &mut Suspicions,
) {
    let shard = index.shard_name(entry.shard());
    if unread.binary_search(&entry.shard()).is_ok()
        || holders.iter().any(|held| held.shard == entry.shard())
    {
        return;
    }
    // Its bytes are stored under another name.
    let is_tied = folder.kept(shard, entry.name()).is_some_and(|kept| {
        let order = |held: &Held<'_>| held.name.cmp(kept).then(held.shard.cmp(&entry.shard()));
        all_held.binary_search_by(order).is_ok()
    });
    if is_tied {
        return;
    }
    let rule = &rules::ABSENT_TENSOR;
    let tensor = || escape_shortened(entry.name(), SHOWN);
    let shard = || escape_shortened(shard, SHOWN);
    match holders.first() {
        Some(holder) => all.say(rule, Severity::High, entry.bytes(), || {
            format!(
                "tensor `{}` is in shard `{}`, expected in `{}`",
                tensor(),
                escape_shortened(index.shard_name(holder.shard), SHOWN),
                shard()
            )
        }),
        None => all.say(rule, rule.severity, entry.bytes(), || {
            format!("tensor `{}` is not in shard `{}`", tensor(), shard())
        }),
    }
}

/// Compares what the index says of the size with what its shards hold: all of it, or what it lists.
fn total_size(report: &Report<'_>, held: &[Held<'_>], listed: u64, all: &mut Suspicions) {
    let held = held
        .iter()
        .fold(0_u64, |sum, held| sum.saturating_add(held.bytes));
    let Some((size, bytes)) = report.total_size() else {
        return;
    };
    let found = match *size {
        TotalSize::Bytes(bytes) if bytes == held || bytes == listed => return,
        TotalSize::Bytes(bytes) => bytes.to_string(),
        TotalSize::Rounded(bytes) if is_near(bytes, held) || is_near(bytes, listed) => return,
        TotalSize::Rounded(bytes) => bytes.to_string(),
        TotalSize::NotASize => return,
    };
    let rule = &rules::WRONG_TOTAL_SIZE;
    all.say(rule, rule.severity, bytes.clone(), || {
        format!("found a `total_size` of {found} bytes, expected {listed}")
    });
}

/// Says whether a rounded number may be a whole one: to nine digits, fewer than a double keeps.
fn is_near(rounded: f64, whole: u64) -> bool {
    #[expect(
        clippy::as_conversions,
        reason = "rounds to the nearest double, as the number in the index was rounded"
    )]
    let whole = whole as f64;
    (rounded - whole).abs() <= whole * 1e-9
}
