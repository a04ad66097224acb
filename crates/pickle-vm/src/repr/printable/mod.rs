mod table;

use table::CHANGES;

/// Says whether Python's `str.isprintable` holds for a code point, by Unicode 14.0 as CPython 3.11 knows it.
///
/// Surrogates, unassigned and private code points are not printable, nor is anything past U+10FFFF.
#[must_use]
pub fn is_printable(point: u32) -> bool {
    if point < 0x7f {
        return point >= 0x20;
    }
    let changes = CHANGES.partition_point(|&change| change <= point);
    !changes.is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::{CHANGES, is_printable};

    #[test]
    fn changes_are_in_order_and_nothing_is_printable_past_the_last() {
        assert!(CHANGES.is_sorted());
        assert!(CHANGES.len().is_multiple_of(2));
        assert!(!is_printable(u32::MAX));
    }

    #[test]
    fn ascii_is_what_it_is() {
        for point in 0..0x80_u8 {
            let shown = point == b' ' || point.is_ascii_graphic();
            assert_eq!(is_printable(point.into()), shown, "{point:#x}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_not_printable() {
        for point in [
            0x85, 0xa0, 0xad, 0x200b, 0x2028, 0x202e, 0xd800, 0xdfff, 0xe000, 0xfeff, 0xffff,
        ] {
            assert!(!is_printable(point), "{point:#x}");
        }
        for point in [0xa1, 0xe9, 0x20ac, 0x6a21, 0x1f389] {
            assert!(is_printable(point), "{point:#x}");
        }
    }
}
