use super::error::{PredicateError, PredicateErrorKind};
use super::fields::Fields;
use super::writer::Writer;
use super::{ResourceDescriptor, Timestamp};
use crate::json::{self, Value};

/// A simple verification result: which properties of an artifact a verifier found to hold.
///
/// # Spec
/// in-toto predicate "Simple Verification Result" v0.2.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SimpleVerification {
    /// Who verified, a URI.
    pub verifier: String,
    /// By which policies; empty where they cannot be named.
    pub policies: Vec<ResourceDescriptor>,
    /// When.
    pub time_created: Timestamp,
    /// What was found to hold.
    pub properties: Vec<String>,
}

impl SimpleVerification {
    /// `https://in-toto.io/attestation/svr/v0.2`
    pub const TYPE: &'static str = "https://in-toto.io/attestation/svr/v0.2";

    /// A result without policies that can be named.
    #[must_use]
    pub fn new(verifier: impl Into<String>, created: Timestamp, properties: Vec<String>) -> Self {
        Self {
            verifier: verifier.into(),
            policies: Vec::new(),
            time_created: created,
            properties,
        }
    }

    /// Reads the predicate.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte.
    pub fn read(value: &Value<'_>) -> Result<Self, PredicateError> {
        let fields = Fields::of(value)?;
        let verifier = Fields::of(fields.required("verifier")?)?;
        // Present and an array, if an empty one: what tells it from v0.1.
        verifier.required("policies")?;
        fields.required("properties")?;
        let created = fields.time("timeCreated")?;
        let missing = PredicateErrorKind::Json(json::ErrorKind::Missing("timeCreated"));
        Ok(Self {
            verifier: verifier.required_uri("id")?,
            policies: verifier.resources("policies")?,
            time_created: created.ok_or_else(|| PredicateError::new(missing, value.offset()))?,
            properties: fields.texts("properties")?,
        })
    }

    /// Writes the predicate.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        Writer::object_alone(|out| {
            out.object("verifier", |out| {
                out.text("id", &self.verifier);
                out.objects("policies", &self.policies, ResourceDescriptor::write);
            });
            out.text("timeCreated", self.time_created.as_str());
            out.texts("properties", &self.properties);
        })
    }
}
