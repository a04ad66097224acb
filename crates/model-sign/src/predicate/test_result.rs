use super::ResourceDescriptor;
use super::error::{PredicateError, PredicateErrorKind};
use super::fields::Fields;
use super::writer::Writer;
use crate::json::Value;

/// What came out of a run of tests.
///
/// # Spec
/// in-toto predicate "Test Result" v0.1.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TestResult {
    /// How the run as a whole ended.
    pub outcome: TestOutcome,
    /// What the tests were configured with.
    pub configuration: Vec<ResourceDescriptor>,
    /// Where the run can be looked at.
    pub url: Option<String>,
    /// Tests without errors and warnings.
    pub passed: Vec<String>,
    /// Tests with warnings.
    pub warned: Vec<String>,
    /// Tests with errors.
    pub failed: Vec<String>,
}

/// How a run of tests ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the specification has these three")]
pub enum TestOutcome {
    /// `PASSED`
    Passed,
    /// `WARNED`
    Warned,
    /// `FAILED`
    Failed,
}

impl TestResult {
    /// `https://in-toto.io/attestation/test-result/v0.1`
    pub const TYPE: &'static str = "https://in-toto.io/attestation/test-result/v0.1";

    /// A run with this outcome and configuration.
    #[must_use]
    pub const fn new(outcome: TestOutcome, configuration: Vec<ResourceDescriptor>) -> Self {
        Self {
            outcome,
            configuration,
            url: None,
            passed: Vec::new(),
            warned: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// Reads the predicate.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte.
    pub fn read(value: &Value<'_>) -> Result<Self, PredicateError> {
        let fields = Fields::of(value)?;
        let word = fields.required("result")?;
        let outcome = match word.as_str()? {
            "PASSED" => TestOutcome::Passed,
            "WARNED" => TestOutcome::Warned,
            "FAILED" => TestOutcome::Failed,
            _ => {
                let kind = PredicateErrorKind::UnknownWord("result");
                return Err(PredicateError::new(kind, word.offset()));
            }
        };
        fields.required("configuration")?;
        Ok(Self {
            outcome,
            configuration: fields.resources("configuration")?,
            url: fields.uri("url")?,
            passed: fields.texts("passedTests")?,
            warned: fields.texts("warnedTests")?,
            failed: fields.texts("failedTests")?,
        })
    }

    /// Writes the predicate.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        Writer::object_alone(|out| {
            out.text(
                "result",
                match self.outcome {
                    TestOutcome::Passed => "PASSED",
                    TestOutcome::Warned => "WARNED",
                    TestOutcome::Failed => "FAILED",
                },
            );
            out.objects(
                "configuration",
                &self.configuration,
                ResourceDescriptor::write,
            );
            out.text_if_set("url", self.url.as_deref());
            out.texts_unless_empty("passedTests", &self.passed);
            out.texts_unless_empty("warnedTests", &self.warned);
            out.texts_unless_empty("failedTests", &self.failed);
        })
    }
}
