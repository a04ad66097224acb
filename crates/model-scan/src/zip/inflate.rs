use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;

use findings::{Finding, Location, Rule};

use super::raw::{length, slice_clamped};
use super::rules::{DECOMPRESSION_LIMIT, UNREADABLE_MEMBER, WRONG_SIZE};
use super::{Archive, Method, Reading};
use crate::streams::Format;
use crate::unpack::{
    Budget, CHUNK, Deflate, Fault, Limit, Limits, Lzma, Meter, Pump, Stop, lzma_dictionary,
};

/// What was wrong when a reading was opened.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// The packed bytes end before their own end mark, or the file before the stated end.
    CutOff,
    /// The packed bytes are not what their method says from this byte on, counted from the first packed
    /// byte.
    Corrupt {
        /// The byte.
        at: u64,
    },
    /// A check inside the packed bytes does not hold; this byte is where it stands.
    Checksum {
        /// The byte.
        at: u64,
    },
    /// The packed bytes ask for a dictionary, a window or a filter that is refused here.
    Refused {
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
            Self::UnknownMethod(_)
            | Self::Corrupt { .. }
            | Self::Checksum { .. }
            | Self::Refused { .. } => UNREADABLE_MEMBER,
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
            Self::Checksum { at } => {
                write!(f, "a check of the packed data at byte {at} does not hold")
            }
            Self::Refused { at } => write!(
                f,
                "the packed data asks at byte {at} for what is not read or too large"
            ),
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
        open(self.bytes, reading, limits, budget)
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
            Method::Stored => self.copy(reading, budget, &mut receive),
            Method::Other(method) => Run {
                problems: vec![Problem::UnknownMethod(method)],
                ..Run::default()
            },
            _ => inflate(self.bytes, reading, limits, budget, &mut receive),
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
}

/// Unpacks a reading of the archive that is these bytes, as [`Archive::open`] does.
pub(crate) fn open<'a>(
    bytes: &'a [u8],
    reading: &Reading,
    limits: &Limits,
    budget: &Budget,
) -> Contents<'a> {
    let packed = slice_clamped(bytes, reading.data());
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
            if reading.data.end > length(bytes) {
                contents.problems.push(Problem::CutOff);
            }
            contents.consumed = length(packed);
            contents.bytes = Cow::Borrowed(packed);
        }
        Method::Other(method) => contents.problems.push(Problem::UnknownMethod(method)),
        _ => {
            // What is stated is a wish: weights stay far below this.
            let likely = reading
                .size
                .unwrap_or_default()
                .min(length(packed).saturating_mul(16));
            let mut out = Vec::with_capacity(usize::try_from(likely).unwrap_or_default());
            let streamed = inflate(bytes, reading, limits, budget, &mut |chunk| {
                out.extend_from_slice(chunk);
                ControlFlow::Continue(())
            });
            contents.bytes = Cow::Owned(out);
            contents.crc = Some(streamed.crc);
            contents.consumed = streamed.consumed;
            contents.problems = streamed.problems;
        }
    }
    contents
}

fn inflate(
    bytes: &[u8],
    reading: &Reading,
    limits: &Limits,
    budget: &Budget,
    receive: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Run {
    let packed = slice_clamped(bytes, reading.data());
    let mut run = Run::default();
    let mut crc = crc32fast::Hasher::new();
    let mut receive = |chunk: &[u8]| {
        crc.update(chunk);
        receive(chunk)
    };
    let mut pump = Pump::new(Meter::new(limits, budget), &mut receive);
    let end = decode(packed, reading, &mut pump, &mut run.problems);
    run.consumed = pump.meter().consumed();
    run.produced = pump.meter().produced();
    run.crc = crc.finalize();
    match end {
        Ok(end) => {
            let produced = run.produced;
            if let Some(stated) = reading.size {
                if produced != stated {
                    let found = produced;
                    run.problems.push(Problem::SizeDiffers { stated, found });
                }
                let bytes = length(packed).saturating_sub(end);
                if bytes > 0 {
                    run.problems.push(Problem::TrailingBytes { bytes });
                }
            }
        }
        Err(Stop::Stopped) => run.stopped = true,
        Err(stop) => run.problems.extend(Problem::of(stop)),
    }
    run
}

impl Problem {
    const fn of(stop: Stop) -> Option<Self> {
        Some(match stop {
            Stop::Stopped => return None,
            Stop::Limit(limit) => Self::LimitReached(limit),
            Stop::Fault { fault, at } => match fault {
                Fault::CutOff => Self::CutOff,
                Fault::Corrupt => Self::Corrupt { at },
                Fault::Checksum | Fault::Size => Self::Checksum { at },
                Fault::Memory(_) | Fault::Unread(_) => Self::Refused { at },
            },
        })
    }
}

/// Unpacks by the method. Returns where the packed bytes end by their own mark.
fn decode(
    packed: &[u8],
    reading: &Reading,
    pump: &mut Pump<'_>,
    problems: &mut Vec<Problem>,
) -> Result<u64, Stop> {
    let format = match reading.method {
        Method::Bzip2 => Format::Bzip2,
        Method::Zstd => Format::Frames,
        Method::Xz => Format::Xz,
        Method::Lzma => return lzma(packed, reading, pump),
        _ => return pump.run(&mut Deflate::new(packed), &mut |_| {}),
    };
    let unpacked = format.unpack(packed, pump);
    for &(fault, at) in &unpacked.log.faults {
        problems.extend(Problem::of(Stop::fault(fault, at)));
    }
    unpacked.stop.map_or(Ok(unpacked.end), Err)
}

/// APPNOTE 5.8.8: a version, the length of the properties, the properties, then LZMA. Python's `zipfile`
/// reads up to the end mark or the end of the data, whatever the flag says about which of them there is.
fn lzma(packed: &[u8], reading: &Reading, pump: &mut Pump<'_>) -> Result<u64, Stop> {
    let &[_, _, length_low, length_high, properties, d0, d1, d2, d3] =
        packed.first_chunk().ok_or(Stop::fault(Fault::CutOff, 0))?;
    if u16::from_le_bytes([length_low, length_high]) != 5 {
        return Err(Stop::fault(Fault::Corrupt, 2));
    }
    let dictionary = u32::from_le_bytes([d0, d1, d2, d3]);
    pump.admit(lzma_dictionary(dictionary), 5)?;
    pump.skip(LZMA_HEADER)?;
    let data = packed.get(9..).unwrap_or_default();
    let mut decoder =
        Lzma::one(data, properties, dictionary, None).map_err(|fault| Stop::fault(fault, 4))?;
    match pump.run(&mut decoder, &mut |_| {}) {
        Ok(end) => Ok(end.saturating_add(LZMA_HEADER)),
        // Without an end mark the size says where it ends.
        Err(Stop::Fault {
            fault: Fault::CutOff,
            ..
        }) if reading
            .size
            .is_some_and(|stated| stated <= pump.meter().produced()) =>
        {
            Ok(length(packed))
        }
        Err(stop) => Err(stop.behind(LZMA_HEADER)),
    }
}

/// Bytes before the data of an LZMA member.
const LZMA_HEADER: u64 = 9;

/// What came of one run of a decoder, with the checksum of what came out.
#[derive(Debug, Default)]
struct Run {
    consumed: u64,
    produced: u64,
    crc: u32,
    problems: Vec<Problem>,
    stopped: bool,
}
