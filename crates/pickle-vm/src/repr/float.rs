use core::fmt::{self, Write};

/// A `float`, displayed as `repr` gives it: the shortest digits that read back as the same number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Float(f64);

/// Bytes of the longest form of `{:e}`: a sign, 17 digits, a point, `e-308`.
const LONGEST: usize = 32;

impl Float {
    /// Takes the number.
    #[must_use]
    pub const fn new(float: f64) -> Self {
        Self(float)
    }

    /// Writes what `Display` does, through no vtable.
    pub(crate) fn write<W: Write + ?Sized>(self, out: &mut W) -> fmt::Result {
        if self.0.is_nan() {
            return out.write_str("nan");
        }
        if self.0.is_infinite() {
            return out.write_str(if self.0 > 0.0 { "inf" } else { "-inf" });
        }
        if let Some((whole, thousandths)) = self.thousandths() {
            let sign = if self.0.is_sign_negative() { "-" } else { "" };
            let (part, width) = match thousandths {
                0 => (0, 1),
                _ if thousandths % 100 == 0 => (thousandths / 100, 1),
                _ if thousandths % 10 == 0 => (thousandths / 10, 2),
                _ => (thousandths, 3),
            };
            return write!(out, "{sign}{whole}.{part:0width$}");
        }
        // `-1.25e-7`
        let mut form = Form::default();
        write!(form, "{:e}", self.0)?;
        let (mut mantissa, mut exponent) = form.parts()?;
        let mut even = Form::default();
        let decimals = mantissa
            .rsplit('.')
            .next()
            .filter(|_| mantissa.contains('.'));
        let decimals = decimals.map_or(0, str::len);
        if self.is_halfway(decimals, exponent) {
            write!(even, "{:.decimals$e}", self.0)?;
            if even.text().parse() == Ok(self.0) {
                (mantissa, exponent) = even.parts()?;
            }
        }
        let (sign, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", mantissa),
        };
        let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        out.write_str(sign)?;
        match exponent {
            -4..0 => {
                out.write_str("0.")?;
                for _ in 1..exponent.unsigned_abs() {
                    out.write_char('0')?;
                }
                out.write_str(first)?;
                out.write_str(rest)
            }
            0..16 => {
                out.write_str(first)?;
                let whole = usize::try_from(exponent).map_err(|_| fmt::Error)?;
                match rest.split_at_checked(whole) {
                    Some((whole, "")) => {
                        out.write_str(whole)?;
                        out.write_str(".0")
                    }
                    Some((whole, part)) => {
                        out.write_str(whole)?;
                        out.write_char('.')?;
                        out.write_str(part)
                    }
                    None => {
                        out.write_str(rest)?;
                        for _ in rest.len()..whole {
                            out.write_char('0')?;
                        }
                        out.write_str(".0")
                    }
                }
            }
            _ => {
                out.write_str(first)?;
                if !rest.is_empty() {
                    out.write_char('.')?;
                    out.write_str(rest)?;
                }
                let sign = if exponent < 0 { '-' } else { '+' };
                write!(out, "e{sign}{:02}", exponent.unsigned_abs())
            }
        }
    }
}

impl Float {
    /// The whole and the thousandths of a number that has nothing behind them and at most 15 digits, without
    /// its sign: no other number of so few digits is the same double, so these are the shortest.
    #[inline]
    pub(crate) fn thousandths(self) -> Option<(u64, u64)> {
        let bits = self.0.to_bits();
        if bits << 1 == 0 {
            return Some((0, 0));
        }
        let raw = u32::try_from((bits >> 52) & 0x7ff).ok()?;
        let mantissa = (bits & 0x000f_ffff_ffff_ffff) | (1 << 52);
        // The number is the mantissa divided by 2^behind; eighths of it are thousandths.
        let behind = 1075_u32.checked_sub(raw).filter(|_| raw > 0)?;
        let cut = behind.checked_sub(3).filter(|&cut| cut < 64)?;
        let eighths = mantissa >> cut;
        if eighths << cut != mantissa || eighths >> 3 >= 1_000_000_000_000 {
            return None;
        }
        Some((eighths >> 3, (eighths & 7).saturating_mul(125)))
    }

    /// Says whether the number lies exactly in the middle of two that have so many decimals before a power
    /// of ten: Python takes the one with the even digit then, Rust the larger one.
    ///
    /// A number with `n` bits behind the point has `n` decimals, and the last one is a five.
    fn is_halfway(self, decimals: usize, exponent: i32) -> bool {
        let bits = self.0.to_bits();
        let Ok(raw) = i32::try_from((bits >> 52) & 0x7ff) else {
            return false;
        };
        let fraction = bits & 0x000f_ffff_ffff_ffff;
        // Numbers without the implicit bit have hundreds of decimals.
        let zeros = (fraction | (1 << 52)).trailing_zeros();
        let written = i32::try_from(decimals).unwrap_or(i32::MAX);
        let behind = 1075_i32.saturating_sub(raw).saturating_sub_unsigned(zeros);
        behind == written.saturating_sub(exponent).saturating_add(1)
    }
}

impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// Room for one number.
#[derive(Default)]
struct Form {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Form {
    /// What stands before the `e`, and the number behind it.
    fn parts(&self) -> Result<(&str, i32), fmt::Error> {
        let (mantissa, exponent) = self.text().split_once('e').ok_or(fmt::Error)?;
        Ok((mantissa, exponent.parse().map_err(|_| fmt::Error)?))
    }

    fn text(&self) -> &str {
        let written = self.bytes.get(..self.len).unwrap_or_default();
        core::str::from_utf8(written).unwrap_or_default()
    }
}

impl Write for Form {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len.saturating_add(text.len());
        let room = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::Float;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (float, wanted) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.25, "-1.25"),
            (0.1, "0.1"),
            (123456.789, "123456.789"),
            (100.0, "100.0"),
            (0.0001, "0.0001"),
            (0.00012, "0.00012"),
            (0.00001, "1e-05"),
            (1.25e-7, "1.25e-07"),
            (1e15, "1000000000000000.0"),
            (9007199254740993.0, "9007199254740992.0"),
            (1_780_059_086_805_761.0 / 8.0, "222507385850720.12"),
            (1_780_059_086_805_763.0 / 8.0, "222507385850720.38"),
            (-1_780_059_086_805_761.0 / 8.0, "-222507385850720.12"),
            (1e16, "1e+16"),
            (1.5e22, "1.5e+22"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
        ] {
            assert_eq!(Float::new(float).to_string(), wanted);
        }
    }
}
