use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::date::Date;

/// A time as of which certificates are judged, to the second, in UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Moment(u64);

/// A text is no time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NoMoment;

impl fmt::Display for NoMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a time from 1970 on such as 2027-01-31T12:00:00Z, or a day")
    }
}

impl std::error::Error for NoMoment {}

const DAY: u64 = 86_400;

impl Moment {
    /// Returns the time by the clock of the system; `None` if that clock is wrong.
    pub(crate) fn now() -> Option<Self> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let moment = Self(since.as_secs());
        moment.day().map(|_| moment)
    }

    pub(crate) fn time(self) -> SystemTime {
        UNIX_EPOCH
            .checked_add(Duration::from_secs(self.0))
            .unwrap_or(UNIX_EPOCH)
    }

    fn day(self) -> Option<Date> {
        Date::from_days(self.0 / DAY)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 % DAY;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        match self.day() {
            Some(day) => write!(f, "{day}T{hour:02}:{minute:02}:{second:02}Z"),
            None => write!(f, "{} s after 1970", self.0),
        }
    }
}

impl FromStr for Moment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, NoMoment> {
        let (day, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
        let days = day.parse::<Date>().ok().and_then(Date::days);
        let days = days.ok_or(NoMoment)?;
        let time = time.strip_suffix('Z').ok_or(NoMoment)?;
        let mut seconds = 0_u64;
        let mut parts = time.split(':');
        for below in [24, 60, 60] {
            let part = parts.next().ok_or(NoMoment)?;
            if part.len() != 2 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(NoMoment);
            }
            let number: u64 = part.parse().map_err(|_| NoMoment)?;
            if number >= below {
                return Err(NoMoment);
            }
            seconds = seconds.saturating_mul(60).saturating_add(number);
        }
        match parts.next() {
            None => Ok(Self(days.saturating_mul(DAY).saturating_add(seconds))),
            Some(_) => Err(NoMoment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_time_is_read_back_from_its_text() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1972-02-29T23:59:59Z", 68_255_999),
            ("2026-11-25T21:08:35Z", 1_795_640_915),
        ] {
            assert_eq!(text.parse(), Ok(Moment(seconds)), "{text}");
            assert_eq!(Moment(seconds).to_string(), text);
        }
        assert_eq!("2026-11-25".parse(), Ok(Moment(1_795_564_800)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026",
            "2026-11-25T",
            "2026-11-25T21:08:35",
            "2026-11-25T21:08Z",
            "2026-11-25T24:00:00Z",
            "2026-11-25T21:60:00Z",
            "2026-11-25T21:08:60Z",
            "2026-11-25T+1:08:35Z",
            "2026-11-25T21:08:35:00Z",
            "2026-02-30",
            "1969-12-31",
        ] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
