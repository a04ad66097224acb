//! White space in a header that nothing needs.

use std::ops::Range;

use findings::{Rule, Severity};

use crate::Header;
use crate::suspicions::Suspicions;

pub(crate) const EXCESS_PADDING: Rule = Rule::new(
    "STF039/excess-padding",
    Severity::Medium,
    "The header holds far more white space than alignment needs",
);

/// Spaces from which padding is more than any alignment needs. Writers that leave room for another header, or that
/// align to pages, stay below.
const EXCESS: u64 = 64 * 1024;

/// Spaces from which padding is worth a word: a page.
const WIDE: u64 = 4096;

/// Looks at the spaces behind the JSON and at the longest run of white space within it.
pub(crate) fn judge(header: &Header<'_>, file: &[u8], all: &mut Suspicions) {
    say(header.padding(), "behind its JSON", all);
    say(longest(header, file), "within its JSON", all);
}

fn say(range: Range<u64>, place: &str, all: &mut Suspicions) {
    let count = range.end.saturating_sub(range.start);
    let severity = match count {
        EXCESS.. => Severity::Medium,
        WIDE.. => Severity::Info,
        _ => return,
    };
    all.say(&EXCESS_PADDING, severity, range, || {
        format!("the header has {count} bytes of white space {place}")
    });
}

/// Returns where the longest run of white space is, of those worth a word: each of them covers a byte that is looked
/// at. Runs within a text of the metadata are among them.
fn longest(header: &Header<'_>, file: &[u8]) -> Range<u64> {
    let json = header.json();
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    let text = file
        .get(place(json.start)..place(json.end))
        .unwrap_or_default();
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let length = |range: &Range<usize>| range.end.saturating_sub(range.start);
    let mut longest = 0..0;
    for at in (0..text.len()).step_by(place(WIDE)) {
        let (before, behind) = text.split_at(at);
        if at < longest.end || !behind.first().is_some_and(is_space) {
            continue;
        }
        let left = before
            .iter()
            .rev()
            .take_while(|byte| is_space(byte))
            .count();
        let right = behind.iter().take_while(|byte| is_space(byte)).count();
        let run = at.saturating_sub(left)..at.saturating_add(right);
        if length(&run) > length(&longest) {
            longest = run;
        }
    }
    let shift = |at: usize| {
        json.start
            .saturating_add(u64::try_from(at).unwrap_or(u64::MAX))
    };
    shift(longest.start)..shift(longest.end)
}
