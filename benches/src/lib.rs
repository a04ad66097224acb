//! The benches of Weighbridge lie in `benches/`, one per operation; here are the inputs that they share.

/// A pickle of protocol 4: a list of `count` small dicts with the same five keys, which is as dense in
/// opcodes as honest files get.
#[must_use]
pub fn small_dicts(count: u32) -> Vec<u8> {
    let mut bytes = b"\x80\x04]\x94(".to_vec();
    for number in 0..count {
        bytes.extend_from_slice(b"}\x94(");
        for (key, name) in (0_u8..).zip(["id", "score", "name", "tag", "ok"]) {
            if number == 0 {
                bytes.push(0x8c);
                bytes.extend(u8::try_from(name.len()));
                bytes.extend_from_slice(name.as_bytes());
                bytes.push(0x94);
            } else {
                // The keys of the first dict lie behind the list and that dict.
                bytes.extend_from_slice(&[b'h', key + 2]);
            }
            match key {
                0 => {
                    bytes.push(b'J');
                    bytes.extend_from_slice(&number.to_le_bytes());
                }
                1 => {
                    bytes.push(b'G');
                    bytes.extend_from_slice(&f64::from(number).to_be_bytes());
                }
                2 => bytes.extend_from_slice(b"\x8c\x04name"),
                3 => bytes.extend_from_slice(b"K\x07"),
                _ => bytes.push(0x88),
            }
        }
        bytes.push(b'u');
        if number % 1000 == 999 {
            bytes.extend_from_slice(b"e(");
        }
    }
    bytes.extend_from_slice(b"e.");
    bytes
}

/// A pickle of protocol 4 that holds `count` floats as bytes, rounded to steps so that they pack to about
/// half, as weights do that were trained in a smaller type.
#[must_use]
pub fn weights(count: u32) -> Vec<u8> {
    let mut bytes = b"\x80\x04}\x94\x8c\x07weightsB".to_vec();
    bytes.extend_from_slice(&count.saturating_mul(4).to_le_bytes());
    let mut state = 0x2545_f491_u32;
    for _ in 0..count {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let [a, b, ..] = state.to_le_bytes();
        let value = (f32::from(a) - f32::from(b)) / 256.0;
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes.extend_from_slice(b"s.");
    bytes
}

/// A tar archive of `count` members of `size` bytes each, as POSIX has it.
#[must_use]
pub fn ustar(count: u32, size: u32) -> Vec<u8> {
    let mut file = Vec::new();
    for number in 0..count {
        let mut header = Vec::with_capacity(512);
        let mut field = |end: usize, text: &str| {
            header.extend_from_slice(text.as_bytes());
            header.resize(end, 0);
        };
        field(100, &format!("data/{number}.txt"));
        field(108, "0000644");
        field(116, "0000000");
        field(124, "0000000");
        field(136, &format!("{size:011o}"));
        field(148, "00000000000");
        field(156, "        ");
        field(257, "0");
        field(512, "ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        for (place, digit) in header
            .iter_mut()
            .skip(148)
            .zip(format!("{sum:06o}\0 ").bytes())
        {
            *place = digit;
        }
        file.extend_from_slice(&header);
        file.resize(
            file.len() + usize::try_from(size.next_multiple_of(512)).unwrap_or_default(),
            b'x',
        );
    }
    file.resize(file.len() + 1024, 0);
    file
}

/// A zip archive of `count` stored members of `size` bytes each, as `torch.save` lays them out.
#[must_use]
pub fn stored_zip(count: u32, size: u32) -> Vec<u8> {
    let data = vec![0x5a; usize::try_from(size).unwrap_or_default()];
    let crc = crc32(&data);
    let mut archive = Stored::default();
    for number in 0..count {
        archive.add(&format!("archive/data/{number}"), &data, crc);
    }
    archive.finish()
}

/// A checkpoint as `torch.save` writes it, of one tensor of F32 with this shape and stride, in elements.
#[must_use]
pub fn checkpoint(shape: [u32; 2], stride: [u32; 2], order: &str) -> Vec<u8> {
    let count = shape[0].saturating_mul(shape[1]);
    let mut pickle = b"\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n(".to_vec();
    pickle.extend_from_slice(
        b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpu",
    );
    let mut int = |number: u32, after: &[u8]| {
        pickle.push(b'J');
        pickle.extend_from_slice(&number.to_le_bytes());
        pickle.extend_from_slice(after);
    };
    int(count, b"tQK\0");
    int(shape[0], b"");
    int(shape[1], b"\x86");
    int(stride[0], b"");
    int(stride[1], b"\x86\x89ccollections\nOrderedDict\n)RtRs.");
    let bytes = usize::try_from(count).unwrap_or_default().saturating_mul(4);
    let data: Vec<u8> = (0..=250).cycle().take(bytes).collect();
    let mut archive = Stored::default();
    for (name, data) in [
        ("data.pkl", pickle.as_slice()),
        ("byteorder", order.as_bytes()),
        ("data/0", data.as_slice()),
        ("version", b"3\n"),
    ] {
        archive.add(&format!("model/{name}"), data, crc32(data));
    }
    archive.finish()
}

/// A zip archive of stored members that is being written.
#[derive(Default)]
struct Stored {
    file: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
}

impl Stored {
    fn add(&mut self, name: &str, data: &[u8], crc: u32) {
        let size = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let name_len = u16::try_from(name.len()).unwrap_or_default().to_le_bytes();
        let offset = u32::try_from(self.file.len()).unwrap_or(u32::MAX);
        let mut fixed = Vec::new();
        fixed.extend_from_slice(&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        fixed.extend_from_slice(&crc.to_le_bytes());
        fixed.extend_from_slice(&size.to_le_bytes());
        fixed.extend_from_slice(&size.to_le_bytes());
        fixed.extend_from_slice(&name_len);
        fixed.extend_from_slice(&[0, 0]);
        self.file.extend_from_slice(b"PK\x03\x04");
        self.file.extend_from_slice(&fixed);
        self.file.extend_from_slice(name.as_bytes());
        self.file.extend_from_slice(data);
        self.directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        self.directory.extend_from_slice(&fixed);
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        self.entries = self.entries.saturating_add(1);
    }

    fn finish(self) -> Vec<u8> {
        let Self {
            mut file,
            mut directory,
            entries,
        } = self;
        let start = u32::try_from(file.len()).unwrap_or(u32::MAX);
        let len = u32::try_from(directory.len()).unwrap_or(u32::MAX);
        file.append(&mut directory);
        file.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        file.extend_from_slice(&entries.to_le_bytes());
        file.extend_from_slice(&entries.to_le_bytes());
        file.extend_from_slice(&len.to_le_bytes());
        file.extend_from_slice(&start.to_le_bytes());
        file.extend_from_slice(&[0, 0]);
        file
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}
