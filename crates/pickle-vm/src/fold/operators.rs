//! The functions of the module `operator`.

use core::cmp::Ordering;

use crate::constant::Const;

use super::budget::Budget;
use super::kind::Kind;
use super::{container, index, iterate, key, number, order, percent};

/// Computes `operator.<name>(*args)`; `name` without underscores around it.
pub(super) fn call(name: &str, args: &[Const], budget: &mut Budget) -> Option<Const> {
    match (name, args) {
        ("itemgetter", [_, ..]) => iterate::copies(args, budget).map(Const::ItemGetter),
        ("attrgetter", [_, ..]) => args
            .iter()
            .map(super::lookup::text)
            .collect::<Option<_>>()
            .map(Const::AttrGetter),
        ("methodcaller", [method, rest @ ..]) => Some(Const::MethodCaller(
            super::lookup::text(method)?,
            iterate::copies(rest, budget)?,
        )),
        ("truth", [value]) => iterate::truth(value).map(Const::Bool),
        ("not_" | "not", [value]) => iterate::truth(value).map(|truth| Const::Bool(!truth)),
        ("neg", [Const::Float(float)]) => Some(Const::Float(-float)),
        ("neg", [value]) => number::int(value)?.checked_neg().map(Const::Int),
        ("pos", [Const::Float(float)]) => Some(Const::Float(*float)),
        ("pos" | "index", [value]) => number::int(value).map(Const::Int),
        ("abs", [Const::Float(float)]) => Some(Const::Float(float.abs())),
        ("abs", [value]) => number::int(value)?.checked_abs().map(Const::Int),
        ("invert" | "inv", [value]) => number::int(value).map(|int| Const::Int(!int)),
        ("length_hint", [value]) => number::from_size(iterate::length(value, budget)?),
        ("getitem", [object, key]) => index::item(object, key, budget),
        ("contains", [object, wanted]) => index::contains(object, wanted, budget).map(Const::Bool),
        ("countOf", [object, wanted]) => {
            let mut count: usize = 0;
            for item in iterate::members(object, budget)? {
                count = count.saturating_add(usize::from(key::equal(&item, wanted, budget)?));
            }
            number::from_size(count)
        }
        ("indexOf", [object, wanted]) => {
            let items = iterate::items(object, budget)?;
            number::from_size(index::position(&items, wanted, budget)??)
        }
        ("is_" | "is_not", [left, right]) => {
            is(left, right).map(|same| Const::Bool(same == (name == "is_")))
        }
        ("eq", [left, right]) => key::equal(left, right, budget).map(Const::Bool),
        ("ne", [left, right]) => key::equal(left, right, budget).map(|same| Const::Bool(!same)),
        ("lt", [left, right]) => {
            order::compare(left, right, budget).map(|order| Const::Bool(order.is_lt()))
        }
        ("le", [left, right]) => {
            order::compare(left, right, budget).map(|order| Const::Bool(order.is_le()))
        }
        ("gt", [left, right]) => {
            order::compare(left, right, budget).map(|order| Const::Bool(order.is_gt()))
        }
        ("ge", [left, right]) => {
            order::compare(left, right, budget).map(|order| Const::Bool(order.is_ge()))
        }
        (_, [left, right]) => binary(name, left, right, budget),
        _ => None,
    }
}

/// Computes an operator between two constants: `add` for `+` and so on.
pub(super) fn binary(
    name: &str,
    left: &Const,
    right: &Const,
    budget: &mut Budget,
) -> Option<Const> {
    // Assigning forms change what they are given where that can be changed.
    let name = match name
        .strip_prefix('i')
        .filter(|plain| IN_PLACE.contains(plain))
    {
        Some(plain)
            if !matches!(
                left,
                Const::List(_) | Const::Dict(_) | Const::Set(_) | Const::ByteArray(_)
            ) =>
        {
            plain
        }
        Some(_) => return None,
        None => name,
    };
    match name {
        "add" | "concat" => add(name, left, right, budget),
        "mul" => multiply(left, right, budget),
        "mod" => match Kind::of(left) {
            Some((kind, template)) => percent::format(kind, template, right, budget),
            None => integers(name, left, right),
        },
        "and" | "and_" | "or" | "or_" | "xor" => {
            bits(name.trim_end_matches('_'), left, right, budget)
        }
        "sub"
            if matches!(
                (left, right),
                (
                    Const::Set(_) | Const::FrozenSet(_),
                    Const::Set(_) | Const::FrozenSet(_)
                )
            ) =>
        {
            bits(name, left, right, budget)
        }
        "sub" => match (left, right) {
            (Const::Float(_), _) | (_, Const::Float(_)) => {
                Some(Const::Float(number::float(left)? - number::float(right)?))
            }
            _ => integers(name, left, right),
        },
        "floordiv" | "lshift" | "rshift" | "pow" => integers(name, left, right),
        _ => None,
    }
}

const IN_PLACE: &[&str] = &[
    "add", "concat", "mul", "mod", "and", "or", "xor", "sub", "floordiv", "lshift", "rshift", "pow",
];

fn add(name: &str, left: &Const, right: &Const, budget: &mut Budget) -> Option<Const> {
    if let (Some((kind, left)), Some(right)) = (
        Kind::of(left),
        Kind::of(left).and_then(|(kind, _)| kind.operand(right)),
    ) {
        budget.make(left.len().checked_add(right.len())?)?;
        return Some(kind.wrap([left, right].concat()));
    }
    match (left, right) {
        (Const::Tuple(left), Const::Tuple(right)) => {
            iterate::copies(left.iter().chain(right), budget).map(Const::Tuple)
        }
        (Const::List(left), Const::List(right)) => {
            iterate::copies(left.iter().chain(right), budget).map(Const::List)
        }
        _ if name == "concat" => None,
        (Const::Float(_), _) | (_, Const::Float(_)) => {
            Some(Const::Float(number::float(left)? + number::float(right)?))
        }
        _ => number::int(left)?
            .checked_add(number::int(right)?)
            .map(Const::Int),
    }
}

fn multiply(left: &Const, right: &Const, budget: &mut Budget) -> Option<Const> {
    for (run, times) in [(left, right), (right, left)] {
        let times = || -> Option<usize> { usize::try_from(number::int(times)?.max(0)).ok() };
        if let Some((kind, data)) = Kind::of(run) {
            let times = times()?;
            budget.make(data.len().checked_mul(times)?)?;
            return Some(kind.wrap(data.repeat(times)));
        }
        if let Const::Tuple(items) | Const::List(items) = run {
            let times = times()?;
            budget.step(times)?;
            let mut out = alloc::vec::Vec::new();
            if !items.is_empty() {
                for _ in 0..times {
                    out.extend(iterate::copies(items, budget)?);
                }
            }
            return Some(if matches!(run, Const::Tuple(_)) {
                Const::Tuple(out)
            } else {
                Const::List(out)
            });
        }
    }
    match (left, right) {
        (Const::Float(_), _) | (_, Const::Float(_)) => {
            Some(Const::Float(number::float(left)? * number::float(right)?))
        }
        _ => number::int(left)?
            .checked_mul(number::int(right)?)
            .map(Const::Int),
    }
}

fn integers(name: &str, left: &Const, right: &Const) -> Option<Const> {
    let (left, right) = (number::int(left)?, number::int(right)?);
    let value = match name {
        "sub" => left.checked_sub(right)?,
        "floordiv" => floor(left, right)?.0,
        "mod" => floor(left, right)?.1,
        "lshift" if left == 0 && right >= 0 => 0,
        "lshift" => {
            // The power must fit as well, so that no bit is lost.
            let power = 1_i128
                .checked_shl(u32::try_from(right).ok()?)
                .filter(|&power| power > 0)?;
            left.checked_mul(power)?
        }
        "rshift" if right < 0 => return None,
        "rshift" => left
            .checked_shr(u32::try_from(right).unwrap_or(u32::MAX))
            .unwrap_or(if left < 0 { -1 } else { 0 }),
        "pow" => left.checked_pow(u32::try_from(right).ok()?)?,
        _ => return None,
    };
    Some(Const::Int(value))
}

/// Quotient and rest with the rest on the side of the divisor.
pub(super) fn floor(left: i128, right: i128) -> Option<(i128, i128)> {
    let (quotient, rest) = (left.checked_div(right)?, left.checked_rem(right)?);
    if rest != 0 && (rest < 0) != (right < 0) {
        return Some((quotient.checked_sub(1)?, rest.checked_add(right)?));
    }
    Some((quotient, rest))
}

fn bits(name: &str, left: &Const, right: &Const, budget: &mut Budget) -> Option<Const> {
    let of_sets = |members| match left {
        Const::Set(_) => Const::Set(members),
        _ => Const::FrozenSet(members),
    };
    match (left, right) {
        (Const::Bool(left), Const::Bool(right)) => Some(Const::Bool(match name {
            "and" => left & right,
            "or" => left | right,
            _ => left ^ right,
        })),
        (Const::Int(_) | Const::Bool(_), Const::Int(_) | Const::Bool(_)) => {
            let (left, right) = (number::int(left)?, number::int(right)?);
            Some(Const::Int(match name {
                "and" => left & right,
                "or" => left | right,
                _ => left ^ right,
            }))
        }
        (Const::Set(_) | Const::FrozenSet(_), Const::Set(_) | Const::FrozenSet(_)) => match name {
            "or" => container::call(left, "union", core::slice::from_ref(right), budget),
            "and" => container::combine(left, "intersection", right, budget).map(of_sets),
            "xor" => container::combine(left, "symmetric_difference", right, budget).map(of_sets),
            _ => container::combine(left, "difference", right, budget).map(of_sets),
        },
        (Const::Dict(first), Const::Dict(second)) if name == "or" => {
            let both = first.iter().chain(second).map(|(key, item)| (key, item));
            let kept = key::distinct_pairs(both, budget)?;
            let pairs: Option<_> = kept
                .into_iter()
                .map(|(key, item)| Some((budget.copy(key)?, budget.copy(item)?)))
                .collect();
            pairs.map(Const::Dict)
        }
        _ => None,
    }
}

/// `left is right`, which is certain for the singletons only.
fn is(left: &Const, right: &Const) -> Option<bool> {
    let alone = |value: &Const| matches!(value, Const::None | Const::Bool(_));
    let known = |value: &Const| !matches!(value, Const::Name(_));
    (alone(left) || alone(right)).then_some(())?;
    (known(left) && known(right)).then_some(left == right)
}

/// Orders two results of `min` and `max`.
pub(super) fn extreme(values: &[Const], wanted: Ordering, budget: &mut Budget) -> Option<Const> {
    let (mut best, rest) = values.split_first()?;
    for value in rest {
        if order::compare(value, best, budget)? == wanted {
            best = value;
        }
    }
    budget.copy(best)
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn computed(name: &str, args: &[Const]) -> Option<Const> {
        call(name, args, &mut Budget::default())
    }

    #[test]
    fn nothing_overflows() {
        let (most, least) = (Const::Int(i128::MAX), Const::Int(i128::MIN));
        assert_eq!(computed("add", &[most.clone(), Const::Int(1)]), None);
        assert_eq!(computed("neg", std_slice(&least)), None);
        assert_eq!(computed("floordiv", &[least.clone(), Const::Int(-1)]), None);
        assert_eq!(computed("mod", &[Const::Int(1), Const::Int(0)]), None);
        assert_eq!(computed("lshift", &[Const::Int(1), Const::Int(127)]), None);
        assert_eq!(
            computed("lshift", &[Const::Int(1), Const::Int(1 << 40)]),
            None
        );
        assert_eq!(computed("pow", &[Const::Int(2), Const::Int(128)]), None);
        assert_eq!(
            computed("rshift", &[least, Const::Int(i128::MAX)]),
            Some(Const::Int(-1))
        );
        assert_eq!(
            computed("mul", &[Const::Str(b"a".into()), Const::Int(1_000_000_000)]),
            None
        );
        assert_eq!(
            computed(
                "mul",
                &[Const::List(vec![Const::None]), Const::Int(1_000_000_000)]
            ),
            None
        );
        assert_eq!(computed("mul", &[Const::List(vec![]), most]), None);
    }

    fn std_slice(value: &Const) -> &[Const] {
        core::slice::from_ref(value)
    }

    #[test]
    fn assigning_forms_leave_what_can_change_alone() {
        let list = Const::List(vec![]);
        assert_eq!(computed("iadd", &[list.clone(), list]), None);
        let text = Const::Str(b"os".into());
        assert_eq!(
            computed("iadd", &[text.clone(), text]),
            Some(Const::Str(b"osos".into()))
        );
    }

    #[test]
    fn names_are_not_compared() {
        let name = Const::Name("os.sep".into());
        assert_eq!(
            computed("eq", &[name.clone(), Const::Str(b"/".into())]),
            None
        );
        assert_eq!(computed("is_", &[name, Const::None]), None);
        assert_eq!(
            computed("is_not", &[Const::Int(1), Const::None]),
            Some(Const::Bool(true))
        );
    }
}
