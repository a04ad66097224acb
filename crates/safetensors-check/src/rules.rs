use findings::{Rule, Severity};

use crate::{metadata, names, padding, payloads, values};

use crate::{adapter, architecture, index, twins};

use Severity::{High, Info, Low};

pub(crate) const BROKEN_LENGTH: Rule = Rule::new(
    "STF001/broken-length",
    High,
    "The file is too short for the length of its header",
);
pub(crate) const OVERSIZED_HEADER: Rule = Rule::new(
    "STF002/oversized-header",
    High,
    "The header is longer than readers read",
);
pub(crate) const HEADER_BEYOND_FILE: Rule = Rule::new(
    "STF003/header-beyond-file",
    High,
    "The header is said to end behind the end of the file",
);
pub(crate) const WRONG_FIRST_BYTE: Rule = Rule::new(
    "STF004/wrong-first-byte",
    High,
    "The header does not begin with `{`",
);
pub(crate) const WRONG_PADDING: Rule = Rule::new(
    "STF005/wrong-padding",
    High,
    "Something other than spaces follows the JSON of the header",
);
pub(crate) const NOT_UTF8: Rule = Rule::new("STF006/not-utf8", High, "The header is not UTF-8");
pub(crate) const MALFORMED_JSON: Rule = Rule::new(
    "STF007/malformed-json",
    High,
    "The header is no JSON object",
);
pub(crate) const DUPLICATE_NAME: Rule = Rule::new(
    "STF008/duplicate-name",
    High,
    "Two entries of the header have one name, and readers differ in which they take",
);
pub(crate) const DUPLICATE_FIELD: Rule = Rule::new(
    "STF009/duplicate-field",
    High,
    "A field stands twice in the entry of a tensor",
);
pub(crate) const DUPLICATE_METADATA: Rule = Rule::new(
    "STF010/duplicate-metadata",
    High,
    "A key stands twice in the metadata, and readers differ in which they take",
);
pub(crate) const UNKNOWN_FIELD: Rule = Rule::new(
    "STF011/unknown-field",
    High,
    "The entry of a tensor has a field that the format does not know",
);
pub(crate) const WRONG_ENTRY: Rule = Rule::new(
    "STF012/wrong-entry",
    High,
    "The entry of a tensor is not an object",
);
pub(crate) const MISSING_FIELD: Rule = Rule::new(
    "STF013/missing-field",
    High,
    "The entry of a tensor lacks its dtype, shape or offsets",
);
pub(crate) const WRONG_METADATA: Rule = Rule::new(
    "STF014/wrong-metadata",
    High,
    "The metadata is not an object of strings",
);
pub(crate) const UNKNOWN_DTYPE: Rule = Rule::new(
    "STF015/unknown-dtype",
    High,
    "The dtype of a tensor is none that the format knows",
);
pub(crate) const WRONG_SHAPE: Rule = Rule::new(
    "STF016/wrong-shape",
    High,
    "The shape of a tensor is not a list of whole numbers",
);
pub(crate) const OVERSIZED_DIMENSION: Rule = Rule::new(
    "STF017/oversized-dimension",
    High,
    "A dimension of a tensor is over 2^48 - 1",
);
pub(crate) const SIZE_OVERFLOW: Rule = Rule::new(
    "STF018/size-overflow",
    High,
    "The dimensions of a tensor multiply to more than 64 bits hold",
);
pub(crate) const TOO_MANY_DIMENSIONS: Rule = Rule::new(
    "STF019/too-many-dimensions",
    High,
    "A tensor has more dimensions than any framework supports",
);
pub(crate) const WRONG_OFFSETS: Rule = Rule::new(
    "STF020/wrong-offsets",
    High,
    "The offsets of a tensor are not two whole numbers, the first at most the second",
);
pub(crate) const DATA_BEYOND_FILE: Rule = Rule::new(
    "STF021/data-beyond-file",
    High,
    "The data of a tensor is said to end behind the end of the file",
);
pub(crate) const WRONG_SIZE: Rule = Rule::new(
    "STF022/wrong-data-size",
    High,
    "The offsets of a tensor do not span what its shape and dtype take",
);
pub(crate) const PARTIAL_BYTE: Rule = Rule::new(
    "STF023/partial-byte",
    High,
    "The elements of a tensor do not fill their last byte",
);
pub(crate) const HOLE: Rule = Rule::new(
    "STF024/hole-in-data",
    High,
    "Bytes between the data of tensors belong to none",
);
pub(crate) const OVERLAP: Rule =
    Rule::new("STF025/overlapping-data", High, "Two tensors share bytes");
pub(crate) const TRAILING_BYTES: Rule = Rule::new(
    "STF026/bytes-behind-data",
    High,
    "Bytes behind the data of the last tensor belong to none",
);
pub(crate) const MISALIGNED_DATA: Rule = Rule::new(
    "STF027/misaligned-data",
    Low,
    "The data of a tensor is not aligned as its dtype wants it",
);
pub(crate) const LIMIT_REACHED: Rule = Rule::new(
    "STF028/header-limit",
    Low,
    "A ceiling on the work done was reached, so something was not read",
);
pub(crate) const TOO_MANY_ERRORS: Rule = Rule::new(
    "STF029/too-many-errors",
    Info,
    "More errors of one header than are listed",
);

/// Every rule of this crate.
pub const RULES: &[Rule] = &[
    BROKEN_LENGTH,
    OVERSIZED_HEADER,
    HEADER_BEYOND_FILE,
    WRONG_FIRST_BYTE,
    WRONG_PADDING,
    NOT_UTF8,
    MALFORMED_JSON,
    DUPLICATE_NAME,
    DUPLICATE_FIELD,
    DUPLICATE_METADATA,
    UNKNOWN_FIELD,
    WRONG_ENTRY,
    MISSING_FIELD,
    WRONG_METADATA,
    UNKNOWN_DTYPE,
    WRONG_SHAPE,
    OVERSIZED_DIMENSION,
    SIZE_OVERFLOW,
    TOO_MANY_DIMENSIONS,
    WRONG_OFFSETS,
    DATA_BEYOND_FILE,
    WRONG_SIZE,
    PARTIAL_BYTE,
    HOLE,
    OVERLAP,
    TRAILING_BYTES,
    MISALIGNED_DATA,
    LIMIT_REACHED,
    TOO_MANY_ERRORS,
    names::CONTROL_IN_NAME,
    names::INVISIBLE_IN_NAME,
    names::CONFUSABLE_NAME,
    names::TWIN_NAMES,
    names::BLANK_NAME,
    names::LONG_NAME,
    names::PATH_LIKE_NAME,
    names::RESERVED_NAME,
    names::CODE_IN_NAME,
    padding::EXCESS_PADDING,
    payloads::ARCHIVE_IN_FILE,
    payloads::PROGRAM_IN_TENSOR,
    payloads::PICKLE_IN_TENSOR,
    payloads::FILE_IN_TENSOR,
    payloads::FOREIGN_START,
    metadata::HIDDEN_TEXT,
    metadata::PAYLOAD_IN_METADATA,
    metadata::SECRET_IN_METADATA,
    metadata::TEMPLATE_IN_METADATA,
    metadata::MARKUP_IN_METADATA,
    metadata::CODE_IN_METADATA,
    metadata::OVERSIZED_METADATA,
    metadata::UNKNOWN_FRAMEWORK,
    values::NOT_FINITE,
    values::SUBNORMAL_VALUES,
    values::CONSTANT_TENSOR,
    values::NOT_BOOLEAN,
    index::rules::MALFORMED_INDEX,
    index::rules::DUPLICATE_KEY,
    index::rules::UNSAFE_SHARD_NAME,
    index::rules::PICKLE_SHARD,
    index::rules::FOREIGN_SHARD,
    index::rules::MISSING_SHARD,
    index::rules::BROKEN_NUMBERING,
    index::rules::ABSENT_TENSOR,
    index::rules::HIDDEN_TENSOR,
    index::rules::TENSOR_TWICE,
    index::rules::UNLISTED_SHARD,
    index::rules::WRONG_TOTAL_SIZE,
    index::rules::UNKNOWN_KEY,
    index::rules::LIMIT_REACHED,
    adapter::rules::MALFORMED_ADAPTER,
    adapter::rules::FOREIGN_LIBRARY,
    adapter::rules::UNSAFE_BASE,
    adapter::rules::UNPAIRED_MATRIX,
    adapter::rules::WRONG_RANK,
    adapter::rules::UNTARGETED_MODULE,
    adapter::rules::REPLACED_WEIGHT,
    adapter::rules::UNFIT_FOR_BASE,
    adapter::rules::UNDECIDED_TARGET,
    architecture::rules::MISSING_WEIGHT,
    architecture::rules::UNEXPECTED_WEIGHT,
    architecture::rules::WRONG_WEIGHT_SHAPE,
    twins::ABSENT_IN_TWIN,
    twins::DIFFERING_TWIN,
];
