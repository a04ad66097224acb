use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::Budget;
use super::{key, text};

/// The values that iterating over a constant gives, in order.
///
/// The order of a set with more than one member is not known: hashes of text are salted.
pub(super) fn items(value: &Const, budget: &mut Budget) -> Option<Vec<Const>> {
    match value {
        Const::Tuple(items) | Const::List(items) | Const::Iterator(items) => copies(items, budget),
        Const::Str(text) => {
            let points = text::points(text, budget)?;
            budget.values(points.len())?;
            points
                .into_iter()
                .map(|point| {
                    let mut unit = Vec::new();
                    text::push(&mut unit, point)?;
                    Some(Const::Str(unit))
                })
                .collect()
        }
        Const::Bytes(data) | Const::ByteArray(data) => {
            budget.values(data.len())?;
            Some(data.iter().map(|&byte| Const::Int(byte.into())).collect())
        }
        Const::Dict(pairs) => {
            let pairs = key::distinct_pairs(pairs.iter().map(|(key, item)| (key, item)), budget)?;
            copies(pairs.into_iter().map(|(key, _)| key), budget)
        }
        Const::Set(_) | Const::FrozenSet(_) => {
            let members = members(value, budget)?;
            (members.len() <= 1).then_some(members)
        }
        _ => None,
    }
}

/// The values of anything iterable, in any order: for sums, sorting and sets.
pub(super) fn members(value: &Const, budget: &mut Budget) -> Option<Vec<Const>> {
    match value {
        Const::Set(members) | Const::FrozenSet(members) => {
            let members = key::distinct(members, budget)?;
            copies(members, budget)
        }
        other => items(other, budget),
    }
}

/// `len(value)`
pub(super) fn length(value: &Const, budget: &mut Budget) -> Option<usize> {
    match value {
        Const::Tuple(items) | Const::List(items) => Some(items.len()),
        Const::Str(text) => {
            budget.look(text.len())?;
            Some(text::length(text))
        }
        Const::Bytes(data) | Const::ByteArray(data) => Some(data.len()),
        Const::Dict(pairs) => {
            key::distinct_pairs(pairs.iter().map(|(key, item)| (key, item)), budget)
                .map(|pairs| pairs.len())
        }
        Const::Set(members) | Const::FrozenSet(members) => {
            key::distinct(members, budget).map(|members| members.len())
        }
        _ => None,
    }
}

/// `bool(value)`
pub(super) fn truth(value: &Const) -> Option<bool> {
    Some(match value {
        Const::None => false,
        Const::Bool(flag) => *flag,
        Const::Int(int) => *int != 0,
        Const::Float(float) => *float != 0.0,
        Const::Str(data) | Const::Bytes(data) | Const::ByteArray(data) => !data.is_empty(),
        Const::Tuple(items) | Const::List(items) | Const::Set(items) | Const::FrozenSet(items) => {
            !items.is_empty()
        }
        Const::Dict(pairs) => !pairs.is_empty(),
        // Views of a dict and ranges have a length; other iterators are always true.
        Const::Iterator(items) if items.is_empty() => return None,
        Const::Iterator(_)
        | Const::Slice(_)
        | Const::Module(_)
        | Const::Method(..)
        | Const::Partial(..) => true,
        Const::AttrGetter(_) | Const::ItemGetter(_) | Const::MethodCaller(..) => true,
        Const::Name(_) => return None,
    })
}

/// Copies of values, paid for.
pub(super) fn copies<'a>(
    values: impl IntoIterator<Item = &'a Const>,
    budget: &mut Budget,
) -> Option<Vec<Const>> {
    values.into_iter().map(|value| budget.copy(value)).collect()
}

/// The value of a run of bytes that a `bytes`-like constant holds.
pub(super) fn bytes(value: &Const) -> Option<&[u8]> {
    match value {
        Const::Bytes(data) | Const::ByteArray(data) => Some(data),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn the_order_of_a_set_is_not_known() {
        let one = Const::Set(vec![Const::Int(1), Const::Bool(true)]);
        assert_eq!(
            items(&one, &mut Budget::default()),
            Some(vec![Const::Int(1)])
        );
        let two = Const::Set(vec![Const::Int(1), Const::Int(2)]);
        assert_eq!(items(&two, &mut Budget::default()), None);
        assert_eq!(length(&two, &mut Budget::default()), Some(2));
    }

    #[test]
    fn text_gives_code_points() {
        let text = Const::Str("aé€😀".into());
        assert_eq!(
            items(&text, &mut Budget::default()).map(|units| units.len()),
            Some(4)
        );
        assert_eq!(length(&text, &mut Budget::default()), Some(4));
    }

    #[test]
    fn no_name_is_true_or_false() {
        assert_eq!(truth(&Const::Name("os.sep".into())), None);
        assert_eq!(truth(&Const::Float(-0.0)), Some(false));
    }
}
