//! Whatever findings are taken away, what was not read stays not read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use findings::Severity;
use model_scan::{Clock, Digests, Options, Scanner, TimeLimit, Verdict};
use proptest::prelude::*;
use proptest::sample::select;

use crate::forge::{Entry, Zip};
use crate::pickles::{EVIL, HONEST};

#[derive(Debug, Default)]
struct Looked(AtomicU64);

impl Clock for Looked {
    fn now(&self) -> Duration {
        Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// Pickles, archives and garbage behind each other, cut somewhere.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let archive = Zip::of([
        Entry::deflated("a.pkl", HONEST),
        Entry::stored("b.pkl", EVIL),
        Entry::stored("c.txt", b"text"),
    ])
    .build();
    let parts = vec![
        EVIL.to_vec(),
        HONEST.to_vec(),
        b"cacme\nThing\n)\x81.".to_vec(),
        b"garbage".to_vec(),
        vec![0; 16],
        archive,
    ];
    (
        proptest::collection::vec(select(parts), 0..4),
        any::<prop::sample::Index>(),
    )
        .prop_map(|(parts, cut)| {
            let whole = parts.concat();
            whole
                .get(..=cut.index(whole.len().max(1)))
                .unwrap_or(&whole)
                .to_vec()
        })
}

proptest! {
    #[test]
    fn taking_findings_away_never_makes_an_unread_file_clean(
        bytes in file(),
        name in select(vec!["model.pkl", "model.zip", "notes.txt", "model"]),
        seconds in 0..40_u64,
        kept in any::<u64>(),
        lowered in any::<u64>(),
    ) {
        let limit = TimeLimit::new(Arc::new(Looked::default()), Duration::from_secs(seconds));
        let options = Options::default()
            .with_time_limit(limit)
            .with_digests(Digests::WithFindings);
        let mut target = Scanner::new(options).scan_bytes(name, &bytes);
        prop_assert!(!target.floor.is_flagged());
        let before = target.verdict;
        target.settle();
        prop_assert_eq!(before, target.verdict, "the verdict is the one that settling gives");
        let is_set = |mask: u64, number: usize| mask >> (number % 64) & 1 == 1;
        for (number, finding) in target.findings.iter_mut().enumerate() {
            if is_set(lowered, number) {
                finding.severity = Severity::Info;
            }
        }
        let mut number = 0;
        target.findings.retain(|_| {
            number += 1;
            is_set(kept, number)
        });
        target.settle();
        if matches!(target.verdict, Verdict::Clean | Verdict::Passive) {
            prop_assert!(target.complete);
            prop_assert_eq!(target.coverage.accounted(), target.size);
        }
        target.findings.clear();
        target.settle();
        prop_assert_eq!(target.verdict, target.floor);
    }
}
