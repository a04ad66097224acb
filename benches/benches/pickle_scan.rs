//! How fast a pickle is carried out and judged, at three sizes: the time per byte must stay the same.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pickle_vm::{Limits, scan};
use weighbridge_bench::small_dicts;

fn pickle_scan(criterion: &mut Criterion) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("pickle_scan");
    for dicts in [1_000, 10_000, 100_000] {
        let bytes = small_dicts(dicts);
        assert!(scan(&bytes, 0, &limits).outcome.error.is_none());
        group.throughput(Throughput::Bytes(u64::try_from(bytes.len()).unwrap_or(0)));
        group.bench_with_input(
            BenchmarkId::new("dicts", dicts),
            &bytes,
            |bencher, bytes| {
                bencher.iter(|| scan(black_box(bytes), 0, &limits));
            },
        );
    }
    let small = b"\x80\x04\x95\x1a\0\0\0\0\0\0\0\x8c\x0bcollections\x8c\x0bOrderedDict\x93)R.";
    group.throughput(Throughput::Elements(1));
    group.bench_function("one import", |bencher| {
        bencher.iter(|| scan(black_box(small), 0, &limits));
    });
    group.finish();
}

criterion_group!(benches, pickle_scan);
criterion_main!(benches);
