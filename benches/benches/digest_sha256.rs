//! How fast bytes are hashed, by algorithm, size, and whether they come as one slice or through reads.

use std::hint::black_box;
use std::io;
use std::num::NonZeroU64;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use model_digest::{Algorithm, Digest, Job, Options, Source, digest_in_turn};

/// Hides that its bytes are a slice, as a file does.
struct Reads(Vec<u8>);

impl Source for Reads {
    fn len(&self) -> u64 {
        Source::len(&self.0)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buf)
    }
}

fn digest_sha256(criterion: &mut Criterion) {
    for algorithm in Algorithm::ALL {
        let mut group = criterion.benchmark_group(format!("digest_{algorithm}"));
        // A gibibyte is for measuring, not for seeing that the bench runs.
        let sizes: &[usize] = if std::env::args().any(|argument| argument == "--test") {
            &[1 << 12, 1 << 20]
        } else {
            &[1 << 12, 1 << 20, 1 << 30]
        };
        for &len in sizes {
            let source = Reads((0..=255).cycle().take(len).collect());
            group.throughput(Throughput::Bytes(source.len()));
            group.bench_with_input(
                BenchmarkId::new("slice", len),
                &source.0,
                |bencher, bytes| {
                    bencher.iter(|| Digest::of(algorithm, black_box(bytes)));
                },
            );
            group.bench_with_input(
                BenchmarkId::new("reads", len),
                &source,
                |bencher, source| {
                    bencher.iter(|| Digest::of_source(algorithm, black_box(source)));
                },
            );
        }
        group.finish();
    }
}

/// One source of 16 MiB: in shards of a mebibyte, and with two algorithms in one read.
fn digest_all_at_once(criterion: &mut Criterion) {
    let source: Vec<u8> = (0..=255).cycle().take(1 << 24).collect();
    let whole = Job::whole(&source, Algorithm::Sha256);
    let shards =
        NonZeroU64::new(1 << 20).map_or(whole.clone(), |size| whole.clone().in_shards(size));
    let both = whole.clone().with(Algorithm::Blake3);
    let mut group = criterion.benchmark_group("digest_all");
    group.throughput(Throughput::Bytes(1 << 24));
    for (name, job) in [("whole", whole), ("shards", shards), ("both", both)] {
        let jobs = [job];
        group.bench_function(name, |bencher| {
            bencher.iter(|| digest_in_turn(black_box(&jobs), &Options::default(), &()));
        });
    }
    group.finish();
}

criterion_group!(benches, digest_sha256, digest_all_at_once);
criterion_main!(benches);
