use std::ops::Range;

use super::tree;
use crate::{Algorithm, Job, JobErrorKind};

/// How a job is cut: into pieces, each with its own digests, and those into parts, where BLAKE3 allows.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) range: Range<u64>,
    /// How many bytes each piece but the last has.
    size: u64,
    pub(super) pieces: u64,
    split: bool,
    /// Whether its streams can be hashed beside others on one core.
    pub(super) lanes: bool,
}

/// A stream to be hashed from its first byte to its last.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) job: usize,
    pub(super) piece: usize,
    /// Which subtree of the piece it is, if it is not all of it.
    pub(super) subtree: Option<usize>,
    /// Where the subtree begins within the piece.
    pub(super) within: u64,
    pub(super) range: Range<u64>,
}

/// Gives the parts of a job one by one.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    pub(super) job: usize,
    plan: Plan,
    piece: u64,
    subtree: u64,
}

impl Plan {
    /// Cuts a job, for a processor that hashes so many streams of SHA-256 side by side.
    pub(super) fn new(job: &Job<'_>, width: usize) -> Result<Self, JobErrorKind> {
        let len = job.origin.expected_len();
        let range = job.range.clone().unwrap_or(0..len);
        if range.start > range.end || range.end > len {
            return Err(JobErrorKind::OutOfRange {
                end: range.end.max(range.start),
                len,
            });
        }
        let bytes = range.end.saturating_sub(range.start);
        let (size, pieces) = match job.shard {
            Some(shard) => (shard.get(), bytes.div_ceil(shard.get())),
            None => (bytes, 1),
        };
        let only = job.algorithms.only();
        Ok(Self {
            range,
            size,
            pieces,
            split: only == Some(Algorithm::Blake3),
            lanes: only == Some(Algorithm::Sha256) && width > 1,
        })
    }

    /// Returns the range of a piece.
    pub(super) fn piece(&self, piece: u64) -> Range<u64> {
        let start = self
            .range
            .start
            .saturating_add(piece.saturating_mul(self.size));
        start..start.saturating_add(self.size).min(self.range.end)
    }

    /// Returns how many bytes the longest stream has.
    pub(super) fn longest(&self) -> u64 {
        let piece = self.piece(0);
        let bytes = piece.end.saturating_sub(piece.start);
        self.subtree(bytes).unwrap_or(bytes)
    }

    /// Returns into how many parts a piece is cut, if it is.
    pub(super) fn subtrees(&self, piece: u64) -> Option<u64> {
        let range = self.piece(piece);
        let bytes = range.end.saturating_sub(range.start);
        self.subtree(bytes).map(|size| bytes.div_ceil(size))
    }

    fn subtree(&self, bytes: u64) -> Option<u64> {
        Some(bytes).filter(|_| self.split).and_then(tree::cut)
    }
}

impl Cursor {
    pub(super) const fn new(job: usize, plan: Plan) -> Self {
        Self {
            job,
            plan,
            piece: 0,
            subtree: 0,
        }
    }

    pub(super) fn longest(&self) -> u64 {
        self.plan.longest()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.piece >= self.plan.pieces
    }
}

impl Iterator for Cursor {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.is_at_end() {
            return None;
        }
        let whole = self.plan.piece(self.piece);
        let cut = self
            .plan
            .subtree(whole.end.saturating_sub(whole.start))
            .map(|size| {
                let start = whole
                    .start
                    .saturating_add(size.saturating_mul(self.subtree));
                start..start.saturating_add(size).min(whole.end)
            });
        let part = Part {
            job: self.job,
            piece: usize::try_from(self.piece).ok()?,
            subtree: match cut {
                Some(_) => Some(usize::try_from(self.subtree).ok()?),
                None => None,
            },
            within: cut
                .as_ref()
                .map_or(0, |cut| cut.start.saturating_sub(whole.start)),
            range: cut.unwrap_or(whole.clone()),
        };
        if part.range.end == whole.end {
            self.piece = self.piece.saturating_add(1);
            self.subtree = 0;
        } else {
            self.subtree = self.subtree.saturating_add(1);
        }
        Some(part)
    }
}
