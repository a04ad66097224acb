use std::ops::Range;

/// Returns the bytes of a range, or `None` if it does not lie within `bytes`.
pub(super) fn slice(bytes: &[u8], range: Range<u64>) -> Option<&[u8]> {
    let start = usize::try_from(range.start).ok()?;
    let end = usize::try_from(range.end).ok()?;
    bytes.get(start..end)
}

/// Returns as much of a range as there is.
pub(crate) fn slice_clamped(bytes: &[u8], range: Range<u64>) -> &[u8] {
    let length = length(bytes);
    slice(bytes, range.start.min(length)..range.end.min(length)).unwrap_or_default()
}

/// Returns the length as the offsets of an archive count it.
pub(crate) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn array<const N: usize>(bytes: &[u8], at: u64) -> Option<[u8; N]> {
    let start = usize::try_from(at).ok()?;
    bytes.get(start..)?.first_chunk().copied()
}

pub(super) fn u16_at(bytes: &[u8], at: u64) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: u64) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: u64) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

/// Says whether four bytes stand at an offset.
pub(super) fn has(bytes: &[u8], at: u64, signature: [u8; 4]) -> bool {
    array(bytes, at) == Some(signature)
}

/// A record of fixed size, read field by field from its start.
pub(super) struct Record<'a> {
    bytes: &'a [u8],
    at: u64,
}

impl<'a> Record<'a> {
    pub(super) const fn new(bytes: &'a [u8], at: u64) -> Self {
        Self { bytes, at }
    }

    fn skip(&mut self, bytes: u64) -> u64 {
        let at = self.at;
        self.at = at.saturating_add(bytes);
        at
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        u16_at(self.bytes, self.skip(2))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        u32_at(self.bytes, self.skip(4))
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        u64_at(self.bytes, self.skip(8))
    }
}
