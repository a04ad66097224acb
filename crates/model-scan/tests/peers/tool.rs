use std::path::{Path, PathBuf};
use std::process::Command;

use findings::Severity;
use libtest_mimic::Failed;
use model_scan::{Options, Scanner, Target, Verdict};
use tempfile::TempDir;

/// Names `os.system` and calls it; nothing here ever loads it.
pub(crate) const EVIL: &[u8] = b"cos\nsystem\n(S'exit 0'\ntR.";
pub(crate) const HONEST: &[u8] = b"\x80\x04\x95\x0b\0\0\0\0\0\0\0]\x94(K\x01K\x02K\x03e.";

/// Says whether a program can be started.
pub(crate) fn is_there(program: &str) -> bool {
    Command::new(program).arg("--help").output().is_ok()
}

/// Runs a program in a folder.
pub(crate) fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<(), Failed> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{program} {}: {text}", arguments.join(" ")).into())
}

/// A folder with honest files of every sort, and one more pickle.
pub(crate) fn folder(pickle: &[u8], long: bool) -> Result<(TempDir, PathBuf), Failed> {
    let holder = TempDir::new()?;
    let folder = holder.path().join("in");
    std::fs::create_dir_all(folder.join("sub/empty"))?;
    std::fs::write(folder.join("model.pkl"), HONEST)?;
    std::fs::write(folder.join("notes.txt"), "some notes, ".repeat(5000))?;
    std::fs::write(folder.join("sub/empty.txt"), "")?;
    std::fs::write(folder.join("sub/more.pkl"), pickle)?;
    if long {
        let name = "a name that goes on ".repeat(8) + "é.txt";
        std::fs::write(folder.join("sub").join(name), "text")?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("../model.pkl", folder.join("sub/link"))?;
    std::fs::hard_link(folder.join("model.pkl"), folder.join("same.pkl"))?;
    Ok((holder, folder))
}

pub(crate) fn scan(path: &Path) -> Result<Target, Failed> {
    let report = Scanner::new(Options::default()).scan_paths(&[path], &())?;
    report
        .targets
        .into_iter()
        .next()
        .ok_or_else(|| "no target".into())
}

/// Clean where it should be, and the pickle in it found where not.
pub(crate) fn judge(target: &Target, pickle: &[u8]) -> Result<(), Failed> {
    let named = target.findings.iter().any(|finding| {
        finding.severity >= Severity::High && finding.subject.as_deref() == Some("os.system")
    });
    let right = if pickle == EVIL {
        named && target.verdict == Verdict::Dangerous
    } else {
        target.verdict == Verdict::Clean && target.complete
    };
    if right {
        return Ok(());
    }
    Err(format!("{} {:#?}", target.verdict, target.findings).into())
}
