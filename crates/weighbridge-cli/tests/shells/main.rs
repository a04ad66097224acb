//! Completions and manual pages before the programs that read them; a program that is not installed makes its
//! tests ignored.

#![cfg(test)]

use std::io::Write as _;
use std::process::{Command, ExitCode, Output, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

/// Asks the completion of bash for what may follow `weighbridge scan --fail-on `.
const ASK_BASH: &str = r#"
source /dev/stdin
COMP_WORDS=(weighbridge scan --fail-on "")
COMP_CWORD=3
_weighbridge weighbridge "" --fail-on
printf '%s\n' "${COMPREPLY[@]}"
"#;

/// The commands whose pages are read.
const PAGES: [&[&str]; 4] = [&[], &["scan"], &["pickle", "effects"], &["man"]];

fn main() -> ExitCode {
    let trials = vec![
        trial("bash_parses_its_completions", "bash", || parses("bash")),
        trial("zsh_parses_its_completions", "zsh", || parses("zsh")),
        trial("fish_parses_its_completions", "fish", || parses("fish")),
        trial("bash_offers_the_severities", "bash", bash_offers),
        trial("fish_offers_the_commands", "fish", fish_offers),
        trial("mandoc_reads_the_pages", "mandoc", mandoc_reads),
        trial("groff_reads_the_pages", "groff", groff_reads),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(
    name: &str,
    program: &str,
    test: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let is_absent = Command::new(program)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(|mut child| child.wait())
        .is_err();
    Trial::test(name, test).with_ignored_flag(is_absent)
}

/// Runs the binary and returns what it prints.
fn weighbridge(arguments: &[&str]) -> Result<Vec<u8>, Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("weighbridge {arguments:?}: {}", output.status).into())
    }
}

/// Runs a program with something on standard input; it must end well and complain of nothing.
fn ask(program: &str, arguments: &[&str], input: &[u8]) -> Result<String, Failed> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input)?;
    }
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output()?;
    let (stdout, stderr) = (String::from_utf8(stdout)?, String::from_utf8(stderr)?);
    if status.success() && stderr.is_empty() {
        Ok(stdout)
    } else {
        Err(format!("{program} {arguments:?}: {status}\n{stdout}{stderr}").into())
    }
}

/// Asks a shell to read its completions without carrying them out.
fn parses(shell: &str) -> Result<(), Failed> {
    ask(shell, &["-n"], &weighbridge(&["completions", shell])?).map(drop)
}

fn bash_offers() -> Result<(), Failed> {
    let script = weighbridge(&["completions", "bash"])?;
    let offered = ask("bash", &["--norc", "-c", ASK_BASH], &script)?;
    let offered: Vec<&str> = offered.lines().collect();
    if offered == ["info", "low", "medium", "high", "critical"] {
        Ok(())
    } else {
        Err(format!("{offered:?}").into())
    }
}

fn fish_offers() -> Result<(), Failed> {
    let mut script = weighbridge(&["completions", "fish"])?;
    script.extend_from_slice(b"\ncomplete --do-complete 'weighbridge sc'\n");
    let offered = ask("fish", &["--no-config"], &script)?;
    if offered.starts_with("scan\t") {
        Ok(())
    } else {
        Err(offered.into())
    }
}

/// Asks mandoc for the text; what it would only rather have otherwise does not count.
fn mandoc_reads() -> Result<(), Failed> {
    for path in PAGES {
        ask("mandoc", &["-T", "lint", "-W", "error"], &page(path)?)?;
        shows(path, &ask("mandoc", &["-T", "ascii"], &page(path)?)?)?;
    }
    Ok(())
}

fn groff_reads() -> Result<(), Failed> {
    for path in PAGES {
        shows(
            path,
            &ask("groff", &["-man", "-T", "ascii", "-ww"], &page(path)?)?,
        )?;
    }
    Ok(())
}

fn page(path: &[&str]) -> Result<Vec<u8>, Failed> {
    weighbridge(&[&["man"], path].concat())
}

fn shows(path: &[&str], text: &str) -> Result<(), Failed> {
    let name = [&["weighbridge"], path].concat().join("-");
    // Lines are filled up with spaces.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.contains(&format!("{name} - ")) && text.contains("weighbridge 0") {
        Ok(())
    } else {
        Err(text.into())
    }
}
