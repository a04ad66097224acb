//! Decompiled source against CPython: it parses whatever the stream, and gives what unpickling gives.

use std::io::Write as _;
use std::process::{Command, Stdio};

use libtest_mimic::Failed;
use pickle_vm::{Limits, decompile};

use crate::python::unhex;

const SCRIPT: &str = include_str!("decompile.py");

/// Every pickle of the standard library's types is evaluated and compared with what CPython loads.
pub(crate) fn evaluated() -> Result<(), Failed> {
    compared("objects", "evaluate", "same", 2_500)
}

/// What is cut off, changed or thrown together still gives source that parses and compiles.
pub(crate) fn parsed() -> Result<(), Failed> {
    compared("broken", "parse", "parsed", 8_000)
}

/// Decompiles what one run of the script prints, hands it to another, and asks for its verdict.
fn compared(generate: &str, check: &str, word: &str, least: usize) -> Result<(), Failed> {
    let pickles = run(generate, Vec::new())?;
    let mut lines = String::new();
    let mut count: usize = 0;
    for line in pickles.lines() {
        let pickle = unhex(line)?;
        let found = decompile(&pickle, 0, &Limits::default());
        lines.push_str(line);
        lines.push(' ');
        for byte in found.source.bytes() {
            lines.push_str(&format!("{byte:02x}"));
        }
        lines.push('\n');
        count += 1;
    }
    if count < least {
        return Err(format!("only {count} pickles").into());
    }
    let verdict = run(check, lines.into_bytes())?;
    if verdict.trim() == format!("{word} {count}") {
        return Ok(());
    }
    Err(verdict.into())
}

fn run(what: &str, input: Vec<u8>) -> Result<String, Failed> {
    let mut child = Command::new("python3")
        .args(["-I", "-c", SCRIPT, what])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or("no stdin")?;
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output()?;
    // Who stops reading has said why.
    let _ = writer.join();
    if !output.status.success() {
        return Err(format!("python3: {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
