//! The binary where there is no home, no place to write and no network: it works the same, and touches nothing
//! but the files that it is told to write. What needs `unshare` or `strace` is ignored where they cannot be used.

#![cfg(test)]

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::{Command, ExitCode, Stdio};
    use std::time::SystemTime;

    use libtest_mimic::{Arguments, Failed, Trial};

    const HOSTILE: &[u8] = b"cos\nsystem\n(S'id'\ntR.";
    const HONEST: &[u8] = b"\x80\x04K\x01.";
    const TENSORS: &[u8] = include_bytes!("../../../../testdata/honest/state_dict.pt");

    /// What is run, and how it ends.
    const RUNS: [(&[&str], i32); 9] = [
        (&["scan", "models"], 1),
        (&["scan", "--format", "sarif", "models/honest.pkl"], 0),
        (&["baseline", "create", "--output", "-", "models"], 0),
        (&["pickle", "effects", "models/hostile.pkl"], 0),
        (&["inspect", "models/state_dict.pt"], 0),
        (
            &["convert", "--dry-run", "models/state_dict.pt", "models/out"],
            0,
        ),
        (&["explain", "PKL001"], 0),
        (&["man", "scan"], 0),
        (&["completions", "bash"], 0),
    ];

    pub(super) fn main() -> ExitCode {
        let no_network = !works(&["unshare", "--user", "--net", "true"]);
        let no_strace = !works(&["strace", "-o", "/dev/null", "true"]);
        let trials = vec![
            Trial::test("nothing_is_needed_and_nothing_is_written", || run(&[])),
            Trial::test("no_network_is_needed", || {
                run(&["unshare", "--user", "--net"])
            })
            .with_ignored_flag(no_network),
            Trial::test("no_call_opens_a_socket_or_a_file_to_write", traced)
                .with_ignored_flag(no_strace),
            Trial::test("only_the_named_report_is_written", only_the_report)
                .with_ignored_flag(no_strace),
        ];
        libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
    }

    fn works(command: &[&str]) -> bool {
        let (program, arguments) = command.split_first().unwrap();
        Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// A folder with models in it, in which nobody but root may write.
    fn folder() -> Result<tempfile::TempDir, Failed> {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir()?;
        let models = folder.path().join("models");
        fs::create_dir(&models)?;
        fs::write(models.join("hostile.pkl"), HOSTILE)?;
        fs::write(models.join("honest.pkl"), HONEST)?;
        fs::write(models.join("state_dict.pt"), TENSORS)?;
        for path in [models.as_path(), folder.path()] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o555))?;
        }
        Ok(folder)
    }

    /// Prepares the binary, run by another program, with a home and a place for temporary files that there
    /// are not.
    fn command(around: &[&str], arguments: &[&str], folder: &Path) -> Command {
        let binary = env!("CARGO_BIN_EXE_weighbridge");
        let words: Vec<&str> = [around, &[binary], arguments].concat();
        let (program, arguments) = words.split_first().unwrap();
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", "/nonexistent")
            .env("XDG_CONFIG_HOME", "/nonexistent")
            .env("XDG_CACHE_HOME", "/nonexistent")
            .env("TMPDIR", "/nonexistent")
            .stdin(Stdio::null());
        command
    }

    /// Says of everything in a folder when it was changed and how long it is.
    fn state(folder: &Path) -> Result<BTreeMap<PathBuf, (SystemTime, u64)>, Failed> {
        let (mut state, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
        while let Some(folder) = folders.pop() {
            let about = folder.metadata()?;
            state.insert(folder.clone(), (about.modified()?, 0));
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let about = entry.metadata()?;
                if about.is_dir() {
                    folders.push(entry.path());
                } else {
                    state.insert(entry.path(), (about.modified()?, about.len()));
                }
            }
        }
        Ok(state)
    }

    fn run(around: &[&str]) -> Result<(), Failed> {
        let folder = folder()?;
        let before = state(folder.path())?;
        for (arguments, code) in RUNS {
            let output = command(around, arguments, folder.path()).output()?;
            if output.status.code() != Some(code) || output.stdout.is_empty() {
                return Err(format!("{arguments:?}: {output:?}").into());
            }
        }
        if state(folder.path())? == before {
            Ok(())
        } else {
            Err("the folder was changed".into())
        }
    }

    /// Returns the system calls of a run that talk to a network or change files.
    fn calls(arguments: &[&str], folder: &Path) -> Result<Vec<String>, Failed> {
        let scratch = tempfile::tempdir()?;
        let log = scratch.path().join("log");
        let around = [
            "strace",
            "-f",
            "-qq",
            "-e",
            "trace=%network,%file,ftruncate,fchmod,fchown",
            "-e",
            "signal=none",
            "-o",
            log.to_str().unwrap_or_default(),
        ];
        let output = command(&around, arguments, folder).output()?;
        if output.status.code() != Some(0) && output.status.code() != Some(1) {
            return Err(format!("{arguments:?}: {output:?}").into());
        }
        let log = std::io::read_to_string(fs::File::open(log)?)?;
        if !log.contains("openat") {
            return Err(format!("strace has seen nothing: {log}").into());
        }
        Ok(log
            .lines()
            .filter(|line| matters(line))
            .map(str::to_owned)
            .collect())
    }

    /// Says whether a line of strace is a call that does more than look.
    fn matters(line: &str) -> bool {
        const LOOKING: [&str; 10] = [
            "execve",
            "access",
            "faccessat",
            "faccessat2",
            "stat",
            "lstat",
            "newfstatat",
            "statx",
            "readlink",
            "getcwd",
        ];
        let line = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        // The second half of a call, whose first half has the arguments.
        if line.starts_with("<... ") {
            return false;
        }
        let call = line.split('(').next().unwrap_or_default();
        match call {
            "open" | "openat" | "openat2" => {
                ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"]
                    .iter()
                    .any(|flag| line.contains(flag))
            }
            call => !LOOKING.contains(&call) && call != "readlinkat" && call != "statfs",
        }
    }

    fn traced() -> Result<(), Failed> {
        let folder = folder()?;
        for (arguments, _) in RUNS {
            let calls = calls(arguments, folder.path())?;
            if !calls.is_empty() {
                return Err(format!("{arguments:?}: {calls:#?}").into());
            }
        }
        Ok(())
    }

    /// What is written lies beside the report that was named, and is gone or is it in the end.
    fn only_the_report() -> Result<(), Failed> {
        let folder = folder()?;
        let out = tempfile::tempdir()?;
        let report = out.path().join("report.sarif");
        let named = format!("sarif={}", report.display());
        let calls = calls(&["scan", "--output", &named, "models"], folder.path())?;
        let out_name = out.path().display().to_string();
        if calls.is_empty() || calls.iter().any(|call| !is_about(call, &out_name)) {
            return Err(format!("{calls:#?}").into());
        }
        let names: Vec<PathBuf> = fs::read_dir(out.path())?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        if names == [report] {
            Ok(())
        } else {
            Err(format!("{names:?}").into())
        }
    }

    /// Says whether a call names a path in the folder, or a descriptor, which some call before has opened.
    fn is_about(call: &str, folder: &str) -> bool {
        let by_descriptor = ["ftruncate(", "fchmod(", "fchown("];
        call.contains(folder) || by_descriptor.iter().any(|name| call.contains(name))
    }
}
