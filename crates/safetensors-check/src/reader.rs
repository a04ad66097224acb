use core::fmt;
use core::ops::Range;

use findings::RuleId;

use crate::{Dtype, Report};

/// A version of the reference implementation, the crate `safetensors`, that files are read with.
///
/// What one says of a file is what `SafeTensors::deserialize` of that version, built with its default features,
/// does with the very bytes; versions between two of them read what the older reads.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Reader {
    /// 0.4.5: no elements of less than a byte, no complex numbers.
    V0_4,
    /// 0.6.2: `F4`, `F6_E2M3`, `F6_E3M2` and `F8_E8M0` are new.
    V0_6,
    /// 0.7.0: `C64` is new.
    V0_7,
    /// 0.8.0: `F8_E4M3FNUZ` and `F8_E5M2FNUZ` are new.
    V0_8,
}

/// What a [`Reader`] does with a file.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever matches must decide what to do when it is not known"
)]
pub enum Acceptance {
    /// It reads the file. That the file is valid does not follow: readers are laxer than the specification.
    Yes,
    /// It refuses the file.
    No(Refusal),
    /// A ceiling in [`Limits`](crate::Limits) was reached before it could be told.
    Undecided,
}

/// Why a [`Reader`] refuses a file.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// It refuses what the rule finds here; so do the others.
    Fault {
        /// The rule that was broken.
        rule: RuleId,
        /// Where, in bytes of the file.
        bytes: Range<u64>,
    },
    /// It does not know the dtype.
    Dtype {
        /// The newest dtype in the file.
        dtype: Dtype,
    },
}

/// The oldest reader of a file, and what makes it so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Requires {
    /// The oldest one that reads the file.
    pub reader: Reader,
    /// The dtype that older ones do not know; `None` if the oldest of all reads it.
    pub dtype: Option<Dtype>,
}

impl Reader {
    /// All of them, oldest first.
    pub const ALL: [Self; 4] = [Self::V0_4, Self::V0_6, Self::V0_7, Self::V0_8];

    /// Returns the version as reports name it, such as `0.8`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V0_4 => "0.4",
            Self::V0_6 => "0.6",
            Self::V0_7 => "0.7",
            Self::V0_8 => "0.8",
        }
    }

    /// Returns the release that its answers are held to, such as `0.8.0`.
    #[must_use]
    pub const fn release(self) -> &'static str {
        match self {
            Self::V0_4 => "0.4.5",
            Self::V0_6 => "0.6.2",
            Self::V0_7 => "0.7.0",
            Self::V0_8 => "0.8.0",
        }
    }

    /// Says whether it knows a dtype.
    #[must_use]
    pub fn knows(self, dtype: Dtype) -> bool {
        dtype.since() <= self
    }

    /// Says what it does with the file that a report speaks of.
    #[must_use]
    pub fn accepts(self, report: &Report<'_>) -> Acceptance {
        report.reading().accepts(self)
    }
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault { rule, bytes } => {
                write!(f, "{rule} at bytes {}..{}", bytes.start, bytes.end)
            }
            Self::Dtype { dtype } => write!(f, "{dtype} is new in {}", dtype.since()),
        }
    }
}

impl fmt::Display for Requires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.dtype {
            None => write!(f, "{}", self.reader),
            Some(dtype) => write!(f, "{}: {dtype}", self.reader),
        }
    }
}

/// What the readers make of a file, as far as it does not depend on their version.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Reading {
    /// They read it if they know its dtypes; this is the newest of them.
    Dtypes(Option<Dtype>),
    /// They refuse it.
    Refused {
        /// The rule that was broken.
        rule: RuleId,
        /// Where.
        bytes: Range<u64>,
    },
    /// A ceiling was reached.
    Undecided,
}

impl Reading {
    fn accepts(&self, reader: Reader) -> Acceptance {
        match self {
            Self::Dtypes(Some(dtype)) if !reader.knows(*dtype) => {
                Acceptance::No(Refusal::Dtype { dtype: *dtype })
            }
            Self::Dtypes(_) => Acceptance::Yes,
            Self::Refused { rule, bytes } => Acceptance::No(Refusal::Fault {
                rule: rule.clone(),
                bytes: bytes.clone(),
            }),
            Self::Undecided => Acceptance::Undecided,
        }
    }

    pub(crate) fn requires(&self) -> Option<Requires> {
        match self {
            Self::Dtypes(newest) => Some(Requires::of(*newest)),
            Self::Refused { .. } | Self::Undecided => None,
        }
    }
}

impl Requires {
    /// What a file needs whose newest dtype is this one.
    pub(crate) fn of(newest: Option<Dtype>) -> Self {
        let dtype = newest.filter(|dtype| dtype.since() > Reader::V0_4);
        Self {
            reader: dtype.map_or(Reader::V0_4, Dtype::since),
            dtype,
        }
    }
}
