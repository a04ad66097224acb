use std::collections::BTreeMap;

use super::error::{PredicateError, PredicateErrorKind};
use super::fields::Fields;
use super::writer::Writer;
use super::{ResourceDescriptor, Timestamp};
use crate::json::{self, Value};

/// A verification summary (VSA): that an artifact met a policy, and at which SLSA levels.
///
/// Whoever relies on one compares `verifier` with the key that signed it, and `resource_uri` with where the artifact
/// came from: both are part of what it says.
///
/// # Spec
/// SLSA verification summary v1.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct VerificationSummary {
    /// Who verified, a URI.
    pub verifier: String,
    /// Parts of the verifier and their versions.
    pub verifier_version: BTreeMap<String, String>,
    /// When.
    pub time_verified: Option<Timestamp>,
    /// As what the artifact was verified.
    pub resource_uri: String,
    /// By which policy; it has a URI.
    pub policy: ResourceDescriptor,
    /// The attestations that were used; each has a digest.
    pub input_attestations: Vec<ResourceDescriptor>,
    /// Whether the artifact met the policy.
    pub outcome: VerificationOutcome,
    /// The highest level of each track, and other properties; `FAILED` where the policy was not met.
    pub verified_levels: Vec<String>,
    /// How many dependencies were verified at each level. Empty: there are none; `None`: nothing is said of them.
    pub dependency_levels: Option<BTreeMap<String, u64>>,
    /// The version of SLSA, such as `1.0`.
    pub slsa_version: Option<String>,
}

/// Whether a policy was met.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the specification has these two")]
pub enum VerificationOutcome {
    /// `PASSED`
    Passed,
    /// `FAILED`
    Failed,
}

impl VerificationSummary {
    /// `https://slsa.dev/verification_summary/v1`
    pub const TYPE: &'static str = "https://slsa.dev/verification_summary/v1";

    /// A summary with what has to be in it.
    #[must_use]
    pub fn new(
        verifier: impl Into<String>,
        resource_uri: impl Into<String>,
        policy: ResourceDescriptor,
        outcome: VerificationOutcome,
        verified_levels: Vec<String>,
    ) -> Self {
        Self {
            verifier: verifier.into(),
            verifier_version: BTreeMap::new(),
            time_verified: None,
            resource_uri: resource_uri.into(),
            policy,
            input_attestations: Vec::new(),
            outcome,
            verified_levels,
            dependency_levels: None,
            slsa_version: None,
        }
    }

    /// Reads the predicate.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte.
    pub fn read(value: &Value<'_>) -> Result<Self, PredicateError> {
        let fields = Fields::of(value)?;
        let verifier = Fields::of(fields.required("verifier")?)?;
        let policy = fields.required("policy")?;
        let described = ResourceDescriptor::read(policy)?;
        if described.uri.is_none() {
            let kind = PredicateErrorKind::Json(json::ErrorKind::Missing("uri"));
            return Err(PredicateError::new(kind, policy.offset()));
        }
        let attestation = |value| {
            let resource = ResourceDescriptor::read(value)?;
            if resource.digest.is_empty() {
                let kind = PredicateErrorKind::NoDigest;
                return Err(PredicateError::new(kind, value.offset()));
            }
            Ok(resource)
        };
        let word = fields.required("verificationResult")?;
        let outcome = match word.as_str()? {
            "PASSED" => VerificationOutcome::Passed,
            "FAILED" => VerificationOutcome::Failed,
            _ => {
                let kind = PredicateErrorKind::UnknownWord("verificationResult");
                return Err(PredicateError::new(kind, word.offset()));
            }
        };
        fields.required("verifiedLevels")?;
        Ok(Self {
            verifier: verifier.required_uri("id")?,
            verifier_version: verifier.text_map("version")?,
            time_verified: fields.time("timeVerified")?,
            resource_uri: fields.required_uri("resourceUri")?,
            policy: described,
            input_attestations: fields.list("inputAttestations", attestation)?,
            outcome,
            verified_levels: fields.texts("verifiedLevels")?,
            dependency_levels: fields.map("dependencyLevels", |value| Ok(value.as_u64()?))?,
            slsa_version: fields.text("slsaVersion")?,
        })
    }

    /// Writes the predicate.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        Writer::object_alone(|out| {
            out.object("verifier", |out| {
                out.text("id", &self.verifier);
                out.object_unless_empty("version", self.verifier_version.is_empty(), |out| {
                    for (part, version) in &self.verifier_version {
                        out.text(part, version);
                    }
                });
            });
            let time = self.time_verified.as_ref().map(Timestamp::as_str);
            out.text_if_set("timeVerified", time);
            out.text("resourceUri", &self.resource_uri);
            out.object("policy", |out| self.policy.write(out));
            let attestations = &self.input_attestations;
            out.objects_unless_empty("inputAttestations", attestations, ResourceDescriptor::write);
            out.text(
                "verificationResult",
                match self.outcome {
                    VerificationOutcome::Passed => "PASSED",
                    VerificationOutcome::Failed => "FAILED",
                },
            );
            out.texts("verifiedLevels", &self.verified_levels);
            if let Some(levels) = &self.dependency_levels {
                out.object("dependencyLevels", |out| {
                    for (level, count) in levels {
                        out.number(level, *count);
                    }
                });
            }
            out.text_if_set("slsaVersion", self.slsa_version.as_deref());
        })
    }
}
