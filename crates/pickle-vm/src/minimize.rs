use findings::Finding;

use crate::effect::{Effect, EffectSink};
use crate::limits::Limits;
use crate::lists::Lists;
use crate::scan::scan_with;

/// The shortest beginning of a pickle that still shows a finding.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Prefix {
    /// The byte behind it, counted from the start of the input: the end of an opcode, or of the array bytes
    /// that belong to one.
    pub end: usize,
    /// The finding as a scan of the prefix has it.
    pub finding: Finding,
}

/// Looks for the shortest prefix of the pickle that begins at byte `start` of `input` whose scan still has a
/// finding of an earlier scan: the same rule at the same place about the same subject, as severe or worse.
/// `None` if a scan of the whole does not have it.
///
/// The last scan is one of the prefix itself, so that the answer holds whatever was assumed on the way.
///
/// # Limits
/// A scan is repeated at most twice for each doubling of the pickle's length.
///
/// # Examples
/// ```
/// use pickle_vm::{Limits, Lists, minimize, scan};
///
/// let input = b"]cos\nsystem\n(S'id'\ntRa]aK\x01a.";
/// let limits = Limits::default();
/// let finding = scan(input, 0, &limits).report.findings.remove(0);
/// let prefix = minimize(input, 0, &finding, &Lists::built_in(), &limits).ok_or("not found")?;
/// assert_eq!(&input[..prefix.end], b"]cos\nsystem\n(S'id'\ntR");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn minimize(
    input: &[u8],
    start: usize,
    finding: &Finding,
    lists: &Lists<'_>,
    limits: &Limits,
) -> Option<Prefix> {
    let shown = |end: usize| shown(input.get(..end)?, start, finding, lists, limits);
    let whole = shown(input.len())?;
    // What the opcode of the finding itself needs is the least.
    let mut below = usize::try_from(finding.location.byte_end)
        .ok()
        .filter(|&end| end <= input.len())
        .unwrap_or(start)
        .max(start);
    if let Some(finding) = shown(below) {
        let end = below;
        return Some(Prefix { end, finding });
    }
    // What makes it as bad as it is follows soon in most cases, so ever longer steps find it first.
    let mut best = (input.len(), whole);
    let mut step: usize = 16;
    while let Some(end) = below.checked_add(step).filter(|&end| end < best.0) {
        match shown(end) {
            Some(finding) => best = (end, finding),
            None => below = end,
        }
        step = step.saturating_mul(2);
    }
    while best.0.saturating_sub(below) > 1 {
        let middle = below.midpoint(best.0);
        match shown(middle) {
            Some(finding) => best = (middle, finding),
            None => below = middle,
        }
    }
    let (end, finding) = best;
    Some(Prefix { end, finding })
}

/// The finding as a scan of `input` has it.
fn shown(
    input: &[u8],
    start: usize,
    wanted: &Finding,
    lists: &Lists<'_>,
    limits: &Limits,
) -> Option<Finding> {
    struct Nothing;
    impl EffectSink for Nothing {
        fn effect(&mut self, _: &Effect<'_>) {}
    }
    let scan = scan_with(input, start, lists, limits, &mut Nothing);
    scan.report.findings.into_iter().find(|finding| {
        finding.rule == wanted.rule
            && finding.location.byte_start == wanted.location.byte_start
            && finding.subject == wanted.subject
            && finding.severity >= wanted.severity
    })
}
