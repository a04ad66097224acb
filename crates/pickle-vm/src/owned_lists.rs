use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::lists::Lists;
use crate::merge::{ListErrorKind, ListKind, Merger};

/// Lists that are put together at run time, from the files that the built-in ones are made of.
#[derive(Clone)]
pub struct OwnedLists {
    inert: String,
    capable: String,
    aliases: String,
    version: String,
}

impl fmt::Debug for OwnedLists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedLists")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// One list file. Its form is documented at the head of each file of the crate's `data` folder.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ListFile<'t> {
    /// Which list it is part of.
    pub kind: ListKind,
    /// Its text.
    pub text: &'t str,
}

impl<'t> ListFile<'t> {
    /// Takes a text for a part of a list.
    #[must_use]
    pub const fn new(kind: ListKind, text: &'t str) -> Self {
        Self { kind, text }
    }
}

/// Why files do not make lists.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListError {
    kind: ListErrorKind,
    file: Option<usize>,
    line: Option<usize>,
    name: Option<String>,
}

impl ListError {
    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> ListErrorKind {
        self.kind
    }

    /// Returns which of the files that were given is wrong, from 0; `None` if only some together are.
    #[must_use]
    pub const fn file(&self) -> Option<usize> {
        self.file
    }

    /// Returns which line is wrong, from 1.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        self.line
    }
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if let Some(name) = &self.name {
            write!(f, ": `{}`", findings::escape_shortened(name, 200))?;
        }
        if let Some(line) = self.line {
            write!(f, " in line {line}")?;
        }
        Ok(())
    }
}

impl core::error::Error for ListError {}

impl OwnedLists {
    /// Puts files together: of two lines for one name the first counts, functions come before classes, and a
    /// class that is capable of harm is inert only if somebody looked at it by hand.
    ///
    /// Files are trusted: they decide what a scan finds. Their size is for the caller to bound; the work is
    /// that of sorting their lines.
    ///
    /// # Errors
    /// The first line that is malformed; a name that is both inert and capable.
    ///
    /// # Examples
    /// ```
    /// use pickle_vm::{ListFile, ListKind, Lists, OwnedLists};
    ///
    /// let capable = "os\t*\tprocess\truns commands\n";
    /// let inert = "mine\tThing\tclass\tnew state\tlooked at\n";
    /// let lists = OwnedLists::merge(&[
    ///     ListFile::new(ListKind::Capable, capable),
    ///     ListFile::new(ListKind::Classes, inert),
    /// ])?;
    /// assert_eq!(lists.lists().harm("os.system"), Some("process"));
    /// # Ok::<(), pickle_vm::ListError>(())
    /// ```
    pub fn merge(files: &[ListFile<'_>]) -> Result<Self, ListError> {
        let mut merger = Merger::default();
        // All functions first, as the built-in lists are made.
        for (number, file) in files.iter().enumerate() {
            merger
                .add(file.kind, file.text)
                .map_err(|(line, kind)| ListError {
                    kind,
                    file: Some(number),
                    line: Some(line),
                    name: None,
                })?;
        }
        let merged = merger.finish().map_err(|name| ListError {
            kind: ListErrorKind::Contradiction,
            file: None,
            line: None,
            name: Some(name),
        })?;
        Ok(Self {
            version: merged.version(),
            inert: merged.inert,
            capable: merged.capable,
            aliases: merged.aliases,
        })
    }

    /// Sets what tells these lists from others, in the place of a hash of their text.
    #[must_use]
    pub fn with_version(mut self, version: String) -> Self {
        self.version = version;
        self
    }

    /// Gives the lists to whoever judges by them.
    #[must_use]
    pub fn lists(&self) -> Lists<'_> {
        Lists::of(&self.inert, &self.capable, &self.aliases, &self.version)
    }

    /// Lists the names, sorted, that others say are capable of harm and these do not; `*` stands for a whole
    /// module. Whoever takes lists from elsewhere shows these to somebody.
    #[must_use]
    pub fn weaker_than(&self, others: &Lists<'_>) -> Vec<String> {
        self.lists().weaker_than(others)
    }
}
