use core::fmt::{self, Write};

use super::{Buffer, Escaping, quote_for};

/// Writes a text that is given as code points, surrogates too, in quotes. They are gone through twice.
pub(crate) fn write_points<W: Write + ?Sized>(
    points: impl Iterator<Item = u32> + Clone,
    escaping: Escaping,
    out: &mut W,
) -> fmt::Result {
    let (mut single, mut double) = (false, false);
    for point in points.clone() {
        single |= point == u32::from(b'\'');
        double |= point == u32::from(b'"');
        if double {
            break;
        }
    }
    let quote = quote_for(single, double);
    let mut buffer = Buffer::new(out);
    buffer.plain(quote)?;
    for point in points {
        buffer.point(point, quote, escaping)?;
    }
    buffer.plain(quote)?;
    buffer.flush()
}
