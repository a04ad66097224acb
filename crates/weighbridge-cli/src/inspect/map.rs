use std::ops::Range;

use super::document::{self, What};

/// Bytes that are written down from the first to the last, each once.
#[derive(Debug, Default)]
pub(super) struct Map {
    ranges: Vec<document::Range>,
    at: u64,
    end: u64,
}

impl Map {
    /// Begins the map of a file of so many bytes.
    pub(super) const fn new(bytes: u64) -> Self {
        Self {
            ranges: Vec::new(),
            at: 0,
            end: bytes,
        }
    }

    /// Adds what lies behind everything that was added so far. What is passed over is `other`; what lies
    /// before that, or behind the end of the file, is not told twice.
    pub(super) fn add(&mut self, range: Range<u64>, what: What) {
        let range = range.start.clamp(self.at, self.end)..range.end.clamp(self.at, self.end);
        if !range.is_empty() {
            self.push(self.at..range.start, What::Other, None);
        }
        let counted = matches!(what, What::Tensors | What::Storages).then_some(1);
        self.push(range, what, counted);
    }

    /// Returns the ranges, the rest of the file behind them.
    pub(super) fn finish(mut self) -> Vec<document::Range> {
        self.push(self.at..self.end, What::Other, None);
        self.ranges
    }

    fn push(&mut self, range: Range<u64>, what: What, count: Option<u64>) {
        match self.ranges.last_mut() {
            Some(last) if last.what == what => {
                last.byte_end = last.byte_end.max(range.end);
                last.count = last
                    .count
                    .zip(count)
                    .map(|(all, one)| all.saturating_add(one));
            }
            _ if range.is_empty() => {}
            _ => self.ranges.push(document::Range {
                byte_start: range.start,
                byte_end: range.end,
                what,
                count,
            }),
        }
        self.at = self.at.max(range.end);
    }
}

#[cfg(test)]
mod tests {
    use super::Map;
    use crate::inspect::document::What;

    #[test]
    fn every_byte_is_in_the_map_once() {
        let mut map = Map::new(30);
        map.add(0..8, What::Length);
        map.add(8..10, What::Header);
        map.add(10..10, What::Padding);
        map.add(12..15, What::Tensors);
        map.add(13..20, What::Tensors);
        map.add(20..20, What::Tensors);
        map.add(5..6, What::Header);
        map.add(22..99, What::Tensors);
        let ranges = map.finish();
        let shown: Vec<_> = ranges
            .iter()
            .map(|range| (range.byte_start..range.byte_end, range.what, range.count))
            .collect();
        assert_eq!(
            shown,
            [
                (0..8, What::Length, None),
                (8..10, What::Header, None),
                (10..12, What::Other, None),
                (12..20, What::Tensors, Some(3)),
                (20..22, What::Other, None),
                (22..30, What::Tensors, Some(1)),
            ]
        );
        assert!(Map::new(0).finish().is_empty());
    }
}
