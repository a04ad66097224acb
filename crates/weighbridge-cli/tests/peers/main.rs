//! The binary over the corpus that `tests/peers/scanners/corpus` writes: harmful, honest and broken files.
//!
//! Where `python3` is missing, the tests are reported as ignored.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;

/// What the binary does not judge, by the beginning of the container's or technique's name. Of these it only
/// has to say that it did not look: calling one of them clean is a failure all the same.
const NOT_JUDGED: [&str; 3] = ["gguf", "gzip-deep", "keras"];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // The generator needs a CPython with its compression modules.
    let python = Command::new("python3")
        .args([
            "-c",
            "import bz2, lzma, zlib, tarfile, sys; assert sys.version_info >= (3, 8)",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let tests = vec![
        Trial::test("the_corpus_is_told_apart", corpus).with_ignored_flag(!python),
        Trial::test("the_generator_keeps_its_promises", generator).with_ignored_flag(!python),
    ];
    libtest_mimic::run(&arguments, tests).exit_code()
}

/// The folder of the generator.
fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/scanners/corpus")
}

/// The generator's own tests, in Python.
fn generator() -> Result<(), Failed> {
    let done = Command::new("python3")
        .arg(scripts().join("test_corpus.py"))
        .stdin(Stdio::null())
        .output()?;
    if done.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&done.stderr).into_owned().into())
}

/// What the manifest and the report say of one file.
struct Entry {
    label: String,
    what: String,
    subjects: Vec<String>,
    verdict: String,
    named: Vec<String>,
}

impl Entry {
    fn is_flagged(&self) -> bool {
        ["dangerous", "suspicious"].contains(&&*self.verdict)
    }

    fn is_clean(&self) -> bool {
        ["clean", "passive"].contains(&&*self.verdict)
    }

    /// What is wrong with the verdict, if anything is.
    fn fault(&self) -> Option<&'static str> {
        let is_judged = !NOT_JUDGED
            .iter()
            .any(|prefix| self.what.starts_with(prefix));
        match &*self.label {
            "malicious" if self.is_clean() => Some("harmful and called clean"),
            "malicious" if is_judged && !self.is_flagged() => Some("harmful and not flagged"),
            "malicious"
                if is_judged && !self.subjects.iter().all(|one| self.named.contains(one)) =>
            {
                Some("harmful and not named")
            }
            "honest" if self.is_flagged() => Some("honest and flagged"),
            "honest" if is_judged && !self.is_clean() => Some("honest and not decided"),
            "broken" if self.is_clean() => Some("broken and called clean"),
            _ => None,
        }
    }
}

/// Writes a slice of the corpus, every technique and container once, and scans it.
fn corpus() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path().join("corpus");
    let done = Command::new("python3")
        .arg(scripts().join("generate.py"))
        .args(["--without-packages", "--each", "1"])
        .arg(&folder)
        .stdin(Stdio::null())
        .output()?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
    }
    let entries = judged(&folder)?;
    for (label, least) in [("malicious", 400), ("honest", 200), ("broken", 30)] {
        let count = entries.iter().filter(|entry| entry.label == label).count();
        if count < least {
            return Err(format!("only {count} {label} files").into());
        }
    }
    let faults: Vec<String> = entries
        .iter()
        .filter_map(|entry| {
            let fault = entry.fault()?;
            Some(format!(
                "{fault}: {} is {}, {:?} named",
                entry.what, entry.verdict, entry.named
            ))
        })
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!("{} files:\n{}", faults.len(), faults.join("\n")).into())
}

/// A line of the manifest.
#[derive(Deserialize)]
struct Listed {
    path: String,
    label: String,
    technique: String,
    container: String,
    subjects: Vec<String>,
    note: String,
}

/// What the test wants of a report.
#[derive(Deserialize)]
struct Report {
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    path: String,
    verdict: String,
    findings: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    subject: Option<String>,
}

/// Scans the corpus and lays the report beside the manifest.
fn judged(folder: &Path) -> Result<Vec<Entry>, Failed> {
    let manifest = std::fs::File::open(folder.join("manifest.jsonl"))?;
    let manifest: Vec<Listed> =
        serde_json::Deserializer::from_reader(std::io::BufReader::new(manifest))
            .into_iter()
            .collect::<Result<_, _>>()?;
    let done = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
        .args(["scan", "--format", "json", "--exit-zero", "."])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    let report: Report = serde_json::from_slice(&done.stdout)?;
    let mut targets: BTreeMap<String, Target> = report
        .targets
        .into_iter()
        .map(|target| (target.path.trim_start_matches("./").to_owned(), target))
        .collect();
    manifest
        .into_iter()
        .map(|listed| {
            let target = targets
                .remove(&listed.path)
                .ok_or_else(|| format!("{} is not in the report", listed.path))?;
            let what = if listed.container == "raw" {
                listed.technique
            } else {
                listed.container
            };
            let findings = target.findings.into_iter();
            Ok(Entry {
                label: listed.label,
                what: format!("{what} ({})", listed.note),
                subjects: listed.subjects,
                verdict: target.verdict,
                named: findings.filter_map(|found| found.subject).collect(),
            })
        })
        .collect()
}
