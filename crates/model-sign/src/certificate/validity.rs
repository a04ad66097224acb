use std::fmt;
use std::time::{Duration, SystemTime};

use super::der::{DerError, DerFault, Element, GENERALIZED_TIME, Reader, UTC_TIME};

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
    let days = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Err(wrong),
    };
    if !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return Err(wrong);
    }
    let seconds = days_since_1970(year, month, day)
        .saturating_mul(86_400)
        .saturating_add(hour.saturating_mul(3_600))
        .saturating_add(minute.saturating_mul(60))
        .saturating_add(second);
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    };
    time.ok_or(wrong)
}

fn two(high: u8, low: u8) -> Option<i64> {
    let digit = |byte: u8| char::from(byte).to_digit(10).map(i64::from);
    digit(high)?.checked_mul(10)?.checked_add(digit(low)?)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, years counted from March.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "the year has at most four digits, so nothing here leaves 64 bits, and the divisors are constants"
)]
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (month * 153 + 2) / 5 + day - 1 - 719_468
}

/// Shows a time as RFC 3339 has it, in UTC, to the second.
pub(super) struct Shown(pub(super) SystemTime);

impl fmt::Display for Shown {
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "a time of 64 bits of seconds is divided by constants first, so nothing here leaves 64 bits"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = match self.0.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(before) => {
                i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |secs| -secs)
            }
        };
        let of_day = seconds.rem_euclid(86_400);
        // Days since the first of March of the year 0, in eras of 400 years.
        let days = seconds.div_euclid(86_400) + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let years = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * years + years / 4 - years / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let year = era * 400 + years + i64::from(month <= 2);
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::super::der::{GENERALIZED_TIME, Reader, UTC_TIME};
    use super::{Shown, time};

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

    #[test]
    fn a_time_that_no_certificate_has_is_shown_too() {
        let late = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        assert_eq!(Shown(late).to_string(), "36812-02-20T00:36:16Z");
    }
}
