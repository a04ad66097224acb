use std::fmt;

use regex_lite::{Regex, RegexBuilder};

use super::subject::{SubjectKind, SubjectName};

/// Longest identity, pattern or issuer that is taken, in bytes: subject names of Fulcio stay below 1 KiB.
const LONGEST: usize = 4096;
/// Ceiling on a compiled pattern, in bytes. Matching takes time proportional to it times the length of a name.
const COMPILED: usize = 64 * 1024;
/// Ceiling on how deep groups of a pattern nest.
const NESTED: u32 = 32;

/// Identities that public issuers give to anyone who asks. A pattern that matches one of them matches strangers.
const STRANGERS: [&str; 12] = [
    "",
    "x",
    "stranger-5b0c1f@example.com",
    "stranger.5b0c1f@gmail.com",
    "stranger-5b0c1f@project-5b0c1f.iam.gserviceaccount.com",
    "5b0c1f+stranger@users.noreply.github.com",
    "https://github.com/stranger-5b0c1f/repository-5b0c1f/.github/workflows/release.yml@refs/heads/main",
    "https://github.com/stranger-5b0c1f/repository-5b0c1f/.github/workflows/release.yml@refs/tags/v1.0.0",
    "https://gitlab.com/stranger-5b0c1f/project-5b0c1f//.gitlab-ci.yml@refs/heads/main",
    "https://buildkite.com/stranger-5b0c1f/pipeline-5b0c1f",
    "https://circleci.com/api/v2/projects/5b0c1f00-0000-4000-8000-000000000000/pipeline-definitions/5b0c1f00-0000-4000-8000-000000000001",
    "https://example.com/stranger-5b0c1f",
];

/// Who must have signed: the subject name that the certificate has to carry.
///
/// There is none that accepts anyone: what is empty, and a pattern that strangers match, is refused when it is
/// made.
#[derive(Clone, Debug)]
pub struct Identity {
    written: String,
    kind: Option<SubjectKind>,
    pattern: Option<Regex>,
}

/// Why a text is no [`Identity`] or no [`Issuer`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// Nothing was written.
    #[error("an empty identity or issuer would accept anyone")]
    Empty,
    /// It is longer than any that there is.
    #[error("{found} bytes where at most {limit} are taken")]
    TooLong {
        /// How many bytes were given.
        found: usize,
        /// How many are taken.
        limit: usize,
    },
    /// The pattern is no regular expression, or one that needs too much memory.
    #[error("no regular expression, or one too large")]
    Pattern,
    /// The pattern matches an identity that a public issuer gives to anyone.
    #[error("the pattern accepts strangers, such as `{stranger}`")]
    AcceptsStrangers {
        /// An identity that nobody means and that it matches.
        stranger: &'static str,
    },
    /// An issuer is a URL.
    #[error("an issuer is a URL that begins with `https://` or `http://`")]
    NoUrl,
}

fn bounded(text: &str) -> Result<(), IdentityError> {
    if text.is_empty() {
        return Err(IdentityError::Empty);
    }
    if text.len() > LONGEST {
        return Err(IdentityError::TooLong {
            found: text.len(),
            limit: LONGEST,
        });
    }
    Ok(())
}

impl Identity {
    /// Wants exactly this subject name.
    ///
    /// What it looks like says which kind the name must have: with `://` in it a URI, else with `@` an address
    /// of e-mail, else a user name. So an address in the place of a URI is refused though the text is the same.
    ///
    /// # Errors
    /// [`IdentityError::Empty`] and [`IdentityError::TooLong`], beyond 4096 bytes.
    pub fn exact(subject: &str) -> Result<Self, IdentityError> {
        bounded(subject)?;
        Ok(Self {
            written: subject.to_owned(),
            kind: Some(SubjectKind::of_text(subject)),
            pattern: None,
        })
    }

    /// Wants a subject name, of any kind, that this regular expression matches from its first to its last byte.
    ///
    /// The expression is anchored whether or not it is written so: `release` does not match `release-2`. It is
    /// matched in time linear in the name, classes such as `\d` are those of ASCII.
    ///
    /// # Errors
    /// [`IdentityError::Empty`] and [`IdentityError::TooLong`] as for [`exact`](Self::exact);
    /// [`IdentityError::Pattern`] if it is none or compiles to more than 64 KiB;
    /// [`IdentityError::AcceptsStrangers`] if it matches what public issuers give to anyone: the empty name,
    /// an address at a public host, a workflow of a repository that nobody owns. `.*` does, and so does
    /// `https://github\.com/.*`.
    pub fn matching(pattern: &str) -> Result<Self, IdentityError> {
        bounded(pattern)?;
        let compile = |text: &str| {
            RegexBuilder::new(text)
                .size_limit(COMPILED)
                .nest_limit(NESTED)
                .build()
                .map_err(|_| IdentityError::Pattern)
        };
        // On its own first: a parenthesis too many must not close the group that holds the anchors.
        compile(pattern)?;
        let anchored = compile(&format!(r"\A(?:{pattern})\z"))?;
        if let Some(stranger) = STRANGERS.iter().find(|name| anchored.is_match(name)) {
            return Err(IdentityError::AcceptsStrangers { stranger });
        }
        Ok(Self {
            written: pattern.to_owned(),
            kind: None,
            pattern: Some(anchored),
        })
    }

    /// Wants this kind of subject name besides.
    #[must_use]
    pub fn of_kind(mut self, kind: SubjectKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Says whether a certificate with this subject name is the one that is wanted.
    #[must_use]
    pub fn accepts(&self, subject: &SubjectName) -> bool {
        if self.kind.is_some_and(|kind| kind != subject.kind()) {
            return false;
        }
        match &self.pattern {
            Some(pattern) => pattern.is_match(subject.as_str()),
            None => self.written == subject.as_str(),
        }
    }

    /// Returns the name or the pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Says whether this is a pattern.
    #[must_use]
    pub const fn is_pattern(&self) -> bool {
        self.pattern.is_some()
    }

    /// Returns the kind that is wanted; `None` if any is.
    #[must_use]
    pub const fn kind(&self) -> Option<SubjectKind> {
        self.kind
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Who must have vouched for the signer: the URL of the OpenID Connect issuer, compared byte by byte.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Issuer(String);

impl Issuer {
    /// Wants exactly this issuer.
    ///
    /// # Errors
    /// [`IdentityError::Empty`] and [`IdentityError::TooLong`], beyond 4096 bytes; [`IdentityError::NoUrl`] if
    /// it begins with neither `https://` nor `http://`.
    pub fn exact(url: &str) -> Result<Self, IdentityError> {
        bounded(url)?;
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"));
        if rest.is_none_or(str::is_empty) {
            return Err(IdentityError::NoUrl);
        }
        Ok(Self(url.to_owned()))
    }

    /// Returns the URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Identity, IdentityError, Issuer};
    use crate::sigstore::{SubjectKind, SubjectName};

    fn uri(text: &str) -> SubjectName {
        SubjectName::new(SubjectKind::Uri, text)
    }

    fn email(text: &str) -> SubjectName {
        SubjectName::new(SubjectKind::Email, text)
    }

    #[test]
    fn an_exact_identity_wants_value_and_kind() {
        let identity = Identity::exact("ops@example.org").unwrap();
        assert!(identity.accepts(&email("ops@example.org")));
        assert!(!identity.accepts(&uri("ops@example.org")));
        for other in ["Ops@example.org", "ops@example.org ", "ops@example.or", ""] {
            assert!(!identity.accepts(&email(other)), "{other:?}");
        }
        let workflow =
            Identity::exact("https://github.com/o/r/.github/workflows/w.yml@refs/heads/main")
                .unwrap();
        assert_eq!(workflow.kind(), Some(SubjectKind::Uri));
    }

    #[test]
    fn a_pattern_is_anchored_at_both_ends() {
        let identity = Identity::matching(r"https://github\.com/our/[a-z]+").unwrap();
        assert!(identity.accepts(&uri("https://github.com/our/models")));
        for other in [
            "https://github.com/our/models/x",
            "xhttps://github.com/our/models",
            "https://github.com/our/models\n",
            "https://github.com/our/models\nhttps://github.com/our/models",
            "https://githubxcom/our/models",
        ] {
            assert!(!identity.accepts(&uri(other)), "{other:?}");
        }
    }

    #[test]
    fn an_alternative_does_not_escape_the_anchors() {
        let identity = Identity::matching("alice@our\\.org|bob@our\\.org").unwrap();
        assert!(identity.accepts(&email("bob@our.org")));
        assert!(!identity.accepts(&email("malice@our.org")));
        assert!(!identity.accepts(&email("alice@our.org.evil")));
        assert_eq!(
            Identity::matching("a)|(b").unwrap_err(),
            IdentityError::Pattern
        );
        assert_eq!(
            Identity::matching("a)|(?:b").unwrap_err(),
            IdentityError::Pattern
        );
        let verbose = Identity::matching("(?x)alice@our\\.org # who");
        assert!(verbose.is_err_and(|error| error == IdentityError::Pattern));
        let lines = Identity::matching("(?m)^alice@our\\.org$").unwrap();
        assert!(!lines.accepts(&email("alice@our.org\nx")));
    }

    #[test]
    fn what_accepts_anyone_is_refused() {
        for pattern in [
            ".*",
            ".+",
            "^.*$",
            "(?s).*",
            "",
            "[^ ]*",
            ".*@.*",
            r".*@gmail\.com",
            "https://.*",
            r"https://github\.com/.*",
            r"https://github\.com/[^/]+/[^/]+/.*",
            r".*@refs/heads/main",
            r".*|alice@our\.org",
            r"https://gitlab\.com/.*",
            r"^https://.*/release\.yml@refs/tags/.*$",
            "x?",
        ] {
            let error = Identity::matching(pattern).unwrap_err();
            assert!(
                matches!(
                    error,
                    IdentityError::AcceptsStrangers { .. } | IdentityError::Empty
                ),
                "{pattern}: {error}"
            );
        }
        for pattern in [
            r".*@our\.org",
            r"https://github\.com/our/.*",
            r"https://gitlab\.our\.org/.*",
        ] {
            assert!(Identity::matching(pattern).is_ok(), "{pattern}");
        }
        assert_eq!(Identity::exact("").unwrap_err(), IdentityError::Empty);
        assert_eq!(Issuer::exact("").unwrap_err(), IdentityError::Empty);
        assert_eq!(Issuer::exact("https://").unwrap_err(), IdentityError::NoUrl);
        assert_eq!(
            Issuer::exact("accounts.google.com").unwrap_err(),
            IdentityError::NoUrl
        );
    }

    #[test]
    fn a_pattern_that_compiles_to_much_is_refused() {
        assert_eq!(
            Identity::matching("(a{1000}){1000}").unwrap_err(),
            IdentityError::Pattern
        );
        assert_eq!(
            Identity::matching(&"(".repeat(200)).unwrap_err(),
            IdentityError::Pattern
        );
        let long = "a".repeat(5000);
        assert!(matches!(
            Identity::matching(&long),
            Err(IdentityError::TooLong { .. })
        ));
    }
}
