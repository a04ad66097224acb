//! What a verifier, or a signer, asks of a model: which names it has, and the bytes behind them.

mod entry;
mod fault;
mod memory;

use model_digest::Source;

pub use entry::{Entry, EntryKind, EntryName, Reach, SpecialKind};
pub use fault::FileFault;
pub use memory::MemoryFiles;

/// The files of one model, found once and opened when they are hashed.
///
/// `model_gate::Model` is a folder or a file on disk, [`MemoryFiles`] bytes in memory. Whoever implements it
/// for something else, such as a store of objects, takes care of two things: every name is listed, also of
/// what cannot be read, for what is not listed is not missed; and what [`open`](Self::open) gives is what the
/// entry was made of, or a [`FileFault`].
pub trait ModelFiles: Sync {
    /// Says whether the model is a folder or one file.
    fn shape(&self) -> Shape;

    /// Returns everything that has a name, in any order. The slice stays the same while the value lives.
    fn entries(&self) -> &[Entry];

    /// Opens the file of the entry with this place in [`entries`](Self::entries).
    ///
    /// # Errors
    /// [`FileFault::Gone`] if there is no such file any more or never was, [`FileFault::Replaced`] if another
    /// one has its name, [`FileFault::Changed`] if it is not as it was, [`FileFault::Unreadable`] otherwise.
    fn open(&self, entry: usize) -> Result<Box<dyn OpenFile + '_>, FileFault>;

    /// Says what sort of content the file of an entry has. It is asked for files that an ignore rule would
    /// leave unsigned. The default does not know.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    fn nature(&self, entry: usize) -> Result<Nature, FileFault> {
        let _ = entry;
        Ok(Nature::Unknown)
    }
}

impl<F: ModelFiles + ?Sized> ModelFiles for &F {
    fn shape(&self) -> Shape {
        (**self).shape()
    }

    fn entries(&self) -> &[Entry] {
        (**self).entries()
    }

    fn open(&self, entry: usize) -> Result<Box<dyn OpenFile + '_>, FileFault> {
        (**self).open(entry)
    }

    fn nature(&self, entry: usize) -> Result<Nature, FileFault> {
        (**self).nature(entry)
    }
}

/// One open file of a model.
pub trait OpenFile: Source + Send + Sync {
    /// Says whether the file is still as it was when it was opened. It is asked once its bytes were hashed.
    ///
    /// # Errors
    /// [`FileFault::Changed`] if it is not, [`FileFault::Unreadable`] if nobody knows.
    fn confirm(&self) -> Result<(), FileFault> {
        Ok(())
    }
}

impl OpenFile for Vec<u8> {}
impl OpenFile for &[u8] {}

/// Whether a model is a folder or one file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the format has these two; a third would change what every implementor must answer"
)]
pub enum Shape {
    /// A folder; entries are named by their paths below it.
    Folder,
    /// One file; the one entry has the file's own name.
    File,
}

/// What sort of content a file has, as far as loaders are concerned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Nature {
    /// Text, configuration or images that no loader executes.
    Passive,
    /// Weights, an archive or code.
    Loadable {
        /// What the format is called, such as `pickle`.
        format: &'static str,
    },
    /// Nothing is known about it.
    Unknown,
}
