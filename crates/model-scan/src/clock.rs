use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Tells the time, for whoever limits how long a file may take. The library itself never asks a clock.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Returns the time since some fixed moment. It never goes backwards.
    fn now(&self) -> Duration;
}

/// How long each file may take, and by which clock.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimeLimit {
    /// The clock that is asked.
    pub clock: Arc<dyn Clock>,
    /// How long one file may take.
    pub limit: Duration,
}

impl TimeLimit {
    /// Gives each file so long, by this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, limit: Duration) -> Self {
        Self { clock, limit }
    }
}

/// When work on one file must end; a clone is the same moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deadline {
    running: Option<Running>,
}

#[derive(Clone, Debug)]
struct Running {
    clock: Arc<dyn Clock>,
    end: Duration,
    /// Once the time is up it stays so, and everybody who shares the moment sees it.
    passed: Arc<AtomicBool>,
}

impl Deadline {
    /// Begins to count now.
    pub(crate) fn start(limit: Option<&TimeLimit>) -> Self {
        let running = limit.map(|TimeLimit { clock, limit }| Running {
            clock: Arc::clone(clock),
            end: clock.now().saturating_add(*limit),
            passed: Arc::new(AtomicBool::new(false)),
        });
        Self { running }
    }

    /// Asks the clock whether the time is up.
    pub(crate) fn has_passed(&self) -> bool {
        let Some(running) = &self.running else {
            return false;
        };
        if running.passed.load(Ordering::Relaxed) {
            return true;
        }
        let passed = running.clock.now() >= running.end;
        if passed {
            running.passed.store(true, Ordering::Relaxed);
        }
        passed
    }

    /// Says whether anybody was told that the time is up, without asking the clock again: work that was
    /// done in time is not called unfinished for what came after it.
    pub(crate) fn was_met(&self) -> bool {
        self.running
            .as_ref()
            .is_some_and(|running| running.passed.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::{Clock, Deadline, TimeLimit};

    #[derive(Debug, Default)]
    struct Counted(AtomicU64);

    impl Clock for Counted {
        fn now(&self) -> Duration {
            Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed))
        }
    }

    #[test]
    fn time_that_is_up_stays_up_for_everybody() {
        let limit = TimeLimit::new(Arc::new(Counted::default()), Duration::from_secs(2));
        let deadline = Deadline::start(Some(&limit));
        let other = deadline.clone();
        assert!(!deadline.has_passed());
        assert!(!other.was_met());
        assert!(deadline.has_passed() && other.was_met() && other.has_passed());
    }

    #[test]
    fn without_a_limit_there_is_always_time() {
        let deadline = Deadline::start(None);
        assert!(!deadline.has_passed() && !deadline.was_met());
    }
}
