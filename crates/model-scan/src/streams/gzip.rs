use crate::unpack::{Deflate, Fault, Pump, Stop};

use super::member::{Log, Member, field};

/// A name in a header that is longer than this is cut.
const NAME: usize = 4096;

/// Bytes of a header without extra field, name and comment.
const FIXED: u64 = 10;

const HEADER_CHECKSUM: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const ORIGINAL_NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// Reads one member: RFC 1952.
///
/// Python's `gzip` skips reserved flags and the checksum of the header, zlib refuses both.
pub(super) fn member(packed: &[u8], pump: &mut Pump<'_>, log: &mut Log) -> Result<Member, Stop> {
    let mut header = Header { packed, at: 0 };
    let name = match header.read(log) {
        Ok(name) => name,
        Err(fault) => return Err(Stop::fault(fault, header.at)),
    };
    pump.skip(header.at)?;
    if header.at > FIXED {
        log.aside(FIXED..header.at);
    }
    let mut crc = crc32fast::Hasher::new();
    let mut size: u32 = 0;
    let mut deflate = Deflate::new(field(packed, header.at..));
    let used = pump
        .run(&mut deflate, &mut |chunk| {
            crc.update(chunk);
            // The size is stated modulo 2^32.
            for_size(&mut size, chunk.len());
        })
        .map_err(|stop| stop.behind(header.at))?;
    let end = header.at.saturating_add(used);
    let trailer: &[u8; 8] = field(packed, end..)
        .first_chunk()
        .ok_or(Stop::fault(Fault::CutOff, end))?;
    let [c0, c1, c2, c3, s0, s1, s2, s3] = *trailer;
    if u32::from_le_bytes([c0, c1, c2, c3]) != crc.finalize() {
        log.say(Fault::Checksum, end);
    }
    if u32::from_le_bytes([s0, s1, s2, s3]) != size {
        log.say(Fault::Size, end.saturating_add(4));
    }
    pump.skip(8)?;
    Ok(Member {
        length: end.saturating_add(8),
        name,
    })
}

fn for_size(size: &mut u32, more: usize) {
    // A chunk is far shorter than 2^32.
    *size = size.wrapping_add(u32::try_from(more).unwrap_or_default());
}

/// The header, read field by field.
struct Header<'a> {
    packed: &'a [u8],
    at: u64,
}

impl<'a> Header<'a> {
    fn read(&mut self, log: &mut Log) -> Result<Option<Vec<u8>>, Fault> {
        let &[_, _, method, flags, ..] = self.take::<10>()?;
        if method != 8 {
            self.at = 2;
            return Err(Fault::Unread("the method is not DEFLATE"));
        }
        if flags & RESERVED != 0 {
            log.note(
                "a reserved flag of the header is set, which zlib refuses",
                3,
            );
        }
        if flags & EXTRA != 0 {
            let length = u64::from(u16::from_le_bytes(*self.take()?));
            self.skip(length)?;
        }
        let mut name = None;
        if flags & ORIGINAL_NAME != 0 {
            let text = self.text()?;
            name = Some(text.get(..NAME).unwrap_or(text).to_vec());
        }
        if flags & COMMENT != 0 {
            self.text()?;
        }
        if flags & HEADER_CHECKSUM != 0 {
            let read = usize::try_from(self.at).unwrap_or(usize::MAX);
            let crc = crc32fast::hash(self.packed.get(..read).unwrap_or_default());
            let place = self.at;
            let stated = u16::from_le_bytes(*self.take()?);
            let [low, high, ..] = crc.to_le_bytes();
            if stated != u16::from_le_bytes([low, high]) {
                log.note(
                    "the checksum of the header does not hold, which zlib refuses",
                    place,
                );
            }
        }
        Ok(name)
    }

    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], Fault> {
        let taken = field(self.packed, self.at..)
            .first_chunk()
            .ok_or(Fault::CutOff)?;
        self.skip(u64::try_from(N).unwrap_or(u64::MAX))?;
        Ok(taken)
    }

    fn skip(&mut self, bytes: u64) -> Result<(), Fault> {
        let end = self.at.saturating_add(bytes);
        if end > u64::try_from(self.packed.len()).unwrap_or(u64::MAX) {
            return Err(Fault::CutOff);
        }
        self.at = end;
        Ok(())
    }

    /// Text up to a zero byte, which is left out.
    fn text(&mut self) -> Result<&'a [u8], Fault> {
        let rest = field(self.packed, self.at..);
        let end = memchr::memchr(0, rest).ok_or(Fault::CutOff)?;
        self.skip(u64::try_from(end).unwrap_or(u64::MAX).saturating_add(1))?;
        Ok(rest.get(..end).unwrap_or_default())
    }
}
