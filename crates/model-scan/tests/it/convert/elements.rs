use model_scan::convert::{Complex, Options, Quantised};
use proptest::prelude::*;

use super::{converted, floats, tensor};
use crate::forge::Entry;
use crate::forge_torch::{Opcodes, Torch, call, dict, int, ints, quantised, tensor_of};

/// torch's name of a dtype, its name in safetensors, bytes that are swapped together, bytes of an element.
const DTYPES: &[(&str, &str, usize, usize)] = &[
    ("float32", "F32", 4, 4),
    ("float64", "F64", 8, 8),
    ("float16", "F16", 2, 2),
    ("bfloat16", "BF16", 2, 2),
    ("int64", "I64", 8, 8),
    ("int32", "I32", 4, 4),
    ("int16", "I16", 2, 2),
    ("int8", "I8", 1, 1),
    ("uint8", "U8", 1, 1),
    ("bool", "BOOL", 1, 1),
    ("uint16", "U16", 2, 2),
    ("uint32", "U32", 4, 4),
    ("uint64", "U64", 8, 8),
    ("complex64", "C64", 4, 8),
    ("float8_e4m3fn", "F8_E4M3", 1, 1),
    ("float8_e4m3fnuz", "F8_E4M3FNUZ", 1, 1),
    ("float8_e5m2", "F8_E5M2", 1, 1),
    ("float8_e5m2fnuz", "F8_E5M2FNUZ", 1, 1),
    ("float8_e8m0fnu", "F8_E8M0", 1, 1),
];

/// Offset, shape and stride of views on 24 elements.
const VIEWS: &[(i64, &[i64], &[i64])] = &[
    (0, &[4, 6], &[6, 1]),
    (0, &[6, 4], &[1, 6]),
    (2, &[2, 3], &[12, 2]),
    (5, &[], &[]),
    (23, &[7], &[0]),
    (1, &[3, 2, 2], &[0, 1, 0]),
    (4, &[5, 5], &[1, 1]),
    (0, &[3, 0, 2], &[7, 7, 7]),
    (24, &[0], &[1]),
    (3, &[1, 2, 1, 3], &[99, 8, 99, 1]),
    (0, &[2, 3, 4], &[12, 4, 1]),
];

/// Gathers elements one by one.
fn gathered(bytes: &[u8], width: usize, offset: i64, shape: &[i64], stride: &[i64]) -> Vec<u8> {
    let mut out = Vec::new();
    let count: i64 = shape.iter().product();
    for element in 0..count {
        let (mut rest, mut at) = (element, offset);
        for (size, stride) in shape.iter().zip(stride).rev() {
            at += rest % size * stride;
            rest /= size;
        }
        let start = usize::try_from(at).unwrap() * width;
        out.extend_from_slice(&bytes[start..start + width]);
    }
    out
}

/// Numbers that are not all alike, of so many bytes.
fn noise(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| u8::try_from((at * 37 + at / 7) % 251).unwrap())
        .collect()
}

fn check(build: impl Fn(&Torch, &Opcodes) -> Vec<u8>, is_big: bool) {
    for &(name, called, swapped, width) in DTYPES {
        let bytes = noise(24 * width);
        let mut little = bytes.clone();
        if is_big {
            little.chunks_mut(swapped).for_each(<[u8]>::reverse);
        }
        for &(offset, shape, stride) in VIEWS {
            let mut torch = Torch::default();
            let storage = torch.storage("UntypedStorage", 1, &bytes);
            let root = dict(&[("w", tensor_of(&storage, name, offset, shape, stride))]);
            let output = converted(&build(&torch, &root), &Options::default());
            let (dtype, found, data) = tensor(&output, "w");
            assert_eq!(dtype, called, "{name}");
            assert_eq!(
                data,
                gathered(&little, width, offset, shape, stride),
                "{name} {shape:?} {stride:?}"
            );
            let shape: Vec<usize> = shape.iter().map(|&n| usize::try_from(n).unwrap()).collect();
            assert_eq!(found, shape);
        }
    }
}

#[test]
fn every_dtype_is_gathered_from_every_view() {
    check(Torch::zip, false);
}

#[test]
fn every_dtype_is_gathered_from_what_is_packed() {
    check(
        |torch, root| torch.archive(root, "little", Entry::deflated),
        false,
    );
}

#[test]
fn numbers_of_big_endian_archives_are_turned_around() {
    check(
        |torch, root| torch.archive(root, "big", Entry::stored),
        true,
    );
}

#[test]
fn an_element_of_two_numbers_doubles_the_last_dimension() {
    let mut torch = Torch::default();
    let storage = torch.storage("UntypedStorage", 1, &noise(6));
    let root = dict(&[(
        "w",
        tensor_of(&storage, "float4_e2m1fn_x2", 0, &[2, 3], &[3, 1]),
    )]);
    let output = converted(&torch.zip(&root), &Options::default());
    assert_eq!(
        tensor(&output, "w"),
        ("F4".to_owned(), vec![2, 6], noise(6))
    );
}

#[test]
fn the_older_format_is_converted_alike() {
    let mut torch = Torch::default();
    let storage = torch.floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let root = dict(&[(
        "w",
        crate::forge_torch::tensor(&storage, 0, &[3, 2], &[1, 3]),
    )]);
    let options = Options::default();
    let output = converted(&torch.legacy(&root), &options);
    assert_eq!(
        tensor(&output, "w").2,
        floats(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0])
    );
    assert_eq!(output, converted(&torch.zip(&root), &options));
}

#[test]
fn bits_that_change_signs_are_applied() {
    let mut torch = Torch::default();
    let numbers = floats(&[1.0, 2.0, -3.0, 4.0]);
    let storage = torch.storage("ComplexFloatStorage", 8, &numbers);
    let marked = |bits: &[&str]| {
        let bits: Vec<(&str, Opcodes)> = bits.iter().map(|&bit| (bit, vec![0x88])).collect();
        call(
            "torch._utils",
            "_rebuild_tensor_v2",
            &[
                storage.clone(),
                int(0),
                ints(&[2]),
                ints(&[1]),
                vec![0x89],
                call("collections", "OrderedDict", &[]),
                dict(&bits),
            ],
        )
    };
    let root = dict(&[
        ("both", marked(&["conj", "neg"])),
        ("conj", marked(&["conj"])),
        ("neg", marked(&["neg"])),
    ]);
    let output = converted(&torch.zip(&root), &Options::default());
    assert_eq!(tensor(&output, "conj").2, floats(&[1.0, -2.0, -3.0, -4.0]));
    assert_eq!(tensor(&output, "neg").2, floats(&[-1.0, -2.0, 3.0, -4.0]));
    assert_eq!(tensor(&output, "both").2, floats(&[-1.0, 2.0, 3.0, 4.0]));
}

#[test]
fn quantised_integers_become_numbers_or_parts() {
    let mut torch = Torch::default();
    let storage = torch.storage("QInt8Storage", 1, &[1, 3, 0xff, 0x80]);
    let root = dict(&[("w", quantised(&storage, &[2, 2], &[1, 2], 0.5))]);
    let file = torch.zip(&root);
    let options = Options::default().with_quantised(Quantised::Dequantise);
    let output = converted(&file, &options);
    assert_eq!(
        tensor(&output, "w"),
        (
            "F32".to_owned(),
            vec![2, 2],
            floats(&[0.0, -1.0, 1.0, -64.5])
        )
    );
    let options = Options::default().with_quantised(Quantised::Parts);
    let output = converted(&file, &options);
    assert_eq!(tensor(&output, "w.int_repr").2, [1, 0xff, 3, 0x80]);
    assert_eq!(tensor(&output, "w.scale").2, 0.5_f64.to_le_bytes());
    assert_eq!(tensor(&output, "w.zero_point").2, 1_i64.to_le_bytes());
}

#[test]
fn complex_numbers_without_a_dtype_become_real_ones_on_request() {
    let mut torch = Torch::default();
    let numbers = noise(32);
    let storage = torch.storage("ComplexDoubleStorage", 16, &numbers);
    let root = dict(&[("w", crate::forge_torch::tensor(&storage, 0, &[2], &[1]))]);
    let options = Options::default().with_complex(Complex::Real);
    let output = converted(&torch.zip(&root), &options);
    assert_eq!(
        tensor(&output, "w"),
        ("F64".to_owned(), vec![2, 2], numbers)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_view_is_gathered(
        dimensions in prop::collection::vec((0_i64..5, 0_i64..7), 0..5),
        offset in 0_i64..4,
        spare in 0_usize..3,
        width in prop::sample::select(vec![("uint8", 1), ("uint16", 2), ("float32", 4), ("int64", 8)]),
    ) {
        let (shape, stride): (Vec<i64>, Vec<i64>) = dimensions.into_iter().unzip();
        let (name, width) = width;
        let last: i64 = shape.iter().zip(&stride).map(|(size, step)| (size - 1).max(0) * step).sum();
        let count = usize::try_from(offset + last + 1).unwrap() + spare;
        let bytes = noise(count * width);
        let mut torch = Torch::default();
        let storage = torch.storage("UntypedStorage", 1, &bytes);
        let root = dict(&[("w", tensor_of(&storage, name, offset, &shape, &stride))]);
        let output = converted(&torch.zip(&root), &Options::default());
        prop_assert_eq!(
            tensor(&output, "w").2,
            gathered(&bytes, width, offset, &shape, &stride)
        );
    }
}
