use std::ops::Range;

use findings::Attribution;

/// One run of bytes of an archive. All parts together are the whole file, and none overlap.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// The bytes.
    pub range: Range<u64>,
    /// What they are.
    pub kind: PartKind,
}

/// The kinds of [`Part`]. Members are named by their index.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum PartKind {
    /// A local header.
    LocalHeader(usize),
    /// A member's packed data.
    Data(usize),
    /// Checksum and sizes behind the data.
    Descriptor(usize),
    /// Entries of a directory.
    Directory,
    /// An end record, ZIP64 or not, or a locator.
    EndRecord,
    /// The archive's comment.
    Comment,
    /// The marker at the start of what was once a split archive.
    Marker,
    /// Zeros between parts.
    Padding,
    /// Bytes before the first part.
    Before,
    /// Bytes between parts.
    Between,
    /// Bytes behind the last part.
    Behind,
}

impl PartKind {
    /// Returns what the bytes are to an account of coverage; `None` for data and for bytes that belong to
    /// nothing.
    #[must_use]
    pub const fn attribution(self) -> Option<Attribution> {
        match self {
            Self::LocalHeader(_)
            | Self::Descriptor(_)
            | Self::Directory
            | Self::EndRecord
            | Self::Comment
            | Self::Marker => Some(Attribution::Container),
            Self::Padding => Some(Attribution::Padding),
            Self::Data(_) | Self::Before | Self::Between | Self::Behind => None,
        }
    }

    pub(super) const fn member(self) -> Option<usize> {
        match self {
            Self::LocalHeader(member) | Self::Data(member) | Self::Descriptor(member) => {
                Some(member)
            }
            _ => None,
        }
    }

    /// Says whether the bytes belong to nothing.
    #[must_use]
    pub const fn is_gap(self) -> bool {
        matches!(self, Self::Before | Self::Between | Self::Behind)
    }
}

/// Two parts that claim the same bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Clash {
    pub(super) range: Range<u64>,
    pub(super) late: PartKind,
    pub(super) early: PartKind,
}

/// Every byte of a file, with what it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) parts: Vec<Part>,
    pub(super) clashes: Vec<Clash>,
}

impl Layout {
    /// Lays claims out over `length` bytes: where two overlap, the one that starts first keeps the bytes.
    /// What nobody claims becomes a gap.
    pub(super) fn new(mut claims: Vec<Part>, length: u64) -> Self {
        claims.sort_by_key(|claim| (claim.range.start, claim.kind));
        let mut layout = Self {
            parts: Vec::with_capacity(claims.len()),
            clashes: Vec::new(),
        };
        let mut at = 0;
        let mut holder = None;
        for claim in claims {
            let end = claim.range.end.min(length);
            if claim.range.start >= end {
                continue;
            }
            if claim.range.start > at {
                layout.gap(at..claim.range.start, length);
            } else if claim.range.start < at
                && let Some(early) = holder
            {
                layout.clashes.push(Clash {
                    range: claim.range.start..end.min(at),
                    late: claim.kind,
                    early,
                });
            }
            let start = claim.range.start.max(at);
            if start < end {
                layout.parts.push(Part {
                    range: start..end,
                    kind: claim.kind,
                });
                holder = Some(claim.kind);
                at = end;
            }
        }
        if at < length {
            layout.gap(at..length, length);
        }
        layout
    }

    fn gap(&mut self, range: Range<u64>, length: u64) {
        let kind = if range.start == 0 {
            PartKind::Before
        } else if range.end == length {
            PartKind::Behind
        } else {
            PartKind::Between
        };
        self.parts.push(Part { range, kind });
    }

    pub(super) fn gaps(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.parts
            .iter()
            .filter(|part| part.kind.is_gap())
            .map(|part| part.range.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, Part, PartKind};

    fn part(range: std::ops::Range<u64>, kind: PartKind) -> Part {
        Part { range, kind }
    }

    #[test]
    fn parts_are_the_whole_file_and_the_first_claim_wins() {
        let layout = Layout::new(
            vec![
                part(30..60, PartKind::Data(1)),
                part(10..40, PartKind::Data(0)),
                part(70..200, PartKind::EndRecord),
                part(35..38, PartKind::Data(2)),
            ],
            100,
        );
        let kinds: Vec<_> = layout
            .parts
            .iter()
            .map(|part| (part.range.start, part.range.end, part.kind))
            .collect();
        assert_eq!(
            kinds,
            [
                (0, 10, PartKind::Before),
                (10, 40, PartKind::Data(0)),
                (40, 60, PartKind::Data(1)),
                (60, 70, PartKind::Between),
                (70, 100, PartKind::EndRecord),
            ]
        );
        assert_eq!(layout.clashes.len(), 2);
    }

    #[test]
    fn a_file_without_claims_is_one_gap() {
        let layout = Layout::new(Vec::new(), 5);
        assert_eq!(layout.parts, [part(0..5, PartKind::Before)]);
        assert!(Layout::new(Vec::new(), 0).parts.is_empty());
    }
}
