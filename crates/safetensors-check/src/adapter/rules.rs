use findings::{Rule, Severity};

use Severity::{High, Low, Medium};

pub(crate) const MALFORMED_ADAPTER: Rule = Rule::new(
    "STF074/malformed-adapter",
    Medium,
    "The configuration of an adapter is not what loaders can read",
);
pub(crate) const FOREIGN_LIBRARY: Rule = Rule::new(
    "STF075/foreign-library",
    High,
    "The configuration of an adapter makes loaders import a library that is none for models",
);
pub(crate) const UNSAFE_BASE: Rule = Rule::new(
    "STF076/unsafe-base",
    Medium,
    "The configuration of an adapter names its base model by a path that leads out, an absolute one or a URL",
);
pub(crate) const UNPAIRED_MATRIX: Rule = Rule::new(
    "STF077/unpaired-matrix",
    Medium,
    "An adapter has one matrix of a pair and not the other",
);
pub(crate) const WRONG_RANK: Rule = Rule::new(
    "STF078/wrong-rank",
    Medium,
    "The matrices of an adapter have another rank than its configuration says, or than each other",
);
pub(crate) const UNTARGETED_MODULE: Rule = Rule::new(
    "STF079/untargeted-module",
    Medium,
    "An adapter changes a module that its configuration does not name",
);
pub(crate) const REPLACED_WEIGHT: Rule = Rule::new(
    "STF080/replaced-weight",
    High,
    "An adapter replaces a weight of its base as a whole, and its configuration does not say so",
);
pub(crate) const UNFIT_FOR_BASE: Rule = Rule::new(
    "STF081/unfit-for-base",
    Medium,
    "An adapter does not fit the base model that lies beside it",
);
pub(crate) const UNDECIDED_TARGET: Rule = Rule::new(
    "STF082/undecided-target",
    Low,
    "Which modules an adapter may change cannot be told from its configuration",
);
