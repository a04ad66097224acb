//! How fast manifests of models are built, written and read, by how many resources they have.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use model_digest::{Algorithm, Digest};
use model_sign::Limits;
use model_sign::oms::{Dialects, ErrorKind, Manifest, Serialization};

const COUNTS: [u32; 3] = [10, 1_000, 100_000];

fn files(count: u32) -> Vec<(String, Digest)> {
    (0..count)
        .map(|n| {
            let name = format!("layer-{:03}/weights-{n:06}.safetensors", n % 128);
            let digest = Digest::of(Algorithm::Sha256, name.as_bytes());
            (name, digest)
        })
        .collect()
}

fn build(files: &[(String, Digest)]) -> Result<Vec<u8>, ErrorKind> {
    let mut builder = Manifest::builder(Serialization::default());
    for (name, digest) in files {
        builder.file(name, *digest)?;
    }
    Ok(builder.build("model")?.to_json())
}

fn manifest(criterion: &mut Criterion) {
    for (name, run) in [("manifest_build", false), ("manifest_parse", true)] {
        let mut group = criterion.benchmark_group(name);
        for count in COUNTS {
            let files = files(count);
            let payload = build(&files).unwrap_or_default();
            group.throughput(Throughput::Bytes(
                u64::try_from(payload.len()).unwrap_or(u64::MAX),
            ));
            group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
                if run {
                    bencher.iter(|| {
                        Manifest::read(black_box(&payload), Dialects::Current, &Limits::default())
                    });
                } else {
                    bencher.iter(|| build(black_box(&files)));
                }
            });
        }
        group.finish();
    }
}

criterion_group!(benches, manifest);
criterion_main!(benches);
