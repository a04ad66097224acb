//! What is no tensor in a checkpoint, in words.

use weighbridge::scan::convert::{Key, LeafValue};

/// Returns the steps to something in a checkpoint.
pub(crate) fn keys(path: &[Key]) -> Vec<String> {
    path.iter().map(|key| key.text().into_owned()).collect()
}

/// Writes what is no tensor as Python would, as far as it is known.
pub(crate) fn text(value: &LeafValue) -> String {
    match value {
        LeafValue::None => "None".to_owned(),
        LeafValue::Bool(true) => "True".to_owned(),
        LeafValue::Bool(false) => "False".to_owned(),
        LeafValue::Int(int) => int.to_string(),
        LeafValue::HugeInt => "an integer of more than 128 bits".to_owned(),
        LeafValue::Float(float) => format!("{float:?}"),
        LeafValue::Text(text) => format!("'{text}'"),
        LeafValue::Bytes(count) => format!("{count} bytes"),
        LeafValue::EmptyTuple => "()".to_owned(),
        LeafValue::EmptyList => "[]".to_owned(),
        LeafValue::EmptyDict => "{}".to_owned(),
        LeafValue::EmptySet => "set()".to_owned(),
        LeafValue::Dtype(dtype) => format!("torch.{dtype}"),
        LeafValue::Name(name) => name.clone(),
        LeafValue::Object(callee) => format!("an object that {callee} makes"),
        LeafValue::Cycle => "what it lies in".to_owned(),
        LeafValue::External => "what lies outside of the file".to_owned(),
        _ => "what cannot be told without executing".to_owned(),
    }
}
