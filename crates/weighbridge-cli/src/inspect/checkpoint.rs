use std::collections::BTreeMap;
use std::ptr;

use weighbridge::scan::convert::{Checkpoint, Storage, Tensor, TensorKind};

use super::document::{self, Document, Leaf, Stored, What};
use super::map::Map;
use crate::leaf;

/// Shows what a checkpoint holds.
pub(super) fn fill(document: &mut Document, checkpoint: &Checkpoint<'_>) {
    document.format = checkpoint.container().to_string();
    let hidden = checkpoint.gaps().iter().find(|gap| gap.may_hide_tensors());
    document.error = hidden.map(ToString::to_string);
    let notes = checkpoint
        .gaps()
        .iter()
        .filter(|gap| !gap.may_hide_tensors());

    // A storage is known by where it lies in the list.
    let numbers: BTreeMap<*const Storage<'_>, u64> = checkpoint
        .storages()
        .iter()
        .map(ptr::from_ref)
        .zip(0..)
        .collect();
    let mut views: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for (tensor, number) in checkpoint.tensors().iter().zip(0..) {
        let storage = tensor.storage.and_then(|id| checkpoint.storage(id));
        let stored_in = storage.and_then(|storage| numbers.get(&ptr::from_ref(storage)).copied());
        if let Some(storage) = stored_in {
            views.entry(storage).or_default().push(number);
        }
        document.tensors.push(shown(tensor, storage, stored_in));
    }

    let count = |number| views.get(&number).map_or(0, Vec::len);
    let storages = checkpoint
        .storages()
        .iter()
        .zip(0..)
        .map(|(storage, number)| {
            let range = storage.file_range();
            document::Storage {
                key: storage.key().to_owned(),
                member: storage.member().map(str::to_owned),
                bytes: storage.byte_length(),
                byte_start: range.as_ref().map(|range| range.start),
                byte_end: range.as_ref().map(|range| range.end),
                tensors: u64::try_from(count(number)).unwrap_or(u64::MAX),
            }
        });
    let leaves = checkpoint.leaves().iter().map(|leaf| Leaf {
        keys: leaf::keys(&leaf.path),
        value: leaf::text(&leaf.value),
    });
    document.checkpoint = Some(document::Checkpoint {
        storages: storages.collect(),
        ties: views
            .values()
            .filter(|tied| tied.len() > 1)
            .cloned()
            .collect(),
        leaves: leaves.collect(),
        notes: notes.map(ToString::to_string).collect(),
    });
    document.map = map(document.bytes, checkpoint.storages());
    let findings = checkpoint.findings().iter().cloned();
    document.findings = findings.map(Into::into).collect();
}

fn shown(tensor: &Tensor, storage: Option<&Storage<'_>>, number: Option<u64>) -> document::Tensor {
    let elements = tensor.count();
    let itemsize = tensor.dtype.map(|dtype| dtype.itemsize());
    // In the file it is one run of bytes only if it is contiguous there.
    let range = storage
        .and_then(Storage::file_range)
        .filter(|_| tensor.refusal.is_none() && tensor.is_contiguous())
        .zip(tensor.byte_range())
        .and_then(|(file, view)| {
            let start = file.start.checked_add(view.start)?;
            Some(start..file.start.checked_add(view.end)?)
        });
    document::Tensor {
        name: leaf::keys(&tensor.path).join("."),
        dtype: tensor.dtype.map(|dtype| dtype.to_string()),
        shape: tensor.shape.clone(),
        elements,
        bytes: elements
            .zip(itemsize)
            .and_then(|(elements, size)| elements.checked_mul(size)),
        byte_start: range.as_ref().map(|range| range.start),
        byte_end: range.as_ref().map(|range| range.end),
        stored: Some(Stored {
            keys: leaf::keys(&tensor.path),
            kind: kind(&tensor.kind),
            storage: number,
            offset: tensor.offset,
            stride: tensor.stride.clone(),
            conjugated: tensor.conjugate,
            negated: tensor.negative,
            refusal: tensor.refusal.as_ref().map(ToString::to_string),
        }),
        shard: None,
        values: None,
    }
}

fn kind(kind: &TensorKind) -> &'static str {
    match kind {
        TensorKind::Strided => "strided",
        TensorKind::Storage => "storage",
        TensorKind::Sparse { .. } => "sparse",
        TensorKind::Quantised(_) => "quantised",
        TensorKind::Meta => "meta",
        TensorKind::Nested { .. } => "nested",
        _ => "opaque",
    }
}

/// Tells storages from everything else.
fn map(bytes: u64, storages: &[Storage<'_>]) -> Vec<document::Range> {
    let mut ranges: Vec<_> = storages.iter().filter_map(Storage::file_range).collect();
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut map = Map::new(bytes);
    for range in ranges {
        map.add(range, What::Storages);
    }
    map.finish()
}
