use crate::Limits;
use crate::json::{self, Value, write};

/// JSON whose meaning a type elsewhere defines, such as the parameters of a build: kept as it is, without spaces.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Uninterpreted(Box<[u8]>);

impl Uninterpreted {
    /// Reads a value.
    ///
    /// # Errors
    /// See [`json::read`].
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, json::Error> {
        Ok(Self::of(&json::read(bytes, &limits.json())?))
    }

    /// Keeps a value that was read.
    #[must_use]
    pub fn of(value: &Value<'_>) -> Self {
        let mut out = Vec::new();
        write::value(&mut out, value);
        Self(out.into())
    }

    /// The object without members.
    pub(super) fn empty_object() -> Self {
        Self((*b"{}").into())
    }

    pub(super) fn is_empty_object(&self) -> bool {
        *self.0 == *b"{}"
    }

    /// The value as JSON in UTF-8.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
