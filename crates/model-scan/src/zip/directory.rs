use memchr::memmem;

use super::extra::Extra;
use super::raw::{Record, has, length, slice, slice_clamped};

pub(super) const CENTRAL: [u8; 4] = *b"PK\x01\x02";
pub(super) const END: [u8; 4] = *b"PK\x05\x06";
const ZIP64_END: [u8; 4] = *b"PK\x06\x06";
const ZIP64_LOCATOR: [u8; 4] = *b"PK\x06\x07";

const END_BYTES: u64 = 22;
const LOCATOR_BYTES: u64 = 20;
const ZIP64_END_BYTES: u64 = 56;
const CENTRAL_BYTES: u64 = 46;

/// How far from the end readers look for an end record: it and the longest comment.
pub(super) const END_SEARCH: u64 = 65_557;

/// What a ZIP64 end record says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Zip64End {
    pub(super) at: u64,
    pub(super) end: u64,
    disks: [u32; 2],
    entries_here: u64,
    entries: u64,
    size: u64,
    offset: u64,
}

/// What an end record says, with the ZIP64 records that readers would take for its own.
#[derive(Clone, Debug)]
pub(super) struct EndRecord {
    pub(super) at: u64,
    disks: [u16; 2],
    entries_here: u16,
    entries: u16,
    size: u32,
    offset: u32,
    comment: u16,
    pub(super) locator: bool,
    pub(super) zip64: Vec<Zip64End>,
}

/// One place where a reader would look for the central directory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct View {
    /// The first byte of the first entry.
    pub(super) start: u64,
    /// The byte behind the last entry, by the stated size.
    pub(super) stop: u64,
    /// The byte behind which no entry can lie.
    pub(super) limit: u64,
    /// How many entries are stated.
    pub(super) entries: u64,
    /// Whether the count is kept in 16 bits only, where old writers let it overflow.
    pub(super) short_count: bool,
    /// What is added to every offset of a local header.
    pub(super) base: i128,
}

/// How the views of one end record relate.
#[derive(Clone, Debug, Default)]
pub(super) struct Views {
    pub(super) views: Vec<View>,
    /// The stated offset and the place before the end record both hold a directory.
    pub(super) two_directories: bool,
    /// Bytes lie between the directory and its end record.
    pub(super) misplaced: bool,
    /// No place holds a directory though one is stated.
    pub(super) missing: bool,
    /// The record and its ZIP64 record, or two of these, disagree.
    pub(super) zip64_differs: bool,
    /// The archive states no members, and its comment ends where the file does.
    pub(super) empty: bool,
}

impl EndRecord {
    /// Reads the record at an offset.
    pub(super) fn read(bytes: &[u8], at: u64) -> Option<Self> {
        if !has(bytes, at, END) {
            return None;
        }
        let mut record = Record::new(bytes, at.saturating_add(4));
        let mut end = Self {
            at,
            disks: [record.u16()?, record.u16()?],
            entries_here: record.u16()?,
            entries: record.u16()?,
            size: record.u32()?,
            offset: record.u32()?,
            comment: record.u16()?,
            locator: false,
            zip64: Vec::new(),
        };
        end.read_zip64(bytes);
        Some(end)
    }

    fn read_zip64(&mut self, bytes: &[u8]) {
        let Some(locator) = self.at.checked_sub(LOCATOR_BYTES) else {
            return;
        };
        if !has(bytes, locator, ZIP64_LOCATOR) {
            return;
        }
        self.locator = true;
        // miniz goes where the locator points; zipfile looks right before the locator.
        let stated = Record::new(bytes, locator.saturating_add(8)).u64();
        let before = locator.checked_sub(ZIP64_END_BYTES);
        for at in [stated, before].into_iter().flatten() {
            if let Some(zip64) = Zip64End::read(bytes, at, locator)
                && !self.zip64.contains(&zip64)
            {
                self.zip64.push(zip64);
            }
        }
    }

    /// Returns the byte behind the record, its comment not counted.
    pub(super) const fn end(&self) -> u64 {
        self.at.saturating_add(END_BYTES)
    }

    /// Returns the byte behind the comment, which may lie behind the file's end.
    pub(super) fn comment_end(&self) -> u64 {
        self.end().saturating_add(u64::from(self.comment))
    }

    pub(super) const fn locator_start(&self) -> u64 {
        self.at.saturating_sub(LOCATOR_BYTES)
    }

    /// Says whether the archive continues in other files.
    pub(super) fn is_split(&self) -> bool {
        match self.zip64.first() {
            Some(zip64) => zip64.disks != [0, 0] || zip64.entries_here != zip64.entries,
            None => self.disks != [0, 0] || self.entries_here != self.entries,
        }
    }

    /// Lists the places where readers would look for the directory.
    pub(super) fn views(&self, bytes: &[u8]) -> Views {
        let mut views = Views {
            empty: self.comment_end() == length(bytes),
            ..Views::default()
        };
        for zip64 in &self.zip64 {
            let stated = (zip64.entries, zip64.size, zip64.offset);
            views.add(bytes, stated, zip64.at, false);
            views.zip64_differs |= self.contradicts(zip64);
        }
        views.zip64_differs |= self.zip64.len() > 1;
        if self.zip64.is_empty() || views.zip64_differs {
            let stated = (
                u64::from(self.entries),
                u64::from(self.size),
                u64::from(self.offset),
            );
            views.add(bytes, stated, self.at, true);
        }
        views
    }

    /// Says whether a field that is not left to the ZIP64 record has another value there.
    fn contradicts(&self, zip64: &Zip64End) -> bool {
        let differs = |short: u64, unset: u64, long: u64| short != unset && short != long;
        let unset = u64::from(u32::MAX);
        differs(u64::from(self.entries), u64::from(u16::MAX), zip64.entries)
            || differs(u64::from(self.size), unset, zip64.size)
            || differs(u64::from(self.offset), unset, zip64.offset)
    }
}

impl Zip64End {
    fn read(bytes: &[u8], at: u64, locator: u64) -> Option<Self> {
        if !has(bytes, at, ZIP64_END) || at.checked_add(ZIP64_END_BYTES)? > locator {
            return None;
        }
        let mut record = Record::new(bytes, at.saturating_add(4));
        let rest = record.u64()?;
        let _versions = record.u32()?;
        Some(Self {
            at,
            end: at.saturating_add(12).saturating_add(rest).min(locator),
            disks: [record.u32()?, record.u32()?],
            entries_here: record.u64()?,
            entries: record.u64()?,
            size: record.u64()?,
            offset: record.u64()?,
        })
    }
}

impl Views {
    /// Adds what follows from one set of stated values, whose record starts at `anchor`.
    fn add(
        &mut self,
        bytes: &[u8],
        (entries, size, offset): (u64, u64, u64),
        anchor: u64,
        short_count: bool,
    ) {
        if entries == 0 && size == 0 {
            return;
        }
        self.empty = false;
        let view = |start: u64, base| View {
            start,
            stop: start.saturating_add(size),
            limit: if start < anchor {
                anchor
            } else {
                length(bytes)
            },
            entries,
            short_count,
            base,
        };
        let stated = has(bytes, offset, CENTRAL).then(|| view(offset, 0));
        let before = anchor
            .checked_sub(size)
            .filter(|before| has(bytes, *before, CENTRAL))
            .map(|before| {
                let base = i128::from(before).saturating_sub(i128::from(offset));
                view(before, base)
            });
        match (&stated, &before) {
            (None, None) => self.missing = true,
            (Some(_), None) => self.misplaced = true,
            (Some(stated), Some(before)) => self.two_directories |= stated.start != before.start,
            (None, Some(_)) => {}
        }
        for view in [before, stated].into_iter().flatten() {
            let known = |known: &View| known.start == view.start && known.base == view.base;
            if !self.views.iter().any(known) {
                self.views.push(view);
            }
        }
    }

    /// Says whether a reader could take this for an archive.
    pub(super) fn is_plausible(&self) -> bool {
        self.empty || !self.views.is_empty()
    }
}

/// What one entry of the central directory says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Central {
    pub(super) at: u64,
    pub(super) end: u64,
    pub(super) version_needed: u16,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) split: bool,
    pub(super) external: u32,
    /// Where the local header is, before the view's base is added.
    pub(super) local: u64,
    /// Whether its extra fields are malformed, or a size that ought to stand there does not.
    pub(super) malformed: bool,
}

/// One entry with the names that it borrows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) central: Central,
    pub(super) name: &'a [u8],
    pub(super) unicode_name: Option<&'a [u8]>,
}

impl<'a> Entry<'a> {
    /// Reads the entry at an offset, if it ends before `limit`.
    pub(super) fn read(bytes: &'a [u8], at: u64, limit: u64) -> Option<Self> {
        if !has(bytes, at, CENTRAL) {
            return None;
        }
        let mut record = Record::new(bytes, at.saturating_add(6));
        let version_needed = record.u16()?;
        let flags = record.u16()?;
        let method = record.u16()?;
        let _time = record.u32()?;
        let crc = record.u32()?;
        let mut compressed = u64::from(record.u32()?);
        let mut size = u64::from(record.u32()?);
        let name_bytes = u64::from(record.u16()?);
        let extra_bytes = u64::from(record.u16()?);
        let comment_bytes = u64::from(record.u16()?);
        let disk = record.u16()?;
        let _internal = record.u16()?;
        let external = record.u32()?;
        let mut local = u64::from(record.u32()?);

        let name_at = at.saturating_add(CENTRAL_BYTES);
        let extra_at = name_at.saturating_add(name_bytes);
        let comment_at = extra_at.saturating_add(extra_bytes);
        let end = comment_at.saturating_add(comment_bytes);
        if end > limit {
            return None;
        }
        let name = slice(bytes, name_at..extra_at)?;
        let extra = Extra::read(slice(bytes, extra_at..comment_at)?, name);
        let mut wide = Record::new(extra.zip64.unwrap_or_default(), 0);
        let mut malformed = extra.malformed;
        for field in [&mut size, &mut compressed, &mut local] {
            if *field == u64::from(u32::MAX) {
                match wide.u64() {
                    Some(value) => *field = value,
                    None => malformed = true,
                }
            }
        }
        let central = Central {
            at,
            end,
            version_needed,
            flags,
            method,
            crc,
            compressed,
            size,
            split: disk != 0 && (disk != u16::MAX || extra.zip64.is_none()),
            external,
            local,
            malformed,
        };
        Some(Self {
            central,
            name,
            unicode_name: extra.unicode_name,
        })
    }
}

/// Lists the end records in the part of a file that readers search, from the last one backwards.
pub(super) fn end_records(bytes: &[u8]) -> impl Iterator<Item = EndRecord> + '_ {
    let start = length(bytes).saturating_sub(END_SEARCH);
    memmem::rfind_iter(slice_clamped(bytes, start..u64::MAX), &END)
        .filter_map(move |at| EndRecord::read(bytes, start.saturating_add(u64::try_from(at).ok()?)))
}

/// Says whether some zip reader would take the file for an archive, whatever it starts with.
///
/// Only the last 65,557 bytes and the start of the directory are looked at.
///
/// ```
/// # use model_scan::zip::has_end_record;
/// assert!(has_end_record(b"GIF89a PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
/// assert!(!has_end_record(b"GIF89a"));
/// ```
#[must_use]
pub fn has_end_record(bytes: &[u8]) -> bool {
    end_records(bytes).any(|end| end.views(bytes).is_plausible())
}
