//! How fast opcodes are decoded, at three sizes.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pickle_vm::Decoder;
use weighbridge_bench::small_dicts;

fn pickle_decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pickle_decode");
    for dicts in [1_000, 10_000, 100_000] {
        let bytes = small_dicts(dicts);
        group.throughput(Throughput::Bytes(u64::try_from(bytes.len()).unwrap_or(0)));
        group.bench_with_input(
            BenchmarkId::from_parameter(dicts),
            &bytes,
            |bencher, bytes| {
                bencher.iter(|| Decoder::new(black_box(bytes)).flatten().count());
            },
        );
    }
    group.finish();
}

criterion_group!(benches, pickle_decode);
criterion_main!(benches);
