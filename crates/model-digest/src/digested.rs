use std::num::NonZeroU64;
use std::ops::Range;

use crate::{Algorithm, Digest};

/// The digests of one [`Job`](crate::Job).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Digested {
    range: Range<u64>,
    shard: Option<NonZeroU64>,
    digests: Vec<(Algorithm, Vec<Digest>)>,
}

impl Digested {
    pub(crate) const fn new(
        range: Range<u64>,
        shard: Option<NonZeroU64>,
        digests: Vec<(Algorithm, Vec<Digest>)>,
    ) -> Self {
        Self {
            range,
            shard,
            digests,
        }
    }

    /// Returns the half-open range of offsets that was hashed.
    #[must_use]
    pub const fn range(&self) -> &Range<u64> {
        &self.range
    }

    /// Returns the algorithms that were asked for.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        self.digests.iter().map(|(algorithm, _)| *algorithm)
    }

    /// Returns the digest of the whole range; `None` if the algorithm was not asked for, or if the range
    /// was cut into shards.
    #[must_use]
    pub fn digest(&self, algorithm: Algorithm) -> Option<&Digest> {
        match (self.shard, self.of(algorithm)) {
            (None, [digest]) => Some(digest),
            _ => None,
        }
    }

    /// Returns each shard's half-open range of offsets in the source, and its digest; what was not cut is
    /// one shard. There are none if the algorithm was not asked for.
    pub fn shards(&self, algorithm: Algorithm) -> impl Iterator<Item = (Range<u64>, &Digest)> {
        let mut start = self.range.start;
        self.of(algorithm).iter().map(move |digest| {
            let end = match self.shard {
                Some(size) => start.saturating_add(size.get()).min(self.range.end),
                None => self.range.end,
            };
            let range = start..end;
            start = end;
            (range, digest)
        })
    }

    fn of(&self, algorithm: Algorithm) -> &[Digest] {
        let mut all = self.digests.iter();
        all.find(|(known, _)| *known == algorithm)
            .map_or(&[], |(_, digests)| digests)
    }
}
