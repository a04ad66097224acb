//! How fast an archive's directory is read, by the number of members and by their size: what is stored must
//! not be touched.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use model_scan::zip::{Archive, Limits};
use weighbridge_bench::stored_zip;

fn zip_directory(criterion: &mut Criterion) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("zip_directory");
    for (members, size) in [(1, 64), (100, 64), (10_000, 64), (100, 1 << 20)] {
        let bytes = stored_zip(members, size);
        assert!(Archive::read(&bytes, &limits).is_ok_and(|archive| archive.is_complete()));
        group.throughput(Throughput::Elements(u64::from(members)));
        let id = BenchmarkId::new(format!("{size} bytes each"), members);
        group.bench_with_input(id, &bytes, |bencher, bytes| {
            bencher.iter(|| Archive::read(black_box(bytes), &limits).map(|_| ()));
        });
    }
    group.finish();
}

criterion_group!(benches, zip_directory);
criterion_main!(benches);
