use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::lists::Lists;

/// A global: what the stream writes and what it stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Name {
    /// The module operand as written. Lone surrogates are replaced by U+FFFD.
    pub written_module: String,
    /// The name operand as written, dots and all.
    pub written_name: String,
    /// The module part of the canonical name.
    pub module: String,
    /// The rest of the canonical name; empty if the global is a module.
    pub name: String,
}

impl Name {
    /// Returns the canonical name in full, `os.system`.
    #[must_use]
    pub fn full(&self) -> String {
        join(&self.module, &self.name)
    }
}

/// Joins module and name by a dot where both are there.
pub(crate) fn join(module: &str, name: &str) -> String {
    let mut full = String::with_capacity(module.len().saturating_add(name.len()).saturating_add(1));
    full.push_str(module);
    if !module.is_empty() && !name.is_empty() {
        full.push('.');
    }
    full.push_str(name);
    full
}

/// Every global of a run, each kept once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    names: Vec<Name>,
    numbers: HashMap<(String, String), u32>,
    bytes: usize,
}

impl Names {
    /// Returns the number of the global that is written so.
    pub(crate) fn intern(&mut self, module: &[u8], name: &[u8], lists: &Lists<'_>) -> u32 {
        let key = (text(module), text(name));
        if let Some(&number) = self.numbers.get(&key) {
            return number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let (canonical_module, canonical_name) = lists.canonical(&key.0, &key.1);
        self.bytes = self
            .bytes
            .saturating_add(key.0.len().saturating_add(key.1.len()).saturating_mul(4))
            .saturating_add(256);
        self.names.push(Name {
            written_module: key.0.clone(),
            written_name: key.1.clone(),
            module: canonical_module,
            name: canonical_name,
        });
        self.numbers.insert(key, number);
        number
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Name> {
        self.names.get(usize::try_from(number).ok()?)
    }

    /// Bytes held, about.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Reads generalised UTF-8 as text, with U+FFFD for what is not.
fn text(bytes: &[u8]) -> String {
    match core::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}
