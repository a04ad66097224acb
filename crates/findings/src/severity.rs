use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad a finding is, from least to most; the order of the variants is the order of badness.
///
/// *High* and *critical* make a file dangerous, *medium* makes it suspicious, *low* and *info* leave it
/// as it was.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(
    clippy::exhaustive_enums,
    reason = "renderers and gates must handle every severity; a sixth one would be a breaking change"
)]
pub enum Severity {
    /// Worth knowing, no harm by itself.
    Info,
    /// A deviation that hides nothing.
    Low,
    /// Cannot be vouched for: an unknown class, a contradiction.
    Medium,
    /// Harm is reachable: a capable name imported, a callee that cannot be resolved.
    High,
    /// Harm happens on load: a capable name is called.
    Critical,
}

impl Severity {
    /// Every severity, from least to most.
    pub const ALL: [Self; 5] = [
        Self::Info,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// Returns the lower-case word that reports and options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Returns the next severity down, or [`Severity::Info`] where there is none.
    ///
    /// ```
    /// # use findings::Severity;
    /// assert_eq!(Severity::Critical.lowered(), Severity::High);
    /// assert_eq!(Severity::Info.lowered(), Severity::Info);
    /// ```
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::Info | Self::Low => Self::Info,
            Self::Medium => Self::Low,
            Self::High => Self::Medium,
            Self::Critical => Self::High,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The word is not one of the five severities.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown severity, expected one of info, low, medium, high, critical")]
#[non_exhaustive]
pub struct UnknownSeverity;

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Self, UnknownSeverity> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.as_str() == word)
            .ok_or(UnknownSeverity)
    }
}

/// How sure the check is that what it says holds for the file at hand.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(
    clippy::exhaustive_enums,
    reason = "three steps are all that a reader can tell apart"
)]
pub enum Confidence {
    /// A guess from circumstances, such as a format told by its ending.
    Low,
    /// Holds for some loaders or some states of the environment.
    Medium,
    /// Follows from the bytes.
    High,
}

impl Confidence {
    /// Returns the lower-case word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::{Severity, UnknownSeverity};

    #[test]
    fn every_severity_is_read_back_from_its_word() {
        for severity in Severity::ALL {
            assert_eq!(severity.to_string().parse(), Ok(severity));
        }
        assert_eq!("HIGH".parse::<Severity>(), Err(UnknownSeverity));
    }

    #[test]
    fn severities_are_ordered_from_info_to_critical() {
        assert!(Severity::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
