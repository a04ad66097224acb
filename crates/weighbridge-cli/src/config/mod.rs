//! `weighbridge.toml`: what a project says about how it is scanned. `docs/configuration.md` is the contract.

mod discover;
mod ignore;
mod read;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use weighbridge::findings::{Severity, escape};
use weighbridge::hold::{self, Held};
use weighbridge::scan::{Formats, path_text};

use crate::failure::{Failure, quoted};
use crate::patterns::Patterns;
use crate::seconds::Seconds;

pub(crate) use discover::discover;
pub(crate) use ignore::{CAPABLE, Ignore, Matches};

/// Largest configuration that is read, in bytes. Ten thousand ignores are one tenth of it.
const LARGEST: u64 = 16 << 20;

/// A configuration that was read.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file, as messages name it.
    pub(crate) path: PathBuf,
    /// The folder that it lies in, from the root of the file system and without links: patterns and paths
    /// count from there.
    pub(crate) folder: PathBuf,
    pub(crate) settings: Settings,
}

/// What a configuration says.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) exclude: Patterns,
    pub(crate) include: Patterns,
    pub(crate) fail_on: Option<Severity>,
    /// 0 for as long as it takes.
    pub(crate) timeout: Option<Seconds>,
    /// As written, relative to the folder.
    pub(crate) baseline: Option<PathBuf>,
    pub(crate) full: Option<bool>,
    /// The only formats that are admitted.
    pub(crate) formats: Option<Formats>,
    /// By the code of the rule.
    pub(crate) severities: BTreeMap<&'static str, Severity>,
    pub(crate) ignores: Vec<Ignore>,
}

impl Config {
    /// Reads a configuration.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let cannot = |why: &str| Failure::usage(format!("cannot read {}: {why}", quoted(path)));
        let bytes = Held::open(path)
            .and_then(|held| held.read_to_vec(LARGEST))
            .map_err(|error| match error.kind() {
                hold::ErrorKind::NotFound => cannot("it does not exist"),
                hold::ErrorKind::TooLarge { limit } => {
                    cannot(&format!("it has more than {limit} bytes"))
                }
                kind => cannot(&kind.to_string()),
            })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            cannot(&format!("it is not UTF-8 from byte {at} on"))
        })?;
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let folder = parent
            .canonicalize()
            .map_err(|error| cannot(&error.to_string()))?;
        let settings = read::settings(&text).map_err(|fault| {
            let (line, column) = table::place(&text, fault.at);
            let place = escape(&path_text(path).0);
            Failure::usage(format!("`{place}:{line}:{column}`: {}", fault.message))
        })?;
        Ok(Self {
            path: path.to_owned(),
            folder,
            settings,
        })
    }
}
