use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::pickles::{CLEAN, CRITICAL};
use crate::sandbox::Sandbox;
use crate::schema::Schema;
use crate::tensors::{View, archive, checkpoint, counting, floats, state_dict, two_tensors};

/// A state dict of two tensors.
fn honest() -> Vec<u8> {
    let views = [floats("weight", "0", &[2, 3]), floats("bias", "1", &[2])];
    checkpoint(&views, &[("0", &counting(6)), ("1", &counting(2))])
}

/// A state dict of one tensor, in an object that calls `os.system` when it is loaded.
fn dangerous() -> Vec<u8> {
    let mut object = b"}(X\x01\0\0\0xcos\nsystem\n(X\x02\0\0\0idtRX\x05\0\0\0model".to_vec();
    object.extend(state_dict(&[floats("w", "0", &[2])]));
    object.push(b'u');
    archive(&object, &[("0", &counting(2))])
}

/// Reads a safetensors file: its header, and the bytes of each tensor.
fn tensors(file: &[u8]) -> (Value, Vec<(String, Vec<u8>)>) {
    let length = usize::try_from(u64::from_le_bytes(file[..8].try_into().unwrap())).unwrap();
    let header: Value = serde_json::from_slice(&file[8..8 + length]).unwrap();
    let data = &file[8 + length..];
    let entries = header.as_object().unwrap().iter();
    let tensors = entries
        .filter(|(name, _)| *name != "__metadata__")
        .map(|(name, entry)| {
            let at = |number: usize| {
                let offset = entry["data_offsets"][number].as_u64().unwrap();
                usize::try_from(offset).unwrap()
            };
            (name.clone(), data[at(0)..at(1)].to_vec())
        });
    let tensors = tensors.collect();
    (header, tensors)
}

fn report(sandbox: &Sandbox, name: &str) -> Value {
    let report = serde_json::from_slice(&sandbox.bytes(name)).unwrap();
    Schema::read("convert.schema.json").check(&report);
    report
}

#[test]
fn a_checkpoint_becomes_safetensors_byte_for_byte() {
    let sandbox = Sandbox::with(&[("model.bin", &honest())]);
    assert_snapshot!(sandbox.run(&["convert", "model.bin", "model.safetensors"]), @"
    exit: 0
    --- stdout
    `model.bin`: torch zip, converted
      output      `model.safetensors`, 192 bytes
      converted   2 tensors
    --- stderr
    ");
    let (header, tensors) = tensors(&sandbox.bytes("model.safetensors"));
    assert_eq!(header["weight"]["dtype"], "F32");
    assert_eq!(header["weight"]["shape"], json!([2, 3]));
    let wanted = [("bias", counting(2)), ("weight", counting(6))];
    assert_eq!(
        tensors,
        wanted.map(|(name, bytes)| (name.to_owned(), bytes))
    );
    assert_eq!(sandbox.bytes("model.bin"), honest());
    assert_eq!(sandbox.names(), ["model.bin", "model.safetensors"]);
    assert_snapshot!(sandbox.run(&["convert", "--verify", "model.bin", "model.safetensors"]), @"
    exit: 0
    --- stdout
    `model.bin`: torch zip, the same, bit for bit
      output      `model.safetensors`, 192 bytes
      compared    2 tensors
    --- stderr
    ");
    let run = sandbox.run(&["inspect", "model.safetensors"]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
}

#[test]
fn the_report_proves_each_tensor() {
    let sandbox = Sandbox::with(&[("model.bin", &honest())]);
    let run = sandbox.run(&[
        "convert",
        "-q",
        "model.bin",
        "a.safetensors",
        "--report",
        "a.json",
    ]);
    assert_eq!(run, "exit: 0\n--- stdout\n--- stderr\n");
    let report = report(&sandbox, "a.json");
    assert_snapshot!(serde_json::to_string_pretty(&report["tensors"]).unwrap(), @r#"
    [
      {
        "keys": [
          "weight"
        ],
        "name": "weight",
        "outputs": [
          {
            "byte_end": 192,
            "byte_start": 168,
            "digest": "sha256:e2c0a71510b5394df7773b63fb5f54372b84c3564e67811bde7d665be227976d",
            "dtype": "F32",
            "name": "weight",
            "output": 0,
            "shape": [
              2,
              3
            ]
          }
        ],
        "reason": null,
        "source": {
          "byte_end": 420,
          "byte_start": 396,
          "dtype": "float32",
          "input": 0,
          "member": "archive/data/0",
          "offset": 0,
          "shape": [
            2,
            3
          ],
          "storage": "0",
          "stride": [
            3,
            1
          ]
        },
        "status": "converted"
      },
      {
        "keys": [
          "bias"
        ],
        "name": "bias",
        "outputs": [
          {
            "byte_end": 168,
            "byte_start": 160,
            "digest": "sha256:22b6f43bd8d27738d3213f29e96b62d01d9d6c0ab4f9732aaae803186f51eab7",
            "dtype": "F32",
            "name": "bias",
            "output": 0,
            "shape": [
              2
            ]
          }
        ],
        "reason": null,
        "source": {
          "byte_end": 472,
          "byte_start": 464,
          "dtype": "float32",
          "input": 0,
          "member": "archive/data/1",
          "offset": 0,
          "shape": [
            2
          ],
          "storage": "1",
          "stride": [
            1
          ]
        },
        "status": "converted"
      }
    ]
    "#);
}

#[test]
fn the_report_goes_to_standard_output_where_told_so() {
    let sandbox = Sandbox::with(&[("model.bin", &honest())]);
    let report = sandbox.json(&["convert", "model.bin", "a.safetensors", "--report", "-"]);
    Schema::read("convert.schema.json").check(&report);
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let sandbox = Sandbox::with(&[("model.bin", &honest())]);
    assert_snapshot!(sandbox.run(&["convert", "--dry-run", "model.bin", "a.safetensors"]), @"
    exit: 0
    --- stdout
    `model.bin`: torch zip, would be converted
      output      `a.safetensors`, 192 bytes
      convertible 2 tensors

      from     to   shape   name
      float32  F32  [2, 3]  `weight`
      float32  F32  [2]     `bias`
    --- stderr
    ");
    assert_eq!(sandbox.names(), ["model.bin"]);
    let run = sandbox.run(&[
        "convert",
        "--dry-run",
        "model.bin",
        "a.safetensors",
        "--sidecar",
        "a.txt",
        "--report",
        "a.json",
    ]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    report(&sandbox, "a.json");
    assert_eq!(sandbox.names(), ["a.json", "model.bin"]);
}

#[test]
fn a_dangerous_pickle_is_converted_only_when_told_so_and_is_never_executed() {
    let sandbox = Sandbox::with(&[("evil.pt", &dangerous())]);
    assert_snapshot!(sandbox.run(&["convert", "evil.pt", "a.safetensors"]), @"
    exit: 1
    --- stdout
    `evil.pt`: torch zip, not converted
      because     loading it would do dangerous things (1 finding of high severity or above), and --allow-dangerous is not given
      convertible 1 tensor

    error[PKL001/unsafe-global]: imports `os.system` (process: runs commands or changes the process and its files)
      --> evil.pt!archive/data.pkl @ bytes 10..21 (opcode 4, GLOBAL)
      = reached: called by REDUCE at byte 30
      = why: An import runs the module and its parent packages.
      = help: Do not load the file.
      = rule: docs/rules/PKL001.md
    --- stderr
    ");
    assert_eq!(sandbox.names(), ["evil.pt"]);
    let run = sandbox.run(&["convert", "evil.pt", "a.safetensors", "--report", "a.json"]);
    assert!(run.starts_with("exit: 1\n"), "{run}");
    assert_eq!(report(&sandbox, "a.json")["dangerous"], true);
    assert_eq!(sandbox.names(), ["a.json", "evil.pt"]);
    assert_snapshot!(sandbox.run(&["convert", "evil.pt", "a.safetensors", "--allow-dangerous", "--report", "a.json"]), @"
    exit: 0
    --- stdout
    `evil.pt`: torch zip, converted
      output      `a.safetensors`, 104 bytes
      digest      sha256:089a995e7e90f9e5e30413e2264d6598755f9544fb3534641532be5aa436b703
      converted   1 tensor

    error[PKL001/unsafe-global]: imports `os.system` (process: runs commands or changes the process and its files)
      --> evil.pt!archive/data.pkl @ bytes 10..21 (opcode 4, GLOBAL)
      = reached: called by REDUCE at byte 30
      = why: An import runs the module and its parent packages.
      = help: Do not load the file.
      = rule: docs/rules/PKL001.md
    --- stderr
    ");
    let report = report(&sandbox, "a.json");
    assert_eq!(report["dangerous"], true);
    assert!(!report["findings"].as_array().unwrap().is_empty());
    let (_, tensors) = tensors(&sandbox.bytes("a.safetensors"));
    assert_eq!(tensors, [("w".to_owned(), counting(2))]);
}

#[test]
fn what_is_refused_is_named_and_nothing_is_written() {
    let views = [
        floats("good", "0", &[2]),
        View {
            class: "ComplexDoubleStorage",
            ..floats("bad\x1b[2J", "1", &[1])
        },
    ];
    let bytes = checkpoint(&views, &[("0", &counting(2)), ("1", &[0; 16])]);
    let sandbox = Sandbox::with(&[("model.bin", &bytes)]);
    assert_snapshot!(sandbox.run(&["convert", "model.bin", "a.safetensors"]), @r"
    exit: 1
    --- stdout
    `model.bin`: torch zip, not converted
      because     1 tensor cannot be converted, and --leave-out-refused is not given
      convertible 1 tensor
      refused     1 tensor
                  `bad\x1b[2J`: safetensors has no dtype for `complex128`
    --- stderr
    ");
    assert_eq!(sandbox.names(), ["model.bin"]);
    assert_snapshot!(sandbox.run(&["convert", "--leave-out-refused", "model.bin", "a.safetensors"]), @r"
    exit: 1
    --- stdout
    `model.bin`: torch zip, converted in part
      output      `a.safetensors`, 104 bytes
      converted   1 tensor
      refused     1 tensor
                  `bad\x1b[2J`: safetensors has no dtype for `complex128`
    --- stderr
    ");
    let (_, tensors) = tensors(&sandbox.bytes("a.safetensors"));
    assert_eq!(tensors, [("good".to_owned(), counting(2))]);
}

#[test]
fn where_every_tensor_is_refused_there_is_nothing_to_leave_out_of() {
    let views = [View {
        class: "ComplexDoubleStorage",
        ..floats("bad", "0", &[1])
    }];
    let bytes = checkpoint(&views, &[("0", &[0; 16])]);
    let sandbox = Sandbox::with(&[("model.bin", &bytes)]);
    let run = sandbox.run(&[
        "convert",
        "--leave-out-refused",
        "model.bin",
        "a.safetensors",
    ]);
    assert!(run.starts_with("exit: 1\n"), "{run}");
    assert_eq!(sandbox.names(), ["model.bin"]);
    let run = sandbox.run(&["convert", "--complex", "real", "model.bin", "a.safetensors"]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    let (header, _) = tensors(&sandbox.bytes("a.safetensors"));
    assert_eq!(header["bad"]["shape"], json!([1, 2]));
}

#[test]
fn tied_weights_are_written_once_or_under_each_name() {
    let views = [
        floats("b.head", "0", &[2, 3]),
        floats("a.embed", "0", &[2, 3]),
    ];
    let bytes = checkpoint(&views, &[("0", &counting(6))]);
    let sandbox = Sandbox::with(&[("model.bin", &bytes)]);
    let run = sandbox.run(&["convert", "model.bin", "once.safetensors"]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    let (header, once) = tensors(&sandbox.bytes("once.safetensors"));
    assert_eq!(once, [("a.embed".to_owned(), counting(6))]);
    assert_eq!(header["__metadata__"]["b.head"], "a.embed");
    let run = sandbox.run(&[
        "convert",
        "--duplicate-tied",
        "model.bin",
        "twice.safetensors",
    ]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    let (_, twice) = tensors(&sandbox.bytes("twice.safetensors"));
    assert_eq!(twice.len(), 2);
    for (options, output) in [
        (&[][..], "once.safetensors"),
        (&["--duplicate-tied"], "twice.safetensors"),
    ] {
        let verify = [&["convert", "--verify", "model.bin", output], options].concat();
        let run = sandbox.run(&verify);
        assert!(run.starts_with("exit: 0\n"), "{run}");
    }
}

#[test]
fn views_are_written_out_in_the_order_of_c() {
    // The bytes of a 3 by 2 matrix whose columns lie one behind the other.
    let views = [View {
        stride: &[1, 3],
        ..floats("turned", "0", &[3, 2])
    }];
    let bytes = checkpoint(&views, &[("0", &counting(6))]);
    let sandbox = Sandbox::with(&[("model.bin", &bytes)]);
    let run = sandbox.run(&["convert", "model.bin", "a.safetensors"]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    let (_, tensors) = tensors(&sandbox.bytes("a.safetensors"));
    let wanted: Vec<u8> = [0_u8, 3, 1, 4, 2, 5]
        .into_iter()
        .flat_map(|number| f32::from(number).to_le_bytes())
        .collect();
    assert_eq!(tensors, [("turned".to_owned(), wanted)]);
}

#[test]
fn the_part_below_a_key_is_converted_and_the_rest_goes_to_the_sidecar() {
    let mut object = b"}(X\x05\0\0\0epochK\x07X\x03\0\0\0ema".to_vec();
    object.extend(state_dict(&[floats("w", "0", &[2])]));
    object.extend(b"X\x0a\0\0\0state_dict");
    object.extend(state_dict(&[floats("w", "1", &[3])]));
    object.push(b'u');
    let bytes = archive(&object, &[("0", &counting(2)), ("1", &counting(3))]);
    let sandbox = Sandbox::with(&[("model.ckpt", &bytes)]);
    let run = sandbox.run(&[
        "convert",
        "model.ckpt",
        "a.safetensors",
        "--sidecar",
        "rest.json",
    ]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    let (_, found) = tensors(&sandbox.bytes("a.safetensors"));
    let wanted = [("ema.w", counting(2)), ("w", counting(3))];
    assert_eq!(found, wanted.map(|(name, bytes)| (name.to_owned(), bytes)));
    let rest: Value = serde_json::from_slice(&sandbox.bytes("rest.json")).unwrap();
    Schema::read("convert.schema.json").check(&rest);
    assert_eq!(rest["leaves"][0]["keys"], json!(["epoch"]));
    assert_eq!(rest["leaves"][0]["value"], 7);
    let run = sandbox.run(&["convert", "model.ckpt", "b.safetensors", "--key", "ema"]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    let (_, found) = tensors(&sandbox.bytes("b.safetensors"));
    assert_eq!(found, [("w".to_owned(), counting(2))]);
    let run = sandbox.run(&[
        "convert",
        "model.ckpt",
        "c.safetensors",
        "--key",
        "nowhere\x1b",
    ]);
    assert!(
        run.starts_with("exit: 4\n") && !run.contains('\x1b'),
        "{run:?}"
    );
    assert_eq!(
        sandbox.names(),
        ["a.safetensors", "b.safetensors", "model.ckpt", "rest.json"]
    );
}

#[test]
fn verifying_finds_a_flipped_bit_anywhere_in_the_data_and_what_is_missing() {
    let sandbox = Sandbox::with(&[("model.bin", &honest())]);
    sandbox.run(&["convert", "model.bin", "a.safetensors"]);
    let whole = sandbox.bytes("a.safetensors");
    let data = whole.len() - 32;
    for at in data..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        sandbox.file("a.safetensors", &bytes);
        let run = sandbox.run(&["convert", "--verify", "model.bin", "a.safetensors"]);
        assert!(run.starts_with("exit: 1\n"), "{at}: {run}");
    }
    // A header that lists less, or what no header is.
    sandbox.file("a.safetensors", &two_tensors());
    assert_snapshot!(sandbox.run(&["convert", "--verify", "model.bin", "a.safetensors", "--report", "a.json"]), @"
    exit: 1
    --- stdout
    `model.bin`: torch zip, not the same
      output      `a.safetensors`, 192 bytes
      digest      sha256:550a5b0e76967dff2075d1176813f384232d99ff35a32919fb9f25eede3850f9
      compared    2 tensors
      different   tensor `weight` differs from byte 3 of its data on
    --- stderr
    ");
    report(&sandbox, "a.json");
    for length in [0, 4, 8, 20, whole.len() - 1] {
        sandbox.file("a.safetensors", &whole[..length]);
        let run = sandbox.run(&["convert", "--verify", "model.bin", "a.safetensors"]);
        assert!(
            run.starts_with("exit: 1\n") || run.starts_with("exit: 2\n"),
            "{length}: {run}"
        );
    }
}

#[test]
fn an_output_that_is_there_stays_unless_told_otherwise() {
    let sandbox = Sandbox::with(&[
        ("model.bin", &honest()),
        ("a.safetensors", b"mine"),
        ("rest.json", b"mine"),
    ]);
    assert_snapshot!(sandbox.run(&["convert", "model.bin", "a.safetensors"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: cannot write `a.safetensors`: it is there already, and --force is not given
    ");
    let run = sandbox.run(&[
        "convert",
        "model.bin",
        "b.safetensors",
        "--sidecar",
        "rest.json",
    ]);
    assert!(run.starts_with("exit: 4\n"), "{run}");
    assert_eq!(sandbox.bytes("a.safetensors"), b"mine");
    assert_eq!(sandbox.names(), ["a.safetensors", "model.bin", "rest.json"]);
    let run = sandbox.run(&[
        "convert",
        "--force",
        "model.bin",
        "a.safetensors",
        "--sidecar",
        "rest.json",
    ]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    assert_ne!(sandbox.bytes("a.safetensors"), b"mine");
    assert_ne!(sandbox.bytes("rest.json"), b"mine");
}

#[test]
fn no_output_replaces_what_is_read_or_another_output() {
    let sandbox = Sandbox::with(&[("model.bin", &honest())]);
    for arguments in [
        &["convert", "--force", "model.bin", "./model.bin"][..],
        &[
            "convert",
            "--force",
            "model.bin",
            "a.safetensors",
            "--report",
            "model.bin",
        ],
        &[
            "convert",
            "--force",
            "model.bin",
            "a.safetensors",
            "--sidecar",
            "model.bin",
        ],
        &[
            "convert",
            "model.bin",
            "a.safetensors",
            "--report",
            "./a.safetensors",
        ],
        &[
            "convert",
            "model.bin",
            "a.safetensors",
            "--sidecar",
            "./a.safetensors",
        ],
        &[
            "convert",
            "model.bin",
            "a.safetensors",
            "--sidecar",
            "b.json",
            "--report",
            "b.json",
        ],
        &["convert", "model.bin", "nowhere/a.safetensors"],
        &["convert", "model.bin", "."],
        &[
            "convert",
            "model.bin",
            "a.safetensors",
            "--report",
            "nowhere/a.json",
        ],
        &["convert", "--verify", "model.bin", "nowhere.safetensors"],
        &["convert", "nowhere.bin", "a.safetensors"],
        &[
            "convert",
            "--verify",
            "--force",
            "model.bin",
            "a.safetensors",
        ],
        &[
            "convert",
            "--keep-tied",
            "--duplicate-tied",
            "model.bin",
            "a.safetensors",
        ],
    ] {
        let run = sandbox.run(arguments);
        assert!(run.starts_with("exit: 4\n"), "{arguments:?}: {run}");
        assert_eq!(sandbox.names(), ["model.bin"], "{arguments:?}");
        assert_eq!(sandbox.bytes("model.bin"), honest());
    }
}

#[cfg(unix)]
#[test]
fn no_link_and_no_device_is_written_through() {
    let sandbox = Sandbox::with(&[("model.bin", &honest()), ("theirs", b"theirs")]);
    std::os::unix::fs::symlink("theirs", sandbox.path("link.safetensors")).unwrap();
    for output in ["link.safetensors", "/dev/full", "/dev/null"] {
        let run = sandbox.run(&["convert", "--force", "model.bin", output]);
        assert!(run.starts_with("exit: 4\n"), "{output}: {run}");
    }
    assert_eq!(sandbox.bytes("theirs"), b"theirs");
    assert!(sandbox.path("link.safetensors").is_symlink());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let sandbox = Sandbox::with(&[("model.bin", &honest())]);
    // The shell's limit on the size of files stands for a full disk: writing fails in the middle.
    let script = "ulimit -f 0; trap '' XFSZ; exec \"$0\" convert model.bin a.safetensors";
    let output = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_weighbridge")])
        .current_dir(sandbox.path("."))
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        crate::sandbox::shown(&output)
    );
    assert_eq!(sandbox.names(), ["model.bin"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_to_is_told() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = Sandbox::with(&[("model.bin", &honest()), ("folder/x", b"")]);
    let folder = sandbox.path("folder");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write everywhere.
    if fs::write(folder.join("y"), b"").is_err() {
        let run = sandbox.run(&["convert", "model.bin", "folder/a.safetensors"]);
        assert!(run.starts_with("exit: 2\n"), "{run}");
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn what_holds_no_tensor_is_nothing_to_convert() {
    let sandbox = Sandbox::with(&[
        ("list.pkl", CLEAN),
        ("evil.pkl", CRITICAL),
        ("notes.txt", b"nothing\n"),
        ("empty.bin", b""),
        ("folder/x", b""),
    ]);
    assert_snapshot!(sandbox.run(&["convert", "list.pkl", "a.safetensors"]), @"
    exit: 3
    --- stdout
    `list.pkl`: pickle, not converted
      because     nothing to convert
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["convert", "notes.txt", "a.safetensors"]), @"
    exit: 3
    --- stdout
    --- stderr
    error: `notes.txt` holds no tensors that can be read
    ");
    assert_snapshot!(sandbox.run(&["convert", "empty.bin", "a.safetensors"]), @"
    exit: 3
    --- stdout
    --- stderr
    error: `empty.bin` holds no tensors that can be read
    ");
    assert_snapshot!(sandbox.run(&["convert", "folder", "a.safetensors"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: `folder` is a folder, and one file is wanted
    ");
    let run = sandbox.run(&["convert", "evil.pkl", "a.safetensors"]);
    assert!(!run.starts_with("exit: 0\n"), "{run}");
    assert_eq!(
        sandbox.names(),
        ["empty.bin", "evil.pkl", "folder", "list.pkl", "notes.txt"]
    );
}

#[test]
fn a_checkpoint_cut_off_anywhere_is_never_converted() {
    let whole = honest();
    let sandbox = Sandbox::new();
    for length in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
        sandbox.file("cut.bin", &whole[..length]);
        let run = sandbox.run(&["convert", "cut.bin", "a.safetensors"]);
        let code = run.lines().next().unwrap();
        assert!(
            ["exit: 1", "exit: 2", "exit: 3"].contains(&code),
            "{length}: {run}"
        );
        assert_eq!(sandbox.names(), ["cut.bin"], "{length}");
    }
}

#[test]
fn a_storage_whose_bytes_do_not_match_their_check_sum_is_refused() {
    let mut bytes = honest();
    let at = bytes
        .windows(4)
        .position(|window| window == 5_f32.to_le_bytes())
        .unwrap();
    bytes[at] ^= 1;
    let sandbox = Sandbox::with(&[("model.bin", &bytes)]);
    let run = sandbox.run(&["convert", "model.bin", "a.safetensors"]);
    assert!(
        run.starts_with("exit: 1\n") || run.starts_with("exit: 2\n"),
        "{run}"
    );
    assert_eq!(sandbox.names(), ["model.bin"]);
}

/// An index over two shards.
fn sharded() -> Sandbox {
    let one = checkpoint(&[floats("a", "0", &[2])], &[("0", &counting(2))]);
    let two = checkpoint(&[floats("b", "0", &[3])], &[("0", &counting(3))]);
    let index = json!({
        "metadata": { "total_size": 20 },
        "weight_map": {
            "a": "pytorch_model-00001-of-00002.bin",
            "b": "pytorch_model-00002-of-00002.bin",
        },
    });
    Sandbox::with(&[
        ("pytorch_model-00001-of-00002.bin", &one),
        ("pytorch_model-00002-of-00002.bin", &two),
        ("pytorch_model.bin.index.json", index.to_string().as_bytes()),
        ("out/keep", b""),
    ])
}

#[test]
fn shards_become_shards_with_an_index() {
    let sandbox = sharded();
    let run = sandbox.run(&[
        "convert",
        "pytorch_model.bin.index.json",
        "out",
        "--report",
        "a.json",
    ]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    report(&sandbox, "a.json");
    let index: Value =
        serde_json::from_slice(&sandbox.bytes("out/model.safetensors.index.json")).unwrap();
    assert_eq!(
        index,
        json!({
            "metadata": { "total_size": 20 },
            "weight_map": {
                "a": "model-00001-of-00002.safetensors",
                "b": "model-00002-of-00002.safetensors",
            },
        })
    );
    let (_, one) = tensors(&sandbox.bytes("out/model-00001-of-00002.safetensors"));
    assert_eq!(one, [("a".to_owned(), counting(2))]);
    let (_, two) = tensors(&sandbox.bytes("out/model-00002-of-00002.safetensors"));
    assert_eq!(two, [("b".to_owned(), counting(3))]);
    let run = sandbox.run(&["convert", "--verify", "pytorch_model.bin.index.json", "out"]);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    // What is there already stays, all of it.
    let run = sandbox.run(&["convert", "pytorch_model.bin.index.json", "out"]);
    assert!(run.starts_with("exit: 4\n"), "{run}");
}

#[test]
fn a_shard_outside_the_folder_or_missing_is_refused() {
    for (shard, bytes) in [
        ("../pytorch_model-00002-of-00002.bin", None),
        ("/etc/passwd", None),
        ("pytorch_model-00002-of-00002.bin", Some(&b"gone"[..])),
    ] {
        let sandbox = sharded();
        let index =
            json!({ "weight_map": { "a": "pytorch_model-00001-of-00002.bin", "b": shard } });
        sandbox.file("pytorch_model.bin.index.json", index.to_string().as_bytes());
        if bytes.is_some() {
            fs::remove_file(sandbox.path(shard)).unwrap();
        }
        let run = sandbox.run(&["convert", "pytorch_model.bin.index.json", "out"]);
        assert!(
            run.starts_with("exit: 1\n") || run.starts_with("exit: 2\n"),
            "{shard}: {run}"
        );
        assert_eq!(
            fs::read_dir(sandbox.path("out")).unwrap().count(),
            1,
            "{shard}"
        );
    }
}

/// What the guide shows is what its commands print.
#[test]
fn the_guide_shows_what_is_printed() {
    let sandbox = Sandbox::with(&[
        (
            "state_dict.pt",
            &crate::console::read("testdata/honest/state_dict.pt"),
        ),
        (
            "checkpoint.pt",
            &crate::console::read("testdata/malicious/checkpoint.pt"),
        ),
    ]);
    let commands = crate::console::carry_out("docs/convert.md", &sandbox);
    assert!(commands >= 4, "{commands} commands");
}
