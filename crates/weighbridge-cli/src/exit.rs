use std::io::{self, Write as _};
use std::panic::{self, PanicHookInfo, UnwindSafe};
use std::process::ExitCode;

use weighbridge::findings::{Severity, escape_shortened};
use weighbridge::scan::Verdict;

use crate::report::{Document, Target};

/// What the exit code says. `docs/exit-codes.md` is the contract.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    /// Everything was read and nothing was found that counts.
    Fine,
    /// Something was found that counts.
    Found,
    /// Something that should have been judged was not.
    Undecided,
    /// There is nothing here that can be judged.
    NothingToCheck,
    /// The command line is wrong.
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Found => 1,
            Exit::Undecided => 2,
            Exit::NothingToCheck => 3,
            Exit::Usage => 4,
        })
    }
}

/// Which findings count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FailOn {
    /// Those of this severity and above.
    Severity(Severity),
    /// None.
    Nothing,
}

/// What of one file decides on the exit code.
#[derive(Clone, Copy, Debug)]
struct Outcome {
    verdict: Verdict,
    complete: bool,
    worst: Option<Severity>,
    /// Whether it, or a member of it, was judged or should have been.
    judged: bool,
    /// Whether it, or a member of it, is recognised and not judged yet.
    unsupported: bool,
}

impl From<&Target> for Outcome {
    fn from(target: &Target) -> Self {
        let members = || target.members.iter().map(|member| member.verdict);
        Self {
            verdict: target.verdict,
            complete: target.complete,
            worst: target.worst(),
            judged: is_judged(target.verdict) || members().any(is_judged),
            unsupported: target.is_unsupported(),
        }
    }
}

/// Says whether a parser judged what has this verdict, or should have.
const fn is_judged(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Clean | Verdict::Undecided | Verdict::Suspicious | Verdict::Dangerous => true,
        Verdict::Passive | Verdict::Unsupported => false,
    }
}

impl Outcome {
    /// Says whether something was not read that should have been, whatever else was found.
    fn is_undecided(self) -> bool {
        self.verdict == Verdict::Undecided || (self.judged && !self.complete)
    }

    fn counts(self, fail_on: FailOn) -> bool {
        match fail_on {
            FailOn::Severity(least) => self.worst.is_some_and(|worst| worst >= least),
            FailOn::Nothing => false,
        }
    }
}

/// Says whether any file, or a member of one, was judged or should have been.
pub(crate) fn is_any_judged(report: &Document) -> bool {
    let mut outcomes = report.targets.iter().map(Outcome::from);
    outcomes.any(|outcome| outcome.judged)
}

/// Settles the exit code of a scan, before anything of the report is printed.
pub(crate) fn settle(report: &Document, fail_on: FailOn) -> Exit {
    let outcomes: Vec<Outcome> = report.targets.iter().map(Outcome::from).collect();
    settle_outcomes(&outcomes, fail_on)
}

fn settle_outcomes(outcomes: &[Outcome], fail_on: FailOn) -> Exit {
    let any = |is: &dyn Fn(&Outcome) -> bool| outcomes.iter().any(is);
    if any(&|outcome| outcome.counts(fail_on)) {
        return Exit::Found;
    }
    if any(&|outcome| outcome.is_undecided()) {
        return Exit::Undecided;
    }
    if !any(&|outcome| outcome.judged) {
        return Exit::NothingToCheck;
    }
    if any(&|outcome| outcome.unsupported) {
        return Exit::Undecided;
    }
    Exit::Fine
}

/// Runs the program so that a fault in it never looks like a verdict.
pub(crate) fn guarded(run: impl FnOnce() -> Exit + UnwindSafe) -> Exit {
    panic::set_hook(Box::new(report_fault));
    panic::catch_unwind(run).unwrap_or(Exit::Undecided)
}

/// Longest message of a fault that is shown, in characters.
const SHOWN: usize = 400;

fn report_fault(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    // The message may quote what was read.
    let message = escape_shortened(message, SHOWN);
    let _ = writeln!(
        io::stderr(),
        "undecided: a fault in weighbridge stopped it, please report it: {message} ({place})"
    );
}

#[cfg(test)]
mod tests {
    use weighbridge::findings::Severity::{self, Critical, High, Info, Low, Medium};
    use weighbridge::scan::Verdict::{
        self, Clean, Dangerous, Passive, Suspicious, Undecided, Unsupported,
    };

    use super::{Exit, FailOn, Outcome, guarded, is_judged, settle_outcomes};

    const DEFAULT: FailOn = FailOn::Severity(Medium);

    fn file(verdict: Verdict, worst: Option<Severity>) -> Outcome {
        Outcome {
            verdict,
            complete: verdict != Undecided,
            worst,
            judged: is_judged(verdict),
            unsupported: verdict == Unsupported,
        }
    }

    fn cut_off(verdict: Verdict, worst: Option<Severity>) -> Outcome {
        Outcome {
            complete: false,
            ..file(verdict, worst)
        }
    }

    /// An archive with a member of this verdict beside what gave it its own.
    fn with_member(outcome: Outcome, member: Verdict) -> Outcome {
        Outcome {
            judged: outcome.judged || is_judged(member),
            unsupported: outcome.unsupported || member == Unsupported,
            ..outcome
        }
    }

    #[test]
    fn exit_codes_are_settled_as_the_table_says() {
        let clean = file(Clean, None);
        let clean_low = file(Clean, Some(Low));
        let suspicious = file(Suspicious, Some(Medium));
        let dangerous = file(Dangerous, Some(Critical));
        let undecided = file(Undecided, Some(Low));
        let unsupported = file(Unsupported, Some(Info));
        let passive = file(Passive, None);
        let high = FailOn::Severity(High);
        let critical = FailOn::Severity(Critical);
        let low = FailOn::Severity(Low);
        let info = FailOn::Severity(Info);
        let mixed = with_member(unsupported, Clean);
        let suspicious_mixed = with_member(suspicious, Unsupported);
        let table: &[(&str, FailOn, &[Outcome], Exit)] = &[
            ("a clean file", DEFAULT, &[clean], Exit::Fine),
            (
                "low findings do not count",
                DEFAULT,
                &[clean_low],
                Exit::Fine,
            ),
            ("unless they are asked to", low, &[clean_low], Exit::Found),
            (
                "clean beside passive",
                DEFAULT,
                &[clean, passive],
                Exit::Fine,
            ),
            ("suspicious", DEFAULT, &[clean, suspicious], Exit::Found),
            ("suspicious below the bar", high, &[suspicious], Exit::Fine),
            ("dangerous", DEFAULT, &[dangerous], Exit::Found),
            ("dangerous at the bar", critical, &[dangerous], Exit::Found),
            (
                "high below the bar",
                critical,
                &[file(Dangerous, Some(High))],
                Exit::Fine,
            ),
            (
                "findings outrank the undecided",
                DEFAULT,
                &[undecided, dangerous],
                Exit::Found,
            ),
            (
                "and come from the undecided too",
                low,
                &[undecided],
                Exit::Found,
            ),
            ("undecided", DEFAULT, &[undecided], Exit::Undecided),
            (
                "undecided beside clean",
                DEFAULT,
                &[clean, undecided, clean],
                Exit::Undecided,
            ),
            (
                "undecided beside passive",
                DEFAULT,
                &[passive, undecided],
                Exit::Undecided,
            ),
            (
                "what is below the bar and cut off",
                high,
                &[cut_off(Suspicious, Some(Medium))],
                Exit::Undecided,
            ),
            (
                "what is at the bar and cut off",
                DEFAULT,
                &[cut_off(Suspicious, Some(Medium))],
                Exit::Found,
            ),
            (
                "clean yet not complete cannot be fine",
                DEFAULT,
                &[cut_off(Clean, None)],
                Exit::Undecided,
            ),
            (
                "unsupported beside clean",
                DEFAULT,
                &[clean, unsupported],
                Exit::Undecided,
            ),
            (
                "unsupported beside clean, other order",
                DEFAULT,
                &[unsupported, clean],
                Exit::Undecided,
            ),
            (
                "unsupported beside what is below the bar",
                high,
                &[unsupported, suspicious],
                Exit::Undecided,
            ),
            (
                "unsupported beside dangerous",
                DEFAULT,
                &[unsupported, dangerous],
                Exit::Found,
            ),
            (
                "unsupported alone",
                DEFAULT,
                &[unsupported],
                Exit::NothingToCheck,
            ),
            (
                "unsupported beside passive",
                DEFAULT,
                &[unsupported, passive],
                Exit::NothingToCheck,
            ),
            (
                "findings about the unsupported count",
                info,
                &[unsupported],
                Exit::Found,
            ),
            ("passive alone", DEFAULT, &[passive], Exit::NothingToCheck),
            (
                "passive that is not complete",
                DEFAULT,
                &[cut_off(Passive, None)],
                Exit::NothingToCheck,
            ),
            ("an empty folder", DEFAULT, &[], Exit::NothingToCheck),
            (
                "no finding counts",
                FailOn::Nothing,
                &[dangerous, clean],
                Exit::Fine,
            ),
            (
                "yet the undecided stays",
                FailOn::Nothing,
                &[dangerous, undecided],
                Exit::Undecided,
            ),
            (
                "and what is dangerous and cut off",
                FailOn::Nothing,
                &[cut_off(Dangerous, Some(Critical))],
                Exit::Undecided,
            ),
            (
                "and the unsupported",
                FailOn::Nothing,
                &[dangerous, unsupported],
                Exit::Undecided,
            ),
            (
                "and nothing is still nothing",
                FailOn::Nothing,
                &[passive],
                Exit::NothingToCheck,
            ),
            (
                "an archive of the unsupported and the clean",
                DEFAULT,
                &[mixed],
                Exit::Undecided,
            ),
            (
                "an archive of the unsupported and the passive",
                DEFAULT,
                &[with_member(unsupported, Passive)],
                Exit::NothingToCheck,
            ),
            (
                "an archive of the unsupported and what is below the bar",
                high,
                &[suspicious_mixed],
                Exit::Undecided,
            ),
            (
                "an archive of the unsupported and the suspicious",
                DEFAULT,
                &[suspicious_mixed],
                Exit::Found,
            ),
            (
                "the same where no finding counts",
                FailOn::Nothing,
                &[suspicious_mixed],
                Exit::Undecided,
            ),
        ];
        for (name, fail_on, outcomes, exit) in table {
            assert_eq!(settle_outcomes(outcomes, *fail_on), *exit, "{name}");
        }
    }

    #[test]
    fn a_fault_is_undecided() {
        assert_eq!(guarded(|| panic!("on purpose")), Exit::Undecided);
        assert_eq!(guarded(|| Exit::Found), Exit::Found);
    }
}
