/// The pages of the rules: code and text, sorted by code. Made by `build.rs` from `docs/rules`.
const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Returns the page of the rule with this code.
pub(crate) fn page(code: &str) -> Option<&'static str> {
    let at = PAGES
        .binary_search_by(|(other, _)| (*other).cmp(code))
        .ok()?;
    PAGES.get(at).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::{PAGES, page};
    use crate::rules;

    #[test]
    fn pages_are_sorted_so_that_they_are_found() {
        assert!(PAGES.is_sorted());
    }

    #[test]
    fn every_rule_has_its_page_and_every_page_its_rule() {
        for rule in rules::all() {
            let page = page(rule.code()).unwrap_or_default();
            assert!(
                page.starts_with("# ") && page.contains(rule.id),
                "{}",
                rule.id
            );
        }
        for (code, _) in PAGES {
            assert!(rules::all().any(|rule| rule.code() == *code), "{code}");
        }
    }
}
