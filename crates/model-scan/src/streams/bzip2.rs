use crate::unpack::{Bzip2, Fault, Pump, Stop};

use super::member::Member;

/// What a stream ends with, and an empty one has right behind its header, with the checksum of nothing.
const EMPTY: &[u8] = b"\x17\x72\x45\x38\x50\x90\0\0\0\0";

/// Reads one stream. The decoder compares the checksum of each block and that of all.
pub(super) fn member(packed: &[u8], pump: &mut Pump<'_>) -> Result<Member, Stop> {
    if !begins(packed) {
        return Err(Stop::fault(Fault::Corrupt, 0));
    }
    // Nothing needs no decoder, which would be made for it.
    if packed.get(4..).is_some_and(|rest| rest.starts_with(EMPTY)) {
        pump.skip(14)?;
        return Ok(Member::new(14));
    }
    Ok(Member::new(pump.run(&mut Bzip2::new(packed), &mut |_| {})?))
}

/// Says whether a stream begins: the mark and a level, which is the size of its blocks.
pub(super) fn begins(packed: &[u8]) -> bool {
    matches!(packed, [b'B', b'Z', b'h', b'1'..=b'9', ..])
}
