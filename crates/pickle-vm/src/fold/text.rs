use alloc::vec::Vec;

use super::budget::Budget;

/// The first code point of generalised UTF-8 and the number of its bytes.
pub(super) fn first(text: &[u8]) -> Option<(u32, usize)> {
    let &lead = text.first()?;
    let (mut point, length, least) = match lead {
        0..=0x7f => return Some((u32::from(lead), 1)),
        0xc2..=0xdf => (u32::from(lead & 0x1f), 2, 0x80),
        0xe0..=0xef => (u32::from(lead & 0x0f), 3, 0x800),
        0xf0..=0xf4 => (u32::from(lead & 0x07), 4, 0x1_0000),
        _ => return None,
    };
    for &byte in text.get(1..length)? {
        if byte & 0xc0 != 0x80 {
            return None;
        }
        point = (point << 6) | u32::from(byte & 0x3f);
    }
    (least..=0x10_ffff)
        .contains(&point)
        .then_some((point, length))
}

/// Every code point of a text, surrogates among them.
pub(super) fn points(mut text: &[u8], budget: &mut Budget) -> Option<Vec<u32>> {
    budget.look(text.len())?;
    budget.bytes.checked_sub(text.len().checked_mul(4)?)?;
    let mut points = Vec::with_capacity(text.len());
    while !text.is_empty() {
        let (point, length) = first(text)?;
        points.push(point);
        text = text.get(length..)?;
    }
    Some(points)
}

/// Appends one code point as generalised UTF-8.
pub(super) fn push(text: &mut Vec<u8>, point: u32) -> Option<()> {
    let tail = |shift: u32| -> Option<u8> {
        let bits = point.checked_shr(shift)? & 0x3f;
        Some(0x80 | u8::try_from(bits).ok()?)
    };
    let head = |shift: u32, mark: u8| -> Option<u8> {
        Some(mark | u8::try_from(point.checked_shr(shift)?).ok()?)
    };
    match point {
        0..=0x7f => text.push(u8::try_from(point).ok()?),
        0x80..=0x7ff => text.extend([head(6, 0xc0)?, tail(0)?]),
        0x800..=0xffff => text.extend([head(12, 0xe0)?, tail(6)?, tail(0)?]),
        0x1_0000..=0x10_ffff => text.extend([head(18, 0xf0)?, tail(12)?, tail(6)?, tail(0)?]),
        _ => return None,
    }
    Some(())
}

/// The text of a run of code points.
pub(super) fn collect(
    points: impl IntoIterator<Item = u32>,
    budget: &mut Budget,
) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    for point in points {
        budget.bytes.checked_sub(text.len())?;
        push(&mut text, point)?;
    }
    budget.make(text.len())?;
    Some(text)
}

/// The number of code points.
pub(super) fn length(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

/// Whether `str.isspace` holds for a code point.
pub(super) fn is_space(point: u32) -> bool {
    matches!(
        point,
        0x09..=0x0d | 0x1c..=0x20 | 0x85 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000
    )
}

/// Whether `bytes.isspace` holds for a byte.
pub(super) fn is_byte_space(byte: u8) -> bool {
    matches!(byte, 0x09..=0x0d | 0x20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_point_comes_back() {
        for point in (0..=0x10_ffff)
            .step_by(7)
            .chain([0xd800, 0xdfff, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x1_0000])
        {
            let mut text = Vec::new();
            push(&mut text, point).unwrap();
            assert_eq!(first(&text), Some((point, text.len())));
        }
        assert_eq!(push(&mut Vec::new(), 0x11_0000), None);
    }

    #[test]
    fn overlong_and_cut_forms_are_refused() {
        for text in [
            &b"\xc0\x80"[..],
            b"\xe0\x80\x80",
            b"\xf4\x90\x80\x80",
            b"\xe2\x82",
            b"\x80",
            b"\xc3\x28",
        ] {
            assert_eq!(first(text), None);
        }
    }
}
