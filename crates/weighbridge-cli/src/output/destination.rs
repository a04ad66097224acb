use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::exit::Exit;
use crate::failure::{Failure, quoted};

/// Where a report goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Destination<'p> {
    Stdout,
    File(&'p Path),
}

impl<'p> Destination<'p> {
    /// Takes the file that was named, or stdout; refuses a file that could only be written in vain.
    pub(crate) fn new(output: Option<&'p Path>) -> Result<Self, Failure> {
        let Some(path) = output.filter(|path| path.as_os_str() != "-") else {
            return Ok(Self::Stdout);
        };
        let folder = folder(path);
        if path.is_dir() {
            return Err(cannot(path, "it is a folder"));
        }
        if !folder.is_dir() {
            let why = format!("there is no folder {}", quoted(folder));
            return Err(cannot(path, &why));
        }
        Ok(Self::File(path))
    }

    pub(crate) const fn is_stdout(self) -> bool {
        matches!(self, Self::Stdout)
    }

    /// Returns the file, if it is one.
    pub(crate) const fn file(self) -> Option<&'p Path> {
        match self {
            Self::Stdout => None,
            Self::File(path) => Some(path),
        }
    }

    /// Writes a report whose exit code is settled, and returns that code.
    ///
    /// Who closes the pipe does not want to read on, which changes nothing. Any other failure makes the run
    /// undecided, unless something was found.
    pub(crate) fn write(self, report: &[u8], settled: Exit) -> Exit {
        let written = match self {
            Self::Stdout => to_stdout(report),
            Self::File(path) => to_file(path, report),
        };
        let Err(error) = written else {
            return settled;
        };
        let place = match self {
            Self::Stdout => "standard output".to_owned(),
            Self::File(path) => quoted(path),
        };
        complain(&format!("cannot write to {place}: {error}"));
        match settled {
            Exit::Found => Exit::Found,
            _ => Exit::Undecided,
        }
    }
}

/// Says something on stderr. Nothing is to be done where that fails.
pub(crate) fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "error: {message}");
}

/// Says on stderr what should be known, and does not stop the work.
pub(crate) fn warn(message: &str) {
    let _ = writeln!(io::stderr(), "warning: {message}");
}

fn to_stdout(report: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(report).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Puts a file in the place of what is there, whole or not at all. What is no regular file, such as a pipe
/// or a terminal, is written to.
fn to_file(path: &Path, report: &[u8]) -> io::Result<()> {
    Prepared::new(path, report)?.commit()
}

/// A report that is written and not yet in its place. Dropped, it leaves everything as it was.
#[derive(Debug)]
pub(crate) enum Prepared<'r> {
    /// It lies beside the file that it is to replace.
    Beside { temporary: Temporary, path: PathBuf },
    /// What it goes to is no regular file and cannot be replaced.
    Special { path: PathBuf, report: &'r [u8] },
}

impl<'r> Prepared<'r> {
    /// Writes everything, but not into its place.
    pub(crate) fn new(path: &Path, report: &'r [u8]) -> io::Result<Self> {
        // A link stays, and what it leads to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let before = fs::metadata(&path).ok();
        if before.as_ref().is_some_and(|before| !before.is_file()) {
            return Ok(Self::Special { path, report });
        }
        let (mut file, temporary) = Temporary::create_beside(&path)?;
        file.write_all(report)?;
        if let Some(before) = before {
            file.set_permissions(before.permissions())?;
        }
        file.sync_all()?;
        Ok(Self::Beside { temporary, path })
    }

    /// Puts it in its place.
    pub(crate) fn commit(self) -> io::Result<()> {
        match self {
            Self::Beside { temporary, path } => temporary.rename(&path),
            Self::Special { path, report } => {
                let mut file = OpenOptions::new().write(true).open(path)?;
                file.write_all(report)
            }
        }
    }
}

fn cannot(path: &Path, why: &str) -> Failure {
    Failure::usage(format!("cannot write to {}: {why}", quoted(path)))
}

/// Returns the folder that a file is in.
pub(crate) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => path,
    }
}

/// A file beside the one that it is to replace, removed if it never does.
#[derive(Debug)]
pub(crate) struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    /// Names that are tried; all taken means that somebody takes them on purpose.
    const ATTEMPTS: u32 = 100;

    pub(crate) fn create_beside(path: &Path) -> io::Result<(File, Self)> {
        Self::create_with(path, &mut OpenOptions::new())
    }

    /// Makes one that its owner alone may read.
    pub(crate) fn create_private_beside(path: &Path) -> io::Result<(File, Self)> {
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Self::create_with(path, &mut options)
    }

    fn create_with(path: &Path, options: &mut OpenOptions) -> io::Result<(File, Self)> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        for attempt in 0..Self::ATTEMPTS {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(format!(".{}-{attempt}.tmp", std::process::id()));
            let path = path.with_file_name(hidden);
            match options.write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let renamed = false;
                    return Ok((file, Self { path, renamed }));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn rename(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.renamed = true;
        sync_folder(folder(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // It is only in the way; what went wrong before is what is told.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Writes the names in a folder down to the disk.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Read as _;
    use std::path::Path;

    use super::to_file;

    fn text(path: &Path) -> String {
        let mut text = String::new();
        File::open(path).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        to_file(&path, b"one").unwrap();
        to_file(&path, b"two").unwrap();
        assert_eq!(text(&path), "two");
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("report"), folder.path().join("link"));
        to_file(&path, b"one").unwrap();
        std::os::unix::fs::symlink("report", &link).unwrap();
        to_file(&link, b"two").unwrap();
        assert_eq!(text(&path), "two");
        assert!(link.is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_of_the_file_that_was_there_is_kept() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        to_file(&path, b"one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        to_file(&path, b"two").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        to_file(Path::new("/dev/null"), b"one").unwrap();
        assert!(!Path::new("/dev/null").is_file());
    }
}
