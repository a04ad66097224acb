use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::Budget;
use super::{show, spec};

/// `template.format(*args)`, for fields without attributes, items and nested fields.
pub(super) fn format(template: &[u8], args: &[Const], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.look(template.len())?;
    let mut out = Vec::new();
    let mut rest = template;
    let mut next: usize = 0;
    let mut numbering = None;
    while let Some((&byte, after)) = rest.split_first() {
        match (byte, after.first()) {
            (b'{', Some(b'{')) | (b'}', Some(b'}')) => {
                budget.make(1)?;
                out.push(byte);
                rest = after.get(1..)?;
            }
            (b'}', _) => return None,
            (b'{', _) => {
                let end = memchr::memchr2(b'{', b'}', after)?;
                let field = after.get(..end)?;
                if after.get(end) != Some(&b'}') {
                    return None;
                }
                rest = after.get(end.checked_add(1)?..)?;
                let field = Field::parse(field)?;
                // Automatic and manual numbers do not go together.
                if *numbering.get_or_insert(field.number.is_some()) != field.number.is_some() {
                    return None;
                }
                let number = match field.number {
                    Some(number) => number,
                    None => {
                        next = next.checked_add(1)?;
                        next.checked_sub(1)?
                    }
                };
                out.extend(field.show(args.get(number)?, budget)?);
            }
            _ => {
                budget.make(1)?;
                out.push(byte);
                rest = after;
            }
        }
    }
    Some(out)
}

struct Field<'a> {
    number: Option<usize>,
    conversion: Option<u8>,
    spec: &'a [u8],
}

impl<'a> Field<'a> {
    fn parse(field: &'a [u8]) -> Option<Self> {
        // What stands in brackets may hold any sign, and is not computed anyway.
        if field.contains(&b'[') {
            return None;
        }
        let name_end = memchr::memchr2(b'!', b':', field).unwrap_or(field.len());
        let (name, rest) = field.split_at_checked(name_end)?;
        let (conversion, spec): (_, &[u8]) = match rest {
            [] => (None, rest),
            [b':', spec @ ..] => (None, spec),
            [b'!', conversion] => (Some(*conversion), &[]),
            [b'!', conversion, b':', spec @ ..] => (Some(*conversion), spec),
            _ => return None,
        };
        let number = if name.is_empty() {
            None
        } else {
            let name = core::str::from_utf8(name).ok()?;
            // A sign would parse as well.
            Some(
                name.bytes()
                    .all(|byte| byte.is_ascii_digit())
                    .then(|| name.parse().ok())??,
            )
        };
        Some(Self {
            number,
            conversion,
            spec,
        })
    }

    fn show(&self, value: &Const, budget: &mut Budget) -> Option<Vec<u8>> {
        let text = match self.conversion {
            None => return spec::format(value, self.spec, budget),
            Some(b's') => show::str(value, budget)?,
            Some(b'r') => show::repr(value, show::Beyond::Kept, budget)?,
            Some(b'a') => show::repr(value, show::Beyond::Escaped, budget)?,
            Some(_) => return None,
        };
        spec::format(&Const::Str(text), self.spec, budget)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, args: &[Const]) -> Option<Vec<u8>> {
        format(template.as_bytes(), args, &mut Budget::default())
    }

    #[test]
    fn fields_are_filled_in() {
        let args = [Const::Str(b"os".into()), Const::Int(115)];
        assert_eq!(filled("{}.{:c}", &args).unwrap(), b"os.s");
        assert_eq!(filled("{1:c}{{{0!r:>5}}}", &args).unwrap(), b"s{ 'os'}");
    }

    #[test]
    fn fields_that_walk_give_nothing() {
        let args = [Const::Str(b"os".into())];
        for template in [
            "{0.__class__}",
            "{0[0]}",
            "{:{}}",
            "{name}",
            "{",
            "}",
            "{} {0}",
            "{1}",
            "{!x}",
            "{+0}",
        ] {
            assert_eq!(filled(template, &args), None, "{template}");
        }
    }
}
