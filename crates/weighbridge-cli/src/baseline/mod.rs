//! Findings that were known before. `docs/suppression.md` says what for.

mod create;
mod key;
mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use weighbridge::hold::{self, Held};

use crate::failure::{Failure, quoted};
use crate::report::Text;

pub(crate) use create::run;

/// What the first key of a baseline says.
const SCHEMA: &str = "weighbridge.baseline/1";
/// Largest baseline that is read, in bytes; a finding takes some 500.
const LARGEST: u64 = 1 << 30;
/// Findings that are named where some are not there any more.
const NAMED: usize = 5;

/// Findings that were known before, by fingerprint.
#[derive(Debug)]
pub(crate) struct Baseline {
    path: PathBuf,
    known: BTreeMap<String, Known>,
}

#[derive(Debug)]
struct Known {
    entry: Entry,
    was_met: bool,
}

/// One finding that was known before. Only the fingerprint counts; the rest is for whoever reviews the file.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(crate) struct Entry {
    /// Where the file was when the baseline was written.
    path: String,
    rule: String,
    severity: String,
    subject: Option<Text>,
    member: Option<Text>,
    message: Text,
    fingerprint: String,
}

impl Baseline {
    /// Reads a baseline, or a report whose findings are taken for known.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let cannot =
            |why: &str| Failure::usage(format!("cannot read the baseline {}: {why}", quoted(path)));
        let bytes = Held::open(path)
            .and_then(|held| held.read_to_vec(LARGEST))
            .map_err(|error| match error.kind() {
                hold::ErrorKind::NotFound => cannot("it does not exist"),
                hold::ErrorKind::TooLarge { limit } => {
                    cannot(&format!("it has more than {limit} bytes"))
                }
                kind => cannot(&kind.to_string()),
            })?;
        let entries = read::entries(&bytes).map_err(|why| cannot(&why))?;
        let known = entries.into_iter().map(|entry| {
            let fingerprint = entry.fingerprint.clone();
            let was_met = false;
            (fingerprint, Known { entry, was_met })
        });
        Ok(Self {
            path: path.to_owned(),
            known: known.collect(),
        })
    }

    /// Says whether a finding is known, and takes note that it is still there.
    pub(crate) fn covers(&mut self, fingerprint: &str) -> bool {
        match self.known.get_mut(fingerprint) {
            Some(known) => {
                known.was_met = true;
                true
            }
            None => false,
        }
    }

    /// Says which entries nothing was found for, if there are any.
    pub(crate) fn leftover(&self) -> Option<String> {
        let mut left: Vec<&Entry> = self
            .known
            .values()
            .filter(|known| !known.was_met)
            .map(|known| &known.entry)
            .collect();
        left.sort();
        let first = left.iter().take(NAMED).map(|entry| entry.shown());
        let first = first.collect::<Vec<_>>().join(", ");
        let more = if left.len() > NAMED { ", …" } else { "" };
        match left.len() {
            0 => None,
            1 => Some(format!(
                "1 entry of the baseline {} was not found any more: {first}",
                quoted(&self.path)
            )),
            count => Some(format!(
                "{count} entries of the baseline {} were not found any more: {first}{more}",
                quoted(&self.path)
            )),
        }
    }
}

impl Entry {
    fn shown(&self) -> String {
        let shown = |text: &str| weighbridge::findings::escape_shortened(text, 100);
        let code = self.rule.split('/').next().unwrap_or_default();
        let about = match &self.subject {
            Some(subject) => format!(" about `{}`", shown(subject)),
            None => String::new(),
        };
        format!("{}{about} in `{}`", shown(code), shown(&self.path))
    }
}
