//! How fast a compressed pickle is scanned, beside what the decoder alone takes for the same bytes: the
//! decoders are the very ones that the scan uses, each unpacks into memory as a loader does.

use std::hint::black_box;
use std::io::{Read, Write as _};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lzma_rust2::{LzmaOptions, LzmaReader, LzmaWriter};
use model_scan::{Options, Scanner, Verdict};
use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use weighbridge_bench::weights;

/// A writer of a format and its decoder alone.
struct Format {
    name: &'static str,
    pack: fn(&[u8]) -> Vec<u8>,
    unpack: fn(&[u8]) -> Vec<u8>,
}

const FORMATS: [Format; 5] = [
    Format {
        name: "gzip",
        pack: |bytes| {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(3));
            written(encoder.write_all(bytes));
            encoder.finish().unwrap_or_default()
        },
        unpack: |packed| read(flate2::read::GzDecoder::new(packed)),
    },
    Format {
        name: "bzip2",
        pack: |bytes| {
            let level = bzip2::Compression::new(3);
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), level);
            written(encoder.write_all(bytes));
            encoder.finish().unwrap_or_default()
        },
        unpack: |packed| read(bzip2::read::BzDecoder::new(packed)),
    },
    Format {
        name: "lzma",
        pack: |bytes| {
            let options = LzmaOptions::with_preset(3);
            LzmaWriter::new_use_header(Vec::new(), &options, None)
                .and_then(|mut writer| {
                    writer.write_all(bytes)?;
                    writer.finish()
                })
                .unwrap_or_default()
        },
        unpack: |packed| {
            LzmaReader::new_mem_limit(packed, u32::MAX, None)
                .map(read)
                .unwrap_or_default()
        },
    },
    Format {
        name: "lz4",
        pack: |bytes| {
            let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
            written(encoder.write_all(bytes));
            encoder.finish().unwrap_or_default()
        },
        unpack: |packed| read(lz4_flex::frame::FrameDecoder::new(packed)),
    },
    Format {
        name: "zstd",
        pack: |bytes| compress_to_vec(bytes, CompressionLevel::Fastest),
        unpack: |packed| StreamingDecoder::new(packed).map(read).unwrap_or_default(),
    },
];

fn written(result: std::io::Result<()>) {
    assert!(result.is_ok(), "writing to memory cannot fail");
}

fn read(mut reader: impl Read) -> Vec<u8> {
    let mut out = Vec::new();
    let result = reader.read_to_end(&mut out);
    assert!(result.is_ok(), "{result:?}");
    out
}

fn stream_unpack(criterion: &mut Criterion) {
    let pickle = weights(4 << 20);
    let scanner = Scanner::new(Options::default());
    let mut group = criterion.benchmark_group("stream_unpack");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(u64::try_from(pickle.len()).unwrap_or(0)));
    for format in FORMATS {
        let packed = (format.pack)(&pickle);
        assert_eq!((format.unpack)(&packed), pickle);
        let target = scanner.scan_bytes("model.joblib", &packed);
        assert_eq!(target.verdict, Verdict::Clean, "{:?}", target.findings);
        let id = BenchmarkId::new(format.name, "decoder alone");
        group.bench_with_input(id, &packed, |bencher, packed| {
            bencher.iter(|| (format.unpack)(black_box(packed)));
        });
        let id = BenchmarkId::new(format.name, "scan");
        group.bench_with_input(id, &packed, |bencher, packed| {
            bencher.iter(|| scanner.scan_bytes("model.joblib", black_box(packed)));
        });
    }
    group.finish();
}

criterion_group!(benches, stream_unpack);
criterion_main!(benches);
