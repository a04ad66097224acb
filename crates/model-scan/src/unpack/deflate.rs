use flate2::{Decompress, FlushDecompress, Status};

use super::{Decode, Fault, State, Step};

/// A DEFLATE stream without any wrapping.
pub(crate) struct Deflate<'a> {
    rest: &'a [u8],
    inflater: Decompress,
}

impl<'a> Deflate<'a> {
    pub(crate) fn new(packed: &'a [u8]) -> Self {
        Self {
            rest: packed,
            inflater: Decompress::new(false),
        }
    }
}

impl Decode for Deflate<'_> {
    fn decode(&mut self, out: &mut [u8]) -> Step {
        let (before_in, before_out) = (self.inflater.total_in(), self.inflater.total_out());
        let result = self
            .inflater
            .decompress(self.rest, out, FlushDecompress::None);
        let used = difference(self.inflater.total_in(), before_in);
        let made = difference(self.inflater.total_out(), before_out);
        self.rest = self.rest.get(used..).unwrap_or_default();
        let state = match result {
            Ok(Status::StreamEnd) => State::End,
            Ok(_) if used > 0 || made > 0 => State::More,
            Ok(_) => State::Fault(Fault::CutOff),
            Err(_) => State::Fault(Fault::Corrupt),
        };
        Step { made, state }
    }

    fn consumed(&self) -> u64 {
        self.inflater.total_in()
    }
}

/// Returns how much a total grew; within one call that is at most the length of a buffer.
pub(super) fn difference(after: u64, before: u64) -> usize {
    usize::try_from(after.saturating_sub(before)).unwrap_or_default()
}
