use model_scan::convert::{
    Checkpoint, Limits, Options, Outcome, Proof, Refusals, ShardDifference, ShardError, ShardIndex,
    ShardObstacle, ShardedPlan,
};

use super::names;
use crate::forge_torch::{Torch, dict, quantised, tensor};

const INDEX: &str = r#"{"metadata": {"total_size": 1}, "weight_map": {
    "b": "pytorch_model-00002-of-00002.bin",
    "a": "pytorch_model-00001-of-00002.bin",
    "c": "pytorch_model-00002-of-00002.bin",
    "d": "pytorch_model-00002-of-00002.bin"
}}"#;

/// A shard of these tensors, all of them different; `d` is the same as `c`.
fn shard(tensors: &[&str]) -> Vec<u8> {
    let mut torch = Torch::default();
    let mut entries = Vec::new();
    let mut last = Vec::new();
    for &name in tensors {
        if name != "d" {
            last = torch.floats(&[1.0, 2.0]);
        }
        entries.push((name, tensor(&last, 0, &[2], &[1])));
    }
    torch.zip(&dict(&entries))
}

fn read(index: &str) -> Result<ShardIndex<'_>, ShardError> {
    let bytes = index.as_bytes();
    ShardIndex::read("pytorch_model.bin.index.json", bytes, &Limits::default())
}

fn obstacle(index: &str, shards: &[Vec<u8>], options: &Options) -> Option<ShardObstacle> {
    let index = read(index).unwrap();
    let checkpoints: Vec<Checkpoint<'_>> = shards.iter().map(|shard| super::read(shard)).collect();
    let plan = ShardedPlan::new(&index, &checkpoints, options);
    plan.outputs().err()
}

#[test]
fn shards_and_index_are_converted_together() {
    let index = read(INDEX).unwrap();
    // The order is that of the index.
    let shards = [shard(&["b", "c", "d"]), shard(&["a"])];
    let checkpoints: Vec<Checkpoint<'_>> = shards.iter().map(|shard| super::read(shard)).collect();
    let plan = ShardedPlan::new(&index, &checkpoints, &Options::default());
    let mut outputs = Vec::new();
    for (name, plan) in plan.outputs().unwrap() {
        let mut out = Vec::new();
        plan.write(&mut out, Proof::None, &()).unwrap();
        outputs.push((name.to_owned(), out));
    }
    assert_eq!(outputs[0].0, "model-00002-of-00002.safetensors");
    assert_eq!(names(&outputs[0].1), ["b", "c"]);
    assert_eq!(names(&outputs[1].1), ["a"]);
    let text = std::str::from_utf8(plan.index_bytes().unwrap()).unwrap();
    assert_eq!(
        text,
        r#"{
  "metadata": {
    "total_size": 24
  },
  "weight_map": {
    "a": "model-00001-of-00002.safetensors",
    "b": "model-00002-of-00002.safetensors",
    "c": "model-00002-of-00002.safetensors"
  }
}
"#
    );
    let outputs: Vec<&[u8]> = outputs.iter().map(|(_, out)| out.as_slice()).collect();
    assert_eq!(plan.verify(text.as_bytes(), &outputs).unwrap(), []);
    assert_eq!(
        plan.verify(b"{}", &outputs[..1]).unwrap(),
        [
            ShardDifference::Index,
            ShardDifference::Count {
                found: 1,
                expected: 2
            }
        ]
    );
    let swapped = [outputs[1], outputs[0]];
    assert!(plan.verify(text.as_bytes(), &swapped).unwrap().len() > 2);
}

#[test]
fn a_tensor_that_the_index_does_not_list_is_not_converted() {
    let shards = [shard(&["b", "c", "d", "extra"]), shard(&["a"])];
    assert!(matches!(
        obstacle(INDEX, &shards, &Options::default()),
        Some(ShardObstacle::Hidden { tensor, .. }) if tensor == "extra"
    ));
    let shards = [shard(&["b", "c", "d"]), shard(&["a", "b"])];
    assert!(matches!(
        obstacle(INDEX, &shards, &Options::default()),
        Some(ShardObstacle::Hidden { tensor, shard }) if tensor == "b" && shard.contains("00001")
    ));
}

#[test]
fn a_tensor_that_is_not_in_its_shard_is_an_obstacle() {
    let shards = [shard(&["b", "c"]), shard(&["a", "d"])];
    assert!(matches!(
        obstacle(INDEX, &shards, &Options::default()),
        Some(ShardObstacle::Absent { tensor, .. }) if tensor == "d"
    ));
    assert!(matches!(
        obstacle(INDEX, &shards[..1], &Options::default()),
        Some(ShardObstacle::Count { .. })
    ));
}

#[test]
fn what_one_shard_refuses_stops_all_unless_it_may_be_left_out() {
    let mut torch = Torch::default();
    let integers = torch.storage("QInt8Storage", 1, &[1]);
    let good = torch.floats(&[1.0]);
    let refused = torch.zip(&dict(&[
        ("b", tensor(&good, 0, &[1], &[1])),
        ("c", tensor(&good, 0, &[], &[])),
        ("d", quantised(&integers, &[1], &[1], 0.5)),
    ]));
    let shards = [refused, shard(&["a"])];
    assert!(matches!(
        obstacle(INDEX, &shards, &Options::default()),
        Some(ShardObstacle::Shard { .. })
    ));
    let options = Options::default().with_refusals(Refusals::LeaveOut);
    assert_eq!(obstacle(INDEX, &shards, &options), None);
    let index = read(INDEX).unwrap();
    let checkpoints: Vec<Checkpoint<'_>> = shards.iter().map(|shard| super::read(shard)).collect();
    let plan = ShardedPlan::new(&index, &checkpoints, &options);
    let text = std::str::from_utf8(plan.index_bytes().unwrap()).unwrap();
    assert!(text.contains("\"c\"") && !text.contains("\"d\""), "{text}");
    assert!(matches!(
        plan.plans()[0].entries()[2].outcome,
        Outcome::Refused(_)
    ));
}

#[test]
fn names_that_lead_out_of_the_folder_are_not_opened() {
    for name in ["../a.bin", "/etc/passwd", "a/b.bin", "", "c:\\a.bin"] {
        let index = format!("{{\"weight_map\": {{\"a\": {name:?}}}}}");
        assert!(matches!(read(&index), Err(ShardError::Index(_))), "{name}");
    }
}

#[test]
fn shards_are_opened_below_the_folder_of_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let root = model_hold::Root::open(folder.path()).unwrap();
    let index = read(INDEX).unwrap();
    assert!(matches!(index.open(&root), Err(ShardError::Open { .. })));
    for name in index.shards() {
        std::fs::write(folder.path().join(name), shard(&["a"])).unwrap();
    }
    assert_eq!(index.open(&root).unwrap().len(), 2);
}

#[test]
fn more_shards_than_the_limit_are_refused() {
    let limits = Limits::default().with_shards(1);
    assert!(matches!(
        ShardIndex::read("a.json", INDEX.as_bytes(), &limits),
        Err(ShardError::TooMany(2))
    ));
}
