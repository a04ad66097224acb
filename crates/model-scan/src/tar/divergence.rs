use std::fmt;
use std::ops::Range;

use findings::{Finding, Location, Rule, Severity};

use super::{Archive, Limit, Member, MemberKind, NameFault, PaxFault};
use crate::rules::{SPECIAL_FILE, UNSAFE_LINK};
use crate::zip::{
    BYTES_OUTSIDE, DIFFERING_HEADERS, HIDDEN_MEMBER, READER_DEPENDENT_DIRECTORY, TWIN_MEMBERS,
    UNREADABLE_MEMBER, UNSAFE_MEMBER_NAME, WRONG_CHECKSUM, WRONG_SIZE, WRONG_STRUCTURE, shown,
};

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
}

/// The kinds of [`Divergence`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DivergenceKind {
    /// The checksum of a header is wrong, and it is marked as one: most readers stop or skip it.
    HeaderChecksum,
    /// What stands where a header should is none: Python stops without a word, GNU tar goes on behind it.
    HeaderBroken,
    /// The last header is cut off.
    HeaderCutOff,
    /// Members stand behind a header at which some readers stop.
    MemberBehindBreak,
    /// Members stand behind the blocks of zeros that end the archive.
    MemberBehindEnd,
    /// A member is seen only by readers that take another size for that of a member before it.
    MemberOfOtherSize,
    /// Readers take different numbers for a member's size.
    SizeDiffers {
        /// What most take.
        first: u64,
        /// What others take.
        other: u64,
    },
    /// No reader, or not every one, takes the field for a size.
    SizeMalformed,
    /// Python refuses a number in the header that others do not look at, and stops there.
    FieldMalformed,
    /// A link, folder, device or pipe states a size: some readers skip as many bytes, others none.
    SizeWithoutData {
        /// What it is.
        kind: MemberKind,
        /// The stated size.
        size: u64,
    },
    /// A name in an extended header is not the one of the header, nor a longer form of it.
    NameDiffers,
    /// The dialect decides whether a prefix belongs to the name.
    PrefixDiffers,
    /// The records of an extended header are malformed.
    Pax(PaxFault),
    /// A header for all members states a path or a size: readers differ in whether it counts.
    GlobalOverride,
    /// No member follows an extended header.
    ExtendedWithoutMember,
    /// The data runs past the end of the file.
    DataCutOff,
    /// The map of a sparse file is malformed.
    SparseMap,
    /// Another member has the same name, or the same but for `./`.
    DuplicateName,
    /// Another member's name differs in case only.
    CaseTwin,
    /// The name is unsafe.
    Name(NameFault),
    /// A link leads out of the archive.
    LinkOutside {
        /// The kind of link.
        kind: MemberKind,
        /// Where it leads.
        target: Vec<u8>,
    },
    /// A member would be written through a link that leads out of the archive.
    ThroughLink,
    /// It is a device or a pipe.
    SpecialFile(MemberKind),
    /// The data continues from, or in, another volume.
    Split,
    /// The archive ends without blocks of zeros.
    EndMissing,
    /// Bytes that are not zeros stand behind the archive, or between its members, and are no header.
    BytesOutside,
    /// Reading stopped at a ceiling.
    LimitReached(Limit),
}

impl DivergenceKind {
    /// Returns the rule that it breaks.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::MemberBehindBreak | Self::MemberBehindEnd | Self::MemberOfOtherSize => {
                HIDDEN_MEMBER
            }
            Self::FieldMalformed | Self::SizeMalformed => READER_DEPENDENT_DIRECTORY,
            Self::SizeDiffers { .. }
            | Self::SizeWithoutData { .. }
            | Self::NameDiffers
            | Self::PrefixDiffers
            | Self::GlobalOverride => DIFFERING_HEADERS,
            Self::HeaderChecksum => WRONG_CHECKSUM,
            Self::HeaderBroken
            | Self::HeaderCutOff
            | Self::Pax(_)
            | Self::ExtendedWithoutMember
            | Self::SparseMap
            | Self::EndMissing
            | Self::LimitReached(_) => WRONG_STRUCTURE,
            Self::DataCutOff => WRONG_SIZE,
            Self::DuplicateName | Self::CaseTwin => TWIN_MEMBERS,
            Self::Name(_) => UNSAFE_MEMBER_NAME,
            Self::LinkOutside { .. } | Self::ThroughLink => UNSAFE_LINK,
            Self::SpecialFile(_) => SPECIAL_FILE,
            Self::Split => UNREADABLE_MEMBER,
            Self::BytesOutside => BYTES_OUTSIDE,
        }
    }

    /// Returns how bad it is by itself: medium where readers see different bytes under one name or where
    /// unpacking reaches out of its folder, low where a reader refuses or nothing changes. What hides
    /// behind it may make it worse.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::MemberBehindBreak
            | Self::MemberBehindEnd
            | Self::MemberOfOtherSize
            | Self::SizeDiffers { .. }
            | Self::SizeMalformed
            | Self::FieldMalformed
            | Self::NameDiffers
            | Self::GlobalOverride
            | Self::DuplicateName
            | Self::LinkOutside { .. }
            | Self::ThroughLink
            | Self::Pax(PaxFault::Repeated | PaxFault::BehindSize) => Severity::Medium,
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
            Self::HeaderBroken
                | Self::HeaderCutOff
                | Self::SizeMalformed
                | Self::Pax(PaxFault::Malformed)
                | Self::DataCutOff
                | Self::SparseMap
                | Self::Split
                | Self::EndMissing
                | Self::BytesOutside
                | Self::LimitReached(_)
        )
    }
}

impl Divergence {
    /// Says it as a finding whose location counts in bytes of the archive.
    #[must_use]
    pub fn finding(&self, archive: &Archive<'_>) -> Finding {
        let member = self
            .member
            .and_then(|index| archive.members().get(index))
            .map(Member::text)
            .unwrap_or_default();
        let message = Message {
            kind: &self.kind,
            member: findings::escape_shortened(&member, 200),
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
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use DivergenceKind as Kind;
        let member = &self.member;
        match self.kind {
            Kind::HeaderChecksum => write!(f, "the header of `{member}` has a wrong checksum"),
            Kind::HeaderBroken => f.write_str("no header where the next one should stand"),
            Kind::HeaderCutOff => f.write_str("the last header is cut off"),
            Kind::MemberBehindBreak => write!(
                f,
                "`{member}` stands behind a header at which some readers stop"
            ),
            Kind::MemberBehindEnd => {
                write!(f, "`{member}` stands behind the end of the archive")
            }
            Kind::MemberOfOtherSize => write!(
                f,
                "`{member}` is seen only by readers that take another size for a member before it"
            ),
            Kind::SizeDiffers { first, other } => write!(
                f,
                "`{member}` has {first} bytes for some readers and {other} for others"
            ),
            Kind::SizeMalformed => write!(f, "the size of `{member}` is no number to some readers"),
            Kind::FieldMalformed => {
                write!(f, "a number in the header of `{member}` stops Python")
            }
            Kind::SizeWithoutData { kind, size } => write!(
                f,
                "`{member}` is a {kind} and states {size} bytes, which some readers skip"
            ),
            Kind::NameDiffers => {
                write!(
                    f,
                    "`{member}` has another name for readers of the plain header"
                )
            }
            Kind::PrefixDiffers => {
                write!(
                    f,
                    "the name of `{member}` has a prefix for some readers only"
                )
            }
            Kind::Pax(fault) => write!(f, "extended header of `{member}`: {fault}"),
            Kind::GlobalOverride => f.write_str("a header for all members states a path or a size"),
            Kind::ExtendedWithoutMember => f.write_str("no member follows an extended header"),
            Kind::DataCutOff => write!(f, "`{member}` runs past the end of the file"),
            Kind::SparseMap => write!(f, "the map of the sparse file `{member}` is malformed"),
            Kind::DuplicateName => write!(f, "two members are named `{member}`"),
            Kind::CaseTwin => write!(f, "`{member}` differs from another name in case only"),
            Kind::Name(fault) => write!(f, "`{member}` {fault}"),
            Kind::LinkOutside { kind, target } => write!(
                f,
                "the {kind} `{member}` leads out of the archive, to `{}`",
                findings::escape_shortened(&shown(target), 200)
            ),
            Kind::ThroughLink => write!(
                f,
                "`{member}` is written through a link that leads out of the archive"
            ),
            Kind::SpecialFile(kind) => write!(f, "`{member}` is a {kind}"),
            Kind::Split => write!(f, "`{member}` lies partly in another volume"),
            Kind::EndMissing => f.write_str("no block of zeros ends the archive"),
            Kind::BytesOutside => f.write_str("bytes belong to no member"),
            Kind::LimitReached(limit) => write!(f, "limit on {limit} reached"),
        }
    }
}
