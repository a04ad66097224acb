use std::fmt;

use thiserror::Error;

/// Tags of the universal class that certificates use, and `CONSTRUCTED` where they stand for a list.
pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// Why bytes are no DER, and at which of them that shows.
///
/// # Spec
/// X.690. Only the low tag numbers are known: X.509 has no others.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("{fault} at byte {at}")]
pub struct DerError {
    fault: DerFault,
    at: u64,
}

impl DerError {
    pub(super) fn new(fault: DerFault, at: usize) -> Self {
        Self {
            fault,
            at: u64::try_from(at).unwrap_or(u64::MAX),
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn fault(&self) -> DerFault {
        self.fault
    }

    /// The byte of the certificate, from 0, at which it shows.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at
    }
}

/// The kinds of [`DerError`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DerFault {
    /// An element claims more bytes than are left.
    Truncated,
    /// Bytes follow where nothing may.
    Trailing,
    /// A tag stands where another one must.
    Tag {
        /// The tag's octet.
        found: u8,
        /// The octet that must stand here.
        wanted: u8,
    },
    /// The tag has a high number, or one that this place does not know.
    UnknownTag(u8),
    /// A length is indefinite, longer than needed, or has more than four octets.
    Length,
    /// An integer, boolean, bit string, time, object identifier or text is not written as DER wants it, or
    /// lies outside what the field may hold.
    Value,
    /// A list that must not be empty is.
    Empty,
}

impl fmt::Display for DerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("an element has more bytes than are left"),
            Self::Trailing => f.write_str("bytes are left over"),
            Self::Tag { found, wanted } => {
                write!(f, "tag {found:#04x} where {wanted:#04x} is wanted")
            }
            Self::UnknownTag(tag) => write!(f, "unknown tag {tag:#04x}"),
            Self::Length => f.write_str("a length is not in its shortest definite form"),
            Self::Value => f.write_str("a value is malformed or out of range"),
            Self::Empty => f.write_str("a list is empty"),
        }
    }
}

/// One element: its tag, its contents, and all its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) value: &'a [u8],
    /// Header and contents.
    pub(super) raw: &'a [u8],
    /// Where the contents begin, counted from the start of the outermost element.
    pub(super) at: usize,
}

impl<'a> Element<'a> {
    /// Reads the elements inside.
    pub(super) fn inside(&self) -> Reader<'a> {
        Reader {
            rest: self.value,
            at: self.at,
        }
    }

    pub(super) fn fault(&self, fault: DerFault) -> DerError {
        DerError::new(fault, self.at)
    }

    /// Refuses the element unless it has this tag.
    pub(super) fn tagged(self, wanted: u8) -> Result<Self, DerError> {
        if self.tag == wanted {
            Ok(self)
        } else {
            let found = self.tag;
            Err(self.fault(DerFault::Tag { found, wanted }))
        }
    }

    /// The octets of an integer, shortest two's complement, whatever its tag is.
    pub(super) fn integer(&self) -> Result<&'a [u8], DerError> {
        match self.value {
            [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(self.fault(DerFault::Value)),
            octets => Ok(octets),
        }
    }

    /// The octets of an integer that is not negative, without the zero that keeps it so.
    pub(super) fn unsigned(&self) -> Result<&'a [u8], DerError> {
        match self.integer()? {
            [0x80..=0xff, ..] => Err(self.fault(DerFault::Value)),
            [0, rest @ ..] if !rest.is_empty() => Ok(rest),
            octets => Ok(octets),
        }
    }

    /// A small integer that is not negative.
    pub(super) fn small(&self) -> Result<u32, DerError> {
        let octets = self.unsigned()?;
        if octets.len() > 4 {
            return Err(self.fault(DerFault::Value));
        }
        Ok(octets
            .iter()
            .fold(0, |sum, octet| (sum << 8) | u32::from(*octet)))
    }

    pub(super) fn boolean(&self) -> Result<Flag, DerError> {
        match self.value {
            [0x00] => Ok(Flag::False),
            [0xff] => Ok(Flag::True),
            _ => Err(self.fault(DerFault::Value)),
        }
    }

    /// The bits of a bit string, first bit highest, and how many of the last octet are not used.
    pub(super) fn bits(&self) -> Result<(&'a [u8], u8), DerError> {
        let wrong = self.fault(DerFault::Value);
        let (unused, octets) = self.value.split_first().ok_or(wrong)?;
        let last = octets.last().copied().unwrap_or_default();
        let padding = match (*unused, octets) {
            (0, _) => 0,
            (1..=7, [_, ..]) => {
                last & 0xff_u8
                    .checked_shr(8_u32.saturating_sub((*unused).into()))
                    .unwrap_or(0)
            }
            _ => return Err(wrong),
        };
        if padding == 0 {
            Ok((octets, *unused))
        } else {
            Err(wrong)
        }
    }

    /// The octets of a bit string whose bits fill them.
    pub(super) fn octets(&self) -> Result<&'a [u8], DerError> {
        match self.bits()? {
            (octets, 0) => Ok(octets),
            _ => Err(self.fault(DerFault::Value)),
        }
    }
}

/// A boolean that was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Flag {
    False,
    True,
}

/// Reads elements one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, at: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next element.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn fault(&self, fault: DerFault) -> DerError {
        DerError::new(fault, self.at)
    }

    /// Reads the next element, whatever it is.
    pub(super) fn any(&mut self) -> Result<Element<'a>, DerError> {
        let truncated = self.fault(DerFault::Truncated);
        let wrong = self.fault(DerFault::Length);
        let (tag, after) = self.rest.split_first().ok_or(truncated)?;
        if tag & 0x1f == 0x1f {
            return Err(self.fault(DerFault::UnknownTag(*tag)));
        }
        let (first, after) = after.split_first().ok_or(truncated)?;
        let (length, after) = match first {
            0..=0x7f => (usize::from(*first), after),
            0x81..=0x84 => {
                let octets = after.get(..usize::from(first & 0x7f)).ok_or(truncated)?;
                let after = after.get(octets.len()..).ok_or(truncated)?;
                let length = octets
                    .iter()
                    .fold(0_u32, |sum, octet| (sum << 8) | u32::from(*octet));
                if octets.first() == Some(&0) || length < 0x80 {
                    return Err(wrong);
                }
                (usize::try_from(length).map_err(|_| truncated)?, after)
            }
            _ => return Err(wrong),
        };
        let value = after.get(..length).ok_or(truncated)?;
        let header = self.rest.len().saturating_sub(after.len());
        let whole = header.saturating_add(length);
        let raw = self.rest.get(..whole).ok_or(truncated)?;
        let element = Element {
            tag: *tag,
            value,
            raw,
            at: self.at.saturating_add(header),
        };
        self.rest = self.rest.get(whole..).ok_or(truncated)?;
        self.at = self.at.saturating_add(whole);
        Ok(element)
    }

    /// Reads the next element, which must have this tag.
    pub(super) fn one(&mut self, wanted: u8) -> Result<Element<'a>, DerError> {
        match self.peek() {
            Some(found) if found != wanted => Err(self.fault(DerFault::Tag { found, wanted })),
            _ => self.any(),
        }
    }

    /// Reads the next element if it has this tag.
    pub(super) fn optional(&mut self, wanted: u8) -> Result<Option<Element<'a>>, DerError> {
        if self.peek() == Some(wanted) {
            self.any().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Refuses bytes that are left over.
    pub(super) fn end(&self) -> Result<(), DerError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(self.fault(DerFault::Trailing))
        }
    }

    /// Reads the one element that the bytes are.
    pub(super) fn whole(bytes: &'a [u8], wanted: u8) -> Result<Element<'a>, DerError> {
        Self::new(bytes).only(wanted)
    }

    /// Reads the one element that is left.
    pub(super) fn only(mut self, wanted: u8) -> Result<Element<'a>, DerError> {
        let element = self.one(wanted)?;
        self.end()?;
        Ok(element)
    }
}

#[cfg(test)]
mod tests {
    use super::{BIT_STRING, DerFault, Element, INTEGER, OCTET_STRING, Reader};

    fn fault(bytes: &[u8]) -> DerFault {
        Reader::new(bytes).any().unwrap_err().fault()
    }

    fn element(bytes: &[u8]) -> Element<'_> {
        Reader::new(bytes).any().unwrap()
    }

    #[test]
    fn a_length_has_one_form() {
        assert_eq!(fault(&[4, 0x80, 0, 0]), DerFault::Length);
        assert_eq!(fault(&[4, 0x81, 1, 0]), DerFault::Length);
        assert_eq!(fault(&[4, 0x82, 0, 200]), DerFault::Length);
        assert_eq!(fault(&[4, 0x85, 0, 0, 0, 0, 1]), DerFault::Length);
        assert_eq!(fault(&[4, 0xff]), DerFault::Length);
        let long = [&[4, 0x81, 200][..], &[7; 200]].concat();
        assert_eq!(element(&long).value, [7; 200]);
    }

    #[test]
    fn a_length_is_compared_with_what_is_left() {
        for bytes in [
            &[][..],
            &[4],
            &[4, 1],
            &[4, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[4, 0x82, 1],
        ] {
            assert_eq!(fault(bytes), DerFault::Truncated, "{bytes:?}");
        }
        assert_eq!(fault(&[0x1f, 1, 1]), DerFault::UnknownTag(0x1f));
    }

    #[test]
    fn what_is_left_over_is_refused_with_its_place() {
        let error = Reader::whole(&[4, 1, 9, 0], OCTET_STRING).unwrap_err();
        assert_eq!((error.fault(), error.at()), (DerFault::Trailing, 3));
        assert_eq!(error.to_string(), "bytes are left over at byte 3");
    }

    #[test]
    fn an_integer_is_as_short_as_can_be() {
        for bytes in [&[2, 0][..], &[2, 2, 0, 0x7f], &[2, 2, 0xff, 0x80]] {
            assert!(
                element(bytes).tagged(INTEGER).unwrap().integer().is_err(),
                "{bytes:?}"
            );
        }
        assert_eq!(element(&[2, 2, 0, 0x80]).unsigned().unwrap(), [0x80]);
        assert_eq!(element(&[2, 1, 0]).small().unwrap(), 0);
        assert_eq!(element(&[2, 2, 1, 0]).small().unwrap(), 256);
        assert!(element(&[2, 1, 0x80]).unsigned().is_err());
        assert!(element(&[2, 5, 1, 0, 0, 0, 0]).small().is_err());
    }

    #[test]
    fn unused_bits_are_zero() {
        assert_eq!(element(&[3, 2, 7, 0x80]).bits().unwrap(), (&[0x80][..], 7));
        for bytes in [&[3, 0][..], &[3, 1, 1], &[3, 2, 7, 0xc0], &[3, 2, 8, 0]] {
            assert!(
                element(bytes).tagged(BIT_STRING).unwrap().bits().is_err(),
                "{bytes:?}"
            );
        }
        assert!(element(&[3, 2, 7, 0x80]).octets().is_err());
    }

    #[test]
    fn a_boolean_is_all_ones_or_all_zeros() {
        assert!(element(&[1, 1, 0xff]).boolean().is_ok());
        assert!(element(&[1, 1, 1]).boolean().is_err());
    }
}
