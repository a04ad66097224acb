//! `weighbridge.toml`: where it is found, what it says, and everything that can be wrong with it.

use insta::assert_snapshot;

use crate::pickles::{CLEAN, CRITICAL, CUT_OFF, MEDIUM};
use crate::sandbox::Sandbox;

/// The summary line of a scan without the coverage.
fn last_line(run: &str) -> &str {
    let stdout = run.split("--- stderr\n").next().unwrap_or_default();
    stdout.trim_end().lines().last().unwrap_or_default()
}

fn code(run: &str) -> &str {
    run.lines().next().unwrap_or_default()
}

fn stderr(run: &str) -> &str {
    run.split_once("--- stderr\n").unwrap().1
}

/// What is said about the scan and about no single finding.
fn notices(run: &str) -> String {
    let lines = run.lines();
    let notices = lines.filter(|line| line.starts_with("warning: ") || line.starts_with("note: "));
    notices.map(|line| format!("{line}\n")).collect()
}

/// Models beside a configuration.
fn project(config: &str) -> Sandbox {
    Sandbox::with(&[
        ("models/clean.pkl", CLEAN),
        ("models/medium.pkl", MEDIUM),
        ("weighbridge.toml", config.as_bytes()),
    ])
}

#[test]
fn an_ignore_takes_a_finding_out_of_the_verdict_and_says_so() {
    let sandbox = project(
        "[[scan.ignore]]\nrule = \"PKL002\"\npath = \"models/*.pkl\"\nreason = \"our own class\"\n",
    );
    let run = sandbox.run(&["scan", "models"]);
    assert_eq!(code(&run), "exit: 0", "{run}");
    assert_eq!(notices(&run), "");
    let json = sandbox.json(&["scan", "--format", "json", "models"]);
    let target = &json["targets"][1];
    assert_eq!(target["verdict"], "clean");
    assert!(target["findings"].as_array().unwrap().is_empty());
    let suppressed = &target["suppressed"][0];
    assert_eq!(suppressed["by"], "ignore");
    assert_eq!(suppressed["reason"], "our own class");
    assert_eq!(suppressed["finding"]["rule"], "PKL002/unknown-global");
    assert_eq!(json["summary"]["suppressed"], 1);
    assert_eq!(
        code(&sandbox.run(&["scan", "--no-config", "models"])),
        "exit: 1"
    );
}

#[test]
fn ignores_are_held_to_path_global_content_and_day() {
    // `sha256sum` of MEDIUM.
    const CONTENT: &str = "e7c884929c8e47358f3bfafb28d7eae546147369bfe1588a42e16ae115df8a38";
    let other = CONTENT.replace(|digit: char| digit.is_ascii_digit(), "0");
    for (ignore, ends) in [
        ("rule = \"unknown-global\"", 0),
        ("rule = \"PKL002/unknown-global\"", 0),
        ("rule = \"PKL003\"", 1),
        ("global = \"acme.models.Thing\"", 0),
        ("global = \"acme.models.Other\"", 1),
        ("rule = \"PKL002\"\npath = \"*.pkl\"", 0),
        ("rule = \"PKL002\"\npath = \"models/\"", 0),
        ("rule = \"PKL002\"\npath = \"/models/**\"", 0),
        ("rule = \"PKL002\"\npath = \"other/**\"", 1),
        (&format!("rule = \"PKL002\"\nsha256 = \"{CONTENT}\""), 0),
        (
            &format!("rule = \"PKL002\"\nsha256 = \"sha256:{CONTENT}\""),
            0,
        ),
        (&format!("rule = \"PKL002\"\nsha256 = \"{other}\""), 1),
        ("rule = \"PKL002\"\nexpires = 2027-01-31", 0),
        ("rule = \"PKL002\"\nexpires = 2027-01-30", 1),
    ] {
        let sandbox = project(&format!("[[scan.ignore]]\nreason = \"x\"\n{ignore}\n"));
        let run = sandbox.run(&["scan", "--today", "2027-01-31", "models"]);
        assert_eq!(code(&run), format!("exit: {ends}"), "{ignore}\n{run}");
    }
}

#[test]
fn expired_and_unused_ignores_are_told() {
    let sandbox = project(
        "[[scan.ignore]]\nrule = \"PKL002\"\nreason = \"a\"\nexpires = 2026-12-31\n\
         [[scan.ignore]]\nrule = \"CON010\"\nreason = \"b\"\nexpires = 2026-12-31\n\
         [[scan.ignore]]\nglobal = \"acme.Nothing\"\nreason = \"c\"\n",
    );
    let run = sandbox.run(&["scan", "--today", "2027-01-01", "models"]);
    assert_eq!(code(&run), "exit: 1");
    assert_snapshot!(notices(&run), @r"
    warning: `weighbridge.toml:1`: the ignore of `PKL002` expired on 2026-12-31 and 1 finding that it covered counts again
    warning: `weighbridge.toml:5`: the ignore of `CON010` expired on 2026-12-31 and covers nothing any more: remove it
    note: `weighbridge.toml:9`: the ignore of `acme.Nothing` covers nothing that was scanned
    ");
    let json = sandbox.json(&[
        "scan",
        "-q",
        "--format",
        "json",
        "--today",
        "2027-01-01",
        "models",
    ]);
    let levels: Vec<_> = json["notices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| &notice["level"])
        .collect();
    assert_eq!(levels, ["warning", "warning", "note"]);
}

#[test]
fn a_name_that_can_do_harm_is_ignored_by_content_only() {
    // `sha256sum` of CRITICAL.
    const CONTENT: &str = "8cc73ceecc3fb6787129f6639c5171a97fae9256e36d20d1ca7e4916aee299a4";
    let sandbox = Sandbox::with(&[("models/evil.pkl", CRITICAL)]);
    for (ignore, message) in [
        (
            "rule = \"PKL001\"",
            "error: `weighbridge.toml:2:8`: an ignore of `PKL001/unsafe-global`, which is about names that can do harm, needs the `sha256` of the file\n",
        ),
        (
            "global = \"os.system\"",
            "error: `weighbridge.toml:2:10`: an ignore of `os.system`, which can do harm (process), needs the `sha256` of the file\n",
        ),
        (
            "global = \"posix.system\"",
            "error: `weighbridge.toml:2:10`: an ignore of `posix.system`, which can do harm (process), needs the `sha256` of the file\n",
        ),
    ] {
        let config = format!("[[scan.ignore]]\n{ignore}\nreason = \"x\"\n");
        sandbox.file("weighbridge.toml", config.as_bytes());
        let run = sandbox.run(&["scan", "models"]);
        assert_eq!(run, format!("exit: 4\n--- stdout\n--- stderr\n{message}"));
        let config = format!("{config}sha256 = \"{CONTENT}\"\n");
        sandbox.file("weighbridge.toml", config.as_bytes());
        let run = sandbox.run(&["scan", "models"]);
        assert_eq!(code(&run), "exit: 0", "{run}");
    }
    // The same path with another content.
    let other = CRITICAL
        .iter()
        .map(|byte| if *byte == b'd' { b'p' } else { *byte });
    sandbox.file("models/evil.pkl", &other.collect::<Vec<_>>());
    assert_eq!(code(&sandbox.run(&["scan", "models"])), "exit: 1");
}

#[test]
fn severities_of_rules_are_changed_and_those_of_harmful_names_not_lowered() {
    let sandbox = project("[scan.severity]\nPKL002 = \"low\"\n");
    let run = sandbox.run(&["scan", "models"]);
    assert_eq!(code(&run), "exit: 0", "{run}");
    assert!(run.contains("note[PKL002/unknown-global]"), "{run}");
    sandbox.file(
        "weighbridge.toml",
        b"[scan.severity]\n\"unknown-global\" = \"critical\"\n",
    );
    let run = sandbox.run(&["scan", "--fail-on", "critical", "models"]);
    assert_eq!(code(&run), "exit: 1", "{run}");
    sandbox.file(
        "weighbridge.toml",
        b"[scan.severity]\nPKL001 = \"medium\"\n",
    );
    assert_snapshot!(sandbox.run(&["scan", "models"]), @r"
    exit: 4
    --- stdout
    --- stderr
    error: `weighbridge.toml:2:10`: `PKL001/unsafe-global` is about names that can do harm and cannot be lowered: ignore single files by their `sha256`
    ");
    sandbox.file(
        "weighbridge.toml",
        b"[scan.severity]\nPKL001 = \"critical\"\n",
    );
    assert_eq!(code(&sandbox.run(&["scan", "models"])), "exit: 1");
}

#[test]
fn the_command_line_wins() {
    let sandbox = project("[scan]\nfail-on = \"high\"\ninclude = [\"medium.pkl\"]\n");
    assert_eq!(code(&sandbox.run(&["scan", "models"])), "exit: 0");
    assert_eq!(
        code(&sandbox.run(&["scan", "--fail-on", "medium", "models"])),
        "exit: 1"
    );
    let run = sandbox.run(&["scan", "--include", "clean.pkl", "models"]);
    assert!(last_line(&run).starts_with("clean: 1 file"), "{run}");
}

#[test]
fn a_configuration_in_what_is_scanned_is_ignored_and_told() {
    let config = b"[scan]\nfail-on = \"critical\"\n";
    let sandbox = Sandbox::with(&[
        ("models/medium.pkl", MEDIUM),
        ("models/weighbridge.toml", config),
    ]);
    let run = sandbox.run_in("models", &["scan", "."]);
    assert_eq!(code(&run), "exit: 1", "{run}");
    assert_snapshot!(notices(&run), @"warning: `weighbridge.toml` is not used: it lies in what is scanned; name it with `--config` to use it");
    let run = sandbox.run_in("models", &["scan", "--config", "weighbridge.toml", "."]);
    assert_eq!(code(&run), "exit: 0", "{run}");
    assert_eq!(notices(&run), "");
    // Where it lies does not matter if it is not looked for from there.
    assert_eq!(code(&sandbox.run(&["scan", "models"])), "exit: 1");
}

#[test]
fn nothing_above_a_repository_configures() {
    let config = b"[scan]\nfail-on = \"critical\"\n";
    let sandbox = Sandbox::with(&[
        ("models/medium.pkl", MEDIUM),
        ("../weighbridge.toml", config),
    ]);
    // The sandbox lies in a repository: its top is looked at.
    assert_eq!(code(&sandbox.run(&["scan", "models"])), "exit: 0");
    std::fs::create_dir(sandbox.path(".git")).unwrap();
    let run = sandbox.run(&["scan", "models"]);
    assert_eq!(code(&run), "exit: 1", "{run}");
    assert_eq!(notices(&run), "");
}

#[test]
fn patterns_of_the_configuration_count_from_its_folder() {
    let sandbox = project("[scan]\nexclude = [\"models/medium.pkl\"]\n");
    assert_eq!(code(&sandbox.run(&["scan", "models"])), "exit: 0");
    assert_eq!(
        code(&sandbox.run_in("models", &["scan", "../models"])),
        "exit: 0"
    );
    // What is given by itself is scanned.
    assert_eq!(
        code(&sandbox.run(&["scan", "models/medium.pkl"])),
        "exit: 1"
    );
}

#[test]
fn everything_wrong_is_usage_with_line_and_column() {
    let sandbox = Sandbox::with(&[("models/clean.pkl", CLEAN)]);
    let entry = "[[scan.ignore]]\n";
    let cases = [
        (
            "scan = 1",
            "`weighbridge.toml:1:8`: `scan` is an integer, expected a table",
        ),
        (
            "[scn]",
            "`weighbridge.toml:1:2`: unknown key `scn`, did you mean `scan`?",
        ),
        (
            "[scan]\nexlude = []",
            "`weighbridge.toml:2:1`: unknown key `exlude` in `[scan]`, did you mean `exclude`?",
        ),
        (
            "[scan]\nexclude = \"a\"",
            "`weighbridge.toml:2:11`: `exclude` is a string, expected an array",
        ),
        (
            "[scan]\nexclude = [1]",
            "`weighbridge.toml:2:12`: `exclude` is an integer, expected a string",
        ),
        (
            "[scan]\nexclude = [\"!a\"]",
            "`weighbridge.toml:2:12`: `!a`: a pattern begins with `!`",
        ),
        (
            "[scan]\nexclude = [\"a[\"]",
            "`weighbridge.toml:2:12`: `a[`: ",
        ),
        (
            "[scan]\ntimeout = -1",
            "`weighbridge.toml:2:11`: `timeout` is an integer, expected seconds such as 60 or 0.5",
        ),
        (
            "[scan]\ntimeout = \"soon\"",
            "`weighbridge.toml:2:11`: `timeout` is a string, expected seconds such as 60 or 0.5",
        ),
        (
            "[scan]\nfail-on = \"severe\"",
            "`weighbridge.toml:2:11`: `severe` is no severity, expected one of `info`, `low`",
        ),
        (
            "[scan]\nfull = \"yes\"",
            "`weighbridge.toml:2:8`: `full` is a string, expected true or false",
        ),
        (
            "[scan]\nfull = true\nfull = true",
            "`weighbridge.toml:3:1`: duplicate key",
        ),
        ("[scan", "`weighbridge.toml:1:6`: unclosed table"),
        (
            "[scan.severity]\nPKL999 = \"low\"",
            "`weighbridge.toml:2:1`: no rule `PKL999`",
        ),
        (
            "[scan.severity]\nPKL002 = \"lo\"",
            "`weighbridge.toml:2:10`: `lo` is no severity",
        ),
        (
            "[scan.severity]\nPKL002 = \"low\"\nunknown-global = \"low\"",
            "`weighbridge.toml:3:1`: `PKL002/unknown-global` is given twice",
        ),
        (
            &format!("{entry}reason = \"x\""),
            "`weighbridge.toml:1:1`: `[[scan.ignore]]` has neither `rule` nor `global`",
        ),
        (
            &format!("{entry}rule = \"PKL002\"\nglobal = \"a.b\"\nreason = \"x\""),
            "`weighbridge.toml:3:10`: `rule` and `global` exclude each other",
        ),
        (
            &format!("{entry}rule = \"PKL002\""),
            "`weighbridge.toml:1:1`: `[[scan.ignore]]` has no `reason`",
        ),
        (
            &format!("{entry}rule = \"PKL002\"\nreason = \" \""),
            "`weighbridge.toml:3:10`: `reason` is empty: say why this is ignored",
        ),
        (
            &format!("{entry}rule = \"PKL002\"\nreason = 1"),
            "`weighbridge.toml:3:10`: `reason` is an integer, expected a string",
        ),
        (
            &format!("{entry}rule = \"unknwn-global\"\nreason = \"x\""),
            "`weighbridge.toml:2:8`: no rule `unknwn-global`, did you mean `PKL002/unknown-global`?",
        ),
        (
            &format!("{entry}global = \"Thing\"\nreason = \"x\""),
            "`weighbridge.toml:2:10`: `Thing` is no global",
        ),
        (
            &format!("{entry}rule = \"PKL002\"\nreason = \"x\"\nsha256 = \"abc\""),
            "`weighbridge.toml:4:10`: `abc` is no SHA-256, expected 64 hexadecimal digits",
        ),
        (
            &format!("{entry}rule = \"PKL002\"\nreason = \"x\"\nexpires = \"2027-01-31\""),
            "`weighbridge.toml:4:11`: `expires` is a string, expected a date such as 2027-01-31, without quotes and time",
        ),
        (
            &format!("{entry}rule = \"PKL002\"\nreason = \"x\"\nexpires = 2027-01-31T10:00:00"),
            "`weighbridge.toml:4:11`: `expires` is a datetime, expected a date",
        ),
        (
            &format!("{entry}rule = \"PKL002\"\nreason = \"x\"\nexpire = 2027-01-31"),
            "`weighbridge.toml:4:1`: unknown key `expire` in `[[scan.ignore]]`, did you mean `expires`?",
        ),
        (
            &format!("{entry}rule = \"PKL002\"\nreason = \"x\"\n\"\\u001b[2J\" = 1"),
            r"`weighbridge.toml:4:1`: unknown key `\x1b[2J` in `[[scan.ignore]]`, expected one of `expires`",
        ),
    ];
    for (config, message) in cases {
        sandbox.file("weighbridge.toml", config.as_bytes());
        let run = sandbox.run(&["scan", "models"]);
        let begins = format!("exit: 4\n--- stdout\n--- stderr\nerror: {message}");
        assert!(run.starts_with(&begins), "{config}\n{begins}\n{run}");
        assert_eq!(stderr(&run).lines().count(), 1, "{run}");
    }
}

#[test]
fn what_cannot_be_read_as_a_configuration_is_usage() {
    let sandbox = Sandbox::with(&[("models/clean.pkl", CLEAN), ("bad.toml", b"# \xff\n")]);
    std::fs::create_dir(sandbox.path("folder.toml")).unwrap();
    for (file, message) in [
        (
            "bad.toml",
            "error: cannot read `bad.toml`: it is not UTF-8 from byte 2 on\n",
        ),
        (
            "none.toml",
            "error: cannot read `none.toml`: it does not exist\n",
        ),
        ("folder.toml", "error: cannot read `folder.toml`: "),
    ] {
        let run = sandbox.run(&["scan", "--config", file, "models"]);
        let begins = format!("exit: 4\n--- stdout\n--- stderr\n{message}");
        assert!(run.starts_with(&begins), "{run}");
    }
    let large = std::fs::File::create(sandbox.path("large.toml")).unwrap();
    large.set_len((16 << 20) + 1).unwrap();
    let run = sandbox.run(&["scan", "--config", "large.toml", "models"]);
    assert_eq!(
        stderr(&run),
        "error: cannot read `large.toml`: it has more than 16777216 bytes\n"
    );
    let run = sandbox.run(&["scan", "--config", "a", "--no-config", "models"]);
    assert_eq!(code(&run), "exit: 4");
}

#[test]
fn deep_nesting_in_a_configuration_is_refused() {
    let sandbox = Sandbox::with(&[("models/clean.pkl", CLEAN)]);
    let config = format!("scan = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    sandbox.file("weighbridge.toml", config.as_bytes());
    let run = sandbox.run(&["scan", "models"]);
    assert_eq!(code(&run), "exit: 4", "{run}");
}

#[test]
fn ignores_never_make_up_for_what_was_not_read() {
    let sandbox = Sandbox::with(&[("models/cut.pkl", CUT_OFF)]);
    let digest =
        sandbox.json(&["scan", "--format", "json", "models"])["targets"][0]["sha256"].clone();
    let digest = digest.as_str().unwrap();
    let config: String = ["PKL001", "PKL010"]
        .map(|rule| {
            format!("[[scan.ignore]]\nrule = \"{rule}\"\nsha256 = \"{digest}\"\nreason = \"x\"\n")
        })
        .concat();
    sandbox.file("weighbridge.toml", config.as_bytes());
    let json = sandbox.json(&["scan", "--format", "json", "models"]);
    let target = &json["targets"][0];
    assert!(target["findings"].as_array().unwrap().is_empty());
    assert_eq!(
        (&target["verdict"], &target["complete"]),
        (&"undecided".into(), &false.into())
    );
    assert_eq!(code(&sandbox.run(&["scan", "models"])), "exit: 2");
}

#[test]
fn what_is_not_listed_cannot_be_ignored_by_kind() {
    // More findings about one name than are listed.
    let many = crate::pickles::many(200);
    let sandbox = project("[[scan.ignore]]\nrule = \"PKL002\"\nreason = \"x\"\n");
    sandbox.file("models/many.pkl", &many);
    let run = sandbox.run(&["scan", "models"]);
    assert_eq!(code(&run), "exit: 2", "{run}");
    assert!(
        notices(&run).contains("what is not listed cannot be ignored"),
        "{run}"
    );
}

#[test]
fn excluded_files_are_counted_and_named() {
    let sandbox = Sandbox::with(&[
        ("models/a.pkl", CLEAN),
        ("models/evil.pkl", CRITICAL),
        ("models/old/evil.pkl", CRITICAL),
    ]);
    let run = sandbox.run(&[
        "scan",
        "--exclude",
        "/evil.pkl",
        "--exclude",
        "old/",
        "models",
    ]);
    assert_eq!(code(&run), "exit: 0", "{run}");
    assert!(
        last_line(&run).contains("1 file and 1 folder excluded"),
        "{run}"
    );
    let json = sandbox.json(&[
        "scan",
        "--format",
        "json",
        "--exclude",
        "/evil.pkl",
        "--exclude",
        "old/",
        "models",
    ]);
    assert_eq!(json["excluded"]["files"], 1);
    assert_eq!(json["excluded"]["folders"], 1);
    let paths = ["models/evil.pkl", "models/old"];
    assert_eq!(json["excluded"]["paths"], serde_json::json!(paths));
    let run = sandbox.run(&["scan", "--include", "*.bin", "models"]);
    assert_eq!(code(&run), "exit: 3", "{run}");
    let run = sandbox.run(&["scan", "--exclude", "!a", "models"]);
    assert_snapshot!(stderr(&run), @"error: `--exclude !a`: a pattern begins with `!`, which has no meaning here: name what is to be taken with `include`");
}

#[test]
fn standard_input_goes_by_its_name() {
    let sandbox =
        project("[[scan.ignore]]\nrule = \"PKL002\"\npath = \"models/in.pkl\"\nreason = \"x\"\n");
    let run = sandbox.run_with_stdin(&["scan", "--stdin-name", "models/in.pkl", "-"], MEDIUM);
    assert_eq!(code(&run), "exit: 0", "{run}");
    let run = sandbox.run_with_stdin(&["scan", "--stdin-name", "models/out.pkl", "-"], MEDIUM);
    assert!(run.contains("--> models/out.pkl @"), "{run}");
    let run = sandbox.run(&["scan", "--stdin-name", "a.pkl", "models"]);
    assert_snapshot!(run, @"
    exit: 4
    --- stdout
    --- stderr
    error: `--stdin-name` names standard input, which is scanned only where `-` is given
    ");
}

#[test]
fn a_file_that_takes_too_long_is_undecided() {
    let sandbox = Sandbox::with(&[("models/a.pkl", CLEAN)]);
    for seconds in ["1000", "0"] {
        let run = sandbox.run(&["scan", "--timeout", seconds, "models"]);
        assert_eq!(code(&run), "exit: 0");
    }
    // The import is the first opcode of a file that takes long. On a busy machine any time may pass before
    // even that is read, so the limit grows until it is; no limit on the way gives a verdict.
    let mut slow = b"cos\nsystem\n0".to_vec();
    slow.extend(b"]0".repeat(4 << 20));
    slow.extend(b"N.");
    sandbox.file("models/slow.pkl", &slow);
    let mut thousandths = 1_u32;
    let seconds = loop {
        let seconds = (f64::from(thousandths) / 1000.0).to_string();
        let run = sandbox.run(&["scan", "--timeout", &seconds, "models/slow.pkl"]);
        let over = format!("the {seconds} s that one file may take were over");
        assert!(run.contains(&over), "{run}");
        if run.contains("error[PKL001/unsafe-global]") {
            assert_eq!(code(&run), "exit: 1", "{run}");
            break seconds;
        }
        assert_eq!(code(&run), "exit: 2", "{run}");
        thousandths *= 2;
    };
    let run = sandbox.run(&[
        "scan",
        "--exit-zero",
        "--timeout",
        &seconds,
        "models/slow.pkl",
    ]);
    assert_eq!(code(&run), "exit: 2", "{run}");
    let run = sandbox.run(&["scan", "--timeout", "soon", "models"]);
    assert_eq!(code(&run), "exit: 4", "{run}");
}
