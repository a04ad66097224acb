//! One stream and the bytes that are at hand for it.

use crate::rounds::BLOCK;
use crate::stream::Stream;

/// A stream, and bytes of its message that are at hand. [`Lanes::advance`](crate::Lanes::advance) takes them
/// from the front.
#[derive(Debug)]
pub struct Lane<'s, 'i> {
    stream: &'s mut Stream,
    input: &'i [u8],
}

impl<'s, 'i> Lane<'s, 'i> {
    /// Puts the next bytes of a message beside its stream.
    #[must_use]
    pub fn new(stream: &'s mut Stream, input: &'i [u8]) -> Self {
        Self { stream, input }
    }

    /// The bytes that were not taken yet.
    #[must_use]
    pub fn input(&self) -> &'i [u8] {
        self.input
    }

    /// The stream, which has taken the bytes before them.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        self.stream
    }

    /// Buffers what makes no whole block, and says whether there is a block to compress.
    pub(crate) fn fill(&mut self) -> bool {
        self.stream.fill(&mut self.input);
        !self.blocks().is_empty()
    }

    pub(crate) fn blocks(&self) -> &[[u8; BLOCK]] {
        self.stream.blocks(self.input)
    }

    pub(crate) fn state(&self) -> [u32; 8] {
        self.stream.state
    }

    /// Takes over the state after the first `count` blocks.
    pub(crate) fn compressed(&mut self, state: [u32; 8], count: usize) {
        self.stream.state = state;
        self.stream.drop_blocks(&mut self.input, count);
    }
}
