use zeroize::Zeroizing;

use super::Oid;

/// The tags that keys and signatures are made of.
pub(crate) mod tag {
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const SEQUENCE: u8 = 0x30;
    /// `[0]`, constructed.
    pub(crate) const CONTEXT_0: u8 = 0xa0;
    /// `[1]`, constructed.
    pub(crate) const CONTEXT_1: u8 = 0xa1;
    /// `[1]`, primitive.
    pub(crate) const CONTEXT_1_PRIMITIVE: u8 = 0x81;
}

/// What breaks the rules of DER (X.690 sections 8 and 10).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DerErrorKind {
    /// The bytes end before the element does.
    #[error("the element ends too early")]
    Truncated,
    /// Bytes follow where none should.
    #[error("{0} bytes follow the last element")]
    TrailingBytes(usize),
    /// Another kind of element stands here.
    #[error("tag 0x{found:02x} where 0x{wanted:02x} was wanted")]
    UnexpectedTag {
        /// The tag that stands here.
        found: u8,
        /// The tag that was wanted.
        wanted: u8,
    },
    /// The length is not written in its shortest form, or as indefinite.
    #[error("the length is not in its shortest form")]
    LengthForm,
    /// The integer is empty, negative, or not in its shortest form.
    #[error("the integer is not a positive one in its shortest form")]
    IntegerForm,
    /// The object identifier is not well formed, or longer than 32 bytes.
    #[error("the object identifier is not well formed")]
    OidForm,
    /// The last byte of a string of bits is not used up.
    #[error("the string of bits does not end at a byte")]
    UnusedBits,
}

/// Where and how the rules are broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct DerError {
    pub(crate) kind: DerErrorKind,
    /// The byte, counted from the start of the whole input.
    pub(crate) offset: usize,
}

/// Reads elements one behind the other; nested ones with a reader of their own.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// Where `rest` starts in the whole input.
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, at: 0 }
    }

    pub(crate) const fn offset(&self) -> usize {
        self.at
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    const fn error(&self, kind: DerErrorKind) -> DerError {
        DerError {
            kind,
            offset: self.at,
        }
    }

    pub(crate) fn tag(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Takes the next byte.
    fn byte(&mut self) -> Result<u8, DerError> {
        let (&byte, rest) = self
            .rest
            .split_first()
            .ok_or(self.error(DerErrorKind::Truncated))?;
        self.rest = rest;
        self.at = self.at.saturating_add(1);
        Ok(byte)
    }

    fn length(&mut self) -> Result<usize, DerError> {
        let form = self.error(DerErrorKind::LengthForm);
        let first = self.byte()?;
        // Three bytes reach 16 MiB; no input is that large.
        let (count, least) = match first {
            0..=0x7f => return Ok(usize::from(first)),
            0x81 => (1, 0x80),
            0x82 => (2, 0x100),
            0x83 => (3, 0x1_0000),
            _ => return Err(form),
        };
        let mut length = 0_usize;
        for _ in 0..count {
            length = (length << 8) | usize::from(self.byte()?);
        }
        if length < least {
            Err(form)
        } else {
            Ok(length)
        }
    }

    /// Takes the next element, which has this tag, and returns a reader of its contents.
    pub(crate) fn element(&mut self, wanted: u8) -> Result<Self, DerError> {
        let start = self.error(DerErrorKind::Truncated);
        match self.tag() {
            Some(found) if found != wanted => {
                return Err(self.error(DerErrorKind::UnexpectedTag { found, wanted }));
            }
            _ => self.byte()?,
        };
        let length = self.length()?;
        let (contents, rest) = self.rest.split_at_checked(length).ok_or(start)?;
        let contents = Self {
            rest: contents,
            at: self.at,
        };
        self.at = self.at.saturating_add(length);
        self.rest = rest;
        Ok(contents)
    }

    /// As [`element`](Self::element), or nothing if another one stands here, or none.
    pub(crate) fn optional(&mut self, wanted: u8) -> Result<Option<Self>, DerError> {
        if self.tag() == Some(wanted) {
            self.element(wanted).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Takes an integer that is not negative, and returns its bytes without leading zeros: none for 0.
    pub(crate) fn unsigned(&mut self) -> Result<Self, DerError> {
        let mut contents = self.element(tag::INTEGER)?;
        let form = contents.error(DerErrorKind::IntegerForm);
        match contents.rest {
            [] | [0x80..=0xff, ..] | [0, 0..=0x7f, ..] => return Err(form),
            [0, ..] => {
                contents.byte()?;
            }
            _ => {}
        }
        Ok(contents)
    }

    /// Takes a small integer that is not negative; `None` if it does not fit.
    pub(crate) fn number(&mut self) -> Result<Option<u64>, DerError> {
        let contents = self.unsigned()?;
        let mut number = 0_u64;
        for &byte in contents.rest {
            let Some(shifted) = number.checked_mul(256) else {
                return Ok(None);
            };
            number = shifted | u64::from(byte);
        }
        Ok(Some(number))
    }

    pub(crate) fn oid(&mut self) -> Result<Oid, DerError> {
        let contents = self.element(tag::OID)?;
        Oid::from_contents(contents.rest).ok_or(contents.error(DerErrorKind::OidForm))
    }

    /// Takes a string of bits, which must be whole bytes, as an element with this tag.
    pub(crate) fn bits(&mut self, wanted: u8) -> Result<Self, DerError> {
        let mut contents = self.element(wanted)?;
        let unused = contents.error(DerErrorKind::UnusedBits);
        if contents.byte()? == 0 {
            Ok(contents)
        } else {
            Err(unused)
        }
    }

    /// As [`bits`](Self::bits), or nothing if another element stands here, or none.
    pub(crate) fn optional_bits(&mut self, wanted: u8) -> Result<Option<Self>, DerError> {
        if self.tag() == Some(wanted) {
            self.bits(wanted).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Makes sure that nothing is left.
    pub(crate) fn finish(self) -> Result<(), DerError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.error(DerErrorKind::TrailingBytes(self.rest.len())))
        }
    }
}

/// Writes an element around the parts of its contents. What it returns may be secret, and is wiped.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length = parts
        .iter()
        .fold(0_usize, |sum, part| sum.saturating_add(part.len()));
    // As large as it gets, since a vector that grows leaves copies behind.
    let mut out = Zeroizing::new(Vec::with_capacity(length.saturating_add(10)));
    out.push(tag);
    let bytes = length.to_be_bytes();
    let significant: &[u8] = {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        bytes.get(zeros..).unwrap_or_default()
    };
    match significant {
        [] => out.push(0),
        [short @ 0..=0x7f] => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(0x7f));
            out.extend_from_slice(long);
        }
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// Writes an integer that is not negative, given as bytes, the highest first.
pub(crate) fn unsigned(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    match bytes.get(zeros..).unwrap_or_default() {
        [] => element(tag::INTEGER, &[&[0]]),
        high @ [0x80..=0xff, ..] => element(tag::INTEGER, &[&[0], high]),
        low => element(tag::INTEGER, &[low]),
    }
}

#[cfg(test)]
mod tests {
    use super::{DerErrorKind, Reader, element, tag, unsigned};

    #[test]
    fn elements_of_any_length_are_read_back() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536, 70_000] {
            let contents = vec![7; length];
            let written = element(tag::OCTET_STRING, &[&contents]);
            let mut reader = Reader::new(&written);
            assert_eq!(reader.element(tag::OCTET_STRING).unwrap().rest(), contents);
            assert!(reader.is_empty());
        }
    }

    #[test]
    fn lengths_in_a_longer_form_than_needed_are_refused() {
        for bytes in [
            &[0x04, 0x80, 0, 0][..],
            &[0x04, 0x81, 0x01, 7],
            &[0x04, 0x81, 0x7f],
            &[0x04, 0x82, 0x00, 0x80],
            &[0x04, 0x84, 0, 0, 0, 1, 7],
            &[0x04, 0xff],
        ] {
            let error = Reader::new(bytes).element(tag::OCTET_STRING).unwrap_err();
            assert_eq!(
                (error.kind, error.offset),
                (DerErrorKind::LengthForm, 1),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn a_length_beyond_the_bytes_left_is_refused() {
        for bytes in [
            &[0x04, 2, 7][..],
            &[0x04],
            &[],
            &[0x04, 0x83, 0xff, 0xff, 0xff],
            &[0x04, 0x82, 1],
        ] {
            let error = Reader::new(bytes).element(tag::OCTET_STRING).unwrap_err();
            assert_eq!(error.kind, DerErrorKind::Truncated, "{bytes:?}");
        }
    }

    #[test]
    fn integers_have_one_form() {
        for (value, written) in [
            (&[][..], &[2, 1, 0][..]),
            (&[0, 0, 1], &[2, 1, 1]),
            (&[0x7f], &[2, 1, 0x7f]),
            (&[0x80], &[2, 2, 0, 0x80]),
            (&[0x01, 0x00], &[2, 2, 1, 0]),
        ] {
            assert_eq!(unsigned(value).as_slice(), written);
        }
        for (bytes, number) in [
            (&[2, 1, 0][..], 0),
            (&[2, 1, 5], 5),
            (&[2, 2, 0, 0x80], 128),
        ] {
            assert_eq!(Reader::new(bytes).number().unwrap(), Some(number));
        }
        for bytes in [
            &[2, 0][..],
            &[2, 1, 0x80],
            &[2, 2, 0, 0x7f],
            &[2, 2, 0xff, 0],
            &[2, 3, 0, 0, 1],
            &[2, 3, 0, 1, 1],
        ] {
            let error = Reader::new(bytes).unsigned().unwrap_err();
            assert_eq!(error.kind, DerErrorKind::IntegerForm, "{bytes:?}");
        }
        assert_eq!(
            Reader::new(&[2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0]).number(),
            Ok(None)
        );
    }
}
