//! The functions among the builtins, and those that call what they are given.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::constant::Const;

use super::budget::Budget;
use super::show::Beyond;
use super::{apply, construct, iterate, lookup, number, operators, order, show, spec, text};

/// Computes `builtins.<name>(*args)`.
pub(super) fn call(name: &str, args: &[Const], budget: &mut Budget, depth: usize) -> Option<Const> {
    match (name, args) {
        ("__import__", _) => lookup::call("builtins.__import__", args, budget),
        ("getattr", [object, name]) => {
            super::attribute_within(object, &lookup::text(name)?, budget)
        }
        ("chr", [value]) => {
            let point = u32::try_from(number::int(value)?).ok()?;
            text::collect([point], budget).map(Const::Str)
        }
        ("ord", [Const::Str(data)]) => text::first(data)
            .filter(|&(_, length)| length == data.len())
            .map(|(point, _)| Const::Int(point.into())),
        ("ord", [value]) => match iterate::bytes(value)? {
            [byte] => Some(Const::Int((*byte).into())),
            _ => None,
        },
        ("len", [value]) => number::from_size(iterate::length(value, budget)?),
        ("abs", [_]) => operators::call(name, args, budget),
        ("hex", [value]) => spec::marked(number::int(value)?, 16, "0x").map(Const::Str),
        ("oct", [value]) => spec::marked(number::int(value)?, 8, "0o").map(Const::Str),
        ("bin", [value]) => spec::marked(number::int(value)?, 2, "0b").map(Const::Str),
        ("ascii", [value]) => show::repr(value, Beyond::Escaped, budget).map(Const::Str),
        ("repr", [value]) => show::repr(value, Beyond::Kept, budget).map(Const::Str),
        ("format", [value]) => spec::format(value, b"", budget).map(Const::Str),
        ("format", [value, Const::Str(spec)]) => spec::format(value, spec, budget).map(Const::Str),
        ("sorted", [values]) => {
            order::sort(iterate::members(values, budget)?, budget).map(Const::List)
        }
        ("reversed", [values]) => reversed(values, budget),
        ("min", [values]) => extreme(&iterate::members(values, budget)?, Ordering::Less, budget),
        ("max", [values]) => extreme(
            &iterate::members(values, budget)?,
            Ordering::Greater,
            budget,
        ),
        ("min", [_, _, ..]) => extreme(args, Ordering::Less, budget),
        ("max", [_, _, ..]) => extreme(args, Ordering::Greater, budget),
        ("sum", [values]) => sum(values, Const::Int(0), budget),
        ("sum", [values, start]) => sum(values, budget.copy(start)?, budget),
        ("any" | "all", [values]) => {
            for value in iterate::items(values, budget)? {
                if iterate::truth(&value)? == (name == "any") {
                    return Some(Const::Bool(name == "any"));
                }
            }
            Some(Const::Bool(name == "all"))
        }
        ("divmod", [left, right]) => {
            let (quotient, rest) = operators::floor(number::int(left)?, number::int(right)?)?;
            Some(Const::Tuple(
                [Const::Int(quotient), Const::Int(rest)].into(),
            ))
        }
        ("pow", [left, right]) => operators::binary("pow", left, right, budget),
        ("range", _) => range(args, budget).map(Const::Iterator),
        ("iter", [values]) => iterate::items(values, budget).map(Const::Iterator),
        ("next", [Const::Iterator(items)] | [Const::Iterator(items), _]) => match items.first() {
            Some(first) => budget.copy(first),
            None => budget.copy(args.get(1)?),
        },
        ("enumerate", [values]) => enumerate(values, 0, budget),
        ("enumerate", [values, start]) => enumerate(values, number::int(start)?, budget),
        ("zip", _) => zip(args, budget).map(Const::Iterator),
        ("map", [function, first, rest @ ..]) => map(function, first, rest, budget, depth),
        ("filter", [function, values]) => filter(function, values, budget, depth),
        ("type", [value]) => super::method::class(value).map(|class| Const::Name(class.into())),
        _ => construct::call(name, args, budget),
    }
}

/// Computes `functools.reduce(function, values[, first])`.
pub(super) fn reduce(args: &[Const], budget: &mut Budget, depth: usize) -> Option<Const> {
    let (function, values, mut result) = match args {
        [function, values] => (function, values, None),
        [function, values, first] => (function, values, Some(budget.copy(first)?)),
        _ => return None,
    };
    for value in iterate::items(values, budget)? {
        result = Some(match result {
            None => value,
            Some(result) => apply(function, &[result, value], budget, depth.checked_add(1)?)?,
        });
    }
    result
}

/// Computes `itertools.chain(*args)`.
pub(super) fn chain(args: &[Const], budget: &mut Budget) -> Option<Const> {
    let mut out = Vec::new();
    for values in args {
        out.extend(iterate::items(values, budget)?);
    }
    Some(Const::Iterator(out))
}

/// Computes `itertools.starmap(function, values)`.
pub(super) fn star_map(args: &[Const], budget: &mut Budget, depth: usize) -> Option<Const> {
    let [function, rows] = args else { return None };
    let mut out = Vec::new();
    for row in iterate::items(rows, budget)? {
        let row = iterate::items(&row, budget)?;
        out.push(apply(function, &row, budget, depth.checked_add(1)?)?);
    }
    Some(Const::Iterator(out))
}

fn extreme(values: &[Const], wanted: Ordering, budget: &mut Budget) -> Option<Const> {
    operators::extreme(values, wanted, budget)
}

fn reversed(values: &Const, budget: &mut Budget) -> Option<Const> {
    if matches!(
        values,
        Const::Iterator(_) | Const::Set(_) | Const::FrozenSet(_)
    ) {
        return None;
    }
    let mut items = iterate::items(values, budget)?;
    items.reverse();
    Some(Const::Iterator(items))
}

fn sum(values: &Const, start: Const, budget: &mut Budget) -> Option<Const> {
    if matches!(start, Const::Str(_) | Const::Bytes(_) | Const::ByteArray(_)) {
        return None;
    }
    let mut total = start;
    for value in iterate::members(values, budget)? {
        total = operators::binary("add", &total, &value, budget)?;
    }
    Some(total)
}

fn range(args: &[Const], budget: &mut Budget) -> Option<Vec<Const>> {
    let (start, stop, step) = match args {
        [stop] => (0, number::int(stop)?, 1),
        [start, stop] => (number::int(start)?, number::int(stop)?, 1),
        [start, stop, step] => (number::int(start)?, number::int(stop)?, number::int(step)?),
        _ => return None,
    };
    if step == 0 {
        return None;
    }
    let mut out = Vec::new();
    let mut next = start;
    while if step > 0 { next < stop } else { next > stop } {
        budget.values(1)?;
        out.push(Const::Int(next));
        next = next.checked_add(step)?;
    }
    Some(out)
}

fn enumerate(values: &Const, start: i128, budget: &mut Budget) -> Option<Const> {
    let mut next = start;
    let mut out = Vec::new();
    for value in iterate::items(values, budget)? {
        budget.values(2)?;
        out.push(Const::Tuple([Const::Int(next), value].into()));
        next = next.checked_add(1)?;
    }
    Some(Const::Iterator(out))
}

/// The rows of several iterables, as many as the shortest has.
fn zip(args: &[Const], budget: &mut Budget) -> Option<Vec<Const>> {
    rows(args.iter(), budget).map(|rows| rows.into_iter().map(Const::Tuple).collect())
}

fn rows<'a>(
    columns: impl Iterator<Item = &'a Const>,
    budget: &mut Budget,
) -> Option<Vec<Vec<Const>>> {
    let columns: Vec<_> = columns
        .map(|column| iterate::items(column, budget))
        .collect::<Option<_>>()?;
    let height = columns.iter().map(Vec::len).min().unwrap_or(0);
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    budget.values(height)?;
    (0..height)
        .map(|_| columns.iter_mut().map(Iterator::next).collect())
        .collect()
}

fn map(
    function: &Const,
    first: &Const,
    rest: &[Const],
    budget: &mut Budget,
    depth: usize,
) -> Option<Const> {
    let mut out = Vec::new();
    for row in rows(core::iter::once(first).chain(rest), budget)? {
        out.push(apply(function, &row, budget, depth.checked_add(1)?)?);
    }
    Some(Const::Iterator(out))
}

fn filter(function: &Const, values: &Const, budget: &mut Budget, depth: usize) -> Option<Const> {
    let mut out = Vec::new();
    for value in iterate::items(values, budget)? {
        let keep = match function {
            Const::None => iterate::truth(&value)?,
            _ => iterate::truth(&apply(
                function,
                core::slice::from_ref(&value),
                budget,
                depth.checked_add(1)?,
            )?)?,
        };
        if keep {
            out.push(value);
        }
    }
    Some(Const::Iterator(out))
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn computed(name: &str, args: &[Const]) -> Option<Const> {
        call(name, args, &mut Budget::default(), 0)
    }

    #[test]
    fn functions_are_applied_to_each_item() {
        let letters = Const::List(vec![Const::Int(111), Const::Int(115)]);
        let mapped = computed(
            "map",
            &[Const::Name("builtins.chr".into()), letters.clone()],
        );
        let os = vec![Const::Str(b"o".into()), Const::Str(b"s".into())];
        assert_eq!(mapped, Some(Const::Iterator(os)));
        assert_eq!(
            computed("map", &[Const::Name("os.system".into()), letters]),
            None
        );
    }

    #[test]
    fn a_range_is_bounded() {
        assert_eq!(computed("range", &[Const::Int(i128::MAX)]), None);
        assert_eq!(
            computed("range", &[Const::Int(3), Const::Int(0), Const::Int(0)]),
            None
        );
        let down = vec![Const::Int(3), Const::Int(1)];
        assert_eq!(
            computed("range", &[Const::Int(3), Const::Int(0), Const::Int(-2)]),
            Some(Const::Iterator(down))
        );
    }

    #[test]
    fn calls_within_calls_end() {
        let mut function = Const::Name("builtins.chr".into());
        for _ in 0..200 {
            function = Const::Partial(alloc::boxed::Box::new(function), vec![]);
        }
        assert_eq!(
            apply(&function, &[Const::Int(65)], &mut Budget::default(), 0),
            None
        );
    }

    #[test]
    fn reduce_needs_a_first_value() {
        let add = Const::Name("operator.add".into());
        let budget = &mut Budget::default();
        assert_eq!(reduce(&[add.clone(), Const::List(vec![])], budget, 0), None);
        let values = Const::List(vec![Const::Str(b"s".into())]);
        let out = reduce(&[add, values, Const::Str(b"o".into())], budget, 0);
        assert_eq!(out, Some(Const::Str(b"os".into())));
    }
}
