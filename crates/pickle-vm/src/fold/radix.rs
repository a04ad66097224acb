//! Base32, Ascii85 and Base85.

use alloc::vec;
use alloc::vec::Vec;

use super::budget::Budget;

pub(super) const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
pub(super) const BASE32_HEX: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
const BASE85: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// `base64.b32encode` and `base64.b32hexencode`
pub(super) fn encode32(alphabet: &[u8; 32], data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len().div_ceil(5).checked_mul(8)?)?;
    let mut out = Vec::new();
    for group in data.chunks(5) {
        let bits = (0..5).fold(0_u64, |bits, place| {
            (bits << 8) | u64::from(group.get(place).copied().unwrap_or(0))
        });
        let filled = group.len().checked_mul(8)?.div_ceil(5);
        for place in 0..8_usize {
            let shift = 35_usize.checked_sub(place.checked_mul(5)?)?;
            let digit =
                usize::try_from(bits.checked_shr(u32::try_from(shift).ok()?)? & 0x1f).ok()?;
            out.push(if place < filled {
                *alphabet.get(digit)?
            } else {
                b'='
            });
        }
    }
    Some(out)
}

/// `base64.b32decode` and `base64.b32hexdecode`
pub(super) fn decode32(alphabet: &[u8; 32], data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len())?;
    budget.look(data.len().checked_mul(8)?)?;
    if data.len() & 7 != 0 {
        return None;
    }
    let kept = data
        .iter()
        .rposition(|&byte| byte != b'=')
        .map_or(0, |place| place.saturating_add(1));
    let pads = data.len().checked_sub(kept)?;
    let mut out = Vec::new();
    for group in data.get(..kept)?.chunks(8) {
        let mut bits: u64 = 0;
        for byte in group {
            let digit = alphabet.iter().position(|digit| digit == byte)?;
            bits = (bits << 5) | u64::try_from(digit).ok()?;
        }
        let missing = 8_usize.checked_sub(group.len())?;
        bits = bits.checked_shl(u32::try_from(missing.checked_mul(5)?).ok()?)?;
        let whole = match missing {
            0 => 5,
            1 => 4,
            3 => 3,
            4 => 2,
            6 => 1,
            _ => return None,
        };
        out.extend(bits.to_be_bytes().get(3..)?.get(..whole)?);
    }
    // More padding than a group has is an error, less was found above.
    matches!(pads, 0 | 1 | 3 | 4 | 6).then_some(out)
}

/// `base64.a85decode(data)`
pub(super) fn decode_ascii85(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    // A `z` is four bytes.
    budget.make(data.len().checked_mul(4)?)?;
    let mut out = Vec::new();
    let mut group: Vec<u8> = Vec::new();
    for &byte in data.iter().chain(b"uuuu") {
        match byte {
            b'!'..=b'u' => {
                group.push(byte.wrapping_sub(b'!'));
                if group.len() == 5 {
                    out.extend(word(&group)?);
                    group.clear();
                }
            }
            b'z' if group.is_empty() => out.extend([0; 4]),
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' => {}
            _ => return None,
        }
    }
    let padding = 4_usize.checked_sub(group.len())?;
    out.truncate(out.len().saturating_sub(padding));
    Some(out)
}

/// `base64.b85decode(data)`
pub(super) fn decode_base85(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len())?;
    budget.look(data.len().checked_mul(16)?)?;
    let mut out = Vec::new();
    for group in data.chunks(5) {
        let mut digits = Vec::new();
        for byte in group {
            digits.push(u8::try_from(BASE85.iter().position(|digit| digit == byte)?).ok()?);
        }
        digits.resize(5, 84);
        out.extend(word(&digits)?);
    }
    let padding = data
        .len()
        .div_ceil(5)
        .checked_mul(5)?
        .checked_sub(data.len())?;
    out.truncate(out.len().saturating_sub(padding));
    Some(out)
}

/// `base64.a85encode(data)`
pub(super) fn encode_ascii85(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    encode85(data, |digit| digit.checked_add(b'!'), true, budget)
}

/// `base64.b85encode(data)`
pub(super) fn encode_base85(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    encode85(
        data,
        |digit| BASE85.get(usize::from(digit)).copied(),
        false,
        budget,
    )
}

fn encode85(
    data: &[u8],
    write: impl Fn(u8) -> Option<u8>,
    fold_zeros: bool,
    budget: &mut Budget,
) -> Option<Vec<u8>> {
    budget.make(data.len().div_ceil(4).checked_mul(5)?)?;
    let mut out = Vec::new();
    for group in data.chunks(4) {
        let mut bytes = [0; 4];
        bytes.get_mut(..group.len())?.copy_from_slice(group);
        let mut value = u32::from_be_bytes(bytes);
        if fold_zeros && value == 0 && group.len() == 4 {
            out.push(b'z');
            continue;
        }
        let mut digits = vec![0; 5];
        for digit in digits.iter_mut().rev() {
            *digit = write(u8::try_from(value.checked_rem(85)?).ok()?)?;
            value = value.checked_div(85)?;
        }
        digits.truncate(group.len().saturating_add(1));
        out.extend(digits);
    }
    Some(out)
}

/// The four bytes that five digits mean.
fn word(digits: &[u8]) -> Option<[u8; 4]> {
    let value = digits.iter().try_fold(0_u32, |value, &digit| {
        value.checked_mul(85)?.checked_add(digit.into())
    })?;
    Some(value.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back() {
        let budget = &mut Budget::default();
        let data: Vec<u8> = [0, 0, 0, 0].into_iter().chain(0..=255).collect();
        for length in 0..data.len() {
            let data = &data[..length];
            let text = encode32(BASE32, data, budget).unwrap();
            assert_eq!(decode32(BASE32, &text, budget).unwrap(), data);
            let text = encode_ascii85(data, budget).unwrap();
            assert_eq!(decode_ascii85(&text, budget).unwrap(), data);
            let text = encode_base85(data, budget).unwrap();
            assert_eq!(decode_base85(&text, budget).unwrap(), data);
        }
    }

    #[test]
    fn what_does_not_fit_gives_nothing() {
        let budget = &mut Budget::default();
        assert_eq!(decode32(BASE32, b"N5ZQ====N5ZQ====", budget), None);
        assert_eq!(decode32(BASE32, b"n5zq====", budget), None);
        assert_eq!(decode32(BASE32, b"N5Z=====", budget), None);
        assert_eq!(decode_ascii85(b"uuuuu", budget), None);
        assert_eq!(decode_ascii85(b"!z", budget), None);
        assert_eq!(decode_base85(b"~~~~~", budget), None);
        assert_eq!(decode_base85(b"\"", budget), None);
    }
}
