//! What conversion makes of checkpoints.

mod elements;
mod plan;
mod sharded;
mod sparse;
mod verify;
mod write;

use model_scan::convert::{Checkpoint, Limits, Options, Plan, Proof};

/// Reads a checkpoint that goes by the name `model.pt`.
fn read(bytes: &[u8]) -> Checkpoint<'_> {
    Checkpoint::read("model.pt", bytes, &Limits::default()).unwrap()
}

/// Converts all of a checkpoint.
fn converted(bytes: &[u8], options: &Options) -> Vec<u8> {
    let checkpoint = read(bytes);
    let mut out = Vec::new();
    let written = Plan::new(&checkpoint, options)
        .write(&mut out, Proof::Digests, &())
        .unwrap();
    assert_eq!(written.bytes, u64::try_from(out.len()).unwrap());
    out
}

/// Returns dtype, shape and bytes of a tensor, as the reference implementation reads them.
fn tensor(output: &[u8], name: &str) -> (String, Vec<usize>, Vec<u8>) {
    let read = safetensors::SafeTensors::deserialize(output).unwrap();
    let tensor = read.tensor(name).unwrap();
    (
        tensor.dtype().to_string(),
        tensor.shape().to_vec(),
        tensor.data().to_vec(),
    )
}

/// Returns the names of all tensors, sorted.
fn names(output: &[u8]) -> Vec<String> {
    let read = safetensors::SafeTensors::deserialize(output).unwrap();
    let mut names: Vec<String> = read.names().into_iter().map(str::to_owned).collect();
    names.sort_unstable();
    names
}

fn floats(floats: &[f32]) -> Vec<u8> {
    floats
        .iter()
        .flat_map(|float| float.to_le_bytes())
        .collect()
}
