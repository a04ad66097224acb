use std::ops::Range;
use std::sync::Arc;

/// Where bytes lie that storages point into: the file itself, or something unpacked from it.
#[derive(Clone, Debug)]
pub(crate) enum Place<'a> {
    /// A run of the file's own bytes, and where it starts in the file.
    File {
        /// The bytes.
        bytes: &'a [u8],
        /// Where they start.
        start: u64,
    },
    /// Unpacked bytes, a run of them.
    Held {
        /// The bytes.
        bytes: Arc<[u8]>,
        /// Which of them.
        range: Range<usize>,
    },
}

impl<'a> Place<'a> {
    pub(crate) const fn file(bytes: &'a [u8]) -> Self {
        Self::File { bytes, start: 0 }
    }

    pub(crate) fn held(bytes: Vec<u8>) -> Self {
        let range = 0..bytes.len();
        Self::Held {
            bytes: bytes.into(),
            range,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::File { bytes, .. } => bytes,
            Self::Held { bytes, range } => bytes.get(range.clone()).unwrap_or_default(),
        }
    }

    pub(crate) fn len(&self) -> u64 {
        u64::try_from(self.bytes().len()).unwrap_or(u64::MAX)
    }

    /// Returns a part, or `None` if it does not lie within.
    pub(crate) fn part(&self, part: &Range<u64>) -> Option<Self> {
        let start = usize::try_from(part.start).ok()?;
        let end = usize::try_from(part.end).ok()?;
        self.bytes().get(start..end)?;
        Some(match self {
            Self::File { bytes, start: at } => Self::File {
                bytes: bytes.get(start..end)?,
                start: at.checked_add(part.start)?,
            },
            Self::Held { bytes, range } => Self::Held {
                bytes: Arc::clone(bytes),
                range: range.start.checked_add(start)?..range.start.checked_add(end)?,
            },
        })
    }

    /// Returns where the bytes stand in the file, if they stand there as they are.
    pub(crate) fn range(&self) -> Option<Range<u64>> {
        match self {
            Self::File { bytes, start } => {
                let length = u64::try_from(bytes.len()).ok()?;
                Some(*start..start.checked_add(length)?)
            }
            Self::Held { .. } => None,
        }
    }
}
