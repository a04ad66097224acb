use std::path::Path;

use weighbridge::digest::{Algorithm, Digest, RootDigest};
use weighbridge::gate::{Model, Options};
use weighbridge::hold::{self, Identity};
use weighbridge::sign::files::{EntryKind, ModelFiles, Nature, Reach, Shape};
use weighbridge::sign::oms;

use crate::failure::{Failure, quoted};
use crate::scan::guard_truncation;

/// What attestations have to be about.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) kind: &'static str,
    pub(super) digests: Vec<Digest>,
}

impl Subject {
    /// Hashes a file with these algorithms, or gives the root digest of a folder.
    pub(super) fn digest(
        path: &Path,
        algorithms: &[Algorithm],
        evidence: Option<Identity>,
    ) -> Result<Self, Failure> {
        guard_truncation();
        let options = Options::default().with_signature(evidence);
        let model = Model::open(path, &options).map_err(|error| match error.kind() {
            hold::ErrorKind::NotFound => Failure::usage(format!("{} does not exist", quoted(path))),
            _ => Failure::failed(error.to_string()),
        })?;
        match model.shape() {
            Shape::Folder => Ok(Self {
                kind: "folder",
                digests: vec![*root(&model)?.digest()],
            }),
            Shape::File => {
                let digests = algorithms
                    .iter()
                    .map(|algorithm| of_entry(&model, 0, *algorithm));
                Ok(Self {
                    kind: "file",
                    digests: digests.collect::<Result<_, _>>()?,
                })
            }
        }
    }
}

/// The root digest of a folder as OpenSSF Model Signing has it, by SHA-256 of whole files in the order of their names,
/// without names of evidence. What cannot be signed so, cannot be attested so either.
fn root(model: &Model) -> Result<RootDigest, Failure> {
    let mut files = Vec::new();
    for (at, entry) in model.entries().iter().enumerate() {
        let refused = |why: &str| {
            let folder = quoted(model.path());
            Err(Failure::failed(format!(
                "no root digest of {folder}: `{}` {why}",
                entry.name
            )))
        };
        let Some(name) = entry.name.as_str() else {
            return refused("is not UTF-8");
        };
        if is_left_out(name) {
            if matches!(entry.kind, EntryKind::File { .. }) && is_loadable(model, at)? {
                return refused("has a name that is left out and holds what a loader reads");
            }
            continue;
        }
        match (&entry.kind, &entry.reach) {
            (EntryKind::File { .. }, Reach::Direct) => files.push((name, at)),
            (EntryKind::Signature, _) => {}
            _ => return refused("is a link or no regular file, or cannot be read"),
        }
    }
    if files.is_empty() {
        let folder = quoted(model.path());
        return Err(Failure::failed(format!(
            "no root digest of {folder}: it has no files"
        )));
    }
    files.sort_unstable();
    let digests = files
        .iter()
        .map(|(_, at)| of_entry(model, *at, Algorithm::Sha256));
    let digests = digests.collect::<Result<Vec<_>, _>>()?;
    Ok(RootDigest::of(&digests))
}

fn is_left_out(name: &str) -> bool {
    let top = name.split('/').next().unwrap_or(name);
    oms::DEFAULT_IGNORES.contains(&top) || oms::is_evidence(name)
}

fn is_loadable(model: &Model, at: usize) -> Result<bool, Failure> {
    let nature = model
        .nature(at)
        .map_err(|fault| unreadable(model, at, &fault))?;
    Ok(matches!(nature, Nature::Loadable { .. }))
}

fn of_entry(model: &Model, at: usize, algorithm: Algorithm) -> Result<Digest, Failure> {
    let file = model
        .open(at)
        .map_err(|fault| unreadable(model, at, &fault))?;
    let digest =
        Digest::of_source(algorithm, &file).map_err(|error| unreadable(model, at, &error))?;
    file.confirm()
        .map_err(|fault| unreadable(model, at, &fault))?;
    Ok(digest)
}

fn unreadable(model: &Model, at: usize, error: &dyn std::fmt::Display) -> Failure {
    let name = model
        .entries()
        .get(at)
        .map(|entry| entry.name.to_string())
        .unwrap_or_default();
    Failure::failed(format!("cannot read `{name}`: {error}"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Model, Options, is_left_out, root};

    #[test]
    fn a_name_of_evidence_below_the_top_is_covered() {
        assert!(is_left_out("claims.jsonl") && is_left_out(".git/config"));
        assert!(!is_left_out("sub/claims.jsonl") && !is_left_out("sub/.git/config"));
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("config.json"), "{}").unwrap();
        let mut roots = Vec::new();
        for claims in ["one", "two"] {
            fs::write(folder.path().join("sub/claims.jsonl"), claims).unwrap();
            let model = Model::open(folder.path(), &Options::default()).unwrap();
            roots.push(root(&model).unwrap());
        }
        assert_ne!(roots[0], roots[1]);
    }
}
