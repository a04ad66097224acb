//! How fast a pickle is disassembled, at three sizes and in both styles. The text is thrown away; throughput is
//! that of the pickle.

use std::fmt;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pickle_vm::{Disassembly, Limits, Style};
use weighbridge_bench::small_dicts;

/// A writer that keeps nothing.
struct Nowhere;

impl fmt::Write for Nowhere {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        black_box(text);
        Ok(())
    }
}

fn pickle_disasm(criterion: &mut Criterion) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("pickle_disasm");
    for (name, style) in [("exact", Style::Exact), ("short", Style::Short)] {
        for dicts in [1_000, 10_000, 100_000] {
            let bytes = small_dicts(dicts);
            let disassembly = Disassembly::new(&bytes, 0, &limits);
            assert_eq!(disassembly.finish().error, None);
            group.throughput(Throughput::Bytes(u64::try_from(bytes.len()).unwrap_or(0)));
            group.bench_with_input(BenchmarkId::new(name, dicts), &bytes, |bencher, bytes| {
                bencher.iter(|| {
                    let mut disassembly = Disassembly::new(black_box(bytes), 0, &limits);
                    disassembly.write(style, &mut Nowhere)
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, pickle_disasm);
criterion_main!(benches);
