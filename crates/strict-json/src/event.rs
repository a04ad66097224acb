use std::borrow::Cow;

use crate::Number;

/// A piece of a document, as a [`Reader`](crate::Reader) meets it: `start..end` are its bytes, in the document.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Event<'a> {
    /// What it is.
    pub kind: EventKind<'a>,
    /// The byte at which it begins. A string or key begins with its quote.
    pub start: usize,
    /// The byte behind it. A string or key ends with its quote.
    pub end: usize,
}

/// The kinds of [`Event`]. Keys and strings have their escapes undone; they borrow from the document where they
/// have none.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "RFC 8259 has no more, and who reads events has to look at each"
)]
pub enum EventKind<'a> {
    /// `{`.
    BeginObject,
    /// `}`.
    EndObject,
    /// `[`.
    BeginArray,
    /// `]`.
    EndArray,
    /// The key of the value that comes next. Whether it stood before in the same object is for the consumer to
    /// see.
    Key(Cow<'a, str>),
    /// A string.
    String(Cow<'a, str>),
    /// A number.
    Number(Number<'a>),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
}
