use super::error::PredicateError;
use super::fields::Fields;
use super::writer::Writer;
use super::{DigestSet, Timestamp, Uninterpreted};
use crate::json::Value;

/// How an artifact was built, as SLSA had it before version 1 and many builders still write it, mostly in
/// statements of version 0.1.
///
/// # Spec
/// SLSA provenance v0.2. An optional field that is unset or null is the same as an empty object or array.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ProvenanceV0_2 {
    /// Who built, a URI that stands for all that has to be trusted.
    pub builder: String,
    /// What kind of build, a URI; it gives what follows its meaning.
    pub build_type: String,
    /// What started the build.
    pub invocation: InvocationV0_2,
    /// The steps of the build, an object.
    pub build_config: Option<Uninterpreted>,
    /// About this run.
    pub metadata: MetadataV0_2,
    /// What the build needed.
    pub materials: Vec<MaterialV0_2>,
}

/// What started a build.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvocationV0_2 {
    /// Where the configuration came from.
    pub config_source: ConfigSourceV0_2,
    /// What else came from outside, an object.
    pub parameters: Option<Uninterpreted>,
    /// What the builder added, an object.
    pub environment: Option<Uninterpreted>,
}

/// Where the configuration of a build came from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ConfigSourceV0_2 {
    /// Its source.
    pub uri: Option<String>,
    /// The digests of what is there.
    pub digest: DigestSet,
    /// Where in it the build begins.
    pub entry_point: Option<String>,
}

/// About one run of a build.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct MetadataV0_2 {
    /// Which run it was.
    pub build_invocation_id: Option<String>,
    /// When it began.
    pub build_started_on: Option<Timestamp>,
    /// When it ended.
    pub build_finished_on: Option<Timestamp>,
    /// What the builder says is complete.
    pub completeness: CompletenessV0_2,
    /// Whether the builder says that the build can be repeated bit for bit.
    pub reproducible: Option<bool>,
}

/// What a builder says is complete.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct CompletenessV0_2 {
    /// Whether the parameters are.
    pub parameters: Option<bool>,
    /// Whether the environment is.
    pub environment: Option<bool>,
    /// Whether the materials are.
    pub materials: Option<bool>,
}

/// Something that a build needed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct MaterialV0_2 {
    /// How the build called it.
    pub uri: Option<String>,
    /// Its digests.
    pub digest: DigestSet,
}

impl MaterialV0_2 {
    /// A material with its digests.
    #[must_use]
    pub fn new(uri: impl Into<String>, digest: DigestSet) -> Self {
        Self {
            uri: Some(uri.into()),
            digest,
        }
    }

    fn read(value: &Value<'_>) -> Result<Self, PredicateError> {
        let fields = Fields::of(value)?;
        Ok(Self {
            uri: fields.uri("uri")?,
            digest: fields.digests("digest")?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.text_if_set("uri", self.uri.as_deref());
        self.digest.write(out, "digest");
    }
}

impl InvocationV0_2 {
    fn read(value: &Value<'_>) -> Result<Self, PredicateError> {
        let fields = Fields::of(value)?;
        let source = fields.get("configSource").map(|value| {
            let fields = Fields::of(value)?;
            Ok::<_, PredicateError>(ConfigSourceV0_2 {
                uri: fields.uri("uri")?,
                digest: fields.digests("digest")?,
                entry_point: fields.text("entryPoint")?,
            })
        });
        Ok(Self {
            config_source: source.transpose()?.unwrap_or_default(),
            parameters: fields.object("parameters")?,
            environment: fields.object("environment")?,
        })
    }

    fn write(&self, out: &mut Writer) {
        let source = &self.config_source;
        out.object_if_filled("configSource", |out| {
            out.text_if_set("uri", source.uri.as_deref());
            source.digest.write(out, "digest");
            out.text_if_set("entryPoint", source.entry_point.as_deref());
        });
        out.json_if_set(
            "parameters",
            self.parameters
                .as_ref()
                .filter(|json| !json.is_empty_object()),
        );
        out.json_if_set(
            "environment",
            self.environment
                .as_ref()
                .filter(|json| !json.is_empty_object()),
        );
    }
}

impl MetadataV0_2 {
    fn read(value: &Value<'_>) -> Result<Self, PredicateError> {
        let fields = Fields::of(value)?;
        let completeness = fields.get("completeness").map(|value| {
            let fields = Fields::of(value)?;
            Ok::<_, PredicateError>(CompletenessV0_2 {
                parameters: fields.flag("parameters")?,
                environment: fields.flag("environment")?,
                materials: fields.flag("materials")?,
            })
        });
        Ok(Self {
            build_invocation_id: fields.text("buildInvocationId")?,
            build_started_on: fields.time("buildStartedOn")?,
            build_finished_on: fields.time("buildFinishedOn")?,
            completeness: completeness.transpose()?.unwrap_or_default(),
            reproducible: fields.flag("reproducible")?,
        })
    }

    fn write(&self, out: &mut Writer) {
        out.text_if_set("buildInvocationId", self.build_invocation_id.as_deref());
        let started = self.build_started_on.as_ref().map(Timestamp::as_str);
        out.text_if_set("buildStartedOn", started);
        let finished = self.build_finished_on.as_ref().map(Timestamp::as_str);
        out.text_if_set("buildFinishedOn", finished);
        let completeness = &self.completeness;
        out.object_if_filled("completeness", |out| {
            out.flag_if_set("parameters", completeness.parameters);
            out.flag_if_set("environment", completeness.environment);
            out.flag_if_set("materials", completeness.materials);
        });
        out.flag_if_set("reproducible", self.reproducible);
    }
}

impl ProvenanceV0_2 {
    /// `https://slsa.dev/provenance/v0.2`
    pub const TYPE: &'static str = "https://slsa.dev/provenance/v0.2";

    /// A provenance with what has to be in it.
    #[must_use]
    pub fn new(builder: impl Into<String>, build_type: impl Into<String>) -> Self {
        Self {
            builder: builder.into(),
            build_type: build_type.into(),
            invocation: InvocationV0_2::default(),
            build_config: None,
            metadata: MetadataV0_2::default(),
            materials: Vec::new(),
        }
    }

    /// Reads the predicate.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte.
    pub fn read(value: &Value<'_>) -> Result<Self, PredicateError> {
        let fields = Fields::of(value)?;
        let builder = Fields::of(fields.required("builder")?)?;
        let invocation = fields.get("invocation").map(InvocationV0_2::read);
        let metadata = fields.get("metadata").map(MetadataV0_2::read);
        Ok(Self {
            builder: builder.required_uri("id")?,
            build_type: fields.required_uri("buildType")?,
            invocation: invocation.transpose()?.unwrap_or_default(),
            build_config: fields.object("buildConfig")?,
            metadata: metadata.transpose()?.unwrap_or_default(),
            materials: fields.list("materials", MaterialV0_2::read)?,
        })
    }

    /// Writes the predicate.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        Writer::object_alone(|out| {
            out.object("builder", |out| out.text("id", &self.builder));
            out.text("buildType", &self.build_type);
            out.object_if_filled("invocation", |out| self.invocation.write(out));
            out.json_if_set(
                "buildConfig",
                self.build_config
                    .as_ref()
                    .filter(|json| !json.is_empty_object()),
            );
            out.object_if_filled("metadata", |out| self.metadata.write(out));
            out.objects_unless_empty("materials", &self.materials, MaterialV0_2::write);
        })
    }
}
