/// Ceilings on what is unpacked. The defaults admit every real model file we know of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes that one member or one compressed stream may unpack to; default 4 GiB, the most that a zip
    /// archive without ZIP64 can state.
    pub inflated_member: u64,
    /// Bytes that everything in a file may unpack to together; default 16 GiB.
    pub inflated_total: u64,
    /// Bytes that anything may unpack to whatever its ratio; default 256 MiB.
    pub ratio_floor: u64,
    /// Unpacked bytes per packed byte above [`Limits::ratio_floor`]; default 200. DEFLATE reaches 1,032 on
    /// zeros, the others much more; weights stay below 2.
    pub ratio: u64,
    /// Bytes that a decoder may hold at once: the dictionary or window that a stream asks for; default
    /// 256 MiB. `xz -9` asks for 64 MiB, `zstd --ultra -22` for 128 MiB.
    pub memory: u64,
    /// Compressed streams that follow each other in one file; default 1,000,000. Tools that pack blocks
    /// side by side write one for each 64 KiB.
    pub streams: u64,
}

/// The ceilings of [`Limits`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// Bytes that one member or stream may unpack to.
    #[error("inflated bytes of one member")]
    InflatedMember,
    /// Bytes that everything together may unpack to.
    #[error("inflated bytes of all members")]
    InflatedTotal,
    /// Unpacked bytes per packed byte.
    #[error("inflated bytes per compressed byte")]
    Ratio,
    /// Bytes that a decoder may hold.
    #[error("bytes of a dictionary or window")]
    Memory,
    /// Streams that follow each other.
    #[error("compressed streams that follow each other")]
    Streams,
    /// The time that the file may take, see [`Options::time_limit`](crate::Options::time_limit).
    #[error("the time for one file")]
    Time,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inflated_member: 4 << 30,
            inflated_total: 16 << 30,
            ratio_floor: 256 << 20,
            ratio: 200,
            memory: 256 << 20,
            streams: 1_000_000,
        }
    }
}

impl Limits {
    /// Sets how many bytes one member or stream may unpack to.
    #[must_use]
    pub const fn with_inflated_member(mut self, bytes: u64) -> Self {
        self.inflated_member = bytes;
        self
    }

    /// Sets how many bytes everything together may unpack to.
    #[must_use]
    pub const fn with_inflated_total(mut self, bytes: u64) -> Self {
        self.inflated_total = bytes;
        self
    }

    /// Sets the ratio that holds above a number of unpacked bytes.
    #[must_use]
    pub const fn with_ratio(mut self, ratio: u64, floor: u64) -> Self {
        self.ratio = ratio;
        self.ratio_floor = floor;
        self
    }

    /// Sets how many bytes a decoder may hold.
    #[must_use]
    pub const fn with_memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Sets how many compressed streams may follow each other.
    #[must_use]
    pub const fn with_streams(mut self, streams: u64) -> Self {
        self.streams = streams;
        self
    }
}
