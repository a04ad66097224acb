use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value};

/// A JSON Schema of `docs/`, as far as those use the language. It is stricter than the language in two
/// points: a keyword that it does not know is an error, and so is a key that the schema does not list.
pub(crate) struct Schema {
    root: Value,
}

/// Keywords that only explain.
const EXPLAINING: [&str; 5] = ["$schema", "$id", "$defs", "title", "description"];

impl Schema {
    pub(crate) fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../docs")
            .join(name);
        let mut text = String::new();
        File::open(path).unwrap().read_to_string(&mut text).unwrap();
        Self {
            root: serde_json::from_str(&text).unwrap(),
        }
    }

    /// Panics if the value is not what the schema says.
    pub(crate) fn check(&self, value: &Value) {
        if let Err(why) = self.validate(&self.root, value, "$") {
            panic!("{why}");
        }
    }

    fn validate(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let keywords = schema.as_object().unwrap();
        for (keyword, wanted) in keywords {
            let holds = match keyword.as_str() {
                "$ref" => {
                    self.validate(self.resolve(wanted), value, at)?;
                    true
                }
                "oneOf" => {
                    let options = wanted.as_array().unwrap().iter();
                    let results: Vec<_> = options
                        .map(|option| self.validate(option, value, at))
                        .collect();
                    if results.iter().filter(|result| result.is_ok()).count() != 1 {
                        return Err(format!("{at}: not exactly one of {results:?}"));
                    }
                    true
                }
                "type" => match wanted {
                    Value::Array(words) => words.iter().any(|word| is_type(word, value)),
                    word => is_type(word, value),
                },
                "const" => value == wanted,
                "enum" => wanted.as_array().unwrap().contains(value),
                "minimum" => value
                    .as_f64()
                    .is_none_or(|number| number >= wanted.as_f64().unwrap()),
                "pattern" => value.as_str().is_none_or(is_rule_id),
                "items" => {
                    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.validate(wanted, item, &format!("{at}[{number}]"))?;
                    }
                    true
                }
                "required" => {
                    let names = wanted.as_array().unwrap().iter();
                    let mut names = names.map(|name| name.as_str().unwrap());
                    value
                        .as_object()
                        .is_none_or(|object| names.all(|name| object.contains_key(name)))
                }
                "properties" => {
                    if let Some(object) = value.as_object() {
                        self.validate_properties(wanted.as_object().unwrap(), object, at)?;
                    }
                    true
                }
                word => EXPLAINING.contains(&word),
            };
            if !holds {
                return Err(format!(
                    "{at}: `{keyword}` {wanted} does not hold for {value}"
                ));
            }
        }
        Ok(())
    }

    fn validate_properties(
        &self,
        properties: &Map<String, Value>,
        object: &Map<String, Value>,
        at: &str,
    ) -> Result<(), String> {
        for (name, value) in object {
            let schema = properties
                .get(name)
                .ok_or_else(|| format!("{at}: `{name}` is not listed"))?;
            self.validate(schema, value, &format!("{at}.{name}"))?;
        }
        Ok(())
    }

    fn resolve(&self, reference: &Value) -> &Value {
        let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
        self.root.pointer(pointer).unwrap()
    }
}

fn is_type(word: &Value, value: &Value) -> bool {
    match word.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unknown type {other}"),
    }
}

/// The one pattern that is used: `PKL001/unsafe-global`.
fn is_rule_id(text: &str) -> bool {
    let Some((code, name)) = text.split_once('/') else {
        return false;
    };
    let code = code.as_bytes();
    let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    code.len() == 6
        && code[..3].iter().all(u8::is_ascii_uppercase)
        && code[3..].iter().all(u8::is_ascii_digit)
        && name
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(lower))
}

#[test]
fn a_value_of_another_form_is_refused() {
    let schema = Schema::read("effects.schema.json");
    let good = serde_json::json!({
        "type": "end", "member": null, "stream": 0, "opcodes": 1, "byte_end": 1, "error": null,
    });
    schema.check(&good);
    for (key, value) in [
        ("stream", Value::from(-1)),
        ("type", Value::from("start")),
        ("more", Value::Null),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(schema.validate(&schema.root, &bad, "$").is_err(), "{key}");
    }
    let mut bad = good.clone();
    bad.as_object_mut().unwrap().remove("error");
    assert!(schema.validate(&schema.root, &bad, "$").is_err());
}
