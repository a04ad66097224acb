use std::collections::HashMap;

use crate::report::{Finding, Location};

/// Places of equal findings that are listed behind the first; more are counted.
const PLACES_LISTED: usize = 3;

/// Findings that say the same, in the order of the first of each kind.
pub(crate) struct Group<'r> {
    pub(crate) first: &'r Finding,
    /// Where else it is said, the first few places.
    pub(crate) others: Vec<&'r Location>,
    /// Places that are not among those.
    pub(crate) more: u64,
}

/// Groups the findings of a file.
pub(crate) fn groups(findings: &[Finding]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut numbers = HashMap::new();
    for finding in findings {
        let Finding {
            rule,
            severity,
            confidence,
            message,
            subject,
            written,
            ..
        } = finding;
        let key = (
            rule,
            severity,
            confidence.as_str(),
            message,
            subject,
            written,
        );
        let number = *numbers.entry(key).or_insert(groups.len());
        match groups.get_mut(number) {
            None => groups.push(Group {
                first: finding,
                others: Vec::new(),
                more: 0,
            }),
            Some(group) if group.others.len() < PLACES_LISTED => {
                group.others.push(&finding.location)
            }
            Some(group) => group.more = group.more.saturating_add(1),
        }
    }
    groups
}
