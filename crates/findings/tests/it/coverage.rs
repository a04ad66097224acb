use findings::{Attribution, Coverage, CoverageError};
use proptest::prelude::*;

#[test]
fn a_range_behind_the_end_is_refused_and_changes_nothing() {
    let mut coverage = Coverage::new(10);
    assert_eq!(
        coverage.attribute(5..11, Attribution::Opcodes),
        Err(CoverageError::OutOfBounds {
            start: 5,
            end: 11,
            bytes: 10
        })
    );
    assert_eq!(coverage.accounted(), 0);
}

#[test]
fn an_empty_stream_is_complete() {
    assert!(Coverage::new(0).is_complete());
}

#[test]
fn what_was_attributed_first_stays() {
    let mut coverage = Coverage::new(10);
    coverage.attribute(2..4, Attribution::Storage).unwrap();
    coverage.attribute(0..10, Attribution::Padding).unwrap();
    let spans: Vec<_> = coverage
        .spans()
        .iter()
        .map(|span| (span.start, span.end, span.attribution))
        .collect();
    assert_eq!(
        spans,
        [
            (0, 2, Attribution::Padding),
            (2, 4, Attribution::Storage),
            (4, 10, Attribution::Padding)
        ]
    );
}

proptest! {
    #[test]
    fn accounted_bytes_and_gaps_sum_to_the_size(
        size in 0_u64..200,
        ranges in prop::collection::vec((0_u64..220, 0_u64..60, 0..3), 0..40),
    ) {
        let kinds = [Attribution::Opcodes, Attribution::Storage, Attribution::Padding];
        let mut coverage = Coverage::new(size);
        let mut truth = vec![None; usize::try_from(size).unwrap()];
        for (start, len, kind) in ranges {
            let kind = kinds[usize::try_from(kind).unwrap()];
            if coverage.attribute(start..start + len, kind).is_ok() {
                for at in start..start + len {
                    truth[usize::try_from(at).unwrap()].get_or_insert(kind);
                }
            }
        }
        let free: u64 = coverage.gaps().map(|gap| gap.end - gap.start).sum();
        prop_assert_eq!(coverage.accounted() + free, size);
        for span in coverage.spans() {
            for at in span.start..span.end {
                prop_assert_eq!(truth[usize::try_from(at).unwrap()], Some(span.attribution));
            }
        }
        prop_assert_eq!(
            coverage.accounted(),
            u64::try_from(truth.iter().flatten().count()).unwrap()
        );
    }
}
