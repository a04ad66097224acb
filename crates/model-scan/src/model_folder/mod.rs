//! What the files of one folder say of each other: an index and its shards, an adapter and its configuration,
//! a configuration and the weights it describes, weights that lie there twice.

mod found;
mod judge;
mod judgement;
mod scanned;
mod weights;

pub(crate) use found::{Extent, Folder, Folders, Found};
pub(crate) use judge::ADAPTER_CONFIG;
pub(crate) use judgement::Judgement;
pub(crate) use scanned::{Scanned, SpeaksOf};
