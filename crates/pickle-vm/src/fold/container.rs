//! The methods of tuples, lists, dicts, sets and ints that change nothing.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::Budget;
use super::{index, iterate, key, number};

/// Computes a method of a container or an int.
pub(super) fn call(
    object: &Const,
    method: &str,
    args: &[Const],
    budget: &mut Budget,
) -> Option<Const> {
    match object {
        Const::Tuple(items) | Const::List(items) => sequence(object, items, method, args, budget),
        Const::Dict(pairs) => dict(pairs, method, args, budget),
        Const::Set(_) | Const::FrozenSet(_) => set(object, method, args, budget),
        Const::Int(_) | Const::Bool(_) => int(number::int(object)?, method, args, budget),
        _ => None,
    }
}

fn sequence(
    object: &Const,
    items: &[Const],
    method: &str,
    args: &[Const],
    budget: &mut Budget,
) -> Option<Const> {
    match (method, args) {
        ("index", [wanted, range @ ..]) => {
            let (start, end) = match range {
                [] => (0, items.len()),
                [start] => (index::bound(start, 0, items.len())?, items.len()),
                [start, end] => (
                    index::bound(start, 0, items.len())?,
                    index::bound(end, items.len(), items.len())?,
                ),
                _ => return None,
            };
            let place = index::position(items.get(start..end)?, wanted, budget)??;
            number::from_size(place.checked_add(start)?)
        }
        ("count", [wanted]) => {
            let mut count: usize = 0;
            for item in items {
                count = count.saturating_add(usize::from(key::equal(item, wanted, budget)?));
            }
            number::from_size(count)
        }
        ("copy", []) => budget.copy(object),
        _ => None,
    }
}

fn dict(
    pairs: &[(Const, Const)],
    method: &str,
    args: &[Const],
    budget: &mut Budget,
) -> Option<Const> {
    match (method, args) {
        ("get", [wanted]) => Some(index::find(pairs, wanted, budget)?.unwrap_or(Const::None)),
        ("get", [wanted, default]) => match index::find(pairs, wanted, budget)? {
            Some(found) => Some(found),
            None => budget.copy(default),
        },
        ("keys" | "values" | "items" | "copy", []) => {
            let kept = key::distinct_pairs(pairs.iter().map(|(key, item)| (key, item)), budget)?;
            if method == "copy" {
                let pairs: Option<Vec<_>> = kept
                    .into_iter()
                    .map(|(key, item)| Some((budget.copy(key)?, budget.copy(item)?)))
                    .collect();
                return pairs.map(Const::Dict);
            }
            let items: Option<Vec<_>> = kept
                .into_iter()
                .map(|(key, item)| match method {
                    "keys" => budget.copy(key),
                    "values" => budget.copy(item),
                    _ => Some(Const::Tuple([budget.copy(key)?, budget.copy(item)?].into())),
                })
                .collect();
            items.map(Const::Iterator)
        }
        _ => None,
    }
}

fn set(object: &Const, method: &str, args: &[Const], budget: &mut Budget) -> Option<Const> {
    let wrap = |members| match object {
        Const::Set(_) => Const::Set(members),
        _ => Const::FrozenSet(members),
    };
    match (method, args) {
        ("copy", []) => iterate::members(object, budget).map(wrap),
        ("union", [other]) => {
            let mut members = iterate::members(object, budget)?;
            members.extend(iterate::members(other, budget)?);
            let members = key::distinct(&members, budget)?;
            iterate::copies(members, budget).map(wrap)
        }
        ("intersection" | "difference" | "symmetric_difference", [other]) => {
            combine(object, method, other, budget).map(wrap)
        }
        _ => None,
    }
}

/// The members of a combination of two sets.
pub(super) fn combine(
    left: &Const,
    method: &str,
    right: &Const,
    budget: &mut Budget,
) -> Option<Vec<Const>> {
    let (left, right) = (
        iterate::members(left, budget)?,
        iterate::members(right, budget)?,
    );
    let by_form = |members: &[Const], budget: &mut Budget| -> Option<BTreeMap<Vec<u8>, Const>> {
        members
            .iter()
            .map(|member| Some((key::hashable(member, budget)?, budget.copy(member)?)))
            .collect()
    };
    let (in_left, in_right) = (by_form(&left, budget)?, by_form(&right, budget)?);
    let mut kept = Vec::new();
    for member in left {
        match (in_right.get(&key::hashable(&member, budget)?), method) {
            // Which of two equal members is taken depends on the sizes of the sets.
            (Some(other), "intersection") if *other != member => return None,
            (Some(_), "intersection") | (None, "difference" | "symmetric_difference") => {
                kept.push(member)
            }
            _ => {}
        }
    }
    if method == "symmetric_difference" {
        for member in right {
            if !in_left.contains_key(&key::hashable(&member, budget)?) {
                kept.push(member);
            }
        }
    }
    let kept = key::distinct(&kept, budget)?;
    iterate::copies(kept, budget)
}

fn int(value: i128, method: &str, args: &[Const], budget: &mut Budget) -> Option<Const> {
    match (method, args) {
        ("to_bytes", [] | [_] | [_, _]) => {
            let length = args.first().map_or(Some(1), number::size)?;
            let order = match args.get(1) {
                None => &b"big"[..],
                Some(Const::Str(order)) => order,
                Some(_) => return None,
            };
            budget.make(length)?;
            let value = u128::try_from(value).ok()?;
            let bytes = value.to_le_bytes();
            // Only zeros may be cut off.
            if bytes.iter().skip(length).any(|&byte| byte != 0) {
                return None;
            }
            let mut data: Vec<u8> = bytes
                .into_iter()
                .chain(core::iter::repeat(0))
                .take(length)
                .collect();
            match order {
                b"little" => {}
                b"big" => data.reverse(),
                _ => return None,
            }
            Some(Const::Bytes(data))
        }
        ("bit_length", []) => Some(Const::Int(
            128_u32
                .checked_sub(value.unsigned_abs().leading_zeros())?
                .into(),
        )),
        ("conjugate", []) => Some(Const::Int(value)),
        _ => None,
    }
}

/// `int.from_bytes(data, order)`
pub(super) fn from_bytes(args: &[Const], budget: &mut Budget) -> Option<Const> {
    let (data, order) = match args {
        [data] => (data, &b"big"[..]),
        [data, Const::Str(order)] => (data, order.as_slice()),
        _ => return None,
    };
    let mut data = match data {
        Const::List(_) | Const::Tuple(_) => super::construct::bytes_of(data, budget)?,
        other => {
            let data = iterate::bytes(other)?;
            budget.make(data.len())?;
            data.to_vec()
        }
    };
    match order {
        b"big" => {}
        b"little" => data.reverse(),
        _ => return None,
    }
    let mut value: i128 = 0;
    for byte in data {
        value = value.checked_mul(256)?.checked_add(byte.into())?;
    }
    Some(Const::Int(value))
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn get(object: &Const, method: &str, args: &[Const]) -> Option<Const> {
        call(object, method, args, &mut Budget::default())
    }

    #[test]
    fn a_dict_gives_what_it_holds() {
        let dict = Const::Dict(vec![
            (Const::Int(1), Const::Int(2)),
            (Const::Float(1.0), Const::Int(3)),
        ]);
        assert_eq!(get(&dict, "get", &[Const::Bool(true)]), Some(Const::Int(3)));
        assert_eq!(get(&dict, "get", &[Const::None]), Some(Const::None));
        assert_eq!(
            get(&dict, "values", &[]),
            Some(Const::Iterator(vec![Const::Int(3)]))
        );
        assert_eq!(get(&dict, "pop", &[Const::Int(1)]), None);
        assert_eq!(get(&dict, "get", &[Const::Name("os.sep".into())]), None);
    }

    #[test]
    fn ints_become_bytes_and_come_back() {
        let data = get(
            &Const::Int(0x6f73),
            "to_bytes",
            &[Const::Int(3), Const::Str(b"little".into())],
        );
        assert_eq!(data, Some(Const::Bytes(b"so\0".into())));
        assert_eq!(get(&Const::Int(0x6f73), "to_bytes", &[]), None);
        let back = from_bytes(
            &[data.unwrap(), Const::Str(b"little".into())],
            &mut Budget::default(),
        );
        assert_eq!(back, Some(Const::Int(0x6f73)));
    }

    #[test]
    fn places_are_searched_in_their_range() {
        let list = Const::List(vec![Const::Int(1), Const::Int(2), Const::Int(1)]);
        assert_eq!(
            get(&list, "index", &[Const::Int(1), Const::Int(-2)]),
            Some(Const::Int(2))
        );
        assert_eq!(
            get(
                &list,
                "index",
                &[Const::Int(1), Const::Int(2), Const::Int(1)]
            ),
            None
        );
        assert_eq!(
            get(&list, "count", &[Const::Bool(true)]),
            Some(Const::Int(2))
        );
    }
}
