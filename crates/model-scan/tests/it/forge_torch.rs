//! A small writer of torch checkpoints: opcodes of pickles, and the archives that they lie in.

use crate::forge::{Entry, Zip};

/// Opcodes that leave one value on the stack.
pub(crate) type Opcodes = Vec<u8>;

pub(crate) fn text(text: &str) -> Opcodes {
    let length = u32::try_from(text.len()).unwrap();
    [b"X", &length.to_le_bytes()[..], text.as_bytes()].concat()
}

pub(crate) fn int(int: i64) -> Opcodes {
    [&[0x8a, 8][..], &int.to_le_bytes()].concat()
}

pub(crate) fn float(float: f64) -> Opcodes {
    [&b"G"[..], &float.to_be_bytes()].concat()
}

pub(crate) fn tuple(items: &[Opcodes]) -> Opcodes {
    [b"(", items.concat().as_slice(), b"t"].concat()
}

pub(crate) fn list(items: &[Opcodes]) -> Opcodes {
    [b"](", items.concat().as_slice(), b"e"].concat()
}

pub(crate) fn ints(ints: &[i64]) -> Opcodes {
    tuple(&ints.iter().map(|&number| int(number)).collect::<Vec<_>>())
}

pub(crate) fn global(module: &str, name: &str) -> Opcodes {
    format!("c{module}\n{name}\n").into_bytes()
}

pub(crate) fn call(module: &str, name: &str, arguments: &[Opcodes]) -> Opcodes {
    [global(module, name), tuple(arguments), b"R".to_vec()].concat()
}

pub(crate) fn dict(entries: &[(&str, Opcodes)]) -> Opcodes {
    let entries: Vec<Opcodes> = entries
        .iter()
        .map(|(key, value)| [text(key), value.clone()].concat())
        .collect();
    [b"}(", entries.concat().as_slice(), b"u"].concat()
}

fn hooks() -> Opcodes {
    call("collections", "OrderedDict", &[])
}

/// A tensor as `_rebuild_tensor_v2` makes it.
pub(crate) fn tensor(storage: &Opcodes, offset: i64, shape: &[i64], stride: &[i64]) -> Opcodes {
    call(
        "torch._utils",
        "_rebuild_tensor_v2",
        &[
            storage.clone(),
            int(offset),
            ints(shape),
            ints(stride),
            vec![0x89],
            hooks(),
        ],
    )
}

/// A tensor as `_rebuild_tensor_v3` makes it, of a dtype that has no storage of its own.
pub(crate) fn tensor_of(
    storage: &Opcodes,
    dtype: &str,
    offset: i64,
    shape: &[i64],
    stride: &[i64],
) -> Opcodes {
    call(
        "torch._utils",
        "_rebuild_tensor_v3",
        &[
            storage.clone(),
            int(offset),
            ints(shape),
            ints(stride),
            vec![0x89],
            hooks(),
            global("torch", dtype),
        ],
    )
}

/// A sparse tensor by coordinates.
pub(crate) fn coo(indices: Opcodes, values: Opcodes, shape: &[i64]) -> Opcodes {
    let layout = call(
        "torch.serialization",
        "_get_layout",
        &[text("torch.sparse_coo")],
    );
    let data = tuple(&[indices, values, ints(shape)]);
    call("torch._utils", "_rebuild_sparse_tensor", &[layout, data])
}

/// A sparse tensor by rows or columns.
pub(crate) fn compressed(
    layout: &str,
    pointers: Opcodes,
    indices: Opcodes,
    values: Opcodes,
    shape: &[i64],
) -> Opcodes {
    let layout = call("torch.serialization", "_get_layout", &[text(layout)]);
    let data = tuple(&[pointers, indices, values, ints(shape)]);
    call("torch._utils", "_rebuild_sparse_tensor", &[layout, data])
}

/// A quantised tensor with one scale.
pub(crate) fn quantised(storage: &Opcodes, shape: &[i64], stride: &[i64], scale: f64) -> Opcodes {
    let quantiser = tuple(&[global("torch", "per_tensor_affine"), float(scale), int(1)]);
    call(
        "torch._utils",
        "_rebuild_qtensor",
        &[
            storage.clone(),
            int(0),
            ints(shape),
            ints(stride),
            quantiser,
            vec![0x89],
            hooks(),
        ],
    )
}

/// The storages of a checkpoint.
#[derive(Default)]
pub(crate) struct Torch {
    storages: Vec<Vec<u8>>,
    counts: Vec<i64>,
}

impl Torch {
    /// Adds a storage and returns what stands for it in the pickle.
    pub(crate) fn storage(&mut self, class: &str, itemsize: usize, bytes: &[u8]) -> Opcodes {
        let key = self.storages.len().to_string();
        let count = i64::try_from(bytes.len() / itemsize).unwrap();
        self.storages.push(bytes.to_vec());
        self.counts.push(count);
        let module = if class == "UntypedStorage" {
            "torch.storage"
        } else {
            "torch"
        };
        let id = tuple(&[
            text("storage"),
            global(module, class),
            text(&key),
            text("cpu"),
            int(count),
        ]);
        [id, b"Q".to_vec()].concat()
    }

    pub(crate) fn floats(&mut self, floats: &[f32]) -> Opcodes {
        let bytes: Vec<u8> = floats
            .iter()
            .flat_map(|float| float.to_le_bytes())
            .collect();
        self.storage("FloatStorage", 4, &bytes)
    }

    pub(crate) fn longs(&mut self, longs: &[i64]) -> Opcodes {
        let bytes: Vec<u8> = longs.iter().flat_map(|long| long.to_le_bytes()).collect();
        self.storage("LongStorage", 8, &bytes)
    }

    /// Builds the archive that `torch.save` writes.
    pub(crate) fn zip(&self, root: &Opcodes) -> Vec<u8> {
        self.archive(root, "little", Entry::stored)
    }

    /// Builds it with another byte order, or its storages packed.
    pub(crate) fn archive(
        &self,
        root: &Opcodes,
        order: &str,
        member: fn(&str, &[u8]) -> Entry,
    ) -> Vec<u8> {
        let pickle = [b"\x80\x02", root.as_slice(), b"."].concat();
        let mut entries = vec![
            Entry::stored("model/data.pkl", &pickle),
            Entry::stored("model/byteorder", order.as_bytes()),
        ];
        for (key, bytes) in self.storages.iter().enumerate() {
            entries.push(member(&format!("model/data/{key}"), bytes));
        }
        entries.push(Entry::stored("model/version", b"3\n"));
        Zip::of(entries).build()
    }

    /// Builds the pickles that `torch.save` wrote before 1.6.
    pub(crate) fn legacy(&self, root: &Opcodes) -> Vec<u8> {
        let pickle = |value: &[u8]| [b"\x80\x02", value, b"."].concat();
        let magic = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
        let sizes = dict(&[("short", int(2)), ("int", int(4)), ("long", int(4))]);
        let system = dict(&[
            ("protocol_version", int(1001)),
            ("little_endian", vec![0x88]),
            ("type_sizes", sizes),
        ]);
        // Six items in the persistent id of that time: a view behind the number of elements.
        let root = with_views(root);
        let keys: Vec<Opcodes> = (0..self.storages.len())
            .map(|key| text(&key.to_string()))
            .collect();
        let mut file = [
            pickle(magic),
            pickle(&int(1001)),
            pickle(&system),
            pickle(&root),
            pickle(&list(&keys)),
        ]
        .concat();
        for (bytes, count) in self.storages.iter().zip(&self.counts) {
            file.extend_from_slice(&count.to_le_bytes());
            file.extend_from_slice(bytes);
        }
        file
    }
}

/// Puts `None` into each persistent id.
fn with_views(opcodes: &[u8]) -> Opcodes {
    let mut out = Vec::new();
    let mut rest = opcodes;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"tQ") {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(b"NtQ");
        rest = &rest[at + 2..];
    }
    out.extend_from_slice(rest);
    out
}
