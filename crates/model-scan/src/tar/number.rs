/// What readers take one numeric field for. `None` where a reader gives up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Number {
    /// GNU tar: blanks, octal digits up to a blank or NUL, or base 256 behind a byte 0x80 or 0xff.
    pub(super) gnu: Option<i128>,
    /// Python's `tarfile`: the text before a NUL, as `int(text, 8)` takes it, or base 256 as above.
    pub(super) python: Option<i128>,
    /// Readers that take the digits they find and look no further, and any high bit for base 256.
    pub(super) lenient: Option<i128>,
}

impl Number {
    pub(super) fn read(field: &[u8]) -> Self {
        Self {
            gnu: gnu(field),
            python: python(field),
            lenient: lenient(field),
        }
    }

    /// Says whether all readers take it for the same number.
    pub(super) fn is_agreed(&self) -> bool {
        self.gnu.is_some() && self.gnu == self.python && self.gnu == self.lenient
    }

    /// Returns the readings as sizes, the commonest first; equal ones may repeat.
    pub(super) fn sizes(&self) -> impl Iterator<Item = u64> {
        [self.gnu, self.python, self.lenient]
            .into_iter()
            .flatten()
            .filter_map(|number| u64::try_from(number).ok())
    }
}

fn gnu(field: &[u8]) -> Option<i128> {
    let field = field.strip_prefix(b"\0").unwrap_or(field);
    let start = field.iter().position(|byte| !is_blank(*byte))?;
    let field = field.get(start..)?;
    let (value, rest) = match field {
        [b'0'..=b'7', ..] => octal(field)?,
        [0x80 | 0xff, rest @ ..] => (base_256(field)?, rest.get(rest.len()..)?),
        _ => (0, field),
    };
    match rest.first() {
        Some(byte) if *byte != 0 && !is_blank(*byte) => None,
        _ => Some(value),
    }
}

fn python(field: &[u8]) -> Option<i128> {
    if matches!(field.first(), Some(0x80 | 0xff)) {
        return base_256(field);
    }
    let text = field.split(|byte| *byte == 0).next()?;
    let text = text.trim_ascii();
    if text.is_empty() {
        return Some(0);
    }
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (prefixed, digits) = match text {
        [b'0', b'o' | b'O', rest @ ..] => (true, rest.strip_prefix(b"_").unwrap_or(rest)),
        _ => (false, text),
    };
    // Single underscores may stand between digits.
    let well_formed = digits
        .split(|byte| *byte == b'_')
        .all(|run| !run.is_empty() && run.iter().all(|digit| matches!(digit, b'0'..=b'7')));
    if !well_formed || (digits.is_empty() && !prefixed) {
        return None;
    }
    let value = digits
        .iter()
        .filter(|digit| **digit != b'_')
        .try_fold(0_i128, |value, digit| {
            shifted(value, 3, digit.checked_sub(b'0')?)
        })?;
    Some(if negative {
        value.checked_neg()?
    } else {
        value
    })
}

fn lenient(field: &[u8]) -> Option<i128> {
    if field.first()? & 0x80 != 0 {
        return base_256_of_7_bits(field);
    }
    let start = field
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let field = field.get(start..)?;
    let (negative, field) = match field.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, field),
    };
    let (value, _) = octal(field)?;
    Some(if negative {
        value.checked_neg()?
    } else {
        value
    })
}

/// Reads octal digits. Returns the bytes behind them too.
fn octal(field: &[u8]) -> Option<(i128, &[u8])> {
    let digits = field
        .iter()
        .take_while(|byte| matches!(byte, b'0'..=b'7'))
        .count();
    let (digits, rest) = field.split_at_checked(digits)?;
    let value = digits.iter().try_fold(0_i128, |value, digit| {
        shifted(value, 3, digit.checked_sub(b'0')?)
    })?;
    Some((value, rest))
}

/// A sign byte, 0x80 or 0xff, and a number in two's complement.
fn base_256(field: &[u8]) -> Option<i128> {
    let (sign, digits) = field.split_first()?;
    let start = if *sign == 0xff { -1 } else { 0 };
    digits
        .iter()
        .try_fold(start, |value, digit| shifted(value, 8, *digit))
}

/// The first byte without its mark belongs to the number.
fn base_256_of_7_bits(field: &[u8]) -> Option<i128> {
    let (first, digits) = field.split_first()?;
    let start = i128::from(first & 0x3f);
    let start = if first & 0x40 != 0 {
        start.checked_sub(0x40)?
    } else {
        start
    };
    digits
        .iter()
        .try_fold(start, |value, digit| shifted(value, 8, *digit))
}

fn shifted(value: i128, bits: u32, digit: u8) -> Option<i128> {
    value
        .checked_mul(1_i128.checked_shl(bits)?)?
        .checked_add(i128::from(digit))
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::Number;

    fn read(field: &[u8]) -> (Option<i128>, Option<i128>, Option<i128>) {
        let number = Number::read(field);
        (number.gnu, number.python, number.lenient)
    }

    #[test]
    fn what_writers_write_is_agreed_on() {
        for field in [
            &b"00000000017\0"[..],
            b"         17 ",
            b"000000000017",
            b"\x80\0\0\0\0\0\0\0\0\0\0\x0f",
        ] {
            let number = Number::read(field);
            assert!(number.is_agreed(), "{}", field.escape_ascii());
            assert_eq!(number.gnu, Some(15));
        }
        assert_eq!(read(b"\0\0\0\0"), (Some(0), Some(0), Some(0)));
        assert_eq!(read(b"\xff\xff\xff\xfe"), (Some(-2), Some(-2), Some(-2)));
    }

    #[test]
    fn readers_part_over_everything_else() {
        assert_eq!(read(b"17x\0"), (None, None, Some(15)));
        assert_eq!(read(b"1_7\0"), (None, Some(15), Some(1)));
        assert_eq!(read(b"0o17\0"), (None, Some(15), Some(0)));
        assert_eq!(read(b"-17\0"), (None, Some(-15), Some(-15)));
        assert_eq!(read(b"+17\0"), (None, Some(15), Some(0)));
        assert_eq!(read(b"17 9\0"), (Some(15), None, Some(15)));
        assert_eq!(read(b"    "), (None, Some(0), Some(0)));
        assert_eq!(read(b"\x81\0\0\x01"), (None, None, Some((1 << 24) + 1)));
        assert_eq!(read(b"\x0017\0"), (Some(15), Some(0), Some(0)));
    }
}
