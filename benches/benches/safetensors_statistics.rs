//! How fast the values of a safetensors file are looked at, by type and by how much is asked, on one thread; and with
//! digests in the same read. The file lies in memory and is larger than the caches.

use std::error::Error;
use std::hint::black_box;
use std::num::NonZeroUsize;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use model_digest::Algorithm;
use safetensors_check::values::{Detail, Options, check_values};
use safetensors_check::{Dtype, Header, Layout, Limits};

const DTYPES: [Dtype; 9] = [
    Dtype::F32,
    Dtype::F16,
    Dtype::Bf16,
    Dtype::F8E4M3,
    Dtype::F8E5M2,
    Dtype::F4,
    Dtype::U8,
    Dtype::I64,
    Dtype::F64,
];

/// Makes a file of 16 tensors of one type whose elements are about evenly spread between -1 and 1.
fn file(dtype: Dtype, bytes: u64) -> Result<Vec<u8>, Box<dyn Error>> {
    let each = bytes / 16;
    let elements = each * 8 / dtype.bits();
    let tensors = (0..16).map(|number| (format!("layer.{number}.weight"), dtype, vec![elements]));
    let layout = Layout::new(tensors, None)?;
    let mut file = layout.header().to_vec();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    while u64::try_from(file.len())? < layout.file_len() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let [a, b, c, d, ..] = state.to_le_bytes();
        let value = (f32::from(a) - f32::from(b)) / 256.0 + f32::from(c) / 65_536.0;
        match dtype {
            Dtype::F32 => file.extend_from_slice(&value.to_le_bytes()),
            Dtype::F64 => file.extend_from_slice(&f64::from(value).to_le_bytes()),
            Dtype::Bf16 => file.extend_from_slice(&value.to_le_bytes()[2..]),
            // An exponent below one.
            Dtype::F16 => file.extend_from_slice(&[a, (b & 0xb8) | (c & 3)]),
            _ => file.extend_from_slice(&[a & 0xbf, b & 0xbf, c & 0xbf, d & 0xbf]),
        }
    }
    file.truncate(usize::try_from(layout.file_len())?);
    Ok(file)
}

fn statistics(criterion: &mut Criterion) {
    // A large file is for measuring, not for seeing that the bench runs.
    let bytes: u64 = if std::env::args().any(|argument| argument == "--test") {
        1 << 20
    } else {
        256 << 20
    };
    let alone = Options::default().with_threads(NonZeroUsize::MIN);
    let options = [
        ("screen", alone.clone()),
        ("measures", alone.clone().with_detail(Detail::Measures)),
    ];
    let mut group = criterion.benchmark_group("safetensors_statistics");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(bytes));
    for dtype in DTYPES {
        let file = file(dtype, bytes).unwrap_or_default();
        for (name, options) in &options {
            run(&mut group, name, dtype, &file, options);
        }
        if dtype == Dtype::F32 {
            let tensors = alone.clone().with_tensor_digests(Algorithm::Sha256);
            run(&mut group, "screen, tensor digests", dtype, &file, &tensors);
            let both = tensors.with_file_digest(Algorithm::Sha256);
            run(
                &mut group,
                "screen, tensor and file digests",
                dtype,
                &file,
                &both,
            );
        }
    }
    group.finish();
}

fn run(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    dtype: Dtype,
    file: &[u8],
    options: &Options,
) {
    let length = u64::try_from(file.len()).unwrap_or(u64::MAX);
    let Ok(header) = Header::read(file, length, &Limits::default()) else {
        return;
    };
    let source = file.to_vec();
    group.bench_function(BenchmarkId::new(name, dtype), |bencher| {
        bencher.iter(|| check_values(&header, black_box(&source), options, &()));
    });
}

criterion_group!(benches, statistics);
criterion_main!(benches);
