use findings::{Rule, Severity};

use Severity::{High, Info, Low, Medium};

pub(crate) const UNSAFE_GLOBAL: Rule = Rule::new(
    "PKL001/unsafe-global",
    High,
    "A name that can do harm is imported, or called",
);
pub(crate) const UNKNOWN_GLOBAL: Rule = Rule::new(
    "PKL002/unknown-global",
    Medium,
    "A name that nobody vouches for is imported, instantiated or called",
);
pub(crate) const UNRESOLVED_CALLEE: Rule = Rule::new(
    "PKL003/unresolved-callee",
    High,
    "Something is called that cannot be told from the stream alone",
);
pub(crate) const UNRESOLVED_NAME: Rule = Rule::new(
    "PKL004/unresolved-name",
    High,
    "A name is looked up that cannot be told from the stream alone",
);
pub(crate) const UNSAFE_ARGUMENT: Rule = Rule::new(
    "PKL005/unsafe-argument",
    High,
    "A function or class is called with arguments outside the form in which it is harmless",
);
pub(crate) const UNSAFE_STATE: Rule = Rule::new(
    "PKL006/unsafe-state",
    High,
    "An object is given a state outside the form in which that is harmless",
);
pub(crate) const WRITE_TO_IMPORT: Rule = Rule::new(
    "PKL007/write-to-import",
    High,
    "Attributes or items of something imported are changed",
);
pub(crate) const EXTENSION_REGISTRY: Rule = Rule::new(
    "PKL008/extension-registry",
    High,
    "A name comes from the extension registry, which the stream does not show",
);
pub(crate) const LOADER_DIVERGENCE: Rule = Rule::new(
    "PKL009/loader-divergence",
    Low,
    "Loaders do different things with the same bytes",
);
pub(crate) const BROKEN_STREAM: Rule = Rule::new(
    "PKL010/broken-stream",
    Low,
    "The pickle cannot be read to its end; what stood before was judged",
);
pub(crate) const FOREIGN_METHOD: Rule = Rule::new(
    "PKL011/foreign-method",
    Medium,
    "Loading calls a method of an object whose class is not known to keep it harmless",
);
pub(crate) const PERSISTENT_ID: Rule = Rule::new(
    "PKL012/persistent-id",
    Info,
    "The loader is asked for an object by an id that only it understands",
);
pub(crate) const NESTED_PICKLE: Rule = Rule::new(
    "PKL013/nested-pickle",
    Info,
    "Bytes inside the pickle are a pickle of their own",
);
pub(crate) const TOO_MANY: Rule = Rule::new(
    "PKL014/too-many-findings",
    Info,
    "More findings of one kind than are listed",
);

/// Every rule of this crate.
pub const RULES: &[Rule] = &[
    UNSAFE_GLOBAL,
    UNKNOWN_GLOBAL,
    UNRESOLVED_CALLEE,
    UNRESOLVED_NAME,
    UNSAFE_ARGUMENT,
    UNSAFE_STATE,
    WRITE_TO_IMPORT,
    EXTENSION_REGISTRY,
    LOADER_DIVERGENCE,
    BROKEN_STREAM,
    FOREIGN_METHOD,
    PERSISTENT_ID,
    NESTED_PICKLE,
    TOO_MANY,
];
