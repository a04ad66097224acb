use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use libtest_mimic::Failed;
use serde_json::Value;
use weighbridge::digest::{Algorithm, Digest};

/// What is in a safetensors file, read here and not by what is tested.
pub(crate) struct Contents {
    tensors: BTreeMap<String, Tensor>,
    metadata: BTreeMap<String, String>,
}

/// One tensor of a file.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Tensor {
    pub(crate) dtype: String,
    pub(crate) shape: Vec<u64>,
    pub(crate) sha256: String,
}

impl Contents {
    #[expect(
        clippy::disallowed_methods,
        reason = "the file was written by the test or is one of the corpus"
    )]
    pub(crate) fn read(path: &Path) -> Result<Self, Failed> {
        let bytes = fs::read(path)?;
        let (length, rest) = bytes.split_first_chunk().ok_or("no length")?;
        let length = usize::try_from(u64::from_le_bytes(*length))?;
        let (header, data) = rest
            .split_at_checked(length)
            .ok_or("a header beyond the file")?;
        let header: BTreeMap<String, Value> = serde_json::from_slice(header)?;
        let mut contents = Self {
            tensors: BTreeMap::new(),
            metadata: BTreeMap::new(),
        };
        let mut covered = 0;
        for (name, entry) in header {
            if name == "__metadata__" {
                contents.metadata = serde_json::from_value(entry)?;
                continue;
            }
            let [begin, end]: [usize; 2] = serde_json::from_value(entry["data_offsets"].clone())?;
            let bytes = data.get(begin..end).ok_or("offsets beyond the file")?;
            covered += bytes.len();
            let tensor = Tensor {
                dtype: serde_json::from_value(entry["dtype"].clone())?,
                shape: serde_json::from_value(entry["shape"].clone())?,
                sha256: Digest::of(Algorithm::Sha256, bytes).to_hex(),
            };
            contents.tensors.insert(name, tensor);
        }
        if covered == data.len() {
            Ok(contents)
        } else {
            Err(format!("{covered} of {} bytes are a tensor's", data.len()).into())
        }
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.tensors.keys().map(String::as_str).collect()
    }

    /// Returns the name under which a tensor is held: of tied ones the metadata says which of them is there.
    pub(crate) fn resolve<'n>(&'n self, name: &'n str) -> &'n str {
        match self.metadata.get(name) {
            Some(kept) if !self.tensors.contains_key(name) => kept,
            _ => name,
        }
    }

    pub(crate) fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// Says whether the tensors of another file are in this one.
    pub(crate) fn holds_what(&self, other: &Self) -> Result<(), Failed> {
        for (name, tensor) in &other.tensors {
            let found = self.tensor(self.resolve(name));
            if found != Some(tensor) {
                return Err(format!("`{name}` is {found:?}, torch wrote {tensor:?}").into());
            }
        }
        Ok(())
    }
}
