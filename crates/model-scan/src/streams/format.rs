use std::ops::{Range, RangeFrom};

use crate::sniff::Kind;
use crate::unpack::{Fault, Frame, Limit, Pump, Stop};

use super::{bzip2, gzip, joblib, lz4, lzma, xz, zlib, zstd};

/// A format in which one stream is packed, or several behind each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    Gzip,
    Bzip2,
    Xz,
    LzmaAlone,
    Zlib,
    JoblibZf,
    /// Frames of LZ4 and of Zstandard, which share the frames that are skipped.
    Frames,
}

/// One stream of several that may follow each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Member {
    /// Packed bytes, header and trailer included.
    pub(crate) length: u64,
    /// The name that its header gives it.
    pub(crate) name: Option<Vec<u8>>,
}

impl Member {
    pub(super) const fn new(length: u64) -> Self {
        Self { length, name: None }
    }
}

/// What is wrong with streams that were read to their end all the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    /// What does not hold, and where.
    pub(crate) faults: Vec<(Fault, u64)>,
    /// What some readers refuse and others do not, and where.
    pub(crate) notes: Vec<(&'static str, u64)>,
    /// How many faults and notes were left out.
    pub(crate) dropped: u64,
    /// How many frames hold what readers skip.
    pub(crate) skipped: u64,
    /// Added to what is said from now on.
    base: u64,
}

/// Faults and notes kept of one file: a report that is still read.
const KEPT: usize = 100;

impl Log {
    pub(super) fn say(&mut self, fault: Fault, at: u64) {
        if self.faults.len() < KEPT {
            self.faults.push((fault, self.base.saturating_add(at)));
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    pub(super) fn note(&mut self, note: &'static str, at: u64) {
        if self.notes.len() < KEPT {
            self.notes.push((note, self.base.saturating_add(at)));
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// Takes over what was said of bytes that begin at `at`.
    pub(super) fn add_behind(&mut self, other: Self, at: u64) {
        for (fault, place) in other.faults {
            self.say(fault, place.saturating_add(at));
        }
        for (note, place) in other.notes {
            self.note(note, place.saturating_add(at));
        }
        self.skipped = self.skipped.saturating_add(other.skipped);
    }
}

/// One stream, and where it and what it holds lie.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) packed: Range<u64>,
    pub(crate) content: Range<u64>,
    pub(crate) name: Option<Vec<u8>>,
}

/// What came of unpacking all streams that follow each other.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    pub(crate) parts: Vec<Part>,
    pub(crate) log: Log,
    /// Where the last stream ends, and the padding behind it.
    pub(crate) end: u64,
    /// Bytes of padding.
    pub(crate) padding: Vec<Range<u64>>,
    /// Why it went no further, if something stands there that should have been read.
    pub(crate) stop: Option<Stop>,
}

impl Format {
    pub(crate) const fn of(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Gzip => Self::Gzip,
            Kind::Bzip2 => Self::Bzip2,
            Kind::Xz => Self::Xz,
            Kind::LzmaAlone => Self::LzmaAlone,
            Kind::Zlib => Self::Zlib,
            Kind::JoblibZf => Self::JoblibZf,
            Kind::Lz4 | Kind::Zstd => Self::Frames,
            _ => return None,
        })
    }

    /// Unpacks every stream that some reader would read on to.
    pub(crate) fn unpack(self, packed: &[u8], pump: &mut Pump<'_>) -> Unpacked {
        let mut unpacked = Unpacked::default();
        unpacked.stop = self.unpack_into(packed, pump, &mut unpacked).err();
        unpacked
    }

    fn unpack_into(
        self,
        packed: &[u8],
        pump: &mut Pump<'_>,
        unpacked: &mut Unpacked,
    ) -> Result<(), Stop> {
        let length = u64::try_from(packed.len()).unwrap_or(u64::MAX);
        let mut at = 0;
        loop {
            let rest = field(packed, at..);
            if u64::try_from(unpacked.parts.len()).unwrap_or(u64::MAX)
                >= pump.meter().limits().streams
            {
                return Err(Stop::Limit(Limit::Streams));
            }
            let from = pump.meter().produced();
            unpacked.log.base = at;
            let member = self.member(rest, pump, &mut unpacked.log);
            let (stop, member) = match member {
                Ok(member) => (None, member),
                Err(stop @ Stop::Fault { at, .. }) => (Some(stop), Member::new(at)),
                Err(stop) => (Some(stop), Member::new(0)),
            };
            let end = at.saturating_add(member.length).min(length);
            unpacked.parts.push(Part {
                packed: at..end,
                content: from..pump.meter().produced(),
                name: member.name,
            });
            unpacked.end = end;
            if let Some(stop) = stop {
                return Err(stop.behind(at));
            }
            let padding = self.padding(field(packed, end..));
            at = end.saturating_add(padding);
            if padding > 0 {
                pump.skip(padding)?;
                unpacked.padding.push(end..at);
                unpacked.end = at;
            }
            if at >= length || !self.follows(field(packed, at..)) {
                return Ok(());
            }
            if member.length == 0 {
                return Err(Stop::fault(Fault::Corrupt, at));
            }
        }
    }

    fn member(self, packed: &[u8], pump: &mut Pump<'_>, log: &mut Log) -> Result<Member, Stop> {
        match self {
            Self::Gzip => gzip::member(packed, pump, log),
            Self::Bzip2 => bzip2::member(packed, pump),
            Self::Xz => xz::member(packed, pump, log),
            Self::LzmaAlone => lzma::member(packed, pump),
            Self::Zlib => zlib::member(packed, pump, log),
            Self::JoblibZf => joblib::member(packed, pump, log),
            Self::Frames if lz4::begins(packed) => lz4::member(packed, pump, log),
            Self::Frames => zstd::member(packed, pump, log),
        }
    }

    /// Returns how many bytes of padding readers pass over behind a stream.
    fn padding(self, rest: &[u8]) -> u64 {
        let zeros = || rest.iter().take_while(|byte| **byte == 0).count();
        let padding = match self {
            // Tapes are filled up with zeros; Python's `gzip` and the tool pass over them.
            Self::Gzip => zeros(),
            // Section 2.2 of the format: multiples of four.
            Self::Xz => zeros() & !3,
            _ => 0,
        };
        u64::try_from(padding).unwrap_or(u64::MAX)
    }

    /// Says whether readers go on with a further stream.
    fn follows(self, rest: &[u8]) -> bool {
        match self {
            Self::Gzip => rest.starts_with(&[0x1f, 0x8b]),
            Self::Bzip2 => bzip2::begins(rest),
            Self::Xz => rest.starts_with(xz::MARK),
            Self::LzmaAlone => crate::sniff::is_lzma_alone(rest),
            // Every reader stops at the first.
            Self::Zlib | Self::JoblibZf => false,
            Self::Frames => lz4::begins(rest) || Frame::read(rest).is_some(),
        }
    }

    /// Says whether a stream states a checksum of what it holds.
    pub(crate) const fn has_checksum(self) -> bool {
        !matches!(self, Self::LzmaAlone)
    }
}

/// Returns the bytes from an offset on; none if it lies behind the end.
pub(super) fn field(bytes: &[u8], range: RangeFrom<u64>) -> &[u8] {
    usize::try_from(range.start)
        .ok()
        .and_then(|start| bytes.get(start..))
        .unwrap_or_default()
}
