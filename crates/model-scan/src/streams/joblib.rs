use crate::unpack::{Fault, Pump, Stop};

use super::member::{Log, Member, field};
use super::zlib;

/// Characters of the length behind the mark: as many as `hex(2 ** 64)` has.
const WIDTH: usize = 19;

/// Reads what joblib wrote before 0.10: `ZF`, the length of the content in hexadecimal, filled up with
/// spaces, and a zlib stream.
///
/// joblib's reader passes over one more space, which was written with Python 2, and refuses a content of
/// another length once it is inflated.
pub(super) fn member(packed: &[u8], pump: &mut Pump<'_>, log: &mut Log) -> Result<Member, Stop> {
    let at = data(packed).ok_or(Stop::fault(Fault::Corrupt, 2))?;
    let stated = length(packed.get(2..at).unwrap_or_default());
    let at = u64::try_from(at).unwrap_or(u64::MAX);
    pump.skip(at)?;
    let before = pump.meter().produced();
    let mut inner = Log::default();
    let member = zlib::member(field(packed, at..), pump, &mut inner);
    log.add_behind(inner, at);
    let member = member.map_err(|stop| stop.behind(at))?;
    if stated != Some(pump.meter().produced().saturating_sub(before)) {
        log.say(Fault::Size, 2);
    }
    Ok(Member::new(member.length.saturating_add(at)))
}

/// Where the zlib stream begins.
pub(crate) fn data(packed: &[u8]) -> Option<usize> {
    let at = WIDTH.saturating_add(2);
    let at = match packed.get(at) {
        Some(b' ') => at.saturating_add(1),
        _ => at,
    };
    let header = packed.get(at..)?.first_chunk()?;
    let [method, _] = *header;
    let plausible =
        method & 0x0f == 8 && method >> 4 <= 7 && u16::from_be_bytes(*header).is_multiple_of(31);
    (packed.starts_with(b"ZF") && plausible).then_some(at)
}

/// The stated length, as Python's `int(text, 16)` reads it where joblib wrote it.
fn length(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .unwrap_or(text);
    u64::from_str_radix(digits.strip_suffix('L').unwrap_or(digits), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::{data, length};

    #[test]
    fn the_length_is_read_in_both_widths() {
        assert_eq!(length(b"0x1f               "), Some(31));
        assert_eq!(length(b"0x1fL              "), Some(31));
        assert_eq!(length(b"0xzz"), None);
        assert_eq!(data(b"ZF0x1f               \x78\x9c"), Some(21));
        assert_eq!(data(b"ZF0x1f                \x78\x9c"), Some(22));
        assert_eq!(data(b"ZF0x1f\x78\x9c"), None);
    }
}
