use std::ops::Range;

use super::cursor::Cursor;
use super::folder::Folder;
use super::{Error, ErrorKind, Field};

pub(super) const END: u64 = 0x00;
pub(super) const HEADER: u64 = 0x01;
pub(super) const ARCHIVE_PROPERTIES: u64 = 0x02;
pub(super) const ADDITIONAL_STREAMS: u64 = 0x03;
pub(super) const MAIN_STREAMS: u64 = 0x04;
pub(super) const FILES: u64 = 0x05;
pub(super) const PACKED_HEADER: u64 = 0x17;
const PACK_INFO: u64 = 0x06;
const UNPACK_INFO: u64 = 0x07;
const SUBSTREAMS: u64 = 0x08;
const SIZE: u64 = 0x09;
const CRC: u64 = 0x0a;
const FOLDER: u64 = 0x0b;
const UNPACK_SIZE: u64 = 0x0c;
const SUBSTREAM_COUNT: u64 = 0x0d;

/// Bytes of the first header, from which offsets count.
pub(super) const FIRST_HEADER: u64 = 32;

/// Where packed bytes lie, how they are unpacked, and which files come out.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    /// Where the first packed stream begins, behind the first header.
    pub(super) position: u64,
    pub(super) packed_sizes: Vec<u64>,
    pub(super) folders: Vec<Folder>,
    /// By folder, size and checksum of each file in it.
    pub(super) files: Vec<Vec<(u64, Option<u32>)>>,
    /// Where each packed stream lies in the file.
    ranges: Vec<Range<u64>>,
    /// By folder, which of them are its own.
    of_folder: Vec<Range<usize>>,
}

impl Streams {
    /// Reads the description up to its end mark.
    pub(super) fn read(cursor: &mut Cursor<'_>, members: u64) -> Result<Self, Error> {
        let mut streams = Self::default();
        let mut id = cursor.number()?;
        if id == PACK_INFO {
            streams.packed(cursor)?;
            id = cursor.number()?;
        }
        if id == UNPACK_INFO {
            streams.unpacked(cursor)?;
            id = cursor.number()?;
        }
        if id == SUBSTREAMS {
            streams.substreams(cursor, members)?;
            id = cursor.number()?;
        } else {
            streams.whole_folders(cursor)?;
        }
        if id != END {
            return cursor.unexpected(id);
        }
        let taken = streams.folders.iter().map(|folder| folder.packed.len());
        if taken.fold(0, usize::saturating_add) > streams.packed_sizes.len() {
            return Err(cursor.error(ErrorKind::Inconsistent(Field::PackedStreams)));
        }
        streams.lay_out();
        Ok(streams)
    }

    fn packed(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Error> {
        self.position = cursor.number()?;
        let count = cursor.count(Field::PackedStreams, u64::MAX)?;
        let mut id = cursor.number()?;
        if id == SIZE {
            for _ in 0..count {
                self.packed_sizes.push(cursor.number()?);
            }
            id = cursor.number()?;
        } else if count > 0 {
            return Err(cursor.error(ErrorKind::Inconsistent(Field::Sizes)));
        }
        if id == CRC {
            // Readers do not compare them, and neither is anything lost without.
            cursor.digests(count)?;
            id = cursor.number()?;
        }
        if id == END {
            Ok(())
        } else {
            cursor.unexpected(id)
        }
    }

    fn unpacked(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Error> {
        let id = cursor.number()?;
        if id != FOLDER {
            return cursor.unexpected(id);
        }
        let count = cursor.count(Field::Folders, u64::MAX)?;
        if cursor.byte()? != 0 {
            return Err(cursor.error(ErrorKind::External));
        }
        for _ in 0..count {
            self.folders.push(Folder::read(cursor)?);
        }
        let id = cursor.number()?;
        if id != UNPACK_SIZE {
            return cursor.unexpected(id);
        }
        for folder in &mut self.folders {
            for _ in 0..folder.outputs() {
                folder.sizes.push(cursor.number()?);
            }
        }
        let mut id = cursor.number()?;
        if id == CRC {
            let digests = cursor.digests(count)?;
            for (folder, crc) in self.folders.iter_mut().zip(digests) {
                folder.crc = crc;
            }
            id = cursor.number()?;
        }
        if id == END {
            Ok(())
        } else {
            cursor.unexpected(id)
        }
    }

    /// Each folder holds one file.
    fn whole_folders(&mut self, cursor: &Cursor<'_>) -> Result<(), Error> {
        for folder in &self.folders {
            let size = folder
                .size()
                .ok_or_else(|| cursor.error(ErrorKind::Inconsistent(Field::Sizes)))?;
            self.files.push(vec![(size, folder.crc)]);
        }
        Ok(())
    }

    fn substreams(&mut self, cursor: &mut Cursor<'_>, members: u64) -> Result<(), Error> {
        let mut id = cursor.number()?;
        let mut counts = Vec::new();
        if id == SUBSTREAM_COUNT {
            let mut left = members;
            for _ in &self.folders {
                // All but the last of a folder have a size of at least one byte.
                let most = left.min(cursor.left().saturating_add(1));
                let stated = cursor.number()?;
                if stated > most {
                    return Err(cursor.error(ErrorKind::TooMany {
                        field: Field::Substreams,
                        stated,
                        most,
                    }));
                }
                left = left.saturating_sub(stated);
                counts.push(stated);
            }
            id = cursor.number()?;
        } else {
            counts.resize(self.folders.len(), 1);
        }
        let sized = id == SIZE;
        for (folder, count) in self.folders.iter().zip(&counts) {
            let inconsistent =
                |cursor: &Cursor<'_>| cursor.error(ErrorKind::Inconsistent(Field::Sizes));
            let mut rest = folder.size().ok_or_else(|| inconsistent(cursor))?;
            let mut files = Vec::new();
            for index in 0..*count {
                let last = index.saturating_add(1) == *count;
                if !last && !sized {
                    return Err(inconsistent(cursor));
                }
                let size = if last { rest } else { cursor.number()? };
                rest = rest.checked_sub(size).ok_or_else(|| inconsistent(cursor))?;
                files.push((size, None));
            }
            self.files.push(files);
        }
        if sized {
            id = cursor.number()?;
        }
        let known = |folder: &Folder, count: u64| count == 1 && folder.crc.is_some();
        let mut missing = 0_u64;
        for (folder, count) in self.folders.iter().zip(&counts) {
            if !known(folder, *count) {
                missing = missing.saturating_add(*count);
            }
        }
        let mut digests = Vec::new();
        if id == CRC {
            digests = cursor.digests(missing)?;
            id = cursor.number()?;
        }
        let mut digests = digests.into_iter();
        for (folder, files) in self.folders.iter().zip(&mut self.files) {
            let count = u64::try_from(files.len()).unwrap_or(u64::MAX);
            for (_, crc) in files {
                *crc = if known(folder, count) {
                    folder.crc
                } else {
                    digests.next().flatten()
                };
            }
        }
        if id == END {
            Ok(())
        } else {
            cursor.unexpected(id)
        }
    }
}

impl Streams {
    /// Returns where the packed bytes of a folder lie in the file: one run for each of its packed streams.
    pub(super) fn packed_ranges(&self, folder: usize) -> &[Range<u64>] {
        let range = self.of_folder.get(folder).cloned().unwrap_or(0..0);
        self.ranges.get(range).unwrap_or_default()
    }

    /// Lays the packed streams out, one behind the other, and gives each folder its own.
    fn lay_out(&mut self) {
        let mut at = self.position.saturating_add(FIRST_HEADER);
        for size in &self.packed_sizes {
            let end = at.saturating_add(*size);
            self.ranges.push(at..end);
            at = end;
        }
        let mut first = 0_usize;
        for folder in &self.folders {
            let end = first.saturating_add(folder.packed.len());
            self.of_folder.push(first..end);
            first = end;
        }
    }

    /// Returns where all packed bytes lie in the file.
    pub(super) fn packed_range(&self) -> Range<u64> {
        let start = self.position.saturating_add(FIRST_HEADER);
        let length = self
            .packed_sizes
            .iter()
            .copied()
            .fold(0, u64::saturating_add);
        start..start.saturating_add(length)
    }
}
