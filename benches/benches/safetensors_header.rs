//! How fast the header of a safetensors file is read, judged and written, by the number of tensors, beside the
//! crate `safetensors`.

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use safetensors::SafeTensors;
use safetensors_check::{Dtype, Header, Layout, Limits, Validity, check};

type Tensors = Vec<(String, Dtype, Vec<u64>)>;

/// Tensors of one element each, with the names of a mixture of experts.
fn tensors(count: u32) -> Tensors {
    let name = |at: u32| {
        let (layer, expert) = (at / 64, at % 64);
        format!("model.layers.{layer}.self_attn.experts.{expert}.down_proj.weight")
    };
    (0..count)
        .map(|at| (name(at), Dtype::F32, vec![1, 1]))
        .collect()
}

fn layout(tensors: &Tensors) -> Option<Layout> {
    let metadata = BTreeMap::from([("format".to_owned(), "pt".to_owned())]);
    Layout::new(tensors.iter().cloned(), metadata).ok()
}

fn safetensors_header(criterion: &mut Criterion) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("safetensors_header");
    for count in [100, 10_000, 100_000] {
        let tensors = tensors(count);
        let Some(made) = layout(&tensors) else {
            continue;
        };
        let mut file = made.header().to_vec();
        let header = file.len();
        file.resize(file.len() + 4 * tensors.len(), 0x3f);
        let length = u64::try_from(file.len()).unwrap_or(u64::MAX);
        assert_eq!(check(&file, &limits).validity(), Validity::Valid);
        group.throughput(Throughput::Bytes(u64::try_from(header).unwrap_or(0)));
        group.bench_with_input(BenchmarkId::new("read", count), &file, |bencher, file| {
            bencher
                .iter(|| Header::read(black_box(file), length, &limits).map(|header| header.len()));
        });
        group.bench_with_input(BenchmarkId::new("check", count), &file, |bencher, file| {
            bencher.iter(|| check(black_box(file), &limits).validity());
        });
        group.bench_with_input(
            BenchmarkId::new("crate safetensors", count),
            &file,
            |bencher, file| {
                bencher.iter(|| SafeTensors::deserialize(black_box(file)).map(|read| read.len()));
            },
        );
        group.bench_with_input(
            BenchmarkId::new("layout", count),
            &tensors,
            |bencher, tensors| {
                bencher.iter(|| layout(black_box(tensors)).map(|layout| layout.file_len()));
            },
        );
    }
    group.finish();
}

criterion_group!(benches, safetensors_header);
criterion_main!(benches);
