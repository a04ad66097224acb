//! Every `goldens/*.pkt`: a pickle as assembly, what the machine and the judge make of it, and its Python
//! source without the functions in front, which are the same everywhere.
//!
//! What stands in front of `# input` says what the file shows. `BLESS=1 cargo test -p pickle-vm goldens`
//! rewrites all sections behind the input.

use std::env;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use pickle_vm::{Limits, StatementKind, decompile};

use crate::assembler::assemble;
use crate::rendering::{Rendered, outcome_line, payload_line};

/// More than any golden file has, in bytes.
const LARGEST: u64 = 1 << 20;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/goldens")
}

fn read(path: &Path) -> String {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST).read_to_string(&mut text))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text
}

/// The file as it should be: the part up to the end of the input as it stands, the rest anew.
fn rendered(text: &str) -> String {
    let (about, rest) = text.split_once("# input\n").expect("a section `# input`");
    let input = rest
        .split_once("\n# ")
        .map_or(rest, |(input, _)| input)
        .trim_end();
    let bytes = assemble(input);
    let rendered = Rendered::of(&bytes);
    let scan = &rendered.scan;
    let payloads = scan
        .report
        .payloads
        .iter()
        .map(|payload| payload_line(payload, &bytes))
        .collect();
    let mut out = format!("{about}# input\n{input}\n");
    for (section, lines) in [
        ("effects", rendered.effects.clone()),
        ("findings", rendered.findings()),
        ("payloads", payloads),
        ("decompiled", decompiled(&bytes)),
        ("outcome", vec![outcome_line(&scan.outcome)]),
    ] {
        if !lines.is_empty() || section == "findings" {
            out.push_str(&format!("\n# {section}\n"));
        }
        for line in lines {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

/// Most lines of source that a golden file shows.
const LINES: usize = 60;
/// Longest line of source that it shows whole, in characters.
const WIDTH: usize = 200;

/// The source of a pickle, its first lines where there are many.
fn decompiled(bytes: &[u8]) -> Vec<String> {
    let found = decompile(bytes, 0, &Limits::default());
    let statements = found
        .spans
        .iter()
        .filter(|span| span.kind != StatementKind::Preamble)
        .filter(|span| !found.text(span).starts_with("# The pickle itself"))
        .skip(1);
    let lines: Vec<&str> = statements
        .flat_map(|span| found.text(span).lines())
        .collect();
    let mut shown: Vec<String> = lines
        .iter()
        .take(LINES)
        .map(|line| match line.chars().count() {
            0..=WIDTH => (*line).to_owned(),
            _ => line.chars().take(WIDTH).chain(['…']).collect(),
        })
        .collect();
    if lines.len() > LINES {
        shown.push(format!("({} lines more)", lines.len() - LINES));
    }
    shown
}

/// The first line that differs, both ways.
fn difference(found: &str, wanted: &str) -> String {
    let longest = found.lines().count().max(wanted.lines().count());
    for number in 0..longest {
        let (found, wanted) = (found.lines().nth(number), wanted.lines().nth(number));
        if found != wanted {
            return format!(
                "line {}:\n  found  {}\n  wanted {}",
                number + 1,
                found.unwrap_or("the end"),
                wanted.unwrap_or("the end")
            );
        }
    }
    "line ends differ".to_owned()
}

#[test]
fn goldens_are_as_they_were_blessed() {
    let bless = env::var_os("BLESS").is_some();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pkt"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 30, "{} goldens", paths.len());
    let mut different = Vec::new();
    for path in paths {
        let wanted = read(&path);
        let found = rendered(&wanted);
        if found == wanted {
            continue;
        }
        if bless {
            fs::write(&path, &found).unwrap();
        } else {
            different.push(format!(
                "{}: {}",
                path.display(),
                difference(&found, &wanted)
            ));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Honest twins of attacks stay without a finding of medium or more, whatever is blessed.
#[test]
fn goldens_named_honest_are_not_flagged_and_all_others_are() {
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let text = read(&path);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (_, rest) = text.split_once("# input\n").unwrap();
        let input = rest.split_once("\n# ").map_or(rest, |(input, _)| input);
        let scan = Rendered::of(&assemble(input)).scan;
        let worst = scan
            .report
            .findings
            .iter()
            .map(|finding| finding.severity)
            .max();
        let flagged = worst >= Some(findings::Severity::Medium);
        if let Some((class, _)) = name.split_once('-') {
            match class {
                "honest" => assert!(!flagged, "{name}: {worst:?}"),
                "evil" => assert!(flagged, "{name}: {worst:?}"),
                // Shows what the machine does, whatever is thought of it.
                "machine" => {}
                other => panic!("{name}: unknown class {other}"),
            }
        }
    }
}
