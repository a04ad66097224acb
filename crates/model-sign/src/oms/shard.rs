//! The suffix `:<start>:<end>` of a shard's name.

use std::ops::Range;

/// Splits a shard's name at its last two colons into the file's name and the range of bytes.
///
/// Offsets are decimal digits of ASCII as a writer makes them: no sign, no space, no leading zero.
pub(super) fn split(name: &str) -> Option<(&str, Range<u64>)> {
    let (rest, end) = name.rsplit_once(':')?;
    let (path, start) = rest.rsplit_once(':')?;
    Some((path, decimal(start)?..decimal(end)?))
}

/// Reads a number that is written in the one way that a number has.
pub(super) fn decimal(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let leading = digits.len() > 1 && digits.starts_with('0');
    if !plain || leading {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{decimal, split};

    #[test]
    fn the_last_two_colons_count() {
        assert_eq!(split("w:0:10"), Some(("w", 0..10)));
        assert_eq!(split("we:ird:0:10:20"), Some(("we:ird:0", 10..20)));
        assert_eq!(split(":0:1"), Some(("", 0..1)));
        for name in ["w", "w:0", "w:0:", "w::1", "w:a:1", "w:0:1 ", "w:0:-1"] {
            assert_eq!(split(name), None, "{name}");
        }
    }

    #[test]
    fn an_offset_has_one_spelling() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for text in [
            "",
            "+1",
            "-1",
            "1_0",
            "01",
            "00",
            " 1",
            "1 ",
            "１",
            "0x1",
            "1.0",
            "1e3",
            "٣",
            "18446744073709551616",
            "1000000000000000000000000000000",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
