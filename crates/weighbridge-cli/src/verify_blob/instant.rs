use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::date::Date;

/// A second in UTC, written as RFC 3339 has it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Instant(pub(super) SystemTime);

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.0.duration_since(UNIX_EPOCH).ok();
        let seconds = since.map_or(0, |since| since.as_secs());
        let Some(day) = Date::from_days(seconds / 86_400) else {
            return f.write_str("beyond the year 9999");
        };
        let second = seconds % 86_400;
        let (hour, minute) = (second / 3600, second / 60 % 60);
        write!(f, "{day}T{hour:02}:{minute:02}:{:02}Z", second % 60)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::Instant;

    #[test]
    fn a_second_is_written_as_rfc_3339_has_it() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_766_077_479, "2025-12-18T17:04:39Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (u64::from(u32::MAX), "2106-02-07T06:28:15Z"),
        ] {
            let instant = Instant(UNIX_EPOCH + Duration::from_secs(seconds));
            assert_eq!(instant.to_string(), text);
        }
    }
}
