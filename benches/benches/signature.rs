//! How fast a message of 32 bytes is signed and verified, and a key read, by kind of key.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use model_sign::key::{KeyAlgorithm, PrivateKey, PublicKey};

fn signature(criterion: &mut Criterion) {
    let message = [0x5a; 32];
    let keys: Vec<PrivateKey> = KeyAlgorithm::ALL
        .into_iter()
        .filter_map(|algorithm| PrivateKey::generate(algorithm).ok())
        .collect();
    assert_eq!(keys.len(), KeyAlgorithm::ALL.len());

    let mut group = criterion.benchmark_group("signature_sign");
    for key in &keys {
        let algorithm = key.public_key().algorithm();
        group.bench_with_input(
            BenchmarkId::from_parameter(algorithm),
            key,
            |bencher, key| {
                bencher.iter(|| key.sign(black_box(&message)));
            },
        );
    }
    group.finish();

    let mut group = criterion.benchmark_group("signature_verify");
    for key in &keys {
        let public = key.public_key();
        let signature = key.sign(&message).unwrap_or_default();
        assert_eq!(public.verify(&message, &signature), Ok(()));
        group.bench_with_input(
            BenchmarkId::from_parameter(public.algorithm()),
            &signature,
            |bencher, signature| {
                bencher.iter(|| public.verify(black_box(&message), black_box(signature)));
            },
        );
    }
    group.finish();

    let mut group = criterion.benchmark_group("public_key_from_pem");
    for key in &keys {
        let public = key.public_key();
        let text = public.to_pem();
        group.bench_with_input(
            BenchmarkId::from_parameter(public.algorithm()),
            text.as_bytes(),
            |bencher, text| bencher.iter(|| PublicKey::from_pem(black_box(text))),
        );
    }
    group.finish();
}

criterion_group!(benches, signature);
criterion_main!(benches);
