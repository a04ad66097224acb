//! The modules `base64`, `binascii` and `quopri`.

use alloc::vec::Vec;

use crate::constant::Const;

use super::budget::Budget;
use super::{base64, escape, iterate, number, quoted, radix};

/// Computes `<owner>.<name>(*args)`.
pub(super) fn call(owner: &str, name: &str, args: &[Const], budget: &mut Budget) -> Option<Const> {
    let (value, rest) = args.split_first()?;
    let data = if rest.is_empty() && is_decoder(owner, name) {
        decode(name, readable(value)?, budget)
    } else {
        match (owner, name, rest) {
            ("base64", "b64decode", [_] | [_, _]) => decode_base64(readable(value)?, rest, budget),
            ("base64", "b32decode", [_] | [_, _]) => decode_base32(readable(value)?, rest, budget),
            ("base64", "b32hexdecode", [fold]) => {
                let data = folded(readable(value)?, fold, budget)?;
                radix::decode32(radix::BASE32_HEX, &data, budget)
            }
            ("base64", "b16decode", [fold]) => decode(
                "b16decode",
                &folded(readable(value)?, fold, budget)?,
                budget,
            ),
            ("binascii", "a2b_qp", [header]) | ("quopri", "decodestring", [header]) => {
                quoted::decode(readable(value)?, number::int(header)? != 0, budget)
            }
            ("base64", "decodebytes", []) => decode(name, iterate::bytes(value)?, budget),
            ("base64", "b64encode", [alphabet]) => {
                let text = base64::encode(iterate::bytes(value)?, budget)?;
                match alphabet {
                    Const::None => Some(text),
                    alphabet => match iterate::bytes(alphabet)? {
                        [plus, slash] => Some(mapped(&text, [b'+', b'/'], [*plus, *slash])),
                        _ => None,
                    },
                }
            }
            (_, _, []) => encode(owner, name, iterate::bytes(value)?, budget),
            _ => None,
        }
    };
    data.map(Const::Bytes)
}

/// Whether a function takes text as well as bytes.
fn is_decoder(owner: &str, name: &str) -> bool {
    match owner {
        "base64" => name.ends_with("decode"),
        "binascii" => name.starts_with("a2b_") || name == "unhexlify",
        _ => name == "decodestring",
    }
}

/// Bytes, or text of ASCII only.
fn readable(value: &Const) -> Option<&[u8]> {
    match value {
        Const::Str(data) => data.is_ascii().then_some(data),
        other => iterate::bytes(other),
    }
}

fn decode(name: &str, data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    budget.look(data.len())?;
    match name {
        "b64decode" | "standard_b64decode" | "decodebytes" | "a2b_base64" => {
            base64::decode(data, base64::Mode::Lenient, budget)
        }
        "urlsafe_b64decode" => {
            budget.make(data.len())?;
            base64::decode(
                &mapped(data, [b'-', b'_'], [b'+', b'/']),
                base64::Mode::Lenient,
                budget,
            )
        }
        "b32decode" => radix::decode32(radix::BASE32, data, budget),
        "b32hexdecode" => radix::decode32(radix::BASE32_HEX, data, budget),
        "b16decode" if data.iter().any(u8::is_ascii_lowercase) => None,
        "b16decode" | "a2b_hex" | "unhexlify" => escape::unhex(data, budget),
        "a85decode" => radix::decode_ascii85(data, budget),
        "b85decode" => radix::decode_base85(data, budget),
        "a2b_qp" | "decodestring" => quoted::decode(data, false, budget),
        _ => None,
    }
}

fn encode(owner: &str, name: &str, data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    match (owner, name) {
        ("base64", "b64encode" | "standard_b64encode") => base64::encode(data, budget),
        ("base64", "urlsafe_b64encode") => {
            base64::encode(data, budget).map(|text| mapped(&text, [b'+', b'/'], [b'-', b'_']))
        }
        ("base64", "encodebytes") => base64::encode_lines(data, budget),
        ("binascii", "b2a_base64") => {
            let mut text = base64::encode(data, budget)?;
            text.push(b'\n');
            Some(text)
        }
        ("base64", "b32encode") => radix::encode32(radix::BASE32, data, budget),
        ("base64", "b32hexencode") => radix::encode32(radix::BASE32_HEX, data, budget),
        ("base64", "b16encode") => escape::hex(data, budget).map(|text| text.to_ascii_uppercase()),
        ("binascii", "b2a_hex" | "hexlify") => escape::hex(data, budget),
        ("base64", "a85encode") => radix::encode_ascii85(data, budget),
        ("base64", "b85encode") => radix::encode_base85(data, budget),
        _ => None,
    }
}

/// `base64.b64decode(data, altchars[, validate])`
fn decode_base64(data: &[u8], rest: &[Const], budget: &mut Budget) -> Option<Vec<u8>> {
    // Whatever is no number is refused here, not taken for true or false.
    let mode = match rest.get(1).map_or(Some(0), number::int)? {
        0 => base64::Mode::Lenient,
        _ => base64::Mode::Strict,
    };
    match rest.first()? {
        Const::None => base64::decode(data, mode, budget),
        alphabet => match readable(alphabet)? {
            [plus, slash] => {
                budget.make(data.len())?;
                base64::decode(&mapped(data, [*plus, *slash], [b'+', b'/']), mode, budget)
            }
            _ => None,
        },
    }
}

/// `base64.b32decode(data, casefold[, map01])`
fn decode_base32(data: &[u8], rest: &[Const], budget: &mut Budget) -> Option<Vec<u8>> {
    let data = match rest.get(1) {
        None | Some(Const::None) => data.to_vec(),
        Some(one) => match readable(one)? {
            [one] => mapped(data, [b'0', b'1'], [b'O', *one]),
            _ => return None,
        },
    };
    let data = folded(&data, rest.first()?, budget)?;
    radix::decode32(radix::BASE32, &data, budget)
}

/// The data in upper case if that is asked for.
fn folded(data: &[u8], fold: &Const, budget: &mut Budget) -> Option<Vec<u8>> {
    budget.make(data.len())?;
    Some(if iterate::truth(fold)? {
        data.to_ascii_uppercase()
    } else {
        data.to_vec()
    })
}

/// The data with two bytes replaced; where both are one, the second wins.
fn mapped(data: &[u8], from: [u8; 2], to: [u8; 2]) -> Vec<u8> {
    let [first, second] = from;
    let [first_to, second_to] = to;
    let turned = data.iter().map(|&byte| match byte {
        _ if byte == second => second_to,
        _ if byte == first => first_to,
        _ => byte,
    });
    turned.collect()
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn done(owner: &str, name: &str, args: &[Const]) -> Option<Const> {
        call(owner, name, args, &mut Budget::default())
    }

    #[test]
    fn decoders_take_text_and_bytes() {
        let os = Some(Const::Bytes(b"os".into()));
        assert_eq!(
            done("base64", "b64decode", &[Const::Str(b"b3M=".into())]),
            os
        );
        assert_eq!(
            done("base64", "b64decode", &[Const::ByteArray(b"b3M=".into())]),
            os
        );
        assert_eq!(
            done("base64", "decodebytes", &[Const::Str(b"b3M=".into())]),
            None
        );
        assert_eq!(done("base64", "b64decode", &[Const::Str("é".into())]), None);
        assert_eq!(
            done("base64", "b64encode", &[Const::Str(b"os".into())]),
            None
        );
    }

    #[test]
    fn other_alphabets_are_mapped() {
        let data = Const::Bytes(b"--__".into());
        let out = Some(Const::Bytes(vec![0xfb, 0xef, 0xff]));
        assert_eq!(
            done("base64", "urlsafe_b64decode", core::slice::from_ref(&data)),
            out
        );
        assert_eq!(
            done("base64", "b64decode", &[data, Const::Bytes(b"-_".into())]),
            out
        );
    }

    #[test]
    fn lower_case_digits_are_an_option() {
        let data = Const::Str(b"6f73".into());
        assert_eq!(
            done("base64", "b16decode", core::slice::from_ref(&data)),
            None
        );
        assert_eq!(
            done("base64", "b16decode", &[data, Const::Bool(true)]),
            Some(Const::Bytes(b"os".into()))
        );
    }
}
