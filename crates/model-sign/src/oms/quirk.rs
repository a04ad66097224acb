use std::fmt;

/// A harmless way in which a signature differs from the specification, and which is accepted.
///
/// Reports name each one; none changes what is verified.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Quirk {
    /// Resources are sorted as Python sorts paths, not by the code points of their names.
    PythonOrder,
    /// The one file of the model is named `.`.
    DotName,
    /// `shard_size` is written as `100000.0`.
    FloatShardSize,
    /// The algorithm of a shard is written as `sha256-sharded-100000`.
    ShardedAlgorithm,
    /// `ignore_paths` is missing, as before version 1.1 of model-signing.
    NoIgnorePaths,
    /// An ignored path is absolute or leads out of the model; it matches nothing.
    ForeignIgnorePath,
    /// A file that is ignored by default is listed; it is verified.
    ListedDefaultIgnore,
    /// The whole statement is of version 0.2.0 of model-signing: files are subjects, and nothing says how the
    /// model was read.
    Digests01,
    /// The signature is over the encoding of version 0.2.0 of model-signing.
    LegacyEncoding,
    /// The bundle holds the public key itself, as before version 1.1 of model-signing.
    RawPublicKey,
}

impl Quirk {
    /// Every quirk.
    pub const ALL: [Self; 10] = [
        Self::PythonOrder,
        Self::DotName,
        Self::FloatShardSize,
        Self::ShardedAlgorithm,
        Self::NoIgnorePaths,
        Self::ForeignIgnorePath,
        Self::ListedDefaultIgnore,
        Self::Digests01,
        Self::LegacyEncoding,
        Self::RawPublicKey,
    ];

    /// Returns a stable name for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PythonOrder => "python-order",
            Self::DotName => "dot-name",
            Self::FloatShardSize => "float-shard-size",
            Self::ShardedAlgorithm => "sharded-algorithm",
            Self::NoIgnorePaths => "no-ignore-paths",
            Self::ForeignIgnorePath => "foreign-ignore-path",
            Self::ListedDefaultIgnore => "listed-default-ignore",
            Self::Digests01 => "digests-v0.1",
            Self::LegacyEncoding => "legacy-encoding",
            Self::RawPublicKey => "raw-public-key",
        }
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::PythonOrder => "resources in the order of Python's paths",
            Self::DotName => "the one file is named `.`",
            Self::FloatShardSize => "the shard size is written with a fraction",
            Self::ShardedAlgorithm => "the algorithm of a shard names the shard size",
            Self::NoIgnorePaths => "no `ignore_paths`",
            Self::ForeignIgnorePath => "an ignored path leads out of the model and matches nothing",
            Self::ListedDefaultIgnore => "a file that is ignored by default is listed",
            Self::Digests01 => "a statement of model-signing 0.2.0",
            Self::LegacyEncoding => "a signature over the encoding of model-signing 0.2.0",
            Self::RawPublicKey => "the bundle holds the public key itself",
        })
    }
}
