//! Makes the table of rule pages that `weighbridge explain` prints, with the two sentences of each that reports
//! repeat: the first of "Why it matters" and the first of "What to do".
//!
//! The pages are those of `docs/rules`. `pages` is a link to that folder, which `cargo package` follows, so
//! a package has copies of the pages where the repository has the link. A checkout on a system without links
//! has a file in its place, and then the folder itself is read.

#![expect(clippy::panic, reason = "a build script fails loudly")]
#![expect(
    clippy::disallowed_methods,
    reason = "what it reads is the repository's own"
)]

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let candidates = [package.join("pages"), package.join("../../docs/rules")];
    let folder = candidates.iter().find(|folder| folder.is_dir());
    println!("cargo::rerun-if-changed=build.rs");
    let mut pages = Vec::new();
    if let Some(folder) = folder {
        println!("cargo::rerun-if-changed={}", folder.display());
        pages = read(folder);
    } else {
        // Looked for again at every build.
        println!("cargo::rerun-if-changed=pages");
    }
    pages.sort();

    let mut table = String::from("&[\n");
    for (code, path) in pages {
        let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let why = first_sentence(&page, "## Why it matters");
        let what_to_do = first_sentence(&page, "## What to do");
        // Writing to a String cannot fail.
        let _ = writeln!(
            table,
            "    Page {{ code: {code:?}, text: include_str!({path:?}), why: {why:?}, what_to_do: {what_to_do:?} }},"
        );
    }
    table.push(']');
    let out = Path::new(&variable("OUT_DIR")).join("pages.rs");
    fs::write(&out, table).unwrap_or_else(|error| panic!("{}: {error}", out.display()));
}

/// Lists the pages in a folder: the code of the rule, and the path.
fn read(folder: &Path) -> Vec<(String, String)> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let code = path.file_name()?.to_str()?.strip_suffix(".md")?;
            let (prefix, number) = code.split_at_checked(3)?;
            let is_code = prefix.bytes().all(|byte| byte.is_ascii_uppercase())
                && number.len() == 3
                && number.bytes().all(|byte| byte.is_ascii_digit());
            is_code.then(|| Some((code.to_owned(), path.to_str()?.to_owned())))?
        })
        .collect()
}

/// Returns the first sentence below a heading; nothing if there is none.
fn first_sentence(page: &str, heading: &str) -> String {
    let lines = page.lines().skip_while(|line| *line != heading).skip(1);
    let paragraph = lines
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty());
    let paragraph = paragraph.collect::<Vec<_>>().join(" ");
    // A full stop inside a word, as in `torch 2.10`, has no space behind it; the pages use no abbreviations.
    let end = paragraph.find(". ");
    let end = end.map_or(paragraph.len(), |at| at + 1);
    paragraph.get(..end).unwrap_or_default().to_owned()
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}
