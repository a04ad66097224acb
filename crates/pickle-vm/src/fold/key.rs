use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::{Budget, MAX_DEPTH};
use super::number;

/// The canonical form of a hashable constant: two have one form exactly where Python has them equal.
pub(super) fn hashable(value: &Const, budget: &mut Budget) -> Option<Vec<u8>> {
    let mut form = Vec::new();
    write(value, true, &mut form, budget, 0)?;
    Some(form)
}

/// Whether `left == right`; `None` where that is not known.
pub(super) fn equal(left: &Const, right: &Const, budget: &mut Budget) -> Option<bool> {
    let mut forms = [Vec::new(), Vec::new()];
    for (form, value) in forms.iter_mut().zip([left, right]) {
        write(value, false, form, budget, 0)?;
    }
    let [left, right] = forms;
    Some(left == right)
}

/// The pairs of a dict as Python keeps them: the first place and the last value of each key.
pub(super) fn distinct_pairs<'a>(
    pairs: impl IntoIterator<Item = (&'a Const, &'a Const)>,
    budget: &mut Budget,
) -> Option<Vec<(&'a Const, &'a Const)>> {
    let mut places: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    let mut kept: Vec<(&Const, &Const)> = Vec::new();
    for (key, value) in pairs {
        budget.values(2)?;
        let next = kept.len();
        let place = *places.entry(hashable(key, budget)?).or_insert(next);
        match kept.get_mut(place) {
            Some(slot) => slot.1 = value,
            None => kept.push((key, value)),
        }
    }
    Some(kept)
}

/// The members of a set, each once, in the order they came.
pub(super) fn distinct<'a>(
    members: impl IntoIterator<Item = &'a Const>,
    budget: &mut Budget,
) -> Option<Vec<&'a Const>> {
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for member in members {
        budget.values(1)?;
        if seen.insert(hashable(member, budget)?) {
            kept.push(member);
        }
    }
    Some(kept)
}

fn write(
    value: &Const,
    hashed: bool,
    form: &mut Vec<u8>,
    budget: &mut Budget,
    depth: usize,
) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    budget.step(1)?;
    let depth = depth.saturating_add(1);
    match value {
        Const::None => form.push(b'n'),
        Const::Bool(flag) => write_int(i128::from(*flag), form),
        Const::Int(int) => write_int(*int, form),
        Const::Float(float) => match number::whole(*float) {
            Some(int) => write_int(int, form),
            // Too large for an i128, so an int that equals it is not a constant here; NaN equals nothing.
            None if float.is_nan() => return None,
            None => {
                form.push(b'f');
                form.extend(float.to_bits().to_le_bytes());
            }
        },
        Const::Str(text) => write_run(b's', text, form, budget)?,
        Const::Bytes(data) => write_run(b'b', data, form, budget)?,
        Const::ByteArray(data) if !hashed => write_run(b'b', data, form, budget)?,
        Const::Tuple(items) => {
            write_length(b't', items.len(), form)?;
            for item in items {
                write(item, hashed, form, budget, depth)?;
            }
        }
        Const::List(items) if !hashed => {
            write_length(b'l', items.len(), form)?;
            for item in items {
                write(item, false, form, budget, depth)?;
            }
        }
        Const::FrozenSet(members) => write_set(members, form, budget, depth)?,
        Const::Set(members) if !hashed => write_set(members, form, budget, depth)?,
        Const::Dict(pairs) if !hashed => {
            let mut forms = BTreeMap::new();
            for (key, item) in pairs {
                let (mut key_form, mut item_form) = (Vec::new(), Vec::new());
                write(key, true, &mut key_form, budget, depth)?;
                write(item, false, &mut item_form, budget, depth)?;
                forms.insert(key_form, item_form);
            }
            write_length(b'd', forms.len(), form)?;
            for (key, item) in forms {
                form.extend(key);
                form.extend(item);
            }
        }
        Const::ByteArray(_)
        | Const::List(_)
        | Const::Set(_)
        | Const::Dict(_)
        | Const::Iterator(_)
        | Const::Slice(_)
        | Const::Module(_)
        | Const::Name(_)
        | Const::Method(..)
        | Const::Partial(..)
        | Const::AttrGetter(_)
        | Const::ItemGetter(_)
        | Const::MethodCaller(..) => return None,
    }
    Some(())
}

fn write_int(int: i128, form: &mut Vec<u8>) {
    form.push(b'i');
    form.extend(int.to_le_bytes());
}

fn write_length(mark: u8, length: usize, form: &mut Vec<u8>) -> Option<()> {
    form.push(mark);
    form.extend(u64::try_from(length).ok()?.to_le_bytes());
    Some(())
}

fn write_run(mark: u8, data: &[u8], form: &mut Vec<u8>, budget: &mut Budget) -> Option<()> {
    budget.look(data.len())?;
    write_length(mark, data.len(), form)?;
    form.extend(data);
    Some(())
}

fn write_set(
    members: &[Const],
    form: &mut Vec<u8>,
    budget: &mut Budget,
    depth: usize,
) -> Option<()> {
    let mut forms = BTreeSet::new();
    for member in members {
        let mut member_form = Vec::new();
        write(member, true, &mut member_form, budget, depth)?;
        forms.insert(member_form);
    }
    write_length(b'z', forms.len(), form)?;
    for member in forms {
        form.extend(member);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn same(left: &Const, right: &Const) -> Option<bool> {
        equal(left, right, &mut Budget::default())
    }

    #[test]
    fn numbers_of_every_kind_compare() {
        assert_eq!(same(&Const::Bool(true), &Const::Int(1)), Some(true));
        assert_eq!(same(&Const::Float(1.0), &Const::Int(1)), Some(true));
        assert_eq!(same(&Const::Float(1.5), &Const::Int(1)), Some(false));
        assert_eq!(same(&Const::Float(-0.0), &Const::Int(0)), Some(true));
        assert_eq!(same(&Const::Float(f64::NAN), &Const::Int(0)), None);
    }

    #[test]
    fn what_a_name_equals_is_not_known() {
        let name = Const::Name("os.sep".into());
        assert_eq!(same(&name, &name), None);
        assert_eq!(
            same(&Const::Tuple(vec![name.clone()]), &Const::Str(vec![])),
            None
        );
    }

    #[test]
    fn the_last_value_of_a_key_counts() {
        let pairs = [
            (Const::Int(1), Const::Int(2)),
            (Const::Bool(true), Const::Int(3)),
        ];
        let kept = distinct_pairs(pairs.iter().map(|(k, v)| (k, v)), &mut Budget::default());
        assert_eq!(kept, Some(vec![(&Const::Int(1), &Const::Int(3))]));
    }
}
