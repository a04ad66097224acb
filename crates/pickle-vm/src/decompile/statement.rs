use alloc::string::String;
use alloc::vec::Vec;
use core::ops::{ControlFlow, Range};

use crate::error::Error;
use crate::machine::Outcome;

/// One statement of decompiled source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Statement<'s> {
    /// What it does.
    pub kind: StatementKind,
    /// The half-open range of the bytes of the pickle that it stands for, counted from the start of the
    /// input; empty for what belongs to no opcode.
    pub bytes: Range<u64>,
    /// Python source without a line feed at its end: one line mostly, several for a long display or for a
    /// function of the preamble. Its place stands behind it as a comment.
    pub text: &'s str,
}

/// What a [`Statement`] does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum StatementKind {
    /// Nothing: it is a comment.
    Comment,
    /// It defines a function that later statements call.
    Preamble,
    /// A module is imported and a name looked up in it.
    Import,
    /// Something is called.
    Call,
    /// Plain data is given a name.
    Data,
    /// Items are added to something that a statement before has made.
    Change,
    /// An object is given its state.
    State,
    /// The loader is asked for the object with a persistent id.
    Persistent,
    /// The extension registry is asked for a code.
    Extension,
    /// The loader is asked for an out-of-band buffer.
    Buffer,
    /// Raw elements of an array are read from between the opcodes.
    Array,
    /// The pickle's value, or what lay on the stack where it breaks off.
    Result,
}

/// What takes the statements of decompiled source, in their order.
pub trait StatementSink {
    /// Takes one statement, and says whether the next one is wanted.
    fn statement(&mut self, statement: &Statement<'_>) -> ControlFlow<()>;
}

impl<S: StatementSink + ?Sized> StatementSink for &mut S {
    fn statement(&mut self, statement: &Statement<'_>) -> ControlFlow<()> {
        (**self).statement(statement)
    }
}

/// How decompiling ended.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Decompiled {
    /// How the run of the pickle ended, and where.
    pub outcome: Outcome,
    /// The ceiling that kept statements from being written, with the offset that was reached; none if the
    /// source is whole.
    pub cut: Option<Error>,
}

/// Decompiled source in one text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decompilation {
    /// The source, a line feed behind each statement.
    pub source: String,
    /// Each statement's place in the pickle and in the source, in order.
    pub spans: Vec<Span>,
    /// How decompiling ended.
    pub end: Decompiled,
}

impl Decompilation {
    /// Returns the source of one statement; empty for a span of something else.
    #[must_use]
    pub fn text(&self, span: &Span) -> &str {
        self.source.get(span.text.clone()).unwrap_or_default()
    }
}

/// Where a statement stands.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Span {
    /// What the statement does.
    pub kind: StatementKind,
    /// Its bytes of the pickle, as in [`Statement::bytes`].
    pub bytes: Range<u64>,
    /// Its bytes of the source, without the line feed.
    pub text: Range<usize>,
}
