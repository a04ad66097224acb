use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use weighbridge::hold::Held;

use super::destination::{Temporary, folder, sync_folder};
use crate::failure::{Failure, quoted};

/// Who may read a file that is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Readers {
    /// Whoever the user's mask lets.
    Everybody,
    /// The owner alone.
    Owner,
}

/// What becomes of a file that is there already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Existing {
    /// It stays, and nothing is written.
    Kept,
    /// It is replaced.
    Replaced,
}

impl Existing {
    /// What `--force` says.
    pub(crate) const fn of(force: bool) -> Self {
        if force { Self::Replaced } else { Self::Kept }
    }
}

/// A file that is written and not yet in its place. Dropped, it leaves everything as it was.
///
/// No link is written through, nor anything else that is no regular file.
#[derive(Debug)]
pub(crate) struct NewFile {
    temporary: Temporary,
    path: PathBuf,
    existing: Existing,
}

impl NewFile {
    /// Makes sure that the file may be made.
    pub(crate) fn check(path: &Path, existing: Existing) -> Result<(), Failure> {
        let refused = |why: &str| Failure::usage(format!("cannot write {}: {why}", quoted(path)));
        if path.file_name().is_none() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(refused("it names no file"));
        }
        let folder = folder(path);
        if !folder.is_dir() {
            return Err(refused(&format!("there is no folder {}", quoted(folder))));
        }
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed(path, &error)),
            Ok(found) if found.is_dir() => Err(refused("it is a folder")),
            Ok(found) if found.is_symlink() => {
                Err(refused("it is a link, and links are not written through"))
            }
            Ok(found) if !found.is_file() => Err(refused("it is no regular file")),
            Ok(_) if existing == Existing::Kept => {
                Err(refused("it is there already, and --force is not given"))
            }
            Ok(_) => Ok(()),
        }
    }

    /// Writes everything down to the disk, but not into its place.
    pub(crate) fn write(
        path: &Path,
        bytes: &[u8],
        readers: Readers,
        existing: Existing,
    ) -> Result<Self, Failure> {
        let mut file = Self::begin(path, readers, existing)?;
        let written = file.write_all(bytes);
        written.map_err(|error| failed(path, &error))?;
        file.finish()
    }

    /// Begins a file that is written piece by piece.
    pub(crate) fn begin(
        path: &Path,
        readers: Readers,
        existing: Existing,
    ) -> Result<Growing, Failure> {
        Self::check(path, existing)?;
        let created = match readers {
            Readers::Everybody => Temporary::create_beside(path),
            Readers::Owner => Temporary::create_private_beside(path),
        };
        let (file, temporary) = created.map_err(|error| failed(path, &error))?;
        let new = Self {
            temporary,
            path: path.to_owned(),
            existing,
        };
        Ok(Growing { file, new })
    }

    /// Opens what was written, before it is in its place.
    pub(crate) fn held(&self) -> Result<Held, weighbridge::hold::Error> {
        Held::open(self.temporary.path())
    }

    /// Puts it in its place, in one step.
    pub(crate) fn commit(self) -> Result<(), Failure> {
        // What came there meanwhile.
        Self::check(&self.path, self.existing)?;
        let committed = match self.existing {
            Existing::Replaced => self.temporary.rename(&self.path),
            Existing::Kept => link(self.temporary, &self.path),
        };
        committed.map_err(|error| failed(&self.path, &error))
    }
}

/// A file that is being written beside its place. Dropped, it leaves everything as it was.
#[derive(Debug)]
pub(crate) struct Growing {
    file: File,
    new: NewFile,
}

impl Growing {
    /// Writes what is left down to the disk, but not into its place.
    pub(crate) fn finish(self) -> Result<NewFile, Failure> {
        let Self { file, new } = self;
        let synced = file.sync_all();
        synced.map_err(|error| failed(&new.path, &error))?;
        Ok(new)
    }
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Two files that belong together and are not yet in their places.
///
/// At no time, also not after a crash, does the new one of one lie beside the old one of the other.
#[derive(Debug)]
pub(crate) struct NewPair {
    pub(crate) first: NewFile,
    pub(crate) second: NewFile,
}

impl NewPair {
    /// Puts both in their places, or neither.
    pub(crate) fn commit(self) -> Result<(), Failure> {
        let Self { first, second } = self;
        let (first_path, second_path) = (first.path.clone(), second.path.clone());
        let (kept, aside) = match first.existing {
            Existing::Kept => (None, None),
            Existing::Replaced => {
                let kept = Aside::link(&first_path).map_err(|error| failed(&first_path, &error))?;
                let aside =
                    Aside::take(&second_path).map_err(|error| failed(&second_path, &error))?;
                (kept, aside)
            }
        };
        if let Err(failure) = first.commit() {
            if let Some(aside) = aside {
                aside.put_back(&second_path);
            }
            return Err(failure);
        }
        let Err(failure) = second.commit() else {
            return Ok(());
        };
        match kept {
            Some(kept) => kept.put_back(&first_path),
            // It was made a moment ago, by this process.
            None => drop(fs::remove_file(&first_path)),
        }
        if let Some(aside) = aside {
            aside.put_back(&second_path);
        }
        Err(failure)
    }
}

/// Files that belong together and are not yet in their places: shards, and behind them their index.
#[derive(Debug, Default)]
pub(crate) struct NewFiles(Vec<NewFile>);

impl NewFiles {
    /// Adds the one that is put in its place behind those that are there.
    pub(crate) fn push(&mut self, file: NewFile) {
        self.0.push(file);
    }

    /// Puts all of them in their places, one after the other, or none.
    pub(crate) fn commit(self) -> Result<(), Failure> {
        let mut done: Vec<(PathBuf, Option<Aside>)> = Vec::new();
        for file in self.0 {
            let path = file.path.clone();
            let kept = match file.existing {
                Existing::Kept => Ok(None),
                Existing::Replaced => Aside::link(&path).map_err(|error| failed(&path, &error)),
            };
            let committed = kept.and_then(|kept| file.commit().map(|()| kept));
            match committed {
                Ok(kept) => done.push((path, kept)),
                Err(failure) => {
                    for (path, kept) in done.into_iter().rev() {
                        match kept {
                            Some(kept) => kept.put_back(&path),
                            // It was made a moment ago, by this process.
                            None => drop(fs::remove_file(&path)),
                        }
                    }
                    return Err(failure);
                }
            }
        }
        Ok(())
    }
}

/// A file under another name than its own; dropped, it is removed.
#[derive(Debug)]
struct Aside(Temporary);

impl Aside {
    /// Gives a file a second name, if there is one, so that it survives the loss of its own.
    fn link(path: &Path) -> io::Result<Option<Self>> {
        if !fs::symlink_metadata(path).is_ok_and(|found| found.is_file()) {
            return Ok(None);
        }
        let (_, temporary) = Temporary::create_private_beside(path)?;
        fs::remove_file(temporary.path())?;
        match fs::hard_link(path, temporary.path()) {
            Ok(()) => {}
            // A file system without hard links: the bytes are as good.
            Err(_) => drop(fs::copy(path, temporary.path())?),
        }
        Ok(Some(Self(temporary)))
    }

    /// Moves a file aside, if there is one.
    fn take(path: &Path) -> io::Result<Option<Self>> {
        if !fs::symlink_metadata(path).is_ok_and(|found| found.is_file()) {
            return Ok(None);
        }
        let (_, temporary) = Temporary::create_private_beside(path)?;
        fs::rename(path, temporary.path())?;
        sync_folder(folder(path))?;
        Ok(Some(Self(temporary)))
    }

    fn put_back(self, path: &Path) {
        // What went wrong before is what is told.
        let _ = self.0.rename(path);
    }
}

/// Gives a temporary file its name, unless something has that name.
fn link(temporary: Temporary, path: &Path) -> io::Result<()> {
    match fs::hard_link(temporary.path(), path) {
        Ok(()) => {
            drop(temporary);
            sync_folder(folder(path))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // A file system without hard links. A name that only we have is as good, since it is ours to replace.
        Err(_) => {
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true).open(path)?;
            temporary.rename(path).inspect_err(|_| {
                let _ = fs::remove_file(path);
            })
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!("cannot write {}: {error}", quoted(path)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::path::Path;

    use super::{Existing, NewFile, NewFiles, NewPair, Readers};

    fn write(path: &Path, bytes: &[u8], existing: Existing) -> Result<NewFile, String> {
        let file = NewFile::write(path, bytes, Readers::Everybody, existing);
        file.map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_file_that_came_meanwhile_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sig");
        let file = write(&path, b"new", Existing::Kept).unwrap();
        fs::write(&path, b"theirs").unwrap();
        let _ = file.commit().unwrap_err();
        assert_eq!(fs::metadata(&path).unwrap().len(), 6);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_grows_is_in_its_place_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        let begin = || NewFile::begin(&path, Readers::Everybody, Existing::Kept).unwrap();
        let mut growing = begin();
        growing.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(growing);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut growing = begin();
        growing.write_all(b"one").unwrap();
        growing.write_all(b"two").unwrap();
        let file = growing.finish().unwrap();
        assert!(!path.exists());
        file.commit().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 6);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_pair_is_made_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        let first = write(&one, b"new", Existing::Kept).unwrap();
        let second = write(&two, b"new", Existing::Kept).unwrap();
        fs::create_dir(&two).unwrap();
        let _ = NewPair { first, second }.commit().unwrap_err();
        assert!(!one.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn several_files_are_made_or_replaced_all_of_them_or_none() {
        for existing in [Existing::Kept, Existing::Replaced] {
            let folder = tempfile::tempdir().unwrap();
            let [one, two, three] = ["one", "two", "three"].map(|name| folder.path().join(name));
            if existing == Existing::Replaced {
                fs::write(&one, b"old").unwrap();
            }
            let mut files = NewFiles::default();
            for path in [&one, &two, &three] {
                files.push(write(path, b"newer", existing).unwrap());
            }
            fs::create_dir(&three).unwrap();
            let _ = files.commit().unwrap_err();
            let old = existing == Existing::Replaced;
            assert_eq!(
                fs::metadata(&one).map(|found| found.len()).ok(),
                old.then_some(3)
            );
            assert!(!two.exists());
            fs::remove_dir(&three).unwrap();
            let mut files = NewFiles::default();
            for path in [&one, &two, &three] {
                files.push(write(path, b"newer", existing).unwrap());
            }
            files.commit().unwrap();
            for path in [&one, &two, &three] {
                assert_eq!(fs::metadata(path).unwrap().len(), 5);
            }
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
        }
    }

    #[test]
    fn an_old_pair_stays_where_the_second_cannot_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        fs::write(&one, b"old").unwrap();
        let first = write(&one, b"newer", Existing::Replaced).unwrap();
        let second = write(&two, b"newer", Existing::Replaced).unwrap();
        fs::create_dir(&two).unwrap();
        let _ = NewPair { first, second }.commit().unwrap_err();
        assert_eq!(fs::metadata(&one).unwrap().len(), 3);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn an_old_pair_stays_where_the_first_cannot_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        fs::write(&two, b"old").unwrap();
        let first = write(&one, b"newer", Existing::Replaced).unwrap();
        let second = write(&two, b"newer", Existing::Replaced).unwrap();
        fs::create_dir(&one).unwrap();
        let _ = NewPair { first, second }.commit().unwrap_err();
        assert_eq!(fs::metadata(&two).unwrap().len(), 3);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
