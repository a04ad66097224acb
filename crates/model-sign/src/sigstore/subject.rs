use std::fmt;

/// A subject name that a certificate was issued to, with the kind of it.
///
/// It comes from a certificate: escape it before it is shown.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SubjectName {
    kind: SubjectKind,
    value: String,
}

/// The kinds of [`SubjectName`] that Fulcio issues.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum SubjectKind {
    /// An address of e-mail (`rfc822Name`): a person, or a service account.
    Email,
    /// A URI (`uniformResourceIdentifier`): the workflow of a CI job, or a SPIFFE ID.
    Uri,
    /// A user name (`otherName` 1.3.6.1.4.1.57264.1.7).
    UserName,
}

impl SubjectKind {
    /// Returns the word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Uri => "uri",
            Self::UserName => "username",
        }
    }

    /// Says which kind a name is that is written so.
    pub(super) fn of_text(text: &str) -> Self {
        if text.contains("://") {
            Self::Uri
        } else if text.contains('@') {
            Self::Email
        } else {
            Self::UserName
        }
    }
}

impl fmt::Display for SubjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl SubjectName {
    pub(super) fn new(kind: SubjectKind, value: &str) -> Self {
        Self {
            kind,
            value: value.to_owned(),
        }
    }

    /// Returns the kind.
    #[must_use]
    pub const fn kind(&self) -> SubjectKind {
        self.kind
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for SubjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}
