use std::collections::BTreeMap;

use super::error::{PredicateError, PredicateErrorKind};
use super::{DigestSet, ResourceDescriptor, Timestamp, Uninterpreted};
use crate::json::{Object, Value};

/// The members of an object, read by their keys; `null` is as good as missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'v> {
    object: &'v Object<'v>,
}

impl<'v> Fields<'v> {
    pub(super) fn of(value: &'v Value<'v>) -> Result<Self, PredicateError> {
        let object = value.as_object()?;
        Ok(Self { object })
    }

    pub(super) fn get(&self, key: &str) -> Option<&'v Value<'v>> {
        self.object.get_set(key)
    }

    pub(super) fn required(&self, key: &'static str) -> Result<&'v Value<'v>, PredicateError> {
        match self.get(key) {
            Some(value) => Ok(value),
            None => {
                // Of the two, what is there and `null` counts as missing too.
                let kind = PredicateErrorKind::Json(crate::json::ErrorKind::Missing(key));
                Err(PredicateError::new(kind, self.object.offset()))
            }
        }
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<String>, PredicateError> {
        let text = self.get(key).map(|value| value.as_str()).transpose()?;
        Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, PredicateError> {
        Ok(self.get(key).map(Value::as_bool).transpose()?)
    }

    pub(super) fn uri(&self, key: &'static str) -> Result<Option<String>, PredicateError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let text = value.as_str()?;
        if text.is_empty() {
            return Ok(None);
        }
        if is_uri(text) {
            Ok(Some(text.to_owned()))
        } else {
            let kind = PredicateErrorKind::NotAUri(key);
            Err(PredicateError::new(kind, value.offset()))
        }
    }

    pub(super) fn required_uri(&self, key: &'static str) -> Result<String, PredicateError> {
        let value = self.required(key)?;
        let kind = PredicateErrorKind::NotAUri(key);
        self.uri(key)?
            .ok_or_else(|| PredicateError::new(kind, value.offset()))
    }

    pub(super) fn time(&self, key: &'static str) -> Result<Option<Timestamp>, PredicateError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let kind = PredicateErrorKind::NotATime(key);
        let time = value.as_str()?.parse();
        time.map(Some)
            .map_err(|_| PredicateError::new(kind, value.offset()))
    }

    pub(super) fn digests(&self, key: &str) -> Result<DigestSet, PredicateError> {
        self.get(key).map_or(Ok(DigestSet::new()), DigestSet::read)
    }

    /// An object whose meaning is defined elsewhere.
    pub(super) fn object(&self, key: &str) -> Result<Option<Uninterpreted>, PredicateError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let members = value.as_object()?.members();
        Ok((!members.is_empty()).then(|| Uninterpreted::of(value)))
    }

    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, PredicateError> {
        let Some(value) = self.get(key) else {
            return Ok(Vec::new());
        };
        let texts = value
            .as_array()?
            .iter()
            .map(|text| Ok(text.as_str()?.to_owned()));
        texts.collect()
    }

    pub(super) fn list<T>(
        &self,
        key: &str,
        read: impl Fn(&'v Value<'v>) -> Result<T, PredicateError>,
    ) -> Result<Vec<T>, PredicateError> {
        match self.get(key) {
            Some(value) => value.as_array()?.iter().map(read).collect(),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn resources(&self, key: &str) -> Result<Vec<ResourceDescriptor>, PredicateError> {
        self.list(key, ResourceDescriptor::read)
    }

    pub(super) fn map<T>(
        &self,
        key: &str,
        read: impl Fn(&'v Value<'v>) -> Result<T, PredicateError>,
    ) -> Result<Option<BTreeMap<String, T>>, PredicateError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let members = value.as_object()?.members().iter();
        let members = members.map(|member| Ok((member.key().to_owned(), read(member.value())?)));
        members.collect::<Result<_, _>>().map(Some)
    }

    pub(super) fn text_map(&self, key: &str) -> Result<BTreeMap<String, String>, PredicateError> {
        let map = self.map(key, |value| Ok(value.as_str()?.to_owned()))?;
        Ok(map.unwrap_or_default())
    }
}

/// Whether a text has the form of a URI: a scheme in lower case, as the framework wants it, a colon, and something
/// without spaces and control characters.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let mut letters = scheme.bytes();
    let first = letters
        .next()
        .is_some_and(|letter| letter.is_ascii_lowercase());
    let others = letters.all(|letter| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || b"+-.".contains(&letter)
    });
    let plain = !rest
        .chars()
        .any(|char| char.is_whitespace() || char.is_control());
    first && others && plain && !rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::is_uri;

    #[test]
    fn a_uri_has_a_scheme() {
        for text in [
            "https://a/b",
            "pkg:deb/x@1",
            "git+https://a",
            "mailto:a@b",
            "urn:x",
        ] {
            assert!(is_uri(text), "{text}");
        }
        for text in [
            "",
            "a",
            ":",
            "https:",
            "HTTPS://a",
            "1a:b",
            "a b:c",
            "a:b c",
            "a:b\n",
            "://x",
        ] {
            assert!(!is_uri(text), "{text}");
        }
    }
}
