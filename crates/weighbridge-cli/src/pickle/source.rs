use std::io;
use std::path::Path;

use weighbridge::hold::{self, Held, Mapped};
use weighbridge::scan::{Limits, path_text};

use crate::failure::{Failure, quoted};
use crate::scan::{STDIN, STDIN_NAME, is_stdin};

/// The file that was named, held open, or what standard input gave.
#[derive(Debug)]
pub(crate) struct Source {
    mapped: Mapped,
    path: String,
    lossy: bool,
}

impl Source {
    /// Opens one file, `-` being standard input.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let held = if is_stdin(path) {
            Held::from_reader(
                STDIN,
                &mut io::stdin().lock(),
                Limits::default().stdin_bytes,
            )
        } else {
            Held::open(path)
        };
        let mapped = held
            .and_then(|held| held.map())
            .map_err(|error| unopened(path, &error))?;
        let (path, lossy) = if is_stdin(path) {
            (STDIN_NAME.to_owned(), false)
        } else {
            path_text(path)
        };
        Ok(Self {
            mapped,
            path,
            lossy,
        })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.mapped
    }

    /// The file as it is held.
    pub(crate) const fn mapped(&self) -> &Mapped {
        &self.mapped
    }

    /// The path as text.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Says whether the path is no Unicode, so that its text is not quite it.
    pub(crate) const fn is_lossy(&self) -> bool {
        self.lossy
    }

    /// Says whether what was read may not be what was there at the beginning.
    pub(crate) fn has_changed(&self) -> bool {
        self.mapped.was_truncated().unwrap_or(true)
            || !matches!(self.mapped.held().changed(), Ok(None))
    }
}

/// Says why a file that was named could not be opened.
pub(crate) fn unopened(path: &Path, error: &hold::Error) -> Failure {
    match error.kind() {
        hold::ErrorKind::NotFound => Failure::usage(format!("{} does not exist", quoted(path))),
        hold::ErrorKind::Folder => Failure::usage(format!(
            "{} is a folder, and one file is wanted",
            quoted(path)
        )),
        _ => Failure::failed(error.to_string()),
    }
}
