use insta::assert_snapshot;
use serde_json::Value;

use crate::pickles::{CRITICAL, MEDIUM};
use crate::sandbox::Sandbox;

#[test]
fn rules_are_listed_with_severity_and_summary() {
    let sandbox = Sandbox::new();
    let list = sandbox.run(&["rules"]);
    let line = list
        .lines()
        .find(|line| line.starts_with("PKL001"))
        .unwrap();
    let words: Vec<_> = line.splitn(3, "  ").map(str::trim).collect();
    assert_eq!(words[0], "PKL001/unsafe-global");
    assert!(line.contains("  high      "), "{line}");
    for code in ["PKL001", "NPY001", "CON001"] {
        assert!(list.contains(&format!("\n{code}/")), "{code}");
    }
}

#[test]
fn rules_are_listed_as_json() {
    let output = Sandbox::new()
        .command(&["rules", "--format", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["schema"], "weighbridge.rules/1");
    let rules = document["rules"].as_array().unwrap();
    assert_eq!(rules[0]["id"], "PKL001/unsafe-global");
    assert_eq!(rules[0]["severity"], "high");
    assert!(rules.iter().all(|rule| rule["summary"].is_string()));
}

#[test]
fn a_rule_is_explained_by_each_of_its_names() {
    let sandbox = Sandbox::new();
    let page = sandbox.run(&["explain", "PKL001"]);
    assert!(
        page.starts_with("exit: 0\n--- stdout\n# ") && page.contains("PKL001/unsafe-global"),
        "{page}"
    );
    for name in ["PKL001/unsafe-global", "unsafe-global"] {
        assert_eq!(sandbox.run(&["explain", name]), page);
    }
}

#[test]
fn a_mistyped_rule_is_usage_and_the_closest_is_named() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run(&["explain", "unsfe-global"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: no rule `unsfe-global`, did you mean `PKL001/unsafe-global`?
    ");
    assert_snapshot!(sandbox.run(&["explain", "elephant"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: no rule `elephant`; `weighbridge rules` lists them
    ");
}

/// Rule data that knows one capable module and one class.
fn rule_data() -> Sandbox {
    Sandbox::with(&[
        (
            "data/manifest",
            b"# test\nformat\t1\nname\tmine\nversion\t2027.1\n",
        ),
        ("data/capable.list", b"os\t*\tprocess\truns commands\n"),
        ("data/aliases.list", b"posix\t*\tos\n"),
        (
            "data/classes/mine.list",
            b"acme.models\tThing\tclass\tnew\tread\n",
        ),
        ("models/medium.pkl", MEDIUM),
        ("evil.pkl", CRITICAL),
    ])
}

#[test]
fn rule_data_is_checked_and_described() {
    let sandbox = rule_data();
    let run = sandbox.run(&["rules", "--data", "data"]);
    assert!(
        run.starts_with("exit: 0\n--- stdout\nruleset  mine@2027.1:"),
        "{run}"
    );
    assert!(
        run.contains(
            "\nfiles    4\nnames    1 inert, 1 capable of harm, 1 other names of the same thing\n"
        ),
        "{run}"
    );
    assert!(
        run.contains("do not count as capable of harm that did by the built-in lists: `"),
        "{run}"
    );
    let json = sandbox.json(&["rules", "--data", "data", "--format", "json"]);
    assert_eq!(json["schema"], "weighbridge.rule-data/1");
    assert_eq!(
        (&json["name"], &json["version"]),
        (&"mine".into(), &"2027.1".into())
    );
    assert!(
        json["weaker"]
            .as_array()
            .unwrap()
            .contains(&"subprocess.*".into())
    );
}

#[test]
fn a_scan_judges_by_rule_data_and_says_so() {
    let sandbox = rule_data();
    let arguments = ["scan", "--format", "json", "models", "evil.pkl"];
    let built_in = sandbox.json(&arguments);
    let with_data = sandbox.json(&[&arguments[..], &["--rules-data", "data"]].concat());
    let verdicts =
        |json: &Value| [0, 1].map(|at| json["targets"][at]["verdict"].as_str().unwrap().to_owned());
    assert_eq!(verdicts(&built_in), ["suspicious", "dangerous"]);
    assert_eq!(verdicts(&with_data), ["clean", "dangerous"]);
    assert_ne!(built_in["tool"]["ruleset"], with_data["tool"]["ruleset"]);
    let ruleset = with_data["tool"]["ruleset"].as_str().unwrap();
    assert!(ruleset.starts_with("mine@2027.1:"), "{ruleset}");
    // What the data takes away is told.
    assert_eq!(with_data["notices"][0]["level"], "warning");
}

#[test]
fn an_ignore_is_guarded_by_the_built_in_lists_too() {
    let sandbox = rule_data();
    sandbox.file("data/capable.list", b"sys\t*\tprocess\tx\n");
    sandbox.file(
        "weighbridge.toml",
        b"[[scan.ignore]]\nrule = \"PKL002\"\nreason = \"x\"\n",
    );
    let run = sandbox.run(&["scan", "--rules-data", "data", "evil.pkl"]);
    assert!(run.starts_with("exit: 1"), "{run}");
    assert!(
        run.contains("about names that can do harm: it needs the `sha256`"),
        "{run}"
    );
}

#[test]
fn broken_rule_data_is_usage() {
    for (file, text, message) in [
        (
            "data/manifest",
            "format\t2\n",
            "`manifest:1`: a format that this version does not read, expected `1`",
        ),
        (
            "data/manifest",
            "format 1\n",
            "`manifest:1`: expected a key, a tab and a value",
        ),
        (
            "data/manifest",
            "format\t1\nname\ta\nname\tb\n",
            "`manifest:3`: a key that came before",
        ),
        (
            "data/manifest",
            "format\t1\nnme\ta\n",
            "`manifest:2`: unknown key, expected `format`, `name` or `version`",
        ),
        (
            "data/manifest",
            "format\t1\nname\ta/b\n",
            "`manifest:2`: expected at most 64 letters",
        ),
        (
            "data/manifest",
            "format\t1\nname\ta\n",
            "`manifest:2`: `format`, `name` or `version` is missing",
        ),
        (
            "data/capabel.list",
            "",
            "`capabel.list` is no file that rule data has",
        ),
        (
            "data/classes/x/y.list",
            "",
            "`classes/x/y.list` is no file that rule data has",
        ),
        (
            "data/classes/mine.list",
            "a\tB\n",
            "`classes/mine.list:1`: fewer than 5 fields",
        ),
        (
            "data/classes/mine.list",
            "a\tB\tclass\tnew(rule:x)\ty\n",
            "`classes/mine.list:1`: a rule that this version does not know",
        ),
        (
            "data/functions/x.list",
            "os\t*\tfunction\tcall\ty\n",
            "a name that is listed as inert and as capable: `os.*`",
        ),
    ] {
        let sandbox = rule_data();
        sandbox.file(file, text.as_bytes());
        for arguments in [
            &["rules", "--data", "data"][..],
            &["scan", "--rules-data", "data", "models"],
        ] {
            let run = sandbox.run(arguments);
            let begins = format!(
                "exit: 4\n--- stdout\n--- stderr\nerror: cannot use the rule data in `data`: {message}"
            );
            assert!(run.starts_with(&begins), "{begins}\n{run}");
        }
    }
    let sandbox = rule_data();
    for (path, message) in [
        ("nowhere", "`nowhere`: "),
        ("evil.pkl", "it is no folder"),
        ("models", "`medium.pkl` is no file that rule data has"),
    ] {
        let run = sandbox.run(&["rules", "--data", path]);
        let begins = format!(
            "exit: 4\n--- stdout\n--- stderr\nerror: cannot use the rule data in `{path}`: {message}"
        );
        assert!(run.starts_with(&begins), "{run}");
    }
    std::fs::remove_file(sandbox.path("data/manifest")).unwrap();
    let run = sandbox.run(&["rules", "--data", "data"]);
    assert!(run.ends_with("there is no `manifest`\n"), "{run}");
}
