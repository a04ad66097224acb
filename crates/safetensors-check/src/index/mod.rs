//! Sharded models: the index that says in which shard each tensor lies, and what it says against the shards.
//!
//! `model.safetensors.index.json` has an object `weight_map` from the names of tensors to the names of files
//! beside it. Loaders join those names to the folder as they are, and take of a shard whatever it holds, so an
//! index can lead out of its folder, and a shard can hold what the index does not show. `pytorch_model.bin.index.json`
//! has the same form.
//!
//! ```
//! use safetensors_check::{Limits, index};
//!
//! let text = br#"{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "../b.safetensors"}}"#;
//! let report = index::check(text, index::Format::Safetensors, &Limits::default());
//! let found: Vec<&str> = report.findings().iter().map(|finding| finding.rule.code()).collect();
//! assert_eq!(found, ["STF066", "STF062"]);
//! assert!(index::Index::read(text, &Limits::default()).is_err());
//! ```

mod check;
mod error;
mod folder;
mod join;
mod numbering;
mod read;
pub(crate) mod rules;
mod shard_name;

pub use check::{Format, Report, check};
pub use error::{Error, ErrorKind};
pub use folder::{Folder, Joined};
pub use read::{Entry, Index};
pub use shard_name::NameFault;
