/// The pages of the rules, sorted by code. Made by `build.rs` from `docs/rules`.
const PAGES: &[Page] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of a rule.
#[derive(Debug)]
pub(crate) struct Page {
    code: &'static str,
    /// All of it, in Markdown.
    pub(crate) text: &'static str,
    /// Why a finding matters, in one sentence.
    pub(crate) why: &'static str,
    /// What to do about a finding, in one sentence.
    pub(crate) what_to_do: &'static str,
}

/// Returns the page of the rule with this code.
pub(crate) fn page(code: &str) -> Option<&'static Page> {
    let at = PAGES.binary_search_by(|page| page.code.cmp(code)).ok()?;
    PAGES.get(at)
}

#[cfg(test)]
mod tests {
    use super::{PAGES, page};
    use crate::rules;

    #[test]
    fn pages_are_sorted_so_that_they_are_found() {
        assert!(PAGES.is_sorted_by_key(|page| page.code));
    }

    #[test]
    fn every_rule_has_its_page_and_every_page_its_rule() {
        for rule in rules::all() {
            let page = page(rule.code()).map_or("", |page| page.text);
            assert!(
                page.starts_with("# ") && page.contains(rule.id),
                "{}",
                rule.id
            );
        }
        for page in PAGES {
            assert!(
                rules::all().any(|rule| rule.code() == page.code),
                "{page:?}"
            );
        }
    }

    #[test]
    fn every_page_says_why_it_matters_and_what_to_do() {
        for page in PAGES {
            for sentence in [page.why, page.what_to_do] {
                assert!(
                    sentence.ends_with('.') && !sentence.contains(". "),
                    "{}: {sentence:?}",
                    page.code
                );
                assert!(
                    (10..240).contains(&sentence.len()),
                    "{}: {sentence:?}",
                    page.code
                );
            }
        }
        let page = page("PKL001").unwrap();
        assert_eq!(page.what_to_do, "Do not load the file.");
    }
}
