use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::Budget;
use super::kind::Kind;
use super::{index, iterate, key, number, text};

/// `data.translate(table, ...)`
pub(super) fn translate(
    kind: Kind,
    data: &[u8],
    args: &[Const],
    budget: &mut Budget,
) -> Option<Const> {
    match (kind, args) {
        (Kind::Text, [table]) => translate_text(data, table, budget),
        (Kind::Bytes | Kind::ByteArray, [table]) => translate_bytes(kind, data, table, &[], budget),
        (Kind::Bytes | Kind::ByteArray, [table, delete]) => {
            translate_bytes(kind, data, table, iterate::bytes(delete)?, budget)
        }
        _ => None,
    }
}

/// `str.maketrans(...)` or `bytes.maketrans(...)`
pub(super) fn table(kind: Kind, args: &[Const], budget: &mut Budget) -> Option<Const> {
    match (kind, args) {
        (Kind::Text, [Const::Dict(pairs)]) => {
            let mut table = Vec::new();
            for (key, value) in pairs {
                let key = match key {
                    Const::Str(text) => Const::Int(only_point(text)?.into()),
                    other => {
                        number::int(other)?;
                        budget.copy(other)?
                    }
                };
                budget.values(1)?;
                table.push((key, budget.copy(value)?));
            }
            dict(&table, budget)
        }
        (Kind::Text, [from, to, rest @ ..]) => {
            let mut table = Vec::new();
            let (from, to) = (
                text::points(Kind::Text.operand(from)?, budget)?,
                text::points(Kind::Text.operand(to)?, budget)?,
            );
            if from.len() != to.len() {
                return None;
            }
            for (from, to) in from.into_iter().zip(to) {
                table.push((Const::Int(from.into()), Const::Int(to.into())));
            }
            match rest {
                [] => {}
                [drop] => {
                    for point in text::points(Kind::Text.operand(drop)?, budget)? {
                        table.push((Const::Int(point.into()), Const::None));
                    }
                }
                _ => return None,
            }
            dict(&table, budget)
        }
        (Kind::Bytes | Kind::ByteArray, [from, to]) => {
            let (from, to) = (iterate::bytes(from)?, iterate::bytes(to)?);
            if from.len() != to.len() {
                return None;
            }
            budget.make(256)?;
            budget.look(from.len())?;
            let mut table: Vec<u8> = (0..=u8::MAX).collect();
            for (from, to) in from.iter().zip(to) {
                *table.get_mut(usize::from(*from))? = *to;
            }
            Some(Const::Bytes(table))
        }
        _ => None,
    }
}

fn dict(table: &[(Const, Const)], budget: &mut Budget) -> Option<Const> {
    let kept = key::distinct_pairs(table.iter().map(|(key, value)| (key, value)), budget)?;
    let pairs: Option<_> = kept
        .into_iter()
        .map(|(key, value)| Some((budget.copy(key)?, budget.copy(value)?)))
        .collect();
    pairs.map(Const::Dict)
}

fn only_point(data: &[u8]) -> Option<u32> {
    text::first(data)
        .filter(|&(_, length)| length == data.len())
        .map(|(point, _)| point)
}

fn translate_text(data: &[u8], table: &Const, budget: &mut Budget) -> Option<Const> {
    let mut out = Vec::new();
    for point in text::points(data, budget)? {
        let found = match table {
            Const::Dict(pairs) => index::find(pairs, &Const::Int(point.into()), budget)?,
            Const::Str(_)
            | Const::List(_)
            | Const::Tuple(_)
            | Const::Bytes(_)
            | Const::ByteArray(_) => index::item(table, &Const::Int(point.into()), budget)
                .map(Some)
                .or_else(|| {
                    (usize::try_from(point).ok()? >= iterate::length(table, budget)?)
                        .then_some(None)
                })?,
            _ => return None,
        };
        match found {
            None => text::push(&mut out, point)?,
            Some(Const::None) => {}
            Some(Const::Str(text)) => {
                budget.make(text.len())?;
                out.extend(text);
            }
            Some(other) => text::push(&mut out, u32::try_from(number::int(&other)?).ok()?)?,
        }
        budget.make(4)?;
    }
    Some(Const::Str(out))
}

fn translate_bytes(
    kind: Kind,
    data: &[u8],
    table: &Const,
    delete: &[u8],
    budget: &mut Budget,
) -> Option<Const> {
    let table = match table {
        Const::None => None,
        other => Some(iterate::bytes(other).filter(|table| table.len() == 256)?),
    };
    budget.look(delete.len())?;
    budget.make(data.len())?;
    let mut dropped = [false; 256];
    for &byte in delete {
        *dropped.get_mut(usize::from(byte))? = true;
    }
    let mut out = Vec::with_capacity(data.len());
    for &byte in data {
        if !*dropped.get(usize::from(byte))? {
            out.push(match table {
                Some(table) => *table.get(usize::from(byte))?,
                None => byte,
            });
        }
    }
    Some(kind.wrap(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_text_replace_drop_and_keep() {
        let budget = &mut Budget::default();
        let str = |text: &str| Const::Str(text.into());
        let table = table(Kind::Text, &[str("zy"), str("os"), str("-")], budget).unwrap();
        assert_eq!(
            translate(Kind::Text, b"z-y.x", &[table], budget),
            Some(str("os.x"))
        );
        assert_eq!(
            translate(Kind::Text, b"\x00\x01a", &[str("os")], budget),
            Some(str("osa"))
        );
    }

    #[test]
    fn tables_of_bytes_have_256_places() {
        let budget = &mut Budget::default();
        let short = Const::Bytes(b"abc".into());
        assert_eq!(translate(Kind::Bytes, b"a", &[short], budget), None);
        let table = table(
            Kind::Bytes,
            &[Const::Bytes(b"z".into()), Const::ByteArray(b"o".into())],
            budget,
        )
        .unwrap();
        let out = translate(
            Kind::ByteArray,
            b"zsx",
            &[table, Const::Bytes(b"x".into())],
            budget,
        );
        assert_eq!(out, Some(Const::ByteArray(b"os".into())));
    }
}
