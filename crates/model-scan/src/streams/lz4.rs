use std::hash::Hasher as _;

use twox_hash::XxHash32;

use crate::unpack::{Fault, Pump, Stop};

use super::member::{Log, Member, field};

/// What a frame begins with.
const MARK: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
/// What a frame of the format before 1.0 begins with.
const LEGACY: [u8; 4] = [0x02, 0x21, 0x4c, 0x18];
/// Bytes that a block of that format holds at most.
const LEGACY_BLOCK: usize = 8 << 20;
/// How far back a block that is not independent may reach.
const WINDOW: usize = 64 << 10;

const CONTENT_CHECKSUM: u8 = 1 << 2;
const CONTENT_SIZE: u8 = 1 << 3;
const BLOCK_CHECKSUM: u8 = 1 << 4;
const INDEPENDENT: u8 = 1 << 5;

/// Says whether a frame begins.
pub(super) fn begins(packed: &[u8]) -> bool {
    packed.starts_with(&MARK) || packed.starts_with(&LEGACY)
}

/// Reads one frame: LZ4 Frame Format 1.6.4, and the legacy one.
///
/// Checksums that do not hold are noted and reading goes on, since some readers do not compare them.
pub(super) fn member(packed: &[u8], pump: &mut Pump<'_>, log: &mut Log) -> Result<Member, Stop> {
    if !packed.starts_with(&LEGACY) {
        let header = Header::read(packed, log)?;
        pump.skip(header.length)?;
        return header.blocks(packed, pump, log);
    }
    pump.skip(4)?;
    let mut frame = Blocks::new(packed, 4, LEGACY_BLOCK);
    while let Some(size) = frame.legacy_size()? {
        let size = frame.take(4, size)?;
        frame.decode(size, pump, &mut |_| {})?;
    }
    Ok(Member::new(frame.at))
}

struct Header {
    flags: u8,
    block: usize,
    content: Option<u64>,
    length: u64,
}

impl Header {
    fn read(packed: &[u8], log: &mut Log) -> Result<Self, Stop> {
        let cut = Stop::fault(Fault::CutOff, 4);
        let &[_, _, _, _, flags, sizes] = packed.first_chunk().ok_or(cut)?;
        if flags >> 6 != 1 || flags & 0b10 != 0 || sizes & 0b1000_1111 != 0 {
            let unread = Fault::Unread("a reserved bit of the header is set");
            return Err(Stop::fault(unread, 4));
        }
        let block = match sizes >> 4 {
            4 => 64 << 10,
            5 => 256 << 10,
            6 => 1 << 20,
            7 => 4 << 20,
            _ => return Err(Stop::fault(Fault::Corrupt, 5)),
        };
        let mut at = 6;
        let mut content = None;
        if flags & CONTENT_SIZE != 0 {
            let size = field(packed, at..).first_chunk().ok_or(cut)?;
            content = Some(u64::from_le_bytes(*size));
            at = 14;
        }
        if flags & 1 != 0 {
            let unread = Fault::Unread("the frame needs a dictionary that is not in it");
            return Err(Stop::fault(unread, at));
        }
        let stated = *field(packed, at..).first().ok_or(cut)?;
        let described = usize::try_from(at)
            .ok()
            .and_then(|end| packed.get(4..end))
            .unwrap_or_default();
        let [_, second, ..] = XxHash32::oneshot(0, described).to_le_bytes();
        if stated != second {
            log.say(Fault::Checksum, at);
        }
        Ok(Self {
            flags,
            block,
            content,
            length: at.saturating_add(1),
        })
    }

    fn blocks(&self, packed: &[u8], pump: &mut Pump<'_>, log: &mut Log) -> Result<Member, Stop> {
        let mut frame = Blocks::new(packed, self.length, self.block);
        let mut content = XxHash32::with_seed(0);
        let mut made: u64 = 0;
        let checked = self.flags & CONTENT_CHECKSUM != 0;
        let mut see = |chunk: &[u8]| {
            if checked {
                content.write(chunk);
            }
            made = made.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        };
        loop {
            let size = frame.u32()?;
            if size == 0 {
                pump.skip(4)?;
                frame.at = frame.at.saturating_add(4);
                break;
            }
            let stored = size >> 31 == 1;
            let place = frame.at;
            let block = frame.take(4, size & 0x7fff_ffff)?;
            if self.flags & INDEPENDENT != 0 {
                frame.window.clear();
            }
            if stored {
                frame.store(block, pump, &mut see)?;
            } else {
                frame.decode(block, pump, &mut see)?;
            }
            if self.flags & BLOCK_CHECKSUM != 0 {
                if frame.u32()? != XxHash32::oneshot(0, block.bytes) {
                    log.say(Fault::Checksum, place);
                }
                pump.skip(4)?;
                frame.at = frame.at.saturating_add(4);
            }
        }
        if checked {
            if frame.u32()? != content.finish_32() {
                log.say(Fault::Checksum, frame.at);
            }
            pump.skip(4)?;
            frame.at = frame.at.saturating_add(4);
        }
        if self.content.is_some_and(|stated| stated != made) {
            log.say(Fault::Size, 6);
        }
        Ok(Member::new(frame.at))
    }
}

/// The blocks of a frame.
struct Blocks<'a> {
    packed: &'a [u8],
    at: u64,
    /// What came out last, for blocks that refer to it.
    window: Vec<u8>,
    out: Vec<u8>,
}

/// The packed bytes of a block, and how many of the frame they take.
#[derive(Clone, Copy)]
struct Block<'a> {
    bytes: &'a [u8],
    used: u64,
    whole: bool,
}

impl<'a> Blocks<'a> {
    fn new(packed: &'a [u8], at: u64, most: usize) -> Self {
        Self {
            packed,
            at,
            window: Vec::new(),
            out: vec![0; most],
        }
    }

    fn u32(&self) -> Result<u32, Stop> {
        field(self.packed, self.at..)
            .first_chunk()
            .map(|bytes| u32::from_le_bytes(*bytes))
            .ok_or(Stop::fault(Fault::CutOff, self.at))
    }

    /// The size of the next legacy block: none at the end, or where another frame begins.
    fn legacy_size(&self) -> Result<Option<u32>, Stop> {
        let rest = field(self.packed, self.at..);
        if rest.is_empty() || begins(rest) || matches!(rest, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
            return Ok(None);
        }
        let size = self.u32()?;
        // Readers take a size that no block can have for the start of something else.
        let most = lz4_flex::block::get_maximum_output_size(LEGACY_BLOCK);
        Ok(usize::try_from(size)
            .is_ok_and(|size| size <= most)
            .then_some(size))
    }

    /// Takes a block of so many bytes behind `before` others, or what there is of it.
    fn take(&self, before: u64, size: u32) -> Result<Block<'a>, Stop> {
        let rest = field(self.packed, self.at.saturating_add(before)..);
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let whole = rest.get(..size);
        if whole.is_some() && size > self.out.len().saturating_mul(2) {
            return Err(Stop::fault(Fault::Corrupt, self.at));
        }
        let bytes = whole.unwrap_or_else(|| rest.get(..self.out.len()).unwrap_or(rest));
        Ok(Block {
            bytes,
            used: u64::try_from(bytes.len())
                .unwrap_or(u64::MAX)
                .saturating_add(before),
            whole: whole.is_some(),
        })
    }

    fn decode(
        &mut self,
        block: Block<'_>,
        pump: &mut Pump<'_>,
        see: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Stop> {
        let made = if block.whole {
            lz4_flex::block::decompress_into_with_dict(block.bytes, &mut self.out, &self.window)
                .ok()
        } else {
            None
        };
        let Some(made) = made else {
            let made = prefix(block.bytes, &self.window, &mut self.out);
            pump.give(block.used, self.out.get(..made).unwrap_or_default(), see)?;
            let fault = if block.whole {
                Fault::Corrupt
            } else {
                Fault::CutOff
            };
            return Err(Stop::fault(fault, self.at));
        };
        let out = self.out.get(..made).unwrap_or_default();
        pump.give(block.used, out, see)?;
        keep(&mut self.window, out);
        self.at = self.at.saturating_add(block.used);
        Ok(())
    }

    /// A block that is not packed.
    fn store(
        &mut self,
        block: Block<'_>,
        pump: &mut Pump<'_>,
        see: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Stop> {
        pump.give(block.used, block.bytes, see)?;
        if !block.whole {
            return Err(Stop::fault(Fault::CutOff, self.at));
        }
        if block.bytes.len() > self.out.len() {
            return Err(Stop::fault(Fault::Corrupt, self.at));
        }
        keep(&mut self.window, block.bytes);
        self.at = self.at.saturating_add(block.used);
        Ok(())
    }
}

/// Keeps the last bytes that came out.
fn keep(window: &mut Vec<u8>, out: &[u8]) {
    if let Some(tail) = out.len().checked_sub(WINDOW).and_then(|at| out.get(at..)) {
        window.clear();
        window.extend_from_slice(tail);
        return;
    }
    let surplus = window
        .len()
        .saturating_add(out.len())
        .saturating_sub(WINDOW);
    window.drain(..surplus.min(window.len()));
    window.extend_from_slice(out);
}

/// Decodes what there is of a block that is cut off or corrupt: LZ4 Block Format. Returns how many bytes
/// came out.
fn prefix(block: &[u8], window: &[u8], out: &mut [u8]) -> usize {
    let mut made = 0;
    let mut rest = block;
    while decode_sequence(&mut rest, window, out, &mut made).is_some() {}
    made
}

/// Decodes one sequence, or as much of it as there is; `None` where it ends.
fn decode_sequence(
    rest: &mut &[u8],
    window: &[u8],
    out: &mut [u8],
    made: &mut usize,
) -> Option<()> {
    let (&token, behind) = rest.split_first()?;
    *rest = behind;
    let literals = run_length(rest, token >> 4)?;
    let taken = rest.get(..literals).unwrap_or(rest);
    for byte in taken {
        *out.get_mut(*made)? = *byte;
        *made = made.saturating_add(1);
    }
    *rest = rest.get(literals..)?;
    let (offset, behind) = rest.split_first_chunk()?;
    *rest = behind;
    let offset = usize::from(u16::from_le_bytes(*offset));
    let length = run_length(rest, token & 15)?.saturating_add(4);
    if offset == 0 {
        return None;
    }
    for _ in 0..length {
        let byte = match made.checked_sub(offset) {
            Some(at) => *out.get(at)?,
            None => *window.get(window.len().checked_sub(offset.checked_sub(*made)?)?)?,
        };
        *out.get_mut(*made)? = byte;
        *made = made.saturating_add(1);
    }
    Some(())
}

/// A length of four bits, and the bytes that carry on where those are all set.
fn run_length(rest: &mut &[u8], nibble: u8) -> Option<usize> {
    let mut length = usize::from(nibble);
    if nibble == 15 {
        loop {
            let (&more, behind) = rest.split_first()?;
            *rest = behind;
            length = length.saturating_add(usize::from(more));
            if more != 255 {
                break;
            }
        }
    }
    Some(length)
}
