//! A small writer of tar archives in which every field can be bent.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics fails"
)]

/// A header with the data behind it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) header: [u8; 512],
    pub(crate) data: Vec<u8>,
    /// Added to the right checksum.
    pub(crate) checksum_off_by: u32,
    /// Fills the last block up.
    pub(crate) filler: u8,
}

impl Entry {
    /// As POSIX has it.
    pub(crate) fn new(flag: u8, name: &str, data: &[u8]) -> Self {
        let mut entry = Self {
            header: [0; 512],
            data: data.to_vec(),
            checksum_off_by: 0,
            filler: 0,
        };
        let size = format!("{:011o}\0", data.len());
        for (at, bytes) in [
            (0, name.as_bytes()),
            (100, b"0000644\0"),
            (108, b"0000000\0"),
            (116, b"0000000\0"),
            (124, size.as_bytes()),
            (136, b"00000000000\0"),
            (156, &[flag]),
            (257, b"ustar\x0000"),
        ] {
            entry.header[at..at + bytes.len()].copy_from_slice(bytes);
        }
        entry
    }

    pub(crate) fn file(name: &str, data: &[u8]) -> Self {
        Self::new(b'0', name, data)
    }

    pub(crate) fn link(flag: u8, name: &str, target: &str) -> Self {
        Self::new(flag, name, b"").set(157, target.as_bytes())
    }

    /// An extended header with records.
    pub(crate) fn pax(flag: u8, records: &[(&str, &str)]) -> Self {
        let text: String = records
            .iter()
            .map(|(key, value)| record(key, value))
            .collect();
        Self::new(flag, "PaxHeaders/x", text.as_bytes())
    }

    /// Overwrites bytes of the header.
    pub(crate) fn set(mut self, at: usize, bytes: &[u8]) -> Self {
        self.header[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    pub(crate) fn size(self, size: &str) -> Self {
        self.set(124, &[0; 12]).set(124, size.as_bytes())
    }

    /// Without a mark, as version 7 wrote it, or with GNU's.
    pub(crate) fn magic(self, magic: &[u8]) -> Self {
        self.set(257, &[0; 8]).set(257, magic)
    }

    pub(crate) fn bent(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut header = self.header;
        header[148..156].copy_from_slice(b"        ");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        let sum = format!("{:06o}\0 ", sum + self.checksum_off_by);
        header[148..156].copy_from_slice(sum.as_bytes());
        out.extend(header);
        out.extend(&self.data);
        out.resize(out.len().next_multiple_of(512), self.filler);
    }
}

pub(crate) fn record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len();
    while format!("{length}{rest}").len() != length {
        length = format!("{length}{rest}").len();
    }
    format!("{length}{rest}")
}

/// Entries without an end.
pub(crate) fn endless(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        entry.write(&mut out);
    }
    out
}

/// An archive that ends with two blocks of zeros.
pub(crate) fn tar(entries: &[Entry]) -> Vec<u8> {
    let mut out = endless(entries);
    out.resize(out.len() + 1024, 0);
    out
}

/// Writes a number as torch's table of storages has it.
pub(crate) fn count(number: u64) -> Vec<u8> {
    i64::try_from(number).unwrap().to_le_bytes().to_vec()
}
