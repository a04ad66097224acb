use alloc::vec::Vec;

use super::budget::Budget;

/// `binascii.a2b_qp(data, header)`, which takes everything.
pub(super) fn decode(data: &[u8], header: bool, budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len())?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut out = Vec::new();
    let mut rest = data;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, rest) {
            (b'=', []) => {}
            (b'=', [b'\n' | b'\r', ..]) => {
                let end =
                    memchr::memchr(b'\n', rest).map_or(rest.len(), |place| place.saturating_add(1));
                rest = rest.get(end..)?;
            }
            (b'=', [b'=', after @ ..]) => {
                out.push(b'=');
                rest = after;
            }
            (b'=', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    out.push(u8::try_from((high << 4) | low).ok()?);
                    rest = after;
                }
                _ => out.push(b'='),
            },
            (b'_', _) if header => out.push(b' '),
            _ => out.push(byte),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_escape_stays() {
        let budget = &mut Budget::default();
        assert_eq!(
            decode(b"o=73=\r\n=3D=zz==_=", false, budget).unwrap(),
            b"os==zz=_"
        );
        assert_eq!(decode(b"a_b", true, budget).unwrap(), b"a b");
    }
}
