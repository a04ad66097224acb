/// Ceilings on what is read of one document.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the document; default 128 MiB, at most [`Limits::MAX_BYTES`]. The longest JSON that a format
    /// of models allows is the header of a safetensors file, 100 MB.
    pub bytes: usize,
    /// Objects and arrays inside each other; default 64, at most [`Limits::MAX_DEPTH`]. The deepest documents
    /// that we know of beside models, provenances of SLSA, have about 10 levels.
    pub depth: usize,
    /// Values, keys not counted; default 2,000,000, which is 250,000 tensors of a safetensors header. In a tree
    /// a value costs at most about 110 bytes of memory, beside the text of strings that have escapes; events
    /// cost none.
    pub values: usize,
}

impl Limits {
    /// The most that [`Limits::bytes`] can be raised to: offsets in a tree have 32 bits.
    #[expect(
        clippy::as_conversions,
        reason = "a constant that fits wherever `usize` has 32 bits or more"
    )]
    pub const MAX_BYTES: usize = u32::MAX as usize;

    /// The most that [`Limits::depth`] can be raised to: values are dropped and copied by recursion, and so
    /// many levels fit the smallest stack in use.
    pub const MAX_DEPTH: usize = 512;

    /// Sets [`Limits::bytes`].
    #[must_use]
    pub const fn with_bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// Sets [`Limits::depth`].
    #[must_use]
    pub const fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// Sets [`Limits::values`].
    #[must_use]
    pub const fn with_values(mut self, values: usize) -> Self {
        self.values = values;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 128 << 20,
            depth: 64,
            values: 2_000_000,
        }
    }
}
