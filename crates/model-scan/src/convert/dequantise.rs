use std::io::{self, Write};

/// Turns integers into F32 on their way to a writer, as torch's `dequantize` does: the difference to the zero
/// point, times the scale, both as F32.
pub(super) struct Dequantise<'w> {
    integers: Integers,
    channels: Vec<Channel>,
    /// How many elements of one channel follow each other.
    run: u64,
    /// The element that comes next.
    at: u64,
    out: &'w mut dyn Write,
    buffer: Vec<u8>,
}

/// What the integers are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Integers {
    /// Signed, 8 bits.
    Signed8,
    /// Unsigned, 8 bits.
    Unsigned8,
    /// Signed, 32 bits, little endian.
    Signed32,
}

/// Scale and zero point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Channel {
    pub(super) scale: f64,
    pub(super) zero_point: i64,
}

impl<'w> Dequantise<'w> {
    /// `channels` repeat after each other, `run` elements of one before the next.
    pub(super) const fn new(
        integers: Integers,
        channels: Vec<Channel>,
        run: u64,
        out: &'w mut dyn Write,
    ) -> Self {
        Self {
            integers,
            channels,
            run,
            at: 0,
            out,
            buffer: Vec::new(),
        }
    }

    fn channel(&self) -> Option<Channel> {
        let channels = u64::try_from(self.channels.len()).ok()?;
        let at = self.at.checked_div(self.run)?.checked_rem(channels)?;
        self.channels.get(usize::try_from(at).ok()?).copied()
    }

    fn add(&mut self, integer: i32) -> io::Result<()> {
        let channel = self.channel().ok_or(io::ErrorKind::InvalidData)?;
        let number = dequantised(integer, channel);
        self.buffer.extend_from_slice(&number.to_le_bytes());
        self.at = self.at.saturating_add(1);
        Ok(())
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "torch rounds in the same places"
)]
fn dequantised(integer: i32, channel: Channel) -> f32 {
    let difference = i64::from(integer).saturating_sub(channel.zero_point);
    channel.scale as f32 * difference as f32
}

/// Takes whole elements with each call.
impl Write for Dequantise<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.clear();
        match self.integers {
            Integers::Signed8 => {
                for byte in bytes {
                    self.add(i32::from(i8::from_le_bytes([*byte])))?;
                }
            }
            Integers::Unsigned8 => {
                for byte in bytes {
                    self.add(i32::from(*byte))?;
                }
            }
            Integers::Signed32 => {
                let (integers, rest) = bytes.as_chunks::<4>();
                if !rest.is_empty() {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                for integer in integers {
                    self.add(i32::from_le_bytes(*integer))?;
                }
            }
        }
        self.out.write_all(&self.buffer)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::{Channel, Dequantise, Integers};

    #[test]
    fn each_channel_has_its_own_scale_and_zero_point() {
        let channels = vec![
            Channel {
                scale: 0.5,
                zero_point: 1,
            },
            Channel {
                scale: 2.0,
                zero_point: -1,
            },
        ];
        let mut out = Vec::new();
        let mut dequantise = Dequantise::new(Integers::Signed8, channels, 2, &mut out);
        dequantise.write_all(&[3, 0xff, 0]).unwrap();
        dequantise.write_all(&[4, 1]).unwrap();
        let numbers: Vec<f32> = out
            .as_chunks::<4>()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        assert_eq!(numbers, [1.0, -1.0, 2.0, 10.0, 0.0]);
    }

    #[test]
    fn no_channel_is_an_error() {
        let mut out = Vec::new();
        let mut dequantise = Dequantise::new(Integers::Unsigned8, Vec::new(), 1, &mut out);
        assert!(dequantise.write_all(&[1]).is_err());
    }
}
