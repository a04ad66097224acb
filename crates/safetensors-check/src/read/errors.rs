use std::ops::Range;

use findings::escape_shortened;

use crate::{Error, ErrorKind};

/// Characters of a name that an error keeps.
const SHOWN: usize = 80;

/// What is wrong with one file, as much of it as is listed.
#[derive(Clone, Debug)]
pub(crate) struct Errors {
    list: Vec<Error>,
    ceiling: usize,
    /// How many are not listed, and where the first of them is.
    unlisted: u64,
    first_unlisted: Option<Range<u64>>,
    /// Whether a ceiling on the work was reached, and whether anything else was wrong.
    is_cut_short: bool,
    is_broken: bool,
}

impl Errors {
    pub(super) fn new(ceiling: usize) -> Self {
        Self {
            list: Vec::new(),
            // One is always kept: it is the answer of a loader.
            ceiling: ceiling.max(1),
            unlisted: 0,
            first_unlisted: None,
            is_cut_short: false,
            is_broken: false,
        }
    }

    pub(super) fn push(&mut self, kind: ErrorKind, bytes: Range<u64>) {
        self.push_of(None, kind, bytes);
    }

    /// Adds what is wrong with the tensor of a name.
    pub(super) fn push_of(&mut self, tensor: Option<&str>, kind: ErrorKind, bytes: Range<u64>) {
        match kind {
            ErrorKind::LimitReached { .. } => self.is_cut_short = true,
            _ => self.is_broken = true,
        }
        if self.list.len() >= self.ceiling {
            self.unlisted = self.unlisted.saturating_add(1);
            self.first_unlisted.get_or_insert(bytes);
            return;
        }
        self.list.push(Error::new(kind, bytes, tensor.map(shown)));
    }

    /// Puts them in the order of their bytes.
    pub(super) fn sort(&mut self) {
        self.list.sort_by_key(Error::offset);
    }

    pub(crate) fn into_first(self) -> Option<Error> {
        self.list.into_iter().next()
    }

    pub(crate) fn list(&self) -> &[Error] {
        &self.list
    }

    pub(crate) const fn unlisted(&self) -> u64 {
        self.unlisted
    }

    pub(crate) const fn first_unlisted(&self) -> Option<&Range<u64>> {
        self.first_unlisted.as_ref()
    }

    pub(crate) const fn is_cut_short(&self) -> bool {
        self.is_cut_short
    }

    pub(crate) const fn is_broken(&self) -> bool {
        self.is_broken
    }
}

/// Makes a text from the file fit to be printed.
pub(super) fn shown(text: &str) -> Box<str> {
    escape_shortened(text, SHOWN).into_boxed_str()
}
