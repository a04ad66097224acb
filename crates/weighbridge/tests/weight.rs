//! What a program takes on with the default features of the facade.

#![cfg(test)]

use std::collections::BTreeSet;
use std::process::Command;

/// How many crates the default facade may bring, its own and those of the project included.
const MOST: usize = 60;

/// Lists the crates, name and version, that are built for, or run while building, the facade on this system.
fn crates() -> BTreeSet<String> {
    crates_of("weighbridge")
}

/// Lists the same for any package of the workspace.
fn crates_of(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", package, "--edges", "normal,build"])
        .args([
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--locked",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = String::from_utf8(output.stdout).unwrap();
    lines
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some(format!("{} {}", words.next()?, words.next()?))
        })
        .collect()
}

#[test]
fn the_default_facade_is_light() {
    let crates = crates();
    assert!(crates.iter().any(|name| name.starts_with("findings v")));
    assert!(crates.len() <= MOST, "{} crates: {crates:?}", crates.len());
}

#[test]
fn the_default_facade_wraps_no_c_library() {
    // The first two declare the interfaces of kernels and bring no code to compile; the third is bzip2 in Rust,
    // under the name of what it stands in for.
    let declarations = ["linux-raw-sys", "windows-sys", "libbz2-rs-sys"];
    for name in crates() {
        let name = name.split(' ').next().unwrap_or_default();
        let wraps = name.ends_with("-sys") && !declarations.contains(&name);
        assert!(!wraps && name != "cmake" && name != "bindgen", "{name}");
    }
}

#[test]
fn what_is_built_by_default_has_no_client_of_the_network() {
    for package in ["weighbridge", "weighbridge-cli"] {
        let crates = crates_of(package);
        assert!(crates.iter().any(|name| name.starts_with("findings v")));
        for name in crates {
            let name = name.split(' ').next().unwrap_or_default();
            let network = [
                "hyper",
                "model-keyless",
                "reqwest",
                "rustls",
                "sigstore-sign",
                "tokio",
            ];
            assert!(!network.contains(&name), "{package}: {name}");
        }
    }
}
