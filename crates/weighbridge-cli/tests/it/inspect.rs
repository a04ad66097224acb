use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::{Sandbox, shown};
use crate::schema::Schema;
use crate::tensors::{
    View, archive, checkpoint, counting, floats, safetensors, state_dict, two_tensors,
};

/// Runs `inspect --format json`, holds the document to its schema and returns it with the exit code.
fn document(sandbox: &Sandbox, arguments: &[&str]) -> (Value, i32) {
    let mut command = sandbox.command(&["inspect", "--format", "json"]);
    let output = command.args(arguments).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", shown(&output)));
    Schema::read("inspect.schema.json").check(&document);
    (document, output.status.code().unwrap())
}

fn names(document: &Value) -> Vec<&str> {
    let tensors = document["tensors"].as_array().unwrap().iter();
    tensors
        .map(|tensor| tensor["name"].as_str().unwrap())
        .collect()
}

/// Every byte of the file is in the map once.
fn assert_map_covers(document: &Value) {
    let mut at = 0;
    for range in document["map"].as_array().unwrap() {
        assert_eq!(range["byte_start"], at, "{}", document["map"]);
        at = range["byte_end"].as_u64().unwrap();
    }
    assert_eq!(document["bytes"], at);
}

#[test]
fn a_safetensors_file_is_shown() {
    let sandbox = Sandbox::with(&[("model.safetensors", &two_tensors())]);
    assert_snapshot!(sandbox.run(&["inspect", "model.safetensors"]), @"
    exit: 0
    --- stdout
    `model.safetensors`: safetensors, 192 bytes, valid
      header      bytes 8..160, 3 of padding
      readers     0.4, 0.6, 0.7, 0.8 read it
      parameters  8 in 2 tensors, 32 bytes
                  F32: 8 in 2 tensors, 32 bytes
      metadata    `format` = `pt`

    tensors
      dtype  shape   elements  bytes  range     name
      F32    [2]            2      8  160..168  `bias`
      F32    [2, 3]         6     24  168..192  `weight`

    bytes
      range     bytes  what
      0..8          8  length
      8..157      149  header
      157..160      3  padding
      160..192     32  tensors (2)
    --- stderr
    ");
}

#[test]
fn its_values_are_shown_on_request() {
    let sandbox = Sandbox::with(&[("model.safetensors", &two_tensors())]);
    assert_snapshot!(sandbox.run(&["inspect", "--stats", "model.safetensors"]), @"
    exit: 0
    --- stdout
    `model.safetensors`: safetensors, 192 bytes, valid
      digest      sha256:550a5b0e76967dff2075d1176813f384232d99ff35a32919fb9f25eede3850f9
      header      bytes 8..160, 3 of padding
      readers     0.4, 0.6, 0.7, 0.8 read it
      parameters  8 in 2 tensors, 32 bytes
                  F32: 8 in 2 tensors, 32 bytes
      metadata    `format` = `pt`

    tensors
      dtype  shape   elements  bytes  range     name
      F32    [2]            2      8  160..168  `bias`
      F32    [2, 3]         6     24  168..192  `weight`

    values
         least      most       mean  zero  nan  inf  name and digest
      0.0000e0  1.0000e0  5.0000e-1     1    0    0  `bias` sha256:22b6f43bd8d27738d3213f29e96b62d01d9d6c0ab4f9732aaae803186f51eab7
      2.0000e0  7.0000e0   4.5000e0     0    0    0  `weight` sha256:a73a7e84d52450cde4510c653619e159a10b903d7e491273a2e256311b20ec2e

    bytes
      range     bytes  what
      0..8          8  length
      8..157      149  header
      157..160      3  padding
      160..192     32  tensors (2)
    --- stderr
    ");
}

#[test]
fn its_document_has_every_tensor_and_every_byte() {
    let sandbox = Sandbox::with(&[("model.safetensors", &two_tensors())]);
    let (document, code) = document(&sandbox, &["--stats", "model.safetensors"]);
    assert_eq!(code, 0);
    assert_eq!(document["tensors"][0]["values"]["maximum"], 1.0);
    assert!(document["digest"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(names(&document), ["bias", "weight"]);
    assert_eq!(document["valid"], true);
    assert_eq!(document["parameters"]["elements"], 8);
    assert_eq!(document["tensors"][1]["shape"], serde_json::json!([2, 3]));
    assert_eq!(document["metadata"][0]["key"], "format");
    assert_map_covers(&document);
}

#[test]
fn a_file_that_is_not_valid_is_shown_with_what_is_wrong() {
    let header = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#;
    let sandbox = Sandbox::with(&[("twice.safetensors", &safetensors(header, &[0; 16]))]);
    let (document, code) = document(&sandbox, &["twice.safetensors"]);
    assert_eq!((code, &document["valid"]), (1, &false.into()));
    assert_eq!(names(&document), ["a", "a"]);
    assert!(!document["findings"].as_array().unwrap().is_empty());
    assert_map_covers(&document);
}

#[test]
fn bytes_that_belong_to_no_tensor_are_told_apart() {
    let header = r#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#;
    let sandbox = Sandbox::with(&[("hole.safetensors", &safetensors(header, &[0; 9]))]);
    let (document, code) = document(&sandbox, &["hole.safetensors"]);
    assert_eq!(code, 1);
    assert_map_covers(&document);
    let map = document["map"].as_array().unwrap();
    let kinds: Vec<&str> = map
        .iter()
        .map(|range| range["what"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["length", "header", "other", "tensors", "other"]);
}

#[test]
fn a_file_cut_off_anywhere_is_never_valid_and_never_a_fault() {
    let whole = two_tensors();
    let sandbox = Sandbox::new();
    for length in 0..whole.len() {
        sandbox.file("cut.safetensors", &whole[..length]);
        let (document, code) = document(&sandbox, &["--stats", "cut.safetensors"]);
        assert!(code == 1 || code == 2, "{length}: {code}");
        assert_eq!(document["valid"], false, "{length}");
        assert_map_covers(&document);
    }
}

#[test]
fn hostile_names_are_shown_harmlessly_and_kept_in_json() {
    let header = r#"{"__metadata__":{"k\u001b[2J":"\u202e"},"\u001b[2J\nx\u202e":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
    let sandbox = Sandbox::with(&[("names.safetensors", &safetensors(header, &[0]))]);
    for format in ["text", "json"] {
        let options = ["--stats", "--format", format, "names.safetensors"];
        let run = sandbox.run(&[&["inspect"], &options[..]].concat());
        let harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(run.starts_with("exit: 0\n"), "{run:?}");
        assert!(!run.contains(harmful), "{run:?}");
    }
    let (document, _) = document(&sandbox, &["names.safetensors"]);
    assert_eq!(names(&document), ["\x1b[2J\nx\u{202e}"]);
}

#[test]
fn very_many_tensors_and_dimensions_are_all_in_json() {
    let mut entries: Vec<String> = Vec::new();
    for number in 0..3000 {
        let end = number + 1;
        entries.push(format!(
            r#""t{number:05}":{{"dtype":"U8","shape":[1],"data_offsets":[{number},{end}]}}"#
        ));
    }
    let ones = vec!["1"; 60].join(",");
    entries.push(format!(
        r#""wide":{{"dtype":"U8","shape":[{ones}],"data_offsets":[3000,3001]}}"#
    ));
    let header = format!("{{{}}}", entries.join(","));
    let sandbox = Sandbox::with(&[("many.safetensors", &safetensors(&header, &[7; 3001]))]);
    let (document, _) = document(&sandbox, &["many.safetensors"]);
    assert_eq!(document["tensors"].as_array().unwrap().len(), 3001);
    assert_eq!(
        document["tensors"][3000]["shape"].as_array().unwrap().len(),
        60
    );
    assert_eq!(document["parameters"]["elements"], 3001);
    let text = sandbox.run(&["inspect", "many.safetensors"]);
    assert!(text.contains("… 52 more"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() < 200),
        "{text}"
    );
}

#[test]
fn a_checkpoint_is_shown() {
    let views = [
        floats("embed.weight", "0", &[2, 3]),
        floats("head.weight", "0", &[2, 3]),
        View {
            stride: &[1, 2],
            ..floats("turned", "1", &[2, 2])
        },
    ];
    let bytes = checkpoint(&views, &[("0", &counting(6)), ("1", &counting(4))]);
    let sandbox = Sandbox::with(&[("model.pt", &bytes)]);
    assert_snapshot!(sandbox.run(&["inspect", "model.pt"]), @"
    exit: 0
    --- stdout
    `model.pt`: torch zip, 949 bytes
      parameters  16 in 3 tensors, 64 bytes
                  float32: 16 in 3 tensors, 64 bytes

    tensors
      dtype    shape   elements  bytes  range     name
      float32  [2, 3]         6     24  553..577  `embed.weight`
      float32  [2, 3]         6     24  553..577  `head.weight`
      float32  [2, 2]         4     16  -         `turned` (stride [1, 2])

    storages
      bytes  tensors  range     key and member
         24        2  553..577  `0` `archive/data/0`
         16        1  621..637  `1` `archive/data/1`

    tied: views of one storage
      `embed.weight`, `head.weight`

    bytes
      range     bytes  what
      0..553      553  other
      553..577     24  storages (1)
      577..621     44  other
      621..637     16  storages (1)
      637..949    312  other
    --- stderr
    ");
    let (document, code) = document(&sandbox, &["--stats", "model.pt"]);
    assert_eq!(code, 0);
    assert_eq!(document["valid"], Value::Null);
    let values = &document["tensors"][2]["values"];
    assert_eq!(
        (&values["maximum"], &values["mean"]),
        (&3.0.into(), &1.5.into())
    );
    assert!(values["digest"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(names(&document), ["embed.weight", "head.weight", "turned"]);
    assert_eq!(document["checkpoint"]["ties"], serde_json::json!([[0, 1]]));
    assert_map_covers(&document);
}

#[test]
fn what_is_no_tensor_of_a_checkpoint_is_listed() {
    let mut object = b"}(".to_vec();
    object.extend(b"X\x05\0\0\0epochK\x07X\x0a\0\0\0state_dict");
    object.extend(state_dict(&[floats("w", "0", &[2])]));
    object.push(b'u');
    let bytes = archive(&object, &[("0", &counting(2))]);
    let sandbox = Sandbox::with(&[("model.pt", &bytes)]);
    let (document, code) = document(&sandbox, &["model.pt"]);
    assert_eq!(code, 0);
    assert_eq!(names(&document), ["state_dict.w"]);
    let leaf = &document["checkpoint"]["leaves"][0];
    assert_eq!(leaf["keys"], serde_json::json!(["epoch"]));
    assert_eq!(leaf["value"], "7");
}

#[test]
fn a_tensor_behind_its_storage_is_shown_with_the_reason() {
    let views = [View {
        offset: 1,
        ..floats("w", "0", &[2, 3])
    }];
    let bytes = checkpoint(&views, &[("0", &counting(6))]);
    let sandbox = Sandbox::with(&[("model.pt", &bytes)]);
    let (document, code) = document(&sandbox, &["--stats", "model.pt"]);
    assert_eq!(code, 0);
    let tensor = &document["tensors"][0];
    assert!(tensor["stored"]["refusal"].is_string(), "{tensor}");
    assert_eq!(tensor["values"], Value::Null);
}

/// Pads a header as writers do.
fn padded(header: &str) -> String {
    let length = header.len().next_multiple_of(8);
    format!("{header:length$}")
}

/// An index over two shards, and what is beside it.
fn sharded(weight_map: &Value) -> Sandbox {
    let one = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    let two = r#"{"b":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#;
    let index = serde_json::json!({ "metadata": { "total_size": 11 }, "weight_map": weight_map });
    Sandbox::with(&[
        (
            "model-00001-of-00002.safetensors",
            &safetensors(&padded(one), &[0; 8]),
        ),
        (
            "model-00002-of-00002.safetensors",
            &safetensors(&padded(two), &[1, 2, 3]),
        ),
        ("model.safetensors.index.json", index.to_string().as_bytes()),
    ])
}

#[test]
fn an_index_is_shown_with_what_its_shards_hold() {
    let sandbox = sharded(&serde_json::json!({
        "a": "model-00001-of-00002.safetensors",
        "b": "model-00002-of-00002.safetensors",
    }));
    assert_snapshot!(sandbox.run(&["inspect", "model.safetensors.index.json"]), @"
    exit: 0
    --- stdout
    `model.safetensors.index.json`: index of a sharded model, 123 bytes, valid
      parameters  5 in 2 tensors, 11 bytes
                  F32: 2 in 1 tensor, 8 bytes
                  U8: 3 in 1 tensor, 3 bytes

    tensors
      dtype  shape  elements  bytes  range  name
      F32    [2]           2      8  -      `a` (in `model-00001-of-00002.safetensors`)
      U8     [3]           3      3  -      `b` (in `model-00002-of-00002.safetensors`)

    shards
      bytes  tensors  valid  name
         72        1  yes    `model-00001-of-00002.safetensors`
         67        1  yes    `model-00002-of-00002.safetensors`
      total_size 11
    --- stderr
    ");
    let (document, code) = document(&sandbox, &["model.safetensors.index.json"]);
    assert_eq!((code, &document["valid"]), (0, &true.into()));
    assert_eq!(document["parameters"]["bytes"], 11);
    assert_eq!(document["index"]["total_size"], 11);
}

#[test]
fn the_index_of_sharded_pickles_is_shown_too() {
    let one = checkpoint(&[floats("a", "0", &[2])], &[("0", &counting(2))]);
    let index = serde_json::json!({
        "metadata": { "total_size": 8 },
        "weight_map": { "a": "pytorch_model-00001-of-00001.bin" },
    });
    let sandbox = Sandbox::with(&[
        ("pytorch_model-00001-of-00001.bin", &one),
        ("pytorch_model.bin.index.json", index.to_string().as_bytes()),
    ]);
    let (document, code) = document(&sandbox, &["pytorch_model.bin.index.json"]);
    assert_eq!(code, 0, "{document}");
    assert_eq!(document["tensors"][0]["dtype"], "float32");
    assert_eq!(document["index"]["shards"][0]["tensors"], 1);
}

#[test]
fn an_index_that_lies_or_leads_elsewhere_is_not_valid() {
    for shard in [
        "model-00001-of-00002.safetensors",
        "../model-00002-of-00002.safetensors",
        "/etc/passwd",
        "nowhere.safetensors",
    ] {
        let sandbox = sharded(&serde_json::json!({
            "a": "model-00001-of-00002.safetensors",
            "b": shard,
        }));
        let (document, code) = document(&sandbox, &["model.safetensors.index.json"]);
        assert_eq!(document["valid"], false, "{shard}: {document}");
        assert!(code == 1 || code == 2, "{shard}: {code}");
        assert_eq!(document["tensors"][1]["dtype"], Value::Null, "{shard}");
    }
}

#[test]
fn what_cannot_be_inspected_is_told_apart() {
    let sandbox = Sandbox::with(&[
        ("empty.bin", b""),
        ("notes.txt", b"nothing to see\n"),
        ("folder/file", b""),
        ("broken.pt", b"PK\x03\x04"),
        ("short.safetensors", b"\x10\0\0\0"),
    ]);
    assert_snapshot!(sandbox.run(&["inspect", "nowhere\x1b.pt"]), @r"
    exit: 4
    --- stdout
    --- stderr
    error: `nowhere\x1b.pt` does not exist
    ");
    assert_snapshot!(sandbox.run(&["inspect", "folder"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: `folder` is a folder, and one file is wanted
    ");
    assert_snapshot!(sandbox.run(&["inspect", "notes.txt"]), @"
    exit: 3
    --- stdout
    --- stderr
    error: `notes.txt` is text, which cannot be inspected
    ");
    assert_snapshot!(sandbox.run(&["inspect", "empty.bin"]), @"
    exit: 3
    --- stdout
    --- stderr
    error: `empty.bin` is empty, which cannot be inspected
    ");
    assert_snapshot!(sandbox.run(&["inspect", "broken.pt"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: cannot read `broken.pt`: found no end record of the zip archive in its last 65557 bytes at byte 4
    ");
    assert_snapshot!(sandbox.run(&["inspect", "short.safetensors"]), @"
    exit: 1
    --- stdout
    `short.safetensors`: safetensors, 4 bytes, not valid
      readers     0.4, 0.6, 0.7, 0.8 do not: STF001/broken-length at bytes 0..4
      parameters  0 in 0 tensors, 0 bytes

    bytes
      range  bytes  what
      0..4       4  length

    findings
    error[STF001/broken-length]: 4 bytes where the length of the header takes 8
      --> short.safetensors @ bytes 0..4
      = why: Nothing of such a file can be read.
      = help: Fetch the file again and compare its digest with the publisher's.
      = rule: docs/rules/STF001.md
    --- stderr
    ");
}

#[test]
fn standard_input_is_inspected() {
    let sandbox = Sandbox::new();
    let run = sandbox.run_with_stdin(&["inspect", "-"], &two_tensors());
    assert!(
        run.starts_with("exit: 0\n--- stdout\n`<stdin>`: safetensors, "),
        "{run}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_and_a_pipe_are_no_answer() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = Sandbox::with(&[("secret.safetensors", &two_tensors())]);
    let path = sandbox.path("secret.safetensors");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).unwrap();
    // Root may read everything.
    if std::fs::File::open(&path).is_err() {
        let run = sandbox.run(&["inspect", "secret.safetensors"]);
        assert!(run.starts_with("exit: 2\n"), "{run}");
    }
    let made = std::process::Command::new("mkfifo")
        .arg(sandbox.path("pipe"))
        .status();
    if made.is_ok_and(|made| made.success()) {
        let run = sandbox.run(&["inspect", "pipe"]);
        assert!(run.starts_with("exit: 2\n"), "{run}");
    }
}

#[test]
fn whoever_closes_the_pipe_changes_nothing() {
    let sandbox = Sandbox::with(&[("model.safetensors", &two_tensors())]);
    let mut child = sandbox
        .command(&["inspect", "model.safetensors"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// What the page shows is what its commands print.
#[test]
fn the_page_shows_what_is_printed() {
    let sandbox = Sandbox::with(&[
        ("model.safetensors", &two_tensors()),
        (
            "state_dict.pt",
            &crate::console::read("testdata/honest/state_dict.pt"),
        ),
    ]);
    let commands = crate::console::carry_out("docs/inspect.md", &sandbox);
    assert!(commands >= 3, "{commands} commands");
}
