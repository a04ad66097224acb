use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use findings::{Finding, Location, Rule};
use flate2::{Decompress, FlushDecompress, Status};

use super::raw::{length, slice_clamped};
use super::rules::{DECOMPRESSION_LIMIT, UNREADABLE_MEMBER, WRONG_SIZE};
use super::{Archive, Limit, Limits, Method, Reading};
use crate::clock::Deadline;

/// Bytes handed on at a time.
const CHUNK: usize = 64 << 10;

/// What may still be unpacked of one file, shared by everything that is nested in it.
///
/// Opening charges the bytes read and the bytes that come out, so that neither a thousand names for one
/// run of data nor archives within archives multiply the work.
#[derive(Debug)]
pub struct Budget {
    left: AtomicU64,
    deadline: Deadline,
}

impl Budget {
    /// Allows what is honest for a file of `length` bytes: eight times its length for data that is read in
    /// several ways, and a hundred times its length inflated, at least 1 GiB and at most
    /// [`Limits::inflated_total`].
    #[must_use]
    pub fn new(length: u64, limits: &Limits) -> Self {
        let inflated = length
            .saturating_mul(100)
            .max(1 << 30)
            .min(limits.inflated_total);
        Self {
            left: AtomicU64::new(length.saturating_mul(8).saturating_add(inflated)),
            deadline: Deadline::default(),
        }
    }

    /// Gives nothing any more once a time has passed.
    #[must_use]
    pub(crate) fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = deadline;
        self
    }

    /// Returns how many bytes are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// Takes so many bytes, or nothing and `false` if there are fewer, or no time is left.
    pub fn take(&self, bytes: u64) -> bool {
        if self.deadline.has_passed() {
            return false;
        }
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(bytes)
            })
            .is_ok()
    }

    /// Returns the ceiling that is in the way where nothing could be taken.
    pub(crate) fn limit(&self) -> Limit {
        if self.deadline.was_met() {
            Limit::Time
        } else {
            Limit::InflatedTotal
        }
    }
}

/// What was wrong when a reading was opened.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// The packed bytes end before their own end mark, or the file before the stated end.
    CutOff,
    /// The packed bytes are not DEFLATE from this byte on, counted from the first packed byte.
    Corrupt {
        /// The byte.
        at: u64,
    },
    /// A ceiling was reached; what came before it is kept.
    LimitReached(Limit),
    /// So many packed bytes stand behind the end mark.
    TrailingBytes {
        /// How many.
        bytes: u64,
    },
    /// What came out is of another size than stated.
    SizeDiffers {
        /// The stated size.
        stated: u64,
        /// What came out.
        found: u64,
    },
    /// The method is not read here.
    UnknownMethod(u16),
}

impl Problem {
    /// Says whether bytes are missing, so that no verdict of *clean* is possible.
    #[must_use]
    pub const fn is_undecided(&self) -> bool {
        !matches!(self, Self::TrailingBytes { .. } | Self::SizeDiffers { .. })
    }

    /// Returns the rule that it breaks.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::LimitReached(_) => DECOMPRESSION_LIMIT,
            Self::UnknownMethod(_) | Self::Corrupt { .. } => UNREADABLE_MEMBER,
            Self::CutOff | Self::TrailingBytes { .. } | Self::SizeDiffers { .. } => WRONG_SIZE,
        }
    }

    /// Says it as a finding about a reading, whose location counts in bytes of the archive.
    #[must_use]
    pub fn finding(&self, reading: &Reading) -> Finding {
        let rule = self.rule();
        Finding::new(
            rule.rule_id(),
            rule.severity,
            self.to_string(),
            Location::bytes(reading.data()),
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff => f.write_str("the packed data is cut off"),
            Self::Corrupt { at } => write!(f, "the packed data is corrupt at byte {at}"),
            Self::LimitReached(limit) => write!(f, "limit on {limit} reached"),
            Self::TrailingBytes { bytes } => {
                write!(f, "{bytes} bytes stand behind the end of the packed data")
            }
            Self::SizeDiffers { stated, found } => {
                write!(f, "found {found} bytes, expected {stated}")
            }
            Self::UnknownMethod(method) => write!(f, "method {method} is not read"),
        }
    }
}

/// Whether unpacked bytes have the stated checksum.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Checksum {
    /// They have.
    Holds,
    /// They have another one.
    Differs {
        /// The stated CRC-32.
        stated: u32,
        /// Theirs.
        found: u32,
    },
    /// None is stated.
    NotStated,
}

impl Checksum {
    fn new(stated: Option<u32>, found: u32) -> Self {
        match stated {
            None => Self::NotStated,
            Some(stated) if stated == found => Self::Holds,
            Some(stated) => Self::Differs { stated, found },
        }
    }
}

/// What came of unpacking a reading piece by piece.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Streamed {
    /// The packed bytes that were used.
    pub consumed: u64,
    /// The bytes that came out.
    pub produced: u64,
    /// Whether those have the stated checksum.
    pub checksum: Checksum,
    /// What was wrong.
    pub problems: Vec<Problem>,
    /// Whether the receiver stopped it; problems and checksum say nothing about the rest then.
    pub stopped: bool,
}

/// The unpacked bytes of a reading.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    bytes: Cow<'a, [u8]>,
    stated_crc: Option<u32>,
    crc: Option<u32>,
    consumed: u64,
    problems: Vec<Problem>,
}

impl<'a> Contents<'a> {
    /// Returns the bytes, those before a break where there is one.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the bytes themselves: borrowed from the file where they are stored in it.
    #[must_use]
    pub fn into_bytes(self) -> Cow<'a, [u8]> {
        self.bytes
    }

    /// Returns how many packed bytes were used.
    #[must_use]
    pub const fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Returns what was wrong.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Says whether no byte is missing.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.problems.iter().any(Problem::is_undecided)
    }

    /// Holds the bytes against the stated checksum. Reads all of them where they are stored.
    #[must_use]
    pub fn checksum(&self) -> Checksum {
        match (self.stated_crc, self.crc) {
            (None, _) => Checksum::NotStated,
            (stated, Some(crc)) => Checksum::new(stated, crc),
            (stated, None) => Checksum::new(stated, crc32fast::hash(&self.bytes)),
        }
    }
}

impl<'a> Archive<'a> {
    /// Unpacks a reading: borrows what is stored, inflates what is deflated.
    ///
    /// Encryption is ignored, as torch ignores it: bytes that really are encrypted come out as they are,
    /// and their checksum does not hold.
    ///
    /// # Limits
    /// Inflated bytes by member, by ratio and by budget, see [`Limits`].
    #[must_use]
    pub fn open(&self, reading: &Reading, limits: &Limits, budget: &Budget) -> Contents<'a> {
        let packed = slice_clamped(self.bytes, reading.data());
        let mut contents = Contents {
            bytes: Cow::Borrowed(&[]),
            stated_crc: reading.crc,
            crc: None,
            consumed: 0,
            problems: Vec::new(),
        };
        match reading.method {
            Method::Stored => {
                if !budget.take(length(packed)) {
                    let limit = Problem::LimitReached(budget.limit());
                    contents.problems.push(limit);
                    return contents;
                }
                if reading.data.end > length(self.bytes) {
                    contents.problems.push(Problem::CutOff);
                }
                contents.consumed = length(packed);
                contents.bytes = Cow::Borrowed(packed);
            }
            Method::Deflated => {
                // What is stated is a wish: no more than DEFLATE could make of the packed bytes.
                let likely = reading
                    .size
                    .unwrap_or_default()
                    .min(length(packed).saturating_mul(16));
                let mut out = Vec::with_capacity(usize::try_from(likely).unwrap_or_default());
                let streamed = self.inflate(reading, limits, budget, &mut |chunk| {
                    out.extend_from_slice(chunk);
                    ControlFlow::Continue(())
                });
                contents.bytes = Cow::Owned(out);
                contents.crc = Some(streamed.crc);
                contents.consumed = streamed.consumed;
                contents.problems = streamed.problems;
            }
            Method::Other(method) => contents.problems.push(Problem::UnknownMethod(method)),
        }
        contents
    }

    /// Unpacks a reading piece by piece, of at most 64 KiB each, until the receiver breaks.
    ///
    /// # Limits
    /// As for [`Archive::open`], but nothing is held.
    pub fn stream(
        &self,
        reading: &Reading,
        limits: &Limits,
        budget: &Budget,
        mut receive: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Streamed {
        let run = match reading.method {
            Method::Deflated => self.inflate(reading, limits, budget, &mut receive),
            Method::Stored => self.copy(reading, budget, &mut receive),
            Method::Other(method) => Run {
                problems: vec![Problem::UnknownMethod(method)],
                ..Run::default()
            },
        };
        Streamed {
            consumed: run.consumed,
            produced: run.produced,
            checksum: Checksum::new(reading.crc, run.crc),
            problems: run.problems,
            stopped: run.stopped,
        }
    }

    fn copy(
        &self,
        reading: &Reading,
        budget: &Budget,
        receive: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Run {
        let mut run = Run::default();
        let mut crc = crc32fast::Hasher::new();
        for chunk in slice_clamped(self.bytes, reading.data()).chunks(CHUNK) {
            if !budget.take(length(chunk)) {
                let limit = Problem::LimitReached(budget.limit());
                run.problems.push(limit);
                break;
            }
            crc.update(chunk);
            run.consumed = run.consumed.saturating_add(length(chunk));
            if receive(chunk).is_break() {
                run.stopped = true;
                break;
            }
        }
        if reading.data.end > length(self.bytes) && !run.stopped {
            run.problems.push(Problem::CutOff);
        }
        run.produced = run.consumed;
        run.crc = crc.finalize();
        run
    }

    fn inflate(
        &self,
        reading: &Reading,
        limits: &Limits,
        budget: &Budget,
        receive: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Run {
        let packed = slice_clamped(self.bytes, reading.data());
        let mut run = Run::default();
        let mut crc = crc32fast::Hasher::new();
        let mut inflater = Decompress::new(false);
        let mut buffer = vec![0; CHUNK];
        let mut rest = packed;
        let end = loop {
            let result = inflater.decompress(rest, &mut buffer, FlushDecompress::None);
            let used = inflater.total_in().saturating_sub(run.consumed);
            let made = inflater.total_out().saturating_sub(run.produced);
            run.consumed = inflater.total_in();
            run.produced = inflater.total_out();
            rest = usize::try_from(used)
                .ok()
                .and_then(|used| rest.get(used..))
                .unwrap_or_default();
            let chunk = usize::try_from(made)
                .ok()
                .and_then(|made| buffer.get(..made))
                .unwrap_or_default();
            if let Some(limit) = run.limit(limits, budget, used.saturating_add(made)) {
                break Some(Problem::LimitReached(limit));
            }
            crc.update(chunk);
            if !chunk.is_empty() && receive(chunk).is_break() {
                run.stopped = true;
                break None;
            }
            match result {
                Ok(Status::StreamEnd) => break None,
                Ok(_) if used > 0 || made > 0 => {}
                Ok(_) => break Some(Problem::CutOff),
                Err(_) => break Some(Problem::Corrupt { at: run.consumed }),
            }
        };
        run.crc = crc.finalize();
        let whole = end.is_none() && !run.stopped;
        run.problems.extend(end);
        if whole && let Some(stated) = reading.size {
            if run.produced != stated {
                let found = run.produced;
                run.problems.push(Problem::SizeDiffers { stated, found });
            }
            if !rest.is_empty() {
                let bytes = length(rest);
                run.problems.push(Problem::TrailingBytes { bytes });
            }
        }
        run
    }
}

/// What came of one run of the inflater, with the checksum of what came out.
#[derive(Debug, Default)]
struct Run {
    consumed: u64,
    produced: u64,
    crc: u32,
    problems: Vec<Problem>,
    stopped: bool,
}

impl Run {
    /// Returns the ceiling that was reached, if one was.
    fn limit(&self, limits: &Limits, budget: &Budget, work: u64) -> Option<Limit> {
        if self.produced > limits.inflated_member {
            return Some(Limit::InflatedMember);
        }
        if self.produced > limits.ratio_floor
            && self.produced > self.consumed.saturating_mul(limits.ratio)
        {
            return Some(Limit::Ratio);
        }
        (!budget.take(work)).then(|| budget.limit())
    }
}
