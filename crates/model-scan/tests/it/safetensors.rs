//! safetensors files: valid or not, suspicious though valid, and what hides in them.

use findings::Severity;
use model_scan::{Options, Scanner, TimeLimit, Verdict};

use crate::forge::{self, Zip};
use crate::forge_tar::{Entry, tar};
use crate::formats::{safetensors, weights};
use crate::pack;
use crate::pickles::{EVIL, HONEST, names_system, scan};

/// One tensor of bytes.
fn one(data: &[u8]) -> Vec<u8> {
    let header = format!(
        r#"{{"codes":{{"dtype":"U8","shape":[{0}],"data_offsets":[0,{0}]}}}}"#,
        data.len()
    );
    safetensors(&header, data)
}

/// Data that is worth nothing to anybody.
fn noise(length: usize) -> Vec<u8> {
    pack::noise(length)
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let entries = members
        .iter()
        .map(|(name, bytes)| forge::Entry::stored(name, bytes));
    Zip::of(entries).build()
}

#[test]
fn a_valid_file_is_clean_and_every_byte_of_it_accounted_for() {
    let bytes = weights();
    for name in ["model.safetensors", "blob", "pytorch_model.bin"] {
        let target = scan(name, &bytes);
        assert_eq!(target.verdict, Verdict::Clean, "{target:?}");
        assert!(target.complete && target.coverage.is_complete());
        assert_eq!(target.kind, "safetensors");
        assert!(target.findings.is_empty(), "{:?}", target.findings);
    }
}

#[test]
fn what_the_reference_writes_is_clean() {
    use ::safetensors::tensor::{Dtype, TensorView, serialize};

    let data: Vec<u8> = (0..64_u16)
        .flat_map(|number| (f32::from(number) / 7.0).to_le_bytes())
        .collect();
    let views = [
        ("layer.weight", Dtype::F32, vec![8, 8], &data[..]),
        ("layer.bias", Dtype::F32, vec![8], &data[..32]),
        ("steps", Dtype::I64, vec![], &data[..8]),
        ("empty", Dtype::F16, vec![0, 4], &data[..0]),
    ]
    .map(|(name, dtype, shape, data)| (name, TensorView::new(dtype, shape, data).unwrap()));
    let metadata = [("format".to_owned(), "pt".to_owned())].into();
    let bytes = serialize(views, Some(metadata)).unwrap();
    let target = scan("model.safetensors", &bytes);
    assert_eq!(target.verdict, Verdict::Clean, "{target:?}");
}

#[test]
fn what_is_not_valid_is_dangerous() {
    let entry = r#"{"dtype":"U8","shape":[4],"data_offsets":[0,4]}"#;
    for header in [
        format!(r#"{{"a":{entry},"a":{entry}}}"#),
        format!(r#" {{"a":{entry}}}"#),
        r#"{"a":["U8",[4],[0,4]]}"#.to_owned(),
        r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"strides":[1]}}"#.to_owned(),
        r#"{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,4]}}"#.to_owned(),
        r#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#.to_owned(),
        r#"{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}"#.to_owned(),
        r#"{"a":{"dtype":"X8","shape":[4],"data_offsets":[0,4]}}"#.to_owned(),
    ] {
        for name in ["model.safetensors", "blob"] {
            let target = scan(name, &safetensors(&header, &[1, 2, 3, 4]));
            assert_eq!(target.verdict, Verdict::Dangerous, "{header}: {target:?}");
            let rules = target.findings.iter().map(|finding| finding.rule.as_str());
            assert!(rules.into_iter().any(|rule| rule.starts_with("STF0")));
        }
    }
}

#[test]
fn what_is_only_called_safetensors_is_held_to_its_rules() {
    let whole = weights();
    let header = usize::try_from(u64::from_le_bytes(whole[..8].try_into().unwrap())).unwrap();
    let mut marked = u64::try_from(header + 3).unwrap().to_le_bytes().to_vec();
    marked.extend(b"\xef\xbb\xbf");
    marked.extend(&whole[8..]);
    let mut long = whole.clone();
    long[..8].copy_from_slice(&(1_u64 << 40).to_le_bytes());
    let mut quoted = whole.clone();
    quoted[8] = b'[';
    for (what, bytes) in [
        ("a byte order mark", &marked[..]),
        ("a header that ends behind the file", &long),
        ("a header that is no object", &quoted),
        ("a header that is cut off", &whole[..20]),
        ("a length that is cut off", &whole[..5]),
        ("no length", &whole[8..]),
        ("nothing", b""),
        ("zeros", &[0; 64]),
        ("text", b"not found\n"),
        ("noise", &noise(4096)),
    ] {
        let target = scan("model.safetensors", bytes);
        assert_eq!(target.verdict, Verdict::Dangerous, "{what}: {target:?}");
        assert!(
            target
                .findings
                .iter()
                .any(|finding| finding.rule.as_str().starts_with("STF0")),
            "{what}: {target:?}"
        );
    }
}

#[test]
fn a_pointer_and_a_page_are_not_held_to_the_rules_of_what_they_stand_for() {
    for bytes in [
        &b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"[..],
        b"<!DOCTYPE html><html><body>Sign in</body></html>",
    ] {
        let target = scan("model.safetensors", bytes);
        assert_eq!(target.verdict, Verdict::Undecided, "{target:?}");
    }
}

#[test]
fn another_format_under_the_name_is_judged_as_what_it_is_and_told() {
    let target = scan("model.safetensors", HONEST);
    assert_eq!(target.verdict, Verdict::Suspicious);
    assert_eq!(target.kind, "pickle");
    let target = scan("model.safetensors", EVIL);
    assert!(names_system(&target));
    let target = scan("model.safetensors", &zip(&[("archive/data.pkl", EVIL)]));
    assert!(names_system(&target));
}

#[test]
fn an_archive_inside_the_last_tensor_is_looked_into() {
    let archive = zip(&[("archive/data.pkl", EVIL), ("archive/version", b"3\n")]);
    let target = scan("model.safetensors", &one(&archive));
    assert!(names_system(&target), "{target:?}");
    assert_eq!(target.kind, "safetensors and zip");
    // An honest one makes the file two things nevertheless.
    let archive = zip(&[("notes.txt", b"some notes\n")]);
    let target = scan("model.safetensors", &one(&archive));
    assert_eq!(target.verdict, Verdict::Suspicious, "{target:?}");
    // A checkpoint of torch is what `torch.load` would take the file for: valid, and suspicious.
    let archive = zip(&[("archive/data.pkl", HONEST)]);
    let target = scan("model.safetensors", &one(&archive));
    assert_eq!(target.verdict, Verdict::Suspicious, "{target:?}");
    let says = |code| {
        target
            .findings
            .iter()
            .any(|finding| finding.rule.code() == code)
    };
    assert!(says("STF040"), "{target:?}");
}

#[test]
fn what_stands_behind_the_last_tensor_is_looked_into() {
    for tail in [EVIL.to_vec(), zip(&[("archive/data.pkl", EVIL)])] {
        let bytes = [weights(), tail].concat();
        let target = scan("model.safetensors", &bytes);
        assert!(names_system(&target), "{target:?}");
        assert!(
            target
                .findings
                .iter()
                .any(|finding| finding.rule.code() == "STF026"),
            "{target:?}"
        );
    }
}

#[test]
fn members_of_archives_are_judged_alike() {
    let entry = r#"{"dtype":"U8","shape":[4],"data_offsets":[0,4]}"#;
    let twice = safetensors(&format!(r#"{{"a":{entry},"a":{entry}}}"#), &[1, 2, 3, 4]);
    for (name, honest, broken) in [
        (
            "model.zip",
            zip(&[("model.safetensors", &weights())]),
            zip(&[("model.safetensors", &twice)]),
        ),
        (
            "model.tar",
            tar(&[Entry::file("model.safetensors", &weights())]),
            tar(&[Entry::file("model.safetensors", &twice)]),
        ),
        (
            "model.safetensors.gz",
            pack::gzip(&weights()),
            pack::gzip(&twice),
        ),
    ] {
        let target = scan(name, &honest);
        assert_eq!(target.verdict, Verdict::Clean, "{target:?}");
        let target = scan(name, &broken);
        assert_eq!(target.verdict, Verdict::Dangerous, "{target:?}");
        let finding = target
            .findings
            .iter()
            .find(|finding| finding.rule.code() == "STF008")
            .unwrap();
        assert_eq!(finding.severity, Severity::High);
        let member = finding.location.member.clone().unwrap();
        assert_eq!(member, "model.safetensors");
        if name == "model.zip" {
            let start = finding.location.file_byte_start.unwrap();
            assert!(start > finding.location.byte_start);
        }
    }
}
#[test]
fn a_pickle_at_the_start_of_a_tensor_is_looked_into() {
    let evil = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.".to_vec();
    let mut data = evil.clone();
    data.resize(4096, 0);
    let target = scan("model.safetensors", &one(&data));
    assert!(names_system(&target), "{target:?}");
    let finding = target
        .findings
        .iter()
        .find(|finding| finding.rule.code() == "PKL001")
        .unwrap();
    let member = finding.location.member.clone().unwrap();
    assert!(member.starts_with("tensor@"), "{member}");
}

#[test]
fn what_is_suspicious_though_valid_is_so() {
    let entry = r#"{"dtype":"F32","shape":[4],"data_offsets":[0,16]}"#;
    let honest = weights();
    let data = &honest[honest.len() - 16..];
    for name in [
        "a\\u0000b",
        "a\\u202eb",
        "../../etc/passwd",
        "\\u0430bc.weight",
    ] {
        let target = scan(
            "model.safetensors",
            &safetensors(&format!(r#"{{"{name}":{entry}}}"#), data),
        );
        assert_eq!(target.verdict, Verdict::Suspicious, "{name}: {target:?}");
    }
    let nan: Vec<u8> = [1.0_f32, f32::NAN, 2.0, 3.0]
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    let target = scan(
        "model.safetensors",
        &safetensors(&format!(r#"{{"weight":{entry}}}"#), &nan),
    );
    assert_eq!(target.verdict, Verdict::Suspicious, "{target:?}");
    assert!(target.complete);
}

#[test]
fn values_that_there_was_no_time_for_are_undecided() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use model_scan::Clock;

    /// Every look at it takes a second.
    #[derive(Debug, Default)]
    struct Counted(AtomicU64);

    impl Clock for Counted {
        fn now(&self) -> Duration {
            Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed))
        }
    }

    let data = noise(64 << 20);
    let bytes = one(&data);
    let limit = TimeLimit::new(Arc::new(Counted::default()), Duration::from_secs(4));
    let scanner = Scanner::new(Options::default().with_time_limit(limit));
    let target = scanner.scan_bytes("model.safetensors", &bytes);
    assert_eq!(target.verdict, Verdict::Undecided, "{:?}", target.findings);
    assert!(!target.complete);
    assert!(
        target
            .findings
            .iter()
            .any(|finding| finding.rule.code() == "CON028")
    );
}
