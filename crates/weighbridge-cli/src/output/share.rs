use std::fmt;

/// A part of a whole, written in per cent with one decimal and never rounded up: what is not all is never
/// `100 %`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub(crate) part: u64,
    pub(crate) whole: u64,
}

impl Share {
    pub(crate) const fn is_all(self) -> bool {
        self.part >= self.whole
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("100 %");
        }
        // The whole is larger than the part here, so it is not 0 and the result is below 1000.
        let part = u128::from(self.part).saturating_mul(1000);
        let tenths = part.checked_div(u128::from(self.whole)).unwrap_or(0);
        write!(f, "{}.{} %", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::Share;

    #[test]
    fn only_all_of_it_is_a_hundred_per_cent() {
        for (part, whole, text) in [
            (0, 0, "100 %"),
            (0, 1, "0.0 %"),
            (1, 3, "33.3 %"),
            (974, 1000, "97.4 %"),
            (999_999, 1_000_000, "99.9 %"),
            (u64::MAX - 1, u64::MAX, "99.9 %"),
            (u64::MAX, u64::MAX, "100 %"),
        ] {
            assert_eq!(Share { part, whole }.to_string(), text);
        }
    }
}
