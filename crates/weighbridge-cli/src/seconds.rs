use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A span of time that somebody wrote in seconds, such as `60` or `0.5`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Seconds(pub(crate) Duration);

/// A text is no number of seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NoSeconds;

impl fmt::Display for NoSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected seconds such as 60 or 0.5")
    }
}

impl std::error::Error for NoSeconds {}

impl FromStr for Seconds {
    type Err = NoSeconds;

    fn from_str(text: &str) -> Result<Self, NoSeconds> {
        let is_plain = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        let seconds: f64 = text.parse().map_err(|_| NoSeconds)?;
        Duration::try_from_secs_f64(seconds)
            .ok()
            .filter(|_| is_plain)
            .map(Self)
            .ok_or(NoSeconds)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Seconds;

    #[test]
    fn seconds_are_written_plainly() {
        let read = |text: &str| text.parse::<Seconds>().ok().map(|seconds| seconds.0);
        assert_eq!(read("60"), Some(Duration::from_secs(60)));
        assert_eq!(read("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(read("0"), Some(Duration::ZERO));
        for text in [
            "",
            "-1",
            "1e3",
            "inf",
            "NaN",
            "1s",
            "+1",
            "99999999999999999999999999",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
