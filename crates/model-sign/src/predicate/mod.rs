//! What statements say: typed predicates of in-toto and SLSA.
//!
//! Each is read strictly: what a specification requires has to be there, in the type and the words that it wants.
//! Keys that are not known are ignored, as every one of these specifications demands (in-toto's parsing rules: a
//! policy must not get looser by ignoring a field, so no field may take back what others say). What was ignored is
//! not written again. `null` and a missing key are the same.
//!
//! A predicate is written in one form: the keys in the order of its specification, maps by their keys, nothing that
//! is empty where that means the same, no spaces.
//!
//! # Spec
//! in-toto attestation framework v1 (field types, SVR v0.2, test result v0.1); SLSA provenance v0.2 and v1, SLSA
//! verification summary v1.

mod digest_set;
mod error;
mod fields;
mod provenance_v0_2;
mod provenance_v1;
mod resource;
mod simple_verification;
mod test_result;
mod timestamp;
mod uninterpreted;
mod verification_summary;
mod writer;

pub use digest_set::DigestSet;
pub use error::{PredicateError, PredicateErrorKind};
pub use provenance_v0_2::{
    CompletenessV0_2, ConfigSourceV0_2, InvocationV0_2, MaterialV0_2, MetadataV0_2, ProvenanceV0_2,
};
pub use provenance_v1::{BuildMetadata, BuilderV1, ProvenanceV1};
pub use resource::ResourceDescriptor;
pub use simple_verification::SimpleVerification;
pub use test_result::{TestOutcome, TestResult};
pub use timestamp::{NotATimestamp, Timestamp};
pub use uninterpreted::Uninterpreted;
pub use verification_summary::{VerificationOutcome, VerificationSummary};

use crate::json::Value;

/// A predicate of a type that is known here.
///
/// # Examples
/// ```
/// use model_sign::predicate::{Predicate, TestOutcome};
/// use model_sign::{Limits, json};
///
/// let text = br#"{"result":"PASSED","configuration":[],"passedTests":["loads","refuses NaN"]}"#;
/// let value = json::read(text, &Limits::default().json())?;
/// let predicate = Predicate::read("https://in-toto.io/attestation/test-result/v0.1", &value)?;
/// let Predicate::TestResult(result) = &predicate else { panic!() };
/// assert_eq!(result.outcome, TestOutcome::Passed);
/// assert_eq!(predicate.to_json(), text);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Predicate {
    /// `https://slsa.dev/provenance/v0.2`
    ProvenanceV0_2(Box<ProvenanceV0_2>),
    /// `https://slsa.dev/provenance/v1`
    ProvenanceV1(Box<ProvenanceV1>),
    /// `https://slsa.dev/verification_summary/v1`
    VerificationSummary(Box<VerificationSummary>),
    /// `https://in-toto.io/attestation/svr/v0.2`
    SimpleVerification(SimpleVerification),
    /// `https://in-toto.io/attestation/test-result/v0.1`
    TestResult(TestResult),
}

impl Predicate {
    /// Whether a predicate of this type can be read.
    #[must_use]
    pub fn knows(predicate_type: &str) -> bool {
        [
            ProvenanceV0_2::TYPE,
            ProvenanceV1::TYPE,
            VerificationSummary::TYPE,
            SimpleVerification::TYPE,
            TestResult::TYPE,
        ]
        .contains(&predicate_type)
    }

    /// Reads the predicate of a statement.
    ///
    /// # Errors
    /// [`PredicateErrorKind::UnknownType`] for another type; otherwise what is wrong, and at which byte.
    pub fn read(predicate_type: &str, value: &Value<'_>) -> Result<Self, PredicateError> {
        Ok(match predicate_type {
            ProvenanceV0_2::TYPE => Self::ProvenanceV0_2(Box::new(ProvenanceV0_2::read(value)?)),
            ProvenanceV1::TYPE => Self::ProvenanceV1(Box::new(ProvenanceV1::read(value)?)),
            VerificationSummary::TYPE => {
                Self::VerificationSummary(Box::new(VerificationSummary::read(value)?))
            }
            SimpleVerification::TYPE => Self::SimpleVerification(SimpleVerification::read(value)?),
            TestResult::TYPE => Self::TestResult(TestResult::read(value)?),
            _ => {
                let kind = PredicateErrorKind::UnknownType;
                return Err(PredicateError::new(kind, value.offset()));
            }
        })
    }

    /// The URI of the type.
    #[must_use]
    pub const fn type_uri(&self) -> &'static str {
        match self {
            Self::ProvenanceV0_2(_) => ProvenanceV0_2::TYPE,
            Self::ProvenanceV1(_) => ProvenanceV1::TYPE,
            Self::VerificationSummary(_) => VerificationSummary::TYPE,
            Self::SimpleVerification(_) => SimpleVerification::TYPE,
            Self::TestResult(_) => TestResult::TYPE,
        }
    }

    /// Writes the predicate: the same bytes for the same predicate.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        match self {
            Self::ProvenanceV0_2(predicate) => predicate.to_json(),
            Self::ProvenanceV1(predicate) => predicate.to_json(),
            Self::VerificationSummary(predicate) => predicate.to_json(),
            Self::SimpleVerification(predicate) => predicate.to_json(),
            Self::TestResult(predicate) => predicate.to_json(),
        }
    }
}
