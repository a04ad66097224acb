use alloc::boxed::Box;
use alloc::string::ToString as _;
use core::ops::Range;

use hashbrown::HashSet;

use crate::repr::IntText;

use super::argument::Argument;

/// A memo key as an opcode names it.
#[derive(Clone, Debug)]
pub(super) enum Key<'a> {
    Number(u64),
    /// Negative, or of more than 64 bits.
    Other(IntText<'a>),
}

impl<'a> Key<'a> {
    #[inline]
    pub(super) fn of(argument: &Argument<'a>) -> Option<Self> {
        Some(match *argument {
            Argument::Unsigned(number) => Self::Number(number),
            Argument::False => Self::Number(0),
            Argument::True => Self::Number(1),
            Argument::IntText(text) => match text.to_u64() {
                Some(number) => Self::Number(number),
                None => Self::Other(text),
            },
            _ => return None,
        })
    }
}

/// The keys that are stored in the memo. Keys that follow each other, as picklers number them, take no room.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    /// From the first key that was stored on.
    row: Range<u64>,
    beside: HashSet<u64>,
    others: HashSet<Box<str>>,
    other_bytes: usize,
}

/// Bytes that a set takes for one entry beside what it points to, about.
const ENTRY: usize = 24;

impl Keys {
    /// How many keys there are.
    #[inline]
    pub(super) fn count(&self) -> u64 {
        let beside = self.beside.len().saturating_add(self.others.len());
        let row = self.row.end.saturating_sub(self.row.start);
        row.saturating_add(u64::try_from(beside).unwrap_or(u64::MAX))
    }

    #[inline(always)]
    pub(super) fn contains(&self, key: &Key<'_>) -> bool {
        match key {
            Key::Number(number) => self.row.contains(number) || self.has_beside(*number),
            Key::Other(text) => self.has_other(text),
        }
    }

    #[inline(always)]
    pub(super) fn insert(&mut self, key: &Key<'_>) {
        match key {
            Key::Number(number)
                if *number == self.row.end && !self.row.is_empty() && self.beside.is_empty() =>
            {
                self.row.end = number.saturating_add(1);
            }
            key => self.insert_any(key),
        }
    }

    #[inline]
    fn has_beside(&self, number: u64) -> bool {
        !self.beside.is_empty() && self.beside.contains(&number)
    }

    #[cold]
    fn has_other(&self, text: &IntText<'_>) -> bool {
        !self.others.is_empty() && self.others.contains(&*text.to_string())
    }

    #[cold]
    fn insert_any(&mut self, key: &Key<'_>) {
        match key {
            Key::Number(number) if *number == self.row.end || self.row.is_empty() => {
                if self.row.is_empty() {
                    self.row.start = *number;
                }
                self.row.end = number.saturating_add(1);
                while !self.beside.is_empty() && self.beside.remove(&self.row.end) {
                    self.row.end = self.row.end.saturating_add(1);
                }
            }
            Key::Number(number) => {
                self.beside.insert(*number);
            }
            Key::Other(text) => {
                let text = text.to_string();
                self.other_bytes = self.other_bytes.saturating_add(text.len());
                self.others.insert(text.into());
            }
        }
    }

    /// Bytes held, about.
    #[inline]
    pub(super) fn bytes(&self) -> usize {
        self.beside
            .len()
            .saturating_add(self.others.len())
            .saturating_mul(ENTRY)
            .saturating_add(self.other_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Keys};
    use crate::repr::IntText;

    #[test]
    fn keys_in_a_row_take_no_room() {
        let mut keys = Keys::default();
        for number in 1..10_000 {
            assert!(!keys.contains(&Key::Number(number)));
            keys.insert(&Key::Number(number));
        }
        assert_eq!((keys.count(), keys.bytes()), (9_999, 0));
        assert!(!keys.contains(&Key::Number(0)));
        assert!(keys.contains(&Key::Number(9_999)));
    }

    #[test]
    fn keys_that_jump_ahead_are_found_when_the_row_reaches_them() {
        let mut keys = Keys::default();
        for number in [0, 3, 2, u64::MAX, 1] {
            keys.insert(&Key::Number(number));
        }
        assert_eq!(keys.count(), 5);
        for number in [0, 1, 2, 3, u64::MAX] {
            assert!(keys.contains(&Key::Number(number)));
        }
        assert!(!keys.contains(&Key::Number(4)));
    }

    #[test]
    fn a_negative_key_is_the_same_however_it_is_written() {
        let mut keys = Keys::default();
        let key = |text| Key::Other(IntText::new(text).unwrap());
        keys.insert(&key(b"-0_7"));
        assert!(keys.contains(&key(b" -7")));
        assert!(!keys.contains(&key(b"-8")));
        assert_eq!(keys.count(), 1);
    }
}
