use model_scan::convert::{Limits, Options, Outcome, Plan, Refused, Sparse};

use super::{converted, floats, names, read, tensor};
use crate::forge_torch::{Opcodes, Torch, compressed, coo, dict, tensor as strided};

fn dense() -> Options {
    Options::default().with_sparse(Sparse::Dense)
}

/// A row of numbers.
fn row(storage: &Opcodes, count: i64) -> Opcodes {
    strided(storage, 0, &[count], &[1])
}

fn refused(file: &[u8], options: &Options) -> Refused {
    let checkpoint = read(file);
    let plan = Plan::new(&checkpoint, options);
    assert!(plan.layout().is_err());
    match &plan.entries()[0].outcome {
        Outcome::Refused(refused) => refused.clone(),
        other => panic!("{other:?}"),
    }
}

/// Values at the coordinates of a tensor of 2 by 3.
fn coordinates(indices: &[i64], values: &[f32]) -> Vec<u8> {
    let mut torch = Torch::default();
    let count = i64::try_from(values.len()).unwrap();
    let indices = torch.longs(indices);
    let values = torch.floats(values);
    let indices = strided(&indices, 0, &[2, count], &[count, 1]);
    torch.zip(&dict(&[("w", coo(indices, row(&values, count), &[2, 3]))]))
}

#[test]
fn coordinates_are_filled_up_with_zeros() {
    let file = coordinates(&[1, 0, 0, 2], &[5.0, 7.0]);
    let output = converted(&file, &dense());
    let expected = floats(&[0.0, 0.0, 7.0, 5.0, 0.0, 0.0]);
    assert_eq!(
        tensor(&output, "w"),
        ("F32".to_owned(), vec![2, 3], expected)
    );
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &dense());
    assert_eq!(plan.verify(&output).unwrap(), []);
}

#[test]
fn values_of_one_place_are_added_up() {
    let file = coordinates(&[1, 0, 1, 0, 2, 0], &[5.0, 7.0, 0.5]);
    let output = converted(&file, &dense());
    let expected = floats(&[0.0, 0.0, 7.0, 5.5, 0.0, 0.0]);
    assert_eq!(tensor(&output, "w").2, expected);
}

#[test]
fn values_of_one_place_are_refused_where_they_are_not_added_up() {
    let mut torch = Torch::default();
    let indices = torch.longs(&[1, 1]);
    let values = torch.storage("HalfStorage", 2, &[0, 0x3c, 0, 0x3c]);
    let indices = strided(&indices, 0, &[1, 2], &[2, 1]);
    let file = torch.zip(&dict(&[("w", coo(indices, row(&values, 2), &[3]))]));
    assert!(matches!(refused(&file, &dense()), Refused::Uncoalesced(_)));
}

#[test]
fn an_index_outside_of_the_shape_is_refused() {
    for indices in [[2, 0], [0, 3], [-1, 0], [i64::MAX, 0]] {
        let file = coordinates(&indices, &[1.0]);
        assert_eq!(
            refused(&file, &dense()),
            Refused::SparseParts,
            "{indices:?}"
        );
    }
}

#[test]
fn rows_columns_and_blocks_are_filled_up() {
    let of = |layout: &str, pointers: &[i64], indices: &[i64], shape: &[i64]| {
        let mut torch = Torch::default();
        let pointers = torch.longs(pointers);
        let indices = torch.longs(indices);
        let values = torch.floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        let (values, blocks) = match shape {
            [_, _, _] => (strided(&values, 0, &[2, 2, 2], &[4, 2, 1]), 2),
            _ => (row(&values, 2), 2),
        };
        let tensor = compressed(
            layout,
            row(&pointers, 3),
            row(&indices, blocks),
            values,
            shape.get(..2).unwrap(),
        );
        converted(&torch.zip(&dict(&[("w", tensor)])), &dense())
    };
    let rows = of("torch.sparse_csr", &[0, 1, 2], &[2, 0], &[2, 3]);
    let expected = floats(&[0.0, 0.0, 1.0, 2.0, 0.0, 0.0]);
    assert_eq!(tensor(&rows, "w").2, expected);
    let columns = of("torch.sparse_csc", &[0, 1, 2], &[2, 0], &[3, 2]);
    let expected = floats(&[0.0, 2.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(tensor(&columns, "w").2, expected);
    let blocks = of("torch.sparse_bsr", &[0, 1, 2], &[1, 0], &[4, 4, 0]);
    let expected = floats(&[
        0.0, 0.0, 1.0, 2.0, //
        0.0, 0.0, 3.0, 4.0, //
        5.0, 6.0, 0.0, 0.0, //
        7.0, 8.0, 0.0, 0.0,
    ]);
    assert_eq!(tensor(&blocks, "w").2, expected);
    let blocks = of("torch.sparse_bsc", &[0, 1, 2], &[1, 0], &[4, 4, 0]);
    let expected = floats(&[
        0.0, 0.0, 5.0, 6.0, //
        0.0, 0.0, 7.0, 8.0, //
        1.0, 2.0, 0.0, 0.0, //
        3.0, 4.0, 0.0, 0.0,
    ]);
    assert_eq!(tensor(&blocks, "w").2, expected);
}

#[test]
fn a_sparse_tensor_of_a_petabyte_is_refused() {
    let mut torch = Torch::default();
    let indices = torch.longs(&[1]);
    let values = torch.floats(&[1.0]);
    let indices = strided(&indices, 0, &[1, 1], &[1, 1]);
    let file = torch.zip(&dict(&[("w", coo(indices, row(&values, 1), &[1 << 47]))]));
    assert!(matches!(refused(&file, &dense()), Refused::Expanded { .. }));
}

#[test]
fn memory_for_places_has_a_limit() {
    let file = coordinates(&[1, 0, 0, 2], &[5.0, 7.0]);
    let options = dense().with_limits(Limits::default().with_sparse(95));
    assert_eq!(refused(&file, &options), Refused::SparseLimit);
    let options = dense().with_limits(Limits::default().with_sparse(96));
    assert_eq!(names(&converted(&file, &options)), ["w"]);
}

#[test]
fn parts_are_tensors_of_their_own_on_request() {
    let file = coordinates(&[1, 0, 0, 2], &[5.0, 7.0]);
    let output = converted(&file, &Options::default().with_sparse(Sparse::Parts));
    assert_eq!(names(&output), ["w.indices", "w.shape", "w.values"]);
    assert_eq!(
        refused(&file, &Options::default()),
        Refused::Sparse(model_scan::convert::SparseLayout::Coo)
    );
}
