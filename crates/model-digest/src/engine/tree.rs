use blake3::hazmat::{self, HasherExt as _, Mode};

use crate::{Algorithm, Digest};

/// The hash of a subtree of BLAKE3 that is not the whole.
pub(super) type Value = [u8; 32];

/// The smallest subtree that is a stream of its own, in bytes: half a millisecond of work, beside which
/// taking a turn costs nothing.
const SMALLEST: u64 = 2 << 20;

/// Into how many subtrees a piece is cut at most; their values, 33 bytes each, are held until all are there.
const MOST: u64 = 1024;

/// Returns how many bytes the subtrees are to have, if it is worth while to cut so many bytes at all.
pub(super) fn cut(bytes: u64) -> Option<u64> {
    let size = bytes.div_ceil(MOST).checked_next_power_of_two()?;
    Some(size.max(SMALLEST)).filter(|size| bytes > *size)
}

/// The values of a piece's subtrees, as they come in.
#[derive(Debug)]
pub(super) struct Tree {
    values: Vec<Option<Value>>,
    left: usize,
}

impl Tree {
    pub(super) fn new(subtrees: usize) -> Self {
        Self {
            values: vec![None; subtrees],
            left: subtrees,
        }
    }

    /// Takes a subtree's value and, if it was the last, returns the digest of the piece.
    pub(super) fn put(&mut self, subtree: usize, value: Value) -> Option<Digest> {
        let place = self.values.get_mut(subtree)?;
        if place.replace(value).is_none() {
            self.left = self.left.saturating_sub(1);
        }
        if self.left > 0 {
            return None;
        }
        let values: Option<Vec<Value>> = self.values.iter().copied().collect();
        root(values?)
    }
}

/// Starts a subtree that begins at `within` bytes.
pub(super) fn hasher(within: u64) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new();
    if within > 0 {
        hasher.set_input_offset(within);
    }
    hasher
}

pub(super) fn value(hasher: &blake3::Hasher) -> Value {
    hasher.finalize_non_root()
}

/// Joins neighbours, level by level; one without a neighbour rises as it is. All subtrees but the last have
/// the same power of two of chunks, so this is the tree that BLAKE3 prescribes: on the left of each fork lies
/// the largest power of two that leaves something for the right.
fn root(mut values: Vec<Value>) -> Option<Digest> {
    loop {
        if let [left, right] = &*values {
            let root = hazmat::merge_subtrees_root(left, right, Mode::Hash);
            return Some(Digest::new(Algorithm::Blake3, root.as_bytes()));
        }
        if values.len() < 2 {
            return None;
        }
        values = values
            .chunks(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(hazmat::merge_subtrees_non_root(left, right, Mode::Hash)),
                [alone] => Some(*alone),
                _ => None,
            })
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, SMALLEST, Tree, cut, hasher, value};
    use crate::{Algorithm, Digest};

    #[test]
    fn a_piece_is_cut_into_a_bounded_number_of_subtrees() {
        assert_eq!(cut(0), None);
        assert_eq!(cut(SMALLEST), None);
        assert_eq!(cut(SMALLEST + 1), Some(SMALLEST));
        for bytes in [SMALLEST * MOST, SMALLEST * MOST + 1, 1 << 40, u64::MAX] {
            let size = cut(bytes).unwrap();
            assert!(
                size.is_power_of_two() && bytes.div_ceil(size) <= MOST,
                "{bytes}"
            );
        }
    }

    #[test]
    fn joined_subtrees_have_the_digest_of_the_whole() {
        let bytes: Vec<u8> = (0..=250).cycle().take(37 * 1024 + 5).collect();
        for size in [1024, 4096, 32768] {
            for len in (size + 1..bytes.len()).step_by(911) {
                let parts: Vec<_> = bytes[..len].chunks(size).collect();
                let mut tree = Tree::new(parts.len());
                let mut root = None;
                for (index, part) in parts.into_iter().enumerate().rev() {
                    let mut hasher = hasher(u64::try_from(index * size).unwrap());
                    hasher.update(part);
                    root = tree.put(index, value(&hasher));
                    assert_eq!(root.is_some(), index == 0);
                }
                assert_eq!(root, Some(Digest::of(Algorithm::Blake3, &bytes[..len])));
            }
        }
    }
}
