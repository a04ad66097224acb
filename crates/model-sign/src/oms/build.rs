use model_digest::Digest;

use super::assembly::{Assembly, Item};
use super::order::Key;
use super::{
    DEFAULT_IGNORES, ErrorKind, IgnorePaths, Manifest, Method, Order, Quirk, Serialization,
    check_name,
};

/// Builds a [`Manifest`] out of files in any order.
#[derive(Clone, Debug)]
pub struct Builder {
    serialization: Serialization,
    order: Order,
    ignored: IgnorePaths,
    entries: Vec<Entry>,
}

/// A resource that was added.
#[derive(Clone, Debug)]
struct Entry {
    /// The whole name.
    name: Box<str>,
    /// How many of its bytes are the name of the file.
    path_len: usize,
    range: std::ops::Range<u64>,
    digest: Digest,
}

impl Entry {
    fn key(&self) -> Key<'_> {
        Key {
            name: &self.name,
            path: self.name.get(..self.path_len).unwrap_or_default(),
            range: self.range.clone(),
        }
    }
}

impl Builder {
    pub(super) fn new(serialization: Serialization) -> Self {
        Self {
            serialization,
            order: Order::Specification,
            ignored: IgnorePaths::defaults(),
            entries: Vec::new(),
        }
    }

    /// Sets the order; the default is the specification's.
    #[must_use]
    pub const fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Records a path that was left out, beside those that always are.
    ///
    /// # Errors
    /// [`ErrorKind::Name`] unless it is written as names are, [`ErrorKind::IgnorePattern`] if it is written like
    /// a pattern.
    pub fn ignore(&mut self, path: &str) -> Result<(), ErrorKind> {
        if path.contains(PATTERN) {
            return Err(ErrorKind::IgnorePattern);
        }
        self.ignored.insert(path).map_err(ErrorKind::Name)
    }

    /// Adds a file that was hashed as a whole.
    ///
    /// # Errors
    /// [`ErrorKind::Name`], [`ErrorKind::OtherDigest`]; [`ErrorKind::NotAShard`] where the method is shards.
    pub fn file(&mut self, name: &str, digest: Digest) -> Result<(), ErrorKind> {
        check_name(name).map_err(ErrorKind::Name)?;
        if self.serialization.method != Method::Files {
            return Err(ErrorKind::NotAShard);
        }
        self.check(&digest)?;
        self.entries.push(Entry {
            name: name.into(),
            path_len: name.len(),
            range: 0..0,
            digest,
        });
        Ok(())
    }

    /// Adds a file of so many bytes by the digests of its shards, from the first byte to the last. One without
    /// bytes has no shard and leaves no trace.
    ///
    /// # Errors
    /// [`ErrorKind::Name`], [`ErrorKind::OtherDigest`], [`ErrorKind::ShardCount`], [`ErrorKind::ZeroShardSize`];
    /// [`ErrorKind::UnwantedShardSize`] where the method is whole files.
    pub fn shards(&mut self, name: &str, len: u64, digests: &[Digest]) -> Result<(), ErrorKind> {
        check_name(name).map_err(ErrorKind::Name)?;
        let size = match self.serialization.method {
            Method::Files => return Err(ErrorKind::UnwantedShardSize),
            Method::Shards { size: 0 } => return Err(ErrorKind::ZeroShardSize),
            Method::Shards { size } => size,
        };
        let found = u64::try_from(digests.len()).unwrap_or(u64::MAX);
        let wanted = len.div_ceil(size);
        if found != wanted {
            return Err(ErrorKind::ShardCount { found, wanted });
        }
        let mut start = 0_u64;
        for digest in digests {
            self.check(digest)?;
            let end = start.saturating_add(size).min(len);
            self.entries.push(Entry {
                name: format!("{name}:{start}:{end}").into(),
                path_len: name.len(),
                range: start..end,
                digest: *digest,
            });
            start = end;
        }
        Ok(())
    }

    /// Sorts what was added, and takes the digest over it. The name is what the model's folder or file is called;
    /// nothing is verified by it.
    ///
    /// # Errors
    /// [`ErrorKind::NoResources`], [`ErrorKind::DuplicateName`], [`ErrorKind::NoSubjectName`],
    /// [`ErrorKind::IgnoredResource`].
    pub fn build(mut self, subject_name: &str) -> Result<Manifest, ErrorKind> {
        if subject_name.is_empty() {
            return Err(ErrorKind::NoSubjectName);
        }
        if self.entries.is_empty() {
            return Err(ErrorKind::NoResources);
        }
        let order = self.order;
        self.entries
            .sort_by(|a, b| order.compare(&a.key(), &b.key()));
        let items: Vec<Item<'_>> = self
            .entries
            .iter()
            .map(|entry| Item {
                key: entry.key(),
                digest: entry.digest,
                offset: 0,
            })
            .collect();
        let order = super::assembly::order_of(&items).unwrap_or(order);
        let assembly =
            Assembly::new(&items, self.serialization.method).map_err(|(kind, _)| kind)?;
        let mut quirks = Vec::new();
        if order == Order::Python {
            quirks.push(Quirk::PythonOrder);
        }
        for file in &assembly.files {
            if !self.ignored.matches(&file.name) {
                continue;
            }
            return Err(ErrorKind::IgnoredResource);
        }
        Ok(Manifest {
            subject_name: subject_name.into(),
            root: assembly.root(),
            serialization: self.serialization,
            ignored: self.ignored,
            assembly,
            order,
            quirks,
        })
    }

    fn check(&self, digest: &Digest) -> Result<(), ErrorKind> {
        let wanted = self.serialization.hash_type;
        if digest.algorithm() == wanted.algorithm() {
            Ok(())
        } else {
            Err(ErrorKind::OtherDigest(wanted))
        }
    }
}

/// What makes a path a pattern to shells.
pub(super) const PATTERN: [char; 3] = ['*', '?', '['];

/// Whether a name lies below what is ignored by default.
pub(super) fn is_default_ignore(name: &str) -> bool {
    DEFAULT_IGNORES.contains(&name.split('/').next().unwrap_or(name))
}
