use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use safetensors_check::{Dtype, Header, Layout, LayoutError, Limits, Validity, check};

use crate::oracle;

fn reference(dtype: Dtype) -> safetensors::Dtype {
    serde_json::from_value(dtype.as_str().into()).unwrap()
}

type Tensors = Vec<(String, Dtype, Vec<u64>)>;

/// The file of a layout, each tensor filled with its place in the input.
fn filled(layout: &Layout) -> Vec<u8> {
    let mut file = layout.header().to_vec();
    for tensor in layout.tensors() {
        let end = file.len() + usize::try_from(tensor.len()).unwrap();
        file.resize(end, u8::try_from(tensor.input() % 251).unwrap());
    }
    file
}

/// The file that the reference writer makes of the same.
fn written(tensors: &Tensors, metadata: Option<HashMap<String, String>>) -> Vec<u8> {
    let data: Vec<Vec<u8>> = tensors
        .iter()
        .enumerate()
        .map(|(at, (_, dtype, shape))| {
            let bytes = dtype.bytes(shape.iter().product()).unwrap();
            vec![u8::try_from(at % 251).unwrap(); usize::try_from(bytes).unwrap()]
        })
        .collect();
    let views = tensors
        .iter()
        .zip(&data)
        .map(|((name, dtype, shape), data)| {
            let shape = shape.iter().map(|size| usize::try_from(*size).unwrap());
            let view = TensorView::new(reference(*dtype), shape.collect(), data).unwrap();
            (name.clone(), view)
        });
    safetensors::serialize(views, metadata).unwrap()
}

fn tensors() -> impl Strategy<Value = Tensors> {
    let dtype = prop::sample::select(Dtype::ALL.to_vec());
    // Four times something, so that no dtype leaves a byte part full.
    let shape = prop::collection::vec(0..4_u64, 0..4).prop_map(|mut shape| {
        shape.push(4);
        shape
    });
    let name =
        prop_oneof![3 => "[a-c]{0,2}(\\.[a-z]{1,4})?", 1 => ".{0,6}", 1 => "[\\x00-\\x7f]{0,4}"];
    prop::collection::btree_map(name, (dtype, shape), 0..12).prop_map(|map| {
        let tensors = map
            .into_iter()
            .map(|(name, (dtype, shape))| (name, dtype, shape));
        // Not in the order of their names.
        let mut tensors: Tensors = tensors
            .filter(|(name, ..)| name != "__metadata__")
            .collect();
        tensors.sort_by_key(|(name, ..)| name.bytes().rev().collect::<Vec<u8>>());
        tensors
    })
}

proptest! {
    #[test]
    fn a_header_is_byte_for_byte_that_of_the_reference_writer(
        tensors in tensors(),
        pair in prop::option::of(("\\PC{0,8}", ".{0,8}")),
    ) {
        let metadata = pair.map(|pair| BTreeMap::from([pair]));
        let layout = Layout::new(tensors.clone(), metadata.clone()).unwrap();
        let wanted = written(&tensors, metadata.map(|all| all.into_iter().collect()));
        prop_assert_eq!(filled(&layout), wanted);
    }

    #[test]
    fn what_is_written_is_valid_and_read_by_both(
        tensors in tensors(),
        metadata in prop::option::of(prop::collection::btree_map(".{0,5}", ".{0,5}", 0..5)),
    ) {
        let layout = Layout::new(tensors.clone(), metadata.clone()).unwrap();
        let file = filled(&layout);
        prop_assert_eq!(layout.header().len() % 8, 0);
        let report = check(&file, &Limits::default());
        prop_assert_eq!(report.validity(), Validity::Valid);
        let findings = report.suspicions().iter().filter(|finding| finding.rule.code() == "STF027");
        prop_assert_eq!(findings.count(), 0, "aligned");
        oracle::hold(&file, &Limits::default());
        let header = Header::read(layout.header(), layout.file_len(), &Limits::default()).unwrap();
        let theirs = SafeTensors::deserialize(&file).unwrap();
        prop_assert_eq!(theirs.len(), tensors.len());
        for (name, dtype, shape) in &tensors {
            let ours = header.tensor(name).unwrap();
            prop_assert_eq!((ours.dtype(), ours.shape()), (*dtype, &shape[..]));
            let view = theirs.tensor(name).unwrap();
            prop_assert_eq!(view.dtype(), reference(*dtype));
            let range = ours.bytes();
            let bytes = &file[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
            prop_assert_eq!(view.data(), bytes);
        }
        let (_, read) = SafeTensors::read_metadata(&file).unwrap();
        let read = read.metadata().clone().map(|all| all.into_iter().collect::<BTreeMap<_, _>>());
        prop_assert_eq!(&read, &metadata);
        let ours = header.metadata().map(|pairs| {
            pairs.iter().map(|pair| (pair.key().to_owned(), pair.value().to_owned())).collect::<Vec<_>>()
        });
        // In order of their keys.
        prop_assert_eq!(ours, metadata.map(|all| all.into_iter().collect::<Vec<_>>()));
    }
}

#[test]
fn placements_say_where_each_tensor_goes_and_whence_it_came() {
    let layout = Layout::new(
        [
            ("b", Dtype::U8, vec![3]),
            ("a", Dtype::F32, vec![2]),
            ("c", Dtype::F32, vec![1]),
        ],
        BTreeMap::from([
            ("z".to_owned(), "1".to_owned()),
            ("y".to_owned(), "2".to_owned()),
        ]),
    )
    .unwrap();
    let places: Vec<_> = layout
        .tensors()
        .iter()
        .map(|tensor| (tensor.name(), tensor.input(), tensor.data_offsets()))
        .collect();
    assert_eq!(places, [("a", 1, 0..8), ("c", 2, 8..12), ("b", 0, 12..15)]);
    let header = layout.header().len() as u64;
    assert_eq!(layout.tensors()[1].bytes(), header + 8..header + 12);
    assert_eq!((layout.data_len(), layout.file_len()), (15, header + 15));
    let text = String::from_utf8(layout.header()[8..].to_vec()).unwrap();
    assert!(text.starts_with("{\"__metadata__\":{\"y\":\"2\",\"z\":\"1\"},\"a\":"));
}

#[test]
fn nothing_is_a_file_too() {
    let none: Tensors = Vec::new();
    let layout = Layout::new(none.clone(), None).unwrap();
    assert_eq!(layout.header(), written(&none, None));
    // The reference writer makes no JSON of this.
    let empty = Layout::new(none, BTreeMap::new()).unwrap();
    assert_eq!(&empty.header()[8..], b"{\"__metadata__\":{}}     ");
    assert!(SafeTensors::deserialize(empty.header()).is_ok());
}

#[test]
fn what_would_not_be_valid_is_not_laid_out() {
    let one = |name: &str, dtype, shape: &[u64]| {
        Layout::new([(name.to_owned(), dtype, shape.to_vec())], None).unwrap_err()
    };
    assert_eq!(
        one("__metadata__", Dtype::U8, &[1]),
        LayoutError::ReservedName
    );
    assert!(matches!(
        one("a", Dtype::U8, &[1; 65]),
        LayoutError::TooManyDimensions {
            found: 65,
            limit: 64,
            ..
        }
    ));
    assert!(matches!(
        one("a", Dtype::U8, &[0, 1 << 48]),
        LayoutError::OversizedDimension { .. }
    ));
    assert!(matches!(
        one("a", Dtype::F4, &[3]),
        LayoutError::PartialByte { bits: 12, .. }
    ));
    assert!(matches!(
        one("a", Dtype::U8, &[0, 1 << 40, 1 << 40]),
        LayoutError::Overflow { .. }
    ));
    assert!(matches!(
        one("a", Dtype::F64, &[1 << 40, 1 << 20]),
        LayoutError::Overflow { .. }
    ));
    let twice = Layout::new(
        [("a", Dtype::U8, vec![1]), ("a", Dtype::F32, vec![1])],
        None,
    );
    assert!(matches!(twice, Err(LayoutError::DuplicateName { .. })));
    let much = vec![1 << 40, (1 << 20) - 1];
    let sum = Layout::new(
        (0..20).map(|at| (at.to_string(), Dtype::U8, much.clone())),
        None,
    );
    assert!(matches!(sum, Err(LayoutError::Overflow { .. })));
    let long = BTreeMap::from([("a".to_owned(), "b".repeat(100_000_000))]);
    let none: Tensors = Vec::new();
    assert!(matches!(
        Layout::new(none, long),
        Err(LayoutError::OversizedHeader { .. })
    ));
    let message = one("\u{1b}[2J", Dtype::U8, &[1 << 50]).to_string();
    assert!(message.starts_with("tensor `\\x1b[2J`"), "{message}");
}
