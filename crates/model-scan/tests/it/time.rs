//! Files that take too long, by a clock that the test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model_scan::{Clock, Options, Scanner, Target, TimeLimit, Verdict};

use crate::forge::{Entry, Zip};
use crate::pickles::{EVIL, HONEST, names_system};

/// A second passes whenever somebody looks.
#[derive(Debug, Default)]
struct Looked(AtomicU64);

impl Clock for Looked {
    fn now(&self) -> Duration {
        Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

fn scan(name: &str, bytes: &[u8], seconds: u64) -> Target {
    let limit = TimeLimit::new(Arc::new(Looked::default()), Duration::from_secs(seconds));
    Scanner::new(Options::default().with_time_limit(limit)).scan_bytes(name, bytes)
}

fn is_out_of_time(target: &Target) -> bool {
    target.findings.iter().any(|finding| {
        finding.rule.as_str() == "CON028/limit-reached"
            && finding
                .message
                .contains("s that one file may take were over")
    })
}

#[track_caller]
fn assert_cut_short(target: &Target) {
    assert!(is_out_of_time(target), "{:?}", target.findings);
    assert!(!target.complete);
    assert_eq!(target.floor, Verdict::Undecided);
    assert_ne!(target.verdict, Verdict::Clean);
}

/// A pickle of so many empty lists.
fn lists(count: usize) -> Vec<u8> {
    let mut pickle = b"\x80\x04(".to_vec();
    pickle.extend(std::iter::repeat_n(b']', count));
    pickle.extend(b"l.");
    pickle
}

#[test]
fn what_is_done_in_time_is_as_without_a_limit() {
    let target = scan("model.pkl", &lists(10_000), u64::MAX);
    assert_eq!(target.verdict, Verdict::Clean);
    assert!(target.complete && target.findings.is_empty());
}

#[test]
fn one_long_pickle_ends_in_the_middle_and_keeps_its_findings() {
    let mut pickle = b"cos\nsystem\n0(".to_vec();
    pickle.extend(std::iter::repeat_n(b']', 100_000));
    pickle.extend(b"l.");
    let target = scan("model.pkl", &pickle, 10);
    assert_cut_short(&target);
    assert!(names_system(&target));
    assert_eq!(target.verdict, Verdict::Dangerous);
    assert!(target.coverage.accounted() < 10_000);
}

#[test]
fn many_short_pickles_end_between_two() {
    let pickles = HONEST.repeat(1000);
    assert_cut_short(&scan("model.pkl", &pickles, 10));
    let pickles = [EVIL.to_vec(), pickles].concat();
    let target = scan("model.pkl", &pickles, 10);
    assert_cut_short(&target);
    assert!(names_system(&target));
}

#[test]
fn an_archive_ends_between_members() {
    let members = (0..100).map(|number| Entry::stored(&format!("{number:03}.pkl"), HONEST));
    let first = Entry::stored("000.evil.pkl", EVIL);
    let archive = Zip::of([first].into_iter().chain(members)).build();
    let target = scan("model.zip", &archive, 20);
    assert_cut_short(&target);
    assert!(names_system(&target));
    assert!(target.members.len() < 100);
}

#[test]
fn inflating_ends_between_chunks() {
    let member = Entry::deflated("zeros.bin", &vec![0; 8 << 20]);
    let target = scan("model.zip", &Zip::of([member]).build(), 20);
    assert_cut_short(&target);
    let messages = target.findings.iter().map(|finding| &*finding.message);
    assert!(
        messages
            .clone()
            .any(|message| message.contains("the time for one file")),
        "{:?}",
        messages.collect::<Vec<_>>()
    );
}

#[test]
fn garbage_is_not_searched_for_longer_than_there_is_time() {
    let garbage = b"\x00\xff cos\nsystem\n 0x80 ".repeat(10_000);
    assert_cut_short(&scan("model.bin", &garbage, 5));
}

#[test]
fn no_time_at_all_is_never_clean() {
    let archive = Zip::of([Entry::deflated("a.pkl", HONEST)]).build();
    for bytes in [HONEST, EVIL, &archive] {
        assert_cut_short(&scan("model.bin", bytes, 0));
    }
}

#[test]
fn each_file_has_its_own_time() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..50 {
        std::fs::write(folder.path().join(format!("{number}.pkl")), HONEST).unwrap();
    }
    // All files together look at the clock more often than that.
    let limit = TimeLimit::new(Arc::new(Looked::default()), Duration::from_secs(30));
    let options = Options::default()
        .with_time_limit(limit)
        .with_jobs(std::num::NonZeroUsize::new(1));
    let report = Scanner::new(options)
        .scan_paths(&[folder.path()], &())
        .unwrap();
    let clean = report
        .targets
        .iter()
        .filter(|target| target.verdict == Verdict::Clean);
    assert_eq!(clean.count(), 50);
}
