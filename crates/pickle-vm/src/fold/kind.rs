use alloc::borrow::Cow;
use alloc::vec;
use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::Budget;
use super::{number, text};

/// The three kinds of constants that are runs of units.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Text,
    Bytes,
    ByteArray,
}

impl Kind {
    /// The kind and the data of a constant of one of these kinds.
    pub(super) fn of(value: &Const) -> Option<(Self, &[u8])> {
        match value {
            Const::Str(data) => Some((Self::Text, data)),
            Const::Bytes(data) => Some((Self::Bytes, data)),
            Const::ByteArray(data) => Some((Self::ByteArray, data)),
            _ => None,
        }
    }

    pub(super) fn wrap(self, data: Vec<u8>) -> Const {
        match self {
            Self::Text => Const::Str(data),
            Self::Bytes => Const::Bytes(data),
            Self::ByteArray => Const::ByteArray(data),
        }
    }

    /// The data of an argument that this kind works together with.
    pub(super) fn operand(self, value: &Const) -> Option<&[u8]> {
        match (self, value) {
            (Self::Text, Const::Str(data))
            | (Self::Bytes | Self::ByteArray, Const::Bytes(data) | Const::ByteArray(data)) => {
                Some(data)
            }
            _ => None,
        }
    }

    /// As [`Kind::operand`]; an int is one byte for the searches of bytes.
    pub(super) fn pattern(self, value: &Const) -> Option<Cow<'_, [u8]>> {
        match (self, value) {
            (Self::Bytes | Self::ByteArray, Const::Int(_) | Const::Bool(_)) => {
                Some(Cow::Owned(vec![u8::try_from(number::int(value)?).ok()?]))
            }
            _ => self.operand(value).map(Cow::Borrowed),
        }
    }

    /// The number of units: code points of text, else bytes.
    pub(super) fn length(self, data: &[u8]) -> usize {
        match self {
            Self::Text => text::length(data),
            Self::Bytes | Self::ByteArray => data.len(),
        }
    }

    /// The number of bytes of the first unit; `None` where there is none.
    pub(super) fn unit(self, data: &[u8]) -> Option<usize> {
        match self {
            Self::Text => text::first(data).map(|(_, length)| length),
            Self::Bytes | Self::ByteArray => (!data.is_empty()).then_some(1),
        }
    }

    /// The units in order, if the budget has room for a list of them.
    pub(super) fn units<'a>(self, data: &'a [u8], budget: &Budget) -> Option<Vec<&'a [u8]>> {
        budget.bytes.checked_sub(data.len().checked_mul(16)?)?;
        let mut rest = data;
        let mut units = Vec::new();
        while !rest.is_empty() {
            let (unit, next) = rest.split_at_checked(self.unit(rest)?)?;
            units.push(unit);
            rest = next;
        }
        Some(units)
    }

    /// The place in bytes of the unit with the number `count`, which may be one past the last.
    pub(super) fn offset(self, data: &[u8], count: usize) -> Option<usize> {
        if self != Self::Text || data.is_ascii() {
            return (count <= data.len()).then_some(count);
        }
        let starts = data
            .iter()
            .enumerate()
            .filter(|&(_, &byte)| byte & 0xc0 != 0x80)
            .map(|(place, _)| place);
        starts.chain([data.len()]).nth(count)
    }

    /// Whether a unit is white space.
    pub(super) fn is_space(self, unit: &[u8]) -> bool {
        match self {
            Self::Text => text::first(unit).is_some_and(|(point, _)| text::is_space(point)),
            Self::Bytes | Self::ByteArray => {
                unit.first().is_some_and(|&byte| text::is_byte_space(byte))
            }
        }
    }
}
