use lzma_rust2::{Action, FilterConfig, Lzma2Stream, LzmaStream, Status, StreamResult};

use super::deflate::difference;
use super::{Decode, Fault, State, Step};

/// Packed bytes handed to the decoder at a time.
const FEED: usize = 64 << 10;

/// What runs over the bytes behind the decoder: a delta or branch filter.
pub(crate) type Filter = FilterConfig;

/// What a stream of LZMA or LZMA2 without any wrapping is decoded with.
#[derive(Clone, Debug)]
enum Coding {
    /// Properties, dictionary, and the size, or `u64::MAX` where the end is marked.
    One(u8, u32, u64),
    /// The dictionary.
    Two(u32),
}

enum Engine {
    One(LzmaStream),
    Two(Lzma2Stream),
}

/// A stream of LZMA or LZMA2 without any wrapping.
///
/// Where it is corrupt, it is decoded once more and fed byte by byte near the fault, so that everything that
/// stands before the fault comes out, as it does for a reader that asks for little at a time.
pub(crate) struct Lzma<'a> {
    packed: &'a [u8],
    coding: Coding,
    filter: Option<Filter>,
    engine: Engine,
    /// Packed bytes that the engine has taken.
    at: usize,
    /// The most that it had taken before it was set back.
    most: usize,
    /// Bytes that came out.
    made: u64,
    /// From where on bytes are fed one at a time, since a fault lies behind.
    careful: Option<usize>,
    /// Bytes that come out a second time.
    again: u64,
}

/// Returns what a decoder holds for a dictionary, in bytes.
pub(crate) fn lzma_dictionary(stated: u32) -> u64 {
    u64::from(stated.max(lzma_rust2::DICT_SIZE_MIN))
}

impl<'a> Lzma<'a> {
    /// Decodes LZMA with the properties and the dictionary of its header. Without a size the end is marked.
    pub(crate) fn one(
        packed: &'a [u8],
        properties: u8,
        dictionary: u32,
        size: Option<u64>,
    ) -> Result<Self, Fault> {
        let size = size.unwrap_or(u64::MAX);
        Self::new(packed, Coding::One(properties, dictionary, size), None)
    }

    /// Decodes LZMA2 with a dictionary, behind which one filter may run.
    pub(crate) fn two(
        packed: &'a [u8],
        dictionary: u32,
        filter: Option<Filter>,
    ) -> Result<Self, Fault> {
        Self::new(packed, Coding::Two(dictionary), filter)
    }

    fn new(packed: &'a [u8], coding: Coding, filter: Option<Filter>) -> Result<Self, Fault> {
        let engine = Engine::new(&coding, filter.as_ref())?;
        Ok(Self {
            packed,
            coding,
            filter,
            engine,
            at: 0,
            most: 0,
            made: 0,
            careful: None,
            again: 0,
        })
    }

    fn feed(&self) -> &'a [u8] {
        let rest = self.packed.get(self.at..).unwrap_or_default();
        let most = match self.careful {
            None => FEED,
            Some(from) if self.at < from => from.saturating_sub(self.at).min(FEED),
            Some(_) => 1,
        };
        rest.get(..most).unwrap_or(rest)
    }

    /// Starts again, to come as near to a fault as can be.
    fn set_back(&mut self) -> Result<(), Fault> {
        self.careful = Some(self.at);
        self.most = self.at;
        self.engine = Engine::new(&self.coding, self.filter.as_ref())?;
        self.at = 0;
        self.again = self.made;
        Ok(())
    }
}

impl Decode for Lzma<'_> {
    fn decode(&mut self, out: &mut [u8]) -> Step {
        loop {
            let feed = self.feed();
            // Told early that nothing more comes, the decoder would give nothing for what it was given.
            let action = if feed.is_empty() {
                Action::Finish
            } else {
                Action::Run
            };
            let room = usize::try_from(self.again)
                .ok()
                .filter(|again| *again > 0)
                .map_or(out.len(), |again| again.min(out.len()));
            let before = self.engine.total_out();
            let result = self
                .engine
                .process(feed, out.get_mut(..room).unwrap_or_default(), action);
            let mut made = difference(self.engine.total_out(), before);
            if self.again > 0 {
                self.again = self
                    .again
                    .saturating_sub(u64::try_from(made).unwrap_or(u64::MAX));
                made = 0;
            }
            self.made = self
                .made
                .saturating_add(u64::try_from(made).unwrap_or(u64::MAX));
            let state = match result {
                Ok(StreamResult {
                    bytes_consumed,
                    status,
                    bytes_produced,
                }) => {
                    self.at = self.at.saturating_add(bytes_consumed);
                    match status {
                        Status::StreamEnd => {
                            self.at = self.at.saturating_sub(self.engine.unused());
                            self.most = 0;
                            State::End
                        }
                        Status::Ok if bytes_consumed > 0 || bytes_produced > 0 => State::More,
                        Status::Ok => State::Fault(Fault::CutOff),
                    }
                }
                Err(error) => match error.kind() {
                    std::io::ErrorKind::UnexpectedEof => State::Fault(Fault::CutOff),
                    std::io::ErrorKind::OutOfMemory => {
                        State::Fault(Fault::Memory(self.coding.memory()))
                    }
                    _ if self.careful.is_none() => match self.set_back() {
                        Ok(()) => State::More,
                        Err(fault) => State::Fault(fault),
                    },
                    _ => State::Fault(Fault::Corrupt),
                },
            };
            // What is decoded a second time is no progress that anybody could count.
            let repeats = self.careful.is_some() && self.at <= self.most && made == 0;
            if state != State::More || !repeats {
                return Step { made, state };
            }
        }
    }

    fn consumed(&self) -> u64 {
        u64::try_from(self.at.max(self.most)).unwrap_or(u64::MAX)
    }
}

impl Coding {
    fn memory(&self) -> u64 {
        match self {
            Self::One(_, dictionary, _) | Self::Two(dictionary) => lzma_dictionary(*dictionary),
        }
    }
}

impl Engine {
    fn new(coding: &Coding, filter: Option<&Filter>) -> Result<Self, Fault> {
        let filters = filter.map(std::slice::from_ref).unwrap_or_default();
        match *coding {
            Coding::One(properties, dictionary, size) => {
                // liblzma holds at least this much, whatever is stated.
                let dictionary =
                    dictionary.clamp(lzma_rust2::DICT_SIZE_MIN, lzma_rust2::DICT_SIZE_MAX);
                let mut stream = LzmaStream::new_with_props(size, properties, dictionary, None)
                    .map_err(|_| Fault::Corrupt)?;
                stream.set_filters(filters).map_err(|_| UNREAD_FILTER)?;
                Ok(Self::One(stream))
            }
            Coding::Two(dictionary) => {
                let mut stream = Lzma2Stream::new(dictionary.min(lzma_rust2::DICT_SIZE_MAX));
                stream.set_filters(filters).map_err(|_| UNREAD_FILTER)?;
                Ok(Self::Two(stream))
            }
        }
    }

    /// Packed bytes that were taken and turned out to stand behind the stream.
    fn unused(&self) -> usize {
        match self {
            Self::One(stream) => stream.unused_input().len(),
            Self::Two(_) => 0,
        }
    }

    fn total_out(&self) -> u64 {
        match self {
            Self::One(stream) => stream.total_out(),
            Self::Two(stream) => stream.total_out(),
        }
    }

    fn process(
        &mut self,
        input: &[u8],
        output: &mut [u8],
        action: Action,
    ) -> std::io::Result<StreamResult> {
        match self {
            Self::One(stream) => stream.process(input, output, action),
            Self::Two(stream) => stream.process(input, output, action),
        }
    }
}

const UNREAD_FILTER: Fault = Fault::Unread("the filter is not known");
