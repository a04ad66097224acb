use core::ops::Range;

use findings::{Rule, Severity};
use strict_json::Type;

use super::{NameFault, rules};

/// Why an index cannot be followed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {}", .bytes.start)]
pub struct Error {
    #[source]
    kind: ErrorKind,
    bytes: Range<u64>,
}

/// The kinds of [`Error`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not JSON.
    #[error("{0}")]
    Json(#[source] strict_json::ErrorKind),
    /// The document is no object.
    #[error("{found} where the index is an object")]
    NotAnObject {
        /// What it is.
        found: Type,
    },
    /// There is no `weight_map`.
    #[error("no `weight_map` in the index")]
    NoWeightMap,
    /// `weight_map` is no object.
    #[error("{found} where `weight_map` is an object")]
    WrongWeightMap {
        /// What it is.
        found: Type,
    },
    /// `weight_map` names no tensor.
    #[error("`weight_map` without a tensor")]
    EmptyWeightMap,
    /// A tensor's shard is no string.
    #[error("{found} where the shard of a tensor is a string")]
    WrongShard {
        /// What it is.
        found: Type,
    },
    /// The same tensor or key stands twice.
    #[error("key that stood at byte {first} already")]
    DuplicateKey {
        /// The byte at which it stood before.
        first: u64,
    },
    /// The name of a shard is not that of a file beside the index.
    #[error("shard name {0}")]
    UnsafeShardName(#[source] NameFault),
    /// There are more tensors than [`Limits::tensors`](crate::Limits::tensors).
    #[error("more than {limit} tensors")]
    TooManyTensors {
        /// How many are read.
        limit: u64,
    },
}

impl Error {
    pub(super) const fn new(kind: ErrorKind, bytes: Range<u64>) -> Self {
        Self { kind, bytes }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the bytes of the index that are wrong.
    #[must_use]
    pub fn bytes(&self) -> Range<u64> {
        self.bytes.clone()
    }
}

impl ErrorKind {
    /// Returns the rule that is broken, and how bad that is.
    pub(super) const fn rule(&self) -> (&'static Rule, Severity) {
        let rule = match self {
            Self::Json(strict_json::ErrorKind::DuplicateKey { .. }) | Self::DuplicateKey { .. } => {
                &rules::DUPLICATE_KEY
            }
            Self::Json(
                strict_json::ErrorKind::TooLong { .. }
                | strict_json::ErrorKind::TooManyValues { .. },
            )
            | Self::TooManyTensors { .. } => &rules::LIMIT_REACHED,
            Self::UnsafeShardName(fault) => return (&rules::UNSAFE_SHARD_NAME, fault.severity()),
            _ => &rules::MALFORMED_INDEX,
        };
        (rule, rule.severity)
    }
}
