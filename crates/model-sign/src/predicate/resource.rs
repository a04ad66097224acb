use std::collections::BTreeMap;

use super::error::{PredicateError, PredicateErrorKind};
use super::fields::Fields;
use super::writer::Writer;
use super::{DigestSet, Uninterpreted};
use crate::base64;
use crate::json::Value;

/// A software artifact or another resource.
///
/// # Spec
/// in-toto attestation framework, `resource_descriptor.md`: at least one of `uri`, `digest` and `content` is set.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ResourceDescriptor {
    /// What producer and consumer call it.
    pub name: Option<String>,
    /// What it is called everywhere.
    pub uri: Option<String>,
    /// Its digests.
    pub digest: DigestSet,
    /// Its contents, where they are short.
    pub content: Option<Vec<u8>>,
    /// Where it can be had, if elsewhere than at `uri`.
    pub download_location: Option<String>,
    /// Its media type.
    pub media_type: Option<String>,
    /// What else is said about it.
    pub annotations: BTreeMap<String, Uninterpreted>,
}

impl ResourceDescriptor {
    /// A resource with a URI.
    #[must_use]
    pub fn from_uri(uri: impl Into<String>) -> Self {
        Self {
            uri: Some(uri.into()),
            ..Self::default()
        }
    }

    /// A resource with digests.
    #[must_use]
    pub fn from_digest(digest: DigestSet) -> Self {
        Self {
            digest,
            ..Self::default()
        }
    }

    pub(super) fn read(value: &Value<'_>) -> Result<Self, PredicateError> {
        let fields = Fields::of(value)?;
        let content = fields.get("content").map(|value| {
            let kind = PredicateErrorKind::NotBase64;
            let decoded = base64::decode(value.as_str()?);
            decoded.map_err(|_| PredicateError::new(kind, value.offset()))
        });
        // No contents and empty ones are the same in protobuf's JSON.
        let content = content.transpose()?.filter(|content| !content.is_empty());
        let annotations = fields.map("annotations", |value| Ok(Uninterpreted::of(value)))?;
        let resource = Self {
            name: fields.text("name")?,
            uri: fields.uri("uri")?,
            digest: fields.digests("digest")?,
            content,
            download_location: fields.uri("downloadLocation")?,
            media_type: fields.text("mediaType")?,
            annotations: annotations.unwrap_or_default(),
        };
        if resource.uri.is_none() && resource.digest.is_empty() && resource.content.is_none() {
            let kind = PredicateErrorKind::UnidentifiedResource;
            return Err(PredicateError::new(kind, value.offset()));
        }
        Ok(resource)
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.text_if_set("name", self.name.as_deref());
        out.text_if_set("uri", self.uri.as_deref());
        self.digest.write(out, "digest");
        let content = self.content.as_ref().map(|content| base64::encode(content));
        out.text_if_set("content", content.as_deref());
        out.text_if_set("downloadLocation", self.download_location.as_deref());
        out.text_if_set("mediaType", self.media_type.as_deref());
        out.object_unless_empty("annotations", self.annotations.is_empty(), |out| {
            for (key, value) in &self.annotations {
                out.json(key, value);
            }
        });
    }
}
