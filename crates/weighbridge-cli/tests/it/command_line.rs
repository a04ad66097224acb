use insta::assert_snapshot;

use crate::pickles::CLEAN;
use crate::sandbox::Sandbox;

#[test]
fn a_path_that_does_not_exist_is_usage() {
    let sandbox = Sandbox::with(&[("model.pkl", CLEAN)]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl", "nowhere\x1b[2J.pkl"]), @r"
    exit: 4
    --- stdout
    --- stderr
    error: `nowhere\x1b[2J.pkl` does not exist
    ");
}

#[test]
fn a_bad_option_is_usage() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run(&["scan", "--colour", "model.pkl"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: unexpected argument '--colour' found

      tip: a similar argument exists: '--color'

    Usage: weighbridge scan --color <WHEN> <PATH>...

    For more information, try '--help'.
    ");
    assert_snapshot!(sandbox.run(&["scan", "--fail-on", "severe", "model.pkl"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: invalid value 'severe' for '--fail-on <SEVERITY>'
      [possible values: info, low, medium, high, critical]

    For more information, try '--help'.
    ");
    assert_snapshot!(sandbox.run(&["scan", "--max-inflated-bytes", "1GB", "model.pkl"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: invalid value '1GB' for '--max-inflated-bytes <BYTES>': expected a number of bytes such as 4096, 64KiB, 16MiB or 1GiB

    For more information, try '--help'.
    ");
}

#[test]
fn a_slip_names_what_was_meant() {
    let sandbox = Sandbox::new();
    for (arguments, meant) in [
        (&["scna", "x"][..], "'scan'"),
        (&["convert-reprot", "x"], "'convert-report'"),
        (&["pickle", "efects", "x"], "'effects'"),
        (&["scan", "--outptu", "x"], "'--output'"),
        (&["scan", "--format", "srif", "x"], "'sarif'"),
        (&["convert-report", "--format", "jnit", "x"], "'junit'"),
        (&["scan", "--fail-on", "hihg", "x"], "'high'"),
        (
            &["scan", "--output", "gihub=x", "x"],
            "did you mean `github`?",
        ),
        (
            &["explain", "PKL001/unsafe-globl"],
            "did you mean `PKL001/unsafe-global`?",
        ),
    ] {
        let run = sandbox.run(arguments);
        assert!(run.starts_with("exit: 4\n") && run.contains(meant), "{run}");
    }
}

#[test]
fn words_of_the_command_line_are_repeated_harmlessly() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run(&["scan", "--\x1b[2J\u{202e}"]), @r"
    exit: 4
    --- stdout
    --- stderr
    error: unexpected argument '--\u{202e}' found

      tip: to pass '--\u{202e}' as a value, use '-- --\u{202e}'

    Usage: weighbridge scan [OPTIONS] <PATH>...

    For more information, try '--help'.
    ");
}

#[test]
fn no_command_is_usage() {
    let sandbox = Sandbox::new();
    let run = sandbox.run::<&str>(&[]);
    assert!(
        run.starts_with("exit: 4\n--- stdout\n--- stderr\nWeigh machine-learning"),
        "{run}"
    );
}

#[test]
fn standard_input_can_be_named_once() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run(&["scan", "-", "-"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: standard input can be read once only
    ");
}

#[test]
fn help_and_version_are_fine() {
    let sandbox = Sandbox::new();
    let version = env!("CARGO_PKG_VERSION");
    let shown = format!("exit: 0\n--- stdout\nweighbridge {version}\n--- stderr\n");
    assert_eq!(sandbox.run(&["--version"]), shown);
    assert_snapshot!(sandbox.run(&["--help"]), @"
    exit: 0
    --- stdout
    Weigh machine-learning models before they are loaded

    Usage: weighbridge [OPTIONS] <COMMAND>

    Commands:
      scan            Judge model files, and folders of them, without loading anything
      baseline        Write down findings so that they are known from then on
      inspect         Show what is in a model file: tensors, parameters, metadata, and what each byte is
      convert         Write the tensors of a checkpoint as safetensors, without loading or executing
                      anything
      convert-report  Write a report of `scan --format json` in other formats
      pickle          Look into pickles
      keygen          Make a pair of keys
      sign            Sign a model
      verify          Verify the signature of a model
      attest          Verify attestations: who said what about a model
      sign-blob       Sign any file keyless, over the network: an OIDC identity, Fulcio, Rekor
      verify-blob     Check who signed a file, by a Sigstore bundle and an identity or a key
      rules           List the rules
      explain         Print the page of a rule
      completions     Print the completions of a shell
      man             Print a manual page, or write all of them to a folder

    Options:
          --color <WHEN>  Use colors; `auto` uses them on a terminal unless NO_COLOR is set [default:
                          auto] [possible values: auto, always, never]
      -h, --help          Print help
      -V, --version       Print version
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["scan", "--help"]), @"
    exit: 0
    --- stdout
    Judge model files, and folders of them, without loading anything

    Usage: weighbridge scan [OPTIONS] <PATH>...

    Arguments:
      <PATH>...  Files and folders; `-` reads standard input

    Options:
          --color <WHEN>            Use colors; `auto` uses them on a terminal unless NO_COLOR is set
                                    [default: auto] [possible values: auto, always, never]
          --full                    Read every byte and compare every check sum, those of raw storage
                                    too
      -j, --jobs <N>                Scan so many files at a time [default: one per core]
          --format <FORMAT>         Write the report in this format [default: text] [possible values:
                                    text, json, sarif, junit, github]
      -o, --output <[FORMAT=]FILE>  Write the report to this file instead, whole or not at all; with
                                    FORMAT= write it there too, in that format
          --fail-on <SEVERITY>      Fail on findings of this severity and above [default: medium]
                                    [possible values: info, low, medium, high, critical]
          --exit-zero               Do not fail on findings; what is undecided still fails
      -q, --quiet                   Print no progress and no summary
      -h, --help                    Print help

    Selection:
          --exclude <PATTERN>  Leave out what matches below the folders given; patterns are those of
                               .gitignore
          --include <PATTERN>  Scan only what matches below the folders given
          --formats <FORMATS>  Admit only these formats, told by content, such as safetensors,onnx,gguf;
                               refuse everything else but text, configuration and images
          --stdin-name <NAME>  Call standard input by this name, which may promise a format

    Configuration:
          --config <FILE>        Read this configuration [default: weighbridge.toml here or above]
          --no-config            Read no configuration
          --rules-data <FOLDER>  Judge by the lists of known names in this folder, which must be trusted
          --baseline <FILE>      Do not count findings that this baseline, or this JSON report, has

    Limits:
          --timeout <SECONDS>           Spend at most so many seconds on a file, 0 for no limit
                                        [default: 300]
          --max-depth <N>               Look into archives and payloads so many layers deep [default: 8]
          --max-inflated-bytes <BYTES>  Inflate at most so many bytes per file [default: 16GiB]
          --max-files <N>               Walk at most so many files per folder [default: 1000000]
          --max-members <N>             Look at at most so many members per file [default: 1000000]
          --max-stdin-bytes <BYTES>     Take at most so many bytes from standard input [default: 1GiB]

    Exit codes:
      0  everything was read, and no finding counts
      1  a finding of --fail-on or above
      2  undecided: something that should have been judged was not
      3  nothing here that can be judged
      4  wrong usage; a path that does not exist
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["pickle", "effects", "--help"]), @"
    exit: 0
    --- stdout
    List what loading would do: imports, calls, state and item writes

    Usage: weighbridge pickle effects [OPTIONS] <FILE>

    Arguments:
      <FILE>  The file; `-` reads standard input

    Options:
          --color <WHEN>     Use colors; `auto` uses them on a terminal unless NO_COLOR is set [default:
                             auto] [possible values: auto, always, never]
          --member <MEMBER>  Look only into this member of the container, as reports name it
          --stream <N>       Look only into this one of several pickles that follow each other, counted
                             from 0
          --format <FORMAT>  Write in this format; json is one object per line [default: text] [possible
                             values: text, json]
      -h, --help             Print help
    --- stderr
    ");
}

#[test]
fn what_was_probably_meant_is_offered() {
    let sandbox = Sandbox::with(&[("model.pkl", CLEAN)]);
    assert_snapshot!(sandbox.run(&["model.pkl"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: unrecognized subcommand 'model.pkl'

      tip: to weigh a file or folder, use 'weighbridge scan model.pkl'

    Usage: weighbridge [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(sandbox.run(&["help", "scan"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: unrecognized subcommand 'help'

      tip: the help of a command is printed by '<COMMAND> --help'

    Usage: weighbridge [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn a_number_that_is_none_is_told_what_is_wanted() {
    let sandbox = Sandbox::with(&[("model.pkl", CLEAN)]);
    assert_snapshot!(sandbox.run(&["scan", "--jobs", "0", "model.pkl"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: invalid value '0' for '--jobs <N>': expected a whole number from 1 on

    For more information, try '--help'.
    ");
    assert_snapshot!(sandbox.run(&["scan", "--max-depth", "deep", "model.pkl"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: invalid value 'deep' for '--max-depth <N>': expected a whole number

    For more information, try '--help'.
    ");
    assert_snapshot!(sandbox.run(&["scan", "--timeout", "-1", "model.pkl"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: invalid value '-1' for '--timeout <SECONDS>': expected seconds such as 60 or 0.5

    For more information, try '--help'.
    ");
}
