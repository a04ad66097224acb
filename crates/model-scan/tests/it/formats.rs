//! The admission rule: only these formats, by content.

use std::fs;
use std::path::Path;

use model_scan::{Family, Formats, Options, Report, Scanner, Target, Verdict};

use crate::forge::{self, Zip};
use crate::forge_tar::{Entry, tar};
use crate::pack;
use crate::pickles::{EVIL, HONEST};

const RULE: &str = "CON018/format-not-admitted";

/// A file of safetensors with this header, and data behind it.
pub(crate) fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    let padded = header.len().next_multiple_of(8);
    let mut out = u64::try_from(padded).unwrap().to_le_bytes().to_vec();
    out.extend(header.as_bytes());
    out.resize(8 + padded, b' ');
    out.extend(data);
    out
}

/// One small tensor.
pub(crate) fn weights() -> Vec<u8> {
    let header = r#"{"weight":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#;
    let data: Vec<u8> = [0.5_f32, -1.5, 2.25, 3.0]
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    safetensors(header, &data)
}

fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut out = b"\x93NUMPY\x01\0".to_vec();
    out.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    out.extend(header.as_bytes());
    out.extend(data);
    out
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    Zip::of(
        members
            .iter()
            .map(|(name, bytes)| forge::Entry::stored(name, bytes)),
    )
    .build()
}

fn scanner(formats: &[Family]) -> Scanner {
    let formats = formats.iter().copied().collect::<Formats>();
    Scanner::new(Options::default().with_formats(formats))
}

fn scan(name: &str, bytes: &[u8], formats: &[Family]) -> Target {
    scanner(formats).scan_bytes(name, bytes)
}

/// The message of the refusal, if there is one.
fn refusal(target: &Target) -> Option<&str> {
    let finding = target
        .findings
        .iter()
        .find(|finding| finding.rule.as_str() == RULE)?;
    assert_eq!(target.verdict, Verdict::Dangerous);
    Some(&finding.message)
}

const PLAIN: &[Family] = &[Family::Safetensors, Family::Onnx, Family::Gguf];

#[test]
fn without_the_rule_nothing_is_refused() {
    let scanner = Scanner::new(Options::default());
    for (name, bytes) in [("model.pkl", HONEST), ("run.py", b"import os\n")] {
        assert_eq!(refusal(&scanner.scan_bytes(name, bytes)), None);
    }
}

#[test]
fn whatever_is_of_no_admitted_format_is_refused_by_content() {
    let elf = [&b"\x7fELF\x02\x01\x01"[..], &[0; 57]].concat();
    for (name, bytes, found) in [
        ("model.pkl", HONEST, "pickle"),
        ("model.safetensors", HONEST, "pickle"),
        ("model.gguf", b"cos\nsystem\n(S'exit 0'\ntR.", "pickle"),
        ("run.py", b"import os\n", "python source"),
        ("run.sh", b"#!/bin/sh\nid\n", "script"),
        ("README.md", b"#!/bin/sh\nid\n", "script"),
        ("setup.sh", b"id\n", "text"),
        ("model.bin", b"id\n", "text"),
        ("weights.npy", &npy("<f4", "(2,)", &[0; 8]), "npy"),
        ("lib.so", &elf, "elf"),
        ("model.onnx", &elf, "elf"),
        ("model.zip", &zip(&[("a.txt", b"a")]), "zip"),
        (
            "model.safetensors",
            &zip(&[("model.safetensors", &weights())]),
            "zip",
        ),
        (
            "pytorch_model.bin",
            &zip(&[("archive/data.pkl", HONEST)]),
            "torch zip",
        ),
        ("model.safetensors.gz", &pack::gzip(&weights()), "gzip"),
        ("model.tar", &tar(&[Entry::file("a.txt", b"a")]), "tar"),
        (
            "weights.data",
            &pack::noise(4000),
            "content of no format that we know",
        ),
        (
            "extra",
            &pack::noise(4000),
            "content of no format that we know",
        ),
    ] {
        let target = scan(name, bytes, PLAIN);
        assert_eq!(
            refusal(&target),
            Some(format!("found {found}, expected safetensors, gguf or onnx").as_str()),
            "{name}: {target:?}"
        );
    }
}

#[test]
fn what_is_passive_stays_allowed() {
    for (name, bytes) in [
        ("README.md", &b"# A model\n"[..]),
        ("config.json", b"{\"hidden_size\": 8}"),
        ("tokenizer.json", b"{\"version\": \"1.0\", \"model\": {}}"),
        ("merges.txt", b"#version: 0.2\na b\n"),
        ("LICENSE", b"text"),
        ("figure.png", b"\x89PNG\r\n\x1a\n"),
        ("empty.txt", b""),
    ] {
        let target = scan(name, bytes, PLAIN);
        assert_eq!(refusal(&target), None, "{name}");
        assert!(!target.verdict.is_flagged(), "{name}: {target:?}");
    }
}

#[test]
fn an_admitted_format_is_judged_as_ever() {
    let target = scan("model.safetensors", &weights(), PLAIN);
    assert_eq!(refusal(&target), None);
    let gguf = scan("model.gguf", b"GGUF\x03\0\0\0", PLAIN);
    assert_eq!(gguf.verdict, Verdict::Unsupported);
    let evil = scan("model.pkl", EVIL, &[Family::Pickle]);
    assert_eq!(refusal(&evil), None);
    assert_eq!(evil.verdict, Verdict::Dangerous);
}

#[test]
fn what_is_two_things_at_once_is_refused() {
    let mut polyglot = weights();
    polyglot.extend(zip(&[("archive/data.pkl", HONEST)]));
    let both = [Family::Safetensors, Family::Torch, Family::Pickle];
    assert!(refusal(&scan("model.safetensors", &polyglot, &both)).is_some());
    let image = [
        &b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB`\x82"[..],
        &zip(&[("a.txt", b"a")]),
    ]
    .concat();
    assert!(refusal(&scan("figure.png", &image, &both)).is_some());
    let pickled = [HONEST, &zip(&[("archive/data.pkl", HONEST)])[..]].concat();
    assert!(refusal(&scan("model.pkl", &pickled, &both)).is_some());
}

#[test]
fn nothing_and_pointers_are_undecided_and_not_refused() {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    for bytes in [&pointer[..], b""] {
        let target = scan("model.onnx", bytes, PLAIN);
        assert_eq!(refusal(&target), None);
        assert_eq!(target.verdict, Verdict::Undecided);
    }
    // What its name promises may be so, and nobody can tell.
    let target = scan("model.onnx", &pack::noise(4000), PLAIN);
    assert_eq!(target.verdict, Verdict::Undecided);
}

#[test]
fn an_admitted_archive_holds_only_what_belongs_to_it() {
    let torch = [Family::Torch];
    let honest: &[(&str, &[u8])] = &[
        ("archive/data.pkl", HONEST),
        ("archive/version", b"3\n"),
        ("archive/data/0", &[1, 2, 3, 4]),
    ];
    assert_eq!(refusal(&scan("model.pt", &zip(honest), &torch)), None);
    let library = [
        honest,
        &[("archive/run.so", &b"\x7fELF\x02\x01\x01\0\0\0\0\0"[..])],
    ]
    .concat();
    assert_eq!(
        refusal(&scan("model.pt", &zip(&library), &torch)),
        Some("found torch zip that holds elf, expected torch")
    );
}

#[test]
fn arrays_of_objects_are_admitted_only_with_pickles() {
    let objects = npy("|O", "(3,)", HONEST);
    let archive = zip(&[("a.npy", &objects)]);
    for (name, bytes) in [("a.npy", &objects), ("a.npz", &archive)] {
        let numpy = scan(name, bytes, &[Family::Numpy]);
        assert!(
            refusal(&numpy).is_some_and(|why| why.contains("that holds pickled objects")),
            "{name}: {numpy:?}"
        );
        let both = scan(name, bytes, &[Family::Numpy, Family::Pickle]);
        assert_eq!(refusal(&both), None);
    }
    let plain = npy("<f4", "(2,)", &[0; 8]);
    let target = scan("a.npz", &zip(&[("a.npy", &plain)]), &[Family::Numpy]);
    assert_eq!(target.verdict, Verdict::Clean);
}

fn verdicts(report: &Report, root: &Path) -> Vec<(String, Verdict)> {
    report
        .targets
        .iter()
        .map(|target| {
            let path = target.path.strip_prefix(root).unwrap();
            (path.display().to_string(), target.verdict)
        })
        .collect()
}

#[test]
fn a_folder_is_admitted_file_by_file() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for (name, bytes) in [
        ("README.md", &b"# A model\n"[..]),
        ("model.safetensors", &weights()),
        ("modeling.py", b"import torch\n"),
        ("pytorch_model.bin", HONEST),
    ] {
        fs::write(root.join(name), bytes).unwrap();
    }
    let report = scanner(PLAIN).scan_paths(&[root], &()).unwrap();
    let refused: Vec<_> = verdicts(&report, root)
        .into_iter()
        .filter(|(_, verdict)| verdict.is_flagged())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(refused, ["modeling.py", "pytorch_model.bin"]);
}

#[cfg(unix)]
#[test]
fn a_blob_is_what_the_links_to_it_are_called() {
    use std::os::unix::fs::symlink;

    let cache = tempfile::tempdir().unwrap();
    let repository = cache.path().join("models--someone--model");
    let snapshot = repository.join("snapshots/abc");
    fs::create_dir_all(repository.join("blobs")).unwrap();
    fs::create_dir_all(&snapshot).unwrap();
    for (blob, name, bytes) in [
        ("01", "modeling.py", &b"import torch\n"[..]),
        ("02", "README.md", b"# A model\n"),
    ] {
        fs::write(repository.join("blobs").join(blob), bytes).unwrap();
        symlink(format!("../../blobs/{blob}"), snapshot.join(name)).unwrap();
    }
    let report = scanner(PLAIN).scan_paths(&[&repository], &()).unwrap();
    assert_eq!(
        verdicts(&report, &repository),
        [
            ("blobs/01".to_owned(), Verdict::Dangerous),
            ("blobs/02".to_owned(), Verdict::Passive),
        ]
    );
}
