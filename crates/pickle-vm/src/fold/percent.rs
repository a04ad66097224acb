use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::Budget;
use super::kind::Kind;
use super::{index, number, show, text};

/// `template % args`
pub(super) fn format(
    kind: Kind,
    template: &[u8],
    args: &Const,
    budget: &mut Budget,
) -> Option<Const> {
    budget.look(template.len())?;
    let mut values = match args {
        Const::Tuple(items) => Values::Many(items),
        one => Values::One(one),
    };
    let mut out = Vec::new();
    let mut rest = template;
    let mut named = false;
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            budget.make(1)?;
            out.push(byte);
            rest = after;
            continue;
        }
        rest = after;
        let mut looked_up = None;
        if let Some((b'(', after)) = rest.split_first() {
            let end =
                memchr::memchr2(b'(', b')', after).filter(|&end| after.get(end) == Some(&b')'))?;
            let Const::Dict(pairs) = args else {
                return None;
            };
            let name = kind_of_key(kind).wrap(after.get(..end)?.to_vec());
            looked_up = Some(index::find(pairs, &name, budget)??);
            rest = after.get(end.checked_add(1)?..)?;
            named = true;
        }
        let directive = Directive::parse(&mut rest)?;
        if directive.conversion == b'%' {
            // Flags before a second percent sign are read differently by text and bytes.
            if directive.is_plain() {
                budget.make(1)?;
                out.push(b'%');
                continue;
            }
            return None;
        }
        let value = match &looked_up {
            Some(value) => value,
            None if named => return None,
            None => values.next()?,
        };
        out.extend(directive.show(kind, value, budget)?);
    }
    (named || values.is_done(kind)).then(|| kind.wrap(out))
}

fn kind_of_key(kind: Kind) -> Kind {
    if kind == Kind::Text {
        Kind::Text
    } else {
        Kind::Bytes
    }
}

enum Values<'a> {
    Many(&'a [Const]),
    One(&'a Const),
    None,
}

impl<'a> Values<'a> {
    fn next(&mut self) -> Option<&'a Const> {
        match *self {
            Self::Many(items) => {
                let (first, rest) = items.split_first()?;
                *self = Self::Many(rest);
                Some(first)
            }
            Self::One(value) => {
                *self = Self::None;
                Some(value)
            }
            Self::None => None,
        }
    }

    /// Whether nothing is left over that Python would complain about: it lets mappings be.
    fn is_done(&self, kind: Kind) -> bool {
        match self {
            Self::Many(items) => items.is_empty(),
            Self::One(value) => {
                matches!(value, Const::Dict(_) | Const::List(_))
                    || (kind == Kind::Text
                        && matches!(value, Const::Bytes(_) | Const::ByteArray(_)))
            }
            Self::None => true,
        }
    }
}

struct Directive {
    left: bool,
    zero: bool,
    alternate: bool,
    plus: bool,
    space: bool,
    width: usize,
    precision: Option<usize>,
    conversion: u8,
}

impl Directive {
    fn parse(rest: &mut &[u8]) -> Option<Self> {
        let mut directive = Self {
            left: false,
            zero: false,
            alternate: false,
            plus: false,
            space: false,
            width: 0,
            precision: None,
            conversion: 0,
        };
        loop {
            match rest.first()? {
                b'-' => directive.left = true,
                b'0' => directive.zero = true,
                b'#' => directive.alternate = true,
                b'+' => directive.plus = true,
                b' ' => directive.space = true,
                _ => break,
            }
            *rest = rest.get(1..)?;
        }
        directive.width = digits(rest)?;
        if rest.first() == Some(&b'.') {
            *rest = rest.get(1..)?;
            directive.precision = Some(digits(rest)?);
        }
        let (&conversion, after) = rest.split_first()?;
        *rest = after;
        directive.conversion = conversion;
        Some(directive)
    }

    fn is_plain(&self) -> bool {
        !(self.left || self.zero || self.alternate || self.plus || self.space)
            && self.width == 0
            && self.precision.is_none()
    }

    fn show(&self, kind: Kind, value: &Const, budget: &mut Budget) -> Option<Vec<u8>> {
        let is_text = kind == Kind::Text;
        match self.conversion {
            b's' if is_text => self.cut(kind, show::str(value, budget)?, budget),
            b'r' if is_text => {
                self.cut(kind, show::repr(value, show::Beyond::Kept, budget)?, budget)
            }
            b'a' | b'r' => self.cut(
                kind,
                show::repr(value, show::Beyond::Escaped, budget)?,
                budget,
            ),
            b's' | b'b' => {
                let data = kind.operand(value)?;
                budget.make(data.len())?;
                self.cut(kind, data.to_vec(), budget)
            }
            b'c' => {
                let mut unit = Vec::new();
                match (kind.operand(value), is_text) {
                    (Some(data), _) if kind.length(data) == 1 => unit.extend(data),
                    (None, true) => {
                        text::push(&mut unit, u32::try_from(number::int(value)?).ok()?)?
                    }
                    (None, false) => unit.push(u8::try_from(number::int(value)?).ok()?),
                    _ => return None,
                }
                self.pad(kind, &[], &unit, budget)
            }
            b'd' | b'i' | b'u' => self.int(kind, decimal(value)?, 10, b"", budget),
            b'x' => self.int(kind, number::int(value)?, 16, b"0x", budget),
            b'X' => self.int(kind, number::int(value)?, 16, b"0X", budget),
            b'o' => self.int(kind, number::int(value)?, 8, b"0o", budget),
            _ => None,
        }
    }

    fn cut(&self, kind: Kind, data: Vec<u8>, budget: &mut Budget) -> Option<Vec<u8>> {
        let kept = match self.precision {
            Some(most) if most < kind.length(&data) => data.get(..kind.offset(&data, most)?)?,
            _ => &data,
        };
        self.pad(kind, &[], kept, budget)
    }

    fn int(
        &self,
        kind: Kind,
        value: i128,
        base: u32,
        mark: &[u8],
        budget: &mut Budget,
    ) -> Option<Vec<u8>> {
        let mut digits = number::digits(value.unsigned_abs(), base)?;
        if self.conversion == b'X' {
            digits.make_ascii_uppercase();
        }
        let mut head = Vec::new();
        if value < 0 {
            head.push(b'-');
        } else if self.plus {
            head.push(b'+');
        } else if self.space {
            head.push(b' ');
        }
        if self.alternate {
            head.extend(mark);
        }
        let wanted = match self.precision {
            Some(precision) => precision,
            None if self.zero && !self.left => self.width.saturating_sub(head.len()),
            None => 0,
        };
        // Precision and a zero together are rare, and not the same in every version.
        if self.precision.is_some() && self.zero {
            return None;
        }
        let zeros = wanted.saturating_sub(digits.len());
        budget.make(zeros)?;
        let mut body = b"0".repeat(zeros);
        body.extend(digits);
        self.pad(kind, &head, &body, budget)
    }

    fn pad(&self, kind: Kind, head: &[u8], body: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
        let count = head.len().checked_add(kind.length(body))?;
        let missing = self.width.saturating_sub(count);
        budget.make(missing.checked_add(head.len())?.checked_add(body.len())?)?;
        let mut out = Vec::new();
        if !self.left {
            out.extend(b" ".repeat(missing));
        }
        out.extend(head);
        out.extend(body);
        if self.left {
            out.extend(b" ".repeat(missing));
        }
        Some(out)
    }
}

/// The number that `%d` writes: a float is cut.
fn decimal(value: &Const) -> Option<i128> {
    match value {
        Const::Float(float) => number::truncate(*float),
        other => number::int(other),
    }
}

/// A run of digits, zero where there are none. `*` is not computed.
fn digits(rest: &mut &[u8]) -> Option<usize> {
    let mut value: usize = 0;
    while let Some((digit @ b'0'..=b'9', after)) = rest.split_first() {
        value = value
            .checked_mul(10)?
            .checked_add(usize::from(digit & 0x0f))?;
        *rest = after;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn text(template: &str, args: &Const) -> Option<Const> {
        format(
            Kind::Text,
            template.as_bytes(),
            args,
            &mut Budget::default(),
        )
    }

    fn str(text: &str) -> Const {
        Const::Str(text.into())
    }

    #[test]
    fn directives_are_filled_in() {
        let args = Const::Tuple(vec![str("sys"), Const::Int(116), Const::Int(-10)]);
        assert_eq!(text("%stem%c%06x", &args), Some(str("systemt-0000a")));
        let args = Const::Dict(vec![(str("a"), str("os"))]);
        assert_eq!(text("%(a)5.1s|%%", &args), Some(str("    o|%")));
    }

    #[test]
    fn a_number_of_arguments_that_does_not_fit_gives_nothing() {
        assert_eq!(text("%s%s", &str("a")), None);
        assert_eq!(text("a", &str("a")), None);
        assert_eq!(text("a", &Const::List(vec![])), Some(str("a")));
        assert_eq!(text("%", &Const::Tuple(vec![])), None);
        assert_eq!(
            text("%*d", &Const::Tuple(vec![Const::Int(1), Const::Int(2)])),
            None
        );
        assert_eq!(text("%999999999999d", &Const::Int(1)), None);
    }

    #[test]
    fn bytes_take_bytes() {
        let out = format(
            Kind::Bytes,
            b"%s%c",
            &Const::Tuple(vec![Const::ByteArray(b"o".into()), Const::Int(115)]),
            &mut Budget::default(),
        );
        assert_eq!(out, Some(Const::Bytes(b"os".into())));
        assert_eq!(
            format(Kind::Bytes, b"%s", &str("a"), &mut Budget::default()),
            None
        );
    }
}
