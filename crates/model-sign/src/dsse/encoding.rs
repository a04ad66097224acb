/// Returns what a signature of an envelope is over: `DSSEv1`, the lengths of type and payload in bytes, and
/// both of them, separated by single spaces.
///
/// # Spec
/// DSSE 1.0.2, `protocol.md`, section "Signature Definition".
///
/// ```
/// let encoded = model_sign::dsse::pae("http://example.com/HelloWorld", b"hello world");
/// assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
/// ```
#[must_use]
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = pae_prefix(payload_type, payload.len());
    out.extend_from_slice(payload);
    out
}

/// Returns what stands before the payload in [`pae`], for a payload that is hashed piece by piece.
#[must_use]
pub fn pae_prefix(payload_type: &str, payload_len: usize) -> Vec<u8> {
    let len = payload_type.len();
    format!("DSSEv1 {len} {payload_type} {payload_len} ").into_bytes()
}

/// Returns what version 0.2.0 of Python's `model-signing` signed in place of [`pae`]: `DSSEV1`, and the payload
/// as Python shows bytes, `b'...'` with its escapes.
///
/// Unlike [`pae`] it is not proven that two payloads cannot have one encoding: it is for historic signatures
/// alone, where the caller asked for them.
#[must_use]
pub fn legacy_pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let type_len = payload_type.chars().count();
    let len = payload.len();
    let mut out = format!("DSSEV1 {type_len} {payload_type} {len} ").into_bytes();
    let quote = if payload.contains(&b'\'') && !payload.contains(&b'"') {
        b'"'
    } else {
        b'\''
    };
    out.extend_from_slice(&[b'b', quote]);
    for &byte in payload {
        match byte {
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            byte if byte == quote => out.extend_from_slice(&[b'\\', quote]),
            0x20..=0x7e => out.push(byte),
            byte => out.extend_from_slice(&[b'\\', b'x', digit(byte >> 4), digit(byte & 0xf)]),
        }
    }
    out.push(quote);
    out
}

/// A hexadecimal digit for a number below 16.
const fn digit(number: u8) -> u8 {
    match number {
        0..=9 => number.wrapping_add(b'0'),
        _ => number.wrapping_sub(10).wrapping_add(b'a'),
    }
}

#[cfg(test)]
mod tests {
    use super::{legacy_pae, pae, pae_prefix};

    #[test]
    fn lengths_are_of_bytes() {
        assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
        assert_eq!(pae("é", "模".as_bytes()), "DSSEv1 2 é 3 模".as_bytes());
    }

    #[test]
    fn an_encoding_in_two_pieces_is_the_same() {
        let payload = b"{\"a\": 1}\0\xff";
        let mut pieces = pae_prefix("type", payload.len());
        pieces.extend_from_slice(payload);
        assert_eq!(pieces, pae("type", payload));
    }

    #[test]
    fn historic_signatures_are_over_what_python_shows() {
        // `repr` of each payload, from CPython 3.11.
        for (payload, shown) in [
            (&b""[..], "b''"),
            (b"{\"a\": 1}\n", "b'{\"a\": 1}\\n'"),
            (b"it's", "b\"it's\""),
            (b"it's \"it\"", "b'it\\'s \"it\"'"),
            (b"\0\t\r\\\x7f\xff", "b'\\x00\\t\\r\\\\\\x7f\\xff'"),
        ] {
            let wanted = format!("DSSEV1 4 type {} {shown}", payload.len());
            assert_eq!(legacy_pae("type", payload), wanted.as_bytes());
        }
    }
}
