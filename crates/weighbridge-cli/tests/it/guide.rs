//! What `docs/ci.md` says of configuration and baselines, carried out.

use std::fs::File;
use std::io::read_to_string;
use std::path::Path;

use crate::pickles::CLEAN;
use crate::sandbox::Sandbox;

/// Imports of two names that are on no list.
const OURS: &[u8] = b"cours\nModel\n.";
const THEIRS: &[u8] = b"ctheirs\nModel\n.";

/// Returns the first block of code in this language.
fn block(language: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ci.md");
    let page = read_to_string(File::open(path).unwrap()).unwrap();
    let (_, block) = page.split_once(&format!("\n```{language}\n")).unwrap();
    block.split("```").next().unwrap().to_owned()
}

#[test]
fn the_configuration_and_the_baseline_of_the_guide_do_what_it_says() {
    let sandbox = Sandbox::with(&[
        ("models/legacy.pkl", OURS),
        ("models/known.pkl", THEIRS),
        ("models/honest.pkl", CLEAN),
    ]);
    let scan = ["scan", "--today", "2027-06-30", "models"];
    assert!(sandbox.run(&scan).starts_with("exit: 1\n"));
    let create = [
        "baseline",
        "create",
        "--output",
        "weighbridge-baseline.json",
        "models",
    ];
    assert!(sandbox.run(&create).starts_with("exit: 0\n"));
    sandbox.file("weighbridge.toml", block("toml").as_bytes());
    let run = sandbox.run(&scan);
    assert!(run.starts_with("exit: 0\n"), "{run}");
    // The ignore holds up to its day, and then the baseline still holds what it has.
    let expired = ["scan", "--today", "2027-07-01", "models"];
    assert!(
        sandbox.run(&expired).contains("expired"),
        "{}",
        sandbox.run(&expired)
    );
    // What is new counts.
    sandbox.file("models/new.pkl", b"ctheirs\nOther\n.");
    let run = sandbox.run(&scan);
    assert!(
        run.starts_with("exit: 1\n") && run.contains("models/new.pkl"),
        "{run}"
    );
    assert!(!run.contains("models/known.pkl @"), "{run}");
}
