use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// A value that is known in full, as the folder of pure computations sees it.
///
/// Texts are generalised UTF-8 (WTF-8): pickles encode lone surrogates with `surrogatepass`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Const {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(Vec<u8>),
    Bytes(Vec<u8>),
    ByteArray(Vec<u8>),
    Tuple(Vec<Self>),
    List(Vec<Self>),
    /// Pairs in the order of insertion.
    Dict(Vec<(Self, Self)>),
    Set(Vec<Self>),
    FrozenSet(Vec<Self>),
    /// What can be iterated once and is known to its end: `map`, `zip`, `reversed`, `range`, a view of a
    /// dict. Whoever uses such a value twice no longer knows it.
    Iterator(Vec<Self>),
    /// `slice(start, stop, step)`.
    Slice(Box<[Self; 3]>),
    /// A module object, such as what `importlib.import_module` gives.
    Module(String),
    /// Anything that is found under a module, by its canonical name in full: `os.system`.
    Name(String),
    /// A method taken from a constant: `"".join`.
    Method(Box<Self>, String),
    /// `functools.partial(function, *arguments)`.
    Partial(Box<Self>, Vec<Self>),
    /// `operator.attrgetter(*names)`.
    AttrGetter(Vec<String>),
    /// `operator.itemgetter(*keys)`.
    ItemGetter(Vec<Self>),
    /// `operator.methodcaller(name, *arguments)`.
    MethodCaller(String, Vec<Self>),
}

impl Const {
    /// Says whether opcodes or methods can change it in place, or something inside it.
    pub(crate) fn can_change(&self) -> bool {
        match self {
            Self::List(_)
            | Self::Dict(_)
            | Self::Set(_)
            | Self::ByteArray(_)
            | Self::Iterator(_) => true,
            Self::Tuple(items)
            | Self::FrozenSet(items)
            | Self::ItemGetter(items)
            | Self::MethodCaller(_, items) => items.iter().any(Self::can_change),
            Self::Method(object, _) => object.can_change(),
            Self::Partial(function, items) => {
                function.can_change() || items.iter().any(Self::can_change)
            }
            Self::Slice(parts) => parts.iter().any(Self::can_change),
            _ => false,
        }
    }

    /// Says whether it is an iterator, which is another one after each use, or holds one.
    pub(crate) fn is_used_up(&self) -> bool {
        match self {
            Self::Iterator(_) => true,
            Self::Tuple(items)
            | Self::List(items)
            | Self::Set(items)
            | Self::FrozenSet(items)
            | Self::ItemGetter(items)
            | Self::MethodCaller(_, items) => items.iter().any(Self::is_used_up),
            Self::Dict(pairs) => pairs.iter().any(|(_, value)| value.is_used_up()),
            Self::Method(object, _) => object.is_used_up(),
            Self::Partial(function, items) => {
                function.is_used_up() || items.iter().any(Self::is_used_up)
            }
            _ => false,
        }
    }
}
