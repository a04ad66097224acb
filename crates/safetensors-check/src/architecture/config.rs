use std::ops::Range;

use findings::Finding;
use strict_json::{Error, Kind, Object, Value};

use super::check::check;
use super::template::Template;
use crate::{Limits, Listed};

/// The tensors that a configuration promises.
#[derive(Clone, Debug)]
pub struct Architecture {
    template: Template,
}

impl Architecture {
    /// Reads a `config.json`; none if it is of an architecture that is not known, or leaves open what the tensors
    /// are.
    ///
    /// # Limits
    /// [`Limits::header`], the bytes of the configuration.
    ///
    /// # Errors
    /// Those of [`strict_json::read`], and another value than an object.
    pub fn read(config: &[u8], limits: &Limits) -> Result<Option<Self>, Error> {
        let most = usize::try_from(limits.header).unwrap_or(usize::MAX);
        let json = strict_json::Limits::default().with_bytes(most);
        let value = strict_json::read(config, &json)?;
        let template = template(value.as_object()?);
        Ok(template.map(|template| Self { template }))
    }

    /// Says which tensors are missing, have no place, or have another shape. `header` is where a finding on a tensor
    /// points that is missing. Give the tensors of all shards.
    #[must_use]
    pub fn check(&self, tensors: &[Listed<'_>], header: Range<u64>) -> Vec<Finding> {
        check(&self.template, tensors, header)
    }
}

/// Layers of a model. The deepest that we know have about 200.
const LAYERS: u64 = 4_096;

fn template(object: &Object<'_>) -> Option<Template> {
    // Quantised weights have other names and shapes, code of a model's own any.
    let is_open = ["quantization_config", "auto_map", "compression_config"];
    if is_open.iter().any(|key| object.get_set(key).is_some()) {
        return None;
    }
    let is_set = |key: &str| {
        object
            .get_set(key)
            .is_some_and(|value| value.as_bool() == Ok(true))
    };
    if is_set("add_cross_attention") || is_set("is_encoder_decoder") {
        return None;
    }
    let class = match object.get_set("architectures") {
        None => "",
        Some(classes) => classes.as_array().ok()?.first()?.as_str().ok()?,
    };
    let model = object.get_set("model_type")?.as_str().ok()?;
    let number = |key: &str| -> Option<u64> { object.get_set(key)?.as_u64().ok() };
    let layers = |key: &str| number(key).filter(|&layers| layers <= LAYERS);
    let head = class_head(class, model)?;
    match model {
        "llama" | "mistral" | "qwen2" => {
            let hidden = number("hidden_size")?;
            let heads = number("num_attention_heads")?;
            let head_dim = match object.get_set("head_dim") {
                Some(size) => size.as_u64().ok()?,
                None => hidden.checked_div(heads)?,
            };
            let key_heads = match object.get_set("num_key_value_heads") {
                Some(heads) => heads.as_u64().ok()?,
                // The configuration of mistral has 8 unless it says otherwise, so it always says.
                None if model == "llama" => heads,
                None => return None,
            };
            // Without the key, old configurations are of either kind.
            let is_untied = object
                .get_set("tie_word_embeddings")
                .is_some_and(|tied| tied.as_bool() == Ok(false));
            Some(Template::llama(
                hidden,
                number("intermediate_size")?,
                number("vocab_size")?,
                layers("num_hidden_layers")?,
                heads.checked_mul(head_dim)?,
                key_heads.checked_mul(head_dim)?,
                (
                    model == "qwen2",
                    is_set("attention_bias"),
                    is_set("mlp_bias"),
                ),
                head == "ForCausalLM" && is_untied,
            ))
        }
        "bert" => Some(Template::bert(
            number("hidden_size")?,
            number("intermediate_size")?,
            number("vocab_size")?,
            number("max_position_embeddings")?,
            number("type_vocab_size")?,
            layers("num_hidden_layers")?,
        )),
        "gpt2" => {
            let hidden = number("n_embd")?;
            let inner = match object.get_set("n_inner") {
                Some(inner) => inner.as_u64().ok()?,
                None => hidden.checked_mul(4)?,
            };
            Template::gpt2(
                hidden,
                inner,
                number("vocab_size")?,
                number("n_positions").or_else(|| number("n_ctx"))?,
                layers("n_layer")?,
            )
        }
        "vit" => {
            let image = sides(object.get_set("image_size")?)?;
            let patch = sides(object.get_set("patch_size")?)?;
            let rows = image.0.checked_div(patch.0)?;
            let columns = image.1.checked_div(patch.1)?;
            let has_bias = match object.get_set("qkv_bias") {
                Some(bias) => bias.as_bool().ok()?,
                None => true,
            };
            Some(Template::vit(
                number("hidden_size")?,
                number("intermediate_size")?,
                number("num_channels").unwrap_or(3),
                patch,
                rows.checked_mul(columns)?.checked_add(1)?,
                layers("num_hidden_layers")?,
                has_bias,
            ))
        }
        _ => None,
    }
}

/// Returns what follows the model in the name of a class of the library; none if the class is another's.
fn class_head<'c>(class: &'c str, model: &str) -> Option<&'c str> {
    const HEADS: [&str; 18] = [
        "Model",
        "ForCausalLM",
        "ForSequenceClassification",
        "ForTokenClassification",
        "ForQuestionAnswering",
        "ForMaskedLM",
        "ForPreTraining",
        "ForNextSentencePrediction",
        "ForMultipleChoice",
        "LMHeadModel",
        "DoubleHeadsModel",
        "ForImageClassification",
        "ForMaskedImageModeling",
        "Encoder",
        "PreTrainedModel",
        "BertModel",
        "EncoderModel",
        "TextModel",
    ];
    if class.is_empty() {
        return Some("");
    }
    let name = match model {
        "llama" => "Llama",
        "mistral" => "Mistral",
        "qwen2" => "Qwen2",
        "bert" => "Bert",
        "gpt2" => "GPT2",
        "vit" => "ViT",
        _ => return None,
    };
    let head = class.strip_prefix(name)?;
    HEADS.contains(&head).then_some(head)
}

/// Reads a size of an image: a number, or height and width.
fn sides(value: &Value<'_>) -> Option<(u64, u64)> {
    match value.kind() {
        Kind::Array(sides) => match &**sides {
            [height, width] => Some((height.as_u64().ok()?, width.as_u64().ok()?)),
            _ => None,
        },
        _ => value.as_u64().ok().map(|side| (side, side)),
    }
}
