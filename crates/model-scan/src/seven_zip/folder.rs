use std::fmt;

use super::cursor::Cursor;
use super::{Error, ErrorKind, Field};

/// Coders of one folder; 7-Zip takes as many.
const CODERS: u64 = 32;
/// Streams of one folder; 7-Zip takes as many.
const STREAMS: u64 = 32;

/// One way to pack bytes, by the number that 7-Zip gives it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Method(pub(super) u64);

impl Method {
    /// Returns the number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    const fn label(self) -> Option<&'static str> {
        Some(match self.0 {
            0x00 => "Copy",
            0x03 => "Delta",
            0x04 | 0x0303_0103 => "BCJ x86",
            0x05 | 0x0303_0205 => "BCJ PowerPC",
            0x06 | 0x0303_0401 => "BCJ IA-64",
            0x07 | 0x0303_0501 => "BCJ ARM",
            0x08 | 0x0303_0701 => "BCJ ARM Thumb",
            0x09 | 0x0303_0805 => "BCJ SPARC",
            0x0a => "BCJ ARM64",
            0x0b => "BCJ RISC-V",
            0x21 => "LZMA2",
            0x0003_0101 => "LZMA",
            0x0303_011b => "BCJ2",
            0x0003_0401 => "PPMd",
            0x0004_0108 => "Deflate",
            0x0004_0109 => "Deflate64",
            0x0004_0202 => "BZip2",
            0x04f7_1101 => "Zstandard",
            0x04f7_1102 => "Brotli",
            0x04f7_1104 => "LZ4",
            0x06f1_0701 => "AES-256 encryption",
            _ => return None,
        })
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.label() {
            Some(label) => write!(f, "method {:x} ({label})", self.0),
            None => write!(f, "method {:x}", self.0),
        }
    }
}

/// One step of unpacking.
#[derive(Clone, Debug)]
pub(super) struct Coder {
    pub(super) method: Method,
    pub(super) properties: Vec<u8>,
    inputs: u64,
    outputs: u64,
}

/// Bytes that are unpacked together, and how.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    pub(super) coders: Vec<Coder>,
    /// Which input takes which output.
    bonds: Vec<(u64, u64)>,
    /// The inputs that are packed streams.
    pub(super) packed: Vec<u64>,
    /// The size of each output.
    pub(super) sizes: Vec<u64>,
    pub(super) crc: Option<u32>,
}

impl Folder {
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let count = cursor.count(Field::Coders, CODERS)?;
        let (mut inputs, mut outputs) = (0_u64, 0_u64);
        let mut coders = Vec::new();
        for _ in 0..count {
            let coder = Coder::read(cursor)?;
            inputs = inputs.saturating_add(coder.inputs);
            outputs = outputs.saturating_add(coder.outputs);
            coders.push(coder);
        }
        if count == 0 || inputs > STREAMS || outputs > STREAMS || outputs == 0 {
            return Err(cursor.error(ErrorKind::Inconsistent(Field::Coders)));
        }
        let mut bonds = Vec::new();
        for _ in 1..outputs {
            let (input, output) = (cursor.number()?, cursor.number()?);
            let repeats = bonds.iter().any(|(i, o)| *i == input || *o == output);
            if input >= inputs || output >= outputs || repeats {
                return Err(cursor.error(ErrorKind::Inconsistent(Field::Coders)));
            }
            bonds.push((input, output));
        }
        let bound = u64::try_from(bonds.len()).unwrap_or(u64::MAX);
        let count = inputs
            .checked_sub(bound)
            .filter(|count| *count > 0)
            .ok_or_else(|| cursor.error(ErrorKind::Inconsistent(Field::PackedStreams)))?;
        let free = |input: &u64| !bonds.iter().any(|(bound, _)| bound == input);
        let mut packed: Vec<u64> = Vec::new();
        if count == 1 {
            packed.extend((0..inputs).find(free));
        } else {
            for _ in 0..count {
                let input = cursor.number()?;
                if input >= inputs || !free(&input) || packed.contains(&input) {
                    return Err(cursor.error(ErrorKind::Inconsistent(Field::PackedStreams)));
                }
                packed.push(input);
            }
        }
        Ok(Self {
            coders,
            bonds,
            packed,
            sizes: Vec::new(),
            crc: None,
        })
    }

    pub(super) fn outputs(&self) -> u64 {
        self.coders
            .iter()
            .map(|coder| coder.outputs)
            .fold(0, u64::saturating_add)
    }

    /// Returns the size of what comes out in the end: of the output that no input takes.
    pub(super) fn size(&self) -> Option<u64> {
        (0_u64..)
            .zip(&self.sizes)
            .find(|(output, _)| !self.bonds.iter().any(|(_, bound)| bound == output))
            .map(|(_, size)| *size)
    }

    /// Returns the steps from the packed bytes to the last, each with the size that comes out, if every one
    /// has one input and one output.
    pub(super) fn chain(&self) -> Result<Vec<(&Coder, u64)>, Method> {
        if let Some(coder) = self
            .coders
            .iter()
            .find(|coder| coder.inputs != 1 || coder.outputs != 1)
        {
            return Err(coder.method);
        }
        let mut chain = Vec::new();
        let mut at = self.packed.first().copied();
        while let Some(index) = at {
            let place = usize::try_from(index).ok();
            let step =
                place.and_then(|place| Some((self.coders.get(place)?, *self.sizes.get(place)?)));
            let Some(step) = step.filter(|_| chain.len() < self.coders.len()) else {
                break;
            };
            chain.push(step);
            at = self
                .bonds
                .iter()
                .find(|(_, output)| *output == index)
                .map(|(input, _)| *input);
        }
        // A ring of coders beside the chain would never get any bytes.
        match self.coders.first() {
            Some(first) if chain.len() < self.coders.len() => Err(first.method),
            _ => Ok(chain),
        }
    }
}

impl Coder {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let flags = cursor.byte()?;
        // Bit 7 once announced further ways to unpack; no writer used it.
        if flags & 0xc0 != 0 || flags & 0x0f > 8 {
            return Err(cursor.error(ErrorKind::Inconsistent(Field::Coders)));
        }
        let method = cursor
            .take(u64::from(flags & 0x0f))?
            .iter()
            .fold(0_u64, |method, byte| {
                method.wrapping_shl(8) | u64::from(*byte)
            });
        let (inputs, outputs) = match flags & 0x10 {
            0 => (1, 1),
            _ => (cursor.number()?, cursor.number()?),
        };
        if inputs > STREAMS || outputs > STREAMS {
            return Err(cursor.error(ErrorKind::Inconsistent(Field::Coders)));
        }
        let properties = match flags & 0x20 {
            0 => Vec::new(),
            _ => {
                let length = cursor.number()?;
                cursor.take(length)?.to_vec()
            }
        };
        Ok(Self {
            method: Method(method),
            properties,
            inputs,
            outputs,
        })
    }
}
