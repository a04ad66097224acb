//! Numbers as the format writes them, and as the readers take them.

/// Returns a number that is written with digits alone and fits 64 bits.
pub(super) fn whole(text: &str) -> Option<u64> {
    text.bytes().try_fold(0_u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        value.checked_mul(10)?.checked_add(digit.into())
    })
}

/// Returns whether a number that nobody asks for is read over: serde_json refuses what is no finite `f64`, and
/// rounds on the way there, so the border is not where IEEE 754 has it.
///
/// The text is a number of RFC 8259.
pub(super) fn is_in_range(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    let mut significand: u64 = 0;
    let mut scale: i64 = 0;
    let mut integer = integer.bytes();
    for digit in integer.by_ref() {
        match appended(significand, digit) {
            Some(longer) => significand = longer,
            None => {
                // Whatever comes now only scales.
                scale = scale.saturating_add(1);
                break;
            }
        }
    }
    scale = scale.saturating_add(i64::try_from(integer.len()).unwrap_or(i64::MAX));
    if fraction.is_none() && exponent.is_none() && scale == 0 {
        return true;
    }
    for digit in fraction.unwrap_or_default().bytes() {
        match appended(significand, digit) {
            Some(longer) => significand = longer,
            None => break,
        }
        scale = scale.saturating_sub(1);
    }
    let scale = match exponent.map(|exponent| with_exponent(scale, exponent)) {
        None => scale,
        Some(Some(scale)) => scale,
        // An exponent over 31 bits: only 0 and what is divided by it survive.
        Some(None) => {
            return significand == 0 || exponent.is_some_and(|text| text.starts_with('-'));
        }
    };
    is_finite(significand, scale)
}

fn appended(significand: u64, digit: u8) -> Option<u64> {
    significand
        .checked_mul(10)?
        .checked_add(u64::from(digit.saturating_sub(b'0')))
}

/// Adds an exponent to a scale; `None` if its digits are over 31 bits.
fn with_exponent(scale: i64, exponent: &str) -> Option<i64> {
    let (digits, is_negative) = match exponent.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (exponent.strip_prefix('+').unwrap_or(exponent), false),
    };
    let mut value: i32 = 0;
    for digit in digits.bytes() {
        value = value
            .checked_mul(10)?
            .checked_add(i32::from(digit.saturating_sub(b'0')))?;
    }
    let value = i64::from(value);
    Some(if is_negative {
        scale.saturating_sub(value)
    } else {
        scale.saturating_add(value)
    })
}

/// Returns whether a significand times a power of ten is finite, rounded as serde_json rounds.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "the significand is rounded here as the reader rounds it"
)]
fn is_finite(significand: u64, scale: i64) -> bool {
    // A negative scale only divides.
    let Ok(scale) = u32::try_from(scale) else {
        return scale < 0 || significand == 0;
    };
    if scale > 308 {
        return significand == 0;
    }
    // The literal nearest to the power is what the reader's table holds; a text is the way to it.
    let power: f64 = format!("1e{scale}").parse().unwrap_or(f64::INFINITY);
    (significand as f64 * power).is_finite()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_in_range, whole};

    #[test]
    fn only_digits_make_a_whole_number() {
        for (text, wanted) in [
            ("0", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("-0", None),
            ("-1", None),
            ("1.0", None),
            ("1e2", None),
        ] {
            assert_eq!(whole(text), wanted, "{text}");
        }
    }

    fn agrees(text: &str) {
        let read = serde_json::from_str::<serde_json::Value>(text).is_ok();
        assert_eq!(is_in_range(text), read, "{text}");
    }

    #[test]
    fn the_border_is_where_serde_json_has_it() {
        for text in [
            "1e308",
            "1e309",
            "10e307",
            "10e308",
            "1.7976931348623157e308",
            // 1.7976931348623158e308 is in range to serde_json with its feature `float_roundtrip`, which another
            // crate of the build may ask for, and out of it without.
            "1.7976931348623159e308",
            "17976931348623157e292",
            "17976931348623159e292",
            "0e999",
            "0.0e99999999999",
            "1e99999999999",
            "1e-99999999999",
            "-1e400",
            "0.001e311",
            "0.001e312",
            "1e2147483647",
            "1e2147483648",
            "0.1e2147483648",
            "-0",
            "-0.0",
            "123456789012345678901234567890",
            "99999999999999999999999999e290",
            "1.99999999999999999999999999999e308",
            "1.0e-400",
            "1e+308",
            "18446744073709551616.99",
            "18446744073709551615e289",
            "0.00000000000000000000000001e330",
        ] {
            agrees(text);
        }
        agrees(&"9".repeat(308));
        agrees(&"9".repeat(309));
        agrees(&"1".repeat(320));
        agrees(&format!("{}e-20", "9".repeat(309)));
        agrees(&format!("0.{}1e400", "0".repeat(120)));
    }

    proptest! {
        #[test]
        fn every_number_is_in_range_exactly_if_serde_json_says_so(
            text in "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?([eE][+-]?[0-9]{1,4})?",
        ) {
            agrees(&text);
        }

        #[test]
        fn numbers_at_the_border_too(
            text in "1[67][0-9]{0,24}(\\.[0-9]{1,24})?",
            exponent in 280..310_i32,
        ) {
            agrees(&format!("{text}e{exponent}"));
        }
    }
}
