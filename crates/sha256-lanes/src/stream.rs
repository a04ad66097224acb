//! One message under way.

use std::fmt;

use crate::lane::Lane;
use crate::lanes::Lanes;
use crate::rounds::{BLOCK, INITIAL};

/// The SHA-256 of one message under way.
///
/// It holds 112 bytes whatever the length of the message. [`Stream::update`] takes bytes for this message alone;
/// [`Lanes::advance`] and [`Lanes::update`] take bytes for several at once.
///
/// # Limits
///
/// The standard defines no digest of a message of 2^61 bytes or more; the length is counted modulo 2^64 bits.
/// At 10 GB a second, that many bytes take seven years.
///
/// # Examples
///
/// ```
/// use sha256_lanes::Stream;
///
/// let mut stream = Stream::new();
/// stream.update(b"a");
/// stream.update(b"bc");
/// assert_eq!(stream.finish()[..4], [0xba, 0x78, 0x16, 0xbf]);
/// ```
#[derive(Clone)]
pub struct Stream {
    pub(crate) state: [u32; 8],
    /// What came since the last whole block, in its first `held` bytes.
    buffer: [u8; BLOCK],
    /// A whole block only between `fill` and `drop_blocks`.
    held: usize,
    /// Bytes taken so far, those in the buffer included.
    length: u64,
}

impl Stream {
    /// Begins a message.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: INITIAL,
            buffer: [0; BLOCK],
            held: 0,
            length: 0,
        }
    }

    /// Says how many bytes of the message it has taken.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Takes the next bytes of the message.
    pub fn update(&mut self, bytes: &[u8]) {
        Lanes::detect().update(&mut [Lane::new(self, bytes)]);
    }

    /// Ends the message and gives its digest.
    #[must_use]
    pub fn finish(mut self) -> [u8; 32] {
        let padding = self.padding();
        self.update(padding.bytes());
        self.digest()
    }

    /// Section 5.1.1: what follows the message, so that it ends with a block.
    pub(crate) fn padding(&self) -> Padding {
        let bits = self.length.wrapping_mul(8).to_be_bytes();
        let mut bytes = [0; Padding::MOST];
        // A one bit and zeros until eight bytes short of a block, then the length.
        let zeros = (2 * BLOCK).saturating_sub(self.held).saturating_sub(9) % BLOCK;
        let length = zeros.saturating_add(9);
        if let Some(first) = bytes.first_mut() {
            *first = 0x80;
        }
        let last = bytes.get_mut(..length).and_then(<[u8]>::last_chunk_mut);
        if let Some(last) = last {
            *last = bits;
        }
        Padding { bytes, length }
    }

    /// The digest, once the padding was taken as well.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut digest = [0; 32];
        for (to, from) in digest.as_chunks_mut().0.iter_mut().zip(self.state) {
            *to = from.to_be_bytes();
        }
        digest
    }

    /// Moves bytes into the buffer if it holds some already, or if they make no whole block.
    #[inline]
    pub(crate) fn fill(&mut self, input: &mut &[u8]) {
        if self.held == 0 && input.len() >= BLOCK {
            return;
        }
        let Some(free) = self.buffer.get_mut(self.held..) else {
            return;
        };
        let (now, rest) = input.split_at(free.len().min(input.len()));
        for (to, from) in free.iter_mut().zip(now) {
            *to = *from;
        }
        self.held = self.held.saturating_add(now.len());
        self.count(now.len());
        *input = rest;
    }

    /// Lists the whole blocks that come next: the buffer if it is full, else those of the input.
    #[inline]
    pub(crate) fn blocks<'a>(&'a self, input: &'a [u8]) -> &'a [[u8; BLOCK]] {
        match self.held {
            0 => input.as_chunks().0,
            BLOCK => std::slice::from_ref(&self.buffer),
            _ => &[],
        }
    }

    /// Drops the first blocks of those that [`Stream::blocks`] listed.
    #[inline]
    pub(crate) fn drop_blocks(&mut self, input: &mut &[u8], count: usize) {
        if self.held == BLOCK {
            self.held = 0;
            return;
        }
        let (taken, rest) = input.split_at(count.saturating_mul(BLOCK).min(input.len()));
        self.count(taken.len());
        *input = rest;
    }

    #[expect(
        clippy::as_conversions,
        reason = "a slice is shorter than 2^63 bytes; `TryFrom` would want an answer for what cannot be"
    )]
    fn count(&mut self, bytes: usize) {
        self.length = self.length.wrapping_add(bytes as u64);
    }
}

impl Default for Stream {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows how far it came, and nothing of the message.
impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Stream");
        shown.field("length", &self.length).finish_non_exhaustive()
    }
}

/// The bytes that end a message.
#[derive(Clone)]
pub(crate) struct Padding {
    bytes: [u8; Self::MOST],
    length: usize,
}

impl Padding {
    /// One byte, at most sixty-three zeros, eight bytes of length.
    const MOST: usize = 72;

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use sha2::digest::common::hazmat::SerializableState;
    use sha2::{Digest, Sha256};

    use super::*;

    /// Puts both implementations where they would be after so many blocks, which are not hashed: the state stays
    /// the initial one.
    fn after_blocks(blocks: u64) -> (Stream, Sha256) {
        let mut stream = Stream::new();
        stream.length = blocks.wrapping_mul(64);
        let mut state = Sha256::new().serialize();
        let length = state.len();
        // Eight words of state, then the number of blocks, then the buffer and how much of it is used.
        assert_eq!(length, 32 + 8 + 64);
        state[32..40].copy_from_slice(&blocks.to_le_bytes());
        (stream, Sha256::deserialize(&state).unwrap())
    }

    #[test]
    fn lengths_past_32_bits_and_up_to_the_last_are_written_whole() {
        // 2^32 bits are 2^23 blocks, 2^32 bytes 2^26; the standard ends below 2^64 bits, 2^55 blocks.
        for blocks in [
            1,
            1 << 23,
            (1 << 23) - 1,
            1 << 26,
            (1 << 26) - 1,
            1 << 40,
            (1 << 55) - 1,
        ] {
            for tail in [0, 1, 55, 56, 63] {
                let (mut stream, mut other) = after_blocks(blocks);
                let tail = vec![b'x'; tail];
                stream.update(&tail);
                other.update(&tail);
                assert_eq!(stream.finish()[..], other.finalize()[..], "{blocks} blocks");
            }
        }
    }

    #[test]
    fn the_padding_ends_with_a_block_for_every_length() {
        for length in 0..=200_u64 {
            let mut stream = Stream::new();
            let bytes = vec![0; usize::try_from(length).unwrap()];
            stream.update(&bytes);
            let padding = stream.padding();
            let bits = (length * 8).to_be_bytes();
            assert!((9..=72).contains(&padding.bytes().len()));
            assert_eq!((bytes.len() + padding.bytes().len()) % BLOCK, 0);
            assert_eq!(padding.bytes().first(), Some(&0x80));
            assert!(padding.bytes().ends_with(&bits));
        }
    }
}
