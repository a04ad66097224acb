//! Files as nobody's writer makes them.

/// Puts the length before a header and data behind it.
pub(crate) fn file(header: impl AsRef<[u8]>, data: usize) -> Vec<u8> {
    let header = header.as_ref();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header);
    file.resize(file.len() + data, 0);
    file
}

/// The entry of a tensor.
pub(crate) fn entry(name: &str, dtype: &str, shape: &str, begin: u64, end: u64) -> String {
    format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{begin},{end}]}}"#)
}

/// Puts a length of its own before a header.
pub(crate) fn framed(length: u64, header: impl AsRef<[u8]>, data: usize) -> Vec<u8> {
    let mut file = file(header, data);
    file[..8].copy_from_slice(&length.to_le_bytes());
    file
}
