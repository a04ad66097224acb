use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use model_gate::{Model, Options};
use model_hold::{Held, WalkLimits};
use model_sign::files::{Entry, EntryKind, FileFault, ModelFiles, Nature, Reach, Shape};
use model_sign::key::{KeyAlgorithm, PrivateKey};
use model_sign::signing::{Credential, Signing};
use model_sign::{CheckError, Verifier};

/// Writes down the entries of a model, one line for each, in the order of their names.
fn lines(path: &Path, options: &Options) -> Vec<String> {
    let model = Model::open(path, options).unwrap();
    let mut lines: Vec<String> = model.entries().iter().map(line).collect();
    lines.sort();
    lines
}

fn line(entry: &Entry) -> String {
    let kind = match &entry.kind {
        EntryKind::File { bytes } => format!("file {bytes}"),
        EntryKind::LinkOutside { target } => format!("link outside {target}"),
        EntryKind::LinkDangling { target } => format!("link to nothing {target}"),
        other => format!("{other:?}"),
    };
    let reach = match entry.reach {
        Reach::Direct => String::new(),
        other => format!(" by {other:?}"),
    };
    format!("{} = {kind}{reach}", entry.name)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn model_of(folder: &Path) -> Model {
    Model::open(folder, &Options::default()).unwrap()
}

fn place(model: &Model, name: &str) -> usize {
    let mut names = model.entries().iter().map(|entry| entry.name.as_str());
    names.position(|found| found == Some(name)).unwrap()
}

#[test]
fn every_name_is_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write(path, "a", b"1");
    write(path, ".hidden/b", b"22");
    write(path, "\u{65e5}/e\u{301}", b"");
    let raw = std::ffi::OsStr::from_bytes(b"x\xff\n");
    fs::write(path.join(raw), b"333").unwrap();
    fs::create_dir(path.join("empty")).unwrap();
    assert_eq!(
        lines(path, &Options::default()),
        [
            ".hidden/b = file 2",
            "a = file 1",
            "x\\xff\\n = file 3",
            "\u{65e5}/e\u{301} = file 0",
        ]
    );
    assert_eq!(model_of(path).shape(), Shape::Folder);
}

#[test]
fn a_file_is_a_model_of_one_entry() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "m.bin", b"abc");
    let model = model_of(&folder.path().join("m.bin"));
    assert_eq!(model.shape(), Shape::File);
    assert_eq!(
        model.entries(),
        [Entry::new("m.bin", EntryKind::File { bytes: 3 })]
    );
    let mut bytes = [0; 3];
    model.open(0).unwrap().read_exact_at(0, &mut bytes).unwrap();
    assert_eq!(&bytes, b"abc");
}

#[test]
fn what_is_no_file_is_an_entry_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let fifo = path.join("fifo");
    let (here, mode) = (rustix::fs::CWD, rustix::fs::Mode::RUSR);
    rustix::fs::mknodat(here, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(path.join("socket")).unwrap();
    symlink("/etc/passwd", path.join("out")).unwrap();
    symlink("../../x", path.join("up")).unwrap();
    symlink("none", path.join("nowhere")).unwrap();
    symlink("loop", path.join("loop")).unwrap();
    symlink("fifo", path.join("to-fifo")).unwrap();
    symlink(".", path.join("self")).unwrap();
    assert_eq!(
        lines(path, &Options::default()),
        [
            "fifo = Special(Fifo)",
            "loop = LinkCircle",
            "nowhere = link to nothing none",
            "out = link outside /etc/passwd",
            "self = LinkCircle by Link",
            "socket = Special(Socket)",
            "to-fifo = Special(Fifo)",
            "up = link outside ../../x",
        ]
    );
}

#[test]
fn what_lies_behind_a_link_to_a_folder_is_listed_under_the_link() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write(path, "m/a", b"1");
    write(path, "m/deep/b", b"22");
    symlink("m", path.join("before")).unwrap();
    symlink("m", path.join("z")).unwrap();
    symlink("m/a", path.join("one")).unwrap();
    symlink("../m/deep", path.join("m/inner")).unwrap();
    fs::create_dir(path.join("empty")).unwrap();
    symlink("empty", path.join("to-empty")).unwrap();
    assert_eq!(
        lines(path, &Options::default()),
        [
            "before = FolderLink by Link",
            "before/a = file 1 by FolderLink { link: 6 }",
            "before/deep/b = file 2 by FolderLink { link: 6 }",
            "before/inner = FolderLink by FolderLink { link: 6 }",
            "before/inner/b = file 2 by FolderLink { link: 6 }",
            "m/a = file 1",
            "m/deep/b = file 2",
            "m/inner = FolderLink by Link",
            "m/inner/b = file 2 by FolderLink { link: 7 }",
            "one = file 1 by Link",
            "to-empty = FolderLink by Link",
            "z = FolderLink by Link",
            "z/a = file 1 by FolderLink { link: 1 }",
            "z/deep/b = file 2 by FolderLink { link: 1 }",
            "z/inner = FolderLink by FolderLink { link: 1 }",
            "z/inner/b = file 2 by FolderLink { link: 1 }",
        ]
    );
}

#[test]
fn links_that_multiply_end_at_the_ceiling() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write(path, "f00/x", b"1");
    for level in 1..40 {
        fs::create_dir(path.join(format!("f{level:02}"))).unwrap();
        for link in ["a", "b"] {
            let target = format!("../f{:02}", level - 1);
            symlink(target, path.join(format!("f{level:02}/{link}"))).unwrap();
        }
    }
    let options = Options::default().with_limits(WalkLimits::default().with_entries(2_000));
    let model = Model::open(path, &options).unwrap();
    assert!(model.entries().len() < 2_200, "{}", model.entries().len());
    let mut kinds = model.entries().iter().map(|entry| &entry.kind);
    assert!(kinds.any(|kind| *kind == EntryKind::NotWalked));
}

#[test]
fn a_snapshot_of_the_cache_reaches_its_own_blobs() {
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join("models--a--b");
    write(&repository, "blobs/0123", b"abc");
    let snapshot = repository.join("snapshots/main");
    fs::create_dir_all(&snapshot).unwrap();
    symlink("../../blobs/0123", snapshot.join("model.bin")).unwrap();
    symlink("../../../elsewhere", snapshot.join("out")).unwrap();
    assert_eq!(
        lines(&snapshot, &Options::default()),
        [
            "model.bin = file 3 by Link",
            "out = link outside ../../../elsewhere",
        ]
    );
}

#[test]
fn the_signature_itself_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a", b"1");
    write(folder.path(), "model.sig", b"{}");
    let held = Held::open(folder.path().join("model.sig")).unwrap();
    let options = Options::default().with_signature(held.identity());
    assert_eq!(
        lines(folder.path(), &options),
        ["a = file 1", "model.sig = Signature"]
    );
}

#[test]
fn a_file_that_was_removed_or_replaced_or_grew_since_the_walk_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["gone", "replaced", "grown", "link", "fifo"] {
        write(path, name, b"abc");
    }
    let model = model_of(path);
    fs::remove_file(path.join("gone")).unwrap();
    write(path, "new", b"abc");
    fs::rename(path.join("new"), path.join("replaced")).unwrap();
    write(path, "grown", b"abcd");
    fs::remove_file(path.join("link")).unwrap();
    symlink("replaced", path.join("link")).unwrap();
    fs::remove_file(path.join("fifo")).unwrap();
    let (here, mode) = (rustix::fs::CWD, rustix::fs::Mode::RUSR);
    rustix::fs::mknodat(here, path.join("fifo"), rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let fault = |name| model.open(place(&model, name)).err().unwrap();
    assert!(matches!(fault("gone"), FileFault::Gone));
    assert!(matches!(fault("replaced"), FileFault::Replaced));
    assert!(matches!(fault("grown"), FileFault::Changed));
    assert!(matches!(fault("link"), FileFault::Replaced));
    assert!(matches!(fault("fifo"), FileFault::Replaced));
}

#[test]
fn a_file_that_changes_while_it_is_open_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "small", &[1; 100]);
    write(folder.path(), "large", &[1; 100_000]);
    let model = model_of(folder.path());
    for name in ["small", "large"] {
        let open = model.open(place(&model, name)).unwrap();
        open.confirm().unwrap();
        let path = folder.path().join(name);
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_mode(0o600 ^ permissions.mode() & 0o7);
        fs::set_permissions(&path, permissions).unwrap();
        assert!(matches!(open.confirm(), Err(FileFault::Changed)), "{name}");
    }
}

#[test]
fn more_files_than_descriptors_are_opened_again_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        write(folder.path(), name, b"abc");
    }
    let options = Options::default().with_descriptors(1);
    let model = Model::open(folder.path(), &options).unwrap();
    for index in 0..3 {
        model.hold(index).unwrap();
    }
    for name in ["a", "b", "c"] {
        write(folder.path(), name, b"xyz");
        let path = folder.path().join(name);
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        let later = time + std::time::Duration::from_secs(5);
        fs::File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(later)
            .unwrap();
    }
    // The one that is held says so itself.
    assert!(model.hold(0).unwrap().changed().unwrap().is_some());
    assert!(matches!(model.hold(1), Err(FileFault::Changed)));
    assert!(matches!(model.hold(2), Err(FileFault::Changed)));
}

#[test]
fn content_that_a_loader_takes_is_told_by_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "notes.txt", b"just a note");
    write(folder.path(), "readme.md", b"\x80\x04N.");
    write(folder.path(), "empty", b"");
    write(folder.path(), "x", b"PK\x03\x04");
    let model = model_of(folder.path());
    let nature = |name| model.nature(place(&model, name)).unwrap();
    assert_eq!(nature("notes.txt"), Nature::Passive);
    assert_eq!(nature("empty"), Nature::Passive);
    assert_eq!(nature("readme.md"), Nature::Loadable { format: "pickle" });
    assert!(matches!(nature("x"), Nature::Loadable { .. }));
}

#[test]
fn what_is_written_after_verification_is_not_read_as_verified() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.bin", b"weights");
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let credential = Credential::Key(&key);
    let model = model_of(folder.path());
    let signed = Signing::new().sign(&model, "m", &credential, &()).unwrap();
    let verifier = Verifier::builder()
        .trust_key(key.public_key().clone())
        .build();
    let at = std::time::SystemTime::UNIX_EPOCH;
    let verified = verifier.verify(signed.bundle(), model, at).unwrap();
    assert_eq!(verified.read("a.bin", 100).unwrap(), b"weights");
    // In place, so that the held file is the one that changes.
    write(folder.path(), "a.bin", b"WEIGHTS");
    assert!(matches!(
        verified.read("a.bin", 100),
        Err(CheckError::Changed { .. })
    ));
}
