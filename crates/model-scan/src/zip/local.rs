use super::extra::Extra;
use super::raw::{Record, has, slice, u32_at, u64_at};

pub(super) const LOCAL: [u8; 4] = *b"PK\x03\x04";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
const LOCAL_BYTES: u64 = 30;

/// What the header before a member's data says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Local<'a> {
    pub(super) at: u64,
    /// The first byte of the data.
    pub(super) data: u64,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) name: &'a [u8],
    /// Whether its sizes are of 64 bits, and so those of the descriptor.
    pub(super) zip64: bool,
}

impl<'a> Local<'a> {
    /// Reads the header at an offset.
    pub(super) fn read(bytes: &'a [u8], at: u64) -> Option<Self> {
        if !has(bytes, at, LOCAL) {
            return None;
        }
        let mut record = Record::new(bytes, at.saturating_add(6));
        let flags = record.u16()?;
        let method = record.u16()?;
        let _time = record.u32()?;
        let crc = record.u32()?;
        let mut compressed = u64::from(record.u32()?);
        let mut size = u64::from(record.u32()?);
        let name_at = at.saturating_add(LOCAL_BYTES);
        let extra_at = name_at.saturating_add(u64::from(record.u16()?));
        let data = extra_at.saturating_add(u64::from(record.u16()?));
        let name = slice(bytes, name_at..extra_at)?;
        let extra = Extra::read(slice(bytes, extra_at..data)?, name);
        let mut wide = Record::new(extra.zip64.unwrap_or_default(), 0);
        for field in [&mut size, &mut compressed] {
            if *field == u64::from(u32::MAX)
                && let Some(value) = wide.u64()
            {
                *field = value;
            }
        }
        Some(Self {
            at,
            data,
            flags,
            method,
            crc,
            compressed,
            size,
            name,
            zip64: extra.zip64.is_some(),
        })
    }

    /// Says whether checksum and sizes follow the data.
    pub(super) const fn has_descriptor(&self) -> bool {
        self.flags & super::member::FLAG_DESCRIPTOR != 0
    }
}

/// What stands behind a member's data where a descriptor is announced.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Descriptor {
    /// One that agrees, of so many bytes.
    Agrees(u64),
    /// One with a signature that states something else, of so many bytes.
    Differs(u64),
    /// None that could be told from other bytes.
    Missing,
}

/// Reads the descriptor at an offset: with or without signature, with sizes of 32 or 64 bits.
pub(super) fn descriptor(
    bytes: &[u8],
    at: u64,
    (crc, compressed, size): (u32, u64, u64),
    zip64: bool,
) -> Descriptor {
    let signed = has(bytes, at, DESCRIPTOR);
    let starts = [signed.then(|| at.saturating_add(4)), Some(at)];
    for start in starts.into_iter().flatten() {
        if u32_at(bytes, start) != Some(crc) {
            continue;
        }
        let sizes = start.saturating_add(4);
        let skipped = sizes.saturating_sub(at);
        if u64_at(bytes, sizes) == Some(compressed)
            && u64_at(bytes, sizes.saturating_add(8)) == Some(size)
        {
            return Descriptor::Agrees(skipped.saturating_add(16));
        }
        if u32_at(bytes, sizes).map(u64::from) == Some(compressed)
            && u32_at(bytes, sizes.saturating_add(4)).map(u64::from) == Some(size)
        {
            return Descriptor::Agrees(skipped.saturating_add(8));
        }
    }
    match (signed, zip64) {
        (true, true) => Descriptor::Differs(24),
        (true, false) => Descriptor::Differs(16),
        (false, _) => Descriptor::Missing,
    }
}

/// Finds the end of stored data whose size only a signed descriptor tells.
pub(super) fn stored_end(bytes: &[u8], start: u64, limit: u64) -> u64 {
    let data = super::raw::slice_clamped(bytes, start..limit);
    for distance in memchr::memmem::find_iter(data, &DESCRIPTOR) {
        let Ok(distance) = u64::try_from(distance) else {
            break;
        };
        let sizes = start.saturating_add(distance).saturating_add(8);
        if u32_at(bytes, sizes).map(u64::from) == Some(distance) {
            return start.saturating_add(distance);
        }
    }
    limit
}

#[cfg(test)]
mod tests {
    use super::{Descriptor, descriptor};

    fn read(bytes: &[u8]) -> Descriptor {
        descriptor(bytes, 0, (7, 5, 9), false)
    }

    #[test]
    fn descriptors_of_all_four_forms_are_recognised() {
        assert_eq!(
            read(b"PK\x07\x08\x07\0\0\0\x05\0\0\0\x09\0\0\0"),
            Descriptor::Agrees(16)
        );
        assert_eq!(
            read(b"\x07\0\0\0\x05\0\0\0\x09\0\0\0"),
            Descriptor::Agrees(12)
        );
        assert_eq!(
            read(b"PK\x07\x08\x07\0\0\0\x05\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0"),
            Descriptor::Agrees(24)
        );
        assert_eq!(
            read(b"\x07\0\0\0\x05\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0"),
            Descriptor::Agrees(20)
        );
    }

    #[test]
    fn a_descriptor_that_states_something_else_is_told_from_none() {
        assert_eq!(
            read(b"PK\x07\x08\x08\0\0\0\x05\0\0\0\x09\0\0\0"),
            Descriptor::Differs(16)
        );
        assert_eq!(read(b"PK\x03\x04"), Descriptor::Missing);
    }
}
