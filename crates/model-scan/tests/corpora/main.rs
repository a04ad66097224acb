//! Archives that others wrote: torch's, and those that the Python of this machine writes.
//!
//! Where the folder or the interpreter is missing, the test is reported as ignored.

mod convert;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use model_scan::sniff::{Kind, contradicts, has_zip_tail, sniff};
use model_scan::unpack::{self, Budget};
use model_scan::zip::{Archive, Checksum, Limits};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let torch = std::env::var_os("WEIGHBRIDGE_CORPORA")
        .map(|folder| PathBuf::from(folder).join("torch"))
        .filter(|folder| folder.is_dir());
    let python = Command::new("python3")
        .args(["-c", "import zipfile, zlib"])
        .status()
        .is_ok_and(|status| status.success());
    let missing = torch.is_none();
    let converted = torch.clone();
    let tests = vec![
        Trial::test("what_torch_writes_has_no_divergence", move || {
            torch.as_deref().map_or(Ok(()), torch_files)
        })
        .with_ignored_flag(missing),
        Trial::test("every_tensor_of_torch_has_its_own_bytes", move || {
            converted.as_deref().map_or(Ok(()), convert::torch_files)
        })
        .with_ignored_flag(missing),
        Trial::test("what_python_writes_has_no_divergence", python_files)
            .with_ignored_flag(!python),
    ];
    libtest_mimic::run(&arguments, tests).exit_code()
}

/// Reads a file of the corpus, which is small.
fn bytes_of(path: &Path) -> Result<Vec<u8>, Failed> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(64 << 20)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Failed> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(ending) {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(format!("no {ending} files").into());
    }
    Ok(files)
}

/// Every member opens whole, with the stated checksum, and nothing is to be said.
fn assert_honest(path: &Path) -> Result<(), Failed> {
    let bytes = bytes_of(path)?;
    let name = path.display();
    let limits = unpack::Limits::default();
    let archive = Archive::read(&bytes, &Limits::default())?;
    if !archive.divergences().is_empty() || !archive.is_complete() {
        return Err(format!("{name}: {:?}", archive.divergences()).into());
    }
    let budget = Budget::new(u64::try_from(bytes.len())?, &limits);
    for member in archive.members() {
        for reading in member.readings() {
            let contents = archive.open(reading, &limits, &budget);
            if !contents.problems().is_empty() || contents.checksum() != Checksum::Holds {
                return Err(format!("{name}: {}: {:?}", member.text(), contents.problems()).into());
            }
        }
    }
    Ok(())
}

fn torch_files(folder: &Path) -> Result<(), Failed> {
    for path in files(folder, ".pt")? {
        let bytes = bytes_of(&path)?;
        let name = path.to_string_lossy();
        let kind = sniff(&bytes, &name);
        if contradicts(&name, kind).is_some() {
            return Err(format!("{name}: {kind:?}").into());
        }
        if name.contains("legacy") {
            if kind != Kind::Pickle || has_zip_tail(&bytes) {
                return Err(format!("{name}: {kind:?}").into());
            }
        } else if kind == Kind::Zip {
            assert_honest(&path)?;
        } else {
            return Err(format!("{name}: {kind:?}").into());
        }
    }
    for path in files(folder, ".safetensors")? {
        let kind = sniff(&bytes_of(&path)?, "model.safetensors");
        if kind != Kind::Safetensors {
            return Err(format!("{}: {kind:?}", path.display()).into());
        }
    }
    Ok(())
}

/// Writes archives in every way that `zipfile` knows.
const PYTHON: &str = r#"
import io, sys, zipfile
class Pipe(io.RawIOBase):
    def __init__(self, file): self.file = file
    def writable(self): return True
    def seekable(self): return False
    def write(self, data): return self.file.write(data)
number = 0
for pipe in (False, True):
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        for wide in (False, True):
            for comment in (b"", b"a comment"):
                with open(f"{sys.argv[1]}/{number}.zip", "wb") as file:
                    number += 1
                    with zipfile.ZipFile(Pipe(file) if pipe else file, "w", method) as archive:
                        archive.comment = comment
                        archive.writestr("folder/", b"")
                        for name in ("a.npy", "folder/b", "\u6a21\u578b", "empty"):
                            with archive.open(name, "w", force_zip64=wide) as member:
                                member.write(b"" if name == "empty" else name.encode() * 50)
name = f"{sys.argv[1]}/appended.zip"
for mode in "wa":
    with zipfile.ZipFile(name, mode) as archive:
        archive.writestr(mode, mode)
with zipfile.ZipFile(f"{sys.argv[1]}/many.zip", "w") as archive:
    for index in range(70000):
        archive.writestr(str(index), b"")
"#;

fn python_files() -> Result<(), Failed> {
    let folder = std::env::temp_dir().join(format!("model-scan-zips-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let status = Command::new("python3")
        .args(["-c", PYTHON])
        .arg(&folder)
        .status()?;
    let outcome = if status.success() {
        files(&folder, ".zip")
            .and_then(|files| files.iter().try_for_each(|path| assert_honest(path)))
    } else {
        Err("python3 failed".into())
    };
    std::fs::remove_dir_all(&folder)?;
    outcome
}
