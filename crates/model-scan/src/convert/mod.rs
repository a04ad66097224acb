//! Reads the tensors of checkpoints without executing anything.
//!
//! [`Checkpoint::read`] finds out what a file is, carries its pickles out symbolically, and lists every
//! tensor with the place of its bytes: nothing is imported, called or resolved. A global that nobody here
//! knows is an opaque node whose arguments, items and state are walked all the same.
//!
//! Nothing is left out in silence. Whatever looks like a tensor is a [`Tensor`], with a [`Refusal`] where its
//! bytes or its meaning cannot be told; everything else is a [`Leaf`]; and where walking ended before
//! everything was seen there is a [`Gap`].
//!
//! # Untrusted input
//! No input makes it panic. Time and memory are bounded by [`Limits`]; bytes of storages are not touched
//! before they are asked for.

mod checkpoint;
mod compressed;
mod container;
mod dense;
mod dequantise;
mod dtype;
mod element;
mod error;
mod gap;
mod gather;
mod geometry;
mod key;
mod leaf;
mod legacy;
mod limits;
mod npy;
mod numpy;
mod objects;
mod options;
mod persistent;
mod pickle;
mod piece;
mod place;
mod plan;
mod proof;
mod rebuild;
mod refusal;
mod safetensors;
mod selection;
mod shard_index;
mod sharded;
mod storage;
mod target;
mod tensor;
mod torch_tar;
mod torch_zip;
mod verify;
mod walk;
mod write;

pub use checkpoint::Checkpoint;
pub use container::Container;
pub use dtype::SourceDtype;
pub(crate) use dtype::StorageClass;
pub use error::{Error, ErrorKind};
pub use gap::Gap;
pub use key::{Key, path_text};
pub use leaf::{Leaf, LeafValue};
pub use limits::{Limit, Limits};
pub use options::{Complex, Dangerous, Optimizer, Options, Quantised, Refusals, Sparse, Ties};
pub use plan::{Entry, Obstacle, Outcome, Plan, Refused};
pub use proof::Proven;
pub use refusal::Refusal;
pub use selection::LeftOut;
pub use shard_index::{ShardError, ShardIndex};
pub use sharded::{ShardDifference, ShardObstacle, ShardedPlan};
pub use storage::{ByteOrder, Storage, StorageError, StorageId};
pub use tensor::{Channels, Quantiser, SparseLayout, Tensor, TensorKind};
pub use verify::{Difference, VerifyError};
pub use write::{Proof, WriteError, Written};
