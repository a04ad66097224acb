use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::{Confidence, Location, RuleId, Severity};

/// A global's name as the file spells it, before aliases and renamings are undone.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WrittenName {
    /// The module operand.
    pub module: String,
    /// The name operand, dots and all.
    pub name: String,
}

impl WrittenName {
    /// Keeps the two operands of a global.
    #[must_use]
    pub const fn new(module: String, name: String) -> Self {
        Self { module, name }
    }
}

/// One thing that a check has to say about a file.
///
/// A finding owns its text and outlives the bytes it speaks of. Texts taken from the file are escaped
/// (see [`escape`](crate::escape)) by whoever fills them in, so a renderer can print them as they are.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that was broken.
    pub rule: RuleId,
    /// How bad it is here.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// One sentence, lower case, no final period: "imports `os.system`".
    pub message: String,
    /// The canonical name that the finding is about, such as `os.system`.
    pub subject: Option<String>,
    /// The name as the file spells it, where the subject is a global.
    pub written: Option<WrittenName>,
    /// How loading gets there: "called by REDUCE at byte 452".
    pub reached: Option<String>,
    /// Where it is.
    pub location: Location,
}

impl Finding {
    /// Says that `rule` is broken at `location`; confidence is high until it is set otherwise.
    #[must_use]
    pub const fn new(
        rule: RuleId,
        severity: Severity,
        message: String,
        location: Location,
    ) -> Self {
        Self {
            rule,
            severity,
            confidence: Confidence::High,
            message,
            subject: None,
            written: None,
            reached: None,
            location,
        }
    }

    /// Sets the canonical name that the finding is about.
    #[must_use]
    pub fn with_subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Sets the name as the file spells it.
    #[must_use]
    pub fn with_written(mut self, written: WrittenName) -> Self {
        self.written = Some(written);
        self
    }

    /// Sets how loading gets there.
    #[must_use]
    pub fn with_reached(mut self, reached: impl Into<String>) -> Self {
        self.reached = Some(reached.into());
        self
    }

    /// Sets how sure the check is.
    #[must_use]
    pub const fn with_confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }
}
