//! Every tensor that torch wrote has the bytes that torch says it has, or is refused.

use std::path::Path;

use libtest_mimic::Failed;
use model_digest::{Algorithm, Hasher};
use model_scan::convert::{Checkpoint, Key, Limits, Tensor, TensorKind};

use crate::{bytes_of, files};

/// Tensors that have no elements in the file as torch counts them.
const REFUSED: &[&str] = &["sparse", "meta", "nested", "qint", "quint", "quantised"];

/// Reads every file and compares every tensor.
pub(crate) fn torch_files(folder: &Path) -> Result<(), Failed> {
    let truth = bytes_of(&folder.join("truth.json"))?;
    let truth = strict_json::read(&truth, &strict_json::Limits::default())?;
    let truth = truth.as_object()?;
    let mut compared = 0;
    for path in files(folder, ".pt")? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let bytes = bytes_of(&path)?;
        let checkpoint = Checkpoint::read(&name, &bytes, &Limits::default())
            .map_err(|error| format!("{name}: {error}"))?;
        if checkpoint.verdict().is_flagged() || !checkpoint.gaps().is_empty() {
            return Err(format!("{name}: {:?}", checkpoint.gaps()).into());
        }
        let wanted = truth.get(&name).ok_or("no truth")?.as_object()?;
        for wanted in wanted
            .get("tensors")
            .ok_or("no truth")?
            .as_object()?
            .members()
        {
            let (tensor, wanted) = (wanted.key(), wanted.value().as_object()?);
            let found = checkpoint
                .tensors()
                .iter()
                .find(|found| dotted(&found.path) == tensor)
                .ok_or_else(|| format!("{name}: no `{tensor}`"))?;
            if let Some(refusal) = &found.refusal {
                if REFUSED.iter().any(|kind| name.contains(kind)) {
                    continue;
                }
                return Err(format!("{name}: `{tensor}`: {refusal}").into());
            }
            if !matches!(found.kind, TensorKind::Strided) {
                continue;
            }
            let Some(digest) = wanted.get("sha256") else {
                continue;
            };
            if sha256(&checkpoint, found)? != digest.as_str()? {
                return Err(format!("{name}: `{tensor}` has other bytes").into());
            }
            compared += 1;
        }
        for storage in checkpoint.storages() {
            storage.check()?;
        }
    }
    if compared < 50 {
        return Err(format!("only {compared} tensors were compared").into());
    }
    Ok(())
}

fn dotted(path: &[Key]) -> String {
    let keys: Vec<_> = path.iter().map(Key::text).collect();
    keys.join(".")
}

/// Takes the elements in the order of their indices, one by one.
fn sha256(checkpoint: &Checkpoint<'_>, tensor: &Tensor) -> Result<String, Failed> {
    let (Some(dtype), Some(id)) = (tensor.dtype, tensor.storage) else {
        return Err("no storage".into());
    };
    let bytes = checkpoint.storage(id).ok_or("no storage")?.bytes()?;
    let size = usize::try_from(dtype.itemsize())?;
    let count = tensor.count().ok_or("too many")?;
    let mut hasher = Hasher::new(Algorithm::Sha256);
    for number in 0..count {
        let mut rest = number;
        let mut at = tensor.offset;
        for (&extent, &stride) in tensor.shape.iter().zip(&tensor.stride).rev() {
            at += rest % extent * stride;
            rest /= extent;
        }
        let at = usize::try_from(at)? * size;
        hasher.update(bytes.get(at..at + size).ok_or("outside")?);
    }
    let text = hasher.finish().to_string();
    Ok(text.trim_start_matches("sha256:").to_owned())
}
