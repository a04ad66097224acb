use std::borrow::Cow;
use std::ops::Range;

use findings::Rule;

use crate::{Dtype, rules};

/// What the header says of one tensor, as far as a reader could take it.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) name: Cow<'a, str>,
    /// The data, counted from its beginning. Only of a sound entry is it known that `begin` is at most `end`.
    pub(crate) begin: u64,
    pub(crate) end: u64,
    /// Where the name begins and ends and the value ends, in bytes of the file: headers end before 2^32.
    pub(crate) name_start: u32,
    pub(crate) name_end: u32,
    pub(crate) value_end: u32,
    /// Where its dimensions begin among those of all.
    pub(crate) shape: u32,
    pub(crate) rank: u16,
    pub(crate) dtype: Dtype,
    /// What the readers say of its size and offsets, if they get there.
    pub(crate) sizing: Sizing,
    /// Whether nothing is wrong with it, taken by itself.
    pub(crate) soundness: Soundness,
}

/// Whether the offsets span what the shape takes, in the eyes of the readers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sizing {
    Right,
    Backward,
    Overflow,
    PartialByte,
    Wrong,
}

/// Whether something is wrong with an entry, taken by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Soundness {
    Sound,
    Faulty,
}

impl Sizing {
    /// Returns the rule for which readers refuse the entry.
    pub(crate) const fn rule(self) -> Option<&'static Rule> {
        match self {
            Self::Right => None,
            Self::Backward => Some(&rules::WRONG_OFFSETS),
            Self::Overflow => Some(&rules::SIZE_OVERFLOW),
            Self::PartialByte => Some(&rules::PARTIAL_BYTE),
            Self::Wrong => Some(&rules::WRONG_SIZE),
        }
    }
}

impl Entry<'_> {
    pub(crate) fn place(&self) -> Range<u64> {
        self.name_start.into()..self.value_end.into()
    }

    pub(crate) fn name_place(&self) -> Range<u64> {
        self.name_start.into()..self.name_end.into()
    }

    pub(crate) fn shape_start(&self) -> usize {
        usize::try_from(self.shape).unwrap_or(usize::MAX)
    }

    pub(crate) fn shape_end(&self) -> usize {
        self.shape_start().saturating_add(self.rank.into())
    }

    pub(crate) fn is_sound(&self) -> bool {
        self.soundness == Soundness::Sound
    }
}
