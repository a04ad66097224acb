use std::ops::Range;

use model_digest::Digest;

use super::Manifest;
use super::assembly::{FileRecord, ResourceRecord};

/// A file of a [`Manifest`], with all that is known of it.
#[derive(Clone, Copy, Debug)]
pub struct File<'m> {
    manifest: &'m Manifest,
    record: &'m FileRecord,
}

/// The files of a [`Manifest`], sorted by the bytes of their names.
#[derive(Clone, Debug)]
pub struct Files<'m> {
    manifest: &'m Manifest,
    records: std::slice::Iter<'m, FileRecord>,
}

/// A whole file or a shard of one, and its digest.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Part<'m> {
    /// The bytes of the file, from `start` up to but not including `end`; `None` for all of them, however many
    /// there are.
    pub range: Option<Range<u64>>,
    /// The digest of these bytes.
    pub digest: &'m Digest,
}

/// A resource as a [`Manifest`] lists it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Resource<'m> {
    /// The name of the file.
    pub path: &'m str,
    /// The whole file or the shard.
    pub part: Part<'m>,
}

impl<'m> File<'m> {
    pub(super) const fn new(manifest: &'m Manifest, record: &'m FileRecord) -> Self {
        Self { manifest, record }
    }

    /// Returns the name, relative to the model, or `.` for a model that is this one file.
    #[must_use]
    pub fn name(&self) -> &'m str {
        &self.record.name
    }

    /// Returns the file as a whole, or its shards from the first byte to the last.
    #[must_use]
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = Part<'m>> + use<'m> {
        let manifest = self.manifest;
        manifest
            .records_of(self.record)
            .map(|resource| resource.part(manifest))
    }

    /// Returns the digest of the whole file, unless the manifest has shards.
    #[must_use]
    pub fn digest(&self) -> Option<&'m Digest> {
        self.parts()
            .next()
            .filter(|part| part.range.is_none())
            .map(|part| part.digest)
    }

    /// Returns how many bytes the file has, which only shards tell.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.parts().next_back()?.range.map(|range| range.end)
    }
}

impl<'m> Files<'m> {
    pub(super) fn new(manifest: &'m Manifest, records: &'m [FileRecord]) -> Self {
        Self {
            manifest,
            records: records.iter(),
        }
    }
}

impl<'m> Iterator for Files<'m> {
    type Item = File<'m>;

    fn next(&mut self) -> Option<File<'m>> {
        let record = self.records.next()?;
        Some(File::new(self.manifest, record))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.records.size_hint()
    }
}

impl ExactSizeIterator for Files<'_> {}

impl Resource<'_> {
    /// Returns the name as it is listed: the file's, and behind it `:<start>:<end>` for a shard.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.part.range {
            Some(range) => format!("{}:{}:{}", self.path, range.start, range.end),
            None => self.path.to_owned(),
        }
    }
}

impl ResourceRecord {
    pub(super) fn part<'m>(&'m self, manifest: &Manifest) -> Part<'m> {
        Part {
            range: manifest.has_shards().then(|| self.range.clone()),
            digest: &self.digest,
        }
    }
}
