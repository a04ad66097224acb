use bzip2::{Decompress, Status};

use super::deflate::difference;
use super::{Decode, Fault, State, Step};

/// Packed bytes handed to the decoder at a time: more than a block has.
const FEED: usize = 1 << 20;

/// One bzip2 stream, its header included.
pub(crate) struct Bzip2<'a> {
    rest: &'a [u8],
    decoder: Decompress,
}

impl<'a> Bzip2<'a> {
    pub(crate) fn new(packed: &'a [u8]) -> Self {
        Self {
            rest: packed,
            decoder: Decompress::new(false),
        }
    }
}

impl Decode for Bzip2<'_> {
    fn decode(&mut self, out: &mut [u8]) -> Step {
        let (before_in, before_out) = (self.decoder.total_in(), self.decoder.total_out());
        let feed = self.rest.get(..FEED).unwrap_or(self.rest);
        let result = self.decoder.decompress(feed, out);
        let used = difference(self.decoder.total_in(), before_in);
        let made = difference(self.decoder.total_out(), before_out);
        self.rest = self.rest.get(used..).unwrap_or_default();
        let state = match result {
            Ok(Status::StreamEnd) => State::End,
            Ok(Status::MemNeeded) => State::Fault(Fault::Memory(MEMORY)),
            Ok(_) if used > 0 || made > 0 => State::More,
            Ok(_) => State::Fault(Fault::CutOff),
            Err(_) => State::Fault(Fault::Corrupt),
        };
        Step { made, state }
    }

    fn consumed(&self) -> u64 {
        self.decoder.total_in()
    }
}

/// What a decoder of the largest blocks holds.
const MEMORY: u64 = 3_700_000;
