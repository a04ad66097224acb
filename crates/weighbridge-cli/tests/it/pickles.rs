//! Pickles and archives, written byte by byte. The malicious ones name things and never run.

/// `[1, 2]`, protocol 4.
pub(crate) const CLEAN: &[u8] = b"\x80\x04]\x94(K\x01K\x02e.";
/// `os.system("id")`, protocol 0.
pub(crate) const CRITICAL: &[u8] = b"cos\nsystem\n(S'id'\ntR.";
/// The same under the name that the module has on Linux.
pub(crate) const ALIASED: &[u8] = b"cposix\nsystem\n(S'id'\ntR.";
/// `os.system`, imported and dropped; then the stream is cut off.
pub(crate) const CUT_OFF: &[u8] = b"cos\nsystem\n(S'id'\ntR0]";
/// `[1, 2` and nothing more.
pub(crate) const TRUNCATED: &[u8] = b"\x80\x04]\x94(K\x01K\x02";
/// An instance of a class that is on no list.
pub(crate) const MEDIUM: &[u8] = b"cacme.models\nThing\n)\x81.";
/// The beginning of a format that is not judged yet.
pub(crate) const UNSUPPORTED: &[u8] = b"GGUF\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";

/// A list of so many instances of a class that is on no list.
pub(crate) fn many(count: usize) -> Vec<u8> {
    let mut pickle = b"(".to_vec();
    for _ in 0..count {
        pickle.extend(b"cacme.models\nThing\n)\x81");
    }
    pickle.extend(b"l.");
    pickle
}

/// A zip archive of stored members.
pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes) in members {
        let offset = u32::try_from(archive.len()).unwrap();
        let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let mut header = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        header.extend(crc32(bytes).to_le_bytes());
        header.extend(size);
        header.extend(size);
        header.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        header.extend([0, 0]);
        archive.extend(b"PK\x03\x04");
        archive.extend(&header);
        archive.extend(name.as_bytes());
        archive.extend(*bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&header);
        // No comment, disk 0, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let offset = u32::try_from(archive.len()).unwrap();
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(count);
    archive.extend(count);
    archive.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    archive.extend(offset.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}
