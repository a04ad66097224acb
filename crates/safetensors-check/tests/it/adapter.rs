use findings::Severity;
use proptest::prelude::*;
use safetensors_check::{Limits, Listed, adapter};

const CONFIG: &str = r#"{"peft_type": "LORA", "r": 4, "target_modules": ["q_proj"], "base_model_name_or_path": "org/model", "auto_mapping": null, "megatron_core": "megatron.core"}"#;

type Tensors<'t> = Vec<(&'t str, Vec<u64>)>;

fn pair<'t>() -> Tensors<'t> {
    vec![
        ("base_model.model.h.0.q_proj.lora_A.weight", vec![4, 32]),
        ("base_model.model.h.0.q_proj.lora_B.weight", vec![16, 4]),
    ]
}

fn listed<'t>(tensors: &'t Tensors<'_>) -> Vec<Listed<'t>> {
    tensors
        .iter()
        .map(|(name, shape)| Listed::new(name, shape))
        .collect()
}

/// What is said of a configuration, and of tensors held against it.
fn said(config: &str, tensors: &Tensors<'_>) -> Vec<(String, Severity)> {
    said_with_base(config, tensors, None)
}

fn said_with_base(
    config: &str,
    tensors: &Tensors<'_>,
    base: Option<&Tensors<'_>>,
) -> Vec<(String, Severity)> {
    let report = adapter::check(config.as_bytes(), &Limits::default());
    let base = base.map(|base| listed(base));
    let joined = report.join(&listed(tensors), base.as_deref());
    let end = u64::try_from(config.len()).unwrap();
    let all = report.findings().iter().chain(joined.findings());
    all.map(|finding| {
        assert!(finding.location.byte_start < finding.location.byte_end);
        assert!(finding.location.byte_end <= end);
        (finding.rule.code().to_owned(), finding.severity)
    })
    .collect()
}

fn with(more: &str) -> String {
    CONFIG.replace("\"r\": 4", &format!("\"r\": 4, {more}"))
}

fn medium(code: &str) -> Vec<(String, Severity)> {
    vec![(code.to_owned(), Severity::Medium)]
}

fn high(code: &str) -> Vec<(String, Severity)> {
    vec![(code.to_owned(), Severity::High)]
}

#[test]
fn an_honest_adapter_has_no_finding() {
    assert_eq!(said(CONFIG, &pair()), []);
    let mut tensors = pair();
    tensors.extend([
        (
            "base_model.model.h.0.q_proj.lora_magnitude_vector",
            vec![16],
        ),
        ("base_model.model.h.0.q_proj.base_layer.bias", vec![16]),
        (
            "base_model.model.embed_tokens.lora_embedding_A",
            vec![4, 100],
        ),
        (
            "base_model.model.embed_tokens.lora_embedding_B",
            vec![32, 4],
        ),
        (
            "base_model.model.embed_tokens.base_layer.weight",
            vec![100, 32],
        ),
        ("base_model.model.classifier.dense.weight", vec![2, 32]),
    ]);
    let config =
        with(r#""use_dora": true, "bias": "lora_only", "modules_to_save": ["classifier"]"#)
            .replace("[\"q_proj\"]", "[\"q_proj\", \"embed_tokens\"]");
    assert_eq!(said(&config, &tensors), []);
}

#[test]
fn a_configuration_that_cannot_be_read_is_medium() {
    for text in [
        "",
        "[]",
        "{\"r\": }",
        "{\"target_modules\": 1}",
        "{\"r\": -1}",
        "{\"peft_type\": 1}",
    ] {
        let report = adapter::check(text.as_bytes(), &Limits::default());
        let rules: Vec<_> = report
            .findings()
            .iter()
            .map(|finding| (finding.rule.code(), finding.severity))
            .collect();
        assert_eq!(rules, [("STF074", Severity::Medium)], "{text}");
    }
    let twice = CONFIG.replace("\"r\": 4", "\"r\": 4, \"\\u0072\": 8");
    let found = adapter::check(twice.as_bytes(), &Limits::default());
    assert_eq!(found.findings()[0].severity, Severity::High);
    assert!(!found.is_readable());
}

#[test]
fn a_foreign_library_is_high() {
    for library in [
        "evil_package",
        "transformers_modules.org.model",
        "os",
        "torchx.models",
        "",
    ] {
        let mapping = format!(
            r#""auto_mapping": {{"base_model_class": "Model", "parent_library": "{library}"}}"#
        );
        let config = CONFIG.replace("\"auto_mapping\": null", &mapping);
        assert_eq!(said(&config, &pair()), high("STF075"), "{library}");
    }
    let config = CONFIG.replace("megatron.core", "evil.core");
    assert_eq!(said(&config, &pair()), high("STF075"));
    let config = with(r#""tokenizer_kwargs": {"trust_remote_code": true}"#);
    assert_eq!(said(&config, &pair()), high("STF075"));
    for library in [
        "transformers.models.llama.modeling_llama",
        "diffusers.models",
        "timm",
    ] {
        let mapping = format!(
            r#""auto_mapping": {{"base_model_class": "Model", "parent_library": "{library}"}}"#
        );
        let config = CONFIG.replace("\"auto_mapping\": null", &mapping);
        assert_eq!(said(&config, &pair()), [], "{library}");
    }
}

#[test]
fn a_base_outside_is_found() {
    for (path, severity) in [
        ("/etc/model", Some(Severity::Medium)),
        ("C:\\\\model", Some(Severity::Medium)),
        ("~/model", Some(Severity::Medium)),
        ("https://example.org/model", Some(Severity::Medium)),
        ("../model", Some(Severity::High)),
        ("a/../../model", Some(Severity::High)),
        ("org/model", None),
        ("model", None),
        ("org/model..v2", None),
    ] {
        let config = CONFIG.replace("org/model", path);
        let wanted: Vec<_> = severity
            .map(|severity| ("STF076".to_owned(), severity))
            .into_iter()
            .collect();
        assert_eq!(said(&config, &pair()), wanted, "{path}");
    }
}

#[test]
fn a_matrix_without_its_other_half_is_medium() {
    assert_eq!(said(CONFIG, &pair()[..1].to_vec()), medium("STF077"));
    assert_eq!(said(CONFIG, &pair()[1..].to_vec()), medium("STF077"));
    let alone = vec![(
        "base_model.model.h.0.q_proj.lora_magnitude_vector",
        vec![16],
    )];
    assert_eq!(said(CONFIG, &alone), medium("STF077"));
}

#[test]
fn another_rank_is_medium() {
    let mut tensors = pair();
    tensors[0].1 = vec![8, 32];
    assert_eq!(said(CONFIG, &tensors), medium("STF078"));
    tensors[1].1 = vec![16, 8];
    assert_eq!(said(CONFIG, &tensors), medium("STF078"));
    for pattern in ["q_proj", "h.0.q_proj", "h\\\\.[0-9]+\\\\.q_proj", "^h.*"] {
        let config = with(&format!("\"rank_pattern\": {{\"{pattern}\": 8}}"));
        assert_eq!(said(&config, &tensors), [], "{pattern}");
    }
    let config = with("\"rank_pattern\": {\"k_proj\": 8}");
    assert_eq!(said(&config, &tensors), medium("STF078"));
    // One that is not understood decides nothing.
    let config = with("\"rank_pattern\": {\"(?!x)q_proj\": 16}");
    assert_eq!(said(&config, &tensors), []);
    tensors[1].1 = vec![16, 4];
    assert_eq!(said(&config, &tensors), medium("STF078"));
    tensors[1].1 = vec![16];
    assert_eq!(said(CONFIG, &tensors), medium("STF078"));
}

#[test]
fn a_module_that_is_not_named_is_medium() {
    let mut tensors = pair();
    tensors.extend([
        ("base_model.model.h.0.k_proj.lora_A.weight", vec![4, 32]),
        ("base_model.model.h.0.k_proj.lora_B.weight", vec![16, 4]),
    ]);
    assert_eq!(said(CONFIG, &tensors), medium("STF079"));
    let regex = CONFIG.replace("[\"q_proj\"]", "\".*\\\\.(q|k)_proj\"");
    assert_eq!(said(&regex, &tensors), []);
    let regex = CONFIG.replace("[\"q_proj\"]", "\".*\\\\.(q|v)_proj\"");
    assert_eq!(said(&regex, &tensors), medium("STF079"));
    let linear = CONFIG.replace("[\"q_proj\"]", "\"all-linear\"");
    assert_eq!(said(&linear, &tensors), []);
    let none = CONFIG.replace("[\"q_proj\"]", "null");
    assert_eq!(said(&none, &tensors), []);
    let unknown = CONFIG.replace("[\"q_proj\"]", "\"(?!.*v_proj).*proj\"");
    assert_eq!(
        said(&unknown, &tensors),
        [("STF082".to_owned(), Severity::Low)]
    );
    let report = adapter::check(unknown.as_bytes(), &Limits::default());
    assert!(report.join(&listed(&tensors), None).is_undecided());
}

#[test]
fn a_whole_weight_that_is_not_listed_is_found() {
    for (name, wanted) in [
        ("base_model.model.lm_head.weight", medium("STF080")),
        (
            "base_model.model.model.embed_tokens.weight",
            medium("STF080"),
        ),
        ("base_model.model.h.0.mlp.weight", high("STF080")),
        (
            "base_model.model.h.0.q_proj.base_layer.weight",
            high("STF080"),
        ),
        (
            "base_model.model.h.0.q_proj.base_layer.bias",
            high("STF080"),
        ),
        ("anything", high("STF080")),
    ] {
        let mut tensors = pair();
        tensors.push((name, vec![32, 32]));
        assert_eq!(said(CONFIG, &tensors), wanted, "{name}");
    }
    let mut tensors = pair();
    tensors.push(("base_model.model.lm_head.weight", vec![32, 32]));
    let config = with(r#""modules_to_save": ["lm_head"]"#);
    assert_eq!(said(&config, &tensors), []);
    let config = with(r#""task_type": "SEQ_CLS""#);
    tensors[2].0 = "base_model.model.score.weight";
    assert_eq!(said(&config, &tensors), []);
    let config = with(r#""bias": "all""#);
    tensors[2].0 = "base_model.model.h.0.mlp.bias";
    assert_eq!(said(&config, &tensors), []);
    let config = with(r#""trainable_token_indices": [1]"#);
    tensors[2].0 = "base_model.model.embed_tokens.token_adapter.trainable_tokens_delta";
    assert_eq!(said(&config, &tensors), []);
    assert_eq!(said(CONFIG, &tensors), high("STF080"));
}

#[test]
fn an_adapter_fits_its_base() {
    let base: Tensors<'_> = vec![("h.0.q_proj.weight", vec![16, 32])];
    assert_eq!(said_with_base(CONFIG, &pair(), Some(&base)), []);
    let body: Tensors<'_> = vec![("model.h.0.q_proj.weight", vec![16, 32])];
    assert_eq!(said_with_base(CONFIG, &pair(), Some(&body)), []);
    let quantised: Tensors<'_> = vec![("h.0.q_proj.qweight", vec![4, 16])];
    assert_eq!(said_with_base(CONFIG, &pair(), Some(&quantised)), []);
    let transposed: Tensors<'_> = vec![("h.0.q_proj.weight", vec![32, 16])];
    assert_eq!(
        said_with_base(CONFIG, &pair(), Some(&transposed)),
        medium("STF081")
    );
    let config = with("\"fan_in_fan_out\": true");
    assert_eq!(said_with_base(&config, &pair(), Some(&transposed)), []);
    let other: Tensors<'_> = vec![("h.1.q_proj.weight", vec![16, 32])];
    assert_eq!(
        said_with_base(CONFIG, &pair(), Some(&other)),
        medium("STF081")
    );
}

#[test]
fn other_kinds_are_not_held_against_what_is_not_theirs() {
    let prompt = CONFIG.replace("LORA", "PROMPT_TUNING");
    assert_eq!(said(&prompt, &vec![("prompt_embeddings", vec![4, 32])]), []);
    let ada = CONFIG.replace("LORA", "ADALORA");
    let tensors = vec![
        ("base_model.model.h.0.q_proj.lora_A", vec![3, 32]),
        ("base_model.model.h.0.q_proj.lora_B", vec![16, 3]),
        ("base_model.model.h.0.q_proj.lora_E", vec![3, 1]),
    ];
    assert_eq!(said(&ada, &tensors), []);
}

proptest! {
    #[test]
    fn changed_configurations_are_judged_within_their_bytes(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = CONFIG.as_bytes().to_vec();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let len = u64::try_from(bytes.len()).unwrap();
        let report = adapter::check(&bytes, &Limits::default());
        let tensors = pair();
        let joined = report.join(&listed(&tensors), None);
        for finding in report.findings().iter().chain(joined.findings()) {
            prop_assert!(finding.location.byte_start <= finding.location.byte_end);
            prop_assert!(finding.location.byte_end <= len);
        }
        prop_assert!(report.is_readable() || !report.findings().is_empty());
    }
}
