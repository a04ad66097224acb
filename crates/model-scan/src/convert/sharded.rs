use std::collections::{BTreeMap, HashMap};

use findings::escape_shortened;

use super::{Checkpoint, Difference, Obstacle, Options, Outcome, Plan, ShardIndex, VerifyError};

/// What becomes of a checkpoint that lies in several files: one safetensors file for each, and an index.
///
/// Each file is planned by itself, see [`Plan`]; tensors that are the same are kept once within a file. The index
/// is held against the files: whatever it lists must be where it says, and the files must hold nothing else.
#[derive(Debug)]
pub struct ShardedPlan<'c, 'a> {
    plans: Vec<Plan<'c, 'a>>,
    outputs: Vec<String>,
    index: Result<Vec<u8>, ShardObstacle>,
}

/// Why nothing of a sharded checkpoint is written. Names in it are escaped and shortened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ShardObstacle {
    /// There are not as many files as the index names.
    #[error("found {found} shards, expected {expected}")]
    Count {
        /// How many there are.
        found: u64,
        /// How many the index names.
        expected: u64,
    },
    /// One of the files should not be written.
    #[error("shard `{shard}`: {obstacle}")]
    Shard {
        /// Its name.
        shard: String,
        /// Why.
        obstacle: Obstacle,
    },
    /// A tensor is not in the file that the index names.
    #[error("tensor `{tensor}` is not in shard `{shard}`, where the index has it")]
    Absent {
        /// Its name.
        tensor: String,
        /// The name of the file.
        shard: String,
    },
    /// A file holds a tensor that the index does not list for it.
    #[error("shard `{shard}` holds tensor `{tensor}`, which the index does not list there")]
    Hidden {
        /// Its name.
        tensor: String,
        /// The name of the file.
        shard: String,
    },
    /// Two of the files would hold a tensor of one name.
    #[error("tensor `{tensor}` would be in two shards")]
    Twice {
        /// Its name.
        tensor: String,
    },
}

/// What converted files have otherwise than converting a sharded checkpoint gives.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ShardDifference {
    /// The index has other bytes.
    #[error("the index differs")]
    Index,
    /// There are not as many files.
    #[error("found {found} shards, expected {expected}")]
    Count {
        /// How many there are.
        found: u64,
        /// How many there should be.
        expected: u64,
    },
    /// One of the files differs.
    #[error("shard `{shard}`: {difference}")]
    Shard {
        /// What it should be called, escaped and shortened.
        shard: String,
        /// How.
        difference: Difference,
    },
}

impl<'c, 'a> ShardedPlan<'c, 'a> {
    /// Works out what becomes of the files of an index, in the order of [`ShardIndex::shards`].
    #[must_use]
    pub fn new(
        index: &ShardIndex<'_>,
        checkpoints: &'c [Checkpoint<'a>],
        options: &Options,
    ) -> Self {
        let plans: Vec<Plan<'c, 'a>> = checkpoints
            .iter()
            .map(|checkpoint| Plan::new(checkpoint, options))
            .collect();
        let obstacle = obstacle(index, &plans);
        let outputs = index.outputs().to_vec();
        Self {
            index: match obstacle {
                Some(obstacle) => Err(obstacle),
                None => index_bytes(&outputs, &plans),
            },
            plans,
            outputs,
        }
    }

    /// Returns what becomes of each file.
    #[must_use]
    pub fn plans(&self) -> &[Plan<'c, 'a>] {
        &self.plans
    }

    /// Returns what each file is called once it is converted, and what it becomes.
    ///
    /// # Errors
    /// What stands in the way of writing any of them.
    pub fn outputs(
        &self,
    ) -> Result<impl ExactSizeIterator<Item = (&str, &Plan<'c, 'a>)>, ShardObstacle> {
        self.index_bytes()?;
        Ok(self.outputs.iter().map(String::as_str).zip(&self.plans))
    }

    /// Returns the bytes of the index, which belong into a file of the name [`ShardIndex::index_name`]: the size
    /// of all tensors, and for each the file that it is in, sorted by name. A tensor that is the same as another
    /// one is not in it; the metadata of its file says so.
    ///
    /// # Errors
    /// What stands in the way of writing any of the files.
    pub fn index_bytes(&self) -> Result<&[u8], ShardObstacle> {
        match &self.index {
            Ok(bytes) => Ok(bytes),
            Err(obstacle) => Err(obstacle.clone()),
        }
    }

    /// Compares an index and files with what would be written; see [`Plan::verify`].
    ///
    /// # Errors
    /// [`VerifyError`] of the first file that cannot be compared, and its number.
    pub fn verify(
        &self,
        index: &[u8],
        outputs: &[&[u8]],
    ) -> Result<Vec<ShardDifference>, (usize, VerifyError)> {
        let mut differences = Vec::new();
        if self.index.as_deref() != Ok(index) {
            differences.push(ShardDifference::Index);
        }
        if outputs.len() != self.plans.len() {
            differences.push(ShardDifference::Count {
                found: wide(outputs.len()),
                expected: wide(self.plans.len()),
            });
        }
        for (at, ((name, plan), output)) in self
            .outputs
            .iter()
            .zip(&self.plans)
            .zip(outputs)
            .enumerate()
        {
            let found = plan.verify(output).map_err(|error| (at, error))?;
            differences.extend(found.into_iter().map(|difference| ShardDifference::Shard {
                shard: escape_shortened(name, SHOWN),
                difference,
            }));
        }
        Ok(differences)
    }
}

/// Characters of a name that are shown.
const SHOWN: usize = 80;

/// Holds the index against the files.
fn obstacle(index: &ShardIndex<'_>, plans: &[Plan<'_, '_>]) -> Option<ShardObstacle> {
    let names: Vec<&str> = index.shards().collect();
    if names.len() != plans.len() {
        return Some(ShardObstacle::Count {
            found: wide(plans.len()),
            expected: wide(names.len()),
        });
    }
    let shown = |name: &str| escape_shortened(name, SHOWN);
    for (name, plan) in names.iter().zip(plans) {
        if let Err(obstacle) = plan.layout() {
            let shard = shown(name);
            return Some(ShardObstacle::Shard { shard, obstacle });
        }
    }
    // Whatever a file has a name for, and whether it is written.
    let mut held: HashMap<(usize, &str), bool> = HashMap::new();
    for (shard, plan) in plans.iter().enumerate() {
        for entry in plan.entries() {
            if let Some(name) = &entry.name {
                let is_written = !matches!(entry.outcome, Outcome::Refused(_));
                held.insert((shard, name), is_written);
            }
        }
    }
    for entry in index.index().entries() {
        if held.remove(&(entry.shard(), entry.name())).is_none() {
            return Some(ShardObstacle::Absent {
                tensor: shown(entry.name()),
                shard: shown(names.get(entry.shard()).copied().unwrap_or_default()),
            });
        }
    }
    held.into_iter()
        .filter_map(|(place, is_written)| is_written.then_some(place))
        .min()
        .map(|(shard, tensor)| ShardObstacle::Hidden {
            tensor: shown(tensor),
            shard: shown(names.get(shard).copied().unwrap_or_default()),
        })
}

/// Writes the index as the Hub's own tools do: indented by two, sorted.
fn index_bytes(outputs: &[String], plans: &[Plan<'_, '_>]) -> Result<Vec<u8>, ShardObstacle> {
    let mut total = 0_u64;
    let mut map: BTreeMap<&str, &str> = BTreeMap::new();
    for (output, plan) in outputs.iter().zip(plans) {
        let Ok(layout) = plan.layout() else {
            continue;
        };
        total = total.saturating_add(layout.data_len());
        for tensor in layout.tensors() {
            if map.insert(tensor.name(), output).is_some() {
                return Err(ShardObstacle::Twice {
                    tensor: escape_shortened(tensor.name(), SHOWN),
                });
            }
        }
    }
    let mut text =
        format!("{{\n  \"metadata\": {{\n    \"total_size\": {total}\n  }},\n  \"weight_map\": {{");
    for (at, (tensor, output)) in map.iter().enumerate() {
        text.push_str(if at == 0 { "\n    " } else { ",\n    " });
        string(&mut text, tensor);
        text.push_str(": ");
        string(&mut text, output);
    }
    text.push_str("\n  }\n}\n");
    Ok(text.into_bytes())
}

/// Writes a string of JSON.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
