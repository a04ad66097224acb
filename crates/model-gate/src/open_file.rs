use std::io;

use model_digest::Source;
use model_hold::{Change, Held, Mapped};
use model_sign::files::{FileFault, OpenFile};

/// Up to this size a file is read and not mapped, in bytes: the hasher's own buffer does for it.
const READ_UP_TO: u64 = 64 * 1024;

/// A file of a model that is being hashed.
#[derive(Debug)]
pub(crate) enum Opened {
    Held(Held),
    Mapped(Mapped),
}

impl Opened {
    /// Takes a held file, mapped if that pays.
    pub(crate) fn new(held: Held) -> Self {
        if held.len() <= READ_UP_TO {
            return Self::Held(held);
        }
        // What cannot be mapped, such as a file on some network file systems, can still be read.
        match held.map() {
            Ok(mapped) => Self::Mapped(mapped),
            Err(_) => Self::Held(held),
        }
    }

    const fn held(&self) -> &Held {
        match self {
            Self::Held(held) => held,
            Self::Mapped(mapped) => mapped.held(),
        }
    }
}

impl Source for Opened {
    fn len(&self) -> u64 {
        self.held().len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Held(held) => held.read_at(offset, buf),
            Self::Mapped(mapped) => mapped.read_at(offset, buf),
        }
    }

    fn as_slice(&self) -> Option<&[u8]> {
        match self {
            Self::Held(held) => held.as_slice(),
            Self::Mapped(mapped) => Some(mapped),
        }
    }
}

impl OpenFile for Opened {
    fn confirm(&self) -> Result<(), FileFault> {
        if let Self::Mapped(mapped) = self
            && mapped.was_truncated()?
        {
            return Err(FileFault::Changed);
        }
        match self.held().changed()? {
            None => Ok(()),
            Some(Change::Removed) => Err(FileFault::Gone),
            Some(_) => Err(FileFault::Changed),
        }
    }
}
