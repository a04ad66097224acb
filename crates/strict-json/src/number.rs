use std::borrow::Cow;

/// A number as it is written. Nothing is rounded: the text is judged.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Number<'a> {
    text: Cow<'a, str>,
}

impl<'a> Number<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self {
            text: Cow::Borrowed(text),
        }
    }

    pub(crate) fn into_owned(self) -> Number<'static> {
        Number {
            text: Cow::Owned(self.text.into_owned()),
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the number if it is a whole one from 0 to 2^64 - 1, exactly: digits alone, or digits and a
    /// fraction of zeros, as writers make it that know only floating point (`1000000000.0`).
    ///
    /// An exponent is not taken, whatever it makes of the number, nor is a sign: `1e5` and `-0` are `None`.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        let (whole, fraction) = match self.text.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (&*self.text, None),
        };
        let zeros = fraction.is_none_or(|digits| digits.bytes().all(|digit| digit == b'0'));
        let digits = whole.bytes().all(|digit| digit.is_ascii_digit());
        (zeros && digits).then(|| whole.parse().ok()).flatten()
    }

    /// Returns whether it is written with digits and a minus sign alone, without fraction and exponent.
    #[must_use]
    pub fn is_written_whole(&self) -> bool {
        !self.text.contains(['.', 'e', 'E'])
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn whole_numbers_are_exact_and_others_are_none() {
        for (text, wanted) in [
            ("0", Some(0)),
            ("1000000000", Some(1_000_000_000)),
            ("1000000000.0", Some(1_000_000_000)),
            ("100000.000", Some(100_000)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("1000000000000000000000000000000", None),
            ("100000.5", None),
            ("1e5", None),
            ("1E30", None),
            ("1.0e1", None),
            ("-1", None),
            ("-0", None),
            ("-0.0", None),
        ] {
            assert_eq!(Number::new(text).as_u64(), wanted, "{text}");
        }
    }
}
