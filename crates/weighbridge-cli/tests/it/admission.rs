//! `--formats`: only these, by content.

use insta::assert_snapshot;

use crate::pickles::CLEAN;
use crate::sandbox::Sandbox;

/// A card, configuration, and two pickles, of which one goes by this name.
fn models(name: &str) -> Sandbox {
    Sandbox::with(&[
        ("models/README.md", b"# A model\n"),
        ("models/config.json", b"{}"),
        (name, CLEAN),
        ("models/weights.pkl", CLEAN),
    ])
}

#[test]
fn what_is_not_admitted_fails_whatever_it_is_called() {
    let run = models("models/model.safetensors").run(&[
        "scan",
        "--formats",
        "safetensors,onnx,gguf",
        "models",
    ]);
    assert_snapshot!(run, @r#"
    exit: 1
    --- stdout
    warning[CON013/misleading-extension]: the name promises safetensors, the content is pickle
      --> models/model.safetensors @ bytes 0..11
      = why: Loaders look at content, people and filters look at names.
      = help: Rename the file to what it is, after the scan.
      = rule: docs/rules/CON013.md
    error[CON018/format-not-admitted]: found pickle, expected safetensors, gguf or onnx
      --> models/model.safetensors @ bytes 0..11
      = why: Loaders look at what the bytes are, so "only safetensors and ONNX" holds only as a rule about bytes.
      = help: Remove the file, or convert it: `weighbridge convert` makes safetensors of a checkpoint and executes nothing.
      = rule: docs/rules/CON018.md
    error[CON018/format-not-admitted]: found pickle, expected safetensors, gguf or onnx
      --> models/weights.pkl @ bytes 0..11
      = rule: docs/rules/CON018.md
    4 files: 2 dangerous, 2 passive; 3 findings: 0 critical, 2 high, 1 medium, 0 low, 0 info; 100 % of bytes accounted for; scan complete
    --- stderr
    "#);
}

#[test]
fn what_is_admitted_passes() {
    let sandbox = models("models/model.bin");
    assert!(
        sandbox
            .run(&["scan", "--formats", "pickle", "models"])
            .starts_with("exit: 0\n")
    );
    let twice = ["scan", "--formats", "onnx", "--formats", "pickle", "models"];
    assert!(sandbox.run(&twice).starts_with("exit: 0\n"));
}

#[test]
fn standard_input_is_held_to_the_rule_too() {
    let sandbox = models("models/model.bin");
    let run = sandbox.run_with_stdin(&["scan", "--formats", "gguf", "-"], CLEAN);
    assert!(
        run.starts_with("exit: 1\n") && run.contains("found pickle, expected gguf"),
        "{run}"
    );
}

#[test]
fn the_configuration_says_it_for_everybody_and_the_command_line_wins() {
    let sandbox = models("models/model.bin");
    sandbox.file(
        "weighbridge.toml",
        b"[scan]\nformats = [\"safetensors\", \"gguf\"]\n",
    );
    assert!(sandbox.run(&["scan", "models"]).starts_with("exit: 1\n"));
    assert!(
        sandbox
            .run(&["scan", "--formats", "pickle", "models"])
            .starts_with("exit: 0\n")
    );
}

#[test]
fn words_that_are_no_formats_are_usage() {
    let sandbox = models("models/model.bin");
    let run = sandbox.run(&["scan", "--formats", "safetensor", "models"]);
    assert!(
        run.starts_with("exit: 4\n") && run.contains("safetensors"),
        "{run}"
    );
    let run = sandbox.run(&["scan", "--formats", "", "models"]);
    assert!(run.starts_with("exit: 4\n"), "{run}");
    for (config, message) in [
        (
            "formats = [\"safetensor\"]",
            "`safetensor` is no format, did you mean `safetensors`?",
        ),
        (
            "formats = []",
            "`formats` is empty, expected at least one format",
        ),
        (
            "formats = \"onnx\"",
            "`formats` is a string, expected an array",
        ),
    ] {
        sandbox.file("weighbridge.toml", format!("[scan]\n{config}\n").as_bytes());
        let run = sandbox.run(&["scan", "models"]);
        assert!(
            run.starts_with("exit: 4\n") && run.contains(message),
            "{run}"
        );
    }
}
