use std::fmt;

use super::encoding::Encoding;
use super::options::Detail;
use super::pass::{PIECE, look};
use super::screen::length;
use super::statistics::{Partial, Statistics};
use crate::Dtype;

/// Counts the elements of one tensor whose bytes come piece by piece, from wherever they are.
///
/// How the bytes are cut changes nothing: the result is that of [`check_values`](super::check_values) over a file with
/// the same bytes. At most 768 KiB are held.
///
/// ```
/// use safetensors_check::Dtype;
/// use safetensors_check::values::{Counter, Detail};
///
/// let mut counter = Counter::new(Dtype::F32, Detail::Measures);
/// counter.update(&[0, 0, 0x80]);
/// counter.update(&[0x3f, 0, 0, 0xc0, 0x7f]);
/// let found = counter.finish();
/// assert_eq!((found.elements, found.nan), (2, 1));
/// assert_eq!(found.measures.map(|measures| measures.mean), Some(1.0));
/// ```
#[derive(Clone)]
pub struct Counter {
    dtype: Dtype,
    encoding: Encoding,
    detail: Detail,
    partial: Partial,
    /// Bytes that are less than a piece.
    held: Vec<u8>,
    /// All bytes so far.
    bytes: u64,
}

impl Counter {
    /// Starts with no bytes.
    #[must_use]
    pub fn new(dtype: Dtype, detail: Detail) -> Self {
        Self {
            dtype,
            encoding: super::encoding(dtype),
            detail,
            partial: Partial::default(),
            held: Vec::new(),
            bytes: 0,
        }
    }

    /// Adds bytes: those of a safetensors file, elements without gaps, the low byte first.
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.saturating_add(length(bytes.len()));
        let piece = usize::try_from(PIECE).unwrap_or(usize::MAX);
        let mut rest = bytes;
        if !self.held.is_empty() {
            let missing = piece.saturating_sub(self.held.len()).min(rest.len());
            let (taken, behind) = rest.split_at(missing);
            self.held.extend_from_slice(taken);
            rest = behind;
            if self.held.len() == piece {
                let held = std::mem::take(&mut self.held);
                self.look(&held);
            }
        }
        let mut pieces = rest.chunks_exact(piece);
        for whole in &mut pieces {
            self.look(whole);
        }
        self.held.extend_from_slice(pieces.remainder());
    }

    /// Returns the statistics of all bytes added. Bytes that are not a whole element are left out.
    #[must_use]
    pub fn finish(mut self) -> Statistics {
        let held = std::mem::take(&mut self.held);
        self.look(&held);
        let bits = self.dtype.bits();
        let elements = self.bytes.saturating_mul(8).checked_div(bits).unwrap_or(0);
        self.partial.finish(self.encoding, elements)
    }

    fn look(&mut self, bytes: &[u8]) {
        let next = look(self.encoding, self.detail, bytes);
        self.partial.join(&next);
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counter")
            .field("dtype", &self.dtype)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
