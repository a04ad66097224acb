//! What the files of one folder say of each other.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ::safetensors::tensor::{Dtype, TensorView, serialize};
use model_scan::{Filter, Limits, Options, Report, Scanner, Target, Verdict};
use tempfile::TempDir;

use crate::forge::{self, Zip};

/// Values of which no two are the same.
fn values(count: usize, seed: u16) -> Vec<u8> {
    (0..u16::try_from(count).unwrap())
        .flat_map(|number| ((f32::from(number) + f32::from(seed)) / 7.0 + 0.5).to_le_bytes())
        .collect()
}

/// A safetensors file with tensors of these names and shapes.
fn weights(tensors: &[(&str, &[usize])]) -> Vec<u8> {
    let data: Vec<Vec<u8>> = tensors
        .iter()
        .enumerate()
        .map(|(number, (_, shape))| values(shape.iter().product(), u16::try_from(number).unwrap()))
        .collect();
    let views = tensors.iter().zip(&data).map(|((name, shape), data)| {
        let view = TensorView::new(Dtype::F32, shape.to_vec(), data).unwrap();
        (*name, view)
    });
    serialize(views, None).unwrap()
}

fn text(value: &str) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap().to_le_bytes();
    [b"X", &length[..], value.as_bytes()].concat()
}

/// A checkpoint of torch with one tensor of four numbers.
fn checkpoint(name: &str, data: &[u8]) -> Vec<u8> {
    let pickle = [
        &b"\x80\x02}"[..],
        &text(name),
        b"ctorch._utils\n_rebuild_tensor_v2\n((",
        &text("storage"),
        b"ctorch\nFloatStorage\n",
        &text("0"),
        &text("cpu"),
        b"K\x04tQK\0K\x04\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRs.",
    ]
    .concat();
    let members = [
        ("archive/data.pkl", &pickle[..]),
        ("archive/byteorder", b"little"),
        ("archive/data/0", data),
        ("archive/version", b"3\n"),
    ];
    let entries = members
        .iter()
        .map(|(name, bytes)| forge::Entry::stored(name, bytes));
    Zip::of(entries).build()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn scan_with(options: Options, paths: &[&Path]) -> Report {
    Scanner::new(options).scan_paths(paths, &()).unwrap()
}

fn scan(path: &Path) -> Report {
    scan_with(Options::default(), &[path])
}

fn target<'r>(report: &'r Report, name: &str) -> &'r Target {
    let mut targets = report.targets.iter();
    targets.find(|target| target.path.ends_with(name)).unwrap()
}

fn has(target: &Target, code: &str) -> bool {
    target
        .findings
        .iter()
        .any(|finding| finding.rule.code() == code)
}

const INDEX: &str = "model.safetensors.index.json";
const ONE: &str = "model-00001-of-00002.safetensors";
const TWO: &str = "model-00002-of-00002.safetensors";

fn index(map: &[(&str, &str)], size: u64) -> Vec<u8> {
    let pairs: Vec<String> = map
        .iter()
        .map(|(name, shard)| format!(r#""{name}": "{shard}""#))
        .collect();
    format!(
        r#"{{"metadata": {{"total_size": {size}}}, "weight_map": {{{}}}}}"#,
        pairs.join(", ")
    )
    .into_bytes()
}

fn honest_index() -> Vec<u8> {
    index(&[("a.weight", ONE), ("b.weight", TWO)], 16 * 4 * 2)
}

fn sharded(index: &[u8]) -> TempDir {
    folder(&[
        (INDEX, index),
        (ONE, &weights(&[("a.weight", &[4, 4])])),
        (TWO, &weights(&[("b.weight", &[4, 4])])),
    ])
}

#[test]
fn an_honest_sharded_model_is_clean_and_its_index_is_judged() {
    let folder = sharded(&honest_index());
    let report = scan(folder.path());
    for target in &report.targets {
        assert_eq!(target.verdict, Verdict::Clean, "{target:?}");
        assert!(target.complete && target.findings.is_empty());
    }
    assert_eq!(target(&report, INDEX).kind, "index of shards");
}

#[test]
fn an_index_that_does_not_fit_its_shards_is_flagged() {
    for (what, index, code) in [
        (
            "a name that leads out",
            index(&[("a.weight", "../a.safetensors"), ("b.weight", TWO)], 128),
            "STF062",
        ),
        (
            "a shard that is not there",
            index(
                &[
                    ("a.weight", ONE),
                    ("b.weight", "model-00003-of-00002.safetensors"),
                ],
                128,
            ),
            "STF065",
        ),
        (
            "a tensor that is elsewhere",
            index(&[("a.weight", TWO), ("b.weight", ONE)], 128),
            "STF067",
        ),
        (
            "a tensor that is hidden",
            index(&[("a.weight", ONE)], 64),
            "STF070",
        ),
        (
            "a shard that is a pickle",
            { index(&[("a.weight", ONE), ("b.weight", "model.bin")], 128) },
            "STF063",
        ),
    ] {
        let folder = sharded(&index);
        let report = scan(folder.path());
        let target = target(&report, INDEX);
        assert!(has(target, code), "{what}: {target:?}");
        assert!(target.verdict.is_flagged(), "{what}: {target:?}");
    }
}

#[test]
fn an_index_whose_shards_are_not_at_hand_is_undecided() {
    let folder = sharded(&honest_index());
    let path = folder.path().join(INDEX);
    for report in [
        scan(&path),
        scan_with(Options::default(), &[&path, &folder.path().join(ONE)]),
    ] {
        let target = target(&report, INDEX);
        assert_eq!(target.verdict, Verdict::Undecided, "{target:?}");
        assert!(has(target, "CON019"));
    }
    let bytes = honest_index();
    let alone = Scanner::default().scan_bytes(INDEX, &bytes);
    assert_eq!(alone.verdict, Verdict::Undecided);
    // Given one by one they are all there.
    let report = scan_with(
        Options::default(),
        &[&path, &folder.path().join(ONE), &folder.path().join(TWO)],
    );
    assert_eq!(target(&report, INDEX).verdict, Verdict::Clean);
    // In an archive nothing lies beside it, as far as is looked.
    let entries = [
        (INDEX, &bytes[..]),
        (ONE, &weights(&[("a.weight", &[4, 4])])),
    ];
    let entries = entries.map(|(name, bytes)| forge::Entry::stored(name, bytes));
    let packed = Scanner::default().scan_bytes("model.zip", &Zip::of(entries).build());
    assert_eq!(packed.verdict, Verdict::Undecided);
    assert!(has(&packed, "CON019"));
    // What it says by itself is judged.
    let outside = index(&[("a.weight", "/etc/passwd")], 64);
    let alone = Scanner::default().scan_bytes(INDEX, &outside);
    assert_eq!(alone.verdict, Verdict::Dangerous);
}

#[test]
fn a_shard_that_is_excluded_leaves_the_index_undecided() {
    #[derive(Debug)]
    struct Without;

    impl Filter for Without {
        fn takes(&self, _: &Path, below: &Path) -> bool {
            !below.ends_with(TWO)
        }

        fn enters(&self, _: &Path, _: &Path) -> bool {
            true
        }
    }

    let folder = sharded(&honest_index());
    let options = Options::default().with_filter(Arc::new(Without));
    let report = scan_with(options, &[folder.path()]);
    let target = target(&report, INDEX);
    assert_eq!(target.verdict, Verdict::Undecided, "{target:?}");
}

#[cfg(unix)]
#[test]
fn a_sharded_model_in_a_cache_is_judged_through_its_links() {
    use std::os::unix::fs::symlink;

    let cache = tempfile::tempdir().unwrap();
    let repository = cache.path().join("models--someone--model");
    let snapshot = repository.join("snapshots/abc");
    fs::create_dir_all(repository.join("blobs")).unwrap();
    fs::create_dir_all(&snapshot).unwrap();
    let swapped = index(&[("a.weight", TWO), ("b.weight", ONE)], 128);
    for (blob, name, bytes) in [
        ("01", INDEX, &swapped[..]),
        ("02", ONE, &weights(&[("a.weight", &[4, 4])])),
        ("03", TWO, &weights(&[("b.weight", &[4, 4])])),
    ] {
        fs::write(repository.join("blobs").join(blob), bytes).unwrap();
        symlink(format!("../../blobs/{blob}"), snapshot.join(name)).unwrap();
    }
    let report = scan(&repository);
    assert!(has(target(&report, "blobs/01"), "STF067"), "{report:?}");
    let report = scan(&snapshot);
    assert!(has(target(&report, INDEX), "STF067"), "{report:?}");
}

const ADAPTER: &[u8] = br#"{"peft_type": "LORA", "r": 2, "target_modules": ["q_proj"]}"#;
const A: &str = "base_model.model.layers.0.q_proj.lora_A.weight";
const B: &str = "base_model.model.layers.0.q_proj.lora_B.weight";

#[test]
fn adapters_are_held_against_their_configuration() {
    let honest = weights(&[(A, &[2, 4]), (B, &[4, 2])]);
    let single = weights(&[(A, &[2, 4])]);
    let wide = weights(&[(A, &[3, 4]), (B, &[4, 3])]);
    for (bytes, verdict) in [
        (&honest, Verdict::Clean),
        (&single, Verdict::Suspicious),
        (&wide, Verdict::Suspicious),
    ] {
        let folder = folder(&[
            ("adapter_config.json", ADAPTER),
            ("adapter_model.safetensors", bytes),
        ]);
        let report = scan(folder.path());
        let target = target(&report, "adapter_config.json");
        assert_eq!(target.verdict, verdict, "{target:?}");
        assert_eq!(target.kind, "adapter configuration");
    }
    let alone = folder(&[("adapter_config.json", ADAPTER)]);
    let report = scan(alone.path());
    assert_eq!(report.targets[0].verdict, Verdict::Undecided);
}

#[test]
fn an_adapter_without_its_configuration_is_told_and_decided() {
    let bytes = weights(&[(A, &[2, 4]), (B, &[4, 2])]);
    let folder = folder(&[("adapter_model.safetensors", &bytes)]);
    let report = scan(folder.path());
    assert!(has(&report.targets[0], "CON019"));
    assert_eq!(report.targets[0].verdict, Verdict::Clean);
    // Of a file that is given alone nobody knows what lies beside it.
    let report = scan(&folder.path().join("adapter_model.safetensors"));
    assert!(report.targets[0].findings.is_empty());
}

const GPT2: &[u8] = br#"{"architectures": ["GPT2Model"], "model_type": "gpt2",
    "n_embd": 4, "n_layer": 0, "n_positions": 8, "vocab_size": 16}"#;

#[test]
fn tensors_are_held_against_what_the_configuration_promises() {
    let honest: &[(&str, &[usize])] = &[
        ("wte.weight", &[16, 4]),
        ("wpe.weight", &[8, 4]),
        ("ln_f.weight", &[4]),
        ("ln_f.bias", &[4]),
    ];
    let judged = |tensors: &[(&str, &[usize])]| {
        let folder = folder(&[
            ("config.json", GPT2),
            ("model.safetensors", &weights(tensors)),
        ]);
        let report = scan(folder.path());
        target(&report, "config.json").clone()
    };
    assert_eq!(judged(honest).verdict, Verdict::Clean);
    let missing = judged(&honest[..3]);
    assert_eq!(missing.verdict, Verdict::Suspicious, "{missing:?}");
    let mut wrong = honest.to_vec();
    wrong[1].1 = &[8, 5];
    assert!(has(&judged(&wrong), "STF085"));
    // By itself, and for a family that is not known, it is text.
    for config in [GPT2, b"{\"model_type\": \"other\"}"] {
        let folder = folder(&[("config.json", config)]);
        let report = scan(folder.path());
        assert_eq!(report.targets[0].verdict, Verdict::Passive);
    }
}

#[test]
fn twins_hold_the_same_tensors() {
    let data = values(4, 0);
    let file = weights(&[("weight", &[4])]);
    let mut other = data.clone();
    other[5] ^= 1;
    for (bin, code) in [
        (checkpoint("weight", &data), None),
        (checkpoint("weight", &other), Some("STF087")),
        (checkpoint("hidden", &data), Some("STF086")),
    ] {
        let folder = folder(&[("model.safetensors", &file), ("pytorch_model.bin", &bin)]);
        let report = scan(folder.path());
        let target = target(&report, "model.safetensors");
        match code {
            None => assert_eq!(target.verdict, Verdict::Clean, "{target:?}"),
            Some(code) => {
                assert!(has(target, code), "{target:?}");
                assert_eq!(target.verdict, Verdict::Suspicious);
            }
        }
    }
}

#[test]
fn twins_that_are_not_compared_are_told() {
    let data = values(4, 0);
    let folder = folder(&[
        ("model.safetensors", &weights(&[("weight", &[4])])),
        ("model.ckpt", &checkpoint("weight", &data)),
    ]);
    let options = Options::default().with_limits(Limits::default().with_twin_bytes(31));
    let report = scan_with(options, &[folder.path()]);
    let target = target(&report, "model.safetensors");
    assert!(has(target, "CON020"), "{target:?}");
    assert_eq!(target.verdict, Verdict::Undecided);
}

#[test]
fn a_sharded_twin_is_compared_with_its_index() {
    let data = values(4, 0);
    let index = index(&[("other", "pytorch_model-00001-of-00001.bin")], 16);
    let folder = folder(&[
        ("model.safetensors", &weights(&[("weight", &[4])])),
        ("pytorch_model.bin.index.json", &index),
        (
            "pytorch_model-00001-of-00001.bin",
            &checkpoint("other", &data),
        ),
    ]);
    let report = scan(folder.path());
    let target = target(&report, "model.safetensors");
    assert!(has(target, "STF086"), "{target:?}");
    let index = self::target(&report, "pytorch_model.bin.index.json");
    assert_eq!(index.verdict, Verdict::Clean, "{index:?}");
}

#[test]
fn the_order_of_the_findings_is_the_same_twice() {
    let folder = sharded(&index(
        &[("a.weight", TWO), ("b.weight", "../x.safetensors")],
        1,
    ));
    let say = || {
        let report = scan(folder.path());
        let findings = report.targets.iter().flat_map(|target| &target.findings);
        findings
            .map(|finding| finding.message.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(say(), say());
}
