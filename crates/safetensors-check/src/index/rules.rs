use findings::{Rule, Severity};

use Severity::{High, Low, Medium};

pub(crate) const MALFORMED_INDEX: Rule = Rule::new(
    "STF060/malformed-index",
    Medium,
    "The index of a sharded model does not map the names of tensors to those of shards",
);
pub(crate) const DUPLICATE_KEY: Rule = Rule::new(
    "STF061/duplicate-index-key",
    High,
    "A tensor or key stands twice in the index of a sharded model, and readers differ in which they take",
);
pub(crate) const UNSAFE_SHARD_NAME: Rule = Rule::new(
    "STF062/unsafe-shard-name",
    High,
    "The index of a sharded model names a shard by a path that is not the bare name of a file beside it",
);
pub(crate) const PICKLE_SHARD: Rule = Rule::new(
    "STF063/pickle-shard",
    High,
    "The index of a safetensors model names a shard that loaders read as a pickle",
);
pub(crate) const FOREIGN_SHARD: Rule = Rule::new(
    "STF064/foreign-shard",
    Medium,
    "The index of a sharded model names a shard of another format",
);
pub(crate) const MISSING_SHARD: Rule = Rule::new(
    "STF065/missing-shard",
    Medium,
    "A shard that the index names is not beside it",
);
pub(crate) const BROKEN_NUMBERING: Rule = Rule::new(
    "STF066/broken-numbering",
    Medium,
    "The numbers in the names of shards are not complete",
);
pub(crate) const ABSENT_TENSOR: Rule = Rule::new(
    "STF067/absent-tensor",
    Medium,
    "A tensor is not in the shard that the index names",
);
pub(crate) const HIDDEN_TENSOR: Rule = Rule::new(
    "STF068/hidden-tensor",
    High,
    "A shard holds a tensor that the index does not list",
);
pub(crate) const TENSOR_TWICE: Rule = Rule::new(
    "STF069/tensor-in-two-shards",
    High,
    "Two shards hold a tensor of one name, and readers differ in which they take",
);
pub(crate) const UNLISTED_SHARD: Rule = Rule::new(
    "STF070/unlisted-shard",
    Medium,
    "A file beside the index looks like one of its shards, and the index does not name it",
);
pub(crate) const WRONG_TOTAL_SIZE: Rule = Rule::new(
    "STF071/wrong-total-size",
    Medium,
    "The index states another size than its tensors have",
);
pub(crate) const UNKNOWN_KEY: Rule = Rule::new(
    "STF072/unknown-index-key",
    Low,
    "The index of a sharded model has a key that no loader knows",
);
pub(crate) const LIMIT_REACHED: Rule = Rule::new(
    "STF073/index-limit",
    Low,
    "The index of a sharded model is longer than is read",
);
