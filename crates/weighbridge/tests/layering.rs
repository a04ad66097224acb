//! Holds the table of crates in ARCHITECTURE.md to the code.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// One crate under `crates/`: its row, and the crates that it may depend on.
struct Place {
    name: &'static str,
    row: u8,
    may_use: &'static [&'static str],
}

const fn place(name: &'static str, row: u8, may_use: &'static [&'static str]) -> Place {
    Place { name, row, may_use }
}

/// What rows 1 and 2 offer to `model-scan`: everything but signing, inventories and policy.
const FOR_SCAN: &[&str] = &[
    "findings",
    "model-digest",
    "model-hold",
    "pickle-vm",
    "strict-json",
    "safetensors-check",
    "model-formats",
];

const FOR_GATE: &[&str] = &[
    "findings",
    "model-digest",
    "model-hold",
    "pickle-vm",
    "strict-json",
    "safetensors-check",
    "model-formats",
    "model-sign",
    "model-keyless",
    "mlbom",
    "model-policy",
    "model-scan",
];

const FOR_FACADE: &[&str] = &[
    "findings",
    "model-digest",
    "model-hold",
    "pickle-vm",
    "strict-json",
    "safetensors-check",
    "model-formats",
    "model-sign",
    "model-keyless",
    "mlbom",
    "model-policy",
    "model-scan",
    "model-gate",
];

/// The table, bottom row first. A crate that is not built yet may stand here; one that is must.
const TABLE: &[Place] = &[
    place("sha256-lanes", 0, &[]),
    place("findings", 1, &[]),
    place("strict-json", 1, &[]),
    place("model-digest", 1, &["sha256-lanes"]),
    place("model-hold", 2, &["model-digest"]),
    place("pickle-vm", 2, &["findings"]),
    place(
        "safetensors-check",
        2,
        &["findings", "model-digest", "strict-json"],
    ),
    place("model-formats", 2, &["findings"]),
    place("model-sign", 2, &["model-digest", "strict-json"]),
    place("model-keyless", 2, &["model-digest"]),
    place("mlbom", 2, &["findings", "model-digest"]),
    place("model-policy", 2, &["findings", "model-digest"]),
    place("model-scan", 3, FOR_SCAN),
    place("model-gate", 4, FOR_GATE),
    place("weighbridge", 5, FOR_FACADE),
    place("weighbridge-cli", 6, &["weighbridge"]),
];

/// The crates that may contain `unsafe`.
const UNSAFE: [&str; 2] = ["model-hold", "sha256-lanes"];

/// The crates that must not know of files: they take bytes or a `Source`.
const WITHOUT_PATHS: [&str; 7] = [
    "findings",
    "model-digest",
    "pickle-vm",
    "strict-json",
    "safetensors-check",
    "model-formats",
    "model-policy",
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 6] = ["common", "core", "utils", "types", "shared", "helpers"];

fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.join("../..").canonicalize().unwrap()
}

/// Asks cargo for the packages under `crates/`, by name.
fn packages() -> BTreeMap<String, Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let crates = workspace().join("crates");
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .filter(|package| folder(package).starts_with(&crates))
        .map(|package| {
            (
                package["name"].as_str().unwrap().to_owned(),
                package.clone(),
            )
        })
        .collect()
}

fn folder(package: &Value) -> PathBuf {
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    manifest.parent().unwrap().canonicalize().unwrap()
}

fn find(name: &str) -> Option<&'static Place> {
    TABLE.iter().find(|place| place.name == name)
}

/// Lists the dependencies of a package that are crates of the table, and whether they are for tests only.
fn edges(package: &Value) -> Vec<(&'static Place, bool)> {
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    dependencies
        .filter_map(|dependency| {
            let to = find(dependency["name"].as_str()?)?;
            Some((to, dependency["kind"] == "dev"))
        })
        .collect()
}

/// Lists the Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

#[expect(
    clippy::disallowed_methods,
    reason = "the files are those of this repository"
)]
fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_table_itself_points_down() {
    for place in TABLE {
        for name in place.may_use {
            let below = find(name).unwrap();
            assert!(below.row < place.row, "{} -> {name}", place.name);
        }
    }
}

#[test]
fn every_crate_stands_in_the_table() {
    let packages = packages();
    assert!(packages.contains_key("weighbridge"));
    for name in packages.keys() {
        assert!(
            find(name).is_some(),
            "`{name}` is not in the table of layering.rs"
        );
    }
}

#[test]
fn every_dependency_is_one_that_the_table_allows() {
    for (name, package) in packages() {
        let from = find(&name).unwrap();
        for (to, for_tests) in edges(&package) {
            assert!(
                to.row < from.row,
                "`{name}` (row {}) depends on `{}` (row {})",
                from.row,
                to.name,
                to.row
            );
            assert!(
                for_tests || from.may_use.contains(&to.name),
                "`{name}` may not depend on `{}`",
                to.name
            );
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_but_where_it_is_confined() {
    for (name, package) in packages() {
        for root in ["src/lib.rs", "src/main.rs"] {
            let path = folder(&package).join(root);
            if path.exists() {
                let forbidden = text(&path).contains("#![forbid(unsafe_code)]");
                assert_eq!(forbidden, !UNSAFE.contains(&&*name), "{}", path.display());
            }
        }
    }
}

#[test]
fn every_crate_has_the_lints_of_the_workspace() {
    for (name, package) in packages() {
        let manifest = text(&folder(&package).join("Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name}");
    }
}

#[test]
fn parsers_know_no_path() {
    for (name, package) in packages() {
        if WITHOUT_PATHS.contains(&&*name) {
            for path in sources(&folder(&package).join("src")) {
                let text = text(&path);
                for word in ["std::fs", "std::path"] {
                    assert!(!text.contains(word), "{} names {word}", path.display());
                }
            }
        }
    }
}

#[test]
fn no_crate_or_module_has_an_empty_name() {
    for (name, package) in packages() {
        assert!(!EMPTY_NAMES.contains(&&*name), "{name}");
        for path in sources(&folder(&package)) {
            for part in path.strip_prefix(workspace()).unwrap() {
                let part = Path::new(part).file_stem().unwrap().to_str().unwrap();
                assert!(!EMPTY_NAMES.contains(&part), "{}", path.display());
            }
            for line in text(&path).lines() {
                let line = line.trim_start().trim_start_matches("pub ");
                let line = line.trim_start_matches("pub(crate) ");
                let module = line
                    .strip_prefix("mod ")
                    .map(|rest| rest.trim_end_matches([';', '{', ' ']));
                assert!(
                    module.is_none_or(|module| !EMPTY_NAMES.contains(&module)),
                    "{}: {line}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_architecture_page_names_every_crate() {
    let page = text(&workspace().join("ARCHITECTURE.md"));
    for name in packages().keys() {
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
    }
}
