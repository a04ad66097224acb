//! How fast bytes are hashed, by algorithm, size, and whether they come as one slice or through reads.

use std::hint::black_box;
use std::io;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use model_digest::{Algorithm, Digest, Source};

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
        for len in [1 << 10, 1 << 16, 1 << 24] {
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

criterion_group!(benches, digest_sha256);
criterion_main!(benches);
