use core::fmt;

/// Ceilings on the work done for one stream. The defaults admit every real model file we know of.
///
/// Time is linear in the length of the input whatever the settings: each opcode is carried out once, and
/// what one opcode costs is bounded by its own bytes and by what lies above its mark.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes held by memo, stack and values together; default 1 GiB, ten times what the largest opcode-dense
    /// checkpoint we know (100 MB, two million dicts) needs.
    pub memory: u64,
    /// Bytes that folding pure computations may produce in one stream, beside four for each byte of the
    /// stream: below protocol 3 honest files write all bytes as texts to be encoded. Default 16 MiB.
    pub folded_bytes: usize,
    /// Steps that folding may take in one stream, beside one for each byte of it; default 1,000,000.
    pub folding_steps: usize,
    /// Findings of one severity kept for one stream; default 10,000. The last finding says how many more
    /// there were. Each severity has a ceiling of its own, so a worse one is never left out for these.
    pub findings: usize,
    /// Findings kept for one rule, one severity and one subject; default 100.
    pub findings_per_subject: u64,
    /// Other readings of the same bytes that are followed (frame ends, raw arrays); default 16.
    pub readings: u32,
    /// Payloads handed out for one stream; default 4,096.
    pub payloads: usize,
    /// Bytes of source that decompiling one stream may write; default 1 GiB, several times what the largest
    /// opcode-dense checkpoint we know (100 MB) makes.
    pub source: u64,
    /// Bytes of disassembly written for one stream, beside 4,096 for each byte of it: a line grows by four
    /// bytes with each open mark, and CPython's pickler nests about a thousand deep. Default 1 GiB.
    pub disassembly: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 1 << 30,
            folded_bytes: 16 << 20,
            folding_steps: 1_000_000,
            findings: 10_000,
            findings_per_subject: 100,
            readings: 16,
            payloads: 4_096,
            source: 1 << 30,
            disassembly: 1 << 30,
        }
    }
}

impl Limits {
    /// Sets the ceiling on held bytes.
    #[must_use]
    pub const fn with_memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Sets the ceiling on findings of one severity for one stream.
    #[must_use]
    pub const fn with_findings(mut self, findings: usize) -> Self {
        self.findings = findings;
        self
    }

    /// Sets the ceiling on the source that decompiling writes.
    #[must_use]
    pub const fn with_source(mut self, bytes: u64) -> Self {
        self.source = bytes;
        self
    }

    /// Sets the ceiling on bytes of disassembly.
    #[must_use]
    pub const fn with_disassembly(mut self, bytes: u64) -> Self {
        self.disassembly = bytes;
        self
    }

    /// Sets how many other readings of the same bytes are followed.
    #[must_use]
    pub const fn with_readings(mut self, readings: u32) -> Self {
        self.readings = readings;
        self
    }
}

/// Which ceiling was reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::memory`].
    Memory,
    /// [`Limits::readings`].
    Readings,
    /// [`Limits::payloads`].
    Payloads,
    /// [`Limits::source`].
    Source,
    /// [`Limits::disassembly`].
    Disassembly,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            Self::Readings => "other readings of the same bytes",
            Self::Payloads => "payloads",
            Self::Source => "decompiled source",
            Self::Disassembly => "disassembly",
        })
    }
}
