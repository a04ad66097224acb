use std::fmt;
use std::io;
use std::ops::Range;

use model_digest::Digest;

use crate::files::{EntryName, SpecialKind};

/// One way in which a model is not what was signed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Discrepancy {
    /// Which name in the model it is about.
    pub name: EntryName,
    /// What is wrong with it.
    pub kind: DiscrepancyKind,
}

/// The kinds of [`Discrepancy`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DiscrepancyKind {
    /// The signature lists it, and the model does not have it.
    Missing,
    /// The model has it, and the signature does not list it.
    Added,
    /// Its bytes are others than those that were signed.
    Changed {
        /// The digest of the bytes that are there.
        found: Digest,
        /// The digest that was signed.
        wanted: Digest,
    },
    /// The bytes of one shard are others than those that were signed.
    ShardChanged {
        /// Which bytes of the file, half-open.
        range: Range<u64>,
        /// The digest of the bytes that are there.
        found: Digest,
        /// The digest that was signed.
        wanted: Digest,
    },
    /// It has another length than its shards have together.
    Length {
        /// How many bytes it has.
        found: u64,
        /// How many were signed.
        wanted: u64,
    },
    /// It is a symbolic link, or a folder on its way is one, where neither signer nor caller allows any.
    Link,
    /// It is a symbolic link that leaves the model.
    LinkOutside {
        /// Where it leads, as it says itself.
        target: EntryName,
    },
    /// It is a symbolic link to nothing.
    LinkDangling {
        /// Where it leads, as it says itself.
        target: EntryName,
    },
    /// It is a symbolic link that leads in a circle.
    LinkCircle,
    /// It is a FIFO, a socket or a device.
    Special(SpecialKind),
    /// An ignore rule that only the signer wrote, or that is there by default, would leave it unsigned, and it
    /// holds what a loader takes.
    Hidden {
        /// What the format is called, such as `pickle`.
        format: &'static str,
    },
    /// Its name is not UTF-8, and no manifest can hold it.
    NotUtf8,
    /// It was removed while the model was verified.
    Gone,
    /// Another file took its name while the model was verified.
    Replaced,
    /// It was written to while the model was verified.
    Unstable,
    /// It cannot be read, so nothing is known about it.
    Unreadable(io::ErrorKind),
    /// The walk did not come this far.
    NotWalked,
}

impl DiscrepancyKind {
    /// Returns the stable word for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Added => "added",
            Self::Changed { .. } => "changed",
            Self::ShardChanged { .. } => "shard-changed",
            Self::Length { .. } => "length",
            Self::Link => "link",
            Self::LinkOutside { .. } => "link-outside",
            Self::LinkDangling { .. } => "link-dangling",
            Self::LinkCircle => "link-circle",
            Self::Special(_) => "special",
            Self::Hidden { .. } => "hidden",
            Self::NotUtf8 => "not-utf8",
            Self::Gone => "gone",
            Self::Replaced => "replaced",
            Self::Unstable => "unstable",
            Self::Unreadable(_) => "unreadable",
            Self::NotWalked => "not-walked",
        }
    }

    /// Says whether it proves that the model is not what was signed. Otherwise nobody knows.
    #[must_use]
    pub const fn is_proof(&self) -> bool {
        !matches!(self, Self::Unreadable(_) | Self::NotWalked)
    }
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.name, self.kind)
    }
}

impl fmt::Display for DiscrepancyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing, is signed and not there"),
            Self::Added => f.write_str("added, is there and not signed"),
            Self::Changed { found, wanted } => {
                write!(f, "changed, has {found} where {wanted} was signed")
            }
            Self::ShardChanged {
                range,
                found,
                wanted,
            } => write!(
                f,
                "changed in bytes {}..{}, has {found} where {wanted} was signed",
                range.start, range.end
            ),
            Self::Length { found, wanted } => {
                write!(f, "changed, has {found} bytes where {wanted} were signed")
            }
            Self::Link => f.write_str("is reached by a symbolic link where none are allowed"),
            Self::LinkOutside { target } => {
                write!(
                    f,
                    "is a symbolic link to `{target}`, which leaves the model"
                )
            }
            Self::LinkDangling { target } => {
                write!(f, "is a symbolic link to `{target}`, which is not there")
            }
            Self::LinkCircle => f.write_str("is a symbolic link that leads in a circle"),
            Self::Special(kind) => write!(f, "is {kind}"),
            Self::Hidden { format } => {
                write!(f, "is {format} under a name that no signature covers")
            }
            Self::NotUtf8 => f.write_str("has a name that is not UTF-8"),
            Self::Gone => f.write_str("was removed meanwhile"),
            Self::Replaced => f.write_str("was replaced meanwhile"),
            Self::Unstable => f.write_str("was written to meanwhile"),
            Self::Unreadable(kind) => write!(f, "cannot be read, {kind}"),
            Self::NotWalked => f.write_str("was not looked at, a ceiling was reached"),
        }
    }
}
