use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// A day of the Gregorian calendar. Earlier days compare less.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A text is no day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NoDate;

impl fmt::Display for NoDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a day such as 2027-01-31")
    }
}

impl std::error::Error for NoDate {}

impl Date {
    /// Takes a day if there is such a one.
    pub(crate) fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=days)
            .contains(&day)
            .then_some(Self { year, month, day })
    }

    /// Returns the day that it is now in UTC, by the clock of the system; `None` if that clock is wrong.
    pub(crate) fn today() -> Option<Self> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        Self::from_days(since.as_secs() / 86_400)
    }

    /// Returns how many days after 1970-01-01 it is; `None` for a day before.
    pub(crate) fn days(self) -> Option<u64> {
        let mut days = 0_u64;
        let length = |year| match Self::new(year, 2, 29) {
            Some(_) => 366,
            None => 365,
        };
        if self.year < 1970 {
            return None;
        }
        for year in 1970..self.year {
            days = days.saturating_add(length(year));
        }
        for month in 1..self.month {
            let months_days = (28..=31)
                .rev()
                .find(|day| Self::new(self.year, month, *day).is_some());
            days = days.saturating_add(u64::from(months_days.unwrap_or(0)));
        }
        days.checked_add(u64::from(self.day).checked_sub(1)?)
    }

    /// Returns the day that is so many days after 1970-01-01.
    pub(crate) fn from_days(days: u64) -> Option<Self> {
        let mut left = days;
        let mut year = 1970_u16;
        loop {
            let length = if Self::new(year, 2, 29).is_some() {
                366
            } else {
                365
            };
            match left.checked_sub(length) {
                Some(rest) => left = rest,
                None => break,
            }
            year = year.checked_add(1).filter(|year| *year < 10_000)?;
        }
        for month in 1..=12 {
            for day in 1..=31 {
                let Some(date) = Self::new(year, month, day) else {
                    break;
                };
                match left.checked_sub(1) {
                    Some(rest) => left = rest,
                    None => return Some(date),
                }
            }
        }
        None
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Self, NoDate> {
        let mut parts = text.split('-');
        let mut part = |length: usize| {
            parts
                .next()
                .filter(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
                .ok_or(NoDate)
        };
        let year = part(4)?.parse().map_err(|_| NoDate)?;
        let month = part(2)?.parse().map_err(|_| NoDate)?;
        let day = part(2)?.parse().map_err(|_| NoDate)?;
        if parts.next().is_some() {
            return Err(NoDate);
        }
        Self::new(year, month, day).ok_or(NoDate)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn only_days_that_there_are_are_days() {
        for text in ["2024-02-29", "2000-02-29", "2027-12-31", "0001-01-01"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-01",
            "2027-04-31",
            "2027-1-1",
            "2027-01-01-01",
            "+027-01-01",
            "",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        for (days, text) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_819, "2027-01-01"),
        ] {
            assert_eq!(Date::from_days(days).unwrap().to_string(), text);
        }
        assert_eq!(Date::from_days(u64::MAX), None);
    }

    #[test]
    fn earlier_days_compare_less() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert!(day("2026-12-31") < day("2027-01-01"));
        assert!(day("2027-01-31") < day("2027-02-01"));
    }
}
