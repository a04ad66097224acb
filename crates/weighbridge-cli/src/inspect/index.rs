use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use weighbridge::findings::{Finding, Severity};
use weighbridge::hold::Held;
use weighbridge::safetensors::index::{self, Folder, Format};
use weighbridge::safetensors::{self, Limits, Validity};
use weighbridge::scan::convert::{self, Checkpoint, Plan};

use super::document::{Document, Index, Shard, Tensor};
use crate::output::destination::folder;

/// Files of one folder that are listed to look for shards that the index does not name.
const NAMES: usize = 100_000;

/// A tensor as its shard has it.
struct Stored {
    dtype: String,
    shape: Vec<u64>,
    elements: u64,
    bytes: u64,
}

/// A shard as far as it could be read.
struct Read {
    shard: Shard,
    tensors: Option<BTreeMap<String, Stored>>,
    findings: Vec<Finding>,
}

/// Shows the index of a sharded model, held against the shards in its folder.
pub(super) fn fill(document: &mut Document, path: &Path, bytes: &[u8], format: Format) {
    let report = index::check(bytes, format, &Limits::default());
    let index = report.index();
    if !report.is_complete() {
        document.error = Some("the index could not be read to its end".to_owned());
    }
    let shards: Vec<Read> = index
        .shards()
        .map(|name| read(path, name, format))
        .collect();
    let names = names(path);
    let mut beside = Folder::new();
    if let Some(names) = &names {
        beside = beside.with_names(names.iter().map(String::as_str));
    }
    for read in &shards {
        if let Some(tensors) = &read.tensors {
            let tensors = tensors
                .iter()
                .map(|(name, held)| (name.as_str(), held.bytes));
            beside = beside.with_shard(&read.shard.name, tensors);
        }
    }
    let joined = report.join(&beside);

    for entry in index.entries() {
        let read = shards.get(entry.shard());
        let held = read
            .and_then(|read| read.tensors.as_ref())
            .and_then(|tensors| tensors.get(entry.name()));
        document.tensors.push(Tensor {
            name: entry.name().to_owned(),
            dtype: held.map(|held| held.dtype.clone()),
            shape: held.map(|held| held.shape.clone()).unwrap_or_default(),
            elements: held.map(|held| held.elements),
            bytes: held.map(|held| held.bytes),
            byte_start: None,
            byte_end: None,
            stored: None,
            shard: read.map(|read| read.shard.name.clone()),
            values: None,
        });
    }
    let total_size = index
        .metadata()
        .and_then(|metadata| metadata.as_object().ok()?.get("total_size")?.as_u64().ok());

    let findings = report.findings().iter().cloned();
    let mut findings: Vec<Finding> = findings.chain(joined.into_findings()).collect();
    let is_sound = findings
        .iter()
        .all(|finding| finding.severity < Severity::Medium);
    let mut listed = Vec::new();
    for read in shards {
        findings.extend(read.findings);
        listed.push(read.shard);
    }
    let is_whole = listed.iter().all(|shard| shard.valid != Some(false));
    document.valid = Some(document.error.is_none() && is_whole && is_sound);
    if document.error.is_none() && listed.iter().any(|shard| shard.error.is_some()) {
        document.error = Some("not every shard could be read".to_owned());
    }
    document.findings = findings.into_iter().map(Into::into).collect();
    document.index = Some(Index {
        shards: listed,
        total_size,
    });
}

/// Reads what a shard says it holds, if its name is one of a file beside the index.
fn read(index: &Path, name: &str, format: Format) -> Read {
    let mut shard = Shard {
        name: name.to_owned(),
        bytes: None,
        valid: None,
        error: None,
        tensors: 0,
    };
    let unread = |mut shard: Shard, error: String| {
        shard.error = Some(error);
        Read {
            shard,
            tensors: None,
            findings: Vec::new(),
        }
    };
    if !is_bare(name) {
        return unread(shard, "it is no name of a file beside the index".to_owned());
    }
    let mapped = Held::open(folder(index).join(name)).and_then(|held| held.map());
    let mapped = match mapped {
        Ok(mapped) => mapped,
        Err(error) => return unread(shard, error.kind().to_string()),
    };
    let bytes: &[u8] = &mapped;
    shard.bytes = u64::try_from(bytes.len()).ok();
    let read = match format {
        Format::Pickle => checkpoint(shard, bytes),
        _ => safetensors(shard, bytes),
    };
    let Read {
        mut shard,
        tensors,
        findings,
    } = read;
    if mapped.was_truncated().unwrap_or(true) || !matches!(mapped.held().changed(), Ok(None)) {
        shard.error = Some("it has changed while it was read".to_owned());
    }
    let within = |mut finding: Finding| {
        finding.location = finding.location.within(name, None);
        finding
    };
    Read {
        shard,
        tensors,
        findings: findings.into_iter().map(within).collect(),
    }
}

/// Reads a shard of an older format. Names are those that `convert` would give.
fn checkpoint(mut shard: Shard, bytes: &[u8]) -> Read {
    let read = Checkpoint::read(&shard.name, bytes, &convert::Limits::default());
    let checkpoint = match read {
        Ok(checkpoint) => checkpoint,
        Err(error) => {
            shard.error = Some(error.to_string());
            return Read {
                shard,
                tensors: None,
                findings: Vec::new(),
            };
        }
    };
    let hidden = checkpoint.gaps().iter().find(|gap| gap.may_hide_tensors());
    shard.error = hidden.map(ToString::to_string);
    let mut tensors = BTreeMap::new();
    let plan = Plan::new(&checkpoint, &convert::Options::default());
    for (tensor, entry) in plan.tensors() {
        let Some(name) = &entry.name else { continue };
        let elements = tensor.count().unwrap_or(0);
        let size = tensor.dtype.map_or(0, |dtype| dtype.itemsize());
        let stored = Stored {
            dtype: tensor
                .dtype
                .map_or_else(String::new, |dtype| dtype.to_string()),
            shape: tensor.shape.clone(),
            elements,
            bytes: elements.saturating_mul(size),
        };
        tensors.insert(name.clone(), stored);
    }
    shard.tensors = u64::try_from(tensors.len()).unwrap_or(u64::MAX);
    Read {
        shard,
        tensors: Some(tensors),
        findings: checkpoint.findings().to_vec(),
    }
}

/// Reads the header of a shard.
fn safetensors(mut shard: Shard, bytes: &[u8]) -> Read {
    let report = safetensors::check(bytes, &Limits::default());
    shard.valid = Some(report.validity() == Validity::Valid);
    let mut tensors = BTreeMap::new();
    for tensor in report.header().tensors() {
        let range = tensor.bytes();
        let held = Stored {
            dtype: tensor.dtype().to_string(),
            shape: tensor.shape().to_vec(),
            elements: tensor.elements(),
            bytes: range.end.saturating_sub(range.start),
        };
        tensors.insert(tensor.name().to_owned(), held);
    }
    shard.tensors = u64::try_from(tensors.len()).unwrap_or(u64::MAX);
    Read {
        shard,
        tensors: Some(tensors),
        findings: report.findings(),
    }
}

/// Says whether a name leads to a file beside the index and nowhere else, on every system.
fn is_bare(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let first = components.next();
    matches!(first, Some(Component::Normal(whole)) if whole.to_str() == Some(name))
        && components.next().is_none()
        && !name.contains(['/', '\\', ':', '\0'])
}

/// Lists the files beside an index; nothing where they cannot be listed, or are very many.
fn names(index: &Path) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder(index)).ok()? {
        if names.len() >= NAMES {
            return None;
        }
        // A shard whose name is no Unicode is one that no index can name.
        if let Ok(name) = entry.ok()?.file_name().into_string() {
            names.push(name);
        }
    }
    Some(names)
}
