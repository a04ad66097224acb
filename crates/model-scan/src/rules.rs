use findings::{Rule, Severity};

use crate::{sniff, zip};
use Severity::{High, Low, Medium};

pub(crate) const BROKEN_COMPRESSION: Rule = Rule::new(
    "CON014/broken-compression",
    Low,
    "A compressed stream is cut off, corrupt, or not what its checksum says",
);
pub(crate) const SEVERAL_STREAMS: Rule = Rule::new(
    "CON015/several-streams",
    Low,
    "Several compressed streams follow each other, and readers differ in how many they read",
);
pub(crate) const BYTES_BEHIND_STREAM: Rule = Rule::new(
    "CON016/bytes-behind-stream",
    Low,
    "Bytes behind a compressed stream belong to none",
);
pub(crate) const SKOPS_TYPE: Rule = Rule::new(
    "CON017/skops-type",
    High,
    "A skops model names a type that can do harm, or that nobody vouches for",
);
pub(crate) const FORMAT_NOT_ADMITTED: Rule = Rule::new(
    "CON018/format-not-admitted",
    High,
    "A file is of a format that is not among those admitted",
);
pub(crate) const ABSENT_SIBLINGS: Rule = Rule::new(
    "CON019/absent-siblings",
    Low,
    "A file speaks of others that were not at hand to be compared",
);
pub(crate) const TWINS_NOT_COMPARED: Rule = Rule::new(
    "CON020/twins-not-compared",
    Low,
    "Two files of the same weights were not compared, or not their elements",
);
pub(crate) const NOT_A_MODEL: Rule = Rule::new(
    "CON021/not-a-model",
    Low,
    "A file under a model's name is empty, a pointer, a web page or plain text",
);
pub(crate) const UNREADABLE_FILE: Rule = Rule::new(
    "CON022/unreadable-file",
    Low,
    "A file or folder could not be opened or read",
);
pub(crate) const FILE_CHANGED: Rule = Rule::new(
    "CON023/file-changed",
    Low,
    "A file changed while it was read",
);
pub(crate) const BYTES_AROUND_PICKLES: Rule = Rule::new(
    "CON024/bytes-around-pickles",
    Low,
    "Bytes before, between or behind pickles belong to none of them",
);
pub(crate) const STORAGE_MISMATCH: Rule = Rule::new(
    "CON025/storage-mismatch",
    Medium,
    "A tensor refers to bytes that its archive does not hold",
);
pub(crate) const UNREFERENCED_MEMBER: Rule = Rule::new(
    "CON026/unreferenced-member",
    Low,
    "An archive holds storage that no tensor refers to",
);
pub(crate) const SHADOWED_MODULE: Rule = Rule::new(
    "CON027/shadowed-module",
    High,
    "A file beside a pickle is what one of its imports would run",
);
pub(crate) const LIMIT_REACHED: Rule = Rule::new(
    "CON028/limit-reached",
    Low,
    "A ceiling on the work done was reached, so something was not read",
);
pub(crate) const UNREAD_FORMAT: Rule = Rule::new(
    "CON029/unread-format",
    Low,
    "An archive of a kind that cannot be looked into",
);
pub(crate) const UNKNOWN_CONTENT: Rule = Rule::new(
    "CON030/unknown-content",
    Low,
    "Content that is no format that we know",
);

pub(crate) const UNSAFE_LINK: Rule = Rule::new(
    "CON031/unsafe-link",
    Medium,
    "A link in an archive leads out of the folder it is unpacked into",
);
pub(crate) const SPECIAL_FILE: Rule = Rule::new(
    "CON032/special-file",
    Low,
    "An archive holds a device or a pipe",
);

/// Every rule of this crate.
pub const RULES: &[Rule] = &[
    zip::READER_DEPENDENT_DIRECTORY,
    zip::TWIN_MEMBERS,
    zip::OVERLAPPING_MEMBERS,
    zip::HIDDEN_MEMBER,
    zip::DIFFERING_HEADERS,
    zip::WRONG_STRUCTURE,
    zip::WRONG_CHECKSUM,
    zip::UNSAFE_MEMBER_NAME,
    zip::UNREADABLE_MEMBER,
    zip::BYTES_OUTSIDE,
    zip::DECOMPRESSION_LIMIT,
    zip::WRONG_SIZE,
    sniff::MISLEADING_EXTENSION,
    BROKEN_COMPRESSION,
    SEVERAL_STREAMS,
    BYTES_BEHIND_STREAM,
    SKOPS_TYPE,
    FORMAT_NOT_ADMITTED,
    ABSENT_SIBLINGS,
    TWINS_NOT_COMPARED,
    NOT_A_MODEL,
    UNREADABLE_FILE,
    FILE_CHANGED,
    BYTES_AROUND_PICKLES,
    STORAGE_MISMATCH,
    UNREFERENCED_MEMBER,
    SHADOWED_MODULE,
    LIMIT_REACHED,
    UNREAD_FORMAT,
    UNKNOWN_CONTENT,
    UNSAFE_LINK,
    SPECIAL_FILE,
];
