use std::process::{Command, Stdio};

use libtest_mimic::Failed;

/// Says whether there is a Python that has `pickletools`.
pub(crate) fn is_there() -> bool {
    succeeds("import pickletools")
}

/// Says whether it is the version whose texts are ours.
pub(crate) fn is_3_11() -> bool {
    succeeds("import sys; sys.exit(sys.version_info[:2] != (3, 11))")
}

fn succeeds(script: &str) -> bool {
    Command::new("python3")
        .args(["-I", "-c", script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a script and returns its lines.
pub(crate) fn python(script: &str, arguments: &[&str]) -> Result<Vec<String>, Failed> {
    let output = Command::new("python3")
        .args(["-I", "-c", script])
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("python3: {}", output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().map(str::to_owned).collect())
}

pub(crate) fn unhex(hex: &str) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::with_capacity(hex.len() / 2);
    for pair in hex.as_bytes().chunks(2) {
        bytes.push(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?);
    }
    Ok(bytes)
}
