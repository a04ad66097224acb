//! How fast the headers of a tar archive are followed, by the number of members and by their size: data must
//! not be touched.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use model_scan::tar::{Archive, Limits};
use weighbridge_bench::ustar;

fn tar_directory(criterion: &mut Criterion) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("tar_directory");
    group.sample_size(10);
    for (members, size) in [(1, 512), (10_000, 0), (1_000_000, 0), (1000, 1 << 20)] {
        let bytes = ustar(members, size);
        assert!(Archive::read(&bytes, &limits).is_ok_and(|archive| archive.is_complete()));
        group.throughput(Throughput::Elements(u64::from(members)));
        let id = BenchmarkId::new(format!("{size} bytes each"), members);
        group.bench_with_input(id, &bytes, |bencher, bytes| {
            bencher.iter(|| Archive::read(black_box(bytes), &limits).map(|_| ()));
        });
    }
    group.finish();
}

criterion_group!(benches, tar_directory);
criterion_main!(benches);
