use std::ffi::OsStr;
use std::path::{Component, Path};

/// What the folder of one repository in a Hugging Face cache begins with.
const KINDS: [&str; 3] = ["models--", "datasets--", "spaces--"];

/// Splits a canonical path that lies in a snapshot of a Hugging Face cache into the repository's folder and
/// the rest, which begins with `snapshots`. The innermost repository counts.
pub(crate) fn split_repository(canonical: &Path) -> Option<(&Path, &Path)> {
    canonical.ancestors().find_map(|repository| {
        let name = repository.file_name()?.as_encoded_bytes();
        let rest = canonical.strip_prefix(repository).ok()?;
        let named = KINDS.iter().any(|kind| name.starts_with(kind.as_bytes()));
        let below = rest.components().next() == Some(Component::Normal(OsStr::new("snapshots")));
        (named && below).then_some((repository, rest))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::split_repository;

    #[test]
    fn a_snapshot_belongs_to_the_repository_above_it() {
        for (path, wanted) in [
            (
                "/c/models--a--b/snapshots/1/unet",
                Some(("/c/models--a--b", "snapshots/1/unet")),
            ),
            (
                "/models--x/snapshots/models--y/snapshots/2",
                Some(("/models--x/snapshots/models--y", "snapshots/2")),
            ),
            ("/c/models--a--b/blobs", None),
            ("/c/models--a--b", None),
            ("/c/snapshots/1", None),
            ("/", None),
        ] {
            let wanted = wanted.map(|(start, rest)| (Path::new(start), Path::new(rest)));
            assert_eq!(split_repository(Path::new(path)), wanted, "{path}");
        }
    }
}
