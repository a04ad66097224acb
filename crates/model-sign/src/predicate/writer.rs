use super::Uninterpreted;
use crate::json::write;

/// Writes objects whose members come one after the other, and leaves out what is empty.
#[derive(Debug, Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    /// Writes one object.
    pub(super) fn object_alone(fill: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut out = Self::default();
        out.braces(fill);
        out.0
    }

    fn braces(&mut self, fill: impl FnOnce(&mut Self)) {
        self.0.push(b'{');
        fill(self);
        self.0.push(b'}');
    }

    pub(super) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Self)) {
        write::key(&mut self.0, key);
        self.braces(fill);
    }

    pub(super) fn object_unless_empty(
        &mut self,
        key: &str,
        is_empty: bool,
        fill: impl FnOnce(&mut Self),
    ) {
        if !is_empty {
            self.object(key, fill);
        }
    }

    /// Writes an object that is left out if nothing is written into it.
    pub(super) fn object_if_filled(&mut self, key: &str, fill: impl FnOnce(&mut Self)) {
        let before = self.0.len();
        write::key(&mut self.0, key);
        self.0.push(b'{');
        let opened = self.0.len();
        fill(self);
        if self.0.len() == opened {
            self.0.truncate(before);
        } else {
            self.0.push(b'}');
        }
    }

    pub(super) fn text(&mut self, key: &str, text: &str) {
        write::key(&mut self.0, key);
        write::string(&mut self.0, text);
    }

    pub(super) fn text_if_set(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    pub(super) fn flag_if_set(&mut self, key: &str, flag: Option<bool>) {
        if let Some(flag) = flag {
            write::key(&mut self.0, key);
            let word: &[u8] = if flag { b"true" } else { b"false" };
            self.0.extend_from_slice(word);
        }
    }

    pub(super) fn number(&mut self, key: &str, number: u64) {
        write::key(&mut self.0, key);
        self.0.extend_from_slice(number.to_string().as_bytes());
    }

    pub(super) fn json(&mut self, key: &str, value: &Uninterpreted) {
        write::key(&mut self.0, key);
        self.0.extend_from_slice(value.as_bytes());
    }

    pub(super) fn json_if_set(&mut self, key: &str, value: Option<&Uninterpreted>) {
        if let Some(value) = value {
            self.json(key, value);
        }
    }

    /// Writes an array of texts.
    pub(super) fn texts(&mut self, key: &str, texts: &[String]) {
        write::key(&mut self.0, key);
        self.0.push(b'[');
        for text in texts {
            write::comma(&mut self.0);
            write::string(&mut self.0, text);
        }
        self.0.push(b']');
    }

    pub(super) fn texts_unless_empty(&mut self, key: &str, texts: &[String]) {
        if !texts.is_empty() {
            self.texts(key, texts);
        }
    }

    /// Writes an array of objects.
    pub(super) fn objects<T>(&mut self, key: &str, items: &[T], fill: impl Fn(&T, &mut Self)) {
        write::key(&mut self.0, key);
        self.0.push(b'[');
        for item in items {
            write::comma(&mut self.0);
            self.braces(|out| fill(item, out));
        }
        self.0.push(b']');
    }

    pub(super) fn objects_unless_empty<T>(
        &mut self,
        key: &str,
        items: &[T],
        fill: impl Fn(&T, &mut Self),
    ) {
        if !items.is_empty() {
            self.objects(key, items, fill);
        }
    }
}
