use crate::unpack::{Fault, Lzma, Pump, Stop, lzma_dictionary};

use super::member::{Member, field};

/// Bytes of the header: properties, dictionary, size.
const HEADER: u64 = 13;

/// Reads one stream in the older format `.lzma`: no checksum, and a size that may be unknown.
pub(super) fn member(packed: &[u8], pump: &mut Pump<'_>) -> Result<Member, Stop> {
    let &[properties, d0, d1, d2, d3, s0, s1, s2, s3, s4, s5, s6, s7] =
        packed.first_chunk().ok_or(Stop::fault(Fault::CutOff, 0))?;
    let dictionary = u32::from_le_bytes([d0, d1, d2, d3]);
    let size = u64::from_le_bytes([s0, s1, s2, s3, s4, s5, s6, s7]);
    pump.admit(lzma_dictionary(dictionary), 1)?;
    pump.skip(HEADER)?;
    let size = (size != u64::MAX).then_some(size);
    let mut lzma = Lzma::one(field(packed, HEADER..), properties, dictionary, size)
        .map_err(|fault| Stop::fault(fault, 0))?;
    let used = pump
        .run(&mut lzma, &mut |_| {})
        .map_err(|stop| stop.behind(HEADER))?;
    Ok(Member::new(used.saturating_add(HEADER)))
}
