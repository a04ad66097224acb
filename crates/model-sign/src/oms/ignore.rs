use super::{NameFault, check_name};

/// What no signature covers, at the top of a model only: what git keeps beside its files.
///
/// # Spec
/// OpenSSF Model Signing 1.0, section 6.2.
pub const DEFAULT_IGNORES: [&str; 4] = [".git", ".gitattributes", ".github", ".gitignore"];

/// Says whether a name of a model is one that evidence about it goes by, or lies below one: `.weighbridge`,
/// `model.sig`, `claims.jsonl` and what ends with `.oms.sig`, at the top of the model only. The root digest is not
/// over them, since they are written after it is taken.
#[must_use]
pub fn is_evidence(name: &str) -> bool {
    let top = name.split('/').next().unwrap_or(name);
    matches!(top, ".weighbridge" | "model.sig" | "claims.jsonl") || top.ends_with(".oms.sig")
}

/// Paths that are left out of a model, each with everything below it.
///
/// A path matches itself and names that begin with its components: `cache` matches `cache/a`, but neither
/// `cached` nor `sub/cache`. There are no patterns.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IgnorePaths {
    /// Sorted, each once.
    paths: Vec<Box<str>>,
}

impl IgnorePaths {
    /// Ignores nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { paths: Vec::new() }
    }

    /// Ignores [`DEFAULT_IGNORES`].
    #[must_use]
    pub fn defaults() -> Self {
        Self {
            paths: DEFAULT_IGNORES.map(Box::from).into(),
        }
    }

    /// Adds a path, relative to the model and written as names are.
    ///
    /// # Errors
    /// What [`check_name`] says: an empty path or `.` would ignore everything.
    pub fn insert(&mut self, path: &str) -> Result<(), NameFault> {
        check_name(path)?;
        if let Err(at) = self.paths.binary_search_by(|known| (**known).cmp(path)) {
            self.paths.insert(at, path.into());
        }
        Ok(())
    }

    pub(super) fn from_checked(mut paths: Vec<Box<str>>) -> Self {
        paths.sort_unstable();
        paths.dedup();
        Self { paths }
    }

    /// Returns whether a name is one of the paths or lies below one.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.rule_for(name).is_some()
    }

    /// Returns the path that a name is or lies below, the shortest of several.
    #[must_use]
    pub fn rule_for(&self, name: &str) -> Option<&str> {
        if self.paths.is_empty() {
            return None;
        }
        let ends = name.match_indices('/').map(|(at, _)| at);
        ends.chain([name.len()]).find_map(|end| {
            let path = name.get(..end)?;
            let place = self.paths.binary_search_by(|known| (**known).cmp(path));
            self.paths.get(place.ok()?).map(|path| &**path)
        })
    }

    /// Returns the paths, sorted.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.paths.iter().map(|path| &**path)
    }

    /// Returns whether nothing is ignored.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{IgnorePaths, NameFault, is_evidence};

    #[test]
    fn evidence_lies_at_the_top() {
        for name in ["model.sig", "claims.jsonl", "a.oms.sig", ".weighbridge/a/b"] {
            assert!(is_evidence(name), "{name}");
        }
        for name in [
            "sub/model.sig",
            "sub/claims.jsonl",
            "sub/a.oms.sig",
            "sub/.weighbridge/a",
            "claims.jsonl2",
            "a.oms.sig.py",
        ] {
            assert!(!is_evidence(name), "{name}");
        }
    }

    #[test]
    fn a_path_matches_itself_and_what_is_below() {
        let mut ignored = IgnorePaths::defaults();
        ignored.insert("sub/cache").unwrap();
        ignored.insert("sub/cache").unwrap();
        for name in [
            ".git",
            ".git/config",
            ".github/a/b",
            "sub/cache",
            "sub/cache/a/b",
        ] {
            assert!(ignored.matches(name), "{name}");
        }
        for name in [
            "sub",
            "sub/.git",
            "sub/cached",
            "cache",
            ".gitmodules",
            ".git2",
            "a",
            "sub/cach",
        ] {
            assert!(!ignored.matches(name), "{name}");
        }
        assert_eq!(ignored.iter().len(), 5);
        assert!(!IgnorePaths::new().matches("a"));
    }

    #[test]
    fn the_rule_for_a_name_is_the_shortest() {
        let mut ignored = IgnorePaths::new();
        ignored.insert("a/b/c").unwrap();
        ignored.insert("a/b").unwrap();
        assert_eq!(ignored.rule_for("a/b/c/d"), Some("a/b"));
        assert_eq!(ignored.rule_for("a/b"), Some("a/b"));
        assert_eq!(ignored.rule_for("a"), None);
    }

    #[test]
    fn nothing_ignores_everything() {
        let mut ignored = IgnorePaths::new();
        assert_eq!(ignored.insert("."), Err(NameFault::Current));
        assert_eq!(ignored.insert(""), Err(NameFault::Empty));
        assert_eq!(ignored.insert("a/.."), Err(NameFault::Parent));
        assert_eq!(ignored.insert("/"), Err(NameFault::Absolute));
    }
}
