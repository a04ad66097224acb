use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::Severity;

/// What names a rule in reports, baselines and ignores: `PKL001/unsafe-global`.
///
/// The part before the slash is never given to another rule; the part after it reads well behind "allow".
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(Cow<'static, str>);

impl RuleId {
    /// Names a rule that is compiled in.
    #[must_use]
    pub const fn new(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// Returns the whole id, such as `PKL001/unsafe-global`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the part before the slash, such as `PKL001`.
    ///
    /// ```
    /// # use findings::RuleId;
    /// assert_eq!(RuleId::new("PKL001/unsafe-global").code(), "PKL001");
    /// ```
    #[must_use]
    pub fn code(&self) -> &str {
        self.0.split_once('/').map_or(&*self.0, |(code, _)| code)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<String> for RuleId {
    fn from(id: String) -> Self {
        Self(Cow::Owned(id))
    }
}

/// One thing that a check looks for.
///
/// Every crate with rules exports `RULES: &[Rule]`; the page of a rule is `docs/rules/<code>.md`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rule {
    /// The whole id, `PKL001/unsafe-global`.
    pub id: &'static str,
    /// One sentence on what the rule finds.
    pub summary: &'static str,
    /// The severity that most findings of the rule have; one finding may have another.
    pub severity: Severity,
}

impl Rule {
    /// Describes a rule.
    #[must_use]
    pub const fn new(id: &'static str, severity: Severity, summary: &'static str) -> Self {
        Self {
            id,
            summary,
            severity,
        }
    }

    /// Returns the id as findings carry it.
    #[must_use]
    pub const fn rule_id(&self) -> RuleId {
        RuleId::new(self.id)
    }

    /// Returns the part of the id before the slash, `PKL001`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(code, _)| code)
    }

    /// Returns the part of the id after the slash, `unsafe-global`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.id.split_once('/').map_or("", |(_, name)| name)
    }
}
