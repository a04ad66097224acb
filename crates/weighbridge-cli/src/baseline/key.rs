use std::fmt;

use serde::de::{Error, MapAccess, Visitor};

use crate::slip::closest;

/// The word `key` is none of those that are known there.
pub(super) fn unknown<E: Error>(key: &str, keys: &[&str]) -> E {
    let shown = weighbridge::findings::escape_shortened(key, 80);
    E::custom(match closest(key, keys.iter().copied()) {
        Some(near) => format!("unknown key `{shown}`, did you mean `{near}`?"),
        None => format!(
            "unknown key `{shown}`, expected one of `{}`",
            keys.join("`, `")
        ),
    })
}

/// A value that is read key by key.
pub(super) trait Keyed<'de>: Default {
    const WHAT: &'static str;

    /// Reads the value of one key.
    fn take<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;

    /// Ends; says which key is missing, if one is.
    fn finish<E: Error>(self) -> Result<Self, E>;
}

/// Reads a [`Keyed`] value.
pub(super) struct KeyedVisitor<K>(pub(super) std::marker::PhantomData<K>);

impl<'de, K: Keyed<'de>> Visitor<'de> for KeyedVisitor<K> {
    type Value = K;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(K::WHAT)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<K, A::Error> {
        let mut value = K::default();
        while let Some(key) = map.next_key::<String>()? {
            value.take(&key, &mut map)?;
        }
        value.finish()
    }
}
