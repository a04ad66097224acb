//! The bundles of sigstore-conformance through the binary, as a job would call it; without them the tests are
//! ignored.

#![cfg(test)]

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let folder = std::env::var_os("WEIGHBRIDGE_CORPORA")
        .map(|folder| PathBuf::from(folder).join("sigstore"))
        .filter(|folder| folder.join("labels.tsv").is_file());
    let trials = match folder {
        Some(folder) => trials(&folder),
        None => {
            vec![Trial::test("bundles_come_out_as_labelled", || Ok(())).with_ignored_flag(true)]
        }
    };
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trials(folder: &Path) -> Vec<Trial> {
    let mut labels = String::new();
    File::open(folder.join("labels.tsv"))
        .and_then(|mut file| file.read_to_string(&mut labels))
        .unwrap();
    let lines = labels.lines().skip(1);
    let trial = |line: &str| {
        let columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let folder = folder.to_owned();
        Trial::test(columns[0].clone(), move || comes_out(&folder, &columns))
    };
    lines.map(trial).collect()
}

/// Calls the binary with the names of options that cosign has, and those of its own.
fn comes_out(folder: &Path, columns: &[String]) -> Result<(), Failed> {
    let [case, _, signer, root, artifact, expected, ..] = columns else {
        return Err("too few columns".into());
    };
    for [identity_option, issuer_option] in [
        ["--identity", "--issuer"],
        ["--certificate-identity", "--certificate-oidc-issuer"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
        command.arg("verify-blob").arg(folder.join(artifact));
        command
            .arg("--bundle")
            .arg(folder.join(case).join("bundle.sigstore.json"));
        command.arg("--trusted-root").arg(folder.join(root));
        match signer.split_once(' ') {
            Some((identity, issuer)) => {
                command.args([identity_option, identity, issuer_option, issuer])
            }
            None => command.arg("--key").arg(folder.join(case).join(signer)),
        };
        let output = command.env_clear().stdin(Stdio::null()).output()?;
        let is_right = match (expected.as_str(), output.status.code()) {
            ("valid", Some(0)) => output.stdout.starts_with(b"verified: "),
            ("invalid", Some(1)) => output.stdout.starts_with(b"refused["),
            ("invalid", Some(2)) => {
                output.stdout.starts_with(b"undecided[") || output.stderr.starts_with(b"error: ")
            }
            _ => false,
        };
        if !is_right {
            return Err(format!("{output:?}").into());
        }
    }
    Ok(())
}
