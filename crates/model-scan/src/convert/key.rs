use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

/// One step from the root of a checkpoint to what lies in it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Key {
    /// The key of a dict, a text.
    Text(Arc<str>),
    /// The key of a dict, an integer.
    Int(i128),
    /// The key of a dict of any other kind, as far as it can be shown.
    Other(Arc<str>),
    /// The place in a list, a tuple, or what was appended to an object; in a set the order of writing.
    Index(u64),
    /// An attribute that a state gave to an object.
    Attribute(Arc<str>),
    /// A parameter of a module: its `_parameters` and this key.
    Parameter(Arc<str>),
    /// A buffer of a module: its `_buffers` and this key.
    Buffer(Arc<str>),
    /// A buffer of a module that is no part of its state dict.
    TransientBuffer(Arc<str>),
    /// A module within a module: its `_modules` and this key.
    Module(Arc<str>),
    /// The place among the arguments of a call.
    Argument(u64),
    /// A state that is no dict of attributes.
    State,
    /// A part of a tensor that is made of several, such as `indices`.
    Part(&'static str),
    /// An array of an archive, by the name of its member without the extension.
    Array(Arc<str>),
    /// The constants of a TorchScript archive, which stand beside its modules.
    Constants,
    /// The place among pickles that follow each other, where there is more than one.
    Stream(u64),
}

impl Key {
    /// Returns the step as a component of a dotted name.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text)
            | Self::Other(text)
            | Self::Attribute(text)
            | Self::Parameter(text)
            | Self::Buffer(text)
            | Self::TransientBuffer(text)
            | Self::Module(text)
            | Self::Array(text) => Cow::Borrowed(text),
            Self::Int(int) => Cow::Owned(int.to_string()),
            Self::Index(index) | Self::Argument(index) | Self::Stream(index) => {
                Cow::Owned(index.to_string())
            }
            Self::State => Cow::Borrowed("state"),
            Self::Part(part) => Cow::Borrowed(part),
            Self::Constants => Cow::Borrowed("constants"),
        }
    }
}

/// Writes a path as Python would reach it, escaped: `['state_dict']['layer.weight']`, `.model[0]`.
#[must_use]
pub fn path_text(path: &[Key]) -> String {
    let mut text = String::new();
    for key in path {
        let shown = key.text();
        let shown = findings::escape(&shown);
        // Writing to a string does not fail.
        let _ = match key {
            Key::Text(_) | Key::Array(_) => write!(text, "['{shown}']"),
            Key::Int(_) | Key::Index(_) | Key::Other(_) => write!(text, "[{shown}]"),
            Key::Argument(_) => write!(text, "({shown})"),
            Key::Stream(_) => write!(text, "#{shown}"),
            _ => write!(text, ".{shown}"),
        };
    }
    text
}
