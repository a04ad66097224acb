//! The methods of text and bytes that give their parts.

use alloc::vec::Vec;

use memchr::memmem;

use crate::constant::Const;

use super::budget::Budget;
use super::iterate;
use super::kind::Kind;
use super::number;

/// Computes a method that cuts text or bytes into parts.
pub(super) fn call(
    kind: Kind,
    data: &[u8],
    method: &str,
    args: &[Const],
    budget: &mut Budget,
) -> Option<Const> {
    budget.look(data.len())?;
    let from_right = method.starts_with('r');
    match (method, args) {
        ("split" | "rsplit", [] | [_] | [_, _]) => {
            let most = match args.get(1) {
                None => usize::MAX,
                Some(most) => usize::try_from(number::int(most)?).unwrap_or(usize::MAX),
            };
            let parts = match args.first() {
                None | Some(Const::None) => at_space(kind, data, most, from_right, budget)?,
                Some(between) => at(data, kind.operand(between)?, most, from_right, budget)?,
            };
            list(kind, &parts, budget)
        }
        ("partition" | "rpartition", [between]) => {
            partition(kind, data, between, from_right, budget)
        }
        ("splitlines", [] | [_]) => {
            let keep = args
                .first()
                .is_some_and(|keep| iterate::truth(keep) == Some(true));
            if args.first().is_some_and(|keep| number::int(keep).is_none()) {
                return None;
            }
            list(kind, &lines(kind, data, keep, budget)?, budget)
        }
        _ => None,
    }
}

fn list(kind: Kind, parts: &[&[u8]], budget: &mut Budget) -> Option<Const> {
    budget.values(parts.len())?;
    budget.make(parts.iter().map(|part| part.len()).sum())?;
    Some(Const::List(
        parts.iter().map(|part| kind.wrap(part.to_vec())).collect(),
    ))
}

fn at<'a>(
    data: &'a [u8],
    between: &[u8],
    most: usize,
    from_right: bool,
    budget: &mut Budget,
) -> Option<Vec<&'a [u8]>> {
    budget.look(between.len())?;
    if between.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = data;
    while parts.len() < most {
        budget.step(1)?;
        let found = if from_right {
            memmem::rfind(rest, between)
        } else {
            memmem::find(rest, between)
        };
        let Some(place) = found else { break };
        let (before, after) = (
            rest.get(..place)?,
            rest.get(place.checked_add(between.len())?..)?,
        );
        parts.push(if from_right { after } else { before });
        rest = if from_right { before } else { after };
    }
    parts.push(rest);
    if from_right {
        parts.reverse();
    }
    Some(parts)
}

fn at_space<'a>(
    kind: Kind,
    data: &'a [u8],
    most: usize,
    from_right: bool,
    budget: &Budget,
) -> Option<Vec<&'a [u8]>> {
    let mut units = kind.units(data, budget)?;
    if from_right {
        units.reverse();
    }
    let mut parts = Vec::new();
    // Lengths in bytes, counted from the side where the cutting starts.
    let (mut place, mut start): (usize, Option<usize>) = (0, None);
    for unit in units {
        let next = place.checked_add(unit.len())?;
        match start {
            None if kind.is_space(unit) => {}
            None => start = Some(place),
            Some(from) if kind.is_space(unit) && parts.len() < most => {
                parts.push(from..place);
                start = None;
            }
            Some(_) => {}
        }
        place = next;
    }
    if let Some(from) = start {
        parts.push(from..place);
    }
    let mut found = Vec::new();
    for part in parts {
        found.push(if from_right {
            data.get(data.len().checked_sub(part.end)?..data.len().checked_sub(part.start)?)?
        } else {
            data.get(part)?
        });
    }
    if from_right {
        found.reverse();
    }
    Some(found)
}

fn partition(
    kind: Kind,
    data: &[u8],
    between: &Const,
    from_right: bool,
    budget: &mut Budget,
) -> Option<Const> {
    let mark = kind.operand(between)?;
    // `bytes` gives the very mark back, of whatever kind that is.
    let mark_kind = if kind == Kind::ByteArray {
        kind
    } else {
        Kind::of(between)?.0
    };
    if mark.is_empty() {
        return None;
    }
    budget.look(mark.len())?;
    budget.values(3)?;
    budget.make(data.len())?;
    let found = if from_right {
        memmem::rfind(data, mark)
    } else {
        memmem::find(data, mark)
    };
    let (before, middle, after): (&[u8], _, &[u8]) = match found {
        Some(place) => (
            data.get(..place)?,
            mark_kind.wrap(mark.to_vec()),
            data.get(place.checked_add(mark.len())?..)?,
        ),
        None if from_right => (&[], kind.wrap(Vec::new()), data),
        None => (data, kind.wrap(Vec::new()), &[]),
    };
    Some(Const::Tuple(
        [
            kind.wrap(before.to_vec()),
            middle,
            kind.wrap(after.to_vec()),
        ]
        .into(),
    ))
}

fn lines<'a>(kind: Kind, data: &'a [u8], keep: bool, budget: &Budget) -> Option<Vec<&'a [u8]>> {
    budget.bytes.checked_sub(data.len().checked_mul(16)?)?;
    let ends_line = |unit: &[u8]| match kind {
        Kind::Text => matches!(
            unit,
            b"\n"
                | b"\r"
                | b"\x0b"
                | b"\x0c"
                | b"\x1c"
                | b"\x1d"
                | b"\x1e"
                | b"\xc2\x85"
                | b"\xe2\x80\xa8"
                | b"\xe2\x80\xa9"
        ),
        Kind::Bytes | Kind::ByteArray => matches!(unit, b"\n" | b"\r"),
    };
    let mut lines = Vec::new();
    let (mut start, mut place): (usize, usize) = (0, 0);
    while let Some(rest) = data.get(place..).filter(|rest| !rest.is_empty()) {
        let unit = rest.get(..kind.unit(rest)?)?;
        let mut next = place.checked_add(unit.len())?;
        if ends_line(unit) {
            if rest.starts_with(b"\r\n") {
                next = next.checked_add(1)?;
            }
            lines.push(data.get(start..if keep { next } else { place })?);
            start = next;
        }
        place = next;
    }
    lines.extend(data.get(start..).filter(|rest| !rest.is_empty()));
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(method: &str, data: &str, args: &[Const]) -> Option<Vec<Vec<u8>>> {
        match call(
            Kind::Text,
            data.as_bytes(),
            method,
            args,
            &mut Budget::default(),
        )? {
            Const::List(parts) | Const::Tuple(parts) => parts
                .into_iter()
                .map(|part| Kind::of(&part).map(|(_, data)| data.to_vec()))
                .collect(),
            _ => None,
        }
    }

    #[test]
    fn white_space_is_cut_at_from_both_sides() {
        assert_eq!(
            parts("split", "  a b\u{3000}c  ", &[]).unwrap(),
            [b"a", b"b", b"c"]
        );
        assert_eq!(
            parts("split", " a b  c ", &[Const::None, Const::Int(1)]).unwrap(),
            [&b"a"[..], b"b  c "]
        );
        assert_eq!(
            parts("rsplit", " a  b c ", &[Const::None, Const::Int(1)]).unwrap(),
            [&b" a  b"[..], b"c"]
        );
        assert!(parts("split", " ", &[]).unwrap().is_empty());
    }

    #[test]
    fn an_empty_mark_gives_nothing() {
        assert_eq!(parts("split", "a", &[Const::Str(Vec::new())]), None);
        assert_eq!(parts("partition", "a", &[Const::Str(Vec::new())]), None);
    }

    #[test]
    fn lines_end_where_text_ends_them() {
        assert_eq!(
            parts("splitlines", "a\r\nb\u{2028}c\n", &[]).unwrap(),
            [b"a", b"b", b"c"]
        );
        assert_eq!(
            parts("splitlines", "a\n\nb", &[Const::Bool(true)]).unwrap(),
            [&b"a\n"[..], b"\n", b"b"]
        );
    }
}
