use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

/// Patterns for paths, in the language of `.gitignore`: `*`, `?`, `[a-z]` and `{a,b}` within a name, `**` over
/// any number of folders. A pattern with a `/` before its last character is anchored to one folder, any
/// other matches a name at any depth. One that ends with `/` matches folders only. What lies in a folder that
/// matches matches too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns {
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    matcher: GlobMatcher,
    folders_only: bool,
    /// Whether it can match what does not lie in the folder that patterns are relative to.
    anywhere: bool,
}

/// Longest pattern, in bytes.
const LONGEST: usize = 1024;

/// Why a text is no pattern.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum PatternError {
    /// There is nothing in it.
    #[error("a pattern is empty")]
    Empty,
    /// It is far longer than any path.
    #[error("a pattern has more than {LONGEST} bytes")]
    TooLong,
    /// `!` is for exceptions in `.gitignore`, and there are none here.
    #[error(
        "a pattern begins with `!`, which has no meaning here: name what is to be taken with `include`"
    )]
    Exception,
    /// It would never match: paths have no such parts.
    #[error("a pattern has a part `{0}`, and paths that are matched have none")]
    Dots(&'static str),
    /// The syntax is wrong.
    #[error("{0}")]
    Syntax(String),
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Leads {
    ToFile,
    ToFolder,
}

impl Patterns {
    /// Adds a pattern.
    pub(crate) fn add(&mut self, text: &str) -> Result<(), PatternError> {
        self.patterns.push(Pattern::new(text)?);
        Ok(())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Says whether any pattern matches a path that is relative to the folder of the patterns.
    pub(crate) fn match_below(&self, below: &Path, leads: Leads) -> bool {
        self.patterns
            .iter()
            .any(|pattern| pattern.matches(below, leads))
    }

    /// Says whether any pattern matches a path that is written from the root of the file system, `base` being
    /// the folder of the patterns.
    pub(crate) fn match_absolute(&self, base: &Path, path: &Path, leads: Leads) -> bool {
        match path.strip_prefix(base) {
            Ok(below) => self.match_below(below, leads),
            Err(_) => self
                .patterns
                .iter()
                .any(|pattern| pattern.anywhere && pattern.matches(path, leads)),
        }
    }
}

impl Pattern {
    fn new(text: &str) -> Result<Self, PatternError> {
        if text.len() > LONGEST {
            return Err(PatternError::TooLong);
        }
        if text.starts_with('!') {
            return Err(PatternError::Exception);
        }
        let (text, folders_only) = match text.strip_suffix('/') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        for part in text.split('/') {
            match part {
                "." => return Err(PatternError::Dots(".")),
                ".." => return Err(PatternError::Dots("..")),
                _ => {}
            }
        }
        let anchored = text.contains('/');
        let glob = match text.strip_prefix('/') {
            Some(rest) => rest.to_owned(),
            None if anchored => text.to_owned(),
            None => format!("**/{text}"),
        };
        if glob.is_empty() || text.is_empty() {
            return Err(PatternError::Empty);
        }
        let matcher = GlobBuilder::new(&glob)
            .literal_separator(true)
            .backslash_escape(true)
            .build()
            .map_err(|error| PatternError::Syntax(error.kind().to_string()))?
            .compile_matcher();
        Ok(Self {
            matcher,
            folders_only,
            anywhere: glob.starts_with("**/"),
        })
    }

    fn matches(&self, path: &Path, leads: Leads) -> bool {
        let mut ancestors = path.ancestors();
        if self.folders_only && leads == Leads::ToFile {
            ancestors.next();
        }
        ancestors
            .filter(|path| path.file_name().is_some())
            .any(|path| self.matcher.is_match(path))
    }
}

/// Writes a path from the root of the file system, in each way in which it can be known: as it is written,
/// and without links in the folders that lead to it. None of them has a part `.` or `..`.
pub(crate) fn absolute(path: &Path) -> Vec<PathBuf> {
    let mut ways = Vec::new();
    let has_parent = path.components().any(|part| part == Component::ParentDir);
    if !has_parent && let Ok(folder) = std::env::current_dir() {
        // Joining takes parts `.` as they are; collecting the components drops them.
        ways.push(folder.join(path).components().collect());
    }
    let through = match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => {
            let parent = if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            };
            parent.canonicalize().map(|folder| folder.join(name))
        }
        _ => path.canonicalize(),
    };
    if let Ok(path) = through
        && !ways.contains(&path)
    {
        ways.push(path);
    }
    ways
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Leads, PatternError, Patterns, absolute};

    fn patterns(texts: &[&str]) -> Patterns {
        let mut patterns = Patterns::default();
        for text in texts {
            patterns.add(text).unwrap();
        }
        patterns
    }

    #[track_caller]
    fn check(pattern: &str, files: &[(&str, bool)]) {
        let patterns = patterns(&[pattern]);
        for (file, matches) in files {
            let found = patterns.match_below(Path::new(file), Leads::ToFile);
            assert_eq!(found, *matches, "{pattern} {file}");
        }
    }

    #[test]
    fn a_name_matches_at_any_depth() {
        check(
            "*.md",
            &[
                ("a.md", true),
                ("b/c/a.md", true),
                ("a.mdx", false),
                ("a.md/b", true),
            ],
        );
        check(
            "cache",
            &[("cache", true), ("a/cache/b", true), ("a/cached", false)],
        );
    }

    #[test]
    fn a_slash_anchors() {
        check("/a.pt", &[("a.pt", true), ("b/a.pt", false)]);
        check(
            "models/*.pt",
            &[
                ("models/a.pt", true),
                ("models/b/a.pt", false),
                ("x/models/a.pt", false),
            ],
        );
        check(
            "models/**/*.pt",
            &[
                ("models/a.pt", true),
                ("models/b/c/a.pt", true),
                ("a.pt", false),
            ],
        );
        check(
            "**/old/*.pt",
            &[
                ("old/a.pt", true),
                ("b/old/a.pt", true),
                ("old/b/a.pt", false),
            ],
        );
        check("models/**", &[("models/a/b", true), ("other", false)]);
    }

    #[test]
    fn a_slash_at_the_end_is_for_folders() {
        check(
            "cache/",
            &[("cache", false), ("cache/a", true), ("b/cache/a", true)],
        );
        let patterns = patterns(&["cache/"]);
        assert!(patterns.match_below(Path::new("cache"), Leads::ToFolder));
    }

    #[test]
    fn alternatives_and_classes_are_read_and_stay_within_a_name() {
        check(
            "*.{pt,bin}",
            &[("a.pt", true), ("a.bin", true), ("a.pkl", false)],
        );
        check(
            "m[0-9]?.pt",
            &[("m1x.pt", true), ("mx1.pt", false), ("m1/.pt", false)],
        );
        check(r"\*.pt", &[("*.pt", true), ("a.pt", false)]);
    }

    #[test]
    fn what_can_never_match_is_refused() {
        let refused = |text: &str| Patterns::default().add(text).unwrap_err();
        for text in ["", "/", "//"] {
            assert!(matches!(refused(text), PatternError::Empty), "{text}");
        }
        assert_eq!(refused("!a"), PatternError::Exception);
        assert_eq!(refused("../a"), PatternError::Dots(".."));
        assert_eq!(refused("./a"), PatternError::Dots("."));
        assert!(matches!(refused("a["), PatternError::Syntax(_)));
        assert_eq!(refused(&"a".repeat(2000)), PatternError::TooLong);
    }

    #[test]
    fn elsewhere_only_what_is_not_anchored_matches() {
        let base = Path::new("/project");
        for (pattern, here, elsewhere) in [
            ("*.pt", true, true),
            ("**/a/*.pt", true, true),
            ("models/a/*.pt", true, false),
            ("/models/**", true, false),
        ] {
            let patterns = patterns(&[pattern]);
            let matches = |path| patterns.match_absolute(base, Path::new(path), Leads::ToFile);
            assert_eq!(matches("/project/models/a/x.pt"), here, "{pattern}");
            assert_eq!(matches("/mnt/models/a/x.pt"), elsewhere, "{pattern}");
        }
    }

    #[test]
    fn a_path_is_written_from_the_root() {
        let here = std::env::current_dir().unwrap();
        assert!(absolute(Path::new("./a/b")).contains(&here.join("a/b")));
        assert_eq!(absolute(Path::new("/")), [Path::new("/")]);
        for path in absolute(Path::new("../x")) {
            assert!(!path.to_string_lossy().contains(".."));
        }
    }
}
