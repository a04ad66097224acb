use std::io;
use std::ops::Range;
use std::sync::Arc;

use sha256_lanes::{Lane, Lanes};

use super::plan::Part;
use super::tree;
use crate::{Algorithm, Digest, Hasher, Job, JobError, JobErrorKind, Source, Watch};

/// How many bytes go through all hashers of a stream before the next are fetched: they stay in the
/// second-level cache meanwhile.
const STEP: usize = 256 * 1024;

/// How many bytes SHA-256 takes at once.
const BLOCK: usize = 64;

/// For how many bytes a group of streams is gone on with before the worker looks what else there is.
const QUANTUM: u64 = 2 << 20;

/// A part that was begun.
pub(super) struct Stream<'a> {
    /// Its range begins where the stream has come to.
    pub(super) part: Part,
    state: State<'a>,
}

enum State<'a> {
    Waiting,
    Reading(Opened<'a>, Hashers),
    Done(Outcome),
}

/// What has become of a stream.
pub(super) enum Outcome {
    /// The digests of a piece, in the order of its algorithms.
    Digests(Vec<Digest>),
    /// The value of one subtree of a piece.
    Value(tree::Value),
    Failed(JobError),
}

/// A source that can be read.
#[derive(Clone)]
pub(super) enum Opened<'a> {
    Given(&'a (dyn Source + Sync)),
    Ours(Arc<dyn Source + Send + Sync + 'a>),
}

enum Hashers {
    Piece(Vec<Hasher>),
    Abreast(Box<sha256_lanes::Stream>),
    Subtree(Box<blake3::Hasher>),
}

/// The watch has said to stop.
pub(super) struct Stopped;

impl<'a> Stream<'a> {
    pub(super) const fn new(part: Part) -> Self {
        Self {
            part,
            state: State::Waiting,
        }
    }

    /// Returns how many bytes are left.
    pub(super) fn left(&self) -> u64 {
        self.part.range.end.saturating_sub(self.part.range.start)
    }

    /// Returns what has become of it, or gives it back if it is not at its end.
    pub(super) fn outcome(self) -> Result<(Part, Outcome), Self> {
        match self.state {
            State::Done(outcome) => Ok((self.part, outcome)),
            state => Err(Self {
                part: self.part,
                state,
            }),
        }
    }

    /// Makes it ready, unless it is.
    pub(super) fn begin(
        &mut self,
        job: &Job<'a>,
        abreast: bool,
        open: impl FnOnce() -> Result<Opened<'a>, JobError>,
    ) {
        if !matches!(self.state, State::Waiting) {
            return;
        }
        self.state = match open() {
            Err(error) => State::Done(Outcome::Failed(error)),
            Ok(opened) => {
                let hashers = match self.part.subtree {
                    Some(_) => Hashers::Subtree(Box::new(tree::hasher(self.part.within))),
                    None if abreast => Hashers::Abreast(Box::default()),
                    None => Hashers::Piece(job.algorithms.iter().map(Hasher::new).collect()),
                };
                State::Reading(opened, hashers)
            }
        };
    }

    /// Goes on to the end.
    pub(super) fn run(&mut self, buffer: &mut Vec<u8>, watch: &dyn Watch) -> Result<(), Stopped> {
        while self.step(STEP, buffer, watch)? {}
        Ok(())
    }

    /// Goes on for so many bytes at most; says whether there are more.
    fn step(
        &mut self,
        most: usize,
        buffer: &mut Vec<u8>,
        watch: &dyn Watch,
    ) -> Result<bool, Stopped> {
        if watch.is_cancelled() {
            return Err(Stopped);
        }
        let State::Reading(opened, hashers) = &mut self.state else {
            return Ok(false);
        };
        let range = &mut self.part.range;
        let left = range.end.saturating_sub(range.start);
        if left == 0 {
            self.end();
            return Ok(false);
        }
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(most);
        let bytes = match fetch(opened.source(), range.start, count, buffer) {
            Ok(bytes) => bytes,
            Err((offset, error)) => {
                self.fail(JobError::read(self.part.job, offset, error));
                return Ok(false);
            }
        };
        match hashers {
            Hashers::Piece(hashers) => {
                for hasher in hashers {
                    hasher.update(bytes);
                }
            }
            Hashers::Abreast(stream) => stream.update(bytes),
            Hashers::Subtree(hasher) => {
                hasher.update(bytes);
            }
        }
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        range.start = range.start.saturating_add(count);
        watch.advanced(count);
        Ok(true)
    }

    const fn is_reading(&self) -> bool {
        matches!(self.state, State::Reading(..))
    }

    fn fail(&mut self, error: JobError) {
        self.state = State::Done(Outcome::Failed(error));
    }

    /// Takes the digests, if the source is still as long as it was.
    fn end(&mut self) {
        let State::Reading(opened, hashers) = std::mem::replace(&mut self.state, State::Waiting)
        else {
            return;
        };
        let before = opened.source().len();
        let outcome = match opened.source().len_now() {
            Err(error) => {
                Outcome::Failed(JobError::read(self.part.job, self.part.range.end, error))
            }
            Ok(after) if after != before => Outcome::Failed(JobError::new(
                self.part.job,
                self.part.range.end,
                JobErrorKind::Resized { before, after },
            )),
            Ok(_) => match hashers {
                Hashers::Piece(hashers) => {
                    Outcome::Digests(hashers.into_iter().map(Hasher::finish).collect())
                }
                Hashers::Abreast(stream) => {
                    Outcome::Digests(vec![Digest::new(Algorithm::Sha256, &stream.finish())])
                }
                Hashers::Subtree(hasher) => Outcome::Value(tree::value(&hasher)),
            },
        };
        self.state = State::Done(outcome);
    }
}

impl Opened<'_> {
    pub(super) fn source(&self) -> &(dyn Source + Sync) {
        match self {
            Self::Given(source) => *source,
            Self::Ours(source) => &**source,
        }
    }
}

/// Goes on with streams side by side until one is at its end, or for a while.
pub(super) fn advance(
    group: &mut [Stream<'_>],
    lanes: Lanes,
    buffers: &mut [Vec<u8>],
    watch: &dyn Watch,
) -> Result<(), Stopped> {
    // What is fetched for all of them together stays in the second-level cache.
    let step = STEP
        .checked_div(lanes.width().next_power_of_two())
        .unwrap_or(STEP)
        .max(BLOCK);
    let mut quantum = QUANTUM;
    while quantum > 0
        && group
            .iter()
            .all(|stream| stream.is_reading() && stream.left() > 0)
    {
        if watch.is_cancelled() {
            return Err(Stopped);
        }
        let shortest = group.iter().map(Stream::left).min().unwrap_or(0);
        let most = usize::try_from(shortest).unwrap_or(usize::MAX).min(step);
        let mut moves = Vec::with_capacity(group.len());
        let mut inputs = Vec::with_capacity(group.len());
        for (Stream { part, state }, buffer) in group.iter_mut().zip(&mut *buffers) {
            let State::Reading(opened, Hashers::Abreast(stream)) = state else {
                continue;
            };
            let left = part.range.end.saturating_sub(part.range.start);
            // Whole blocks until the last, so that none has to be put together from two.
            let count = match usize::try_from(left) {
                Ok(left) if left <= most => left,
                _ => most.saturating_sub(most.checked_rem(BLOCK).unwrap_or(0)),
            };
            let fetched = fetch(opened.source(), part.range.start, count, buffer);
            moves.push(fetched.map(|bytes| {
                inputs.push(Lane::new(stream, bytes));
                u64::try_from(count).unwrap_or(u64::MAX)
            }));
        }
        lanes.update(&mut inputs);
        drop(inputs);
        for (stream, moved) in group.iter_mut().zip(moves) {
            match moved {
                Ok(count) => {
                    let range = &mut stream.part.range;
                    range.start = range.start.saturating_add(count);
                    watch.advanced(count);
                }
                Err((offset, error)) => {
                    stream.fail(JobError::read(stream.part.job, offset, error));
                }
            }
        }
        quantum = quantum.saturating_sub(u64::try_from(most).unwrap_or(u64::MAX));
    }
    for stream in group {
        if stream.left() == 0 && stream.is_reading() {
            stream.end();
        }
    }
    Ok(())
}

/// Gives `count` bytes from `offset` on, of memory if they lie there, else read into the buffer. An error
/// comes with the offset up to which there were bytes.
fn fetch<'b>(
    source: &'b (dyn Source + Sync),
    offset: u64,
    count: usize,
    buffer: &'b mut Vec<u8>,
) -> Result<&'b [u8], (u64, io::Error)> {
    if let Some(bytes) = source.as_slice() {
        return slice(bytes, offset, count)
            .ok_or_else(|| (offset, io::ErrorKind::UnexpectedEof.into()));
    }
    if buffer.len() < count {
        buffer.resize(count, 0);
    }
    let Some(room) = buffer.get_mut(..count) else {
        return Err((offset, io::ErrorKind::OutOfMemory.into()));
    };
    let mut read = 0_usize;
    while let Some(rest) = room.get_mut(read..).filter(|rest| !rest.is_empty()) {
        let at = offset.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        let most = rest.len();
        match source.read_at(at, rest) {
            Ok(0) => return Err((at, io::ErrorKind::UnexpectedEof.into())),
            Ok(count) if count > most => return Err((at, io::ErrorKind::InvalidData.into())),
            Ok(count) => read = read.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err((at, error)),
        }
    }
    Ok(room)
}

fn slice(bytes: &[u8], offset: u64, count: usize) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let range: Range<usize> = start..start.checked_add(count)?;
    bytes.get(range)
}
