use core::fmt::{self, Write};

/// Digits of the longest int that CPython 3.11 converts from or to decimal text
/// (`sys.int_info.default_max_str_digits`); for a longer one `int` and `repr` raise `ValueError`.
pub const MAX_DIGITS: usize = 4300;
/// Bytes of the longest int of so many digits: 10^4300 has 14,285 bits.
const MAX_BYTES: usize = 1786;
/// Decimal digits are made nine at a time.
const GROUP: u64 = 1_000_000_000;
const GROUP_DIGITS: usize = 9;
/// Groups of what [`MAX_BYTES`] bytes can hold, 4,302 digits.
const MAX_GROUPS: usize = 478;

/// An `int` of any length, in little-endian two's complement as LONG1 and LONG4 hold it.
#[derive(Clone, Copy, Debug)]
pub struct Int<'a> {
    negative: bool,
    /// Without the bytes at the end that only repeat the sign.
    bytes: &'a [u8],
    /// The place of the lowest byte that is not zero; the length if there is none.
    lowest: usize,
}

impl<'a> Int<'a> {
    /// Takes the bytes; none of them stand for 0.
    #[must_use]
    pub fn from_le_bytes(bytes: &'a [u8]) -> Self {
        let negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
        let sign = if negative { 0xff } else { 0 };
        let end = bytes.iter().rposition(|&byte| byte != sign);
        let end = end.map_or(0, |last| last.saturating_add(1));
        let bytes = bytes.get(..end).unwrap_or_default();
        let lowest = bytes.iter().position(|&byte| byte != 0);
        Self {
            negative,
            bytes,
            lowest: lowest.unwrap_or(bytes.len()),
        }
    }

    /// Returns the number to be displayed in decimal; `None` if it has more than [`MAX_DIGITS`] digits.
    #[must_use]
    pub fn decimal(&self) -> Option<Decimal> {
        if self.size() > MAX_BYTES {
            return None;
        }
        let mut decimal = Decimal {
            negative: self.negative,
            groups: [0; MAX_GROUPS],
            len: 0,
        };
        for word in (0..self.size().div_ceil(4)).rev() {
            let at = word.saturating_mul(4);
            let byte = |place: usize| self.byte(at.saturating_add(place));
            let word = u32::from_le_bytes([byte(0), byte(1), byte(2), byte(3)]);
            decimal.shift_in(word)?;
        }
        (decimal.digits() <= MAX_DIGITS).then_some(decimal)
    }

    /// Says whether there are at most [`MAX_DIGITS`] digits.
    #[must_use]
    pub fn fits_decimal(&self) -> bool {
        self.size() < MAX_BYTES || self.decimal().is_some()
    }

    /// Returns the number to be displayed as `hex` gives it: `-0xff`. There is no ceiling on its digits.
    #[must_use]
    pub const fn hexadecimal(&self) -> Hexadecimal<'a> {
        Hexadecimal(*self)
    }

    /// Bytes of the number without its sign.
    pub(crate) const fn size(&self) -> usize {
        let carry = self.negative && self.lowest == self.bytes.len();
        if carry {
            self.bytes.len().saturating_add(1)
        } else {
            self.bytes.len()
        }
    }

    /// One byte of the number without its sign, the lowest being byte 0.
    fn byte(&self, place: usize) -> u8 {
        let Some(&byte) = self.bytes.get(place) else {
            // The two's complement of 256^n has n zero bytes.
            return u8::from(place < self.size());
        };
        // -x is !x + 1: up to the lowest byte that is not zero there is a carry.
        if !self.negative || place < self.lowest {
            byte
        } else if place == self.lowest {
            byte.wrapping_neg()
        } else {
            !byte
        }
    }
}

/// An [`Int`] in decimal.
#[derive(Clone, Debug)]
pub struct Decimal {
    negative: bool,
    /// Nine digits each, the lowest first.
    groups: [u32; MAX_GROUPS],
    len: usize,
}

impl Decimal {
    /// Multiplies by 2^32 and adds.
    fn shift_in(&mut self, word: u32) -> Option<()> {
        let mut carry = u64::from(word);
        for group in self.groups.get_mut(..self.len)? {
            let value = (u64::from(*group) << 32).checked_add(carry)?;
            *group = u32::try_from(value % GROUP).ok()?;
            carry = value / GROUP;
        }
        while carry > 0 {
            *self.groups.get_mut(self.len)? = u32::try_from(carry % GROUP).ok()?;
            self.len = self.len.checked_add(1)?;
            carry /= GROUP;
        }
        Some(())
    }

    /// How many digits there are, the sign not counted.
    fn digits(&self) -> usize {
        let Some(lower) = self.len.checked_sub(1) else {
            return 1;
        };
        let top = self.groups.get(lower).and_then(|top| top.checked_ilog10());
        let top = top.and_then(|log| usize::try_from(log).ok());
        lower
            .saturating_mul(GROUP_DIGITS)
            .saturating_add(top.unwrap_or_default())
            .saturating_add(1)
    }

    /// Writes what `Display` does, through no vtable.
    pub(crate) fn write<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        let groups = self.groups.get(..self.len).unwrap_or_default();
        let Some((top, lower)) = groups.split_last() else {
            return out.write_char('0');
        };
        let sign = if self.negative { "-" } else { "" };
        write!(out, "{sign}{top}")?;
        for group in lower.iter().rev() {
            write!(out, "{group:09}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// An [`Int`] in base 16.
#[derive(Clone, Copy, Debug)]
pub struct Hexadecimal<'a>(Int<'a>);

impl fmt::Display for Hexadecimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.negative { "-0x" } else { "0x" })?;
        let Some(top) = self.0.size().checked_sub(1) else {
            return f.write_char('0');
        };
        write!(f, "{:x}", self.0.byte(top))?;
        for place in (0..top).rev() {
            write!(f, "{:02x}", self.0.byte(place))?;
        }
        Ok(())
    }
}

/// An `int` written in decimal, as INT, LONG, GET and PUT hold it: white space around it, a sign, zeros
/// before it and single underscores between digits are what Python's `int` takes. Displayed without them.
#[derive(Clone, Copy, Debug)]
pub struct IntText<'a> {
    negative: bool,
    /// From the first digit that is not zero, underscores too.
    digits: &'a [u8],
    written: usize,
}

impl<'a> IntText<'a> {
    /// Reads a number; `None` if `int` takes the text for none, however many digits it has.
    #[must_use]
    pub fn new(text: &'a [u8]) -> Option<Self> {
        let (negative, digits) = match trim(text) {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let mut written: usize = 0;
        let mut after_digit = false;
        for byte in digits {
            match byte {
                b'0'..=b'9' => {
                    after_digit = true;
                    written = written.saturating_add(1);
                }
                b'_' if after_digit => after_digit = false,
                _ => return None,
            }
        }
        let start = digits.iter().position(|byte| !matches!(byte, b'0' | b'_'));
        let start = start.unwrap_or(digits.len());
        after_digit.then_some(Self {
            negative,
            digits: digits.get(start..)?,
            written,
        })
    }

    /// Returns how many digits are written, zeros at the beginning too: Python refuses more than
    /// [`MAX_DIGITS`].
    #[must_use]
    pub const fn digits(&self) -> usize {
        self.written
    }

    /// Returns the number, if it is not negative and has at most 64 bits.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        if self.negative && !self.digits.is_empty() {
            return None;
        }
        let mut digits = self.digits.iter().filter(|&&byte| byte != b'_');
        digits.try_fold(0_u64, |value, &byte| {
            let digit = u64::from(byte.checked_sub(b'0')?);
            value.checked_mul(10)?.checked_add(digit)
        })
    }

    /// Writes what `Display` does, through no vtable.
    pub(crate) fn write<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        if self.digits.is_empty() {
            return out.write_char('0');
        }
        if self.negative {
            out.write_char('-')?;
        }
        for part in self.digits.split(|&byte| byte == b'_') {
            out.write_str(core::str::from_utf8(part).unwrap_or_default())?;
        }
        Ok(())
    }
}

impl fmt::Display for IntText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// Takes away what C's `isspace` says is white space, at both ends.
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    let is_space = |byte: u8| matches!(byte, b'\t'..=b'\r' | b' ');
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};
    use alloc::vec::Vec;

    use super::{Int, IntText, MAX_DIGITS};

    fn decimal(bytes: &[u8]) -> Option<String> {
        Int::from_le_bytes(bytes).decimal().map(|it| it.to_string())
    }

    #[test]
    fn ints_are_what_their_bytes_say() {
        for int in [
            0,
            1,
            -1,
            127,
            128,
            -128,
            -129,
            255,
            256,
            -255,
            -256,
            -257,
            65_536,
            -65_536,
            999_999_999,
            1_000_000_000,
            -1_000_000_000_000_000_000,
            i128::MAX,
            i128::MIN,
            1 << 64,
            -(1 << 64),
        ] {
            let bytes = int.to_le_bytes();
            assert_eq!(decimal(&bytes), Some(int.to_string()));
            let hex = Int::from_le_bytes(&bytes).hexadecimal().to_string();
            let sign = if int < 0 { "-" } else { "" };
            let wanted = [sign, "0x", &alloc::format!("{:x}", int.unsigned_abs())].concat();
            assert_eq!(hex, wanted);
        }
        assert_eq!(decimal(b""), Some("0".into()));
        assert_eq!(decimal(b"\xff"), Some("-1".into()));
        assert_eq!(decimal(b"\x00\xff"), Some("-256".into()));
        assert_eq!(decimal(&[0; 5000]), Some("0".into()));
        assert_eq!(decimal(&[0xff; 5000]), Some("-1".into()));
    }

    /// 10^4300 in little-endian bytes.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "ten times a byte and what is carried fits 32 bits"
    )]
    fn first_too_long() -> Vec<u8> {
        let mut bytes = alloc::vec![1_u8];
        for _ in 0..MAX_DIGITS {
            let mut carry: u32 = 0;
            for byte in &mut bytes {
                let value = u32::from(*byte) * 10 + carry;
                *byte = u8::try_from(value & 0xff).unwrap();
                carry = value >> 8;
            }
            if carry > 0 {
                bytes.push(u8::try_from(carry).unwrap());
            }
        }
        bytes.push(0);
        bytes
    }

    #[test]
    fn the_ceiling_on_digits_is_that_of_python() {
        let mut bytes = first_too_long();
        assert_eq!(decimal(&bytes), None);
        // One less: 4,300 nines.
        let mut place = 0;
        while bytes[place] == 0 {
            bytes[place] = 0xff;
            place += 1;
        }
        bytes[place] -= 1;
        assert_eq!(decimal(&bytes), Some("9".repeat(MAX_DIGITS)));
        assert_eq!(decimal(&[0x7f; 1786]), None);
        assert_eq!(decimal(&[0x7f; 1_000_000]), None);
        assert_eq!(decimal(&[0x80; 1_000_000]), None);
    }

    #[test]
    fn decimal_text_is_read_as_python_reads_it() {
        for (text, wanted) in [
            (&b"12"[..], "12"),
            (b" +007\t", "7"),
            (b"-0", "0"),
            (b"-0_0_1_2", "-12"),
            (b"\x0b1_000\n", "1000"),
        ] {
            assert_eq!(IntText::new(text).unwrap().to_string(), wanted);
        }
        for text in [
            &b""[..],
            b"-",
            b"_1",
            b"1_",
            b"1__2",
            b"- 1",
            b"0x1",
            b"1L",
            b"1\0",
            b"\x1c1",
        ] {
            assert!(IntText::new(text).is_none(), "{text:?}");
        }
        assert_eq!(IntText::new(b"-00").unwrap().to_u64(), Some(0));
        assert_eq!(IntText::new(b"-1").unwrap().to_u64(), None);
        assert_eq!(
            IntText::new(b"18446744073709551615").unwrap().to_u64(),
            Some(u64::MAX)
        );
        assert_eq!(
            IntText::new(b"18446744073709551616").unwrap().to_u64(),
            None
        );
        assert_eq!(IntText::new(b"0001").unwrap().digits(), 4);
    }
}
