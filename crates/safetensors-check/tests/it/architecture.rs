use findings::Severity;
use safetensors_check::architecture::Architecture;
use safetensors_check::{Limits, Listed};

const LLAMA: &str = r#"{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8,
    "intermediate_size": 16, "vocab_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "tie_word_embeddings": false}"#;

type Tensors = Vec<(String, Vec<u64>)>;

/// The tensors of [`LLAMA`], written out by hand.
fn llama(prefix: &str) -> Tensors {
    let mut all = vec![
        ("lm_head.weight".to_owned(), vec![32, 8]),
        (format!("{prefix}embed_tokens.weight"), vec![32, 8]),
        (format!("{prefix}norm.weight"), vec![8]),
    ];
    for layer in 0..2 {
        for (name, shape) in [
            ("input_layernorm.weight", vec![8]),
            ("post_attention_layernorm.weight", vec![8]),
            ("self_attn.q_proj.weight", vec![8, 8]),
            ("self_attn.k_proj.weight", vec![4, 8]),
            ("self_attn.v_proj.weight", vec![4, 8]),
            ("self_attn.o_proj.weight", vec![8, 8]),
            ("mlp.gate_proj.weight", vec![16, 8]),
            ("mlp.up_proj.weight", vec![16, 8]),
            ("mlp.down_proj.weight", vec![8, 16]),
        ] {
            all.push((format!("{prefix}layers.{layer}.{name}"), shape));
        }
    }
    all
}

fn said(config: &str, tensors: &Tensors) -> Vec<(String, Severity, String)> {
    let architecture = Architecture::read(config.as_bytes(), &Limits::default()).unwrap();
    let listed: Vec<_> = tensors
        .iter()
        .map(|(name, shape)| Listed::new(name, shape).with_bytes(10..20))
        .collect();
    let found = architecture.unwrap().check(&listed, 0..8);
    found
        .into_iter()
        .map(|finding| {
            let code = finding.rule.code().to_owned();
            let name = finding.message.split('`').nth(1).unwrap().to_owned();
            (code, finding.severity, name)
        })
        .collect()
}

fn medium(code: &str, name: &str) -> Vec<(String, Severity, String)> {
    vec![(code.to_owned(), Severity::Medium, name.to_owned())]
}

fn is_quiet(config: &str) -> bool {
    let architecture = Architecture::read(config.as_bytes(), &Limits::default());
    architecture.unwrap().is_none()
}

#[test]
fn a_model_that_is_what_its_configuration_says_has_no_finding() {
    for prefix in ["model.", "", "transformer."] {
        assert_eq!(said(LLAMA, &llama(prefix)), [], "{prefix}");
    }
    let mut tensors = llama("model.");
    tensors.extend([
        (
            "model.layers.0.self_attn.rotary_emb.inv_freq".to_owned(),
            vec![1],
        ),
        ("model.rotary_emb.inv_freq".to_owned(), vec![1]),
        ("score.weight".to_owned(), vec![3, 8]),
        ("v_head.summary.weight".to_owned(), vec![1, 8]),
    ]);
    assert_eq!(said(LLAMA, &tensors), []);
}

#[test]
fn a_head_is_wanted_only_if_it_is_not_tied() {
    let mut tensors = llama("model.");
    tensors.remove(0);
    assert_eq!(said(LLAMA, &tensors), medium("STF083", "lm_head.weight"));
    for config in [
        LLAMA.replace(
            "\"tie_word_embeddings\": false",
            "\"tie_word_embeddings\": true",
        ),
        LLAMA.replace("\"tie_word_embeddings\": false", "\"x\": 0"),
        LLAMA.replace("LlamaForCausalLM", "LlamaModel"),
    ] {
        assert_eq!(said(&config, &tensors), []);
    }
}

#[test]
fn a_missing_tensor_is_medium() {
    let mut tensors = llama("model.");
    let (name, _) = tensors.remove(7);
    assert_eq!(said(LLAMA, &tensors), medium("STF083", &name));
}

#[test]
fn a_tensor_without_a_place_is_medium_in_the_body_and_low_beside_it() {
    for (name, severity) in [
        ("model.layers.0.backdoor.weight", Severity::Medium),
        ("model.layers.2.self_attn.q_proj.weight", Severity::Medium),
        ("model.layers.0.self_attn.q_proj.bias", Severity::Medium),
        ("model.trigger", Severity::Medium),
        ("my_head.weight", Severity::Low),
    ] {
        let mut tensors = llama("model.");
        tensors.push((name.to_owned(), vec![8]));
        let wanted = [("STF084".to_owned(), severity, name.to_owned())];
        assert_eq!(said(LLAMA, &tensors), wanted);
    }
}

#[test]
fn another_shape_is_medium() {
    for (at, shape) in [
        (0, vec![33, 8]),
        (1, vec![8, 32]),
        (5, vec![8, 8, 1]),
        (9, vec![16, 9]),
    ] {
        let mut tensors = llama("model.");
        tensors[at].1 = shape;
        let name = tensors[at].0.clone();
        assert_eq!(said(LLAMA, &tensors), medium("STF085", &name));
    }
}

#[test]
fn biases_are_those_that_the_configuration_and_the_family_have() {
    let mut tensors = llama("model.");
    for layer in 0..2 {
        for (name, size) in [("q", 8), ("k", 4), ("v", 4)] {
            let name = format!("model.layers.{layer}.self_attn.{name}_proj.bias");
            tensors.push((name, vec![size]));
        }
    }
    let qwen = LLAMA.replace("llama", "qwen2").replace("Llama", "Qwen2");
    assert_eq!(said(&qwen, &tensors), []);
    assert_eq!(said(&qwen, &llama("model.")).len(), 6);
    let biased = LLAMA.replace("\"model_type\"", "\"attention_bias\": true, \"model_type\"");
    assert_eq!(said(&biased, &tensors).len(), 2);
    let mistral = LLAMA
        .replace("llama", "mistral")
        .replace("Llama", "Mistral");
    assert_eq!(said(&mistral, &llama("model.")), []);
    let wide = LLAMA.replace("\"model_type\"", "\"head_dim\": 4, \"model_type\"");
    assert_eq!(said(&wide, &llama("model.")).len(), 8);
}

#[test]
fn bert_gpt2_and_vit_are_known() {
    let bert = r#"{"architectures": ["BertForMaskedLM"], "model_type": "bert", "hidden_size": 8,
        "intermediate_size": 16, "vocab_size": 32, "max_position_embeddings": 4, "type_vocab_size": 2,
        "num_hidden_layers": 0}"#;
    let body = |prefix: &str, norm: [&str; 2]| -> Tensors {
        vec![
            (
                format!("{prefix}embeddings.word_embeddings.weight"),
                vec![32, 8],
            ),
            (
                format!("{prefix}embeddings.position_embeddings.weight"),
                vec![4, 8],
            ),
            (
                format!("{prefix}embeddings.token_type_embeddings.weight"),
                vec![2, 8],
            ),
            (format!("{prefix}embeddings.LayerNorm.{}", norm[0]), vec![8]),
            (format!("{prefix}embeddings.LayerNorm.{}", norm[1]), vec![8]),
            (format!("{prefix}embeddings.position_ids"), vec![1, 4]),
            (format!("{prefix}pooler.dense.bias"), vec![8]),
            ("cls.predictions.bias".to_owned(), vec![32]),
        ]
    };
    for prefix in ["bert.", ""] {
        assert_eq!(said(bert, &body(prefix, ["weight", "bias"])), []);
        assert_eq!(said(bert, &body(prefix, ["gamma", "beta"])), []);
    }
    let mut tensors = body("bert.", ["weight", "bias"]);
    tensors[6].1 = vec![9];
    assert_eq!(
        said(bert, &tensors),
        medium("STF085", "bert.pooler.dense.bias")
    );

    let vit = r#"{"architectures": ["ViTModel"], "model_type": "vit", "hidden_size": 8,
        "intermediate_size": 16, "image_size": [8, 4], "patch_size": 2, "num_hidden_layers": 0}"#;
    let mut tensors: Tensors = [
        ("embeddings.cls_token", vec![1, 1, 8]),
        ("embeddings.position_embeddings", vec![1, 9, 8]),
        (
            "embeddings.patch_embeddings.projection.weight",
            vec![8, 3, 2, 2],
        ),
        ("embeddings.patch_embeddings.projection.bias", vec![8]),
        ("layernorm.weight", vec![8]),
        ("layernorm.bias", vec![8]),
        ("pooler.dense.weight", vec![5, 8]),
    ]
    .map(|(name, shape)| (name.to_owned(), shape))
    .into();
    assert_eq!(said(vit, &tensors), []);
    tensors[1].1 = vec![1, 8, 8];
    assert_eq!(
        said(vit, &tensors),
        medium("STF085", "embeddings.position_embeddings")
    );

    let gpt2 =
        r#"{"model_type": "gpt2", "n_embd": 8, "n_layer": 1, "n_positions": 4, "vocab_size": 32}"#;
    let tensors: Tensors = [
        ("wte.weight", vec![32, 8]),
        ("wpe.weight", vec![4, 8]),
        ("ln_f.weight", vec![8]),
        ("ln_f.bias", vec![8]),
        ("h.0.ln_1.weight", vec![8]),
        ("h.0.ln_1.bias", vec![8]),
        ("h.0.ln_2.weight", vec![8]),
        ("h.0.ln_2.bias", vec![8]),
        ("h.0.attn.c_attn.weight", vec![8, 24]),
        ("h.0.attn.c_attn.bias", vec![24]),
        ("h.0.attn.c_proj.weight", vec![8, 8]),
        ("h.0.attn.c_proj.bias", vec![8]),
        ("h.0.mlp.c_fc.weight", vec![8, 32]),
        ("h.0.mlp.c_fc.bias", vec![32]),
        ("h.0.mlp.c_proj.weight", vec![32, 8]),
        ("h.0.mlp.c_proj.bias", vec![8]),
        ("h.0.attn.bias", vec![1, 1, 4, 4]),
        ("h.0.attn.masked_bias", vec![]),
        ("lm_head.weight", vec![32, 8]),
    ]
    .map(|(name, shape)| (name.to_owned(), shape))
    .into();
    assert_eq!(said(gpt2, &tensors), []);
    assert_eq!(
        said(gpt2, &tensors[..15].to_vec()),
        medium("STF083", "h.0.mlp.c_proj.bias")
    );
}

#[test]
fn nothing_is_said_of_what_is_not_known() {
    for config in [
        "{}".to_owned(),
        LLAMA.replace("llama", "deepseek_v3"),
        LLAMA.replace("LlamaForCausalLM", "LlavaLlamaForCausalLM"),
        LLAMA.replace(
            "\"model_type\"",
            "\"quantization_config\": {}, \"model_type\"",
        ),
        LLAMA.replace("\"model_type\"", "\"auto_map\": {}, \"model_type\""),
        LLAMA.replace("\"hidden_size\": 8", "\"hidden_size\": \"8\""),
        LLAMA.replace("\"num_attention_heads\": 4", "\"num_attention_heads\": 0"),
        LLAMA.replace(
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 1000000000",
        ),
        LLAMA.replace(
            "\"num_attention_heads\": 4",
            "\"head_dim\": 18446744073709551615, \"num_attention_heads\": 4",
        ),
    ] {
        assert!(is_quiet(&config), "{config}");
    }
    assert!(Architecture::read(b"[", &Limits::default()).is_err());
    // Names of another library.
    let tensors = vec![("layers.0.attention.wq.weight".to_owned(), vec![8, 8])];
    assert_eq!(said(LLAMA, &tensors), []);
    assert_eq!(said(LLAMA, &Vec::new()), []);
}
