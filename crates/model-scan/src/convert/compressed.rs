use std::ops::ControlFlow;

use super::place::Place;
use super::{Error, ErrorKind, Limits};
use crate::streams::Format;
use crate::unpack::{Budget, Meter, Pump};

/// Unpacks what is compressed as one stream, or several, up to its end.
pub(super) fn read<'a>(format: Format, bytes: &[u8], limits: &Limits) -> Result<Place<'a>, Error> {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let budget = Budget::new(length, &limits.unpack);
    let mut content = Vec::new();
    let mut receive = |chunk: &[u8]| {
        content.extend_from_slice(chunk);
        ControlFlow::Continue(())
    };
    let meter = Meter::new(&limits.unpack, &budget);
    let unpacked = format.unpack(bytes, &mut Pump::new(meter, &mut receive));
    if unpacked.stop.is_some() || !unpacked.log.faults.is_empty() || unpacked.log.dropped > 0 {
        return Err(Error::new(ErrorKind::Compressed, unpacked.end));
    }
    if unpacked.end != length || unpacked.parts.len() > 1 {
        // Readers differ in whether they go on behind the first stream.
        return Err(Error::new(ErrorKind::TrailingBytes, unpacked.end));
    }
    Ok(Place::held(content))
}
