use std::borrow::Cow;

use super::{Error, ErrorKind};
use crate::json::Value;

/// An artifact that a statement is about: its digests, and what it is called.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    name: Option<Cow<'a, str>>,
    digests: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    annotations: Option<Value<'a>>,
    offset: u64,
}

impl<'a> Subject<'a> {
    /// Reads one of the list. Keys other than those that are kept are ignored, as the framework wants it.
    pub(super) fn from_value(value: Value<'a>) -> Result<Self, Error> {
        let offset = value.offset();
        let mut object = value.into_object()?;
        let name = object.take("name").map(Value::into_string).transpose()?;
        let listed = object.take_required("digest")?;
        let digests_offset = listed.offset();
        let digests = listed
            .into_object()?
            .into_members()
            .into_iter()
            .map(|member| {
                let (algorithm, value) = member.into_pair();
                Ok((algorithm, value.into_string()?))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        if digests.is_empty() {
            return Err(Error::new(ErrorKind::NoDigest, digests_offset));
        }
        Ok(Self {
            name,
            digests,
            annotations: object.take("annotations"),
            offset,
        })
    }

    /// Returns what the artifact is called.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the digests: the name of the hash function, and the digits as they are written.
    pub fn digests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.digests
            .iter()
            .map(|(algorithm, digits)| (&**algorithm, &**digits))
    }

    /// Returns the digits of a digest as they are written.
    #[must_use]
    pub fn digest(&self, algorithm: &str) -> Option<&str> {
        self.digests()
            .find_map(|(name, digits)| (name == algorithm).then_some(digits))
    }

    /// Returns what else is said about the artifact.
    #[must_use]
    pub const fn annotations(&self) -> Option<&Value<'a>> {
        self.annotations.as_ref()
    }

    /// Returns the byte of the payload at which the subject begins.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}
