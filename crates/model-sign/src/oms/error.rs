use model_digest::RootDigest;

use super::{HashType, NameFault};
use crate::{intoto, json};

/// Why a payload is not the manifest of a model.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct Error {
    #[source]
    kind: ErrorKind,
    offset: u64,
}

/// The kinds of [`Error`], and what building a manifest is refused for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It is not the JSON that a manifest is.
    #[error(transparent)]
    Json(json::ErrorKind),
    /// It is no statement.
    #[error(transparent)]
    Statement(intoto::ErrorKind),
    /// The statement has a version that model signing does not use.
    #[error("statement of version 0.1 where version 1 is wanted")]
    StatementVersion,
    /// The predicate is of another type than a model's signature.
    #[error("predicate of another type than a model's signature")]
    OtherPredicate,
    /// The statement is of version 0.2.0 of model-signing, which is read on request only.
    #[error("statement of model-signing 0.2.0, which is read on request only")]
    Historic,
    /// The statement has no predicate.
    #[error("no predicate")]
    NoPredicate,
    /// There are more subjects than one.
    #[error("{found} subjects where a model's signature has 1")]
    SubjectCount {
        /// How many there are.
        found: usize,
    },
    /// The subject has no name, or an empty one.
    #[error("subject without a name")]
    NoSubjectName,
    /// The subject has no SHA-256 digest.
    #[error("no `sha256` in the digest of the subject")]
    NoRootDigest,
    /// The digest of the subject is not that of the resources.
    #[error("root digest {found} where the resources have {computed}")]
    RootMismatch {
        /// What the subject says.
        found: Box<RootDigest>,
        /// What the resources come to.
        computed: Box<RootDigest>,
    },
    /// The digits are not those of a digest.
    #[error("not the lower-case hexadecimal digits of a {0} digest")]
    NotADigest(HashType),
    /// The digest is of another hash function than the manifest's.
    #[error("digest that is not of {0}")]
    OtherDigest(HashType),
    /// The serialization method is neither `files` nor `shards`.
    #[error("unknown serialization method")]
    UnknownMethod,
    /// The hash function is not in the registry.
    #[error("unknown hash function")]
    UnknownHash,
    /// The algorithm of a resource is not the one of the manifest.
    #[error("algorithm of a resource that is not {0}")]
    OtherAlgorithm(HashType),
    /// The shard size is 0.
    #[error("shard size of 0 bytes")]
    ZeroShardSize,
    /// A manifest of whole files has a shard size.
    #[error("shard size in a manifest of whole files")]
    UnwantedShardSize,
    /// The manifest lists no file.
    #[error("no resource")]
    NoResources,
    /// There are more resources than [`Limits::resources`](crate::Limits::resources).
    #[error("{found} resources where at most {limit} are read")]
    TooManyResources {
        /// How many there are.
        found: usize,
        /// How many are read.
        limit: usize,
    },
    /// A resource does not name a file in the model.
    #[error(transparent)]
    Name(NameFault),
    /// The name `.` stands beside others.
    #[error("name `.` in a manifest of several files")]
    DotAmongOthers,
    /// A file or shard is listed twice.
    #[error("name that stood at byte {first} already")]
    DuplicateName {
        /// The byte at which the first one begins.
        first: u64,
    },
    /// The name of a shard does not end in its range of bytes.
    #[error("name of a shard without `:<start>:<end>` in plain decimal digits")]
    NotAShard,
    /// A shard begins before or behind the end of the one before.
    #[error("shard that begins at {found} where {wanted} is next")]
    ShardOutOfPlace {
        /// Where it begins.
        found: u64,
        /// Where it should.
        wanted: u64,
    },
    /// A shard is empty, or longer than the shard size, or shorter without being the last of its file.
    #[error("shard of {found} bytes where the shard size is {size}")]
    ShardLength {
        /// How many bytes it has; 0 also if it ends before it begins.
        found: u64,
        /// The shard size.
        size: u64,
    },
    /// The number of digests is not the number of shards that a file of the given length has.
    #[error("{found} digests of shards where the file has {wanted}")]
    ShardCount {
        /// How many there are.
        found: u64,
        /// How many there should be.
        wanted: u64,
    },
    /// The resources are sorted neither as the specification wants it nor as Python does.
    #[error("resource out of order")]
    OutOfOrder,
    /// There are more ignored paths than [`Limits::ignore_paths`](crate::Limits::ignore_paths).
    #[error("{found} ignored paths where at most {limit} are read")]
    TooManyIgnorePaths {
        /// How many there are.
        found: usize,
        /// How many are read.
        limit: usize,
    },
    /// An ignored path is the whole model.
    #[error("ignored path that is the whole model")]
    IgnoresEverything,
    /// An ignored path is written like a pattern, which another verifier could take for one.
    #[error("ignored path with one of `*?[`")]
    IgnorePattern,
    /// A resource lies below a path that the same manifest ignores.
    #[error("resource that the manifest itself ignores")]
    IgnoredResource,
    /// The bundle has a public key without a hint and without its bytes.
    #[error("public key with neither `hint` nor `rawBytes`")]
    NoKeyName,
    /// The bundle has a certificate of Sigstore and no entry of its log.
    #[error("certificate without an entry in `tlogEntries`")]
    NoLogEntry,
    /// The envelope has a payload of another type.
    #[error("payload of another type than an in-toto statement")]
    PayloadType,
    /// The envelope has more signatures than one.
    #[error("{found} signatures where a model's envelope has 1")]
    SignatureCount {
        /// How many there are.
        found: usize,
    },
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the byte of the payload at which it is wrong.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}

impl From<json::Error> for Error {
    fn from(error: json::Error) -> Self {
        Self::new(ErrorKind::Json(error.kind()), error.offset())
    }
}

impl From<intoto::Error> for Error {
    fn from(error: intoto::Error) -> Self {
        let kind = match error.kind() {
            intoto::ErrorKind::Json(kind) => ErrorKind::Json(kind),
            kind => ErrorKind::Statement(kind),
        };
        Self::new(kind, error.offset())
    }
}
