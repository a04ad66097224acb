use std::borrow::Cow;

use crate::ErrorKind;

/// A string that was read, and the byte behind its closing quote.
pub(crate) type Read<'a> = (Cow<'a, str>, usize);

/// Reads a string whose opening quote stands before `start`. An error comes with the byte at which it is.
pub(crate) fn read(text: &str, start: usize) -> Result<Read<'_>, (ErrorKind, usize)> {
    let mut owned: Option<String> = None;
    let mut at = start;
    loop {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let plain = rest
            .iter()
            .position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20)
            .ok_or((ErrorKind::Truncated, text.len()))?;
        let end = at.saturating_add(plain);
        let piece = text.get(at..end).ok_or((ErrorKind::NotUtf8, at))?;
        let behind = end.saturating_add(1);
        match rest.get(plain) {
            Some(b'"') => {
                let string = match owned {
                    None => Cow::Borrowed(piece),
                    Some(mut owned) => {
                        owned.push_str(piece);
                        Cow::Owned(owned)
                    }
                };
                return Ok((string, behind));
            }
            Some(b'\\') => {
                let (character, next) = escape(text.as_bytes(), behind)?;
                let owned = owned.get_or_insert_default();
                owned.push_str(piece);
                owned.push(character);
                at = next;
            }
            Some(&byte) => return Err((ErrorKind::ControlCharacter(byte), end)),
            None => return Err((ErrorKind::Truncated, end)),
        }
    }
}

/// Reads an escape whose backslash stands before `at`.
fn escape(bytes: &[u8], at: usize) -> Result<(char, usize), (ErrorKind, usize)> {
    let behind = at.saturating_add(1);
    let start = at.saturating_sub(1);
    let character = match bytes.get(at) {
        None => return Err((ErrorKind::Truncated, at)),
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(bytes, behind),
        Some(_) => return Err((ErrorKind::UnknownEscape, start)),
    };
    Ok((character, behind))
}

/// Reads the digits of an escape, and the second half where they are the first half of a surrogate pair.
fn unicode(bytes: &[u8], at: usize) -> Result<(char, usize), (ErrorKind, usize)> {
    let start = at.saturating_sub(2);
    let first = unit(bytes, at)?;
    let mut behind = at.saturating_add(4);
    let code = match first {
        0xd800..=0xdbff => {
            let pair = behind.saturating_add(2);
            if bytes.get(behind..pair) != Some(b"\\u") {
                return Err((ErrorKind::LoneSurrogate, start));
            }
            let second = unit(bytes, pair)?;
            if !(0xdc00..=0xdfff).contains(&second) {
                return Err((ErrorKind::LoneSurrogate, start));
            }
            behind = pair.saturating_add(4);
            ((first & 0x3ff) << 10 | (second & 0x3ff)).saturating_add(0x1_0000)
        }
        unit => unit,
    };
    char::from_u32(code)
        .map(|character| (character, behind))
        .ok_or((ErrorKind::LoneSurrogate, start))
}

/// Reads four hexadecimal digits.
fn unit(bytes: &[u8], at: usize) -> Result<u32, (ErrorKind, usize)> {
    let mut unit = 0_u32;
    for place in 0..4_usize {
        let offset = at.saturating_add(place);
        let byte = *bytes.get(offset).ok_or((ErrorKind::Truncated, offset))?;
        let digit = char::from(byte)
            .to_digit(16)
            .ok_or((ErrorKind::UnknownEscape, at.saturating_sub(2)))?;
        unit = (unit << 4) | digit;
    }
    Ok(unit)
}
