use super::HashType;

/// How the files of a model become resources.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Serialization {
    /// Whether files are hashed as a whole.
    pub method: Method,
    /// The hash function of every resource.
    pub hash_type: HashType,
    /// What the signer did with symbolic links.
    pub symlinks: Symlinks,
}

/// What one resource is of.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the specification has these two; a third would be refused"
)]
pub enum Method {
    /// A whole file.
    #[default]
    Files,
    /// A range of bytes of a file. Empty files have no resource, so that adding or removing one goes unnoticed.
    Shards {
        /// Bytes of every shard but the last of a file; at least 1.
        size: u64,
    },
}

/// What `allow_symlinks` says.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a boolean of the format")]
pub enum Symlinks {
    /// There were none, or signing would have failed.
    #[default]
    Refused,
    /// Each was hashed as the file behind it, under the name of the link.
    Followed,
}

impl Serialization {
    /// Sets [`Serialization::method`].
    #[must_use]
    pub const fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Sets [`Serialization::hash_type`].
    #[must_use]
    pub const fn with_hash_type(mut self, hash_type: HashType) -> Self {
        self.hash_type = hash_type;
        self
    }

    /// Sets [`Serialization::symlinks`].
    #[must_use]
    pub const fn with_symlinks(mut self, symlinks: Symlinks) -> Self {
        self.symlinks = symlinks;
        self
    }
}
