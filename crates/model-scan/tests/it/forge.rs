//! A small writer of zip archives in which every field can be bent.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use std::io::Write as _;

/// One member, with what its local header and its directory entry say.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) packed: Vec<u8>,
    pub(crate) central: Fields,
    pub(crate) local: Fields,
    pub(crate) descriptor: Vec<u8>,
    pub(crate) external: u32,
    pub(crate) disk: u16,
    /// Replaces the offset of the local header.
    pub(crate) offset: Option<u32>,
    /// Whether the directory lists it.
    pub(crate) listed: bool,
    /// Whether header and data are written.
    pub(crate) written: bool,
}

/// The fields that stand in both headers.
#[derive(Clone)]
pub(crate) struct Fields {
    pub(crate) name: Vec<u8>,
    pub(crate) version: u16,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) compressed: u32,
    pub(crate) size: u32,
    pub(crate) extra: Vec<u8>,
}

fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap()
}

fn long(length: usize) -> u32 {
    u32::try_from(length).unwrap()
}

pub(crate) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

impl Entry {
    fn new(name: &str, data: &[u8], packed: Vec<u8>, method: u16) -> Self {
        let fields = Fields {
            name: name.as_bytes().to_vec(),
            version: 20,
            flags: 0,
            method,
            crc: crc32fast::hash(data),
            compressed: long(packed.len()),
            size: long(data.len()),
            extra: Vec::new(),
        };
        Self {
            packed,
            central: fields.clone(),
            local: fields,
            descriptor: Vec::new(),
            external: 0,
            disk: 0,
            offset: None,
            listed: true,
            written: true,
        }
    }

    pub(crate) fn stored(name: &str, data: &[u8]) -> Self {
        Self::new(name, data, data.to_vec(), 0)
    }

    pub(crate) fn deflated(name: &str, data: &[u8]) -> Self {
        Self::new(name, data, deflate(data), 8)
    }

    /// As written to a stream: checksum and sizes stand behind the data only.
    pub(crate) fn streamed(mut self, signed: bool, wide: bool) -> Self {
        self.both(|fields| fields.flags |= 8);
        (self.local.crc, self.local.compressed, self.local.size) = (0, 0, 0);
        let mut descriptor = if signed {
            b"PK\x07\x08".to_vec()
        } else {
            Vec::new()
        };
        descriptor.extend(self.central.crc.to_le_bytes());
        for size in [self.central.compressed, self.central.size] {
            if wide {
                descriptor.extend(u64::from(size).to_le_bytes());
            } else {
                descriptor.extend(size.to_le_bytes());
            }
        }
        self.descriptor = descriptor;
        self
    }

    /// With the sizes of the directory entry in a ZIP64 field.
    pub(crate) fn wide(mut self) -> Self {
        let mut field = vec![1, 0, 16, 0];
        for size in [self.central.size, self.central.compressed] {
            field.extend(u64::from(size).to_le_bytes());
        }
        self.both(|fields| {
            fields.extra.extend(&field);
            (fields.compressed, fields.size) = (u32::MAX, u32::MAX);
        });
        self
    }

    /// With filler before the data, as torch writes it.
    pub(crate) fn padded(mut self, bytes: usize) -> Self {
        self.local.extra.extend(b"FB");
        self.local.extra.extend(short(bytes).to_le_bytes());
        self.local.extra.extend(vec![b'Z'; bytes]);
        self
    }

    pub(crate) fn hidden(mut self) -> Self {
        self.listed = false;
        self
    }

    pub(crate) fn both(&mut self, change: impl Fn(&mut Fields)) {
        change(&mut self.central);
        change(&mut self.local);
    }

    pub(crate) fn bent(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

impl Fields {
    fn write(&self, out: &mut Vec<u8>) {
        for field in [self.version, self.flags, self.method] {
            out.extend(field.to_le_bytes());
        }
        out.extend([0, 0, 0x21, 0]);
        for field in [self.crc, self.compressed, self.size] {
            out.extend(field.to_le_bytes());
        }
        out.extend(short(self.name.len()).to_le_bytes());
        out.extend(short(self.extra.len()).to_le_bytes());
    }
}

/// An archive.
#[derive(Clone, Default)]
pub(crate) struct Zip {
    pub(crate) entries: Vec<Entry>,
    pub(crate) prefix: Vec<u8>,
    /// Whether offsets count the prefix.
    pub(crate) counts_prefix: bool,
    pub(crate) before_end: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    pub(crate) zip64: bool,
    /// What the end record states: entries, size and offset of the directory.
    pub(crate) states: Option<(u16, u32, u32)>,
}

impl Zip {
    pub(crate) fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self {
            entries: entries.into_iter().collect(),
            ..Self::default()
        }
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let mut out = self.prefix.clone();
        let base = if self.counts_prefix {
            0
        } else {
            self.prefix.len()
        };
        let mut offsets = Vec::new();
        for entry in &self.entries {
            offsets.push(entry.offset.unwrap_or_else(|| long(out.len() - base)));
            if entry.written {
                out.extend(b"PK\x03\x04");
                entry.local.write(&mut out);
                out.extend(&entry.local.name);
                out.extend(&entry.local.extra);
                out.extend(&entry.packed);
                out.extend(&entry.descriptor);
            }
        }
        let start = out.len();
        let mut count = 0;
        for (entry, offset) in self.entries.iter().zip(offsets) {
            if !entry.listed {
                continue;
            }
            count += 1;
            out.extend(b"PK\x01\x02\x14\x03");
            entry.central.write(&mut out);
            out.extend([0, 0]);
            out.extend(entry.disk.to_le_bytes());
            out.extend([0, 0]);
            out.extend(entry.external.to_le_bytes());
            out.extend(offset.to_le_bytes());
            out.extend(&entry.central.name);
            out.extend(&entry.central.extra);
        }
        let size = out.len() - start;
        let offset = start - base;
        if self.zip64 {
            let record = out.len() - base;
            out.extend(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
            for field in [count, count, size, offset] {
                out.extend(u64::try_from(field).unwrap().to_le_bytes());
            }
            out.extend(b"PK\x06\x07\0\0\0\0");
            out.extend(u64::try_from(record).unwrap().to_le_bytes());
            out.extend([1, 0, 0, 0]);
        }
        out.extend(&self.before_end);
        let states = self
            .states
            .unwrap_or((short(count), long(size), long(offset)));
        out.extend(end(states, &self.comment));
        out
    }
}

/// An end record that states entries, size and offset.
pub(crate) fn end((entries, size, offset): (u16, u32, u32), comment: &[u8]) -> Vec<u8> {
    let mut out = b"PK\x05\x06\0\0\0\0".to_vec();
    out.extend(entries.to_le_bytes());
    out.extend(entries.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(offset.to_le_bytes());
    out.extend(short(comment.len()).to_le_bytes());
    out.extend(comment);
    out
}
