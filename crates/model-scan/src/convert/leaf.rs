use super::{Key, SourceDtype};

/// Something in a checkpoint that is no tensor and holds nothing further.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Leaf {
    /// Where it lies.
    pub path: Vec<Key>,
    /// What it is.
    pub value: LeafValue,
}

/// What a [`Leaf`] is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LeafValue {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer, also one of numpy's.
    Int(i128),
    /// An integer of more than 128 bits.
    HugeInt,
    /// A float, also one of numpy's.
    Float(f64),
    /// A text; lone surrogates and bytes that are no UTF-8 are replaced by U+FFFD. Cut off at
    /// [`Limits::leaf_text`](super::Limits::leaf_text).
    Text(String),
    /// Bytes that are no text; how many.
    Bytes(u64),
    /// An empty tuple.
    EmptyTuple,
    /// An empty list.
    EmptyList,
    /// An empty dict.
    EmptyDict,
    /// An empty set.
    EmptySet,
    /// A dtype of torch.
    Dtype(SourceDtype),
    /// A global, by its name in full, which was not resolved.
    Name(String),
    /// What calling a global would give, by its name in full; its arguments, items and state, if it has any,
    /// are leaves and tensors of their own.
    Object(String),
    /// What stands here is one of the containers that it lies in.
    Cycle,
    /// What the loader would put here for a persistent id that names no storage, for an extension code or
    /// for an out-of-band buffer.
    External,
    /// What a computation would give that cannot be told.
    Unknown,
}
