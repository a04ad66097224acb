//! Text that stands for bytes.

/// Characters of a run that is long enough to be looked at.
const RUN: usize = 24;

/// Bytes that are decoded of one run: a pickle that imports something shows that early.
const DECODED: usize = 256 * 1024;

/// Runs of one value that are decoded.
const RUNS: usize = 256;

/// Decodes the runs of base64 and of hexadecimal digits in a text, as far as is looked at.
pub(super) fn decoded(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let breaks = |byte: &u8| {
        !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'/' | b'-' | b'_' | b'\n' | b'\r')
    };
    let runs = text.as_bytes().split(breaks).filter(|run| run.len() >= RUN);
    runs.take(RUNS)
        .flat_map(|run| [base64(run), hexadecimal(run)])
        .flatten()
}

fn base64(run: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in run.iter().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
        let value = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        buffer = buffer << 6 | u32::from(value);
        bits = bits.wrapping_add(6);
        if bits >= 8 {
            bits = bits.wrapping_sub(8);
            let [low, ..] = (buffer >> bits).to_le_bytes();
            bytes.push(low);
            buffer &= (1_u32 << bits).wrapping_sub(1);
        }
        if bytes.len() >= DECODED {
            break;
        }
    }
    Some(bytes)
}

fn hexadecimal(run: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let pairs = run
        .get(..run.len().min(DECODED))
        .unwrap_or_default()
        .as_chunks::<2>()
        .0;
    pairs
        .iter()
        .map(|[high, low]| Some(digit(high)? << 4 | digit(low)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn runs_are_decoded_where_they_stand() {
        let text =
            "x = 'aGVsbG8gd29ybGQsIGhlbGxvIHdvcmxk'; y = 68656c6c6f20776f726c642c2068656c6c6f";
        let all: Vec<Vec<u8>> = decoded(text).collect();
        assert!(all.contains(&b"hello world, hello world".to_vec()));
        assert!(all.contains(&b"hello world, hello".to_vec()));
        assert_eq!(decoded("short words only, and no run").count(), 0);
    }
}
