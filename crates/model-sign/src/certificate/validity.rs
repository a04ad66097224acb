use std::time::SystemTime;

use super::der::{DerError, DerFault, Element, GENERALIZED_TIME, Reader, UTC_TIME};
use crate::moment;

/// From when to when a certificate is valid, both ends included, to the second.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Validity {
    not_before: SystemTime,
    not_after: SystemTime,
}

impl Validity {
    /// Reads `Validity` of RFC 5280 section 4.1.2.5. Either form of time may stand for any year: a CA that takes
    /// the wrong one has not made its certificate ambiguous.
    pub(super) fn read(element: &Element<'_>) -> Result<Self, DerError> {
        let mut reader = element.inside();
        let not_before = time(&mut reader)?;
        let not_after = time(&mut reader)?;
        reader.end()?;
        Ok(Self {
            not_before,
            not_after,
        })
    }

    /// The first moment of validity.
    #[must_use]
    pub fn not_before(&self) -> SystemTime {
        self.not_before
    }

    /// The last moment of validity.
    #[must_use]
    pub fn not_after(&self) -> SystemTime {
        self.not_after
    }
}

fn time(reader: &mut Reader<'_>) -> Result<SystemTime, DerError> {
    let element = reader.any()?;
    let wrong = element.fault(DerFault::Value);
    let (year, rest) = match (element.tag, element.value) {
        (UTC_TIME, [y1, y2, rest @ ..]) => {
            // RFC 5280 section 4.1.2.5.1: 50 to 99 are 1950 to 1999.
            let short = two(*y1, *y2).ok_or(wrong)?;
            let century = if short >= 50 { 1900_i64 } else { 2000 };
            (century.saturating_add(short), rest)
        }
        (GENERALIZED_TIME, [y1, y2, y3, y4, rest @ ..]) => {
            let century = two(*y1, *y2).ok_or(wrong)?;
            let short = two(*y3, *y4).ok_or(wrong)?;
            (century.saturating_mul(100).saturating_add(short), rest)
        }
        (UTC_TIME | GENERALIZED_TIME, _) => return Err(wrong),
        (tag, _) => return Err(element.fault(DerFault::UnknownTag(tag))),
    };
    let [m1, m2, d1, d2, h1, h2, n1, n2, s1, s2, b'Z'] = rest else {
        return Err(wrong);
    };
    let field = |high: &u8, low: &u8| two(*high, *low).ok_or(wrong);
    let (month, day) = (field(m1, m2)?, field(d1, d2)?);
    let (hour, minute, second) = (field(h1, h2)?, field(n1, n2)?, field(s1, s2)?);
    moment::of(year, month, day, hour, minute, second).ok_or(wrong)
}

fn two(high: u8, low: u8) -> Option<i64> {
    let digit = |byte: u8| char::from(byte).to_digit(10).map(i64::from);
    digit(high)?.checked_mul(10)?.checked_add(digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::super::der::{GENERALIZED_TIME, Reader, UTC_TIME};
    use super::time;
    use crate::moment::Shown;

    fn read(tag: u8, text: &str) -> Option<String> {
        let bytes = [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let time = time(&mut Reader::new(&bytes)).ok()?;
        Some(Shown(time).to_string())
    }

    #[test]
    fn both_forms_of_time_are_read_and_shown() {
        for (tag, text, shown) in [
            (UTC_TIME, "500101000000Z", "1950-01-01T00:00:00Z"),
            (UTC_TIME, "491231235959Z", "2049-12-31T23:59:59Z"),
            (UTC_TIME, "700101000000Z", "1970-01-01T00:00:00Z"),
            (UTC_TIME, "240229120102Z", "2024-02-29T12:01:02Z"),
            (GENERALIZED_TIME, "20000229000000Z", "2000-02-29T00:00:00Z"),
            (GENERALIZED_TIME, "99991231235959Z", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(read(tag, text).as_deref(), Some(shown));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "230229000000Z",
            "231301000000Z",
            "230001000000Z",
            "230100000000Z",
            "230431000000Z",
            "230101240000Z",
            "230101006000Z",
            "230101000060Z",
            "2301010000Z",
            "230101000000",
            "230101000000+0000",
            "23010100000 Z",
            "+30101000000Z",
            "",
        ] {
            assert_eq!(read(UTC_TIME, text), None, "{text}");
        }
        assert_eq!(read(GENERALIZED_TIME, "20230101000000.5Z"), None);
        assert_eq!(read(GENERALIZED_TIME, "19000229000000Z"), None);
        assert_eq!(read(4, "230101000000Z"), None);
    }
}
