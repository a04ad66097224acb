use std::fmt;
use std::str::FromStr;

/// A number of bytes on the command line: `4096`, `64KiB`, `1GiB`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ByteSize(pub(crate) u64);

/// The units, largest first, so that a size is written with the largest that divides it.
const UNITS: [(&str, u32); 4] = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];

/// Why a text is no [`ByteSize`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NotASize {
    Form,
    TooLarge,
}

impl fmt::Display for NotASize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "expected a number of bytes such as 4096, 64KiB, 16MiB or 1GiB",
            Self::TooLarge => "more bytes than 64 bits can count",
        })
    }
}

impl std::error::Error for NotASize {}

impl FromStr for ByteSize {
    type Err = NotASize;

    fn from_str(text: &str) -> Result<Self, NotASize> {
        let (digits, shift) = UNITS
            .iter()
            .find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, *shift)))
            .unwrap_or((text, 0));
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotASize::Form);
        }
        let number: u64 = digits.parse().map_err(|_| NotASize::TooLarge)?;
        let factor = 1_u64.checked_shl(shift).ok_or(NotASize::TooLarge)?;
        number
            .checked_mul(factor)
            .map(Self)
            .ok_or(NotASize::TooLarge)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, shift) in UNITS {
            if self.0 != 0 && self.0.trailing_zeros() >= shift {
                return write!(f, "{}{unit}", self.0 >> shift);
            }
        }
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{ByteSize, NotASize};

    #[test]
    fn sizes_are_read_with_and_without_unit() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("64KiB", 64 << 10),
            ("16MiB", 16 << 20),
            ("1GiB", 1 << 30),
            ("2TiB", 2 << 40),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in [
            "", "KiB", "-1", "+1", "1.5GiB", "1 GiB", "1GB", "1g", "0x10", "ten",
        ] {
            assert_eq!(text.parse::<ByteSize>(), Err(NotASize::Form), "{text}");
        }
        for text in ["18446744073709551616", "16777216TiB"] {
            assert_eq!(text.parse::<ByteSize>(), Err(NotASize::TooLarge), "{text}");
        }
    }

    #[test]
    fn a_size_is_written_as_it_is_read() {
        for text in ["0", "1", "1000", "64KiB", "1536MiB", "1GiB", "3TiB"] {
            assert_eq!(text.parse::<ByteSize>().unwrap().to_string(), text);
        }
    }
}
