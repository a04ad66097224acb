#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics fails"
)]

use std::io::Write as _;
use std::time::Instant;

use model_scan::sniff::{
    Kind, Promise, contradicts, could_be_pickle, has_zip_tail, is_passive, promise, sniff,
    sniff_with,
};
use proptest::prelude::*;

use crate::forge::{Entry, Zip};

/// A message of Protocol Buffers, of fields with bytes or integers.
fn message(fields: &[(u8, Result<u8, &[u8]>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, value) in fields {
        match value {
            Ok(integer) => out.extend([number << 3, *integer]),
            Err(bytes) => {
                out.extend([number << 3 | 2, u8::try_from(bytes.len()).unwrap()]);
                out.extend(*bytes);
            }
        }
    }
    out
}

fn tar(magic: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..8].copy_from_slice(b"sys_info");
    header[124..135].copy_from_slice(b"00000000000");
    header[257..257 + magic.len()].copy_from_slice(magic);
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header.extend([0; 1024]);
    header
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn behind(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![1; offset];
    out.extend(bytes);
    out
}

#[test]
fn formats_are_told_by_their_content_whatever_their_name() {
    let zip = Zip::of([Entry::stored("a", b"a")]).build();
    let prefixed = [&b"\x01\x02\x03\xff"[..], &zip].concat();
    let graph_node = message(&[(1, Err(b"x")), (2, Err(b"Const"))]);
    let piece = [&message(&[(1, Err(b"<unk>"))])[..], b"\x15\0\0\0\0"].concat();
    let safetensors = [&2_u64.to_le_bytes()[..], b"{}"].concat();
    let mut pe = behind(0x3c, &[0x40, 0, 0, 0]);
    pe[..2].copy_from_slice(b"MZ");
    pe.extend(b"PE\0\0");
    let cases: Vec<(&[u8], Kind)> = vec![
        (b"", Kind::Empty),
        (b"\x80\x02}q\x00.", Kind::Pickle),
        (b"\x80\x05\x95", Kind::Pickle),
        (b"(dp0\n.", Kind::Pickle),
        (&zip, Kind::Zip),
        (&prefixed, Kind::PrefixedZip),
        (b"\x93NUMPY\x01\0", Kind::Npy),
        (b"\x1f\x8b\x08\0", Kind::Gzip),
        (b"BZh91AY&SY", Kind::Bzip2),
        (b"\xfd7zXZ\0\0\x04", Kind::Xz),
        (
            b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0",
            Kind::LzmaAlone,
        ),
        (b"ZF0x1a                 x", Kind::JoblibZf),
        (b"\x04\x22\x4d\x18@", Kind::Lz4),
        (b"\x28\xb5\x2f\xfd ", Kind::Zstd),
        (b"7z\xbc\xaf\x27\x1c\0\x04", Kind::SevenZip),
        (b"Rar!\x1a\x07\x01\0", Kind::Rar),
        (b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
        (b"GGUF\x03\0\0\0", Kind::Gguf),
        (b"tjgg\x01\0\0\0", Kind::Ggml),
        (&safetensors, Kind::Safetensors),
        (b"\x1c\0\0\0TFL3\x14\0", Kind::TfLite),
        (b"\x1c\0\0\0ET12\x14\0", Kind::ExecuTorch),
        (b"\x7fELF\x02\x01", Kind::Elf),
        (&pe, Kind::Pe),
        (b"MZqFpD='\n", Kind::Pe),
        (b"\xcf\xfa\xed\xfe\x07", Kind::MachO),
        (b"\xca\xfe\xba\xbe\0\0\0\x02", Kind::MachO),
        (b"\xca\xfe\xba\xbe\0\0\0\x41", Kind::JavaClass),
        (b"\0asm\x01\0\0\0", Kind::Wasm),
        (b"BC\xc0\xde5", Kind::LlvmBitcode),
        (b"\xa7\x0d\r\n\0\0\0\0\x01", Kind::PythonBytecode),
        (b"#!/bin/sh\n", Kind::Script),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
            Kind::GitLfsPointer,
        ),
        (b"\n<!DOCTYPE HTML><p>", Kind::HtmlPage),
        (b"<?xml version=\"1.0\"?><PMML>", Kind::Xml),
        (
            b"<?xml version=\"1.0\"?>\n<net name=\"x\" version=\"11\">",
            Kind::OpenVino,
        ),
        (b"%PDF-1.7\n", Kind::Pdf),
        (b"\x89PNG\r\n\x1a\n", Kind::Png),
        (b"\xff\xd8\xff\xe0", Kind::Jpeg),
        (b"GIF89a", Kind::Gif),
        (b"RIFF\0\0\0\0WEBPVP8 ", Kind::Webp),
        (b"{\n  \"a\": 1}", Kind::Json),
        (b"[]", Kind::Json),
        (b"{% if x %}", Kind::Text),
        ("# 模型\n".as_bytes(), Kind::Text),
        (b"caf\xe9 in an older encoding, long enough", Kind::Text),
        (b"\0\x01\x02\x03\xff\xfe", Kind::Unknown),
    ];
    for (bytes, kind) in cases {
        for name in ["model.pt", "README.md", "x", "m.safetensors"] {
            assert_eq!(sniff(bytes, name), kind, "{}", bytes.escape_ascii());
        }
    }
    for (bytes, kind) in [
        (zlib(&b"some text ".repeat(20)), Kind::Zlib),
        (tar(b"ustar\0"), Kind::Tar),
        (tar(b""), Kind::Tar),
        (behind(512, b"\x89HDF\r\n\x1a\n"), Kind::Hdf5),
        (behind(2048, b"\x89HDF\r\n\x1a\n"), Kind::Hdf5),
        (
            message(&[
                (1, Ok(8)),
                (2, Err(b"pytorch")),
                (7, Err(b"graph")),
                (8, Err(b"\x10\x11")),
            ]),
            Kind::Onnx,
        ),
        (
            message(&[(1, Ok(1)), (2, Err(b"meta graph"))]),
            Kind::SavedModel,
        ),
        (
            message(&[
                (1, Err(&graph_node)),
                (1, Err(&graph_node)),
                (4, Err(b"\x08\x01")),
            ]),
            Kind::TensorFlowGraph,
        ),
        (
            message(&[(1, Err(&piece)), (2, Err(b"trainer"))]),
            Kind::SentencePiece,
        ),
    ] {
        assert_eq!(sniff(&bytes, "model.bin"), kind);
    }
}

#[test]
fn python_source_is_told_by_its_name() {
    assert_eq!(sniff(b"import os\n", "a.py"), Kind::PythonSource);
    assert_eq!(sniff(b"import os\n", "a.txt"), Kind::Text);
    assert_eq!(sniff(b"\x80\x04N.", "a.py"), Kind::Pickle);
}

#[test]
fn the_caller_may_decide_what_a_pickle_is() {
    assert_eq!(sniff_with(b"anything", "x", &|_| true), Kind::Pickle);
    assert_eq!(sniff_with(b"N.", "x", &|_| false), Kind::Text);
    assert_eq!(sniff_with(b"GGUF", "x", &|_| true), Kind::Gguf);
}

#[test]
fn an_archive_behind_a_picture_or_a_pickle_is_seen() {
    let zip = Zip::of([Entry::stored("a", b"a")]).build();
    for front in [&b"GIF89a"[..], b"\x80\x02N.", b"{}"] {
        let bytes = [front, &zip].concat();
        assert!(has_zip_tail(&bytes));
        assert!(!has_zip_tail(front));
    }
    assert!(!has_zip_tail(
        b"the text PK\x05\x06 and more of it, but no directory"
    ));
}

#[test]
fn honest_names_contradict_nothing() {
    for (name, kinds) in [
        ("model.pt", &[Kind::Zip, Kind::Pickle, Kind::Tar][..]),
        ("a/model.pth", &[Kind::Zip, Kind::Pickle, Kind::Tar]),
        ("model.ckpt", &[Kind::Zip, Kind::Pickle]),
        ("best.pth.tar", &[Kind::Zip, Kind::Pickle, Kind::Tar]),
        ("checkpoint.tar", &[Kind::Zip, Kind::Tar]),
        (
            "m.pkl",
            &[
                Kind::Pickle,
                Kind::Zlib,
                Kind::Gzip,
                Kind::Bzip2,
                Kind::Xz,
                Kind::LzmaAlone,
                Kind::Lz4,
                Kind::JoblibZf,
            ],
        ),
        (
            "m.joblib",
            &[
                Kind::Pickle,
                Kind::Zlib,
                Kind::Gzip,
                Kind::Bzip2,
                Kind::Xz,
                Kind::Lz4,
            ],
        ),
        (
            "m.bin",
            &[
                Kind::Zip,
                Kind::Pickle,
                Kind::Gguf,
                Kind::Safetensors,
                Kind::Unknown,
                Kind::Onnx,
                Kind::Text,
            ],
        ),
        ("m.npz", &[Kind::Zip]),
        ("m.keras", &[Kind::Zip, Kind::Hdf5]),
        ("x.nemo", &[Kind::Tar, Kind::Gzip]),
        ("x.tar.gz", &[Kind::Gzip]),
        ("x.mar", &[Kind::Zip]),
        (
            "README.md",
            &[Kind::Text, Kind::Json, Kind::HtmlPage, Kind::Empty],
        ),
        ("data.pkl", &[Kind::Pickle]),
        ("archive/data/0", &[Kind::Unknown, Kind::Zlib, Kind::Elf]),
        (".gitattributes", &[Kind::Text]),
        (
            "model.safetensors",
            &[
                Kind::Safetensors,
                Kind::GitLfsPointer,
                Kind::Empty,
                Kind::HtmlPage,
            ],
        ),
        ("tokenizer.model", &[Kind::SentencePiece, Kind::Pickle]),
    ] {
        for kind in kinds {
            assert_eq!(contradicts(name, *kind), None, "{name} {kind}");
        }
    }
}

#[test]
fn names_that_promise_something_else_are_contradicted() {
    for (name, kind, broken) in [
        ("model.safetensors", Kind::Pickle, Promise::Safetensors),
        ("model.gguf", Kind::Zip, Promise::Gguf),
        ("notes.txt", Kind::Pickle, Promise::Passive),
        ("config.json", Kind::Zip, Promise::Passive),
        ("logo.png", Kind::Elf, Promise::Passive),
        ("model.pt", Kind::SevenZip, Promise::Torch),
        ("model.bin", Kind::Elf, Promise::Data),
        ("model.npy", Kind::Pickle, Promise::Npy),
        ("model.onnx", Kind::Pickle, Promise::Onnx),
        ("model.h5", Kind::Pickle, Promise::Hdf5),
        ("model.gz", Kind::Pickle, Promise::Compressed(Kind::Gzip)),
    ] {
        assert_eq!(contradicts(name, kind), Some(broken), "{name} {kind}");
    }
    assert_eq!(promise("no-extension"), None);
    assert_eq!(promise("a.b/c"), None);
}

#[test]
fn passive_takes_both_content_and_name() {
    assert!(is_passive("README.md", Kind::Text));
    assert!(is_passive("LICENSE", Kind::Text));
    assert!(is_passive("config.json", Kind::Json));
    assert!(is_passive("__init__.py", Kind::Empty));
    assert!(!is_passive("model.pt", Kind::Text));
    assert!(!is_passive("model.bin", Kind::Empty));
    assert!(!is_passive("model.bin", Kind::GitLfsPointer));
    assert!(!is_passive("README.md", Kind::Pickle));
    assert!(!is_passive("notes.txt", Kind::Unknown));
    assert!(!is_passive("a.py", Kind::PythonSource));
}

#[test]
fn no_kind_is_both_inert_and_judged() {
    for kind in [
        Kind::Text,
        Kind::Json,
        Kind::Png,
        Kind::Pickle,
        Kind::Zip,
        Kind::Elf,
        Kind::Gzip,
        Kind::Unknown,
    ] {
        assert!(
            !(kind.is_inert() && kind.is_weight_or_archive_or_code()),
            "{kind}"
        );
    }
}

#[test]
fn a_large_file_costs_as_much_as_a_small_one() {
    let bytes = vec![1; 256 << 20];
    let start = Instant::now();
    assert_eq!(sniff(&bytes, "x.bin"), Kind::Unknown);
    assert!(start.elapsed().as_millis() < 50, "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn any_bytes_have_a_kind(bytes in prop::collection::vec(any::<u8>(), 0..700), name in ".{0,12}") {
        let kind = sniff(&bytes, &name);
        prop_assert!(!kind.label().is_empty());
        let _ = (contradicts(&name, kind), is_passive(&name, kind), could_be_pickle(&bytes));
    }

    #[test]
    fn opcodes_in_any_order_are_walked(bytes in prop::collection::vec(prop::sample::select(b"()]}NI1\n.caR'Sob0t2u\x80\x02\x8c\x94\x93".to_vec()), 0..60)) {
        let _ = could_be_pickle(&bytes);
    }

    #[test]
    fn archives_are_zips_whatever_they_hold(data in prop::collection::vec(any::<u8>(), 0..60), cut in any::<prop::sample::Index>()) {
        let zip = Zip::of([Entry::stored("m", &data)]).build();
        prop_assert_eq!(sniff(&zip, "x"), Kind::Zip);
        prop_assert!(has_zip_tail(&zip));
        let _ = sniff(&zip[cut.index(zip.len())..], "x");
    }
}
