use std::ops::RangeFrom;

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
    /// How many frames hold what readers skip.
    pub(crate) skipped: u64,
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

    /// Takes over what was said of bytes that begin at `at`.
    pub(super) fn add_behind(&mut self, other: Self, at: u64) {
        for (fault, place) in other.faults {
            self.say(fault, place.saturating_add(at));
        }
        for (note, place) in other.notes {
            self.note(note, place.saturating_add(at));
        }
        self.skipped = self.skipped.saturating_add(other.skipped);
    }
}

/// Returns the bytes from an offset on; none if it lies behind the end.
pub(super) fn field(bytes: &[u8], range: RangeFrom<u64>) -> &[u8] {
    usize::try_from(range.start)
        .ok()
        .and_then(|start| bytes.get(start..))
        .unwrap_or_default()
}
