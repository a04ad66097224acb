use crate::effect::{Effect, EffectSink};
use crate::judge::{Judge, Report};
use crate::limits::Limits;
use crate::lists::Lists;
use crate::machine::{Machine, Outcome};

/// What became of one pickle.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scan {
    /// How the run ended, and where.
    pub outcome: Outcome,
    /// What was found.
    pub report: Report,
}

/// Judges the pickle that begins at byte `start` of `input`, by the lists that are compiled in.
///
/// Locations count from the start of `input`. What follows the pickle's STOP is not looked at:
/// `outcome.end` says where it begins.
///
/// # Limits
/// Time is linear in the length of the pickle, memory is bounded by [`Limits::memory`].
///
/// # Examples
/// ```
/// use findings::Severity;
/// use pickle_vm::{Limits, scan};
///
/// let scan = scan(b"cos\nsystem\n(S'id'\ntR.", 0, &Limits::default());
/// let finding = &scan.report.findings[0];
/// assert_eq!(finding.severity, Severity::Critical);
/// assert_eq!(finding.subject.as_deref(), Some("os.system"));
/// ```
#[must_use]
pub fn scan(input: &[u8], start: usize, limits: &Limits) -> Scan {
    struct Nothing;
    impl EffectSink for Nothing {
        fn effect(&mut self, _: &Effect<'_>) {}
    }
    scan_with(input, start, &Lists::built_in(), limits, &mut Nothing)
}

/// Judges like [`scan`], by given lists, and tells a sink of the caller's every effect too.
pub fn scan_with<S: EffectSink + ?Sized>(
    input: &[u8],
    start: usize,
    lists: &Lists<'_>,
    limits: &Limits,
    sink: &mut S,
) -> Scan {
    struct Both<'s, 'l, S: ?Sized>(Judge<'l>, &'s mut S);
    impl<S: EffectSink + ?Sized> EffectSink for Both<'_, '_, S> {
        fn effect(&mut self, effect: &Effect<'_>) {
            self.0.effect(effect);
            self.1.effect(effect);
        }

        fn is_interrupted(&mut self) -> bool {
            self.1.is_interrupted()
        }
    }
    let judge = Judge::new(lists, limits, input.len().saturating_sub(start));
    let mut both = Both(judge, sink);
    let outcome = Machine::new(input, start, lists, limits).run(&mut both);
    let report = both.0.finish(&outcome, input);
    Scan { outcome, report }
}
