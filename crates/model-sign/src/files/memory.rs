use crate::files::{Entry, EntryKind, FileFault, ModelFiles, OpenFile, Shape};

/// A model whose files lie in memory, for servers that fetched one and for tests.
///
/// ```
/// use model_sign::files::{MemoryFiles, ModelFiles};
///
/// let model = MemoryFiles::folder().with_file("config.json", b"{}").with_file("weights/a.bin", b"abc");
/// assert_eq!(model.entries().len(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct MemoryFiles {
    shape: Shape,
    entries: Vec<Entry>,
    contents: Vec<Vec<u8>>,
}

impl MemoryFiles {
    /// Makes a model that is a folder without files.
    #[must_use]
    pub const fn folder() -> Self {
        Self {
            shape: Shape::Folder,
            entries: Vec::new(),
            contents: Vec::new(),
        }
    }

    /// Makes a model that is one file.
    #[must_use]
    pub fn file(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let mut model = Self::folder().with_file(name, bytes);
        model.shape = Shape::File;
        model
    }

    /// Adds a file.
    #[must_use]
    pub fn with_file(self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let kind = EntryKind::File {
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        };
        self.with_entry(Entry::new(name, kind), bytes)
    }

    /// Adds an entry of any kind, with the bytes that opening it gives.
    #[must_use]
    pub fn with_entry(mut self, entry: Entry, bytes: impl Into<Vec<u8>>) -> Self {
        self.entries.push(entry);
        self.contents.push(bytes.into());
        self
    }
}

impl ModelFiles for MemoryFiles {
    fn shape(&self) -> Shape {
        self.shape
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn open(&self, entry: usize) -> Result<Box<dyn OpenFile + '_>, FileFault> {
        match (self.entries.get(entry), self.contents.get(entry)) {
            (
                Some(Entry {
                    kind: EntryKind::File { .. },
                    ..
                }),
                Some(bytes),
            ) => Ok(Box::new(bytes.as_slice())),
            _ => Err(FileFault::Gone),
        }
    }
}
