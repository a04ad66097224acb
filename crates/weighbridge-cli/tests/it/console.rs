use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::sandbox::Sandbox;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads a file of the repository.
pub(crate) fn read(path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = File::open(root().join(path)).unwrap();
    file.take(1 << 20).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Carries out the commands that a page shows, one after the other in one folder, and holds what the page shows
/// to what they print; a line `echo $?` shows the exit code of the one before. Returns how many there were.
/// `BLESS=1` rewrites the page.
pub(crate) fn carry_out(page: &str, sandbox: &Sandbox) -> usize {
    let text = String::from_utf8(read(page)).unwrap();
    let mut shown = String::new();
    let mut commands = 0;
    let mut parts = text.split("```console\n");
    shown.push_str(parts.next().unwrap());
    for part in parts {
        let (console, rest) = part.split_once("```").unwrap();
        shown.push_str("```console\n");
        let mut code = None;
        for line in console.lines().filter(|line| line.starts_with("$ ")) {
            shown.push_str(line);
            shown.push('\n');
            if line == "$ echo $?" {
                shown.push_str(&format!("{}\n", code.unwrap()));
                continue;
            }
            let words: Vec<String> = line
                .split(' ')
                .skip(2)
                .map(|word| word.trim_matches('\'').to_owned())
                .collect();
            let output = sandbox.command(&words).output().unwrap();
            code = output.status.code();
            for printed in [&output.stdout, &output.stderr] {
                shown.push_str(std::str::from_utf8(printed).unwrap());
            }
            commands += 1;
        }
        shown.push_str("```");
        shown.push_str(rest);
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(root().join(page), &shown).unwrap();
    } else {
        assert_eq!(shown, text);
    }
    commands
}
