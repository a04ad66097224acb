use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::quoted;

/// The name of a configuration.
pub(crate) const NAME: &str = "weighbridge.toml";
/// The folder that marks the top of a repository: nothing above it is looked at.
const REPOSITORY: &str = ".git";

/// What looking for a configuration gave.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Found {
    /// The configuration to be used.
    pub(crate) path: Option<PathBuf>,
    /// Configurations that are there and are not used, each with why, as sentences.
    pub(crate) passed_over: Vec<String>,
}

/// Looks for a configuration in the working directory and upward from there, up to the top of the repository.
///
/// What is scanned never configures the scanner: one that lies below a path that is scanned is passed over.
/// So is one in a folder in which everybody may put one.
pub(crate) fn discover(working: &Path, scanned: &[PathBuf]) -> Found {
    let mut found = Found::default();
    let roots: Vec<PathBuf> = scanned
        .iter()
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    for folder in working.ancestors() {
        let path = folder.join(NAME);
        if path.symlink_metadata().is_ok() {
            match why_not(folder, &path, &roots) {
                None => {
                    found.path = Some(shortened(&path, working));
                    break;
                }
                Some(why) => {
                    let path = quoted(&shortened(&path, working));
                    found.passed_over.push(format!(
                        "{path} is not used: {why}; name it with `--config` to use it"
                    ));
                }
            }
        }
        if folder.join(REPOSITORY).symlink_metadata().is_ok() {
            break;
        }
    }
    found
}

/// Says why a configuration is passed over, if it is.
fn why_not(folder: &Path, path: &Path, roots: &[PathBuf]) -> Option<&'static str> {
    // Where it lies, and where a link in its place leads.
    let real = path.canonicalize().ok();
    let here = folder.canonicalize().ok().map(|folder| folder.join(NAME));
    let mut places = [real.as_deref(), here.as_deref(), Some(path)]
        .into_iter()
        .flatten();
    if places.any(|place| roots.iter().any(|root| place.starts_with(root))) {
        return Some("it lies in what is scanned");
    }
    is_open_to_all(folder).then_some("everybody may write to its folder")
}

#[cfg(unix)]
fn is_open_to_all(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    const WRITTEN_BY_OTHERS: u32 = 0o002;
    fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & WRITTEN_BY_OTHERS != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_: &Path) -> bool {
    false
}

/// Writes a path in the working directory as it is seen from there.
fn shortened(path: &Path, working: &Path) -> PathBuf {
    path.strip_prefix(working).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{Found, NAME, discover};

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"").unwrap();
        }
        folder
    }

    fn found(root: &Path, working: &str, scanned: &[&str]) -> Found {
        let scanned: Vec<PathBuf> = scanned.iter().map(|path| root.join(path)).collect();
        discover(&root.join(working), &scanned)
    }

    #[test]
    fn the_nearest_one_upward_is_taken() {
        let folder = folder(&["weighbridge.toml", "a/weighbridge.toml", "a/b/c", "d/e"]);
        let root = folder.path();
        let path = |working| found(root, working, &[]).path;
        assert_eq!(
            path("."),
            Some(
                root.join(".")
                    .join(NAME)
                    .strip_prefix(root.join("."))
                    .unwrap()
                    .to_owned()
            )
        );
        assert_eq!(path("a"), Some(PathBuf::from(NAME)));
        assert_eq!(path("a/b"), Some(root.join("a").join(NAME)));
        assert_eq!(path("d"), Some(root.join(NAME)));
    }

    #[test]
    fn nothing_above_the_repository_is_looked_at() {
        let folder = folder(&[
            "weighbridge.toml",
            "a/.git/config",
            "a/b/c",
            "d/.git",
            "d/weighbridge.toml",
        ]);
        let root = folder.path();
        assert_eq!(found(root, "a/b", &[]), Found::default());
        assert_eq!(found(root, "d", &[]).path, Some(PathBuf::from(NAME)));
    }

    #[test]
    fn one_in_what_is_scanned_is_passed_over_for_the_next_one() {
        let folder = folder(&["weighbridge.toml", "a/weighbridge.toml", "a/b/c"]);
        let root = folder.path();
        for scanned in ["a", "a/weighbridge.toml", "a/b/.."] {
            let found = found(root, "a", &[scanned]);
            assert_eq!(found.path, Some(root.join(NAME)), "{scanned}");
            assert_eq!(
                found.passed_over,
                [
                    "`weighbridge.toml` is not used: it lies in what is scanned; name it with `--config` to use it"
                ]
            );
        }
        assert_eq!(found(root, "a", &["a/b"]).path, Some(PathBuf::from(NAME)));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_what_is_scanned_and_one_into_it_are_passed_over() {
        let folder = folder(&["models/there.toml", "project/x", "other/real.toml"]);
        let root = folder.path();
        let link = root.join("project").join(NAME);
        std::os::unix::fs::symlink("../models/there.toml", &link).unwrap();
        assert_eq!(found(root, "project", &["models"]).path, None);
        assert_eq!(
            found(root, "project", &["other"]).path,
            Some(PathBuf::from(NAME))
        );
        let inside = root.join("models").join(NAME);
        std::os::unix::fs::symlink("../other/real.toml", inside).unwrap();
        assert_eq!(found(root, "models", &["models"]).path, None);
    }

    #[cfg(unix)]
    #[test]
    fn one_that_anybody_may_have_put_there_is_passed_over() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = folder(&["open/weighbridge.toml", "open/a/b"]);
        let open = folder.path().join("open");
        fs::set_permissions(&open, fs::Permissions::from_mode(0o1777)).unwrap();
        let found = found(folder.path(), "open/a", &[]);
        assert_eq!(found.path, None);
        assert!(
            found.passed_over[0].contains("everybody may write"),
            "{found:?}"
        );
    }
}
