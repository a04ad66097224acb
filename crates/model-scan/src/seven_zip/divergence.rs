use std::fmt;
use std::ops::Range;

use findings::{Finding, Location, Rule, Severity};

use super::{Archive, Member};
use crate::zip::{
    BYTES_OUTSIDE, NameFault, TWIN_MEMBERS, UNSAFE_MEMBER_NAME, WRONG_CHECKSUM, WRONG_SIZE,
    WRONG_STRUCTURE,
};

/// One point at which an archive is not as it should be, so that readers may part over it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Divergence {
    /// What it is.
    pub kind: DivergenceKind,
    /// Where, in bytes of the file.
    pub range: Range<u64>,
    /// The member that it is about, as an index into [`Archive::members`].
    pub member: Option<usize>,
}

/// The kinds of [`Divergence`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DivergenceKind {
    /// The checksum of the first header is wrong: 7-Zip does not open the archive.
    StartChecksum,
    /// The checksum of the header that lists the members is wrong.
    HeaderChecksum,
    /// The list has a property that is not known; readers skip it.
    UnknownProperty(u64),
    /// A property has bytes behind what it holds, or padding that is not zeros.
    PaddedProperty(u64),
    /// Bytes stand behind the end of the header.
    BytesBehindHeader,
    /// Files and runs of data are not of the same number, so that some have no data or no name.
    StreamsWithoutFiles,
    /// Packed data lies in a header or outside of the file.
    PackedOutside,
    /// Another member has the same name.
    DuplicateName,
    /// Another member's name differs in case only.
    CaseTwin,
    /// The name is unsafe.
    Name(NameFault),
    /// The member stands for the removal of a file.
    Anti,
    /// Bytes that are not zeros belong to nothing.
    BytesOutside,
}

impl DivergenceKind {
    /// Returns the rule that it breaks.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::StartChecksum | Self::HeaderChecksum => WRONG_CHECKSUM,
            Self::UnknownProperty(_)
            | Self::PaddedProperty(_)
            | Self::BytesBehindHeader
            | Self::StreamsWithoutFiles
            | Self::Anti => WRONG_STRUCTURE,
            Self::PackedOutside => WRONG_SIZE,
            Self::DuplicateName | Self::CaseTwin => TWIN_MEMBERS,
            Self::Name(_) => UNSAFE_MEMBER_NAME,
            Self::BytesOutside => BYTES_OUTSIDE,
        }
    }

    /// Returns how bad it is by itself.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::DuplicateName => Severity::Medium,
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
            Self::UnknownProperty(_)
                | Self::BytesBehindHeader
                | Self::StreamsWithoutFiles
                | Self::PackedOutside
                | Self::BytesOutside
        )
    }
}

impl Divergence {
    /// Says it as a finding whose location counts in bytes of the file.
    #[must_use]
    pub fn finding(&self, archive: &Archive<'_>) -> Finding {
        let member = self.member.and_then(|index| archive.members().get(index));
        let message = Message(self.kind, member.map(Member::text).unwrap_or_default());
        let rule = self.kind.rule();
        Finding::new(
            rule.rule_id(),
            self.kind.severity(),
            message.to_string(),
            Location::bytes(self.range.clone()),
        )
    }
}

struct Message(DivergenceKind, String);

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use DivergenceKind as Kind;
        let Self(kind, member) = self;
        match kind {
            Kind::StartChecksum => f.write_str("the first header has a wrong checksum"),
            Kind::HeaderChecksum => f.write_str("the header has a wrong checksum"),
            Kind::UnknownProperty(id) => write!(f, "property {id} of the files is not known"),
            Kind::PaddedProperty(id) => write!(f, "property {id} of the files has bytes to spare"),
            Kind::BytesBehindHeader => f.write_str("bytes stand behind the end of the header"),
            Kind::StreamsWithoutFiles => f.write_str("files and their data are not of one number"),
            Kind::PackedOutside => f.write_str("packed data lies outside of its place in the file"),
            Kind::DuplicateName => write!(f, "two members are named `{member}`"),
            Kind::CaseTwin => write!(f, "`{member}` differs from another name in case only"),
            Kind::Name(fault) => write!(f, "`{member}` {fault}"),
            Kind::Anti => write!(f, "`{member}` stands for the removal of a file"),
            Kind::BytesOutside => f.write_str("bytes belong to no member"),
        }
    }
}
