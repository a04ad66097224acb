//! Model files with tensors in them, written byte by byte.

use crate::pickles::zip;

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

/// A tensor of a checkpoint: a view of a storage.
pub(crate) struct View<'a> {
    pub(crate) name: &'a str,
    /// The class of the storage, `FloatStorage`.
    pub(crate) class: &'a str,
    /// The key of the storage.
    pub(crate) key: &'a str,
    /// Elements in the storage.
    pub(crate) count: u8,
    pub(crate) offset: u8,
    pub(crate) shape: &'a [u8],
    pub(crate) stride: &'a [u8],
}

/// A view of a whole storage of floats.
pub(crate) const fn floats<'a>(name: &'a str, key: &'a str, shape: &'a [u8]) -> View<'a> {
    let (count, stride): (u8, &[u8]) = match shape {
        [all] => (*all, &[1]),
        [rows, 2] => (*rows * 2, &[2, 1]),
        [rows, 3] => (*rows * 3, &[3, 1]),
        _ => panic!("no such shape"),
    };
    View {
        name,
        class: "FloatStorage",
        key,
        count,
        offset: 0,
        shape,
        stride,
    }
}

fn text(pickle: &mut Vec<u8>, text: &str) {
    pickle.push(b'X');
    pickle.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
    pickle.extend(text.as_bytes());
}

fn numbers(pickle: &mut Vec<u8>, numbers: &[u8]) {
    pickle.push(b'(');
    for number in numbers {
        pickle.extend([b'K', *number]);
    }
    pickle.push(b't');
}

/// An empty ordered dictionary.
const DICT: &[u8] = b"ccollections\nOrderedDict\n)R";

/// The opcodes of a state dict with these tensors, without protocol and STOP.
pub(crate) fn state_dict(views: &[View<'_>]) -> Vec<u8> {
    let mut pickle = DICT.to_vec();
    pickle.push(b'(');
    for view in views {
        text(&mut pickle, view.name);
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut pickle, "storage");
        pickle.extend(format!("ctorch\n{}\n", view.class).as_bytes());
        text(&mut pickle, view.key);
        text(&mut pickle, "cpu");
        pickle.extend([b'K', view.count]);
        pickle.extend(b"tQ");
        pickle.extend([b'K', view.offset]);
        numbers(&mut pickle, view.shape);
        numbers(&mut pickle, view.stride);
        pickle.push(0x89);
        pickle.extend(DICT);
        pickle.extend(b"tR");
    }
    pickle.push(b'u');
    pickle
}

/// A torch archive around the opcodes of one object, with these storages.
pub(crate) fn archive(object: &[u8], storages: &[(&str, &[u8])]) -> Vec<u8> {
    let pickle = [b"\x80\x02", object, b"."].concat();
    let names: Vec<String> = storages
        .iter()
        .map(|(key, _)| format!("archive/data/{key}"))
        .collect();
    let mut members: Vec<(&str, &[u8])> = vec![("archive/data.pkl", &pickle)];
    for (name, (_, bytes)) in names.iter().zip(storages) {
        members.push((name, bytes));
    }
    members.push(("archive/version", b"3\n"));
    zip(&members)
}

/// A torch archive of a state dict.
pub(crate) fn checkpoint(views: &[View<'_>], storages: &[(&str, &[u8])]) -> Vec<u8> {
    archive(&state_dict(views), storages)
}

/// Whole numbers from 0 on, as floats.
pub(crate) fn counting(count: u8) -> Vec<u8> {
    let numbers = (0..count).flat_map(|number| f32::from(number).to_le_bytes());
    numbers.collect()
}
