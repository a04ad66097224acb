use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder of its own in which the binary runs, with an empty environment.
pub(crate) struct Sandbox {
    folder: PathBuf,
    /// The folder around it, which is removed with all that is in it.
    _around: TempDir,
}

impl Sandbox {
    /// A folder that looks like one in a repository, so that no configuration above it is found.
    pub(crate) fn new() -> Self {
        let around = tempfile::tempdir().unwrap();
        fs::create_dir(around.path().join(".git")).unwrap();
        let folder = around.path().join("sandbox");
        fs::create_dir(&folder).unwrap();
        Self {
            folder,
            _around: around,
        }
    }

    /// A folder with files in it.
    pub(crate) fn with(files: &[(&str, &[u8])]) -> Self {
        let sandbox = Self::new();
        for (name, bytes) in files {
            sandbox.file(name, bytes);
        }
        sandbox
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn file(&self, name: impl AsRef<Path>, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Reads a file that the binary wrote.
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut file = fs::File::open(self.path(name)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// Lists the names of what lies directly in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .stdin(Stdio::null());
        command
    }

    /// Runs the binary and returns its exit code, stdout and stderr as one text.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> String {
        shown(&self.command(arguments).output().unwrap())
    }

    /// Runs the binary in a folder of the sandbox.
    pub(crate) fn run_in<A: AsRef<OsStr>>(&self, folder: &str, arguments: &[A]) -> String {
        let mut command = self.command(arguments);
        shown(&command.current_dir(self.path(folder)).output().unwrap())
    }

    /// Runs the binary and reads its report.
    pub(crate) fn json<A: AsRef<OsStr>>(&self, arguments: &[A]) -> serde_json::Value {
        let output = self.command(arguments).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs the binary with something on standard input.
    pub(crate) fn run_with_stdin(&self, arguments: &[&str], input: &[u8]) -> String {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who stops reading early may have good reasons.
        let _ = child.stdin.take().unwrap().write_all(input);
        shown(&child.wait_with_output().unwrap())
    }
}

/// Writes down how a run ended. The version of the rules is left out.
pub(crate) fn shown(output: &Output) -> String {
    let code = output
        .status
        .code()
        .map_or("by a signal".to_owned(), |code| code.to_string());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    format!(
        "exit: {code}\n--- stdout\n{}--- stderr\n{}",
        without_ruleset(&text(&output.stdout)),
        text(&output.stderr)
    )
}

fn without_ruleset(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    for key in ["\"ruleset\": \"", "\"ruleset\":\""] {
        while let Some((before, after)) = rest.split_once(key) {
            let (_, after) = after.split_once('"').unwrap();
            out.push_str(before);
            out.push_str(key);
            out.push_str("…\"");
            rest = after;
        }
    }
    out.push_str(rest);
    out
}
