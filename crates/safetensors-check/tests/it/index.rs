use findings::{Finding, Severity};
use proptest::prelude::*;
use safetensors_check::Limits;
use safetensors_check::index::{Error, ErrorKind, Folder, Format, Index, NameFault, check};

const ONE: &str = "model-00001-of-00002.safetensors";
const TWO: &str = "model-00002-of-00002.safetensors";

fn text(size: &str) -> String {
    format!(
        "{{\"metadata\": {{\"total_size\": {size}}}, \"weight_map\": \
         {{\"a\": \"{ONE}\", \"b\": \"{TWO}\", \"c\": \"{ONE}\"}}}}"
    )
}

fn folder<'f>() -> Folder<'f> {
    Folder::new()
        .with_names(["config.json", ONE, TWO, "model.safetensors.index.json"])
        .with_shard(ONE, [("a", 4), ("c", 8)])
        .with_shard(TWO, [("b", 16)])
}

/// The rules of findings, their severities, and the text of the index that each points at.
fn said<'t>(findings: &[Finding], text: &'t str) -> Vec<(String, Severity, &'t str)> {
    findings
        .iter()
        .map(|finding| {
            let place = |byte: u64| usize::try_from(byte).unwrap();
            let range = place(finding.location.byte_start)..place(finding.location.byte_end);
            let code = finding.rule.code().to_owned();
            (code, finding.severity, text.get(range).unwrap())
        })
        .collect()
}

fn alone(text: &str) -> Vec<(String, Severity, &str)> {
    said(
        check(text.as_bytes(), Format::Safetensors, &Limits::default()).findings(),
        text,
    )
}

fn joined(text: &str, folder: &Folder<'_>) -> Vec<(String, Severity, String)> {
    let report = check(text.as_bytes(), Format::Safetensors, &Limits::default());
    assert_eq!(report.findings(), []);
    report
        .join(folder)
        .into_findings()
        .into_iter()
        .map(|finding| {
            (
                finding.rule.code().to_owned(),
                finding.severity,
                finding.message,
            )
        })
        .collect()
}

#[test]
fn an_honest_index_fits_its_shards() {
    for size in ["28", "28.0", "2.8e1"] {
        let text = text(size);
        assert_eq!(alone(&text), []);
        assert_eq!(joined(&text, &folder()), []);
    }
    let without = format!("{{\"weight_map\": {{\"a\": \"{ONE}\", \"b\": \"{TWO}\"}}}}");
    let folder = Folder::new()
        .with_names([ONE, TWO, "consolidated-00001-of-00001.safetensors"])
        .with_shard(ONE, [("a", 4)])
        .with_shard(TWO, [("b", 16)]);
    assert_eq!(joined(&without, &folder), []);
}

#[test]
fn an_index_is_read_in_its_own_order() {
    let text = text("28");
    let index = Index::read(text.as_bytes(), &Limits::default()).unwrap();
    assert!(index.shards().eq([ONE, TWO]));
    assert!(index.weight_map().eq([("a", ONE), ("b", TWO), ("c", ONE)]));
    let place = usize::try_from(index.entries()[1].bytes().start).unwrap();
    assert_eq!(text.get(place..place + 3), Some("\"b\""));
    assert_eq!(index.entries()[2].shard(), 0);
    let metadata = index.metadata().unwrap().as_object().unwrap();
    assert_eq!(metadata.get("total_size").unwrap().as_u64(), Ok(28));
}

#[test]
fn what_is_no_index_is_said_with_its_place() {
    for (text, wanted) in [
        ("[1]", vec![("STF060", "[")]),
        ("\"x\"", vec![("STF060", "\"x\"")]),
        ("{}", vec![("STF060", "{}")]),
        (
            "{\"weight_map\": {}}",
            vec![("STF060", "{\"weight_map\": {}}")],
        ),
        ("{\"weight_map\": [{}]}", vec![("STF060", "[")]),
        ("{\"weight_map\": null}", vec![("STF060", "null")]),
        (
            "{\"weight_map\": {\"a\": [1, {}], \"b\": \"b.safetensors\", \"c\": 2}}",
            vec![("STF060", "[1, {}]"), ("STF060", "2")],
        ),
        (
            "{\"weight_map\": {\"a\": \"a.safetensors\"}} x",
            vec![("STF060", "x")],
        ),
        ("{\"weight_map\": {\"a\": \"a.safeten", vec![("STF060", "")]),
        (
            "{\"weight_map\": {\"a\": \"a.safetensors\"}, \"metadata\": {\"a\": 1, \"a\": 2}}",
            vec![("STF061", "\"")],
        ),
    ] {
        let wanted: Vec<_> = wanted
            .into_iter()
            .map(|(rule, bytes)| (rule.to_owned(), bytes))
            .collect();
        let found: Vec<_> = alone(text)
            .into_iter()
            .map(|(rule, _, bytes)| (rule, bytes))
            .collect();
        assert_eq!(found, wanted, "{text}");
        assert!(
            Index::read(text.as_bytes(), &Limits::default()).is_err(),
            "{text}"
        );
    }
}

#[test]
fn a_key_twice_is_seen_whatever_its_escapes() {
    let text = r#"{"weight_map": {"a": "a.safetensors", "\u0061": "b.safetensors"}, "weight_map": {"c": "c.safetensors"}}"#;
    let wanted = [
        ("STF061".to_owned(), Severity::High, r#""\u0061""#),
        ("STF061".to_owned(), Severity::High, r#""weight_map""#),
    ];
    assert_eq!(alone(text), wanted);
    let error = Index::read(text.as_bytes(), &Limits::default()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::DuplicateKey { first: 16 });
    assert_eq!(
        error.to_string(),
        "key that stood at byte 16 already at byte 38"
    );
}

#[test]
fn a_shard_outside_the_folder_is_high() {
    for (name, fault) in [
        ("../a.safetensors", NameFault::Parent),
        ("/a.safetensors", NameFault::Absolute),
        ("c:\\\\a.safetensors", NameFault::Absolute),
        ("https://a/b.safetensors", NameFault::Url),
        ("..%2fa.safetensors", NameFault::Parent),
        ("\\u002e\\u002e/a.safetensors", NameFault::Parent),
        ("sub/a.safetensors", NameFault::Path),
    ] {
        let text = format!("{{\"weight_map\": {{\"a\": \"{name}\"}}}}");
        let quoted = format!("\"{name}\"");
        assert_eq!(
            alone(&text),
            [("STF062".to_owned(), Severity::High, &*quoted)]
        );
        let error = Index::read(text.as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::UnsafeShardName(fault));
        // Nothing is looked for under such a name.
        let report = check(text.as_bytes(), Format::Safetensors, &Limits::default());
        assert_eq!(report.join(&Folder::new().with_names([])).findings(), []);
    }
}

#[test]
fn a_shard_that_is_a_pickle_is_high_and_another_format_medium() {
    let text = r#"{"weight_map": {"a": "a.safetensors", "b": "pytorch_model.bin", "c": "c.h5"}}"#;
    let wanted = [
        ("STF063".to_owned(), Severity::High, "\"pytorch_model.bin\""),
        ("STF064".to_owned(), Severity::Medium, "\"c.h5\""),
    ];
    assert_eq!(alone(text), wanted);
    let pickles = check(text.as_bytes(), Format::Pickle, &Limits::default());
    assert_eq!(said(pickles.findings(), text), wanted[1..]);
}

#[test]
fn numbers_of_shards_are_complete() {
    let text = format!("{{\"weight_map\": {{\"a\": \"{ONE}\"}}}}");
    assert_eq!(alone(&text)[0].0, "STF066");
    let text = format!(
        "{{\"weight_map\": {{\"a\": \"{ONE}\", \"b\": \"model-00002-of-00003.safetensors\"}}}}"
    );
    assert_eq!(alone(&text)[0].0, "STF066");
}

#[test]
fn keys_that_no_loader_knows_are_low() {
    let text = r#"{"weight_map": {"a": "a.safetensors"}, "code": {"x": [1]}, "metadata": {"total_parameters": 1, "format": "pt"}}"#;
    assert_eq!(
        alone(text),
        [("STF072".to_owned(), Severity::Low, "\"code\"")]
    );
    assert!(Index::read(text.as_bytes(), &Limits::default()).is_ok());
}

#[test]
fn a_missing_shard_is_medium() {
    let text = text("28");
    let found = joined(
        &text,
        &Folder::new().with_names([ONE, "model-00002-of-00002.Safetensors"]),
    );
    assert_eq!(
        found,
        [(
            "STF065".to_owned(),
            Severity::Medium,
            format!(
                "found `model-00002-of-00002.Safetensors` beside the index, expected shard `{TWO}`"
            )
        )]
    );
    assert_eq!(
        joined(&text, &Folder::new()),
        [],
        "nothing is known of the folder"
    );
}

#[test]
fn a_tensor_in_another_shard_is_high_and_one_in_none_medium() {
    let text = text("28");
    let swapped = folder()
        .with_shard(ONE, [("b", 16), ("a", 4)])
        .with_shard(TWO, [("c", 8)]);
    let found = joined(&text, &swapped);
    assert_eq!(found[0].0, "STF067");
    assert_eq!(found[0].1, Severity::High);
    assert_eq!(
        found[0].2,
        format!("tensor `b` is in shard `{ONE}`, expected in `{TWO}`")
    );
    assert_eq!(found.len(), 2);
    let absent = folder().with_shard(TWO, []);
    let found = joined(&text, &absent);
    assert_eq!((&*found[0].0, found[0].1), ("STF071", Severity::Medium));
    assert_eq!((&*found[1].0, found[1].1), ("STF067", Severity::Medium));
}

#[test]
fn a_tensor_that_is_stored_under_another_name_is_not_absent() {
    let text = text("20");
    let tied = folder()
        .with_shard(ONE, [("a", 4)])
        .with_ties(ONE, [("c", "a")]);
    assert_eq!(joined(&text, &tied), []);
    let elsewhere = folder()
        .with_shard(ONE, [("a", 4)])
        .with_ties(ONE, [("c", "b")]);
    assert_eq!(joined(&text, &elsewhere)[0].0, "STF067");
}

#[test]
fn hidden_and_doubled_tensors_are_high() {
    let text = text("28");
    let found = joined(
        &text,
        &folder().with_shard(TWO, [("b", 16), ("backdoor", 1)]),
    );
    assert_eq!(
        found,
        [(
            "STF068".to_owned(),
            Severity::High,
            format!("shard `{TWO}` holds tensor `backdoor`, which the index does not list")
        )]
    );
    let found = joined(&text, &folder().with_shard(TWO, [("b", 16), ("a", 4)]));
    let rules: Vec<_> = found
        .iter()
        .map(|(rule, severity, _)| (&**rule, *severity))
        .collect();
    assert_eq!(rules, [("STF069", Severity::High)]);
}

#[test]
fn shards_that_are_not_listed_are_medium_and_other_weights_only_noted() {
    let text = text("28");
    let found = joined(
        &text,
        &Folder::new().with_names([
            ONE,
            TWO,
            "model-00003-of-00003.safetensors",
            "model.safetensors",
            "model.fp16-00001-of-00002.safetensors",
            "extra.safetensors",
            "pytorch_model-00001-of-00002.bin",
        ]),
    );
    let found: Vec<_> = found
        .into_iter()
        .map(|(rule, severity, message)| {
            assert_eq!(rule, "STF070");
            let name = message.split('`').nth(1).unwrap().to_owned();
            (severity, name)
        })
        .collect();
    let wanted = [
        (Severity::Info, "extra.safetensors"),
        (Severity::Medium, "model-00003-of-00003.safetensors"),
        (Severity::Medium, "model.safetensors"),
    ];
    assert_eq!(
        found,
        wanted.map(|(severity, name)| (severity, name.to_owned()))
    );
}

#[test]
fn another_total_size_is_medium() {
    for size in ["29", "-28", "28.5", "1e300", "\"28\"", "null"] {
        let text = text(size);
        let report = check(text.as_bytes(), Format::Safetensors, &Limits::default());
        let mut findings = report.findings().to_vec();
        findings.extend(report.join(&folder()).into_findings());
        let found = said(&findings, &text);
        assert_eq!(found.len(), 1, "{size}");
        assert_eq!(
            (&*found[0].0, found[0].1),
            ("STF071", Severity::Medium),
            "{size}"
        );
    }
    // What a shard hides may be part of the size or not.
    let hidden = folder().with_shard(TWO, [("b", 16), ("d", 1)]);
    for size in ["28", "29"] {
        let found = joined(&text(size), &hidden);
        assert!(found.iter().all(|(rule, ..)| rule == "STF068"), "{found:?}");
    }
}

#[test]
fn nothing_is_said_of_shards_that_were_not_read() {
    let text = text("1");
    let report = check(text.as_bytes(), Format::Safetensors, &Limits::default());
    let joined = report.join(&Folder::new().with_shard(TWO, [("b", 16)]));
    assert_eq!(joined.findings(), []);
    assert_eq!(joined.unread(), [0]);
}

#[test]
fn more_tensors_than_the_limit_are_not_read() {
    let text = text("28");
    let limits = Limits::default().with_tensors(2);
    let report = check(text.as_bytes(), Format::Safetensors, &limits);
    let found: Vec<_> = report.findings().iter().map(|f| f.rule.code()).collect();
    assert_eq!(found, ["STF073"]);
    assert!(!report.is_complete());
    assert_eq!(report.index().entries().len(), 2);
    // What was not read cannot be called hidden.
    assert_eq!(report.join(&folder()).findings(), []);
    let error = Index::read(text.as_bytes(), &limits).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::TooManyTensors { limit: 2 });
    let short = Limits::default().with_header(20);
    let report = check(text.as_bytes(), Format::Safetensors, &short);
    assert_eq!(report.findings()[0].rule.code(), "STF073");
    assert!(!report.is_complete());
}

proptest! {
    #[test]
    fn changed_indexes_are_judged_within_their_bytes(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = text("28").into_bytes();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let len = u64::try_from(bytes.len()).unwrap();
        let report = check(&bytes, Format::Safetensors, &Limits::default());
        let mut findings = report.findings().to_vec();
        findings.extend(report.join(&folder()).into_findings());
        for finding in &findings {
            prop_assert!(finding.location.byte_start <= finding.location.byte_end);
            prop_assert!(finding.location.byte_end <= len);
        }
        // What can be followed has nothing that leads elsewhere.
        let read: Result<Index<'_>, Error> = Index::read(&bytes, &Limits::default());
        if read.is_err() {
            prop_assert!(!report.findings().is_empty());
        }
    }

    #[test]
    fn any_index_that_we_write_is_read_back(names in prop::collection::btree_set("\\PC{0,8}", 1..20)) {
        let mut out = b"{\"weight_map\":{".to_vec();
        for name in &names {
            strict_json::write::key(&mut out, name);
            strict_json::write::string(&mut out, "model.safetensors");
        }
        out.extend_from_slice(b"}}");
        let index = Index::read(&out, &Limits::default()).unwrap();
        prop_assert!(index.weight_map().map(|(name, _)| name).eq(names.iter().map(String::as_str)));
        let theirs: serde_json::Value = serde_json::from_slice(&out).unwrap();
        prop_assert_eq!(theirs["weight_map"].as_object().unwrap().len(), names.len());
    }
}
