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
mod container;
mod dtype;
mod error;
mod gap;
mod geometry;
mod key;
mod leaf;
mod legacy;
mod limits;
mod numpy;
mod objects;
mod persistent;
mod pickle;
mod place;
mod rebuild;
mod refusal;
mod storage;
mod tensor;
mod torch_zip;
mod walk;

pub use checkpoint::Checkpoint;
pub use container::Container;
pub use dtype::SourceDtype;
pub use error::{Error, ErrorKind};
pub use gap::Gap;
pub use key::{Key, path_text};
pub use leaf::{Leaf, LeafValue};
pub use limits::{Limit, Limits};
pub use refusal::Refusal;
pub use storage::{ByteOrder, Storage, StorageError, StorageId};
pub use tensor::{Channels, Quantiser, SparseLayout, Tensor, TensorKind};
