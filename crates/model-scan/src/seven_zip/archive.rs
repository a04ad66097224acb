use std::collections::HashMap;
use std::mem::Discriminant;
use std::ops::Range;

use findings::{Attribution, Coverage};

use super::cursor::Cursor;
use super::files::{File, Files};
use super::streams::{
    ADDITIONAL_STREAMS, ARCHIVE_PROPERTIES, END, FILES, FIRST_HEADER, HEADER, MAIN_STREAMS,
    PACKED_HEADER, Streams,
};
use super::{Divergence, DivergenceKind, Error, ErrorKind, Field, Limits, open};
use crate::paths;
use crate::unpack::{self, Budget};
use crate::zip::{faults, is_zeros, length, slice_clamped};

/// The first header, which says where the second one stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) checksum_holds: bool,
    offset: u64,
    size: u64,
    crc: u32,
}

impl Start {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&super::SIGNATURE)?;
        let mut cursor = Cursor::new(rest, 6);
        cursor.take(2).ok()?;
        let stated = cursor.u32().ok()?;
        let fields = cursor.take(20).ok()?;
        let number = |at: usize| Some(u64::from_le_bytes(*fields.get(at..)?.first_chunk()?));
        Some(Self {
            checksum_holds: crc32fast::hash(fields) == stated,
            offset: number(0)?,
            size: number(8)?,
            crc: u32::from_le_bytes(*fields.get(16..)?.first_chunk()?),
        })
    }

    /// Returns where the second header stands in the file.
    fn header(self) -> Range<u64> {
        let start = self.offset.saturating_add(FIRST_HEADER);
        start..start.saturating_add(self.size)
    }
}

/// What a member is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MemberKind {
    /// A file.
    File,
    /// A folder of a file system.
    Directory,
    /// A symbolic link: its data is the target.
    SymbolicLink,
    /// What stands for the removal of a file.
    Anti,
}

/// One member of an archive.
#[derive(Clone, Debug)]
pub struct Member {
    name: String,
    kind: MemberKind,
    folder: Option<usize>,
    range: Range<u64>,
    crc: Option<u32>,
}

impl Member {
    /// Returns the name as the archive has it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name so that it can be shown.
    #[must_use]
    pub fn text(&self) -> String {
        findings::escape(&self.name)
    }

    /// Returns what it is.
    #[must_use]
    pub const fn kind(&self) -> MemberKind {
        self.kind
    }

    /// Returns the folder that holds its data, by its number; `None` if it has none.
    #[must_use]
    pub const fn folder(&self) -> Option<usize> {
        self.folder
    }

    /// Returns where its data lies among the bytes of the unpacked folder.
    #[must_use]
    pub const fn range(&self) -> Range<u64> {
        self.range.start..self.range.end
    }

    /// Returns the stated CRC-32 of its data.
    #[must_use]
    pub const fn crc(&self) -> Option<u32> {
        self.crc
    }
}

/// One run of bytes of an archive. All parts together are the whole file, and none overlap.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// The bytes.
    pub range: Range<u64>,
    /// What they are.
    pub kind: PartKind,
}

/// The kinds of [`Part`].
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum PartKind {
    /// The first header, the second, and those that are packed.
    Header,
    /// The packed data of a folder, by its number.
    Packed(usize),
    /// Zeros that belong to nothing.
    Padding,
    /// Bytes that belong to nothing.
    Outside,
}

impl PartKind {
    /// Returns what the bytes are to an account of coverage; `None` for data and for bytes that belong to
    /// nothing.
    #[must_use]
    pub const fn attribution(self) -> Option<Attribution> {
        match self {
            Self::Header => Some(Attribution::Container),
            Self::Padding => Some(Attribution::Padding),
            Self::Packed(_) | Self::Outside => None,
        }
    }
}

/// A 7z archive whose list of members was read. Nothing but a packed header is unpacked until a folder is
/// opened.
#[derive(Clone, Debug)]
pub struct Archive<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) streams: Streams,
    header: Range<u64>,
    members: Vec<Member>,
    divergences: Vec<Divergence>,
    structure: Vec<Part>,
    complete: bool,
}

impl<'a> Archive<'a> {
    /// Reads the list of members, and unpacks it where it is packed.
    ///
    /// # Limits
    /// Those of [`Limits`]; unpacking the list is charged to the budget.
    ///
    /// # Errors
    /// [`ErrorKind`] says what is wrong with the list. Without it nothing can be told of the members.
    pub fn read(
        bytes: &'a [u8],
        limits: &Limits,
        unpacking: &unpack::Limits,
        budget: &Budget,
    ) -> Result<Self, Error> {
        let start = Start::read(bytes).ok_or(Error {
            kind: ErrorKind::NotAnArchive,
            offset: 0,
        })?;
        let mut builder = Builder::new(bytes, limits);
        builder.claim(0..FIRST_HEADER, PartKind::Header);
        if !start.checksum_holds {
            builder.say(DivergenceKind::StartChecksum, 8..12, None);
        }
        let header = start.header();
        if header.end > length(bytes) {
            return Err(Error {
                kind: ErrorKind::HeaderOutside,
                offset: 12,
            });
        }
        let text = slice_clamped(bytes, header.clone());
        builder.claim(header.clone(), PartKind::Header);
        if start.size > 0 && crc32fast::hash(text) != start.crc {
            builder.say(DivergenceKind::HeaderChecksum, header.clone(), None);
        }
        let mut list = List::default();
        if start.size > 0 {
            list = builder.list(Cursor::new(text, header.start), unpacking, budget)?;
        }
        builder.members(&list, header.clone());
        let whole = list.streams.packed_range();
        if whole.start < FIRST_HEADER
            || whole.end > header.start.max(FIRST_HEADER) && !whole.is_empty()
        {
            builder.say(DivergenceKind::PackedOutside, header.clone(), None);
        }
        for folder in 0..list.streams.folders.len() {
            for range in list.streams.packed_ranges(folder) {
                builder.claim(range.clone(), PartKind::Packed(folder));
            }
        }
        let structure = builder.structure();
        Ok(Self {
            bytes,
            streams: list.streams,
            header,
            members: builder.members,
            complete: !builder
                .divergences
                .iter()
                .any(|divergence| divergence.kind.is_undecided()),
            divergences: builder.divergences,
            structure,
        })
    }

    /// Returns the members, in the order of the list.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Returns how many folders there are: runs of data that are unpacked together.
    #[must_use]
    pub const fn folders(&self) -> usize {
        self.streams.folders.len()
    }

    /// Returns where the packed data of a folder lies in the file; the end may lie behind the file's own.
    #[must_use]
    pub fn packed(&self, folder: usize) -> Range<u64> {
        let ranges = self.streams.packed_ranges(folder);
        let start = ranges.first().map_or(0, |range| range.start);
        start..ranges.last().map_or(start, |range| range.end)
    }

    /// Says whether the data of a folder stands in the file as it is.
    #[must_use]
    pub fn is_stored(&self, folder: usize) -> bool {
        self.streams.folders.get(folder).is_some_and(
            |folder| matches!(folder.coders.as_slice(), [coder] if coder.method.number() == 0),
        )
    }

    /// Returns where the header that lists the members stands.
    #[must_use]
    pub const fn header(&self) -> Range<u64> {
        self.header.start..self.header.end
    }

    /// Returns what is not as it should be.
    #[must_use]
    pub fn divergences(&self) -> &[Divergence] {
        &self.divergences
    }

    /// Returns what every byte is, in order and without overlaps; the parts add up to the whole file.
    #[must_use]
    pub fn structure(&self) -> &[Part] {
        &self.structure
    }

    /// Says whether every byte of the list was understood.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Returns an account in which headers and padding are attributed, and data and bytes that belong to
    /// nothing are not.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::new(length(self.bytes));
        for part in &self.structure {
            if let Some(attribution) = part.kind.attribution() {
                // Parts lie within the file by construction.
                let _ = coverage.attribute(part.range.clone(), attribution);
            }
        }
        coverage
    }
}

/// What the header lists.
#[derive(Debug, Default)]
struct List {
    streams: Streams,
    files: Files,
    behind: u64,
}

/// An archive while its list is read.
struct Builder<'a, 'l> {
    bytes: &'a [u8],
    limits: &'l Limits,
    members: Vec<Member>,
    divergences: Vec<Divergence>,
    counts: HashMap<Discriminant<DivergenceKind>, usize>,
    parts: Vec<Part>,
}

impl<'a, 'l> Builder<'a, 'l> {
    fn new(bytes: &'a [u8], limits: &'l Limits) -> Self {
        Self {
            bytes,
            limits,
            members: Vec::new(),
            divergences: Vec::new(),
            counts: HashMap::new(),
            parts: Vec::new(),
        }
    }

    fn say(&mut self, kind: DivergenceKind, range: Range<u64>, member: Option<usize>) {
        let count = self
            .counts
            .entry(std::mem::discriminant(&kind))
            .or_default();
        if *count < self.limits.divergences {
            *count = count.saturating_add(1);
            self.divergences.push(Divergence {
                kind,
                range,
                member,
            });
        }
    }

    fn claim(&mut self, range: Range<u64>, kind: PartKind) {
        let range = range.start..range.end.min(length(self.bytes));
        if !range.is_empty() {
            self.parts.push(Part { range, kind });
        }
    }

    /// Reads the list, which may be packed, even more than once.
    fn list(
        &mut self,
        header: Cursor<'a>,
        unpacking: &unpack::Limits,
        budget: &Budget,
    ) -> Result<List, Error> {
        let mut header = header;
        let id = header.number()?;
        let mut packed = match id {
            HEADER => return self.plain(&mut header),
            PACKED_HEADER => self.packed(&mut header, unpacking, budget)?,
            id => return header.unexpected(id),
        };
        for _ in 1..self.limits.packed_headers {
            let mut inner = Cursor::new(&packed, 0);
            let id = inner.number()?;
            packed = match id {
                HEADER => return self.plain(&mut inner),
                PACKED_HEADER => self.packed(&mut inner, unpacking, budget)?,
                id => return inner.unexpected(id),
            };
        }
        Err(header.error(ErrorKind::TooDeep))
    }

    /// Unpacks a header.
    fn packed(
        &mut self,
        cursor: &mut Cursor<'_>,
        unpacking: &unpack::Limits,
        budget: &Budget,
    ) -> Result<Vec<u8>, Error> {
        let before = cursor.clone();
        let streams = Streams::read(cursor, 1)?;
        let size = streams
            .folders
            .first()
            .and_then(|folder| folder.size())
            .unwrap_or(0);
        if streams.folders.len() != 1 || size > self.limits.header {
            return Err(before.error(ErrorKind::TooMany {
                field: Field::HeaderBytes,
                stated: size,
                most: self.limits.header,
            }));
        }
        for range in streams.packed_ranges(0) {
            self.claim(range.clone(), PartKind::Header);
        }
        let contents = open::unpack(self.bytes, &streams, 0, unpacking, budget);
        match contents
            .problems()
            .iter()
            .find(|problem| problem.is_undecided())
        {
            Some(open::Problem::UnreadMethod(method)) => {
                return Err(before.error(ErrorKind::UnreadMethod(*method)));
            }
            Some(problem) => return Err(before.error(ErrorKind::Packed(*problem))),
            None => {}
        }
        let crc = streams.folders.first().and_then(|folder| folder.crc);
        if crc.is_some_and(|stated| crc32fast::hash(contents.bytes()) != stated) {
            let range = streams.packed_range();
            self.say(DivergenceKind::HeaderChecksum, range, None);
        }
        Ok(contents.bytes().to_vec())
    }

    fn plain(&mut self, cursor: &mut Cursor<'_>) -> Result<List, Error> {
        let mut list = List::default();
        let mut id = cursor.number()?;
        if id == ARCHIVE_PROPERTIES {
            loop {
                if cursor.number()? == END {
                    break;
                }
                let size = cursor.number()?;
                cursor.take(size)?;
            }
            id = cursor.number()?;
        }
        if id == ADDITIONAL_STREAMS {
            // Readers take names and attributes from there, which no writer makes use of.
            return Err(cursor.error(ErrorKind::External));
        }
        if id == MAIN_STREAMS {
            list.streams = Streams::read(cursor, self.limits.members)?;
            id = cursor.number()?;
        }
        if id == FILES {
            list.files = Files::read(cursor, self.limits.members)?;
            id = cursor.number()?;
        }
        if id != END {
            return cursor.unexpected(id);
        }
        list.behind = cursor.left();
        Ok(list)
    }

    /// Joins the files with their data.
    fn members(&mut self, list: &List, header: Range<u64>) {
        for id in &list.files.unknown {
            self.say(DivergenceKind::UnknownProperty(*id), header.clone(), None);
        }
        for id in &list.files.padded {
            self.say(DivergenceKind::PaddedProperty(*id), header.clone(), None);
        }
        if list.behind > 0 {
            self.say(DivergenceKind::BytesBehindHeader, header.clone(), None);
        }
        let mut data = list
            .streams
            .files
            .iter()
            .enumerate()
            .flat_map(|(folder, files)| {
                let mut at = 0_u64;
                files.iter().map(move |(size, crc)| {
                    let start = at;
                    at = at.saturating_add(*size);
                    (folder, start..at, *crc)
                })
            });
        let mut short = false;
        for file in &list.files.files {
            let taken = if file.has_data { data.next() } else { None };
            short |= file.has_data && taken.is_none();
            self.members.push(member(file, taken));
        }
        // Data without a name is a member that no list shows.
        for taken in data {
            short = true;
            self.members.push(member(&File::default(), Some(taken)));
        }
        if short {
            self.say(DivergenceKind::StreamsWithoutFiles, header.clone(), None);
        }
        self.judge(header);
    }

    fn judge(&mut self, header: Range<u64>) {
        let members = std::mem::take(&mut self.members);
        for (index, member) in members.iter().enumerate() {
            for fault in faults(member.name.as_bytes(), true, self.limits.name) {
                self.say(DivergenceKind::Name(fault), header.clone(), Some(index));
            }
            if member.kind == MemberKind::Anti {
                self.say(DivergenceKind::Anti, header.clone(), Some(index));
            }
        }
        let names = members.iter().map(|member| member.name.as_bytes());
        let names = paths::sorted(names.zip(0..));
        for pair in names.windows(2) {
            if let [(first, _), (name, index)] = pair
                && paths::folded(first, name).is_eq()
            {
                let same = paths::parts(first).eq(paths::parts(name));
                let kind = if same {
                    DivergenceKind::DuplicateName
                } else {
                    DivergenceKind::CaseTwin
                };
                self.say(kind, header.clone(), Some(*index));
            }
        }
        self.members = members;
    }

    /// Lays the claims out: where two overlap, the one that starts first keeps the bytes. What nobody
    /// claims is padding if it is zeros, else it belongs to nothing, and that is said.
    fn structure(&mut self) -> Vec<Part> {
        let mut claims = std::mem::take(&mut self.parts);
        claims.sort_by_key(|claim| (claim.range.start, claim.kind));
        let end = length(self.bytes);
        claims.push(Part {
            range: end..end,
            kind: PartKind::Padding,
        });
        let mut parts = Vec::with_capacity(claims.len());
        let mut at = 0;
        for claim in claims {
            if claim.range.start > at {
                let range = at..claim.range.start;
                let kind = if is_zeros(self.bytes, range.clone()) {
                    PartKind::Padding
                } else {
                    self.say(DivergenceKind::BytesOutside, range.clone(), None);
                    PartKind::Outside
                };
                parts.push(Part { range, kind });
            }
            let start = claim.range.start.max(at);
            if start < claim.range.end {
                parts.push(Part {
                    range: start..claim.range.end,
                    kind: claim.kind,
                });
            }
            at = at.max(claim.range.end);
        }
        parts
    }
}

fn member(file: &File, data: Option<(usize, Range<u64>, Option<u32>)>) -> Member {
    // The upper half holds the mode of Unix where bit 15 says so.
    let attributes = file.attributes.unwrap_or(0);
    let mode = if attributes & 0x8000 != 0 {
        attributes >> 16
    } else {
        0
    };
    let kind = match mode & 0o170_000 {
        _ if file.is_anti => MemberKind::Anti,
        0o120_000 => MemberKind::SymbolicLink,
        _ if !file.has_data && !file.is_file => MemberKind::Directory,
        // A reparse point of Windows.
        _ if attributes & 0x400 != 0 => MemberKind::SymbolicLink,
        _ => MemberKind::File,
    };
    let (folder, range, crc) = match data {
        Some((folder, range, crc)) => (Some(folder), range, crc),
        None => (None, 0..0, None),
    };
    Member {
        name: file.name.clone(),
        kind,
        folder,
        range,
        crc,
    }
}
