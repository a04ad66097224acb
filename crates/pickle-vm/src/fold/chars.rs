//! The methods that text and bytes share and that give a text, bytes, an int or a bool.

use alloc::vec::Vec;

use memchr::memmem;

use crate::constant::Const;

use super::budget::Budget;
use super::index::bound;
use super::kind::Kind;
use super::{iterate, number};

/// Computes a method that text and bytes share.
pub(super) fn call(
    kind: Kind,
    data: &[u8],
    method: &str,
    args: &[Const],
    budget: &mut Budget,
) -> Option<Const> {
    budget.look(data.len())?;
    match (method, args) {
        ("join", [parts]) => join(kind, data, parts, budget),
        ("replace", [old, new, rest @ ..]) => {
            let count = match rest {
                [] => None,
                [count] => usize::try_from(number::int(count)?).ok(),
                _ => return None,
            };
            replace(
                kind,
                data,
                kind.operand(old)?,
                kind.operand(new)?,
                count,
                budget,
            )
        }
        ("lower" | "upper" | "swapcase" | "title" | "capitalize" | "casefold", []) => {
            cased(kind, data, method, budget)
        }
        ("strip" | "lstrip" | "rstrip", [] | [_]) => {
            strip(kind, data, method, args.first(), budget)
        }
        ("removeprefix", [part]) => wrap(
            kind,
            data.strip_prefix(kind.operand(part)?).unwrap_or(data),
            budget,
        ),
        ("removesuffix", [part]) => wrap(
            kind,
            data.strip_suffix(kind.operand(part)?).unwrap_or(data),
            budget,
        ),
        ("center" | "ljust" | "rjust", [width, fill @ ..]) => {
            adjust(kind, data, method, width, fill, budget)
        }
        ("zfill", [width]) => zfill(kind, data, number::int(width)?, budget),
        ("expandtabs", []) => expand(kind, data, 8, budget),
        ("expandtabs", [size]) => expand(
            kind,
            data,
            usize::try_from(number::int(size)?.max(0)).ok()?,
            budget,
        ),
        ("startswith" | "endswith", [parts, range @ ..]) => {
            ends(kind, data, method, parts, range, budget)
        }
        ("find" | "rfind" | "index" | "rindex" | "count", [part, range @ ..]) => {
            search(kind, data, method, &kind.pattern(part)?, range, budget)
        }
        ("isdigit" | "isalpha" | "isalnum" | "isspace" | "isupper" | "islower" | "isascii", []) => {
            is(kind, data, method).map(Const::Bool)
        }
        _ => None,
    }
}

fn wrap(kind: Kind, data: &[u8], budget: &mut Budget) -> Option<Const> {
    budget.make(data.len())?;
    Some(kind.wrap(data.to_vec()))
}

fn join(kind: Kind, between: &[u8], parts: &Const, budget: &mut Budget) -> Option<Const> {
    let parts = iterate::items(parts, budget)?;
    let mut out = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let part = kind.operand(part)?;
        if place > 0 {
            budget.make(between.len())?;
            out.extend(between);
        }
        budget.make(part.len())?;
        out.extend(part);
    }
    Some(kind.wrap(out))
}

fn replace(
    kind: Kind,
    data: &[u8],
    old: &[u8],
    new: &[u8],
    count: Option<usize>,
    budget: &mut Budget,
) -> Option<Const> {
    budget.look(old.len())?;
    let mut left = count.unwrap_or(usize::MAX);
    let mut out = Vec::new();
    let mut rest = data;
    if old.is_empty() {
        for unit in kind.units(data, budget)? {
            if left > 0 {
                budget.make(new.len())?;
                out.extend(new);
                left = left.saturating_sub(1);
            }
            budget.make(unit.len())?;
            out.extend(unit);
        }
        if left > 0 {
            budget.make(new.len())?;
            out.extend(new);
        }
        return Some(kind.wrap(out));
    }
    let finder = memmem::Finder::new(old);
    while left > 0
        && let Some(place) = finder.find(rest)
    {
        budget.make(place.checked_add(new.len())?)?;
        out.extend(rest.get(..place)?);
        out.extend(new);
        rest = rest.get(place.checked_add(old.len())?..)?;
        left = left.saturating_sub(1);
    }
    budget.make(rest.len())?;
    out.extend(rest);
    Some(kind.wrap(out))
}

/// Changes of case: of ASCII only, since the rest depends on the Unicode version.
fn cased(kind: Kind, data: &[u8], method: &str, budget: &mut Budget) -> Option<Const> {
    if (kind == Kind::Text && !data.is_ascii()) || (kind != Kind::Text && method == "casefold") {
        return None;
    }
    budget.make(data.len())?;
    let mut after_letter = false;
    let out = data
        .iter()
        .map(|byte| {
            let first = !core::mem::replace(
                &mut after_letter,
                byte.is_ascii_alphabetic() || method == "capitalize",
            );
            match method {
                "upper" => byte.to_ascii_uppercase(),
                "swapcase" if byte.is_ascii_lowercase() => byte.to_ascii_uppercase(),
                "title" | "capitalize" if first => byte.to_ascii_uppercase(),
                _ => byte.to_ascii_lowercase(),
            }
        })
        .collect();
    Some(kind.wrap(out))
}

fn strip(
    kind: Kind,
    data: &[u8],
    method: &str,
    chars: Option<&Const>,
    budget: &mut Budget,
) -> Option<Const> {
    let chars = match chars {
        None | Some(Const::None) => None,
        Some(chars) => {
            let mut units = kind.units(kind.operand(chars)?, budget)?;
            units.sort_unstable();
            budget.step(units.len())?;
            Some(units)
        }
    };
    let drop = |unit: &&[u8]| match &chars {
        None => kind.is_space(unit),
        Some(chars) => chars.binary_search(unit).is_ok(),
    };
    let units = kind.units(data, budget)?;
    budget.step(units.len() >> 3)?;
    let mut kept = units.as_slice();
    while method != "rstrip"
        && let [first, rest @ ..] = kept
        && drop(first)
    {
        kept = rest;
    }
    while method != "lstrip"
        && let [rest @ .., last] = kept
        && drop(last)
    {
        kept = rest;
    }
    let out = kept.concat();
    budget.make(out.len())?;
    Some(kind.wrap(out))
}

fn adjust(
    kind: Kind,
    data: &[u8],
    method: &str,
    width: &Const,
    fill: &[Const],
    budget: &mut Budget,
) -> Option<Const> {
    let fill = match fill {
        [] => &b" "[..],
        [fill] => kind.operand(fill).filter(|fill| kind.length(fill) == 1)?,
        _ => return None,
    };
    let width = usize::try_from(number::int(width)?.max(0)).ok()?;
    let missing = width.saturating_sub(kind.length(data));
    let before = match method {
        "rjust" => missing,
        // An odd rest goes to the left where the width is odd as well.
        "center" => (missing >> 1).checked_add(missing & width & 1)?,
        _ => 0,
    };
    budget.make(missing.checked_mul(fill.len())?.checked_add(data.len())?)?;
    let mut out = fill.repeat(before);
    out.extend(data);
    out.extend(fill.repeat(missing.checked_sub(before)?));
    Some(kind.wrap(out))
}

fn zfill(kind: Kind, data: &[u8], width: i128, budget: &mut Budget) -> Option<Const> {
    let width = usize::try_from(width.max(0)).ok()?;
    let missing = width.saturating_sub(kind.length(data));
    budget.make(missing.checked_add(data.len())?)?;
    if missing == 0 {
        return Some(kind.wrap(data.to_vec()));
    }
    let signed = matches!(data.first(), Some(b'+' | b'-'));
    let (sign, digits) = data.split_at_checked(usize::from(signed))?;
    let mut out = sign.to_vec();
    out.extend(b"0".repeat(missing));
    out.extend(digits);
    Some(kind.wrap(out))
}

fn expand(kind: Kind, data: &[u8], size: usize, budget: &mut Budget) -> Option<Const> {
    let mut out = Vec::new();
    let mut column: usize = 0;
    for unit in kind.units(data, budget)? {
        match unit {
            b"\t" => {
                let missing = match column.checked_rem(size) {
                    Some(past) => size.checked_sub(past)?,
                    None => 0,
                };
                budget.make(missing)?;
                out.extend(b" ".repeat(missing));
                column = column.checked_add(missing)?;
            }
            _ => {
                budget.make(unit.len())?;
                out.extend(unit);
                column = if matches!(unit, b"\n" | b"\r") {
                    0
                } else {
                    column.checked_add(1)?
                };
            }
        }
    }
    Some(kind.wrap(out))
}

/// The part of `data` that a start and an end leave, and the number of units before it.
fn window<'a>(kind: Kind, data: &'a [u8], range: &[Const]) -> Option<Option<(&'a [u8], usize)>> {
    let length = kind.length(data);
    let (start, end) = match range {
        [] => (0, length),
        [start] => (start_of(start, length)?, length),
        [start, end] => (start_of(start, length)?, bound(end, length, length)?),
        _ => return None,
    };
    if start > end {
        return Some(None);
    }
    Some(Some((
        data.get(kind.offset(data, start)?..kind.offset(data, end)?)?,
        start,
    )))
}

/// A start, which unlike an end may lie beyond the data.
fn start_of(start: &Const, length: usize) -> Option<usize> {
    match number::int(start) {
        Some(int) if int > i128::try_from(length).ok()? => length.checked_add(1),
        _ => bound(start, 0, length),
    }
}

fn ends(
    kind: Kind,
    data: &[u8],
    method: &str,
    parts: &Const,
    range: &[Const],
    budget: &mut Budget,
) -> Option<Const> {
    let parts = match parts {
        Const::Tuple(parts) => parts.as_slice(),
        one => core::slice::from_ref(one),
    };
    let window = window(kind, data, range)?;
    for part in parts {
        let part = kind.operand(part)?;
        budget.look(part.len())?;
        let Some((data, _)) = window else { continue };
        if (method == "startswith" && data.starts_with(part))
            || (method == "endswith" && data.ends_with(part))
        {
            return Some(Const::Bool(true));
        }
    }
    Some(Const::Bool(false))
}

fn search(
    kind: Kind,
    data: &[u8],
    method: &str,
    part: &[u8],
    range: &[Const],
    budget: &mut Budget,
) -> Option<Const> {
    budget.look(part.len())?;
    let window = window(kind, data, range)?;
    if method == "count" {
        return match window {
            None => Some(Const::Int(0)),
            Some((data, _)) if part.is_empty() => {
                number::from_size(kind.length(data).checked_add(1)?)
            }
            Some((data, _)) => number::from_size(memmem::find_iter(data, part).count()),
        };
    }
    let place = match window {
        None => None,
        Some((data, before)) => {
            let place = if matches!(method, "find" | "index") {
                memmem::find(data, part)
            } else if part.is_empty() {
                Some(data.len())
            } else {
                memmem::rfind(data, part)
            };
            match place {
                Some(place) => Some(before.checked_add(kind.length(data.get(..place)?))?),
                None => None,
            }
        }
    };
    match place {
        Some(place) => number::from_size(place),
        None if matches!(method, "find" | "rfind") => Some(Const::Int(-1)),
        None => None,
    }
}

fn is(kind: Kind, data: &[u8], method: &str) -> Option<bool> {
    if method == "isascii" {
        return Some(data.is_ascii());
    }
    if kind == Kind::Text && !data.is_ascii() {
        return None;
    }
    let all = |test: fn(&u8) -> bool| !data.is_empty() && data.iter().all(test);
    Some(match method {
        "isdigit" => all(u8::is_ascii_digit),
        "isalpha" => all(u8::is_ascii_alphabetic),
        "isalnum" => all(u8::is_ascii_alphanumeric),
        "isspace" => {
            all(|&byte| matches!(byte, 0x09..=0x0d | 0x20)) || {
                kind == Kind::Text && all(|&byte| matches!(byte, 0x09..=0x0d | 0x1c..=0x20))
            }
        }
        "isupper" => {
            data.iter().any(u8::is_ascii_uppercase) && !data.iter().any(u8::is_ascii_lowercase)
        }
        "islower" => {
            data.iter().any(u8::is_ascii_lowercase) && !data.iter().any(u8::is_ascii_uppercase)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(method: &str, data: &str, args: &[Const]) -> Option<Const> {
        call(
            Kind::Text,
            data.as_bytes(),
            method,
            args,
            &mut Budget::default(),
        )
    }

    fn str(text: &str) -> Const {
        Const::Str(text.into())
    }

    #[test]
    fn places_are_counted_in_code_points() {
        assert_eq!(text("find", "€€s", &[str("s")]), Some(Const::Int(2)));
        assert_eq!(
            text("rfind", "€s€s", &[str("s"), Const::Int(0), Const::Int(3)]),
            Some(Const::Int(1))
        );
        assert_eq!(text("count", "€€", &[str("")]), Some(Const::Int(3)));
        assert_eq!(
            text("find", "ab", &[str(""), Const::Int(3)]),
            Some(Const::Int(-1))
        );
        assert_eq!(text("index", "ab", &[str("c")]), None);
    }

    #[test]
    fn growth_is_bounded() {
        assert_eq!(text("center", "a", &[Const::Int(1 << 40)]), None);
        assert_eq!(text("zfill", "a", &[Const::Int(i128::MAX)]), None);
        assert_eq!(
            text(
                "replace",
                &"a".repeat(10_000),
                &[str("a"), str(&"b".repeat(10_000))]
            ),
            None
        );
        assert_eq!(text("expandtabs", "\t", &[Const::Int(1 << 40)]), None);
    }

    #[test]
    fn the_case_of_what_is_not_ascii_is_not_known() {
        assert_eq!(text("upper", "straße", &[]), None);
        assert_eq!(text("capitalize", "oS", &[]), Some(str("Os")));
        assert_eq!(text("title", "os x1y", &[]), Some(str("Os X1Y")));
    }
}
