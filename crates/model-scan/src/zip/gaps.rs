use std::ops::Range;

use memchr::memmem;

use super::directory::{END, EndRecord};
use super::local::LOCAL;
use super::raw::slice_clamped;

/// Lists the end records that start in a range.
pub(super) fn end_records(bytes: &[u8], range: Range<u64>) -> impl Iterator<Item = EndRecord> + '_ {
    positions(bytes, range, &END).filter_map(|at| EndRecord::read(bytes, at))
}

/// Returns where the next local header of a range may start.
pub(super) fn next_local(bytes: &[u8], range: Range<u64>) -> Option<u64> {
    positions(bytes, range, &LOCAL).next()
}

fn positions<'a>(
    bytes: &'a [u8],
    range: Range<u64>,
    signature: &'a [u8; 4],
) -> impl Iterator<Item = u64> + 'a {
    let start = range.start;
    memmem::find_iter(slice_clamped(bytes, range), signature)
        .filter_map(move |at| start.checked_add(u64::try_from(at).ok()?))
}

/// Says whether a range holds zeros only.
pub(crate) fn is_zeros(bytes: &[u8], range: Range<u64>) -> bool {
    slice_clamped(bytes, range)
        .chunks(4096)
        .all(|chunk| chunk.iter().fold(0, |any, byte| any | byte) == 0)
}
