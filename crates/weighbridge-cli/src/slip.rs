/// How alike two words must be to be taken for a slip, 1 being equal.
const ALIKE: f64 = 0.6;
/// Longest word that is compared, in bytes: nothing longer is a slip of a name.
const LONGEST: usize = 80;

/// Returns the word that is most like the one that was typed, if any is like it at all.
pub(crate) fn closest<'o>(
    typed: &str,
    offers: impl IntoIterator<Item = &'o str>,
) -> Option<&'o str> {
    if typed.len() > LONGEST {
        return None;
    }
    let typed = typed.to_ascii_lowercase();
    let offers = offers.into_iter().map(|offer| {
        let likeness = strsim::normalized_damerau_levenshtein(&typed, &offer.to_ascii_lowercase());
        (likeness, offer)
    });
    offers
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, offer)| offer)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_slip_finds_the_word_that_was_meant() {
        let offers = ["text", "json", "sarif", "junit", "github"];
        for (typed, meant) in [
            ("srif", Some("sarif")),
            ("JSON", Some("json")),
            ("git-hub", Some("github")),
            ("elephant", None),
        ] {
            assert_eq!(closest(typed, offers), meant, "{typed}");
        }
        assert_eq!(closest(&"sarif".repeat(20), offers), None);
    }
}
