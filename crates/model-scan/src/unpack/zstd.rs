use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::Read as _;

use super::{Decode, Fault, State, Step};

/// The header of a Zstandard frame, or a frame that holds no data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Frame {
    /// Of so many bytes in all, for readers to skip.
    Skippable(u64),
    Data {
        /// Bytes of the window, or of the content where one segment is all.
        window: u64,
        /// The dictionary, if one is needed.
        dictionary: Option<u32>,
        /// Bytes of the content, where they are stated.
        content: Option<u64>,
        checksum: Checksum,
    },
}

/// Whether a checksum stands behind the last block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Checksum {
    Stated,
    None,
}

/// What a frame with data begins with.
pub(crate) const MARK: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

impl Frame {
    /// Reads the header of a frame: RFC 8878, sections 3.1.1.1 and 3.1.2.
    ///
    /// `None` if no frame begins with the first bytes.
    pub(crate) fn read(packed: &[u8]) -> Option<Result<Self, Fault>> {
        let mut at = 4;
        match *packed.first_chunk()? {
            [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                let length = little(packed, &mut at, 4);
                return Some(
                    length
                        .map(|length| Self::Skippable(length.saturating_add(8)))
                        .ok_or(Fault::CutOff),
                );
            }
            mark if mark == MARK => {}
            _ => return None,
        }
        Some(Self::data(packed, at))
    }

    fn data(packed: &[u8], mut at: usize) -> Result<Self, Fault> {
        let [descriptor] = *packed
            .get(at..)
            .and_then(|rest| rest.first_chunk())
            .ok_or(Fault::CutOff)?;
        at = at.saturating_add(1);
        if descriptor & 0b1000 != 0 {
            return Err(Fault::Unread("a reserved bit of the header is set"));
        }
        let single = descriptor & 0b10_0000 != 0;
        let mut window = 0;
        if !single {
            let described = little(packed, &mut at, 1).ok_or(Fault::CutOff)?;
            // 10 bits of the least window and 31 more at most.
            let base = 1024_u64 << ((described >> 3) & 31);
            window = base.saturating_add((base >> 3).saturating_mul(described & 7));
        }
        let dictionary = match descriptor & 3 {
            0 => 0,
            1 => little(packed, &mut at, 1).ok_or(Fault::CutOff)?,
            2 => little(packed, &mut at, 2).ok_or(Fault::CutOff)?,
            _ => little(packed, &mut at, 4).ok_or(Fault::CutOff)?,
        };
        let content = match (descriptor >> 6, single) {
            (0, false) => None,
            (0, true) => Some(little(packed, &mut at, 1).ok_or(Fault::CutOff)?),
            (1, _) => Some(
                little(packed, &mut at, 2)
                    .ok_or(Fault::CutOff)?
                    .saturating_add(256),
            ),
            (2, _) => Some(little(packed, &mut at, 4).ok_or(Fault::CutOff)?),
            _ => Some(little(packed, &mut at, 8).ok_or(Fault::CutOff)?),
        };
        Ok(Self::Data {
            window: content.filter(|_| single).unwrap_or(window),
            dictionary: u32::try_from(dictionary).ok().filter(|id| *id != 0),
            content,
            checksum: if descriptor & 0b100 == 0 {
                Checksum::None
            } else {
                Checksum::Stated
            },
        })
    }
}

fn little(bytes: &[u8], at: &mut usize, length: usize) -> Option<u64> {
    let field = bytes.get(*at..at.checked_add(length)?)?;
    *at = at.saturating_add(length);
    let mut value = [0; 8];
    value.get_mut(..length)?.copy_from_slice(field);
    Some(u64::from_le_bytes(value))
}

/// One Zstandard frame with data, its header included.
///
/// The decoder keeps back a window's worth until it sees the last block, so where the frame breaks it is
/// handed an empty last block in place of the rest: everything decoded comes out.
pub(crate) struct Zstd<'a> {
    rest: &'a [u8],
    length: usize,
    decoder: FrameDecoder,
    checksum: Checksum,
    content: Option<u64>,
    made: u64,
    end: Option<State>,
}

/// An empty last block, and four bytes for a checksum.
const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

impl<'a> Zstd<'a> {
    /// Starts with a frame whose header was read, and whose window was admitted.
    pub(crate) fn new(packed: &'a [u8], frame: Frame) -> Result<Self, Fault> {
        let Frame::Data {
            window,
            dictionary,
            content,
            checksum,
        } = frame
        else {
            return Err(Fault::Corrupt);
        };
        if dictionary.is_some() {
            return Err(Fault::Unread(
                "the frame needs a dictionary that is not in it",
            ));
        }
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(window.max(1024));
        let mut rest = packed;
        decoder.reset(&mut rest).map_err(|_| Fault::Corrupt)?;
        Ok(Self {
            rest,
            length: packed.len(),
            decoder,
            checksum,
            content,
            made: 0,
            end: None,
        })
    }

    /// Says how the frame ended once everything came out.
    fn settle(&self, end: State) -> State {
        if end != State::End {
            return end;
        }
        if self.content.is_some_and(|stated| stated != self.made) {
            return State::Fault(Fault::Size);
        }
        if self.checksum == Checksum::Stated
            && self.decoder.get_checksum_from_data() != self.decoder.get_calculated_checksum()
        {
            return State::Fault(Fault::Checksum);
        }
        State::End
    }

    /// Decodes the next block.
    fn block(&mut self) {
        let before = self.rest;
        let one = BlockDecodingStrategy::UptoBlocks(1);
        match self.decoder.decode_blocks(&mut self.rest, one) {
            Ok(false) => {}
            Ok(true) => self.end = Some(State::End),
            Err(_) => {
                let cut = cut_off(before, self.checksum);
                self.rest = if cut { &[] } else { before };
                self.end = Some(State::Fault(if cut {
                    Fault::CutOff
                } else {
                    Fault::Corrupt
                }));
                let all = BlockDecodingStrategy::UptoBlocks(1);
                // What fails here fails with what came out before it.
                let _ = self.decoder.decode_blocks(&LAST_BLOCK[..], all);
            }
        }
    }
}

/// Says whether a block, or the checksum behind the last one, runs past the end.
fn cut_off(block: &[u8], checksum: Checksum) -> bool {
    let Some([low, middle, high]) = block.first_chunk::<3>() else {
        return true;
    };
    let header = u32::from_le_bytes([*low, *middle, *high, 0]);
    let size = match (header >> 1) & 3 {
        1 => 1,
        _ => header >> 3,
    };
    let behind = block.get(3..).unwrap_or_default();
    match usize::try_from(size)
        .ok()
        .and_then(|size| behind.get(size..))
    {
        None => true,
        Some(behind) => header & 1 == 1 && checksum == Checksum::Stated && behind.len() < 4,
    }
}

impl Decode for Zstd<'_> {
    fn decode(&mut self, out: &mut [u8]) -> Step {
        while self.end.is_none() && self.decoder.can_collect() < out.len() {
            let before = self.rest.len();
            self.block();
            if self.end.is_none() && self.rest.len() == before {
                self.end = Some(State::Fault(Fault::Corrupt));
            }
        }
        // Reading from memory that the decoder holds cannot fail.
        let made = self.decoder.read(out).unwrap_or_default();
        self.made = self
            .made
            .saturating_add(u64::try_from(made).unwrap_or(u64::MAX));
        let state = match self.end {
            Some(end) if made == 0 || self.decoder.can_collect() == 0 => self.settle(end),
            _ => State::More,
        };
        Step { made, state }
    }

    fn consumed(&self) -> u64 {
        u64::try_from(self.length.saturating_sub(self.rest.len())).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::{Checksum, Frame};

    #[test]
    fn headers_of_frames_are_read() {
        let plain = Frame::Data {
            window: 1024 + 128,
            dictionary: None,
            content: None,
            checksum: Checksum::Stated,
        };
        assert_eq!(
            Frame::read(b"\x28\xb5\x2f\xfd\x04\x01rest"),
            Some(Ok(plain))
        );
        let single = Frame::Data {
            window: 256,
            dictionary: Some(7),
            content: Some(256),
            checksum: Checksum::None,
        };
        assert_eq!(
            Frame::read(b"\x28\xb5\x2f\xfd\x61\x07\0\0"),
            Some(Ok(single))
        );
        assert_eq!(
            Frame::read(b"\x50\x2a\x4d\x18\x05\0\0\0"),
            Some(Ok(Frame::Skippable(13)))
        );
        assert_eq!(Frame::read(b"PK\x03\x04"), None);
    }
}
