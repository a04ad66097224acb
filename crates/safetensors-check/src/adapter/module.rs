/// A tensor of an adapter: which module it changes, and how.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Part<'n> {
    pub(super) module: &'n str,
    pub(super) role: Role,
}

/// What a tensor is to its module.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// `lora_A`: from the input to the rank.
    A,
    /// `lora_B`: from the rank to the output.
    B,
    EmbeddingA,
    EmbeddingB,
    /// `lora_magnitude_vector` of DoRA.
    Magnitude,
    /// The bias of a `lora_A` or `lora_B`.
    Bias,
    /// `lora_E` and `ranknum` of AdaLoRA.
    Singular,
    /// Rows of an embedding that are trained by themselves.
    TokenDelta,
}

/// What the library puts before every name.
const PREFIXES: [&str; 2] = ["base_model.model.", "base_model."];

/// Returns a name without what the library puts before it.
pub(super) fn bare(name: &str) -> &str {
    let mut prefixes = PREFIXES.iter();
    prefixes
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

impl<'n> Part<'n> {
    /// Reads a name; none if it is that of a weight of the base itself.
    pub(super) fn of(name: &'n str) -> Option<Self> {
        const ROLES: [(&str, Role); 10] = [
            ("lora_A", Role::A),
            ("lora_B", Role::B),
            ("lora_embedding_A", Role::EmbeddingA),
            ("lora_embedding_B", Role::EmbeddingB),
            ("lora_magnitude_vector", Role::Magnitude),
            ("lora_E", Role::Singular),
            ("ranknum", Role::Singular),
            ("trainable_tokens_delta", Role::TokenDelta),
            ("trainable_tokens_original", Role::TokenDelta),
            ("token_adapter", Role::TokenDelta),
        ];
        let name = bare(name);
        // The role is the last, second or third component from the end: `.lora_A.default.weight`.
        let mut rest = name;
        let mut behind = "";
        for _ in 0..3 {
            let (before, last) = rest.rsplit_once('.').unwrap_or(("", rest));
            if let Some((_, role)) = ROLES.iter().find(|(word, _)| *word == last) {
                let ends_in_bias = behind == "bias" || behind.ends_with(".bias");
                let role = match role {
                    Role::A | Role::B if ends_in_bias => Role::Bias,
                    role => *role,
                };
                let module = before.strip_suffix(".token_adapter").unwrap_or(before);
                let module = module.strip_suffix(".base_layer").unwrap_or(module);
                return Some(Self { module, role });
            }
            rest = before;
            let at = before.len().saturating_add(1);
            behind = name.get(at..).unwrap_or_default();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Role};

    #[test]
    fn names_of_every_variant_are_read() {
        for (name, module, role) in [
            ("base_model.model.a.q.lora_A.weight", "a.q", Role::A),
            ("base_model.model.a.q.lora_B.default.weight", "a.q", Role::B),
            ("base_model.model.a.q.lora_B.bias", "a.q", Role::Bias),
            ("base_model.model.a.q.lora_A", "a.q", Role::A),
            ("a.q.lora_A.weight", "a.q", Role::A),
            ("base_model.model.e.lora_embedding_A", "e", Role::EmbeddingA),
            (
                "base_model.model.e.lora_embedding_B.default",
                "e",
                Role::EmbeddingB,
            ),
            (
                "base_model.model.q.lora_magnitude_vector",
                "q",
                Role::Magnitude,
            ),
            (
                "base_model.model.q.lora_magnitude_vector.weight",
                "q",
                Role::Magnitude,
            ),
            ("base_model.model.q.lora_E", "q", Role::Singular),
            (
                "base_model.model.x.experts.base_layer.lora_A.weight",
                "x.experts",
                Role::A,
            ),
            (
                "base_model.model.e.token_adapter.trainable_tokens_delta",
                "e",
                Role::TokenDelta,
            ),
        ] {
            assert_eq!(Part::of(name), Some(Part { module, role }), "{name}");
        }
        for name in [
            "base_model.model.lm_head.weight",
            "base_model.model.lora_A.x.y.z.weight",
            "base_model.model.q.base_layer.weight",
            "weight",
            "",
        ] {
            assert_eq!(Part::of(name), None, "{name}");
        }
    }
}
