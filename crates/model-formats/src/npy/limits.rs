/// Ceilings on what one header may hold. The defaults admit every file that numpy writes for a model.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the header's literal; default 1 MiB. numpy itself stops at 10,000 unless told otherwise,
    /// and a structured dtype of 10,000 fields takes about 300 KiB.
    pub header: u32,
    /// Brackets within brackets; default 32. A structured dtype takes two for each level of nesting.
    pub depth: u32,
    /// Dimensions of the array or of a subarray; default 64, as many as numpy 2 can hold.
    pub dimensions: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header: 1 << 20,
            depth: 32,
            dimensions: 64,
        }
    }
}

impl Limits {
    /// Sets how many bytes the literal may take.
    #[must_use]
    pub const fn with_header(mut self, bytes: u32) -> Self {
        self.header = bytes;
        self
    }

    /// Sets how deep brackets may nest.
    #[must_use]
    pub const fn with_depth(mut self, depth: u32) -> Self {
        self.depth = depth;
        self
    }

    /// Sets how many dimensions an array may have.
    #[must_use]
    pub const fn with_dimensions(mut self, dimensions: u32) -> Self {
        self.dimensions = dimensions;
        self
    }
}
