use std::fmt;
use std::ops::Range;

use super::directory::Central;
use super::local::Local;
use super::name;

pub(super) const FLAG_ENCRYPTED: u16 = 1;
pub(super) const FLAG_DESCRIPTOR: u16 = 1 << 3;
pub(super) const FLAG_PATCH: u16 = 1 << 5;
pub(super) const FLAG_STRONG: u16 = 1 << 6;
pub(super) const FLAG_UTF8: u16 = 1 << 11;
pub(super) const FLAG_MASKED: u16 = 1 << 13;

/// How a member's data is packed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// Not at all: method 0.
    Stored,
    /// With DEFLATE: method 8.
    Deflated,
    /// With bzip2: method 12.
    Bzip2,
    /// With LZMA: method 14.
    Lzma,
    /// With Zstandard: method 93.
    Zstd,
    /// With xz: method 95.
    Xz,
    /// In a way that is not read here.
    Other(u16),
}

impl Method {
    pub(super) const fn from_number(number: u16) -> Self {
        match number {
            0 => Self::Stored,
            8 => Self::Deflated,
            12 => Self::Bzip2,
            14 => Self::Lzma,
            93 => Self::Zstd,
            95 => Self::Xz,
            other => Self::Other(other),
        }
    }

    /// Returns the number that the archive uses for it.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflated => 8,
            Self::Bzip2 => 12,
            Self::Lzma => 14,
            Self::Zstd => 93,
            Self::Xz => 95,
            Self::Other(number) => number,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stored => f.write_str("stored"),
            Self::Deflated => f.write_str("deflated"),
            Self::Bzip2 => f.write_str("bzip2"),
            Self::Lzma => f.write_str("lzma"),
            Self::Zstd => f.write_str("zstd"),
            Self::Xz => f.write_str("xz"),
            Self::Other(number) => write!(f, "method {number}"),
        }
    }
}

/// Who would list a member.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Source {
    /// The directory that most readers use.
    Directory,
    /// A directory that only some readers use, see
    /// [`READER_DEPENDENT_DIRECTORY`](super::READER_DEPENDENT_DIRECTORY).
    OtherDirectory,
    /// No directory: only readers of streams see it.
    LocalOnly,
}

/// What a [`Reading`] goes by.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Basis {
    /// The directory's values, as torch and Python's `zipfile` do.
    Central,
    /// The local header's values, as readers of streams do.
    Local,
    /// The directory's size before compression, where data that is stored has another one compressed.
    StatedSize,
}

/// One run of bytes that some reader takes for a member's data.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reading {
    pub(super) data: Range<u64>,
    pub(super) method: Method,
    pub(super) size: Option<u64>,
    pub(super) crc: Option<u32>,
    pub(super) basis: Basis,
}

impl Reading {
    /// Returns where the packed bytes lie in the file; the end may lie behind the file's own.
    #[must_use]
    pub const fn data(&self) -> Range<u64> {
        self.data.start..self.data.end
    }

    /// Returns how they are packed.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Returns the stated size of the unpacked bytes, where one is stated.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        self.size
    }

    /// Returns the stated CRC-32 of the unpacked bytes, where one is stated.
    #[must_use]
    pub const fn crc(&self) -> Option<u32> {
        self.crc
    }

    /// Returns what it goes by.
    #[must_use]
    pub const fn basis(&self) -> Basis {
        self.basis
    }
}

/// One member of an archive.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    pub(super) name: &'a [u8],
    pub(super) unicode_name: Option<&'a [u8]>,
    pub(super) source: Source,
    pub(super) central: Option<Central>,
    pub(super) local: Option<Local<'a>>,
    pub(super) descriptor: Option<Range<u64>>,
    pub(super) first: Option<Reading>,
    pub(super) others: Vec<Reading>,
}

impl<'a> Member<'a> {
    /// Returns the name as it stands in the directory, or in the local header where there is no other.
    #[must_use]
    pub const fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Returns the name so that it can be shown: escaped, with `\xNN` for bytes that are not UTF-8.
    #[must_use]
    pub fn text(&self) -> String {
        name::shown(self.name)
    }

    /// Returns the other names under which some readers know the member: that of the local header, and
    /// that of the Unicode path field.
    pub fn other_names(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        let local = self.local.map(|local| local.name);
        [local, self.unicode_name]
            .into_iter()
            .flatten()
            .filter(|other| *other != self.name)
    }

    /// Returns who would list it.
    #[must_use]
    pub const fn source(&self) -> Source {
        self.source
    }

    /// Returns what readers take for its data, the most common reading first; none if there is no local
    /// header where the directory says.
    pub fn readings(&self) -> impl Iterator<Item = &Reading> {
        self.first.iter().chain(&self.others)
    }

    /// Says whether a header claims that the data is encrypted. torch ignores the claim, so a member of
    /// which it is not true can still be loaded: see whether the checksum holds.
    #[must_use]
    pub fn claims_encryption(&self) -> bool {
        let mask = FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED;
        self.flags() & mask != 0
    }

    /// Says whether it is a folder: by its name, or by the DOS attribute that torch goes by.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.name.ends_with(b"/") || self.has_directory_attribute()
    }

    pub(super) fn has_directory_attribute(&self) -> bool {
        self.central
            .is_some_and(|central| central.external & 0x10 != 0)
    }

    pub(super) fn flags(&self) -> u16 {
        self.central.map_or(0, |central| central.flags) | self.local.map_or(0, |local| local.flags)
    }

    /// Returns the bytes of its headers and data, from the local header to the end of the first reading.
    #[must_use]
    pub fn extent(&self) -> Option<Range<u64>> {
        let start = self.local?.at;
        let end = self.first.as_ref()?.data.end;
        Some(
            start
                ..self
                    .descriptor
                    .as_ref()
                    .map_or(end, |descriptor| descriptor.end),
        )
    }

    /// Returns where a finding about it points: its entry in the directory, else its local header.
    pub(super) fn place(&self) -> Range<u64> {
        match (self.central, self.local) {
            (Some(central), _) => central.at..central.end,
            (None, Some(local)) => local.at..local.data,
            (None, None) => 0..0,
        }
    }
}
