use weighbridge::findings::{Rule, escape_shortened};

use crate::arguments::Explain;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::destination::Destination;
use crate::{pages, rules};

/// How alike two words must be to be taken for a slip, 1 being equal.
const ALIKE: f64 = 0.75;
/// Longest part of a mistyped rule that is repeated, in characters.
const SHOWN: usize = 80;

/// Prints the page of a rule.
pub(crate) fn run(arguments: &Explain) -> Result<Exit, Failure> {
    let rule = find(&arguments.rule)?;
    let text = match pages::page(rule.code()) {
        Some(page) => page.text.to_owned(),
        None => format!("# {}\n\n{}.\n", rule.id, rule.summary),
    };
    Ok(Destination::Stdout.write(text.as_bytes(), Exit::Fine))
}

/// Finds a rule by its id, its code or its name, whatever the case.
pub(crate) fn find(word: &str) -> Result<&'static Rule, Failure> {
    let called_so = |rule: &&Rule| {
        names(rule)
            .iter()
            .any(|name| name.eq_ignore_ascii_case(word))
    };
    rules::all().find(called_so).ok_or_else(|| {
        let unknown = format!("no rule `{}`", escape_shortened(word, SHOWN));
        Failure::usage(match closest(word) {
            Some(rule) => format!("{unknown}, did you mean `{}`?", rule.id),
            None => format!("{unknown}; `weighbridge rules` lists them"),
        })
    })
}

fn names(rule: &Rule) -> [&'static str; 3] {
    [rule.id, rule.code(), rule.name()]
}

/// Returns the rule whose id, code or name is most like the word, if any is like it at all.
fn closest(word: &str) -> Option<&'static Rule> {
    // Nothing of that length is a slip of a name.
    if word.len() > SHOWN {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let likeness = |rule: &Rule| {
        let names = names(rule).into_iter();
        names
            .map(|name| strsim::normalized_damerau_levenshtein(&word, &name.to_ascii_lowercase()))
            .fold(0.0, f64::max)
    };
    rules::all()
        .map(|rule| (likeness(rule), rule))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, rule)| rule)
}

#[cfg(test)]
mod tests {
    use super::{closest, find};

    #[test]
    fn a_rule_answers_to_id_code_and_name() {
        for word in ["PKL001", "pkl001", "unsafe-global", "PKL001/unsafe-global"] {
            assert_eq!(find(word).unwrap().id, "PKL001/unsafe-global");
        }
    }

    #[test]
    fn a_slip_finds_the_rule_that_was_meant() {
        for word in ["unsafe-globl", "unsafe_global", "PKL001/unsafe-globals"] {
            assert_eq!(closest(word).unwrap().id, "PKL001/unsafe-global", "{word}");
        }
        assert_eq!(closest("elephant"), None);
        assert_eq!(closest(&"unsafe-global".repeat(100)), None);
    }
}
