use serde::Serialize;
use serde_json::{Value, json};
use weighbridge::scan::convert::{Checkpoint, LeafValue};

use super::document::File;
use crate::failure::Failure;
use crate::leaf;
use crate::output::json::{self, TOOL, Tool};

/// The version of what `convert --sidecar` writes.
const SCHEMA: &str = "weighbridge.sidecar/1";

/// What a checkpoint holds beside its tensors. `docs/convert.schema.json` is the contract.
#[derive(Serialize)]
struct Sidecar<'s> {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'static str,
    tool: Tool,
    inputs: &'s [File],
    leaves: Vec<Leaf>,
}

/// Something that is no tensor.
#[derive(Serialize)]
struct Leaf {
    /// Which of `inputs`.
    input: u64,
    keys: Vec<String>,
    /// The value where JSON has one that is exactly it, else null.
    value: Value,
    /// As Python would write it.
    text: String,
}

/// Writes down everything that is no tensor.
pub(super) fn bytes<'c, 'a: 'c>(
    inputs: &[File],
    checkpoints: impl Iterator<Item = &'c Checkpoint<'a>>,
) -> Result<Vec<u8>, Failure> {
    let mut leaves = Vec::new();
    for (input, checkpoint) in (0..).zip(checkpoints) {
        leaves.extend(checkpoint.leaves().iter().map(|leaf| Leaf {
            input,
            keys: leaf::keys(&leaf.path),
            value: exact(&leaf.value),
            text: leaf::text(&leaf.value),
        }));
    }
    let sidecar = Sidecar {
        kind: "sidecar",
        schema: SCHEMA,
        tool: TOOL,
        inputs,
        leaves,
    };
    let mut bytes = Vec::new();
    let written = json::write_indented(&mut bytes, &sidecar);
    written.map_err(|error| Failure::failed(format!("cannot write the sidecar: {error}")))?;
    Ok(bytes)
}

/// Returns what JSON has for a value, if that is exactly it.
fn exact(value: &LeafValue) -> Value {
    match value {
        LeafValue::Bool(bool) => json!(bool),
        LeafValue::Int(int) => i64::try_from(*int).map_or(Value::Null, |int| json!(int)),
        LeafValue::Float(float) => json!(float),
        LeafValue::Text(text) => json!(text),
        LeafValue::EmptyList => json!([]),
        LeafValue::EmptyDict => json!({}),
        _ => Value::Null,
    }
}
