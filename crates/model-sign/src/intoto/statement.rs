use std::borrow::Cow;

use super::{Error, ErrorKind, Subject};
use crate::Limits;
use crate::json::{self, Object, Value};

/// A statement: a predicate about subjects.
///
/// The predicate is JSON of the type that `predicateType` names; whoever knows the type reads it.
#[derive(Clone, Debug)]
pub struct Statement<'a> {
    version: Version,
    subjects: Vec<Subject<'a>>,
    subjects_offset: u64,
    predicate_type: Cow<'a, str>,
    predicate_type_offset: u64,
    predicate: Option<Value<'a>>,
    others: Object<'a>,
}

/// The versions of a statement that are read.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Version {
    /// `https://in-toto.io/Statement/v0.1`.
    V0_1,
    /// `https://in-toto.io/Statement/v1`.
    V1,
}

impl Version {
    /// Returns the URI that names this version.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::V0_1 => "https://in-toto.io/Statement/v0.1",
            Self::V1 => "https://in-toto.io/Statement/v1",
        }
    }
}

impl<'a> Statement<'a> {
    /// Reads the payload of an envelope.
    ///
    /// Keys that the framework does not name are kept apart, see [`Statement::others`]: it wants them ignored,
    /// and model signing wants them refused.
    ///
    /// # Limits
    /// Those of [`json::read`], and [`Limits::subjects`].
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub fn read(payload: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let mut object = json::read(payload, &limits.json())?.into_object()?;
        let uri = object.take_required("_type")?;
        let text = uri.as_str()?;
        let version = [Version::V1, Version::V0_1]
            .into_iter()
            .find(|version| version.uri() == text)
            .ok_or_else(|| Error::new(ErrorKind::UnknownVersion, uri.offset()))?;
        let listed = object.take_required("subject")?;
        let subjects_offset = listed.offset();
        let items = listed.into_array()?;
        let kind = match items.len() {
            0 => Some(ErrorKind::NoSubject),
            found if found > limits.subjects => Some(ErrorKind::TooManySubjects {
                found,
                limit: limits.subjects,
            }),
            _ => None,
        };
        if let Some(kind) = kind {
            return Err(Error::new(kind, subjects_offset));
        }
        let subjects = items
            .into_iter()
            .map(Subject::from_value)
            .collect::<Result<_, _>>()?;
        let predicate_type = object.take_required("predicateType")?;
        Ok(Self {
            version,
            subjects,
            subjects_offset,
            predicate_type_offset: predicate_type.offset(),
            predicate_type: predicate_type.into_string()?,
            predicate: object.take("predicate"),
            others: object,
        })
    }

    /// Returns the version.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Returns the subjects, one or more.
    #[must_use]
    pub fn subjects(&self) -> &[Subject<'a>] {
        &self.subjects
    }

    /// Returns the byte of the payload at which the list of subjects begins.
    #[must_use]
    pub const fn subjects_offset(&self) -> u64 {
        self.subjects_offset
    }

    /// Returns the URI that says what the predicate is.
    #[must_use]
    pub fn predicate_type(&self) -> &str {
        &self.predicate_type
    }

    /// Returns the byte of the payload at which that URI begins.
    #[must_use]
    pub const fn predicate_type_offset(&self) -> u64 {
        self.predicate_type_offset
    }

    /// Returns the predicate, if the statement has one.
    #[must_use]
    pub const fn predicate(&self) -> Option<&Value<'a>> {
        self.predicate.as_ref()
    }

    /// Returns the object of the statement with what is not one of the four keys above.
    #[must_use]
    pub const fn others(&self) -> &Object<'a> {
        &self.others
    }

    /// Takes out subjects and predicate.
    #[must_use]
    pub fn into_parts(self) -> (Vec<Subject<'a>>, Option<Value<'a>>) {
        (self.subjects, self.predicate)
    }
}

#[cfg(test)]
mod tests {
    use super::{Statement, Version};
    use crate::Limits;
    use crate::intoto::ErrorKind;
    use crate::json;

    const SUBJECT: &str = r#"{"name":"m","digest":{"sha256":"ab","x":"y"},"annotations":{}}"#;

    fn read(text: &str) -> Result<Statement<'_>, ErrorKind> {
        Statement::read(text.as_bytes(), &Limits::default()).map_err(|error| error.kind())
    }

    #[test]
    fn a_statement_is_read() {
        let text = format!(
            r#"{{"subject":[{SUBJECT}],"_type":"https://in-toto.io/Statement/v1","predicateType":"p","more":1}}"#
        );
        let statement = read(&text).unwrap();
        assert_eq!(statement.version(), Version::V1);
        assert_eq!(statement.subjects()[0].name(), Some("m"));
        assert_eq!(statement.subjects()[0].digest("sha256"), Some("ab"));
        assert_eq!(statement.subjects()[0].digest("sha512"), None);
        assert!(statement.predicate().is_none());
        assert_eq!(statement.others().members().len(), 1);
    }

    #[test]
    fn what_is_no_statement_is_refused() {
        let text = |version: &str, subjects: &str| {
            format!(r#"{{"_type":"{version}","subject":[{subjects}],"predicateType":"p"}}"#)
        };
        let v1 = Version::V1.uri();
        for (text, wanted) in [
            (
                text("https://in-toto.io/Statement/v2", SUBJECT),
                ErrorKind::UnknownVersion,
            ),
            (text(v1, ""), ErrorKind::NoSubject),
            (text(v1, r#"{"name":"m","digest":{}}"#), ErrorKind::NoDigest),
            (
                text(v1, r#"{"name":"m"}"#),
                ErrorKind::Json(json::ErrorKind::Missing("digest")),
            ),
            (
                format!(r#"{{"_type":"{v1}","subject":[{SUBJECT}]}}"#),
                ErrorKind::Json(json::ErrorKind::Missing("predicateType")),
            ),
        ] {
            assert_eq!(read(&text).map(|_| ()), Err(wanted), "{text}");
        }
        let limits = Limits::default().with_subjects(1);
        let two = text(v1, &format!("{SUBJECT},{SUBJECT}"));
        let error = Statement::read(two.as_bytes(), &limits).unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::TooManySubjects { found: 2, limit: 1 }
        );
    }
}
