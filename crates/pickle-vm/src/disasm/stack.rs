use alloc::vec::Vec;

use crate::error::ErrorKind;
use crate::opcode::Opcode;

use super::line::Comment;
use super::offset;

/// The stack as `pickletools` follows it: how many values there are, and where the marks are among them.
#[derive(Clone, Debug, Default)]
pub(super) struct Stack {
    height: u64,
    /// Where marks stand on the stack.
    marks: Vec<u64>,
    /// The offsets of the MARKs that no opcode has closed. There can be more of these than marks: an opcode
    /// that takes a mark off the stack for a value closes nothing.
    open: Vec<u64>,
}

/// What an opcode does to the stack.
#[derive(Clone, Copy, Debug)]
enum Effect {
    /// Pushes a mark.
    Mark,
    /// Takes everything down to the topmost mark, then so many values, and gives so many back.
    ToMark { takes: u64, gives: u64 },
    /// Takes and gives so many values.
    Values { takes: u64, gives: u64 },
    /// Takes a value or a mark.
    Pop,
}

#[inline]
const fn effect(opcode: Opcode) -> Effect {
    let (takes, gives) = match opcode {
        Opcode::Mark => return Effect::Mark,
        Opcode::Pop => return Effect::Pop,
        Opcode::Tuple
        | Opcode::List
        | Opcode::Dict
        | Opcode::FrozenSet
        | Opcode::Inst
        | Opcode::Obj => return Effect::ToMark { takes: 0, gives: 1 },
        Opcode::AppendMany | Opcode::SetItems | Opcode::AddItems => {
            return Effect::ToMark { takes: 1, gives: 1 };
        }
        Opcode::PopMark => return Effect::ToMark { takes: 0, gives: 0 },
        Opcode::Proto | Opcode::Frame | Opcode::Put | Opcode::BinPut | Opcode::LongBinPut => (0, 0),
        Opcode::Stop => (1, 0),
        Opcode::Dup => (1, 2),
        Opcode::BinPersId | Opcode::Tuple1 | Opcode::Memoize | Opcode::ReadOnlyBuffer => (1, 1),
        Opcode::Append
        | Opcode::Build
        | Opcode::Reduce
        | Opcode::NewObj
        | Opcode::StackGlobal
        | Opcode::Tuple2 => (2, 1),
        Opcode::SetItem | Opcode::NewObjEx | Opcode::Tuple3 => (3, 1),
        _ => (0, 1),
    };
    Effect::Values { takes, gives }
}

impl Stack {
    /// How many MARKs are open.
    #[inline]
    pub(super) const fn open(&self) -> usize {
        self.open.len()
    }

    /// How many values and marks there are.
    pub(super) const fn height(&self) -> u64 {
        self.height
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.height == 0
    }

    #[inline]
    pub(super) fn has_mark_on_top(&self) -> bool {
        self.marks
            .last()
            .is_some_and(|mark| mark.saturating_add(1) == self.height)
    }

    /// Bytes held, about.
    #[inline]
    pub(super) const fn bytes(&self) -> usize {
        self.marks
            .len()
            .saturating_add(self.open.len())
            .saturating_mul(size_of::<u64>())
    }

    /// Carries an opcode out that begins at byte `start` and completes its comment. Returns what is wrong with
    /// it; as an error, what makes `pickletools` stumble before the line is complete.
    #[inline(always)]
    pub(super) fn carry_out(
        &mut self,
        opcode: Opcode,
        start: usize,
        comment: &mut Comment,
    ) -> Result<Option<ErrorKind>, ErrorKind> {
        let (takes, gives) = match effect(opcode) {
            Effect::Mark => {
                self.marks.push(self.height);
                self.open.push(offset(start));
                self.height = self.height.saturating_add(1);
                return Ok(None);
            }
            Effect::Pop if self.has_mark_on_top() => (self.close_mark(comment)?.map(|()| 0), 0),
            Effect::Pop => (Some(1), 0),
            Effect::ToMark { takes, gives } => (self.close_mark(comment)?.map(|()| takes), gives),
            Effect::Values { takes, gives } => (Some(takes), gives),
        };
        let Some(takes) = takes else {
            return Ok(Some(ErrorKind::NoMark));
        };
        let Some(height) = self.height.checked_sub(takes) else {
            return Ok(Some(ErrorKind::StackUnderflow));
        };
        while self.marks.last().is_some_and(|&mark| mark >= height) {
            self.marks.pop();
        }
        self.height = height.saturating_add(gives);
        Ok(None)
    }

    /// Closes the last MARK and drops what stands above the topmost mark; `None` if no MARK is open.
    #[inline(always)]
    fn close_mark(&mut self, comment: &mut Comment) -> Result<Option<()>, ErrorKind> {
        let Some(opened) = self.open.pop() else {
            *comment = Comment::NoMark;
            return Ok(None);
        };
        *comment = Comment::Mark(opened);
        // An open MARK whose mark is gone: `pickletools` looks for it below the bottom of the stack.
        self.height = self.marks.pop().ok_or(ErrorKind::NoMark)?;
        Ok(Some(()))
    }
}
