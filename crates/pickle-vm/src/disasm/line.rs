use core::fmt;
use core::ops::Range;

use crate::opcode::Opcode;

use super::Style;
use super::argument::Argument;
use super::page::Page;

/// One line of a disassembly: one opcode. Displayed as `pickletools` prints it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Line<'a> {
    /// The half-open byte range of the opcode and its argument.
    pub range: Range<usize>,
    /// The opcode.
    pub opcode: Opcode,
    /// Which opcode of the pickle it is, from 0.
    pub index: u64,
    /// How many marks are open before it; each is four spaces.
    pub depth: usize,
    /// The argument.
    pub argument: Argument<'a>,
    /// What `pickletools` adds in parentheses.
    pub comment: Comment,
}

/// What stands behind the argument.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Comment {
    /// Nothing.
    None,
    /// Where the mark is that the opcode takes: `(MARK at 4)`.
    Mark(u64),
    /// That there is none, which is an error: `no MARK exists on stack`.
    NoMark,
    /// Under which number MEMOIZE stores: `(as 0)`.
    Memo(u64),
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut page = Page::new(f, 256);
        page.line(self, Style::Exact)?;
        page.flush_without_line_feed()
    }
}
