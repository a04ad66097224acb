use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::Budget;
use super::{iterate, key, lookup, number, text};

/// `object[index]`
pub(super) fn item(object: &Const, index: &Const, budget: &mut Budget) -> Option<Const> {
    if let Const::Name(name) = object {
        return lookup::item(name, index);
    }
    if let Const::Dict(pairs) = object {
        return find(pairs, index, budget)?;
    }
    if let Const::Slice(bounds) = index {
        return slice(object, bounds, budget);
    }
    let index = number::int(index)?;
    match object {
        Const::Tuple(items) | Const::List(items) => {
            budget.copy(items.get(place(index, items.len())?)?)
        }
        Const::Str(text) => {
            let points = text::points(text, budget)?;
            let point = *points.get(place(index, points.len())?)?;
            text::collect([point], budget).map(Const::Str)
        }
        Const::Bytes(data) | Const::ByteArray(data) => data
            .get(place(index, data.len())?)
            .map(|&byte| Const::Int(byte.into())),
        _ => None,
    }
}

/// `pairs.get(wanted)`: the outer `None` where it is not known whether the key is there.
pub(super) fn find(
    pairs: &[(Const, Const)],
    wanted: &Const,
    budget: &mut Budget,
) -> Option<Option<Const>> {
    let wanted = key::hashable(wanted, budget)?;
    for (key, value) in pairs.iter().rev() {
        if key::hashable(key, budget)? == wanted {
            return budget.copy(value).map(Some);
        }
    }
    Some(None)
}

/// `wanted in object`
pub(super) fn contains(object: &Const, wanted: &Const, budget: &mut Budget) -> Option<bool> {
    match (object, wanted) {
        (Const::Str(text), Const::Str(part)) => {
            budget.look(text.len().saturating_add(part.len()))?;
            Some(memchr::memmem::find(text, part).is_some())
        }
        (
            Const::Bytes(data) | Const::ByteArray(data),
            Const::Bytes(part) | Const::ByteArray(part),
        ) => {
            budget.look(data.len().saturating_add(part.len()))?;
            Some(memchr::memmem::find(data, part).is_some())
        }
        (Const::Bytes(data) | Const::ByteArray(data), other) => {
            budget.look(data.len())?;
            Some(data.contains(&u8::try_from(number::int(other)?).ok()?))
        }
        (Const::Dict(pairs), _) => Some(find(pairs, wanted, budget)?.is_some()),
        (Const::Set(members) | Const::FrozenSet(members), _) => {
            let wanted = key::hashable(wanted, budget)?;
            for member in members {
                if key::hashable(member, budget)? == wanted {
                    return Some(true);
                }
            }
            Some(false)
        }
        (Const::Tuple(items) | Const::List(items) | Const::Iterator(items), _) => {
            Some(position(items, wanted, budget)?.is_some())
        }
        _ => None,
    }
}

/// Where the first item that equals `wanted` stands: the outer `None` where that is not known.
pub(super) fn position(
    items: &[Const],
    wanted: &Const,
    budget: &mut Budget,
) -> Option<Option<usize>> {
    for (place, item) in items.iter().enumerate() {
        if key::equal(item, wanted, budget)? {
            return Some(Some(place));
        }
    }
    Some(None)
}

/// The place that a possibly negative index means in a run of `length`, if it is inside.
fn place(index: i128, length: usize) -> Option<usize> {
    let index = if index < 0 {
        index.checked_add(i128::try_from(length).ok()?)?
    } else {
        index
    };
    usize::try_from(index).ok().filter(|&place| place < length)
}

/// A bound of a search or slice, cut to `0..=length` as Python does.
pub(super) fn bound(bound: &Const, default: usize, length: usize) -> Option<usize> {
    if matches!(bound, Const::None) {
        return Some(default);
    }
    clamp(number::int(bound)?, length)
}

fn clamp(index: i128, length: usize) -> Option<usize> {
    let index = if index < 0 {
        index.checked_add(i128::try_from(length).ok()?)?
    } else {
        index
    };
    if index < 0 {
        return Some(0);
    }
    Some(usize::try_from(index).unwrap_or(length).min(length))
}

fn slice(object: &Const, bounds: &[Const; 3], budget: &mut Budget) -> Option<Const> {
    match object {
        Const::Tuple(items) => pick(items, bounds, budget)
            .and_then(|found| iterate::copies(found, budget))
            .map(Const::Tuple),
        Const::List(items) => pick(items, bounds, budget)
            .and_then(|found| iterate::copies(found, budget))
            .map(Const::List),
        Const::Str(text) => {
            let points = text::points(text, budget)?;
            let found = pick(&points, bounds, budget)?;
            text::collect(found.into_iter().copied(), budget).map(Const::Str)
        }
        Const::Bytes(data) => pick(data, bounds, budget)
            .map(|found| Const::Bytes(found.into_iter().copied().collect())),
        Const::ByteArray(data) => pick(data, bounds, budget)
            .map(|found| Const::ByteArray(found.into_iter().copied().collect())),
        _ => None,
    }
}

/// The items that a slice takes.
fn pick<'a, T>(
    items: &'a [T],
    [start, stop, step]: &[Const; 3],
    budget: &mut Budget,
) -> Option<Vec<&'a T>> {
    let length = items.len();
    budget.step(1)?;
    let step = if matches!(step, Const::None) {
        1
    } else {
        number::int(step)?
    };
    let stride = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
    let picked: Vec<&T> = if step > 0 {
        let (start, stop) = (bound(start, 0, length)?, bound(stop, length, length)?);
        items
            .get(start..stop.max(start))?
            .iter()
            .step_by(stride)
            .collect()
    } else if step < 0 {
        // Counted from the end: one past the place that the bound names, so that -1 fits as 0.
        let past = |bound: &Const, default: usize| -> Option<usize> {
            if matches!(bound, Const::None) {
                return Some(default);
            }
            let index = number::int(bound)?;
            let length = i128::try_from(length).ok()?;
            let index = if index < 0 {
                index.checked_add(length)?
            } else {
                index
            };
            usize::try_from(index.clamp(-1, length.checked_sub(1)?).checked_add(1)?).ok()
        };
        let (start, stop) = (past(start, length)?, past(stop, 0)?);
        items
            .get(stop..start.max(stop))?
            .iter()
            .rev()
            .step_by(stride)
            .collect()
    } else {
        return None;
    };
    budget.make(picked.len())?;
    Some(picked)
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;

    use super::*;

    fn sliced(text: &str, bounds: [Const; 3]) -> Option<Const> {
        item(
            &Const::Str(text.into()),
            &Const::Slice(Box::new(bounds)),
            &mut Budget::default(),
        )
    }

    #[test]
    fn slices_are_cut_as_python_cuts_them() {
        use Const::{Int, None};
        let text = |text: &str| Some(Const::Str(text.into()));
        assert_eq!(sliced("metsys", [None, None, Int(-1)]), text("system"));
        assert_eq!(sliced("abcdef", [Int(-100), Int(100), Int(2)]), text("ace"));
        assert_eq!(sliced("abcdef", [Int(100), Int(0), Int(-2)]), text("fdb"));
        assert_eq!(
            sliced("abcdef", [Int(4), Int(-100), Int(-1)]),
            text("edcba")
        );
        assert_eq!(sliced("abcdef", [Int(4), Int(2), None]), text(""));
        assert_eq!(sliced("", [None, None, Int(-1)]), text(""));
        assert_eq!(sliced("abc", [None, None, Int(0)]), Option::None);
        assert_eq!(
            sliced("abc", [Int(i128::MIN), Int(i128::MAX), Int(i128::MAX)]),
            text("a")
        );
    }

    #[test]
    fn an_index_outside_gives_nothing() {
        let text = Const::Str(b"abc".into());
        for index in [3, -4, i128::MAX, i128::MIN] {
            assert_eq!(
                item(&text, &Const::Int(index), &mut Budget::default()),
                None
            );
        }
        assert_eq!(
            item(&text, &Const::Bool(true), &mut Budget::default()),
            Some(Const::Str(b"b".into()))
        );
    }
}
