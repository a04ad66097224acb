//! Merges the lists under `data/` into sorted tables that are searched in place at run time.
#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::expect_used,
    reason = "a build script reads the crate's own data, talks to cargo through stdout and fails loudly"
)]

extern crate alloc;

#[path = "src/merge.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "the library shows more of it than the build script uses"
)]
mod merge;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use merge::{ListKind, Merger};

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=src/merge.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let data = Path::new("data");

    let mut merger = Merger::default();
    read(&mut merger, ListKind::Capable, &data.join("capable.list"));
    read(&mut merger, ListKind::Aliases, &data.join("aliases.list"));
    for file in files(&data.join("functions")) {
        read(&mut merger, ListKind::Functions, &file);
    }
    for file in files(&data.join("classes")) {
        read(&mut merger, ListKind::Classes, &file);
    }
    let merged = merger
        .finish()
        .unwrap_or_else(|name| panic!("listed as inert and as capable: {name}"));
    for (name, text) in [
        ("inert.list", &merged.inert),
        ("capable.list", &merged.capable),
        ("aliases.list", &merged.aliases),
    ] {
        fs::write(out.join(name), text).expect("OUT_DIR can be written");
    }
    println!("cargo::rustc-env=PICKLE_VM_RULESET={}", merged.version());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "list")
        })
        .collect();
    files.sort();
    files
}

fn read(merger: &mut Merger, kind: ListKind, path: &Path) {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if let Err((line, fault)) = merger.add(kind, &text) {
        panic!("{}:{line}: {fault}", path.display());
    }
}
