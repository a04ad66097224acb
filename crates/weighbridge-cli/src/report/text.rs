use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize};
use weighbridge::findings::escape;

/// A text that can be printed as it is.
///
/// Findings come with escaped texts, which stay as they are. A report that is read from a file may hold
/// anything, so what [`escape`] would escape is escaped here again, all but backslashes: those stand in
/// texts that are escaped already.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub(crate) struct Text(String);

impl From<String> for Text {
    fn from(text: String) -> Self {
        // No byte of printable ASCII is ever escaped but the backslash.
        if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
            return Self(text);
        }
        let mut harmless = String::with_capacity(text.len());
        for (number, part) in text.split('\\').enumerate() {
            if number > 0 {
                harmless.push('\\');
            }
            harmless.push_str(&escape(part));
        }
        Self(harmless)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use weighbridge::findings::escape;

    use super::Text;

    #[test]
    fn what_is_escaped_already_stays_as_it_is() {
        let escaped = escape("a\\b\x1b\n\u{202e}模\u{e000}");
        assert_eq!(&*Text::from(escaped.clone()), escaped);
    }

    #[test]
    fn what_is_not_is_escaped() {
        let text = Text::from("a\\b\x1b[2J\n\u{202e}模".to_owned());
        assert_eq!(&*text, r"a\b\x1b[2J\n\u{202e}模");
        let text: Text = serde_json::from_str(r#""\u001b\u202e\\n""#).unwrap();
        assert_eq!(&*text, r"\x1b\u{202e}\n");
    }
}
