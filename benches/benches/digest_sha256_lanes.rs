//! How fast messages are hashed side by side on one core, by their number and the implementation.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sha2::{Digest, Sha256};
use sha256_lanes::{Backend, Lanes};

const MIB: usize = 1 << 20;

/// Makes messages of the lengths given.
fn messages(lengths: impl IntoIterator<Item = usize>) -> Vec<Vec<u8>> {
    let lengths = lengths.into_iter();
    lengths
        .map(|length| (0..=255).cycle().take(length).collect())
        .collect()
}

fn one_by_one(messages: &[&[u8]]) -> Vec<[u8; 32]> {
    let digests = messages.iter().map(Sha256::digest);
    digests.map(Into::into).collect()
}

fn digest_sha256_lanes(criterion: &mut Criterion) {
    let equal = [1, 2, 3, 4, 8, 16, 32].map(|count| {
        let name = format!("{count}x1MiB");
        (name, messages((0..count).map(|_| MIB)))
    });
    let ragged = messages((1..=32).map(|step| step * MIB / 16));
    let small = messages((0..10_000).map(|number| number % 200));
    let sets = equal.into_iter().chain([
        ("32_ragged".to_owned(), ragged),
        ("10000_small".to_owned(), small),
    ]);

    let mut group = criterion.benchmark_group("digest_sha256_lanes");
    for (name, messages) in sets {
        let messages: Vec<_> = messages.iter().map(Vec::as_slice).collect();
        let bytes: usize = messages.iter().map(|message| message.len()).sum();
        group.throughput(Throughput::Bytes(bytes.try_into().unwrap_or(u64::MAX)));
        group.bench_with_input(
            BenchmarkId::new("sha2", &name),
            &*messages,
            |bencher, messages| bencher.iter(|| one_by_one(black_box(messages))),
        );
        group.bench_with_input(
            BenchmarkId::new("chosen", &name),
            &*messages,
            |bencher, messages| bencher.iter(|| sha256_lanes::digest_many(black_box(messages))),
        );
        for backend in Backend::ALL {
            if let Some(lanes) = Lanes::of(backend) {
                group.bench_with_input(
                    BenchmarkId::new(format!("{backend:?}"), &name),
                    &*messages,
                    |bencher, messages| bencher.iter(|| lanes.digest_many(black_box(messages))),
                );
            }
        }
    }
    group.finish();
}

criterion_group!(benches, digest_sha256_lanes);
criterion_main!(benches);
