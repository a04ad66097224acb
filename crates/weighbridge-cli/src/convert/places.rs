use std::path::{Path, PathBuf};

use super::Convert;
use crate::failure::{Failure, quoted};
use crate::output::destination::{Destination, folder};
use crate::output::new_file::{Existing, NewFile};
use crate::scan::is_same_file;

/// Makes sure that nothing that is written takes the place of what is read, of another output, or of what is there
/// already, and returns where the report goes.
pub(super) fn check(arguments: &Convert) -> Result<Option<Destination<'_>>, Failure> {
    let report = arguments.report.as_deref();
    let report = report
        .map(|path| Destination::new(Some(path)))
        .transpose()?;
    let report_file = report.and_then(Destination::file);
    let sidecar = arguments.choice.sidecar.as_deref();
    let mut outputs: Vec<(&str, &Path)> = Vec::new();
    if !arguments.verify {
        outputs.push(("output", &arguments.output));
    }
    outputs.extend(sidecar.map(|path| ("sidecar", path)));
    outputs.extend(report_file.map(|path| ("report", path)));

    let mut read = vec![arguments.input.as_path()];
    if arguments.verify {
        read.push(&arguments.output);
    }
    for (number, (what, path)) in outputs.iter().enumerate() {
        if let Some(read) = read.iter().find(|read| is_same(read, path)) {
            return Err(Failure::usage(format!(
                "the {what} would replace {}, which is to be read",
                quoted(read)
            )));
        }
        let before = outputs.iter().take(number);
        if let Some((other, _)) = before.clone().find(|(_, other)| is_same(other, path)) {
            return Err(Failure::usage(format!(
                "{what} and {other} would both be {}",
                quoted(path)
            )));
        }
    }
    if !arguments.dry_run {
        let existing = Existing::of(arguments.force);
        if let Some(path) = sidecar {
            NewFile::check(path, existing)?;
        }
    }
    Ok(report)
}

fn is_same(one: &Path, other: &Path) -> bool {
    is_same_file(one, other) || place(one).is_some_and(|one| Some(one) == place(other))
}

/// Returns where a file is or would be, links to its folder followed.
fn place(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?;
    Some(folder(path).canonicalize().ok()?.join(name))
}
