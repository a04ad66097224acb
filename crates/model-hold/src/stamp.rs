use std::fs::Metadata;
use std::path::Path;
use std::time::SystemTime;

use crate::{Change, Identity, folder};

/// What a file looked like from outside at one time: which file it is, its size and its times.
///
/// Two stamps that are equal are a strong hint that the file was not written between them, and no proof: a
/// write within one tick of the file system's clock, or by somebody who can set that clock, leaves no trace.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Stamp {
    identity: Identity,
    bytes: u64,
    modified: Option<SystemTime>,
    status: (i64, i64),
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata, path: &Path) -> Self {
        Self {
            identity: folder::identity_of(metadata, path),
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
            status: folder::status_time(metadata),
        }
    }

    /// Returns which file it is.
    #[must_use]
    pub const fn identity(&self) -> Identity {
        self.identity
    }

    /// Returns its size in bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns when its contents were last written, as the system says and whoever owns the file may set.
    #[must_use]
    pub const fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// Returns when anything about it last changed, in seconds and nanoseconds; only the system's clock sets
    /// it. On systems other than Unix it stays 0.
    #[must_use]
    pub const fn status_changed(&self) -> (i64, i64) {
        self.status
    }

    /// Compares with how the file is now.
    pub(crate) fn change(&self, now: &Metadata) -> Option<Change> {
        if now.len() != self.bytes {
            Some(Change::Size {
                before: self.bytes,
                after: now.len(),
            })
        } else if now.modified().ok() != self.modified {
            Some(Change::Modified)
        } else if folder::link_count(now) == 0 {
            Some(Change::Removed)
        } else if folder::status_time(now) != self.status {
            Some(Change::Status)
        } else {
            None
        }
    }
}
