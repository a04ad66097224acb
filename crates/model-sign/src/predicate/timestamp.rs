use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// A time as statements have it: RFC 3339 in UTC, with `T` and `Z` in upper case and at most nine digits of a
/// second's fraction. The text is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Timestamp(Box<str>);

/// The text is no time of RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no RFC 3339 time in UTC")]
#[non_exhaustive]
pub struct NotATimestamp;

impl Timestamp {
    /// Takes a time, to the second. Before 1970 it is the first second of it.
    #[must_use]
    pub fn of(time: SystemTime) -> Self {
        let time = time.max(SystemTime::UNIX_EPOCH);
        Self(crate::moment::Shown(time).to_string().into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The time.
    #[must_use]
    pub fn time(&self) -> SystemTime {
        // Every text was read once.
        parse(&self.0).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        parse(text).ok_or(NotATimestamp)?;
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn parse(text: &str) -> Option<SystemTime> {
    let text = text.strip_suffix('Z')?;
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let (date, clock) = whole.split_once('T')?;
    let mut date = date.split('-');
    let (year, month, day) = (
        number(date.next()?, 4)?,
        number(date.next()?, 2)?,
        number(date.next()?, 2)?,
    );
    let mut clock = clock.split(':');
    let (hour, minute, second) = (
        number(clock.next()?, 2)?,
        number(clock.next()?, 2)?,
        number(clock.next()?, 2)?,
    );
    if date.next().is_some() || clock.next().is_some() {
        return None;
    }
    let nanoseconds = match fraction {
        Some(digits) if (1..=9).contains(&digits.len()) => {
            let padded = format!("{digits:0<9}");
            u64::try_from(number(&padded, 9)?).ok()?
        }
        Some(_) => return None,
        None => 0,
    };
    let time = crate::moment::of(year, month, day, hour, minute, second)?;
    time.checked_add(Duration::from_nanos(nanoseconds))
}

/// Reads so many digits and nothing else.
fn number(text: &str, digits: usize) -> Option<i64> {
    let all = text.len() == digits && text.bytes().all(|digit| digit.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::Timestamp;

    #[test]
    fn a_time_is_in_utc() {
        for (text, nanoseconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1985-04-12T23:20:50.52Z", 482_196_050_520_000_000),
            ("2026-01-01T00:00:00.000000001Z", 1_767_225_600_000_000_001),
        ] {
            let time: Timestamp = text.parse().unwrap();
            assert_eq!(
                time.time(),
                SystemTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds)
            );
            assert_eq!(time.to_string(), text);
        }
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_767_225_600_999);
        assert_eq!(Timestamp::of(time).as_str(), "2026-01-01T00:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Z",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+00:00",
            "2026-01-01t00:00:00Z",
            "2026-01-01T00:00:00z",
            "2026-01-01 00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.1234567890Z",
            "2026-1-01T00:00:00Z",
            "+026-01-01T00:00:00Z",
            "2026-01-01-01T00:00:00Z",
            "2026-01-01T00:00:00:00Z",
            "2026-01-01T00:00:00.5.5Z",
            "2026-01-01T00:00:\u{ff10}0Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }
}
