use std::ops::Range;

use super::number::Number;
use super::pax::decimal;

/// Where the stored pieces of a sparse file belong.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct SparseMap {
    /// Offset in the file and length, in the order in which they are stored.
    pub(super) pieces: Vec<(u64, u64)>,
    /// The size once holes are filled.
    pub(super) size: u64,
}

/// Why a map cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum MapFault {
    Malformed,
    TooManyPieces,
}

impl SparseMap {
    /// Adds the pieces of GNU's old format: pairs of fields of 12 bytes.
    pub(super) fn add_fields(&mut self, fields: &[u8], most: usize) -> Result<(), MapFault> {
        for pair in fields.chunks_exact(24) {
            let (offset, length) = pair.split_at_checked(12).ok_or(MapFault::Malformed)?;
            if length.first() == Some(&0) && offset.first() == Some(&0) {
                return Ok(());
            }
            let (Some(offset), Some(length)) = (
                Number::read(offset).sizes().next(),
                Number::read(length).sizes().next(),
            ) else {
                return Err(MapFault::Malformed);
            };
            self.add(offset, length, most)?;
        }
        Ok(())
    }

    /// Adds pairs of decimal numbers.
    pub(super) fn add_numbers<'t>(
        &mut self,
        numbers: impl Iterator<Item = &'t [u8]>,
        most: usize,
    ) -> Result<(), MapFault> {
        let mut numbers = numbers.map(decimal);
        while let Some(offset) = numbers.next() {
            let (Some(offset), Some(Some(length))) = (offset, numbers.next()) else {
                return Err(MapFault::Malformed);
            };
            self.add(offset, length, most)?;
        }
        Ok(())
    }

    /// Reads the map at the start of the data: a count and the pairs, one number a line. Returns it with
    /// how many bytes it takes.
    pub(super) fn in_data(data: &[u8], most: usize) -> Result<(Self, u64), MapFault> {
        let mut lines = Lines { data, at: 0 };
        let count = lines.next().and_then(decimal).ok_or(MapFault::Malformed)?;
        let count = usize::try_from(count).map_err(|_| MapFault::TooManyPieces)?;
        if count > most {
            return Err(MapFault::TooManyPieces);
        }
        let mut map = Self::default();
        for _ in 0..count {
            let offset = lines.next().and_then(decimal).ok_or(MapFault::Malformed)?;
            let length = lines.next().and_then(decimal).ok_or(MapFault::Malformed)?;
            map.add(offset, length, most)?;
        }
        let read = u64::try_from(lines.at).map_err(|_| MapFault::Malformed)?;
        Ok((map, read))
    }

    fn add(&mut self, offset: u64, length: u64, most: usize) -> Result<(), MapFault> {
        if self.pieces.len() >= most {
            return Err(MapFault::TooManyPieces);
        }
        offset.checked_add(length).ok_or(MapFault::Malformed)?;
        self.pieces.push((offset, length));
        Ok(())
    }

    /// Fills the holes with zeros. Pieces that the stored bytes do not reach, or that lie behind the size,
    /// are left out, and it says so. The caller has held the size against a ceiling.
    pub(super) fn fill(&self, stored: &[u8]) -> (Vec<u8>, bool) {
        let Ok(size) = usize::try_from(self.size) else {
            return (Vec::new(), false);
        };
        let mut file = vec![0; size];
        let mut whole = true;
        let mut at = 0_usize;
        for &(offset, length) in &self.pieces {
            let range = |start: u64| -> Option<Range<usize>> {
                let end = start.checked_add(length)?;
                Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
            };
            let source = range(u64::try_from(at).unwrap_or(u64::MAX));
            let source = source.map(|range| range.start..range.end.min(stored.len()));
            let copied = source.clone().and_then(|range| stored.get(range));
            match (copied, range(offset)) {
                (Some(copied), Some(target)) => {
                    whole &= copied.len() == target.len() && target.end <= file.len();
                    let end = target.end.min(file.len());
                    let place = file.get_mut(target.start..end).unwrap_or_default();
                    for (place, byte) in place.iter_mut().zip(copied) {
                        *place = *byte;
                    }
                }
                _ => whole = false,
            }
            at = source.map_or(stored.len(), |range| range.end);
        }
        (file, whole)
    }
}

struct Lines<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        // No number has more digits.
        let rest = self.data.get(self.at..)?;
        let end = memchr::memchr(b'\n', rest.get(..24).unwrap_or(rest))?;
        self.at = self.at.checked_add(end)?.checked_add(1)?;
        rest.get(..end)
    }
}

#[cfg(test)]
mod tests {
    use super::{MapFault, SparseMap};

    #[test]
    fn holes_are_zeros() {
        let map = SparseMap {
            pieces: vec![(2, 3), (7, 1)],
            size: 9,
        };
        assert_eq!(map.fill(b"abcd"), (b"\0\0abc\0\0d\0".to_vec(), true));
        assert!(!map.fill(b"abc").1);
        let beyond = SparseMap {
            pieces: vec![(8, 3)],
            size: 9,
        };
        assert_eq!(beyond.fill(b"abc"), (b"\0\0\0\0\0\0\0\0a".to_vec(), false));
    }

    #[test]
    fn a_map_in_the_data_is_read_to_its_count() {
        let (map, read) = SparseMap::in_data(b"1\n5\n3\nabc", 10).unwrap();
        assert_eq!((map.pieces, read), (vec![(5, 3)], 6));
        assert_eq!(
            SparseMap::in_data(b"9\n5\n3\n", 10),
            Err(MapFault::Malformed)
        );
        assert_eq!(
            SparseMap::in_data(b"99\n", 10),
            Err(MapFault::TooManyPieces)
        );
    }
}
