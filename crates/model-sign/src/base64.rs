//! Base 64 in one spelling: the standard alphabet of RFC 4648 section 4, padded, without spaces or line
//! breaks, the bits that belong to no byte zero. The alphabet for URLs (section 5) is refused: protobuf's JSON
//! and DSSE let readers take it, but no signer writes it, and one document should have one spelling.

use base64ct::{Base64, Encoding};

/// Why a text is not base 64.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not base 64 with the standard alphabet, padding and no spaces")]
#[non_exhaustive]
pub struct NotBase64;

/// Reads a text.
///
/// # Errors
/// [`NotBase64`] unless the bytes that it stands for are written exactly so.
pub fn decode(text: &str) -> Result<Vec<u8>, NotBase64> {
    Base64::decode_vec(text).map_err(|_| NotBase64)
}

/// Writes bytes.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

#[cfg(test)]
mod tests {
    use super::{NotBase64, decode, encode};

    #[test]
    fn bytes_have_one_spelling() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("AA==", b"\0"),
            ("+/8=", b"\xfb\xff"),
            ("AAEC", b"\0\x01\x02"),
        ] {
            assert_eq!(decode(text).as_deref(), Ok(bytes), "{text}");
            assert_eq!(encode(bytes), text);
        }
        for other in [
            "A", "AA", "AA=", "AAE", "AA==\n", " AA==", "AA ==", "AA\n==", "-_8=", "AB==", "AAF=",
            "AAEC=", "AA==AA==", "AAEC====", "=", "====", "A===", "AAÄ=",
        ] {
            assert_eq!(decode(other), Err(NotBase64), "{other}");
        }
    }

    #[test]
    fn what_is_accepted_is_what_would_be_written() {
        for first in 0..128_u8 {
            for second in 0..128_u8 {
                let text = format!("{}{}==", char::from(first), char::from(second));
                if let Ok(bytes) = decode(&text) {
                    assert_eq!(encode(&bytes), text);
                }
            }
        }
    }
}
