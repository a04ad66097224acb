use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::constant::Const;

use super::budget::{Budget, MAX_DEPTH};
use super::{key, number};

/// How two constants that have an order stand to each other.
pub(super) fn compare(left: &Const, right: &Const, budget: &mut Budget) -> Option<Ordering> {
    compare_at(left, right, budget, 0)
}

/// `sorted(values)`, for values of one simple kind.
pub(super) fn sort(mut values: Vec<Const>, budget: &mut Budget) -> Option<Vec<Const>> {
    // Merging looks at each value once per doubling.
    let rounds = usize::try_from(values.len().checked_ilog2().unwrap_or(0))
        .ok()?
        .saturating_add(1);
    budget.step(values.len().saturating_mul(rounds))?;
    let all = |test: fn(&Const) -> bool| values.iter().all(test);
    if all(|value| number::int(value).is_some()) {
        values.sort_by_key(number::int);
    } else if all(|value| matches!(value, Const::Str(_)))
        || all(|value| matches!(value, Const::Bytes(_)))
    {
        for value in &values {
            if let Const::Str(data) | Const::Bytes(data) = value {
                budget.look(data.len().saturating_mul(rounds))?;
            }
        }
        values.sort_by(|left, right| match (left, right) {
            (Const::Str(left), Const::Str(right)) | (Const::Bytes(left), Const::Bytes(right)) => {
                left.cmp(right)
            }
            _ => Ordering::Equal,
        });
    } else {
        return (values.len() <= 1).then_some(values);
    }
    Some(values)
}

fn compare_at(left: &Const, right: &Const, budget: &mut Budget, depth: usize) -> Option<Ordering> {
    if depth > MAX_DEPTH {
        return None;
    }
    budget.step(1)?;
    match (left, right) {
        // Generalised UTF-8 sorts as its code points do.
        (Const::Str(left), Const::Str(right))
        | (
            Const::Bytes(left) | Const::ByteArray(left),
            Const::Bytes(right) | Const::ByteArray(right),
        ) => {
            budget.look(left.len().min(right.len()))?;
            Some(left.cmp(right))
        }
        (Const::Tuple(left), Const::Tuple(right)) | (Const::List(left), Const::List(right)) => {
            for (left, right) in left.iter().zip(right) {
                if !key::equal(left, right, budget)? {
                    return compare_at(left, right, budget, depth.saturating_add(1));
                }
            }
            Some(left.len().cmp(&right.len()))
        }
        (Const::Float(left), Const::Float(right)) => left.partial_cmp(right),
        _ => Some(number::int(left)?.cmp(&number::int(right)?)),
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn mixed_kinds_have_no_order() {
        let mixed = vec![Const::Int(1), Const::Str(b"a".into())];
        assert_eq!(sort(mixed, &mut Budget::default()), None);
        assert_eq!(
            compare(&Const::Int(1), &Const::None, &mut Budget::default()),
            None
        );
    }

    #[test]
    fn sequences_compare_by_their_first_difference() {
        let short = Const::Tuple(vec![Const::Int(1)]);
        let long = Const::Tuple(vec![Const::Int(1), Const::None]);
        assert_eq!(
            compare(&short, &long, &mut Budget::default()),
            Some(Ordering::Less)
        );
    }

    #[test]
    fn sorting_is_stable() {
        let values = vec![Const::Int(2), Const::Bool(true), Const::Int(1)];
        let sorted = vec![Const::Bool(true), Const::Int(1), Const::Int(2)];
        assert_eq!(sort(values, &mut Budget::default()), Some(sorted));
    }
}
