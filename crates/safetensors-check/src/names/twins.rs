//! Names that some reader, file system or person takes for each other.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;

use findings::{Severity, escape_shortened};

use super::fold::{decomposed, skeleton};
use super::{Bearer, LONG, SHOWN, TWIN_NAMES};
use crate::suspicions::Suspicions;

/// Compares all names of one kind with each other. Names that are long, which is a finding already, are compared
/// as they are.
pub(crate) fn twins<'a, N>(bearer: Bearer, names: N, all: &mut Suspicions)
where
    N: Iterator<Item = (&'a str, Range<u64>)> + Clone,
{
    // The folded names are not kept: of a hundred thousand, only those that may be twins are folded again.
    let mut hashes: Vec<(u64, usize)> = names
        .clone()
        .enumerate()
        .map(|(index, (name, _))| (hash(name), index))
        .collect();
    hashes.sort_unstable();
    let mut suspects = BTreeMap::new();
    for pair in hashes.windows(2) {
        if let [(a, first), (b, second)] = pair
            && a == b
        {
            suspects.insert(*first, ());
            suspects.insert(*second, ());
        }
    }
    if suspects.is_empty() {
        return;
    }
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for (index, (name, range)) in names.enumerate() {
        if !suspects.contains_key(&index) {
            continue;
        }
        let first = *known.entry(folded(name)).or_insert(name);
        if first == name {
            continue;
        }
        let what = bearer.as_str();
        all.say(&TWIN_NAMES, Severity::Medium, range, || {
            format!(
                "{what}s `{}` and `{}` {}",
                escape_shortened(first, SHOWN),
                escape_shortened(name, SHOWN),
                relation(first, name)
            )
        });
    }
}

fn folded(name: &str) -> String {
    if name.len() > LONG {
        name.to_owned()
    } else {
        skeleton(name)
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    folded(name).hash(&mut hasher);
    hasher.finish()
}

fn relation(first: &str, second: &str) -> &'static str {
    if first.to_lowercase() == second.to_lowercase() {
        "differ only by case"
    } else if decomposed(first) == decomposed(second) {
        "are equal in Unicode's normal form"
    } else {
        "look alike"
    }
}

#[cfg(test)]
mod tests {
    use super::super::Bearer;
    use super::twins;
    use crate::suspicions::Suspicions;

    fn said(names: &[&str]) -> Vec<String> {
        let mut all = Suspicions::default();
        twins(
            Bearer::Tensor,
            names.iter().map(|name| (*name, 0..1)),
            &mut all,
        );
        all.finish()
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    #[test]
    fn each_kind_of_twin_is_named() {
        assert_eq!(
            said(&["a.Weight", "b", "a.weight"]),
            ["tensor names `a.Weight` and `a.weight` differ only by case"]
        );
        assert_eq!(said(&["\u{e9}", "e\u{301}"]).len(), 1);
        assert!(said(&["\u{e9}", "e\u{301}"])[0].ends_with("are equal in Unicode's normal form"));
        assert!(said(&["weight", "w\u{435}ight"])[0].ends_with("look alike"));
        assert!(said(&["weight", "wei\u{200b}ght"])[0].ends_with("look alike"));
    }

    #[test]
    fn names_that_differ_are_no_twins() {
        assert!(
            said(&[
                "l1", "ll", "O0", "OO", "a.b", "a_b", "", "\u{5c42}", "\u{5c43}"
            ])
            .is_empty()
        );
    }
}
