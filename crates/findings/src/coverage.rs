use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

/// What a run of bytes was found to be.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Attribution {
    /// Opcodes of a pickle and their arguments.
    Opcodes,
    /// Structure of a container: headers, directories, names, end records.
    Container,
    /// Raw elements of a tensor or array that some header or pickle describes.
    Storage,
    /// Zeros or declared filler between two parts.
    Padding,
    /// The contents of a passive member: text, configuration, a version number.
    Passive,
    /// The contents of a member that is recognised but not judged.
    Unsupported,
}

/// A half-open byte range with what it is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Span {
    /// The first byte.
    pub start: u64,
    /// The byte behind the last one.
    pub end: u64,
    /// What the bytes are.
    pub attribution: Attribution,
}

/// Which bytes of one stream were attributed to what.
///
/// Whatever no [`Span`] covers is attributed to nothing: it was not read, or nobody could say what it is,
/// and then the file is not *clean*. Spans are kept sorted and never overlap.
///
/// ```
/// # use findings::{Attribution, Coverage};
/// let mut coverage = Coverage::new(100);
/// coverage.attribute(0..60, Attribution::Opcodes)?;
/// assert_eq!((coverage.accounted(), coverage.gaps().next()), (60, Some(60..100)));
/// # Ok::<(), findings::CoverageError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Coverage {
    bytes: u64,
    spans: Vec<Span>,
}

/// Why a range cannot be attributed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CoverageError {
    /// The range ends before it starts or behind the last byte.
    #[error("range {start}..{end} does not lie within {bytes} bytes")]
    OutOfBounds {
        /// The first byte of the range.
        start: u64,
        /// The byte behind its last one.
        end: u64,
        /// How many bytes there are.
        bytes: u64,
    },
}

impl Coverage {
    /// Starts with `bytes` bytes of which nothing is known.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self {
            bytes,
            spans: Vec::new(),
        }
    }

    /// Returns the size of the stream in bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the attributed spans, sorted by start, without overlaps.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Attributes a half-open range. Bytes that are already attributed keep what they had.
    ///
    /// Costs amortised constant time where ranges come in rising order.
    ///
    /// # Errors
    /// [`CoverageError::OutOfBounds`] if the range ends before it starts or behind the last byte; nothing
    /// is attributed then.
    pub fn attribute(
        &mut self,
        range: core::ops::Range<u64>,
        attribution: Attribution,
    ) -> Result<(), CoverageError> {
        if range.start > range.end || range.end > self.bytes {
            return Err(CoverageError::OutOfBounds {
                start: range.start,
                end: range.end,
                bytes: self.bytes,
            });
        }
        if range.is_empty() {
            return Ok(());
        }
        if let Some(last) = self.spans.last_mut()
            && last.end <= range.start
        {
            if last.end == range.start && last.attribution == attribution {
                last.end = range.end;
                return Ok(());
            }
        } else if !self.spans.is_empty() {
            self.fill(range, attribution);
            return Ok(());
        }
        self.spans.push(Span {
            start: range.start,
            end: range.end,
            attribution,
        });
        Ok(())
    }

    /// Attributes those bytes of a range that are still free.
    fn fill(&mut self, range: core::ops::Range<u64>, attribution: Attribution) {
        let first = self.spans.partition_point(|span| span.end <= range.start);
        let mut free = Vec::new();
        let mut at = range.start;
        for span in self.spans.iter().skip(first) {
            if span.start >= range.end {
                break;
            }
            if at < span.start {
                free.push(Span {
                    start: at,
                    end: span.start,
                    attribution,
                });
            }
            at = at.max(span.end);
        }
        if at < range.end {
            free.push(Span {
                start: at,
                end: range.end,
                attribution,
            });
        }
        if free.is_empty() {
            return;
        }
        self.spans.extend(free);
        self.spans.sort_unstable();
        self.spans.dedup_by(|next, before| {
            let joins = before.end == next.start && before.attribution == next.attribution;
            if joins {
                before.end = next.end;
            }
            joins
        });
    }

    /// Returns how many bytes are attributed to something.
    #[must_use]
    pub fn accounted(&self) -> u64 {
        self.spans
            .iter()
            .map(|span| span.end.saturating_sub(span.start))
            .fold(0, u64::saturating_add)
    }

    /// Says whether every byte is attributed to something.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.accounted() == self.bytes
    }

    /// Returns the ranges that are attributed to nothing, in rising order.
    pub fn gaps(&self) -> impl Iterator<Item = core::ops::Range<u64>> + '_ {
        let starts = core::iter::once(0).chain(self.spans.iter().map(|span| span.end));
        let ends = self
            .spans
            .iter()
            .map(|span| span.start)
            .chain(core::iter::once(self.bytes));
        starts
            .zip(ends)
            .filter(|(start, end)| start < end)
            .map(|(start, end)| start..end)
    }
}
