use crate::unpack::{Fault, Frame, Pump, Stop, Zstd};

use super::member::{Log, Member};

/// Reads one frame: RFC 8878. What a skippable frame holds is left to whoever asked for it to be there.
pub(super) fn member(packed: &[u8], pump: &mut Pump<'_>, log: &mut Log) -> Result<Member, Stop> {
    let frame = Frame::read(packed)
        .ok_or(Stop::fault(Fault::Corrupt, 0))?
        .map_err(|fault| Stop::fault(fault, 4))?;
    match frame {
        Frame::Skippable(length) => {
            if length > u64::try_from(packed.len()).unwrap_or(u64::MAX) {
                return Err(Stop::fault(Fault::CutOff, 4));
            }
            pump.skip(length)?;
            log.aside(8..length);
            Ok(Member::new(length))
        }
        Frame::Data { window, .. } => {
            pump.admit(window, 4)?;
            let mut zstd = Zstd::new(packed, frame).map_err(|fault| Stop::fault(fault, 4))?;
            match pump.run(&mut zstd, &mut |_| {}) {
                Ok(length) => Ok(Member::new(length)),
                // Everything came out, and the next frame begins where this one ends.
                Err(Stop::Fault {
                    fault: fault @ (Fault::Checksum | Fault::Size),
                    at,
                }) => {
                    log.say(fault, at);
                    Ok(Member::new(at))
                }
                Err(stop) => Err(stop),
            }
        }
    }
}
