use std::fmt;

use crate::certificate::VerifiedLeaf;

/// Whom the certificate of a signer has to name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExpectedLeaf {
    wanted: Wanted,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Wanted {
    Subject(String),
    Name(String),
    Any,
}

impl ExpectedLeaf {
    /// Expects this subject, exactly as RFC 4514 writes it and
    /// [`DistinguishedName`](crate::certificate::DistinguishedName) displays it, such as `CN=Release,O=Example`.
    #[must_use]
    pub fn subject(subject: impl Into<String>) -> Self {
        Self {
            wanted: Wanted::Subject(subject.into()),
        }
    }

    /// Expects this among the alternative names, exactly, with its kind in front, such as
    /// `dns:ci.example.com` or `email:release@example.com`.
    #[must_use]
    pub fn alternative_name(name: impl Into<String>) -> Self {
        Self {
            wanted: Wanted::Name(name.into()),
        }
    }

    pub(super) const fn any() -> Self {
        Self {
            wanted: Wanted::Any,
        }
    }

    pub(super) const fn is_any(&self) -> bool {
        matches!(self.wanted, Wanted::Any)
    }

    pub(super) fn accepts(&self, leaf: &VerifiedLeaf) -> bool {
        match &self.wanted {
            Wanted::Subject(subject) => leaf.subject().to_string() == *subject,
            Wanted::Name(name) => {
                let mut names = leaf.alternative_names().iter();
                names.any(|found| found.to_string() == *name)
            }
            Wanted::Any => true,
        }
    }
}

impl fmt::Display for ExpectedLeaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wanted {
            Wanted::Subject(name) | Wanted::Name(name) => write!(f, "`{}`", name.escape_debug()),
            Wanted::Any => f.write_str("any certificate"),
        }
    }
}
