//! The one form in which documents are written: no spaces, keys in the order in which they are given, and no
//! escapes but those that RFC 8259 asks for.
//!
//! The functions append to a buffer, and the caller keeps the brackets.
//!
//! ```
//! use strict_json::write;
//!
//! let mut out = vec![b'{'];
//! for (key, text) in [("a", "1\"2"), ("b", "\u{1}")] {
//!     write::key(&mut out, key);
//!     write::string(&mut out, text);
//! }
//! out.push(b'}');
//! assert_eq!(out, br#"{"a":"1\"2","b":"\u0001"}"#);
//! ```

use crate::{Kind, Value};

/// Writes a string.
pub fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            0x08 => b"\\b",
            0x09 => b"\\t",
            0x0a => b"\\n",
            0x0c => b"\\f",
            0x0d => b"\\r",
            0..0x20 => b"",
            _ => continue,
        };
        out.extend_from_slice(text.as_bytes().get(from..at).unwrap_or_default());
        if short.is_empty() {
            out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
        } else {
            out.extend_from_slice(short);
        }
        from = at.saturating_add(1);
    }
    out.extend_from_slice(text.as_bytes().get(from..).unwrap_or_default());
    out.push(b'"');
}

/// Writes a key and its colon, and a comma before it unless it is the first of its object.
pub fn key(out: &mut Vec<u8>, key: &str) {
    comma(out);
    string(out, key);
    out.push(b':');
}

/// Writes a comma unless an array or object was opened just now.
pub fn comma(out: &mut Vec<u8>) {
    if !matches!(out.last(), None | Some(b'{' | b'[')) {
        out.push(b',');
    }
}

/// Writes a value as it was read, without its spaces. Recurses on its depth, which reading has bounded.
pub fn value(out: &mut Vec<u8>, value: &Value<'_>) {
    match value.kind() {
        Kind::Null => out.extend_from_slice(b"null"),
        Kind::Bool(true) => out.extend_from_slice(b"true"),
        Kind::Bool(false) => out.extend_from_slice(b"false"),
        Kind::Number(number) => out.extend_from_slice(number.as_str().as_bytes()),
        Kind::String(text) => string(out, text),
        Kind::Array(items) => {
            out.push(b'[');
            for item in items {
                comma(out);
                self::value(out, item);
            }
            out.push(b']');
        }
        Kind::Object(object) => {
            out.push(b'{');
            for member in object.members() {
                key(out, member.key());
                self::value(out, member.value());
            }
            out.push(b'}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::string;
    use crate::{Limits, read};

    #[test]
    fn every_character_is_read_back() {
        let text: String = ('\0'..='\u{2ff}')
            .chain(['\u{2028}', '\u{1f600}'])
            .collect();
        let mut out = Vec::new();
        string(&mut out, &text);
        let value = read(&out, &Limits::default()).unwrap();
        assert_eq!(value.as_str(), Ok(&*text));
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }
}
