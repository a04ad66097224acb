use findings::{Rule, Severity};

/// Readers would list different members.
pub const READER_DEPENDENT_DIRECTORY: Rule = Rule::new(
    "CON001/reader-dependent-directory",
    Severity::Medium,
    "Which list of members an archive has depends on who reads it",
);

/// Two members answer to one name.
pub const TWIN_MEMBERS: Rule = Rule::new(
    "CON002/twin-members",
    Severity::Medium,
    "Two members of an archive have one name, or names that differ only in case",
);

/// Members share bytes.
pub const OVERLAPPING_MEMBERS: Rule = Rule::new(
    "CON003/overlapping-members",
    Severity::Medium,
    "Members of an archive share bytes with each other or with its directory",
);

/// A member that the directory does not list.
pub const HIDDEN_MEMBER: Rule = Rule::new(
    "CON004/hidden-member",
    Severity::Medium,
    "A member of an archive is in no directory, so only readers of streams see it",
);

/// Directory and local header disagree.
pub const DIFFERING_HEADERS: Rule = Rule::new(
    "CON005/differing-headers",
    Severity::Medium,
    "The directory of an archive and the header before a member's data disagree",
);

/// The structure is not what it should be.
pub const WRONG_STRUCTURE: Rule = Rule::new(
    "CON006/wrong-structure",
    Severity::Low,
    "A record of an archive is missing, cut off or malformed",
);

/// A checksum does not hold.
pub const WRONG_CHECKSUM: Rule = Rule::new(
    "CON007/wrong-checksum",
    Severity::Low,
    "The bytes of a member do not have the checksum that the archive states",
);

/// A name that leaves the folder or cannot be shown.
pub const UNSAFE_MEMBER_NAME: Rule = Rule::new(
    "CON008/unsafe-member-name",
    Severity::Medium,
    "The name of a member leaves the folder it is unpacked into, or is read differently by different readers",
);

/// A member that cannot be read.
pub const UNREADABLE_MEMBER: Rule = Rule::new(
    "CON009/unreadable-member",
    Severity::Low,
    "A member is encrypted, lies in another part of a split archive or has an unknown method",
);

/// Bytes that belong to nothing.
pub const BYTES_OUTSIDE: Rule = Rule::new(
    "CON010/bytes-outside-members",
    Severity::Low,
    "Bytes before, between or behind the members of an archive belong to none of them",
);

/// A member that inflates beyond a ceiling.
pub const DECOMPRESSION_LIMIT: Rule = Rule::new(
    "CON011/decompression-limit",
    Severity::Low,
    "A member inflates to more bytes than the limits allow",
);

/// A size does not hold.
pub const WRONG_SIZE: Rule = Rule::new(
    "CON012/wrong-size",
    Severity::Low,
    "A member does not have the size that the archive states",
);

/// Every rule of this module.
pub const RULES: &[Rule] = &[
    READER_DEPENDENT_DIRECTORY,
    TWIN_MEMBERS,
    OVERLAPPING_MEMBERS,
    HIDDEN_MEMBER,
    DIFFERING_HEADERS,
    WRONG_STRUCTURE,
    WRONG_CHECKSUM,
    UNSAFE_MEMBER_NAME,
    UNREADABLE_MEMBER,
    BYTES_OUTSIDE,
    DECOMPRESSION_LIMIT,
    WRONG_SIZE,
];
