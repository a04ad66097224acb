use alloc::vec::Vec;

use super::budget::Budget;

/// How strictly base64 is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mode {
    /// What is not in the alphabet is skipped.
    Lenient,
    /// What is not in the alphabet is an error, and so is padding in the wrong place.
    Strict,
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `binascii.a2b_base64`
pub(super) fn decode(data: &[u8], mode: Mode, budget: &mut Budget) -> Option<Vec<u8>> {
    budget.look(data.len())?;
    budget.make(data.len())?;
    let strict = mode == Mode::Strict;
    if strict && data.first() == Some(&b'=') {
        return None;
    }
    let mut out = Vec::new();
    let (mut quad, mut pads, mut padding): (u8, u8, bool) = (0, 0, false);
    let mut left: u8 = 0;
    for (place, &byte) in data.iter().enumerate() {
        if byte == b'=' {
            padding = true;
            if quad >= 2 {
                pads = pads.saturating_add(1);
                if quad.saturating_add(pads) >= 4 {
                    // Enough padding ends the input.
                    let at_end = place.checked_add(1)? == data.len();
                    return (at_end || !strict).then_some(out);
                }
            }
            continue;
        }
        let Some(value) = value(byte) else {
            if strict {
                return None;
            }
            continue;
        };
        if strict && padding {
            return None;
        }
        pads = 0;
        match quad {
            0 => left = value,
            1 => {
                out.push((left << 2) | (value >> 4));
                left = value & 0x0f;
            }
            2 => {
                out.push((left << 4) | (value >> 2));
                left = value & 0x03;
            }
            _ => out.push((left << 6) | value),
        }
        quad = quad.wrapping_add(1) & 3;
    }
    (quad == 0).then_some(out)
}

/// `binascii.b2a_base64` without the line end.
pub(super) fn encode(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len().div_ceil(3).checked_mul(4)?)?;
    let mut out = Vec::new();
    for group in data.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for (place, digit) in [bits >> 18, bits >> 12, bits >> 6, bits]
            .into_iter()
            .enumerate()
        {
            let digit = usize::try_from(digit & 0x3f).ok()?;
            out.push(if place > group.len() {
                b'='
            } else {
                *ALPHABET.get(digit)?
            });
        }
    }
    Some(out)
}

/// `base64.encodebytes`: lines of 76 characters.
pub(super) fn encode_lines(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for line in data.chunks(57) {
        budget.make(1)?;
        out.extend(encode(line, budget)?);
        out.push(b'\n');
    }
    Some(out)
}

fn value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte.wrapping_sub(b'A'),
        b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
        b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back() {
        let budget = &mut Budget::default();
        let data: Vec<u8> = (0..=255).collect();
        for length in 0..data.len() {
            let text = encode(&data[..length], budget).unwrap();
            assert_eq!(
                decode(&text, Mode::Strict, budget).unwrap(),
                &data[..length]
            );
        }
    }

    #[test]
    fn the_lenient_reader_skips_and_stops_as_python_does() {
        let budget = &mut Budget::default();
        assert_eq!(decode(b"b!3\nM=", Mode::Lenient, budget).unwrap(), b"os");
        assert_eq!(decode(b"b3M=b3M=", Mode::Lenient, budget).unwrap(), b"os");
        assert_eq!(decode(b"b3M=b3M=", Mode::Strict, budget), None);
        assert_eq!(decode(b"=b3M=", Mode::Lenient, budget).unwrap(), b"os");
        assert_eq!(decode(b"b3M", Mode::Lenient, budget), None);
    }
}
