//! The constructors among the builtins.

use alloc::vec;
use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::Budget;
use super::{codec, iterate, key, number, show};

/// Computes `type(*args)` for a type of the builtins.
pub(super) fn call(kind: &str, args: &[Const], budget: &mut Budget) -> Option<Const> {
    match kind {
        "str" => str(args, budget).map(Const::Str),
        "bytes" => bytes(args, budget).map(Const::Bytes),
        "bytearray" => bytes(args, budget).map(Const::ByteArray),
        "int" => int(args, budget).map(Const::Int),
        "float" => float(args, budget).map(Const::Float),
        "bool" => match args {
            [] => Some(Const::Bool(false)),
            [value] => iterate::truth(value).map(Const::Bool),
            _ => None,
        },
        "list" => collected(args, budget).map(Const::List),
        "tuple" => collected(args, budget).map(Const::Tuple),
        "set" => distinct(args, budget).map(Const::Set),
        "frozenset" => distinct(args, budget).map(Const::FrozenSet),
        "dict" => dict(args, budget).map(Const::Dict),
        "slice" => slice(args, budget),
        _ => None,
    }
}

fn str(args: &[Const], budget: &mut Budget) -> Option<Vec<u8>> {
    match args {
        [] => Some(Vec::new()),
        [value] => show::str(value, budget),
        [value, rest @ ..] => match codec::decode_bytes(iterate::bytes(value)?, rest, budget)? {
            Const::Str(text) => Some(text),
            _ => None,
        },
    }
}

fn bytes(args: &[Const], budget: &mut Budget) -> Option<Vec<u8>> {
    match args {
        [] => Some(Vec::new()),
        [value] => bytes_of(value, budget),
        [Const::Str(text), rest @ ..] => match codec::encode_text(text, rest, budget)? {
            Const::Bytes(data) => Some(data),
            _ => None,
        },
        _ => None,
    }
}

/// `bytes(value)`
pub(super) fn bytes_of(value: &Const, budget: &mut Budget) -> Option<Vec<u8>> {
    match value {
        Const::Bytes(data) | Const::ByteArray(data) => {
            budget.make(data.len())?;
            Some(data.clone())
        }
        Const::Int(_) | Const::Bool(_) => {
            let count = number::size(value)?;
            budget.make(count)?;
            Some(vec![0; count])
        }
        Const::Str(_) => None,
        other => iterate::items(other, budget)?
            .iter()
            .map(|item| u8::try_from(number::int(item)?).ok())
            .collect(),
    }
}

fn int(args: &[Const], budget: &mut Budget) -> Option<i128> {
    let (value, base) = match args {
        [] => return Some(0),
        [Const::Float(float)] => return number::truncate(*float),
        [value @ (Const::Int(_) | Const::Bool(_))] => return number::int(value),
        [value] => (value, 10),
        [value, base] => (value, u32::try_from(number::int(base)?).ok()?),
        _ => return None,
    };
    let (Const::Str(text) | Const::Bytes(text) | Const::ByteArray(text)) = value else {
        return None;
    };
    budget.look(text.len())?;
    number::parse(text, base)
}

fn float(args: &[Const], budget: &mut Budget) -> Option<f64> {
    match args {
        [] => Some(0.0),
        [Const::Str(text) | Const::Bytes(text) | Const::ByteArray(text)] => {
            budget.look(text.len())?;
            number::parse_float(text)
        }
        [value] => number::float(value),
        _ => None,
    }
}

fn collected(args: &[Const], budget: &mut Budget) -> Option<Vec<Const>> {
    match args {
        [] => Some(Vec::new()),
        [value] => iterate::items(value, budget),
        _ => None,
    }
}

fn distinct(args: &[Const], budget: &mut Budget) -> Option<Vec<Const>> {
    match args {
        [] => Some(Vec::new()),
        [value] => {
            let members = iterate::members(value, budget)?;
            let kept = key::distinct(&members, budget)?;
            iterate::copies(kept, budget)
        }
        _ => None,
    }
}

fn dict(args: &[Const], budget: &mut Budget) -> Option<Vec<(Const, Const)>> {
    let mut made = Vec::new();
    let pairs = match args {
        [] => return Some(made),
        [Const::Dict(pairs)] => pairs,
        [value] => {
            for pair in iterate::items(value, budget)? {
                let [key, item] = <[Const; 2]>::try_from(iterate::items(&pair, budget)?).ok()?;
                made.push((key, item));
            }
            &made
        }
        _ => return None,
    };
    let kept = key::distinct_pairs(pairs.iter().map(|(key, item)| (key, item)), budget)?;
    kept.into_iter()
        .map(|(key, item)| Some((budget.copy(key)?, budget.copy(item)?)))
        .collect()
}

fn slice(args: &[Const], budget: &mut Budget) -> Option<Const> {
    let none = || Some(Const::None);
    let parts = match args {
        [stop] => [none()?, budget.copy(stop)?, none()?],
        [start, stop] => [budget.copy(start)?, budget.copy(stop)?, none()?],
        [start, stop, step] => [budget.copy(start)?, budget.copy(stop)?, budget.copy(step)?],
        _ => return None,
    };
    Some(Const::Slice(parts.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(kind: &str, args: &[Const]) -> Option<Const> {
        call(kind, args, &mut Budget::default())
    }

    #[test]
    fn a_size_is_bounded() {
        assert_eq!(
            made("bytes", &[Const::Int(3)]),
            Some(Const::Bytes(vec![0; 3]))
        );
        assert_eq!(made("bytes", &[Const::Int(1 << 40)]), None);
        assert_eq!(made("bytes", &[Const::Int(-1)]), None);
        assert_eq!(made("bytes", &[Const::Str(b"a".into())]), None);
    }

    #[test]
    fn pairs_become_a_dict() {
        let pairs = Const::List(vec![
            Const::Str(b"ab".into()),
            Const::Tuple(vec![Const::Int(1), Const::None]),
        ]);
        let dict = Const::Dict(vec![
            (Const::Str(b"a".into()), Const::Str(b"b".into())),
            (Const::Int(1), Const::None),
        ]);
        assert_eq!(made("dict", &[pairs]), Some(dict));
        assert_eq!(
            made("dict", &[Const::List(vec![Const::Str(b"abc".into())])]),
            None
        );
    }

    #[test]
    fn an_unhashable_member_gives_nothing() {
        assert_eq!(made("set", &[Const::List(vec![Const::List(vec![])])]), None);
    }
}
