use std::borrow::Cow;
use std::io::Read;
use std::ops::ControlFlow;

use lzma_rust2::filter::bcj::BcjReader;
use lzma_rust2::filter::delta::DeltaReader;

use super::archive::{Archive, Member};
use super::folder::Coder;
use super::streams::Streams;
use super::{Method, folder::Folder};
use crate::unpack::{
    Budget, Bzip2, CHUNK, Decode, Deflate, Fault, Limit, Limits, Lzma, Meter, Pump, Stop,
    lzma_dictionary,
};
use crate::zip::{length, slice_clamped};

/// What was wrong when a folder was unpacked.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is packed in a way that is not read here.
    #[error("{0} is not read")]
    UnreadMethod(Method),
    /// The properties of a method make no sense.
    #[error("the properties of {0} make no sense")]
    Properties(Method),
    /// The packed bytes end too early, or the file does.
    #[error("the packed data is cut off")]
    CutOff,
    /// The packed bytes are corrupt from this one on.
    #[error("the packed data is corrupt at byte {at}")]
    Corrupt {
        /// The byte, counted from the first packed one.
        at: u64,
    },
    /// A ceiling was reached; what came before it is kept.
    #[error("limit on {0} reached")]
    LimitReached(Limit),
    /// More or fewer bytes come out than stated.
    #[error("found {found} bytes, expected {stated}")]
    SizeDiffers {
        /// The stated size.
        stated: u64,
        /// What came out; at least, where that is more.
        found: u64,
    },
    /// So many packed bytes stand behind the end mark.
    #[error("{bytes} bytes stand behind the end of the packed data")]
    TrailingBytes {
        /// How many.
        bytes: u64,
    },
}

impl Problem {
    /// Says whether bytes are missing, so that no verdict of *clean* is possible.
    #[must_use]
    pub const fn is_undecided(&self) -> bool {
        match self {
            Self::TrailingBytes { .. } => false,
            Self::SizeDiffers { stated, found } => *found < *stated,
            _ => true,
        }
    }
}

/// The bytes of a folder, which files share.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    bytes: Cow<'a, [u8]>,
    problems: Vec<Problem>,
}

impl Contents<'_> {
    /// Returns the bytes that came out.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns those of a member of this folder, as many as came out, and whether that is all.
    #[must_use]
    pub fn of(&self, member: &Member) -> (&[u8], bool) {
        let range = member.range();
        let bytes = slice_clamped(&self.bytes, range.clone());
        (
            bytes,
            length(bytes) == range.end.saturating_sub(range.start),
        )
    }

    /// Returns what was wrong.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl<'a> Archive<'a> {
    /// Unpacks a folder, by its number from 0. What comes out is held in memory.
    ///
    /// # Limits
    /// Those of [`Limits`], and the budget that everything in a file shares.
    #[must_use]
    pub fn open(&self, folder: usize, limits: &Limits, budget: &Budget) -> Contents<'a> {
        unpack(self.bytes, &self.streams, folder, limits, budget)
    }
}

pub(super) fn unpack<'a>(
    bytes: &'a [u8],
    streams: &Streams,
    folder: usize,
    limits: &Limits,
    budget: &Budget,
) -> Contents<'a> {
    let mut contents = Contents {
        bytes: Cow::Borrowed(&[]),
        problems: Vec::new(),
    };
    let chain = streams
        .folders
        .get(folder)
        .map(Folder::chain)
        .unwrap_or(Ok(Vec::new()));
    let chain = match chain.and_then(|chain| known(&chain).map(|()| chain)) {
        Ok(chain) => chain,
        Err(method) => {
            contents.problems.push(Problem::UnreadMethod(method));
            return contents;
        }
    };
    let place = streams
        .packed_ranges(folder)
        .first()
        .cloned()
        .unwrap_or(0..0);
    contents.bytes = Cow::Borrowed(slice_clamped(bytes, place.clone()));
    if length(&contents.bytes) < place.end.saturating_sub(place.start) {
        contents.problems.push(Problem::CutOff);
    }
    for (coder, size) in chain {
        let step = Step {
            coder,
            size,
            limits,
            budget,
        };
        let (bytes, problem) = step.run(&contents.bytes);
        contents.problems.extend(problem);
        if let Some(bytes) = bytes {
            contents.bytes = Cow::Owned(bytes);
        } else {
            let kept = usize::try_from(size)
                .unwrap_or(usize::MAX)
                .min(contents.bytes.len());
            match &mut contents.bytes {
                Cow::Borrowed(bytes) => *bytes = bytes.get(..kept).unwrap_or(bytes),
                Cow::Owned(bytes) => bytes.truncate(kept),
            }
        }
    }
    contents
}

/// Names the first method that is not read here.
fn known(chain: &[(&Coder, u64)]) -> Result<(), Method> {
    let unread = chain.iter().find(|(coder, _)| {
        !matches!(
            coder.method.number(),
            COPY | LZMA | LZMA2 | DEFLATE | BZIP2 | DELTA | 4
                ..=0x0b
                    | 0x0303_0103
                    | 0x0303_0205
                    | 0x0303_0401
                    | 0x0303_0501
                    | 0x0303_0701
                    | 0x0303_0805
        )
    });
    unread.map_or(Ok(()), |(coder, _)| Err(coder.method))
}

const COPY: u64 = 0x00;
const DELTA: u64 = 0x03;
const LZMA: u64 = 0x0003_0101;
const LZMA2: u64 = 0x21;
const DEFLATE: u64 = 0x0004_0108;
const BZIP2: u64 = 0x0004_0202;

/// One step of unpacking.
struct Step<'s> {
    coder: &'s Coder,
    /// The size that comes out, as stated.
    size: u64,
    limits: &'s Limits,
    budget: &'s Budget,
}

impl Step<'_> {
    /// Returns what comes out, or nothing where the bytes stay as they are, and what was wrong.
    fn run(&self, packed: &[u8]) -> (Option<Vec<u8>>, Option<Problem>) {
        let method = self.coder.method;
        let properties = self.coder.properties.as_slice();
        let nonsense = (Some(Vec::new()), Some(Problem::Properties(method)));
        match (method.number(), properties) {
            (COPY, _) => (None, self.copied(packed)),
            (DEFLATE, _) => self.decode(packed, Ok(Deflate::new(packed))),
            (BZIP2, _) => self.decode(packed, Ok(Bzip2::new(packed))),
            (LZMA, [properties, dictionary @ ..]) => {
                let Ok(dictionary) = dictionary.try_into().map(u32::from_le_bytes) else {
                    return nonsense;
                };
                let dictionary = self.dictionary(dictionary);
                if let Err(problem) = dictionary {
                    return (Some(Vec::new()), Some(problem));
                }
                let dictionary = dictionary.unwrap_or_default();
                self.decode(
                    packed,
                    Lzma::one(packed, *properties, dictionary, Some(self.size)),
                )
            }
            (LZMA2, [size @ 0..=40]) => {
                let dictionary = match size {
                    40 => u32::MAX,
                    size => (2 | u32::from(size & 1))
                        .checked_shl(u32::from(size >> 1).saturating_add(11))
                        .unwrap_or(u32::MAX),
                };
                match self.dictionary(dictionary) {
                    Ok(dictionary) => self.decode(packed, Lzma::two(packed, dictionary, None)),
                    Err(problem) => (Some(Vec::new()), Some(problem)),
                }
            }
            (DELTA, [distance]) => {
                let distance = usize::from(*distance).saturating_add(1);
                self.filter(packed, DeltaReader::new(packed, distance))
            }
            (LZMA | LZMA2 | DELTA, _) => nonsense,
            (number, properties) => {
                let start = match properties {
                    [] => 0,
                    _ => match properties.try_into().map(u32::from_le_bytes) {
                        Ok(start) => usize::try_from(start).unwrap_or(0),
                        Err(_) => return nonsense,
                    },
                };
                match number {
                    0x04 | 0x0303_0103 => self.filter(packed, BcjReader::new_x86(packed, start)),
                    0x05 | 0x0303_0205 => self.filter(packed, BcjReader::new_ppc(packed, start)),
                    0x06 | 0x0303_0401 => self.filter(packed, BcjReader::new_ia64(packed, start)),
                    0x07 | 0x0303_0501 => self.filter(packed, BcjReader::new_arm(packed, start)),
                    0x08 | 0x0303_0701 => {
                        self.filter(packed, BcjReader::new_arm_thumb(packed, start))
                    }
                    0x09 | 0x0303_0805 => self.filter(packed, BcjReader::new_sparc(packed, start)),
                    0x0a => self.filter(packed, BcjReader::new_arm64(packed, start)),
                    0x0b => self.filter(packed, BcjReader::new_riscv(packed, start)),
                    _ => (Some(Vec::new()), Some(Problem::UnreadMethod(method))),
                }
            }
        }
    }

    fn copied(&self, packed: &[u8]) -> Option<Problem> {
        if !self.budget.take(length(packed)) {
            return Some(Problem::LimitReached(self.budget.limit()));
        }
        (length(packed) != self.size).then(|| Problem::SizeDiffers {
            stated: self.size,
            found: length(packed),
        })
    }

    /// Returns the dictionary that is needed: none larger than what comes out.
    fn dictionary(&self, stated: u32) -> Result<u32, Problem> {
        let needed = stated
            .min(u32::try_from(self.size).unwrap_or(u32::MAX))
            .max(4096);
        if lzma_dictionary(needed) > self.limits.memory {
            return Err(Problem::LimitReached(Limit::Memory));
        }
        Ok(needed)
    }

    fn decode(
        &self,
        packed: &[u8],
        decoder: Result<impl Decode, Fault>,
    ) -> (Option<Vec<u8>>, Option<Problem>) {
        let mut out: Vec<u8> = Vec::new();
        let Ok(mut decoder) = decoder else {
            return (Some(out), Some(Problem::Properties(self.coder.method)));
        };
        let mut over = false;
        let mut receive = |chunk: &[u8]| {
            let left = self.size.saturating_sub(length(&out));
            let kept = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
            out.extend_from_slice(chunk.get(..kept).unwrap_or(chunk));
            over = kept < chunk.len();
            if over {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let meter = Meter::new(self.limits, self.budget);
        let end = Pump::new(meter, &mut receive).run(&mut decoder, &mut |_| {});
        let found = length(&out).saturating_add(u64::from(over));
        let problem = match end {
            Ok(_) | Err(Stop::Stopped) if found != self.size => Some(Problem::SizeDiffers {
                stated: self.size,
                found,
            }),
            Ok(used) => length(packed)
                .checked_sub(used)
                .filter(|bytes| *bytes > 0)
                .map(|bytes| Problem::TrailingBytes { bytes }),
            // A stream of LZMA needs no end mark where its size is known.
            Err(Stop::Stopped) => None,
            Err(Stop::Limit(limit)) => Some(Problem::LimitReached(limit)),
            Err(Stop::Fault { fault, at }) => Some(match fault {
                Fault::CutOff => Problem::CutOff,
                Fault::Memory(_) => Problem::LimitReached(Limit::Memory),
                _ => Problem::Corrupt { at },
            }),
        };
        (Some(out), problem)
    }

    /// Runs a filter, which gives as many bytes as it takes.
    fn filter(&self, packed: &[u8], mut filter: impl Read) -> (Option<Vec<u8>>, Option<Problem>) {
        let mut out = Vec::new();
        let mut chunk = vec![0; CHUNK];
        loop {
            let made = match filter.read(&mut chunk) {
                Ok(0) => break,
                Ok(made) => made,
                Err(_) => {
                    let at = length(&out);
                    return (Some(out), Some(Problem::Corrupt { at }));
                }
            };
            let made = chunk.get(..made).unwrap_or_default();
            if !self.budget.take(length(made)) {
                return (Some(out), Some(Problem::LimitReached(self.budget.limit())));
            }
            out.extend_from_slice(made);
        }
        let problem = self.differs(length(packed));
        (Some(out), problem)
    }

    fn differs(&self, found: u64) -> Option<Problem> {
        (found != self.size).then_some(Problem::SizeDiffers {
            stated: self.size,
            found,
        })
    }
}
