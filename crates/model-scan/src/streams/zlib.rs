use adler2::Adler32;

use crate::unpack::{Deflate, Fault, Pump, Stop};

use super::member::{Log, Member, field};

/// Reads one stream: RFC 1950. The checksum behind it is compared.
pub(super) fn member(packed: &[u8], pump: &mut Pump<'_>, log: &mut Log) -> Result<Member, Stop> {
    let &[method, flags] = packed.first_chunk().ok_or(Stop::fault(Fault::CutOff, 0))?;
    if method & 0x0f != 8
        || method >> 4 > 7
        || !u16::from_be_bytes([method, flags]).is_multiple_of(31)
    {
        return Err(Stop::fault(Fault::Corrupt, 0));
    }
    if flags & 0b10_0000 != 0 {
        let unread = Fault::Unread("the stream needs a dictionary that is not in it");
        return Err(Stop::fault(unread, 2));
    }
    pump.skip(2)?;
    let mut adler = Adler32::new();
    let mut deflate = Deflate::new(field(packed, 2..));
    let used = pump
        .run(&mut deflate, &mut |chunk| adler.write_slice(chunk))
        .map_err(|stop| stop.behind(2))?;
    let end = used.saturating_add(2);
    let stated: &[u8; 4] = field(packed, end..)
        .first_chunk()
        .ok_or(Stop::fault(Fault::CutOff, end))?;
    if u32::from_be_bytes(*stated) != adler.checksum() {
        log.say(Fault::Checksum, end);
    }
    pump.skip(4)?;
    Ok(Member::new(end.saturating_add(4)))
}
