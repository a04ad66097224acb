use std::ops::Range;

use crate::sniff::Kind;
use crate::unpack::{Fault, Frame, Limit, Pump, Stop};

use super::member::{Log, Member, field};
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
            unpacked.log.begin(at);
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
