//! A model folder: what its files say of each other.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

/// A safetensors file with one tensor of four bytes.
fn shard(name: &str) -> Vec<u8> {
    let header = format!(r#"{{"{name}":{{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}}}"#);
    let length = header.len().next_multiple_of(8);
    let mut bytes = u64::try_from(length).unwrap().to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(8 + length, b' ');
    bytes.extend([1, 2, 3, 4]);
    bytes
}

fn model(first: &str) -> Sandbox {
    let index = format!(
        r#"{{"metadata": {{"total_size": 8}}, "weight_map": {{"a": "{first}", "b": "model-00002-of-00002.safetensors"}}}}"#
    );
    Sandbox::with(&[
        ("model/model.safetensors.index.json", index.as_bytes()),
        ("model/model-00001-of-00002.safetensors", &shard("a")),
        ("model/model-00002-of-00002.safetensors", &shard("b")),
    ])
}

#[test]
fn an_honest_model_is_clean() {
    let sandbox = model("model-00001-of-00002.safetensors");
    assert_snapshot!(sandbox.run(&["scan", "model"]), @"
    exit: 0
    --- stdout
    clean: 3 files, 100 % of bytes accounted for
    --- stderr
    ");
    let admitted = ["scan", "--formats", "safetensors", "model"];
    assert!(sandbox.run(&admitted).starts_with("exit: 0\n"));
}

#[test]
fn an_index_that_leads_out_is_found() {
    let run = model("../secret.safetensors").run(&["scan", "model"]);
    assert!(run.starts_with("exit: 1\n"), "{run}");
    assert!(run.contains("[STF062/unsafe-shard-name]"), "{run}");
    assert!(
        run.contains("--> model/model.safetensors.index.json @"),
        "{run}"
    );
}

#[test]
fn an_index_that_is_given_alone_is_undecided() {
    let sandbox = model("model-00001-of-00002.safetensors");
    let run = sandbox.run(&["scan", "model/model.safetensors.index.json"]);
    assert!(run.starts_with("exit: 2\n"), "{run}");
    assert!(run.contains("were not held against the index"), "{run}");
}
