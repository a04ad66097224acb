use std::collections::BTreeMap;
use std::ops::Range;

use findings::{Attribution, Coverage};

use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::report::{CrcCheck, Member};
use crate::rules::LIMIT_REACHED;

/// What came of looking into the bytes of a member.
pub(crate) struct Nested {
    /// The member as it is listed.
    pub(crate) member: Member,
    /// The members that it holds in turn.
    pub(crate) inner: Vec<Member>,
    /// What all its bytes are, if every one of them was read.
    pub(crate) accounted: Option<Attribution>,
    /// What its bytes are, where some were not read.
    pub(crate) coverage: Coverage,
}

impl Nested {
    /// Lists the member and what it holds.
    pub(crate) fn list(self) -> impl Iterator<Item = Member> {
        std::iter::once(self.member).chain(self.inner)
    }
}

/// What is known of the data of the members of one archive, to be attributed in the order of the bytes.
///
/// [`Coverage::attribute`] is cheap only in that order, and an archive may list its members in any.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    /// By the index of a member.
    members: BTreeMap<usize, Account>,
}

#[derive(Debug, Default)]
struct Account {
    /// What all its data is.
    all: Option<Attribution>,
    /// Where runs of data begin that stand in the file as they are, and what is known of each.
    runs: Vec<(u64, Coverage)>,
}

impl Accounts {
    /// Notes what all data of a member is.
    pub(crate) fn all(&mut self, member: usize, attribution: Attribution) {
        self.members.entry(member).or_default().all = Some(attribution);
    }

    /// Notes what parts of a member's data are that begins at `start` and was not read in full.
    pub(crate) fn parts(&mut self, member: usize, start: u64, coverage: Coverage) {
        let account = self.members.entry(member).or_default();
        account.runs.push((start, coverage));
    }

    /// Attributes a part of the file that is a member's data. Costs as much as there are spans in it.
    pub(crate) fn attribute(&self, member: usize, part: &Range<u64>, coverage: &mut Coverage) {
        let Some(account) = self.members.get(&member) else {
            return;
        };
        if let Some(attribution) = account.all {
            // Parts lie within the file by construction.
            let _ = coverage.attribute(part.clone(), attribution);
            return;
        }
        let run = account.runs.iter().find(|(start, run)| {
            *start < part.end && part.start < start.saturating_add(run.bytes())
        });
        let Some((run_start, run)) = run else {
            return;
        };
        let spans = run.spans();
        let first = spans.partition_point(|span| run_start.saturating_add(span.end) <= part.start);
        for span in spans.iter().skip(first) {
            let start = run_start.saturating_add(span.start).max(part.start);
            let end = run_start.saturating_add(span.end).min(part.end);
            if start >= end {
                return;
            }
            let _ = coverage.attribute(start..end, span.attribution);
        }
    }
}

impl Inspector<'_> {
    /// Looks into the bytes of a member and takes what is found into the container's account: findings get
    /// the member's name, and places in the file where the bytes stand in it as they are, from `offset` on.
    /// `None` if a ceiling was reached, which is said at `place`.
    pub(crate) fn take_in(
        &mut self,
        name: &str,
        bytes: &[u8],
        offset: Option<u64>,
        place: Range<u64>,
        depth: u32,
        inspection: &mut Inspection,
    ) -> Option<Nested> {
        let found = self.nested(name, bytes, depth);
        self.taken(name, bytes.len(), offset, place, found, inspection)
    }

    /// Takes what was found in a member into the container's account, as [`take_in`](Self::take_in) does.
    pub(crate) fn taken(
        &self,
        name: &str,
        len: usize,
        offset: Option<u64>,
        place: Range<u64>,
        found: Option<Inspection>,
        inspection: &mut Inspection,
    ) -> Option<Nested> {
        let Some(found) = found else {
            self.refused(name, place, inspection);
            return None;
        };
        Some(adopt(name, len, offset, found, inspection))
    }
    /// Says that a member was not looked into, because a ceiling was reached.
    pub(crate) fn refused(&self, name: &str, place: Range<u64>, inspection: &mut Inspection) {
        inspection.undecided(
            &LIMIT_REACHED,
            if self.deadline.was_met() {
                format!("`{name}` was not looked into: no time was left")
            } else {
                format!("`{name}` is nested too deep, or there are too many members")
            },
            place,
        );
    }
}

/// Takes what was found in a member into the container's account. What was not read of the member was not
/// read of the container.
pub(crate) fn adopt(
    name: &str,
    len: usize,
    offset: Option<u64>,
    found: Inspection,
    inspection: &mut Inspection,
) -> Nested {
    inspection.undecided |= !found.is_complete();
    adopt_view(name, len, offset, found, inspection)
}

/// Takes what was found into the container's account, as [`adopt`] does, where it is one view of bytes that
/// are accounted for anyway: what was not read of it alone is no gap.
pub(crate) fn adopt_view(
    name: &str,
    len: usize,
    offset: Option<u64>,
    found: Inspection,
    inspection: &mut Inspection,
) -> Nested {
    inspection.unsupported |= found.unsupported;
    inspection.has_objects |= found.has_objects;
    let accounted = found.is_complete().then(|| found.attribution());
    let member = Member {
        name: name.to_owned(),
        verdict: found.verdict(),
        kind: found.kind,
        bytes: length(len),
        crc: CrcCheck::None,
        accounted: found.coverage.accounted(),
    };
    let findings = found.findings.into_iter().map(|mut finding| {
        finding.location = finding.location.within(name, offset);
        finding
    });
    inspection.findings.extend(findings);
    let mut inner = found.members;
    for member in &mut inner {
        member.name = format!("{name}!{}", member.name);
    }
    Nested {
        member,
        inner,
        accounted,
        coverage: found.coverage,
    }
}
