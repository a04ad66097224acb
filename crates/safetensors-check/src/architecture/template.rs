use std::collections::BTreeMap;

/// The tensors of an architecture's body by their names without what stands before them all, and what that can be.
#[derive(Clone, Debug)]
pub(super) struct Template {
    /// What may stand before the names, the most usual first.
    pub(super) prefixes: &'static [&'static str],
    /// Before the number of a layer.
    pub(super) layers: &'static str,
    pub(super) body: BTreeMap<String, Expected>,
    /// The weight of the head for words, which stands beside the body, if it is stored by itself.
    pub(super) head: Option<(&'static str, Vec<u64>)>,
}

/// What is promised of a tensor.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) shape: Vec<u64>,
    pub(super) is_optional: bool,
}

impl Template {
    fn new(prefixes: &'static [&'static str], layers: &'static str) -> Self {
        Self {
            prefixes,
            layers,
            body: BTreeMap::new(),
            head: None,
        }
    }

    fn add(&mut self, name: impl Into<String>, shape: &[u64]) {
        self.insert(name.into(), shape, false);
    }

    fn add_optional(&mut self, name: impl Into<String>, shape: &[u64]) {
        self.insert(name.into(), shape, true);
    }

    fn insert(&mut self, name: String, shape: &[u64], is_optional: bool) {
        let shape = shape.to_vec();
        self.body.insert(name, Expected { shape, is_optional });
    }

    /// Adds a weight and its bias, which is as long as the weight has rows.
    fn add_linear(&mut self, name: &str, output: u64, input: u64) {
        self.add(format!("{name}.weight"), &[output, input]);
        self.add(format!("{name}.bias"), &[output]);
    }

    fn add_norm(&mut self, name: &str, size: u64) {
        self.add(format!("{name}.weight"), &[size]);
        self.add(format!("{name}.bias"), &[size]);
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the sizes of one configuration, named where they are read"
    )]
    pub(super) fn llama(
        hidden: u64,
        inner: u64,
        vocabulary: u64,
        layers: u64,
        queries: u64,
        keys: u64,
        (query_bias, all_bias, inner_bias): (bool, bool, bool),
        has_head: bool,
    ) -> Self {
        let mut all = Self::new(
            &["model.", "", "transformer.", "base_model.model."],
            "layers.",
        );
        all.add("embed_tokens.weight", &[vocabulary, hidden]);
        all.add("norm.weight", &[hidden]);
        for layer in 0..layers {
            let at = |name: &str| format!("layers.{layer}.{name}");
            all.add(at("input_layernorm.weight"), &[hidden]);
            all.add(at("post_attention_layernorm.weight"), &[hidden]);
            for (name, output, input, has_bias) in [
                ("self_attn.q_proj", queries, hidden, query_bias || all_bias),
                ("self_attn.k_proj", keys, hidden, query_bias || all_bias),
                ("self_attn.v_proj", keys, hidden, query_bias || all_bias),
                ("self_attn.o_proj", hidden, queries, all_bias),
                ("mlp.gate_proj", inner, hidden, inner_bias),
                ("mlp.up_proj", inner, hidden, inner_bias),
                ("mlp.down_proj", hidden, inner, inner_bias),
            ] {
                all.add(at(&format!("{name}.weight")), &[output, input]);
                if has_bias {
                    all.add(at(&format!("{name}.bias")), &[output]);
                }
            }
        }
        if has_head {
            all.head = Some(("lm_head.weight", vec![vocabulary, hidden]));
        }
        all
    }

    pub(super) fn bert(
        hidden: u64,
        inner: u64,
        vocabulary: u64,
        positions: u64,
        types: u64,
        layers: u64,
    ) -> Self {
        let mut all = Self::new(&["bert.", "", "model.", "0.auto_model."], "encoder.layer.");
        all.add("embeddings.word_embeddings.weight", &[vocabulary, hidden]);
        all.add(
            "embeddings.position_embeddings.weight",
            &[positions, hidden],
        );
        all.add("embeddings.token_type_embeddings.weight", &[types, hidden]);
        all.add_norm("embeddings.LayerNorm", hidden);
        all.add_optional("pooler.dense.weight", &[hidden, hidden]);
        all.add_optional("pooler.dense.bias", &[hidden]);
        for layer in 0..layers {
            let at = |name: &str| format!("encoder.layer.{layer}.{name}");
            for name in ["query", "key", "value"] {
                all.add_linear(&at(&format!("attention.self.{name}")), hidden, hidden);
            }
            all.add_linear(&at("attention.output.dense"), hidden, hidden);
            all.add_norm(&at("attention.output.LayerNorm"), hidden);
            all.add_linear(&at("intermediate.dense"), inner, hidden);
            all.add_linear(&at("output.dense"), hidden, inner);
            all.add_norm(&at("output.LayerNorm"), hidden);
        }
        all
    }

    pub(super) fn gpt2(
        hidden: u64,
        inner: u64,
        vocabulary: u64,
        positions: u64,
        layers: u64,
    ) -> Option<Self> {
        let mut all = Self::new(&["transformer.", "", "model."], "h.");
        let three = hidden.checked_mul(3)?;
        all.add("wte.weight", &[vocabulary, hidden]);
        all.add("wpe.weight", &[positions, hidden]);
        all.add_norm("ln_f", hidden);
        for layer in 0..layers {
            let at = |name: &str| format!("h.{layer}.{name}");
            all.add_norm(&at("ln_1"), hidden);
            all.add_norm(&at("ln_2"), hidden);
            // Its matrices are stored with the input first.
            for (name, input, output) in [
                ("attn.c_attn", hidden, three),
                ("attn.c_proj", hidden, hidden),
                ("mlp.c_fc", hidden, inner),
                ("mlp.c_proj", inner, hidden),
            ] {
                all.add(at(&format!("{name}.weight")), &[input, output]);
                all.add(at(&format!("{name}.bias")), &[output]);
            }
        }
        Some(all)
    }

    pub(super) fn vit(
        hidden: u64,
        inner: u64,
        channels: u64,
        (patch_height, patch_width): (u64, u64),
        positions: u64,
        layers: u64,
        has_bias: bool,
    ) -> Self {
        let mut all = Self::new(&["vit.", "", "model."], "encoder.layer.");
        all.add("embeddings.cls_token", &[1, 1, hidden]);
        all.add_optional("embeddings.mask_token", &[1, 1, hidden]);
        all.add("embeddings.position_embeddings", &[1, positions, hidden]);
        all.add(
            "embeddings.patch_embeddings.projection.weight",
            &[hidden, channels, patch_height, patch_width],
        );
        all.add("embeddings.patch_embeddings.projection.bias", &[hidden]);
        all.add_norm("layernorm", hidden);
        // The size of the pooler is its own.
        for layer in 0..layers {
            let at = |name: &str| format!("encoder.layer.{layer}.{name}");
            for name in ["query", "key", "value"] {
                let name = at(&format!("attention.attention.{name}"));
                all.add(format!("{name}.weight"), &[hidden, hidden]);
                if has_bias {
                    all.add(format!("{name}.bias"), &[hidden]);
                }
            }
            all.add_linear(&at("attention.output.dense"), hidden, hidden);
            all.add_linear(&at("intermediate.dense"), inner, hidden);
            all.add_linear(&at("output.dense"), hidden, inner);
            all.add_norm(&at("layernorm_before"), hidden);
            all.add_norm(&at("layernorm_after"), hidden);
        }
        all
    }
}
