use alloc::format;
use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::Budget;
use super::{number, show, text};

/// `format(value, spec)`
pub(super) fn format(value: &Const, spec: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    if spec.is_empty() {
        return show::str(value, budget);
    }
    let spec = Spec::parse(spec)?;
    match value {
        Const::Str(text) => spec.text(text, budget),
        Const::Int(_) | Const::Bool(_) => spec.int(number::int(value)?, budget),
        _ => None,
    }
}

/// The parts of the format mini-language that are computed: no grouping, no explicit sign.
struct Spec<'a> {
    fill: &'a [u8],
    align: Option<u8>,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    kind: Option<u8>,
}

impl<'a> Spec<'a> {
    fn parse(mut spec: &'a [u8]) -> Option<Self> {
        let is_align = |byte: Option<&u8>| matches!(byte, Some(b'<' | b'>' | b'^' | b'='));
        let (_, unit) = text::first(spec)?;
        let (mut fill, mut align): (&[u8], _) = (b" ", None);
        if is_align(spec.get(unit)) {
            fill = spec.get(..unit)?;
            align = spec.get(unit).copied();
            spec = spec.get(unit.checked_add(1)?..)?;
        } else if is_align(spec.first()) {
            align = spec.first().copied();
            spec = spec.get(1..)?;
        }
        let alternate = take(&mut spec, b'#');
        let zero = take(&mut spec, b'0');
        let width = digits(&mut spec)?.unwrap_or(0);
        let precision = if take(&mut spec, b'.') {
            Some(digits(&mut spec)??)
        } else {
            None
        };
        let kind = match spec {
            [] => None,
            [kind] => Some(*kind),
            _ => return None,
        };
        Some(Self {
            fill,
            align,
            alternate,
            zero,
            width,
            precision,
            kind,
        })
    }

    fn text(&self, value: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
        // A zero before the width of text means another thing in each version of Python.
        if self.alternate || self.zero || !matches!(self.kind, None | Some(b's')) {
            return None;
        }
        let points = text::points(value, budget)?;
        let kept = points.len().min(self.precision.unwrap_or(usize::MAX));
        let value = text::collect(points.into_iter().take(kept), budget)?;
        let align = self.align.filter(|&align| align != b'=');
        if align.is_none() && self.align.is_some() {
            return None;
        }
        self.pad(&[], &value, kept, align.unwrap_or(b'<'), budget)
    }

    fn int(&self, value: i128, budget: &mut Budget) -> Option<Vec<u8>> {
        if self.precision.is_some() {
            return None;
        }
        let (base, mark): (u32, &[u8]) = match self.kind {
            None | Some(b'd') => (10, b""),
            Some(b'x') => (16, b"0x"),
            Some(b'X') => (16, b"0X"),
            Some(b'o') => (8, b"0o"),
            Some(b'b') => (2, b"0b"),
            Some(b'c') if !self.alternate && !self.zero => {
                let mut unit = Vec::new();
                text::push(&mut unit, u32::try_from(value).ok()?)?;
                return self.pad(&[], &unit, 1, self.align.unwrap_or(b'>'), budget);
            }
            _ => return None,
        };
        let mut digits = number::digits(value.unsigned_abs(), base)?;
        if self.kind == Some(b'X') {
            digits.make_ascii_uppercase();
        }
        let mut head = Vec::new();
        if value < 0 {
            head.push(b'-');
        }
        if self.alternate {
            head.extend(mark);
        }
        let align = self.align.unwrap_or(if self.zero { b'=' } else { b'>' });
        let count = head.len().checked_add(digits.len())?;
        if self.zero && self.align.is_none() {
            let zeros = Spec {
                fill: b"0",
                ..*self
            };
            return zeros.pad(&head, &digits, count, align, budget);
        }
        if self.zero {
            // The fill was given beside the zero: which one wins depends on the version.
            return None;
        }
        self.pad(&head, &digits, count, align, budget)
    }

    /// Puts `head` and `body`, `count` characters in all, into the width.
    fn pad(
        &self,
        head: &[u8],
        body: &[u8],
        count: usize,
        align: u8,
        budget: &mut Budget,
    ) -> Option<Vec<u8>> {
        let missing = self.width.saturating_sub(count);
        let (before, between, after) = match align {
            b'<' => (0, 0, missing),
            b'>' => (missing, 0, 0),
            b'=' => (0, missing, 0),
            b'^' => {
                let half = missing >> 1;
                (half, 0, missing.checked_sub(half)?)
            }
            _ => return None,
        };
        let room = missing.checked_mul(self.fill.len())?;
        budget.make(room.checked_add(head.len())?.checked_add(body.len())?)?;
        let mut out = self.fill.repeat(before);
        out.extend(head);
        out.extend(self.fill.repeat(between));
        out.extend(body);
        out.extend(self.fill.repeat(after));
        Some(out)
    }
}

fn take(spec: &mut &[u8], mark: u8) -> bool {
    match spec.split_first() {
        Some((first, rest)) if *first == mark => {
            *spec = rest;
            true
        }
        _ => false,
    }
}

/// A run of digits; the inner `None` where there are none.
fn digits(spec: &mut &[u8]) -> Option<Option<usize>> {
    let mut value = None;
    while let Some((digit @ b'0'..=b'9', rest)) = spec.split_first() {
        let digit = usize::from(digit & 0x0f);
        value = Some(
            value
                .unwrap_or(0_usize)
                .checked_mul(10)?
                .checked_add(digit)?,
        );
        *spec = rest;
    }
    Some(value)
}

/// The text of `value` in a base, with a mark before it: `hex`, `oct` and `bin`.
pub(super) fn marked(value: i128, base: u32, mark: &str) -> Option<Vec<u8>> {
    let sign = if value < 0 { "-" } else { "" };
    let mut out = format!("{sign}{mark}").into_bytes();
    out.extend(number::digits(value.unsigned_abs(), base)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: Const, spec: &str) -> Option<Vec<u8>> {
        format(&value, spec.as_bytes(), &mut Budget::default())
    }

    #[test]
    fn text_is_padded_and_cut() {
        let text = || Const::Str("sé".into());
        assert_eq!(shown(text(), "€^5.1s").unwrap(), "€€s€€".as_bytes());
        assert_eq!(shown(text(), "4").unwrap(), "sé  ".as_bytes());
        assert_eq!(shown(text(), "=4"), None);
        assert_eq!(shown(text(), "d"), None);
    }

    #[test]
    fn ints_are_written_in_their_base() {
        assert_eq!(shown(Const::Int(115), "c").unwrap(), b"s");
        assert_eq!(shown(Const::Int(-255), "#08X").unwrap(), b"-0X000FF");
        assert_eq!(shown(Const::Int(5), "*^4b").unwrap(), b"101*");
        assert_eq!(shown(Const::Bool(true), "d").unwrap(), b"1");
        assert_eq!(shown(Const::Int(5), "99999999999999999999"), None);
        assert_eq!(shown(Const::Int(5), "999999999"), None);
    }
}
