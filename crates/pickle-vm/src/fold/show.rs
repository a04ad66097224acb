use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use crate::constant::Const;
use crate::repr::{ByteArray, Bytes, Escaping, Float, Text};

use super::budget::{Budget, MAX_DEPTH};
use super::iterate;

/// How characters beyond ASCII are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Beyond {
    /// As they are if they are printable: not known here, for it depends on the Unicode version.
    Kept,
    /// As `\x`, `\u` and `\U` escapes, as `ascii` does.
    Escaped,
}

/// `str(value)`
pub(super) fn str(value: &Const, budget: &mut Budget) -> Option<Vec<u8>> {
    if let Const::Str(text) = value {
        budget.make(text.len())?;
        return Some(text.clone());
    }
    repr(value, Beyond::Kept, budget)
}

/// `repr(value)` or `ascii(value)`
pub(super) fn repr(value: &Const, beyond: Beyond, budget: &mut Budget) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    write(value, beyond, &mut out, budget, 0)?;
    Some(out)
}

fn write(
    value: &Const,
    beyond: Beyond,
    out: &mut Vec<u8>,
    budget: &mut Budget,
    depth: usize,
) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    let start = out.len();
    match value {
        Const::None => out.extend(b"None"),
        Const::Bool(true) => out.extend(b"True"),
        Const::Bool(false) => out.extend(b"False"),
        Const::Int(int) => out.extend(format!("{int}").into_bytes()),
        Const::Float(float) => out.extend(Float::new(*float).to_string().into_bytes()),
        Const::Str(text) => write_text(text, beyond, out, budget)?,
        Const::Bytes(data) => {
            charge_bytes(data, budget)?;
            out.extend(Bytes::new(data).to_string().into_bytes());
        }
        Const::ByteArray(data) => {
            charge_bytes(data, budget)?;
            out.extend(ByteArray::new(data).to_string().into_bytes());
        }
        Const::List(items) => return write_items(b"[", items, b"]", beyond, out, budget, depth),
        Const::Tuple(items) => {
            let end: &[u8] = if items.len() == 1 { b",)" } else { b")" };
            return write_items(b"(", items, end, beyond, out, budget, depth);
        }
        Const::Set(items) | Const::FrozenSet(items) if items.is_empty() => {
            out.extend(if matches!(value, Const::Set(_)) {
                &b"set()"[..]
            } else {
                b"frozenset()"
            });
        }
        Const::Set(_) => {
            return write_items(
                b"{",
                &iterate::items(value, budget)?,
                b"}",
                beyond,
                out,
                budget,
                depth,
            );
        }
        Const::FrozenSet(_) => {
            let items = iterate::items(value, budget)?;
            return write_items(b"frozenset({", &items, b"})", beyond, out, budget, depth);
        }
        Const::Slice(parts) => {
            return write_items(
                b"slice(",
                parts.as_slice(),
                b")",
                beyond,
                out,
                budget,
                depth,
            );
        }
        Const::Dict(pairs) => {
            let pairs =
                super::key::distinct_pairs(pairs.iter().map(|(key, item)| (key, item)), budget)?;
            out.push(b'{');
            for (place, (key, item)) in pairs.into_iter().enumerate() {
                if place > 0 {
                    out.extend(b", ");
                }
                write(key, beyond, out, budget, depth.saturating_add(1))?;
                out.extend(b": ");
                write(item, beyond, out, budget, depth.saturating_add(1))?;
            }
            out.push(b'}');
            return budget.make(4);
        }
        Const::Iterator(_)
        | Const::Module(_)
        | Const::Name(_)
        | Const::Method(..)
        | Const::Partial(..)
        | Const::AttrGetter(_)
        | Const::ItemGetter(_)
        | Const::MethodCaller(..) => return None,
    }
    budget.make(out.len().saturating_sub(start))
}

fn write_items(
    before: &[u8],
    items: &[Const],
    after: &[u8],
    beyond: Beyond,
    out: &mut Vec<u8>,
    budget: &mut Budget,
    depth: usize,
) -> Option<()> {
    out.extend(before);
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.extend(b", ");
        }
        write(item, beyond, out, budget, depth.saturating_add(1))?;
    }
    out.extend(after);
    budget.make(before.len().saturating_add(after.len()))
}

fn write_text(text: &[u8], beyond: Beyond, out: &mut Vec<u8>, budget: &mut Budget) -> Option<()> {
    budget.look(text.len())?;
    budget.bytes.checked_sub(text.len().saturating_mul(10))?;
    if beyond == Beyond::Kept && !text.is_ascii() {
        return None;
    }
    let text = Text::new(text)?.with_escaping(Escaping::Ascii);
    out.extend(text.to_string().into_bytes());
    Some(())
}

fn charge_bytes(data: &[u8], budget: &mut Budget) -> Option<()> {
    budget.look(data.len())?;
    budget.bytes.checked_sub(data.len().saturating_mul(4))?;
    Some(())
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn shown(value: &Const) -> Option<Vec<u8>> {
        repr(value, Beyond::Kept, &mut Budget::default())
    }

    #[test]
    fn containers_are_written_as_python_writes_them() {
        let value = Const::List(vec![
            Const::Tuple(vec![Const::Int(-1)]),
            Const::Dict(vec![(
                Const::Str(b"a'".into()),
                Const::Bytes(b"\0\"'".into()),
            )]),
            Const::Set(vec![]),
        ]);
        assert_eq!(
            shown(&value).unwrap(),
            br#"[(-1,), {"a'": b'\x00"\''}, set()]"#
        );
    }

    #[test]
    fn text_beyond_ascii_is_written_only_by_ascii() {
        let text = Const::Str("é€😀".into());
        assert_eq!(shown(&text), None);
        let escaped = repr(&text, Beyond::Escaped, &mut Budget::default());
        assert_eq!(escaped.unwrap(), br"'\xe9\u20ac\U0001f600'");
    }

    #[test]
    fn the_text_of_a_name_is_not_known() {
        assert_eq!(shown(&Const::Name("os.sep".into())), None);
    }
}
