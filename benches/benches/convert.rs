//! How fast checkpoints become safetensors, by what is done to their elements: written as they stand, gathered,
//! turned around, written with all digests, compared.

use std::hint::black_box;
use std::io;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use model_scan::convert::{Checkpoint, Limits, Options, Plan, Proof};
use weighbridge_bench::checkpoint;

/// Rows and columns of the only tensor, in F32: 64 MiB.
const SIDE: u32 = 4096;

fn convert(criterion: &mut Criterion) {
    let limits = Limits::default();
    let options = Options::default();
    let mut group = criterion.benchmark_group("convert");
    group.throughput(Throughput::Bytes(u64::from(SIDE) * u64::from(SIDE) * 4));
    group.sample_size(10);
    for (name, order, stride) in [
        ("contiguous", "little", [SIDE, 1]),
        ("transposed", "little", [1, SIDE]),
        ("big endian", "big", [SIDE, 1]),
    ] {
        let bytes = checkpoint([SIDE, SIDE], stride, order);
        let read = Checkpoint::read("model.pt", &bytes, &limits);
        assert!(read.is_ok());
        let Ok(read) = read else { continue };
        let plan = Plan::new(&read, &options);
        group.bench_function(format!("write/{name}"), |bencher| {
            bencher.iter(|| black_box(&plan).write(&mut io::sink(), Proof::None, &()));
        });
        if name != "contiguous" {
            continue;
        }
        group.bench_function("read and plan", |bencher| {
            bencher.iter(|| {
                Checkpoint::read("model.pt", black_box(&bytes), &limits)
                    .map(|read| Plan::new(&read, &options).layout().is_ok())
            });
        });
        let mut output = Vec::new();
        let written = plan.write(&mut output, Proof::Digests, &());
        assert!(written.is_ok() && plan.verify(&output).is_ok_and(|found| found.is_empty()));
        group.bench_function("digests one by one", |bencher| {
            bencher.iter(|| black_box(&plan).write(&mut io::sink(), Proof::Digests, &()));
        });
        group.bench_function("digests side by side, and the source's", |bencher| {
            bencher.iter(|| black_box(&plan).prove(&bytes, &output, &()));
        });
        group.bench_function("verify", |bencher| {
            bencher.iter(|| black_box(&plan).verify(&output));
        });
    }
    group.finish();
}

criterion_group!(benches, convert);
criterion_main!(benches);
