use model_scan::convert::{Difference, Options, Plan, Ties};

use super::{converted, read};
use crate::forge_torch::{Torch, dict, tensor};

fn example(last: f32) -> Vec<u8> {
    let mut torch = Torch::default();
    let one = torch.floats(&[1.0, 2.0, last]);
    let two = torch.longs(&[7]);
    let root = dict(&[
        ("a", tensor(&one, 0, &[3], &[1])),
        ("b", tensor(&one, 0, &[3], &[1])),
        ("c", tensor(&two, 0, &[1], &[1])),
    ]);
    torch.zip(&root)
}

#[test]
fn a_conversion_verifies() {
    let file = example(3.0);
    for ties in [Ties::Keep, Ties::Duplicate] {
        let options = Options::default().with_ties(ties);
        let output = converted(&file, &options);
        let checkpoint = read(&file);
        let plan = Plan::new(&checkpoint, &options);
        assert_eq!(plan.verify(&output).unwrap(), []);
    }
}

#[test]
fn every_bit_of_the_output_counts() {
    let file = example(3.0);
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &Options::default());
    let output = converted(&file, &Options::default());
    for at in 0..output.len() {
        for bit in 0..8 {
            let mut flipped = output.clone();
            flipped[at] ^= 1 << bit;
            let verified = plan.verify(&flipped);
            assert!(
                verified.is_err() || verified.is_ok_and(|found| !found.is_empty()),
                "byte {at}, bit {bit}"
            );
        }
    }
}

#[test]
fn a_cut_or_longer_output_is_refused() {
    let file = example(3.0);
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &Options::default());
    let output = converted(&file, &Options::default());
    for length in 0..output.len() {
        assert!(plan.verify(&output[..length]).is_err(), "{length}");
    }
    assert!(plan.verify(&[output.as_slice(), b"\0"].concat()).is_err());
}

#[test]
fn every_element_of_the_source_counts() {
    let output = converted(&example(3.0), &Options::default());
    let other = example(4.0);
    let checkpoint = read(&other);
    let plan = Plan::new(&checkpoint, &Options::default());
    assert_eq!(
        plan.verify(&output).unwrap(),
        [Difference::Bytes {
            name: "a".to_owned(),
            offset: 10
        }]
    );
}

#[test]
fn what_is_added_or_missing_is_named() {
    let file = example(3.0);
    let kept = converted(&file, &Options::default());
    let duplicated = converted(&file, &Options::default().with_ties(Ties::Duplicate));
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &Options::default());
    let name = "b".to_owned();
    assert_eq!(
        plan.verify(&duplicated).unwrap(),
        [
            Difference::Added { name: name.clone() },
            Difference::Metadata
        ]
    );
    let plan = Plan::new(&checkpoint, &Options::default().with_ties(Ties::Duplicate));
    assert_eq!(
        plan.verify(&kept).unwrap(),
        [Difference::Missing { name }, Difference::Metadata]
    );
}
