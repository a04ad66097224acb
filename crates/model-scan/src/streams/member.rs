use std::ops::{Range, RangeFrom};

use crate::unpack::Fault;

/// One stream of several that may follow each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Member {
    /// Packed bytes, header and trailer included.
    pub(crate) length: u64,
    /// The name that its header gives it.
    pub(crate) name: Option<Vec<u8>>,
}

impl Member {
    pub(super) const fn new(length: u64) -> Self {
        Self { length, name: None }
    }
}

/// What is wrong with streams that were read to their end all the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    /// What does not hold, and where.
    pub(crate) faults: Vec<(Fault, u64)>,
    /// What some readers refuse and others do not, and where.
    pub(crate) notes: Vec<(&'static str, u64)>,
    /// How many faults and notes were left out.
    pub(crate) dropped: u64,
    /// Bytes that readers pass over: fields of headers, frames that are skipped.
    pub(crate) asides: Vec<Range<u64>>,
    /// Added to what is said from now on.
    base: u64,
}

/// Faults and notes kept of one file: a report that is still read.
const KEPT: usize = 100;

impl Log {
    /// What is said from now on counts from byte `at`.
    pub(super) const fn begin(&mut self, at: u64) {
        self.base = at;
    }

    pub(super) fn say(&mut self, fault: Fault, at: u64) {
        if self.faults.len() < KEPT {
            self.faults.push((fault, self.base.saturating_add(at)));
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    pub(super) fn note(&mut self, note: &'static str, at: u64) {
        if self.notes.len() < KEPT {
            self.notes.push((note, self.base.saturating_add(at)));
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// Notes bytes that readers pass over. Past the first of them one range takes in all that follow.
    pub(super) fn aside(&mut self, range: Range<u64>) {
        let (start, end) = (
            self.base.saturating_add(range.start),
            self.base.saturating_add(range.end),
        );
        let is_full = self.asides.len() >= KEPT;
        match self.asides.last_mut().filter(|_| is_full) {
            Some(last) => last.end = last.end.max(end),
            None => self.asides.push(start..end),
        }
    }

    /// Takes over what was said of bytes that begin at `at`.
    pub(super) fn add_behind(&mut self, other: Self, at: u64) {
        for (fault, place) in other.faults {
            self.say(fault, place.saturating_add(at));
        }
        for (note, place) in other.notes {
            self.note(note, place.saturating_add(at));
        }
        for aside in other.asides {
            self.aside(aside.start.saturating_add(at)..aside.end.saturating_add(at));
        }
    }
}

/// Returns the bytes from an offset on; none if it lies behind the end.
pub(super) fn field(bytes: &[u8], range: RangeFrom<u64>) -> &[u8] {
    usize::try_from(range.start)
        .ok()
        .and_then(|start| bytes.get(start..))
        .unwrap_or_default()
}
