use super::{Error, ErrorKind, Field};

/// A header that is read from its start on.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the bytes begin in the file; 0 for a header that was unpacked.
    base: u64,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(bytes: &'a [u8], base: u64) -> Self {
        Self { bytes, at: 0, base }
    }

    pub(super) fn error(&self, kind: ErrorKind) -> Error {
        Error {
            kind,
            offset: self
                .base
                .saturating_add(u64::try_from(self.at).unwrap_or(u64::MAX)),
        }
    }

    /// Returns how many bytes are left.
    pub(super) fn left(&self) -> u64 {
        u64::try_from(self.bytes.len().saturating_sub(self.at)).unwrap_or(u64::MAX)
    }

    pub(super) fn take(&mut self, length: u64) -> Result<&'a [u8], Error> {
        let taken = usize::try_from(length)
            .ok()
            .and_then(|length| self.bytes.get(self.at..self.at.checked_add(length)?));
        match taken {
            Some(taken) => {
                self.at = self.at.saturating_add(taken.len());
                Ok(taken)
            }
            None => Err(self.error(ErrorKind::CutOff)),
        }
    }

    /// Returns what is left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Reads bytes that begin here as a part of their own.
    pub(super) fn within(&self, bytes: &'a [u8]) -> Self {
        let at = u64::try_from(self.at).unwrap_or(u64::MAX);
        Self::new(bytes, self.base.saturating_add(at))
    }

    pub(super) fn byte(&mut self) -> Result<u8, Error> {
        let taken = self.take(1)?;
        taken
            .first()
            .copied()
            .ok_or_else(|| self.error(ErrorKind::CutOff))
    }

    pub(super) fn u32(&mut self) -> Result<u32, Error> {
        let taken = self.take(4)?;
        let bytes = taken
            .first_chunk()
            .ok_or_else(|| self.error(ErrorKind::CutOff))?;
        Ok(u32::from_le_bytes(*bytes))
    }

    /// Reads a number of one to nine bytes: the ones at the start of the first byte say how many follow,
    /// lowest first, and what is left of the first byte is the highest part.
    pub(super) fn number(&mut self) -> Result<u64, Error> {
        let first = self.byte()?;
        let follow = first.leading_ones();
        let mut value = 0_u64;
        for place in 0..follow {
            let byte = u64::from(self.byte()?);
            value |= byte.checked_shl(place.saturating_mul(8)).unwrap_or(0);
        }
        let kept = 0x7f_u32.checked_shr(follow).unwrap_or(0);
        let high = u64::from(u32::from(first) & kept);
        Ok(value | high.checked_shl(follow.saturating_mul(8)).unwrap_or(0))
    }

    /// Reads how many of something follow. Each takes at least one byte.
    pub(super) fn count(&mut self, field: Field, most: u64) -> Result<u64, Error> {
        let before = self.clone();
        let stated = self.number()?;
        let most = most.min(self.left());
        if stated > most {
            let kind = ErrorKind::TooMany {
                field,
                stated,
                most,
            };
            return Err(before.error(kind));
        }
        Ok(stated)
    }

    /// Reads bits, highest first.
    pub(super) fn bits(&mut self, count: u64) -> Result<Vec<bool>, Error> {
        let bytes = self.take(count.div_ceil(8))?;
        let count = usize::try_from(count).map_err(|_| self.error(ErrorKind::CutOff))?;
        Ok(bytes
            .iter()
            .flat_map(|byte| (0..8).map(move |bit| byte.rotate_left(bit) & 0x80 != 0))
            .take(count)
            .collect())
    }

    /// Reads which of so many are there: all, or those whose bit is set.
    pub(super) fn defined(&mut self, count: u64) -> Result<Vec<bool>, Error> {
        match self.byte()? {
            0 => self.bits(count),
            _ => {
                let count = usize::try_from(count).map_err(|_| self.error(ErrorKind::CutOff))?;
                Ok(vec![true; count])
            }
        }
    }

    /// Reads checksums, of those that have one.
    pub(super) fn digests(&mut self, count: u64) -> Result<Vec<Option<u32>>, Error> {
        let defined = self.defined(count)?;
        let stated = defined.iter().filter(|defined| **defined).count();
        if u64::try_from(stated).unwrap_or(u64::MAX).saturating_mul(4) > self.left() {
            return Err(self.error(ErrorKind::CutOff));
        }
        defined
            .into_iter()
            .map(|defined| defined.then(|| self.u32()).transpose())
            .collect()
    }

    /// Refuses a property that does not belong here.
    pub(super) fn unexpected<T>(&self, found: u64) -> Result<T, Error> {
        Err(self.error(ErrorKind::UnexpectedProperty { found }))
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    fn number(bytes: &[u8]) -> Option<u64> {
        Cursor::new(bytes, 0).number().ok()
    }

    #[test]
    fn numbers_have_one_to_nine_bytes() {
        assert_eq!(number(b"\x7f"), Some(0x7f));
        assert_eq!(number(b"\x80\x80"), Some(0x80));
        assert_eq!(number(b"\xbf\xff"), Some(0x3fff));
        assert_eq!(number(b"\xc1\x02\x03"), Some(0x0001_0302));
        assert_eq!(
            number(b"\xff\x01\x02\x03\x04\x05\x06\x07\x08"),
            Some(0x0807_0605_0403_0201)
        );
        assert_eq!(
            number(b"\xfe\x01\x02\x03\x04\x05\x06\x07"),
            Some(0x0007_0605_0403_0201)
        );
        assert_eq!(number(b"\x80"), None);
    }

    #[test]
    fn bits_come_highest_first() {
        let bits = Cursor::new(b"\xa0\x80", 0).bits(9).unwrap();
        assert_eq!(
            bits,
            [true, false, true, false, false, false, false, false, true]
        );
    }
}
