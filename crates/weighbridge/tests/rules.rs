//! Every rule of every crate: its id, and its page.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use weighbridge::findings::Rule;

/// What a rule's code may begin with.
const PREFIXES: [&str; 14] = [
    "PKL", "STF", "GGU", "NPY", "ONX", "KRS", "TFS", "CON", "SIG", "BOM", "VUL", "NBK", "DEP",
    "POL",
];

/// The rules of all crates, one after the other.
fn rules() -> Vec<Rule> {
    weighbridge::RULES.concat()
}

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules")
}

#[test]
fn every_id_is_a_code_and_a_name() {
    for rule in rules() {
        let (prefix, number) = rule.code().split_at(3);
        assert!(PREFIXES.contains(&prefix), "{}", rule.id);
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        assert!(digits && number.len() == 3, "{}", rule.id);
        let words: Vec<_> = rule.name().split('-').collect();
        let word = |word: &&str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        assert!(words.iter().all(word), "{}", rule.id);
    }
}

#[test]
fn no_code_and_no_name_is_given_twice() {
    let mut codes = BTreeSet::new();
    let mut names = BTreeSet::new();
    for rule in rules() {
        assert!(codes.insert(rule.code()), "{}", rule.id);
        assert!(names.insert(rule.name()), "{}", rule.id);
    }
    assert!(!codes.is_empty());
}

#[test]
fn every_summary_is_one_sentence() {
    for rule in rules() {
        assert!(!rule.summary.is_empty(), "{}", rule.id);
        assert!(!rule.summary.ends_with('.'), "{}", rule.id);
        assert!(!rule.summary.contains('\n'), "{}", rule.id);
    }
}

#[test]
fn every_rule_has_its_page_and_every_page_its_rule() {
    let mut wanted = BTreeSet::new();
    for rule in rules() {
        let page = pages().join(format!("{}.md", rule.code()));
        #[expect(
            clippy::disallowed_methods,
            reason = "the page is one of this repository"
        )]
        let text = fs::read_to_string(&page).unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        assert!(
            first.starts_with('#') && first.contains(rule.id),
            "{} does not begin with a heading that names {}",
            page.display(),
            rule.id
        );
        wanted.insert(format!("{}.md", rule.code()));
    }
    for page in fs::read_dir(pages()).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        assert!(
            wanted.contains(&name) || name == "README.md",
            "docs/rules/{name} has no rule"
        );
    }
}
