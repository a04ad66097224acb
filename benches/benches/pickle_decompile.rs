//! How fast a pickle is written as Python source, at three sizes: the time per byte must stay the same.

use std::hint::black_box;
use std::ops::ControlFlow;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pickle_vm::{Limits, Lists, Statement, StatementSink, decompile_with};
use weighbridge_bench::small_dicts;

/// Counts the bytes of the source.
struct Count(usize);

impl StatementSink for Count {
    fn statement(&mut self, statement: &Statement<'_>) -> ControlFlow<()> {
        self.0 += statement.text.len();
        ControlFlow::Continue(())
    }
}

fn pickle_decompile(criterion: &mut Criterion) {
    let (lists, limits) = (Lists::built_in(), Limits::default());
    let mut group = criterion.benchmark_group("pickle_decompile");
    for dicts in [1_000, 10_000, 100_000] {
        let bytes = small_dicts(dicts);
        group.throughput(Throughput::Bytes(u64::try_from(bytes.len()).unwrap_or(0)));
        group.bench_with_input(
            BenchmarkId::new("dicts", dicts),
            &bytes,
            |bencher, bytes| {
                bencher.iter(|| {
                    let mut count = Count(0);
                    let end = decompile_with(black_box(bytes), 0, &lists, &limits, &mut count);
                    assert!(end.outcome.error.is_none() && count.0 > bytes.len());
                    count.0
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, pickle_decompile);
criterion_main!(benches);
