use std::sync::atomic::{AtomicU64, Ordering};

use super::{Limit, Limits};
use crate::clock::Deadline;

/// What may still be unpacked of one file, shared by everything that is nested in it.
///
/// Opening charges the bytes read and the bytes that come out, so that neither a thousand names for one
/// run of data nor archives within archives multiply the work.
#[derive(Debug)]
pub struct Budget {
    left: AtomicU64,
    deadline: Deadline,
}

impl Budget {
    /// Allows what is honest for a file of `length` bytes: eight times its length for data that is read in
    /// several ways, and a hundred times its length unpacked, at least 1 GiB and at most
    /// [`Limits::inflated_total`].
    #[must_use]
    pub fn new(length: u64, limits: &Limits) -> Self {
        let inflated = length
            .saturating_mul(100)
            .max(1 << 30)
            .min(limits.inflated_total);
        Self {
            left: AtomicU64::new(length.saturating_mul(8).saturating_add(inflated)),
            deadline: Deadline::default(),
        }
    }

    /// Gives nothing any more once a time has passed.
    #[must_use]
    pub(crate) fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = deadline;
        self
    }

    /// Returns how many bytes are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// Takes so many bytes, or nothing and `false` if there are fewer, or no time is left.
    pub fn take(&self, bytes: u64) -> bool {
        if self.deadline.has_passed() {
            return false;
        }
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(bytes)
            })
            .is_ok()
    }

    /// Returns the ceiling that is in the way where nothing could be taken.
    pub(crate) fn limit(&self) -> Limit {
        if self.deadline.was_met() {
            Limit::Time
        } else {
            Limit::InflatedTotal
        }
    }
}

/// What one member or stream has used of the ceilings so far.
///
/// Every decoder is asked for at most [`CHUNK`](super::CHUNK) bytes before the next look, so this is the
/// place where work is stopped.
#[derive(Debug)]
pub(crate) struct Meter<'l> {
    limits: &'l Limits,
    budget: &'l Budget,
    consumed: u64,
    produced: u64,
}

impl<'l> Meter<'l> {
    pub(crate) const fn new(limits: &'l Limits, budget: &'l Budget) -> Self {
        Self {
            limits,
            budget,
            consumed: 0,
            produced: 0,
        }
    }

    /// Counts packed bytes that were used and bytes that came out. Returns the ceiling that was reached, if
    /// one was.
    pub(crate) fn add(&mut self, consumed: u64, produced: u64) -> Option<Limit> {
        self.consumed = self.consumed.saturating_add(consumed);
        self.produced = self.produced.saturating_add(produced);
        if self.produced > self.limits.inflated_member {
            return Some(Limit::InflatedMember);
        }
        if self.produced > self.limits.ratio_floor
            && self.produced > self.consumed.saturating_mul(self.limits.ratio)
        {
            return Some(Limit::Ratio);
        }
        (!self.budget.take(consumed.saturating_add(produced))).then(|| self.budget.limit())
    }

    pub(crate) const fn consumed(&self) -> u64 {
        self.consumed
    }

    pub(crate) const fn produced(&self) -> u64 {
        self.produced
    }

    pub(crate) const fn limits(&self) -> &'l Limits {
        self.limits
    }
}
