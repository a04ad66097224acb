//! Reports before the programs that read them; a program that is not installed makes its tests ignored.

#![cfg(test)]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

const SARIF: &str = include_str!("sarif.py");
const JUNIT: &str = include_str!("junit.py");

/// Pickles, each with the name that it goes by.
const FILES: [(&str, &[u8]); 6] = [
    ("a b#%41?.pkl", b"\x80\x04]\x94(K\x01K\x02e."),
    ("critical.pkl", b"cos\nsystem\n(S'id'\ntR."),
    ("cut.pkl", b"cos\nsystem\n(S'id'\ntR0]"),
    ("unknown.pkl", b"cacme.models\nThing\n)\x81."),
    (
        "weights.gguf",
        b"GGUF\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    ),
    (
        "names.pkl",
        b"\x80\x04\x8c\x12<b>&]]>\"'\x1b[2J\n](x\x8c\x04\xef\xbf\xbea\x93.",
    ),
];

fn main() -> ExitCode {
    let trials = vec![
        trial("sarif_is_what_the_schema_says", SARIF, "sarif"),
        trial("xml_is_well_formed_and_counts_its_cases", JUNIT, "junit"),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(name: &str, script: &'static str, format: &'static str) -> Trial {
    let is_absent = !python(script, &[]).is_ok_and(|status| status.success());
    Trial::test(name, move || holds(script, format)).with_ignored_flag(is_absent)
}

/// Writes reports of several scans and has the script look at them.
fn holds(script: &str, format: &str) -> Result<(), Failed> {
    let sandbox = tempfile::tempdir()?;
    let folder = sandbox.path();
    fs::create_dir(folder.join("models"))?;
    for (name, bytes) in FILES {
        fs::write(folder.join("models").join(name), bytes)?;
    }
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt as _;

        let name = std::ffi::OsStr::from_bytes(b"models/\xff\n\x1b<\"'&>%]]>.pkl");
        fs::write(folder.join(name), FILES[1].1)?;
    }
    let mut reports = Vec::new();
    let absolute = folder.join("models");
    for path in [
        Path::new("models"),
        Path::new("models/weights.gguf"),
        &absolute,
    ] {
        let report = folder.join(format!("report{}", reports.len()));
        scan(folder, path, format, &report)?;
        reports.push(report);
    }
    let status = python(script, &reports)?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{format}: {status}").into())
    }
}

fn scan(folder: &Path, path: &Path, format: &str, report: &Path) -> Result<(), Failed> {
    let output: OsString = [format.as_ref(), "=".as_ref(), report.as_os_str()]
        .into_iter()
        .collect();
    let status = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
        .arg("scan")
        .arg(path)
        .arg("--quiet")
        .arg("--output")
        .arg(output)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    // Whatever the verdict is, it is one.
    match status.code() {
        Some(0..=3) => Ok(()),
        code => Err(format!("{}: {code:?}", path.display()).into()),
    }
}

/// Runs a script with files to look at; with none it says whether it can look at any.
fn python(script: &str, files: &[PathBuf]) -> std::io::Result<std::process::ExitStatus> {
    let mut command = Command::new("python3");
    command
        .arg("-c")
        .arg(script)
        .args(files)
        .stdin(Stdio::null());
    if files.is_empty() {
        command.stderr(Stdio::null());
    }
    command.status()
}
