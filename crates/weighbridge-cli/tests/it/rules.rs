use insta::assert_snapshot;
use serde_json::Value;

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
