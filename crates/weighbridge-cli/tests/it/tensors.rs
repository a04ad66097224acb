//! Model files with tensors in them, written byte by byte.

/// A safetensors file: the header as it is, and the data behind it.
pub(crate) fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    let mut file = u64::try_from(header.len()).unwrap().to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

/// Two tensors, metadata, and the padding that the reference writes.
pub(crate) fn two_tensors() -> Vec<u8> {
    let header = r#"{"__metadata__":{"format":"pt"},"bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}}"#;
    let padded = header.len().next_multiple_of(8);
    let data: Vec<u8> = (0..8_u8)
        .flat_map(|number| f32::from(number).to_le_bytes())
        .collect();
    safetensors(&format!("{header:padded$}"), &data)
}
