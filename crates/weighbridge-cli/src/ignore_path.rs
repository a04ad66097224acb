//! Paths of `--ignore-path`, which may be given as seen from here or as seen from the model.

use std::path::{Component, Path, PathBuf};

use crate::failure::{Failure, quoted};

/// Writes a path that is to be left out as a name below the model.
///
/// The reference takes it relative to the working directory, its conformance suite relative to the model. Both
/// are taken where only one of them leads to something; a path that leads to two different things is refused.
pub(crate) fn name_below(model: &Path, path: &Path) -> Result<String, Failure> {
    let from_model = below(path);
    let from_here = seen_from_here(model, path);
    let exists = |name: &Path| model.join(name).symlink_metadata().is_ok();
    let name = match (from_model, from_here) {
        (Some(one), Some(other)) if one != other => match (exists(&one), exists(&other)) {
            (true, true) => {
                return Err(Failure::usage(format!(
                    "{} leads to {} in the model as seen from there, and to {} as seen from here",
                    quoted(path),
                    quoted(&one),
                    quoted(&other)
                )));
            }
            (_, false) => one,
            (false, true) => other,
        },
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => {
            return Err(Failure::usage(format!(
                "{} does not lie below the model {}",
                quoted(path),
                quoted(model)
            )));
        }
    };
    let text = name.to_str().ok_or_else(|| {
        Failure::usage(format!(
            "{} is not UTF-8, and no signature can name it",
            quoted(path)
        ))
    })?;
    if text.is_empty() {
        return Err(Failure::usage(format!(
            "{} is the whole model, and then nothing would be left",
            quoted(path)
        )));
    }
    Ok(text.replace(std::path::MAIN_SEPARATOR, "/"))
}

/// Takes a relative path without `..` as it is.
fn below(path: &Path) -> Option<PathBuf> {
    let mut name = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => name.push(part),
            _ => return None,
        }
    }
    Some(name)
}

/// Finds where a path leads below the model. The last part of it is not followed if it is a link.
fn seen_from_here(model: &Path, path: &Path) -> Option<PathBuf> {
    let model = model.canonicalize().ok()?;
    let whole = path.canonicalize().ok();
    if whole.as_ref() == Some(&model) {
        return Some(PathBuf::new());
    }
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let folder = parent.canonicalize().ok()?;
    let seen = folder.join(path.file_name()?);
    below(seen.strip_prefix(&model).ok()?)
}

/// Returns the name below a model of a file that will be written, if it lies there.
pub(crate) fn output_below(model: &Path, out: &Path) -> Option<String> {
    let name = seen_from_here(model, out)?;
    let text = name.to_str().filter(|name| !name.is_empty())?;
    Some(text.replace(std::path::MAIN_SEPARATOR, "/"))
}
