//! What `convert::Checkpoint` makes of files that are written here opcode by opcode.

use model_scan::Verdict;
use model_scan::convert::{
    ByteOrder, Checkpoint, Container, Error, ErrorKind, Gap, Key, LeafValue, Limits, Quantiser,
    Refusal, SourceDtype, SparseLayout, StorageError, Tensor, TensorKind,
};
use pickle_vm::ErrorKind as Broken;

use crate::forge::{Entry, Zip};
use crate::forge_tar::{Entry as TarEntry, tar};

fn text(text: &str) -> Vec<u8> {
    let mut out = b"X".to_vec();
    out.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
    out.extend(text.as_bytes());
    out
}

fn int(int: i128) -> Vec<u8> {
    let mut out = b"\x8a\x10".to_vec();
    out.extend(int.to_le_bytes());
    out
}

fn ints(items: &[i128]) -> Vec<u8> {
    tuple(&items.iter().map(|&item| int(item)).collect::<Vec<_>>())
}

fn tuple(items: &[Vec<u8>]) -> Vec<u8> {
    [b"(".to_vec(), items.concat(), b"t".to_vec()].concat()
}

fn dict(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut out = b"}(".to_vec();
    for (key, value) in entries {
        out.extend(text(key));
        out.extend(value);
    }
    out.push(b'u');
    out
}

fn global(module: &str, name: &str) -> Vec<u8> {
    format!("c{module}\n{name}\n").into_bytes()
}

fn call(module: &str, name: &str, arguments: &[Vec<u8>]) -> Vec<u8> {
    [global(module, name), tuple(arguments), b"R".to_vec()].concat()
}

fn storage(class: &str, key: &str, count: i128) -> Vec<u8> {
    let id = [
        text("storage"),
        global("torch", class),
        text(key),
        text("cpu"),
        int(count),
    ];
    [tuple(&id), b"Q".to_vec()].concat()
}

fn hooks() -> Vec<u8> {
    [global("collections", "OrderedDict"), b")R".to_vec()].concat()
}

fn rebuilt(storage: Vec<u8>, offset: i128, size: &[i128], stride: &[i128]) -> Vec<u8> {
    let arguments = [
        storage,
        int(offset),
        ints(size),
        ints(stride),
        b"\x89".to_vec(),
        hooks(),
    ];
    call("torch._utils", "_rebuild_tensor_v2", &arguments)
}

/// A tensor of four floats in storage `0`.
fn four() -> Vec<u8> {
    rebuilt(storage("FloatStorage", "0", 4), 0, &[2, 2], &[2, 1])
}

fn pickle(body: &[u8]) -> Vec<u8> {
    [b"\x80\x02", body, b"."].concat()
}

fn entries(body: &[u8], members: &[(&str, &[u8])]) -> Vec<Entry> {
    let mut entries = vec![Entry::stored("m/data.pkl", &pickle(body))];
    for (name, data) in members {
        entries.push(Entry::stored(&format!("m/{name}"), data));
    }
    entries
}

fn archive(body: &[u8], members: &[(&str, &[u8])]) -> Vec<u8> {
    Zip::of(entries(body, members)).build()
}

fn read(bytes: &[u8]) -> Result<Checkpoint<'_>, Error> {
    Checkpoint::read("model.pt", bytes, &Limits::default())
}

fn names(checkpoint: &Checkpoint<'_>) -> Vec<String> {
    checkpoint.tensors().iter().map(name).collect()
}

fn name(tensor: &Tensor) -> String {
    let keys: Vec<_> = tensor.path.iter().map(Key::text).collect();
    keys.join(".")
}

/// The refusal of the only tensor, which lies on sixteen bytes of storage `0`.
fn refusal(body: &[u8]) -> Option<Refusal> {
    let bytes = archive(body, &[("data/0", &[7; 16])]);
    let checkpoint = read(&bytes).unwrap();
    let [tensor] = checkpoint.tensors() else {
        panic!("{:?}", checkpoint.tensors());
    };
    tensor.refusal.clone()
}

#[test]
fn tensors_are_listed_with_the_place_of_their_bytes() {
    let data: Vec<u8> = (0..16).collect();
    let bytes = archive(
        &dict(&[("model", dict(&[("w", four())])), ("epoch", int(7))]),
        &[("data/0", &data)],
    );
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(checkpoint.container(), Container::TorchZip);
    assert_eq!(checkpoint.verdict(), Verdict::Clean);
    assert_eq!(checkpoint.gaps(), []);
    assert_eq!(names(&checkpoint), ["model.w"]);
    let tensor = &checkpoint.tensors()[0];
    assert_eq!(tensor.refusal, None);
    assert_eq!(tensor.dtype, Some(SourceDtype::Float32));
    assert_eq!(
        (&*tensor.shape, &*tensor.stride),
        (&[2, 2][..], &[2, 1][..])
    );
    let storage = checkpoint.storage(tensor.storage.unwrap()).unwrap();
    assert_eq!(storage.member(), Some("m/data/0"));
    let range = storage.file_range().unwrap();
    let start = usize::try_from(range.start).unwrap();
    assert_eq!(bytes[start..start + 16], data);
    assert_eq!(storage.bytes().unwrap(), data);
    assert_eq!(storage.stated_crc(), Some(crc32fast::hash(&data)));
    storage.check().unwrap();
    let [leaf] = checkpoint.leaves() else {
        panic!()
    };
    assert_eq!(leaf.value, LeafValue::Int(7));
}

#[test]
fn elements_outside_of_the_storage_are_refused() {
    let on = |offset, size: &[i128], stride: &[i128]| {
        refusal(&rebuilt(
            storage("FloatStorage", "0", 4),
            offset,
            size,
            stride,
        ))
    };
    assert_eq!(on(0, &[4], &[1]), None);
    assert_eq!(on(3, &[], &[]), None);
    assert_eq!(on(0, &[3, 9], &[1, 0]), None);
    assert_eq!(on(9, &[0], &[1]), None);
    let outside = |reached| Some(Refusal::OutOfBounds { reached, held: 16 });
    assert_eq!(on(1, &[4], &[1]), outside(20));
    assert_eq!(on(4, &[], &[]), outside(20));
    assert_eq!(on(0, &[2, 2], &[3, 1]), outside(20));
    assert_eq!(on(0, &[1 << 62], &[1]), outside(u64::MAX));
    assert_eq!(on(-1, &[1], &[1]), Some(Refusal::MalformedGeometry));
    assert_eq!(on(0, &[-1], &[1]), Some(Refusal::MalformedGeometry));
    assert_eq!(on(0, &[2], &[-1]), Some(Refusal::MalformedGeometry));
    assert_eq!(on(0, &[2], &[]), Some(Refusal::MalformedGeometry));
    assert_eq!(on(0, &[1 << 63], &[1]), Some(Refusal::Overflow));
    assert_eq!(on(1 << 63, &[0], &[1]), Some(Refusal::Overflow));
    assert_eq!(on(0, &[i128::MAX], &[1]), Some(Refusal::Overflow));
    assert_eq!(on(0, &[1 << 40, 1 << 40], &[0, 0]), Some(Refusal::Overflow));
    assert_eq!(on(0, &[1; 65], &[1; 65]), Some(Refusal::Rank(65)));
}

#[test]
fn a_storage_that_is_not_as_stated_is_refused() {
    let of = |class: &str, key: &str, count| {
        refusal(&rebuilt(storage(class, key, count), 0, &[2], &[1]))
    };
    assert_eq!(of("FloatStorage", "9", 4), Some(Refusal::MissingStorage));
    let size = |stated| Some(Refusal::StorageSize { stated, found: 16 });
    assert_eq!(of("FloatStorage", "0", 5), size(20));
    assert_eq!(of("FloatStorage", "0", 3), size(12));
    assert_eq!(of("FloatStorage", "0", 1 << 62), Some(Refusal::Overflow));
    assert_eq!(
        of("WeightStorage", "0", 4),
        Some(Refusal::UnknownStorageClass("WeightStorage".into()))
    );
}

#[test]
fn one_storage_of_two_types_is_refused_for_both() {
    let other = rebuilt(storage("IntStorage", "0", 4), 0, &[2, 2], &[2, 1]);
    let bytes = archive(
        &dict(&[("a", four()), ("b", other)]),
        &[("data/0", &[0; 16])],
    );
    for tensor in read(&bytes).unwrap().tensors() {
        assert_eq!(tensor.refusal, Some(Refusal::StorageConflict));
    }
}

#[test]
fn a_checksum_that_does_not_hold_is_told() {
    let mut entries = entries(&four(), &[("data/0", &[0; 16])]);
    entries[1].both(|fields| fields.crc ^= 1);
    let bytes = Zip::of(entries).build();
    let checkpoint = read(&bytes).unwrap();
    assert!(matches!(
        checkpoint.storages()[0].check(),
        Err(StorageError::Checksum { .. })
    ));
}

#[test]
fn a_pickle_whose_checksum_does_not_hold_is_an_error() {
    let mut entries = entries(&four(), &[("data/0", &[0; 16])]);
    entries[0].both(|fields| fields.crc ^= 1);
    let bytes = Zip::of(entries).build();
    let error = read(&bytes).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Checksum { .. }));
    assert_eq!(error.member(), Some("m/data.pkl"));
}

#[test]
fn an_archive_that_readers_see_differently_is_an_error() {
    let twins = [("data/0", &[0; 16][..]), ("data/0", &[1; 16][..])];
    let bytes = archive(&four(), &twins);
    let error = read(&bytes).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::AmbiguousZip(_)),
        "{error}"
    );
    let mut two = entries(&four(), &[("data/0", &[0; 16])]);
    two.push(Entry::stored("n/data.pkl", &pickle(b"N")));
    let bytes = Zip::of(two).build();
    let error = read(&bytes).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::DataMembers(2));
}

#[test]
fn a_deflated_storage_is_unpacked_when_it_is_asked_for() {
    let bytes = Zip::of([
        Entry::deflated("m/data.pkl", &pickle(&four())),
        Entry::deflated("m/data/0", &[3; 16]),
    ])
    .build();
    let checkpoint = read(&bytes).unwrap();
    let storage = &checkpoint.storages()[0];
    assert_eq!(checkpoint.tensors()[0].refusal, None);
    assert_eq!(storage.as_slice(), None);
    assert_eq!(storage.file_range(), None);
    assert_eq!(storage.byte_length(), 16);
    assert_eq!(storage.bytes().unwrap(), [3; 16].as_slice());
}

#[test]
fn a_list_that_is_filled_after_it_was_stored_has_its_items_under_both_names() {
    // {"a": list}, the list put into the memo empty, then {"b": the same list}, then filled.
    let mut body = b"}(".to_vec();
    body.extend(text("a"));
    body.extend(b"]q\x01");
    body.extend(text("b"));
    body.extend(b"h\x01uh\x01");
    body.extend(four());
    body.extend(b"a0");
    let bytes = archive(&body, &[("data/0", &[0; 16])]);
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(names(&checkpoint), ["a.0", "b.0"]);
}

#[test]
fn a_cycle_ends() {
    let mut body = b"]q\x01h\x01a".to_vec();
    body.extend(four());
    body.extend(b"a");
    let bytes = archive(&body, &[("data/0", &[0; 16])]);
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(names(&checkpoint), ["1"]);
    assert_eq!(checkpoint.leaves()[0].value, LeafValue::Cycle);
}

#[test]
fn lists_that_are_shared_without_end_still_give_their_tensor() {
    // Each list holds the one before twice: 2^60 paths.
    let mut body = b"](".to_vec();
    body.extend(four());
    body.extend(b"eq\x01");
    for _ in 0..60 {
        body.extend(b"0](h\x01h\x01eq\x01");
    }
    let bytes = archive(&body, &[("data/0", &[0; 16])]);
    let limits = Limits::default().with_visits(10_000);
    let checkpoint = Checkpoint::read("model.pt", &bytes, &limits).unwrap();
    assert!(!checkpoint.tensors().is_empty());
    assert!(checkpoint.gaps().contains(&Gap::Shared));
}

#[test]
fn what_lies_too_deep_is_said() {
    let body = [b"(".repeat(600), four(), b"t".repeat(600)].concat();
    let bytes = archive(&body, &[("data/0", &[0; 16])]);
    let checkpoint = read(&bytes).unwrap();
    assert!(checkpoint.tensors().is_empty());
    assert!(matches!(checkpoint.gaps()[0], Gap::Depth { .. }));
    assert!(checkpoint.gaps()[0].may_hide_tensors());
}

#[test]
fn more_tensors_than_allowed_are_an_error() {
    let body = [b"(".to_vec(), four(), four(), four(), b"t".to_vec()].concat();
    let bytes = archive(&body, &[("data/0", &[0; 16])]);
    let limits = Limits::default().with_tensors(2);
    let error = Checkpoint::read("model.pt", &bytes, &limits).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LimitExceeded(_)));
}

#[test]
fn leaves_that_are_too_many_are_counted() {
    let bytes = pickle(&ints(&[1, 2, 3, 4, 5]));
    let limits = Limits::default().with_leaves(2);
    let checkpoint = Checkpoint::read("model.pkl", &bytes, &limits).unwrap();
    assert_eq!(checkpoint.leaves().len(), 2);
    assert_eq!(checkpoint.gaps(), [Gap::Leaves { count: 3 }]);
}

#[test]
fn a_class_that_nobody_knows_is_walked_through() {
    // Items set on it, items appended, two states, and arguments.
    let mut body = global("somebody", "Trainer");
    body.extend(tuple(&[four()]));
    body.extend(b"\x81");
    body.extend([text("item"), four(), b"s".to_vec()].concat());
    body.extend([four(), b"a".to_vec()].concat());
    body.extend([dict(&[("first", four())]), b"b".to_vec()].concat());
    body.extend([dict(&[("second", four())]), b"b".to_vec()].concat());
    let bytes = archive(&body, &[("data/0", &[0; 16])]);
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(names(&checkpoint), ["item", "0", "0", "first", "second"]);
    assert!(matches!(
        checkpoint.tensors()[1].path[..],
        [Key::Argument(0)]
    ));
    assert!(matches!(checkpoint.tensors()[2].path[..], [Key::Index(0)]));
}

#[test]
fn the_last_value_of_a_key_counts() {
    let entries = [("w", int(1)), ("x", int(2)), ("w", four())];
    let bytes = archive(&dict(&entries), &[("data/0", &[0; 16])]);
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(names(&checkpoint), ["w"]);
    assert_eq!(checkpoint.leaves().len(), 1);
}

#[test]
fn a_dangerous_pickle_is_told_and_its_tensors_are_listed() {
    let body = [call("os", "system", &[text("id")]), b"0".to_vec(), four()].concat();
    let bytes = archive(&body, &[("data/0", &[0; 16])]);
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(checkpoint.verdict(), Verdict::Dangerous);
    assert!(!checkpoint.findings().is_empty());
    assert_eq!(checkpoint.tensors().len(), 1);
}

/// Four floats, or two complex numbers, with metadata.
fn with_metadata(class: &str, count: i128, metadata: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let arguments = [
        storage(class, "0", count),
        int(0),
        ints(&[count]),
        ints(&[1]),
        b"\x89".to_vec(),
        hooks(),
        dict(metadata),
    ];
    call("torch._utils", "_rebuild_tensor_v2", &arguments)
}

#[test]
fn bits_for_conjugate_and_negative_are_read() {
    let on = b"\x88".to_vec();
    let bits = [("conj", on.clone()), ("neg", on.clone())];
    let bytes = archive(
        &with_metadata("ComplexFloatStorage", 2, &bits),
        &[("data/0", &[0; 16])],
    );
    let checkpoint = read(&bytes).unwrap();
    let tensor = &checkpoint.tensors()[0];
    assert!(tensor.conjugate && tensor.negative);
    assert_eq!(tensor.refusal, None);
    let real = with_metadata("FloatStorage", 4, &bits);
    assert_eq!(refusal(&real), Some(Refusal::ConjugateOfReal));
    let unknown = with_metadata("FloatStorage", 4, &[("backend", on)]);
    assert_eq!(
        refusal(&unknown),
        Some(Refusal::UnknownMetadata("backend".into()))
    );
}

#[test]
fn an_untyped_storage_takes_its_dtype_from_the_tensor() {
    let v3 = |dtype: &str, count| {
        let arguments = [
            storage("UntypedStorage", "0", 16),
            int(0),
            ints(&[count]),
            ints(&[1]),
            b"\x89".to_vec(),
            hooks(),
            global("torch", dtype),
        ];
        call("torch._utils", "_rebuild_tensor_v3", &arguments)
    };
    assert_eq!(refusal(&v3("uint16", 8)), None);
    assert_eq!(refusal(&v3("float8_e4m3fn", 16)), None);
    assert_eq!(refusal(&v3("uint3", 16)), None);
    assert_eq!(
        refusal(&v3("uint16", 9)),
        Some(Refusal::OutOfBounds {
            reached: 18,
            held: 16
        })
    );
    assert_eq!(
        refusal(&v3("posit16", 8)),
        Some(Refusal::UnknownDtype("torch.posit16".into()))
    );
}

#[test]
fn what_is_no_strided_tensor_says_what_it_is() {
    let layout = call(
        "torch.serialization",
        "_get_layout",
        &[text("torch.sparse_coo")],
    );
    let parts = tuple(&[four(), four(), ints(&[9, 9])]);
    let sparse = call("torch._utils", "_rebuild_sparse_tensor", &[layout, parts]);
    let scheme = [
        global("torch", "per_tensor_affine"),
        b"G?\xe0\0\0\0\0\0\0".to_vec(),
        int(3),
    ];
    let quantised = call(
        "torch._utils",
        "_rebuild_qtensor",
        &[
            storage("QInt8Storage", "1", 4),
            int(0),
            ints(&[4]),
            ints(&[1]),
            tuple(&scheme),
            b"\x89".to_vec(),
            hooks(),
        ],
    );
    let meta = call(
        "torch._utils",
        "_rebuild_meta_tensor_no_storage",
        &[global("torch", "float16"), ints(&[3]), ints(&[1])],
    );
    let unknown = call("torch._utils", "_rebuild_tensor_v9", &[int(1)]);
    let body = dict(&[("s", sparse), ("q", quantised), ("m", meta), ("u", unknown)]);
    let bytes = archive(&body, &[("data/0", &[0; 16]), ("data/1", &[1; 4])]);
    let checkpoint = read(&bytes).unwrap();
    let [sparse, quantised, meta, unknown] = checkpoint.tensors() else {
        panic!("{:?}", names(&checkpoint));
    };
    let TensorKind::Sparse { layout, parts } = &sparse.kind else {
        panic!()
    };
    assert_eq!((*layout, &*sparse.shape), (SparseLayout::Coo, &[9, 9][..]));
    assert_eq!(
        parts.iter().map(name).collect::<Vec<_>>(),
        ["s.indices", "s.values"]
    );
    assert_eq!(
        quantised.kind,
        TensorKind::Quantised(Quantiser::PerTensor {
            scale: 0.5,
            zero_point: 3
        })
    );
    assert_eq!(
        (&meta.refusal, &*meta.shape),
        (&Some(Refusal::NoData), &[3][..])
    );
    assert_eq!(
        unknown.refusal,
        Some(Refusal::UnknownFunction(
            "torch._utils._rebuild_tensor_v9".into()
        ))
    );
}

#[test]
fn a_module_has_parameters_buffers_and_modules() {
    let parameter = call(
        "torch._utils",
        "_rebuild_parameter",
        &[four(), b"\x88".to_vec(), hooks()],
    );
    let transient = [
        global("builtins", "set"),
        tuple(&[[b"](".to_vec(), text("mask"), b"e".to_vec()].concat()]),
        b"R".to_vec(),
    ]
    .concat();
    let module = |modules: Vec<u8>| {
        let state = dict(&[
            ("training", b"\x88".to_vec()),
            (
                "_parameters",
                dict(&[("weight", parameter.clone()), ("bias", b"N".to_vec())]),
            ),
            ("_buffers", dict(&[("mean", four()), ("mask", four())])),
            ("_non_persistent_buffers_set", transient.clone()),
            ("_modules", modules),
        ]);
        [
            global("somebody", "Net"),
            b")\x81".to_vec(),
            state,
            b"b".to_vec(),
        ]
        .concat()
    };
    let body = module(dict(&[("layer", module(b"}".to_vec()))]));
    let bytes = archive(&body, &[("data/0", &[0; 16])]);
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(
        names(&checkpoint),
        [
            "weight",
            "mean",
            "mask",
            "layer.weight",
            "layer.mean",
            "layer.mask"
        ]
    );
    let paths: Vec<_> = checkpoint
        .tensors()
        .iter()
        .map(|tensor| &tensor.path)
        .collect();
    assert!(matches!(paths[0][..], [Key::Parameter(_)]));
    assert!(matches!(paths[1][..], [Key::Buffer(_)]));
    assert!(matches!(paths[2][..], [Key::TransientBuffer(_)]));
    assert!(matches!(paths[3][..], [Key::Module(_), Key::Parameter(_)]));
}

#[test]
fn a_big_endian_archive_is_read_as_one() {
    let members: [(&str, &[u8]); 2] = [("data/0", &[0; 16]), ("byteorder", b"big")];
    let bytes = archive(&four(), &members);
    assert_eq!(
        read(&bytes).unwrap().tensors()[0].byte_order,
        ByteOrder::Big
    );
    let members: [(&str, &[u8]); 2] = [("data/0", &[0; 16]), ("byteorder", b"middle")];
    let bytes = archive(&four(), &members);
    assert_eq!(*read(&bytes).unwrap_err().kind(), ErrorKind::ByteOrder);
}

fn npy(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let mut out = b"\x93NUMPY\x01\0".to_vec();
    out.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    out.extend(header.as_bytes());
    out.extend(data);
    out
}

#[test]
fn arrays_of_numpy_are_tensors() {
    let bytes = npy("'>f4'", "True", "(2, 3)", &[0; 24]);
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(checkpoint.container(), Container::Npy);
    let tensor = &checkpoint.tensors()[0];
    assert_eq!(
        (&*tensor.shape, &*tensor.stride),
        (&[2, 3][..], &[1, 2][..])
    );
    assert_eq!(tensor.byte_order, ByteOrder::Big);
    assert_eq!(tensor.refusal, None);
    let bytes = npy("'<f4'", "False", "(2, 3)", &[0; 23]);
    assert_eq!(
        read(&bytes).unwrap().tensors()[0].refusal,
        Some(Refusal::ArraySize {
            stated: 24,
            found: 23
        })
    );
    let bytes = npy("'<f4'", "False", "(2,)", &[0; 9]);
    assert_eq!(*read(&bytes).unwrap_err().kind(), ErrorKind::TrailingBytes);
    let bytes = npy("[('a', '<f4')]", "False", "(2,)", &[0; 8]);
    assert_eq!(
        read(&bytes).unwrap().tensors()[0].refusal,
        Some(Refusal::StructuredElements)
    );
}

#[test]
fn arrays_of_an_archive_are_unpacked_on_demand() {
    let array = npy("'<i2'", "False", "(3,)", &[1, 0, 2, 0, 3, 0]);
    let objects = npy("'|O'", "False", "(1,)", b"\x80\x02]N.");
    let bytes = Zip::of([
        Entry::stored("a.npy", &array),
        Entry::deflated("b/c.npy", &array),
        Entry::stored("o.npy", &objects),
    ])
    .build();
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(checkpoint.container(), Container::Npz);
    assert_eq!(names(&checkpoint), ["a", "b/c", "o"]);
    for storage in checkpoint.storages() {
        assert_eq!(storage.bytes().unwrap(), [1, 0, 2, 0, 3, 0].as_slice());
        storage.check().unwrap();
        assert_eq!(storage.stated_crc(), None);
    }
    assert_eq!(
        checkpoint.tensors()[2].refusal,
        Some(Refusal::PythonObjects)
    );
}

/// A pickled array of two floats, its bytes written as a text to be encoded.
fn pickled_array() -> Vec<u8> {
    let array = call(
        "numpy.core.multiarray",
        "_reconstruct",
        &[global("numpy", "ndarray"), ints(&[0]), b"U\x01b".to_vec()],
    );
    let dtype = call("numpy", "dtype", &[text("f4"), int(0), int(1)]);
    let state = [int(3), text("<"), b"NNN".to_vec(), int(-1), int(-1), int(0)];
    let dtype = [dtype, tuple(&state), b"b".to_vec()].concat();
    let data = call(
        "_codecs",
        "encode",
        &[text("\u{0}\u{0}\u{80}?\u{0}\u{0}\u{0}@"), text("latin1")],
    );
    let state = [int(1), ints(&[2]), dtype, b"\x89".to_vec(), data];
    [array, tuple(&state), b"b".to_vec()].concat()
}

#[test]
fn a_pickled_array_has_its_bytes() {
    let bytes = pickle(&dict(&[("x", pickled_array())]));
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(checkpoint.container(), Container::Pickle);
    let tensor = &checkpoint.tensors()[0];
    assert_eq!(tensor.refusal, None);
    let storage = checkpoint.storage(tensor.storage.unwrap()).unwrap();
    assert_eq!(
        storage.bytes().unwrap(),
        [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40].as_slice()
    );
}

/// A file of torch's older format: one tensor of two floats that is a view on the end of its storage.
fn legacy(little_endian: &[u8]) -> Vec<u8> {
    let view = tuple(&[text("1"), int(2), int(2)]);
    let id = [
        text("storage"),
        global("torch", "FloatStorage"),
        text("0"),
        text("cpu"),
        int(4),
        view,
    ];
    let tensor = rebuilt([tuple(&id), b"Q".to_vec()].concat(), 0, &[2], &[1]);
    let mut bytes = pickle(b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19");
    bytes.extend(pickle(b"M\xe9\x03"));
    bytes.extend(pickle(&dict(&[("little_endian", little_endian.to_vec())])));
    bytes.extend(pickle(&dict(&[("w", tensor)])));
    bytes.extend(pickle(&[b"](".to_vec(), text("0"), b"e".to_vec()].concat()));
    bytes.extend(4_u64.to_le_bytes());
    bytes.extend(0..16);
    bytes
}

#[test]
fn the_older_format_is_read_with_its_views() {
    let bytes = legacy(b"\x88");
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(checkpoint.container(), Container::TorchLegacy);
    let tensor = &checkpoint.tensors()[0];
    assert_eq!((tensor.offset, &tensor.refusal), (2, &None));
    assert_eq!(tensor.byte_range(), Some(8..16));
    let [storage] = checkpoint.storages() else {
        panic!()
    };
    assert_eq!(storage.bytes().unwrap(), (0..16).collect::<Vec<u8>>());
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(*read(&longer).unwrap_err().kind(), ErrorKind::TrailingBytes);
    let shorter = &bytes[..bytes.len() - 1];
    assert_eq!(*read(shorter).unwrap_err().kind(), ErrorKind::Table);
}

#[test]
fn the_older_format_of_a_big_endian_system_is_refused() {
    let bytes = legacy(b"\x89");
    assert_eq!(
        read(&bytes).unwrap().tensors()[0].refusal,
        Some(Refusal::UncertainByteOrder)
    );
}

#[test]
fn the_oldest_format_is_read_with_its_views() {
    let row = |first: Vec<u8>, second: Vec<u8>, class: &str| {
        pickle(&tuple(&[first, second, global("torch", class)]))
    };
    let mut storages = pickle(&int(1));
    storages.extend(row(int(11), text("cpu"), "FloatStorage"));
    storages.extend(4_u64.to_le_bytes());
    storages.extend(0..16);
    let view = tuple(&[int(12), int(11), int(1), int(3)]);
    storages.extend(pickle(&[b"](".to_vec(), view, b"e".to_vec()].concat()));
    let mut tensors = pickle(&int(1));
    tensors.extend(row(int(21), int(12), "FloatTensor"));
    tensors.extend(1_u64.to_le_bytes());
    for number in [2_i64, 1, 1] {
        tensors.extend(number.to_le_bytes());
    }
    let object = pickle(&dict(&[("w", [text("21"), b"Q".to_vec()].concat())]));
    let bytes = tar(&[
        TarEntry::file("sys_info", &pickle(b"}")),
        TarEntry::file("pickle", &object),
        TarEntry::file("tensors", &tensors),
        TarEntry::file("storages", &storages),
    ]);
    let checkpoint = read(&bytes).unwrap();
    assert_eq!(checkpoint.container(), Container::TorchTar);
    let tensor = &checkpoint.tensors()[0];
    assert_eq!(
        (tensor.offset, &*tensor.shape, &tensor.refusal),
        (2, &[2][..], &None)
    );
    let mut longer = bytes.clone();
    longer.resize(bytes.len() + (2 << 20), 0);
    assert_eq!(*read(&longer).unwrap_err().kind(), ErrorKind::TrailingBytes);
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_an_error_or_says_so() {
    for whole in [
        archive(&dict(&[("w", four())]), &[("data/0", &[0; 16])]),
        legacy(b"\x88"),
        npy("'<f4'", "False", "(2, 3)", &[0; 24]),
        pickle(&pickled_array()),
    ] {
        for end in 0..whole.len() {
            if let Ok(checkpoint) = read(&whole[..end]) {
                assert!(
                    checkpoint
                        .tensors()
                        .iter()
                        .any(|tensor| tensor.refusal.is_some()),
                    "{end}"
                );
            }
        }
    }
    let error = read(b"\x80\x02}X\x01\0\0\0a").unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Pickle(Broken::NoStop));
}

#[test]
fn an_archive_with_a_tail_that_hides_its_end_record_is_refused_unread() {
    let mut bytes = include_bytes!("../../../../testdata/honest/state_dict.pt").to_vec();
    let length = bytes.len() + (1 << 20);
    bytes.resize(length, 0);
    let error = Checkpoint::read("model.pt", &bytes, &Limits::default()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NoEndRecord);
    assert_eq!(error.offset(), u64::try_from(length).unwrap());
}
