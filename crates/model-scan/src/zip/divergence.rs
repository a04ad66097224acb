use std::fmt;
use std::ops::Range;

use findings::{Finding, Location, Rule, Severity};

use super::rules::{
    BYTES_OUTSIDE, DIFFERING_HEADERS, HIDDEN_MEMBER, OVERLAPPING_MEMBERS,
    READER_DEPENDENT_DIRECTORY, TWIN_MEMBERS, UNREADABLE_MEMBER, UNSAFE_MEMBER_NAME, WRONG_SIZE,
    WRONG_STRUCTURE,
};
use super::{Archive, Limit, Member, Method, NameFault};

/// One point at which readers of an archive part, or at which it is not as it should be.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Divergence {
    /// What it is.
    pub kind: DivergenceKind,
    /// Where, in bytes of the archive.
    pub range: Range<u64>,
    /// The member that it is about, as an index into [`Archive::members`].
    pub member: Option<usize>,
    /// The member that it is compared with.
    pub other: Option<usize>,
}

/// The kinds of [`Divergence`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DivergenceKind {
    /// A further end record stands where some readers would take it.
    FurtherEndRecord,
    /// The stated offset of the directory and the place before the end record both hold one.
    TwoDirectories,
    /// The end record and its ZIP64 record disagree, or there are two of the latter.
    Zip64Differs,
    /// The directory does not hold the entries that the end record counts, or not in the stated bytes.
    DirectoryCount {
        /// The stated count.
        stated: u64,
        /// The entries found.
        found: u64,
    },
    /// Local headers stand both where the directory says and where it says when what stands before the
    /// archive is added.
    ShiftedOffset,
    /// Another member has the same name.
    DuplicateName,
    /// Another member's name differs in case only, which torch does not see.
    CaseTwin,
    /// It shares bytes with another member, or with the directory.
    Overlap,
    /// It is in no directory.
    NotInDirectory,
    /// The local header has another name.
    LocalName,
    /// The Unicode path field has another name.
    UnicodeName,
    /// The local header has another method.
    LocalMethod {
        /// The method in the directory.
        central: Method,
        /// The method in the local header.
        local: Method,
    },
    /// The local header has another compressed size or, where that is the same, another size.
    LocalSize {
        /// The size in the directory.
        central: u64,
        /// The size in the local header.
        local: u64,
    },
    /// The local header has another checksum.
    LocalCrc,
    /// The local header has other flags that matter.
    LocalFlags {
        /// The flags in the directory.
        central: u16,
        /// The flags in the local header.
        local: u16,
    },
    /// No local header stands where the directory says.
    LocalMissing,
    /// The descriptor behind the data states something else.
    DescriptorDiffers,
    /// No descriptor follows the data though one is announced.
    DescriptorMissing,
    /// The data is stored and its two sizes differ: torch refuses it, Python takes the smaller one.
    StoredSize {
        /// The compressed size.
        compressed: u64,
        /// The size.
        size: u64,
    },
    /// A folder has data: torch reads none, Python does.
    DirectoryWithData,
    /// The data runs past the end of the file.
    DataCutOff,
    /// There is no end record.
    EndRecordMissing,
    /// No directory stands where the end record says.
    DirectoryMissing,
    /// The directory does not end where its end record starts, so Python does not find it.
    DirectoryMisplaced,
    /// An entry of the directory is cut off.
    DirectoryCutOff,
    /// The archive's comment runs past the end of the file.
    CommentCutOff,
    /// A locator points at no ZIP64 record.
    Zip64Missing,
    /// Extra fields are malformed, or a size that should stand there does not.
    ExtraField,
    /// The name is unsafe.
    Name(NameFault),
    /// A header claims that the data is encrypted.
    Encrypted,
    /// The data is a patch, which nothing here reads.
    Patch,
    /// The method is not read here.
    UnknownMethod(u16),
    /// The version that is needed is above 6.3: Python refuses it, torch does not look.
    VersionNeeded(u16),
    /// The archive, or the member, lies partly in other files.
    Split,
    /// Bytes stand before the first member: torch does not take the file for an archive.
    BytesBefore,
    /// Bytes that are not zeros stand between the parts.
    BytesBetween,
    /// Bytes that are not zeros stand behind the archive.
    BytesBehind,
    /// Reading stopped at a ceiling.
    LimitReached(Limit),
}

impl DivergenceKind {
    /// Returns the rule that it breaks.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::FurtherEndRecord
            | Self::TwoDirectories
            | Self::Zip64Differs
            | Self::ShiftedOffset
            | Self::DirectoryCount { .. } => READER_DEPENDENT_DIRECTORY,
            Self::DuplicateName | Self::CaseTwin => TWIN_MEMBERS,
            Self::Overlap => OVERLAPPING_MEMBERS,
            Self::NotInDirectory => HIDDEN_MEMBER,
            Self::LocalName
            | Self::UnicodeName
            | Self::LocalMethod { .. }
            | Self::LocalSize { .. }
            | Self::LocalCrc
            | Self::LocalFlags { .. }
            | Self::DescriptorDiffers
            | Self::DirectoryWithData => DIFFERING_HEADERS,
            Self::StoredSize { .. } | Self::DataCutOff => WRONG_SIZE,
            Self::LocalMissing
            | Self::DescriptorMissing
            | Self::EndRecordMissing
            | Self::DirectoryMissing
            | Self::DirectoryMisplaced
            | Self::DirectoryCutOff
            | Self::CommentCutOff
            | Self::Zip64Missing
            | Self::ExtraField
            | Self::LimitReached(_) => WRONG_STRUCTURE,
            Self::Name(_) => UNSAFE_MEMBER_NAME,
            Self::Encrypted
            | Self::Patch
            | Self::UnknownMethod(_)
            | Self::VersionNeeded(_)
            | Self::Split => UNREADABLE_MEMBER,
            Self::BytesBefore | Self::BytesBetween | Self::BytesBehind => BYTES_OUTSIDE,
        }
    }

    /// Returns how bad it is by itself: medium where readers see different bytes under one name, low
    /// where one of them refuses or nothing changes. What hides behind it may make it worse.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::FurtherEndRecord
            | Self::TwoDirectories
            | Self::Zip64Differs
            | Self::ShiftedOffset
            | Self::DirectoryCount { .. }
            | Self::DuplicateName
            | Self::Overlap
            | Self::NotInDirectory
            | Self::LocalName
            | Self::UnicodeName
            | Self::LocalMethod { .. }
            | Self::LocalSize { .. }
            | Self::StoredSize { .. }
            | Self::DirectoryWithData => Severity::Medium,
            Self::Name(fault) => fault.severity(),
            _ => Severity::Low,
        }
    }

    /// Says whether something that should have been read was not, so that no verdict of *clean* is
    /// possible.
    #[must_use]
    pub const fn is_undecided(&self) -> bool {
        matches!(
            self,
            Self::LocalMissing
                | Self::DataCutOff
                | Self::EndRecordMissing
                | Self::DirectoryMissing
                | Self::DirectoryCutOff
                | Self::UnknownMethod(_)
                | Self::Patch
                | Self::Split
                | Self::LimitReached(_)
        )
    }
}

impl Divergence {
    /// Says it as a finding whose location counts in bytes of the archive.
    #[must_use]
    pub fn finding(&self, archive: &Archive<'_>) -> Finding {
        let name = |index: Option<usize>| {
            index
                .and_then(|index| archive.members().get(index))
                .map(Member::text)
        };
        let message = Message {
            kind: &self.kind,
            member: name(self.member).unwrap_or_default(),
            other: name(self.other),
        };
        Finding::new(
            self.kind.rule().rule_id(),
            self.kind.severity(),
            message.to_string(),
            Location::bytes(self.range.clone()),
        )
    }
}

struct Message<'a> {
    kind: &'a DivergenceKind,
    member: String,
    other: Option<String>,
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use DivergenceKind as Kind;
        let member = &self.member;
        let other = self.other.as_deref().unwrap_or("the directory");
        match self.kind {
            Kind::FurtherEndRecord => f.write_str("a further end record, which some readers use"),
            Kind::TwoDirectories => {
                f.write_str("two directories: one at the stated offset, one before the end record")
            }
            Kind::Zip64Differs => f.write_str("the end record and its ZIP64 record disagree"),
            Kind::DirectoryCount { stated, found } => write!(
                f,
                "found {found} entries in the directory, the end record states {stated} or other bytes"
            ),
            Kind::ShiftedOffset => write!(
                f,
                "`{member}` has a local header at its offset and one where the prefix shifts it"
            ),
            Kind::DuplicateName => write!(f, "two members are named `{member}`"),
            Kind::CaseTwin => write!(f, "`{member}` and `{other}` differ in case only"),
            Kind::Overlap => write!(f, "`{member}` shares bytes with `{other}`"),
            Kind::NotInDirectory => write!(f, "`{member}` is in no directory"),
            Kind::LocalName => write!(f, "the local header of `{member}` has another name"),
            Kind::UnicodeName => write!(f, "the Unicode path of `{member}` is another name"),
            Kind::LocalMethod { central, local } => write!(
                f,
                "`{member}` is {central} by the directory and {local} by its local header"
            ),
            Kind::LocalSize { central, local } => write!(
                f,
                "`{member}` has {central} bytes by the directory and {local} by its local header"
            ),
            Kind::LocalCrc => write!(f, "the local header of `{member}` has another checksum"),
            Kind::LocalFlags { central, local } => write!(
                f,
                "`{member}` has flags 0x{central:04x} in the directory and 0x{local:04x} in its local header"
            ),
            Kind::LocalMissing => write!(f, "no local header where the directory puts `{member}`"),
            Kind::DescriptorDiffers => {
                write!(f, "the descriptor behind `{member}` states something else")
            }
            Kind::DescriptorMissing => write!(f, "no descriptor behind `{member}`"),
            Kind::StoredSize { compressed, size } => write!(
                f,
                "`{member}` is stored in {compressed} bytes and states {size}"
            ),
            Kind::DirectoryWithData => write!(f, "`{member}` is a folder and has data"),
            Kind::DataCutOff => write!(f, "`{member}` runs past the end of the file"),
            Kind::EndRecordMissing => f.write_str("the archive has no end record"),
            Kind::DirectoryMissing => f.write_str("no directory where the end record puts it"),
            Kind::DirectoryMisplaced => {
                f.write_str("bytes lie between the directory and the end record")
            }
            Kind::DirectoryCutOff => f.write_str("the directory breaks off"),
            Kind::CommentCutOff => f.write_str("the comment runs past the end of the file"),
            Kind::Zip64Missing => f.write_str("no ZIP64 record where its locator points"),
            Kind::ExtraField => write!(f, "the extra fields of `{member}` are malformed"),
            Kind::Name(fault) => write!(f, "`{member}` {fault}"),
            Kind::Encrypted => write!(f, "`{member}` claims to be encrypted"),
            Kind::Patch => write!(f, "`{member}` claims to be a patch"),
            Kind::UnknownMethod(method) => {
                write!(
                    f,
                    "`{member}` is packed with method {method}, which is not read"
                )
            }
            Kind::VersionNeeded(version) => write!(
                f,
                "`{member}` needs version {version} of the format, which Python refuses"
            ),
            Kind::Split => f.write_str("the archive continues in other files"),
            Kind::BytesBefore => f.write_str("bytes stand before the first member"),
            Kind::BytesBetween => f.write_str("bytes between the members belong to none of them"),
            Kind::BytesBehind => f.write_str("bytes follow the archive"),
            Kind::LimitReached(limit) => write!(f, "limit on {limit} reached"),
        }
    }
}
