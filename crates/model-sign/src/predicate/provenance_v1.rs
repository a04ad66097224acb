use std::collections::BTreeMap;

use super::error::PredicateError;
use super::fields::Fields;
use super::writer::Writer;
use super::{ResourceDescriptor, Timestamp, Uninterpreted};
use crate::json::Value;

/// How an artifact was built, as SLSA has it since version 1.
///
/// # Spec
/// SLSA build provenance v1. Unset, null and empty are the same; `buildType` and `runDetails.builder.id` have to be
/// there, as nothing can be said without them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ProvenanceV1 {
    /// What kind of build, a URI; it gives the parameters their meaning.
    pub build_type: String,
    /// The parameters from outside, an object: what a policy looks at.
    pub external_parameters: Uninterpreted,
    /// The parameters that the builder set, an object.
    pub internal_parameters: Option<Uninterpreted>,
    /// What the build needed.
    pub resolved_dependencies: Vec<ResourceDescriptor>,
    /// Who built.
    pub builder: BuilderV1,
    /// About this run.
    pub metadata: BuildMetadata,
    /// What else came out of it.
    pub byproducts: Vec<ResourceDescriptor>,
}

/// Who built.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct BuilderV1 {
    /// A URI that stands for all that has to be trusted.
    pub id: String,
    /// Parts of the builder and their versions.
    pub version: BTreeMap<String, String>,
    /// What the builder itself needed.
    pub dependencies: Vec<ResourceDescriptor>,
}

/// About one run of a build.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct BuildMetadata {
    /// Which run it was.
    pub invocation_id: Option<String>,
    /// When it began.
    pub started_on: Option<Timestamp>,
    /// When it ended.
    pub finished_on: Option<Timestamp>,
}

impl ProvenanceV1 {
    /// `https://slsa.dev/provenance/v1`
    pub const TYPE: &'static str = "https://slsa.dev/provenance/v1";

    /// A provenance with what has to be in it. Parameters are a JSON object.
    #[must_use]
    pub fn new(
        build_type: impl Into<String>,
        external_parameters: Uninterpreted,
        builder: impl Into<String>,
    ) -> Self {
        Self {
            build_type: build_type.into(),
            external_parameters,
            internal_parameters: None,
            resolved_dependencies: Vec::new(),
            builder: BuilderV1 {
                id: builder.into(),
                version: BTreeMap::new(),
                dependencies: Vec::new(),
            },
            metadata: BuildMetadata::default(),
            byproducts: Vec::new(),
        }
    }

    /// Reads the predicate.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte.
    pub fn read(value: &Value<'_>) -> Result<Self, PredicateError> {
        let fields = Fields::of(value)?;
        let definition = Fields::of(fields.required("buildDefinition")?)?;
        let run = Fields::of(fields.required("runDetails")?)?;
        let builder = Fields::of(run.required("builder")?)?;
        let external = definition.object("externalParameters")?;
        let metadata = run.get("metadata").map(|value| {
            let fields = Fields::of(value)?;
            Ok::<_, PredicateError>(BuildMetadata {
                invocation_id: fields.text("invocationId")?,
                started_on: fields.time("startedOn")?,
                finished_on: fields.time("finishedOn")?,
            })
        });
        Ok(Self {
            build_type: definition.required_uri("buildType")?,
            external_parameters: external.unwrap_or_else(Uninterpreted::empty_object),
            internal_parameters: definition.object("internalParameters")?,
            resolved_dependencies: definition.resources("resolvedDependencies")?,
            builder: BuilderV1 {
                id: builder.required_uri("id")?,
                version: builder.text_map("version")?,
                dependencies: builder.resources("builderDependencies")?,
            },
            metadata: metadata.transpose()?.unwrap_or_default(),
            byproducts: run.resources("byproducts")?,
        })
    }

    /// Writes the predicate. `externalParameters` is written even where it is empty: SLSA wants it from level 1 on.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        Writer::object_alone(|out| {
            out.object("buildDefinition", |out| {
                out.text("buildType", &self.build_type);
                out.json("externalParameters", &self.external_parameters);
                let internal = self.internal_parameters.as_ref();
                out.json_if_set(
                    "internalParameters",
                    internal.filter(|json| !json.is_empty_object()),
                );
                let dependencies = &self.resolved_dependencies;
                out.objects_unless_empty(
                    "resolvedDependencies",
                    dependencies,
                    ResourceDescriptor::write,
                );
            });
            out.object("runDetails", |out| {
                out.object("builder", |out| {
                    out.text("id", &self.builder.id);
                    let version = &self.builder.version;
                    out.object_unless_empty("version", version.is_empty(), |out| {
                        for (part, version) in version {
                            out.text(part, version);
                        }
                    });
                    let dependencies = &self.builder.dependencies;
                    out.objects_unless_empty(
                        "builderDependencies",
                        dependencies,
                        ResourceDescriptor::write,
                    );
                });
                out.object_if_filled("metadata", |out| {
                    let time = |time: &'_ Option<Timestamp>| time.as_ref().map(ToString::to_string);
                    out.text_if_set("invocationId", self.metadata.invocation_id.as_deref());
                    out.text_if_set("startedOn", time(&self.metadata.started_on).as_deref());
                    out.text_if_set("finishedOn", time(&self.metadata.finished_on).as_deref());
                });
                out.objects_unless_empty("byproducts", &self.byproducts, ResourceDescriptor::write);
            });
        })
    }
}
