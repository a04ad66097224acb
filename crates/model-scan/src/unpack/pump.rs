use std::ops::ControlFlow;

use super::{CHUNK, Limit, Meter};

/// A decoder of one compressed stream that lies in memory.
pub(crate) trait Decode {
    /// Decodes into `out`, which is not empty, and says how many bytes came out and how it goes on. What came
    /// out before a fault counts.
    fn decode(&mut self, out: &mut [u8]) -> Step;

    /// Returns how many packed bytes were used; never falls.
    fn consumed(&self) -> u64;
}

/// What one call of a decoder gave.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Step {
    pub(crate) made: usize,
    pub(crate) state: State,
}

/// How a decoder goes on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    /// There may be more.
    More,
    /// The stream has ended by its own mark.
    End,
    /// It cannot be read further.
    Fault(Fault),
}

/// Why a stream cannot be read further, or not be trusted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the compressed data is cut off")]
    CutOff,
    #[error("the compressed data is corrupt")]
    Corrupt,
    #[error("the checksum does not hold")]
    Checksum,
    #[error("the size does not hold")]
    Size,
    #[error("a dictionary or window of {0} bytes is asked for")]
    Memory(u64),
    #[error("{0}")]
    Unread(&'static str),
}

/// Why a stream was not unpacked to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stop {
    /// It cannot be read further from this byte on, counted from its first.
    Fault { fault: Fault, at: u64 },
    /// A ceiling was reached.
    Limit(Limit),
    /// The receiver broke.
    Stopped,
}

impl Stop {
    pub(crate) const fn fault(fault: Fault, at: u64) -> Self {
        Self::Fault { fault, at }
    }

    /// Counts from another byte, which stands `by` bytes before the first.
    pub(crate) const fn behind(self, by: u64) -> Self {
        match self {
            Self::Fault { fault, at } => Self::Fault {
                fault,
                at: at.saturating_add(by),
            },
            other => other,
        }
    }
}

/// Hands on what decoders give, under the ceilings of one [`Meter`].
pub(crate) struct Pump<'p> {
    meter: Meter<'p>,
    receive: &'p mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    buffer: Vec<u8>,
}

impl<'p> Pump<'p> {
    pub(crate) fn new(
        meter: Meter<'p>,
        receive: &'p mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Self {
        Self {
            meter,
            receive,
            buffer: Vec::new(),
        }
    }

    pub(crate) const fn meter(&self) -> &Meter<'p> {
        &self.meter
    }

    /// Runs a decoder to its end, shows `see` what comes out, and hands that on. Returns how many packed
    /// bytes the stream has.
    pub(crate) fn run(
        &mut self,
        decoder: &mut dyn Decode,
        see: &mut dyn FnMut(&[u8]),
    ) -> Result<u64, Stop> {
        let mut buffer = std::mem::take(&mut self.buffer);
        if buffer.is_empty() {
            buffer.resize(CHUNK, 0);
        }
        let end = self.run_in(&mut buffer, decoder, see);
        self.buffer = buffer;
        end
    }

    fn run_in(
        &mut self,
        buffer: &mut [u8],
        decoder: &mut dyn Decode,
        see: &mut dyn FnMut(&[u8]),
    ) -> Result<u64, Stop> {
        loop {
            let before = decoder.consumed();
            let step = decoder.decode(buffer);
            let after = decoder.consumed();
            let used = after.saturating_sub(before);
            let chunk = buffer.get(..step.made).unwrap_or_default();
            self.give(used, chunk, see)?;
            match step.state {
                State::End => return Ok(after),
                State::Fault(fault) => return Err(Stop::fault(fault, after)),
                State::More if used > 0 || step.made > 0 => {}
                State::More => return Err(Stop::fault(Fault::CutOff, after)),
            }
        }
    }

    /// Hands on bytes that came of `used` packed ones.
    pub(crate) fn give(
        &mut self,
        used: u64,
        chunk: &[u8],
        see: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Stop> {
        let made = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if let Some(limit) = self.meter.add(used, made) {
            return Err(Stop::Limit(limit));
        }
        if chunk.is_empty() {
            return Ok(());
        }
        see(chunk);
        if (self.receive)(chunk).is_break() {
            return Err(Stop::Stopped);
        }
        Ok(())
    }

    /// Counts packed bytes from which nothing comes out: headers, padding.
    pub(crate) fn skip(&mut self, used: u64) -> Result<(), Stop> {
        self.give(used, &[], &mut |_| {})
    }

    /// Refuses a dictionary or window above the ceiling.
    pub(crate) fn admit(&self, memory: u64, at: u64) -> Result<(), Stop> {
        if memory > self.meter.limits().memory {
            return Err(Stop::fault(Fault::Memory(memory), at));
        }
        Ok(())
    }
}
