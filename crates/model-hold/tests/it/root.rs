use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use model_hold::{ErrorKind, Links, Options, Root};

/// A folder `root` with a file, and a file beside it that must not be reached.
pub(crate) fn root() -> (tempfile::TempDir, PathBuf) {
    let above = tempfile::tempdir().unwrap();
    let root = above.path().join("root");
    fs::create_dir_all(root.join("sub/deep")).unwrap();
    fs::write(root.join("a"), b"inside").unwrap();
    fs::write(root.join("sub/deep/b"), b"deep").unwrap();
    fs::write(above.path().join("secret"), b"outside").unwrap();
    (above, root)
}

fn read(root: &Root, path: &str) -> Result<Vec<u8>, ErrorKind> {
    let held = root.open_file(path).map_err(|error| {
        assert_eq!(error.path(), Path::new(path));
        error.kind().clone()
    })?;
    Ok(held.read_to_vec(100).unwrap())
}

fn outside(target: impl Into<PathBuf>) -> Result<Vec<u8>, ErrorKind> {
    let target = target.into();
    Err(ErrorKind::LinkOutside { target })
}

#[test]
fn a_path_given_to_a_root_goes_down_only() {
    let (_above, path) = root();
    let root = Root::open(&path).unwrap();
    assert!(root.is_folder());
    assert_eq!(read(&root, "./sub//deep/b").unwrap(), b"deep");
    for wrong in ["../secret", "sub/../a", "/etc/passwd"] {
        assert_eq!(read(&root, wrong), Err(ErrorKind::NotRelative), "{wrong}");
    }
    assert_eq!(read(&root, "sub"), Err(ErrorKind::Folder));
    assert_eq!(read(&root, ""), Err(ErrorKind::Folder));
    assert_eq!(read(&root, "a/b"), Err(ErrorKind::NotAFolder));
    assert_eq!(read(&root, "none"), Err(ErrorKind::NotFound));
}

#[test]
fn links_inside_are_followed_and_links_outside_are_not() {
    let (above, path) = root();
    let link = |target: &str, name: &str| symlink(target, path.join(name)).unwrap();
    link("../../a", "sub/deep/up");
    link("sub/deep/up", "twice");
    link("sub", "folder");
    link("../secret", "out");
    link("sub/../../secret", "winding");
    link("../root/a", "back-in");
    link("..", "parent");
    link("none", "dangling");
    link("circle-b", "circle-a");
    link("circle-a", "circle-b");
    symlink(
        path.canonicalize().unwrap().join("a"),
        path.join("absolute-in"),
    )
    .unwrap();
    let secret = above.path().canonicalize().unwrap().join("secret");
    symlink(&secret, path.join("absolute-out")).unwrap();

    let root = Root::open(&path).unwrap();
    for inside in ["sub/deep/up", "twice", "absolute-in"] {
        assert_eq!(read(&root, inside).unwrap(), b"inside", "{inside}");
    }
    assert_eq!(read(&root, "folder/deep/b").unwrap(), b"deep");
    assert_eq!(read(&root, "folder/deep/up").unwrap(), b"inside");
    assert_eq!(read(&root, "out"), outside("../secret"));
    assert_eq!(read(&root, "winding"), outside("sub/../../secret"));
    assert_eq!(read(&root, "back-in"), outside("../root/a"));
    assert_eq!(read(&root, "parent/secret"), outside(".."));
    assert_eq!(read(&root, "absolute-out"), outside(secret));
    assert_eq!(read(&root, "circle-a"), Err(ErrorKind::TooManyLinks));
    let target = PathBuf::from("none");
    assert_eq!(
        read(&root, "dangling"),
        Err(ErrorKind::LinkDangling { target })
    );

    let options = Options::default().with_links(Links::Refuse);
    let root = Root::open_with(&path, &options).unwrap();
    let target = PathBuf::from("sub/deep/up");
    assert_eq!(read(&root, "twice"), Err(ErrorKind::LinkRefused { target }));
    assert_eq!(read(&root, "a").unwrap(), b"inside");
}

#[test]
fn a_folder_that_is_swapped_for_a_link_does_not_lead_outside() {
    let (above, path) = root();
    fs::create_dir(above.path().join("deep")).unwrap();
    fs::write(above.path().join("deep/b"), b"outside").unwrap();
    let root = Root::open(&path).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let done = &done;
        let sub = path.join("sub");
        let aside = path.join("aside");
        scope.spawn(move || {
            for _ in 0..2000 {
                fs::rename(&sub, &aside).unwrap();
                symlink("..", &sub).unwrap();
                fs::remove_file(&sub).unwrap();
                fs::rename(&aside, &sub).unwrap();
            }
            done.store(true, SeqCst);
        });
        while !done.load(SeqCst) {
            if let Ok(bytes) = read(&root, "sub/deep/b") {
                assert_eq!(bytes, b"deep");
            }
        }
    });
    assert_eq!(read(&root, "sub/deep/b").unwrap(), b"deep");
}

#[test]
fn a_root_that_is_moved_away_is_still_the_root() {
    let (above, path) = root();
    let root = Root::open(&path).unwrap();
    fs::rename(&path, above.path().join("moved")).unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("a"), b"forged").unwrap();
    assert_eq!(read(&root, "a").unwrap(), b"inside");
}

#[test]
fn a_snapshot_of_a_hugging_face_cache_reaches_its_blobs_when_asked() {
    let hub = tempfile::tempdir().unwrap();
    let repository = hub.path().join("models--org--name");
    let snapshot = repository.join("snapshots/0f1e");
    fs::create_dir_all(snapshot.join("unet")).unwrap();
    fs::create_dir(repository.join("blobs")).unwrap();
    fs::write(repository.join("blobs/ba78"), b"weights").unwrap();
    fs::write(hub.path().join("token"), b"secret").unwrap();
    symlink("../../blobs/ba78", snapshot.join("model.bin")).unwrap();
    symlink("../../../blobs/ba78", snapshot.join("unet/model.bin")).unwrap();
    symlink("../../../token", snapshot.join("out.bin")).unwrap();

    let cache = Options::default().with_links(Links::WithinCache);
    let plain = Root::open(&snapshot).unwrap();
    assert_eq!(read(&plain, "model.bin"), outside("../../blobs/ba78"));
    let root = Root::open_with(&snapshot, &cache).unwrap();
    assert_eq!(read(&root, "model.bin").unwrap(), b"weights");
    assert_eq!(read(&root, "unet/model.bin").unwrap(), b"weights");
    assert_eq!(read(&root, "out.bin"), outside("../../../token"));
    let root = Root::open_with(snapshot.join("unet"), &cache).unwrap();
    assert_eq!(read(&root, "model.bin").unwrap(), b"weights");
    let root = Root::open(&repository).unwrap();
    assert_eq!(read(&root, "snapshots/0f1e/model.bin").unwrap(), b"weights");
    let root = Root::open(hub.path()).unwrap();
    assert!(read(&root, "models--org--name/snapshots/0f1e/out.bin").is_ok());
    // A file that is named itself is followed: its path is the caller's word.
    let root = Root::open(snapshot.join("model.bin")).unwrap();
    assert_eq!(read(&root, "model.bin").unwrap(), b"weights");
}

#[test]
fn without_blobs_beside_it_a_folder_called_snapshots_is_nothing_special() {
    let hub = tempfile::tempdir().unwrap();
    let snapshot = hub.path().join("models--a/snapshots/1");
    fs::create_dir_all(&snapshot).unwrap();
    fs::write(hub.path().join("models--a/x"), b"x").unwrap();
    symlink("../../x", snapshot.join("model.bin")).unwrap();
    let cache = Options::default().with_links(Links::WithinCache);
    let root = Root::open_with(&snapshot, &cache).unwrap();
    assert_eq!(read(&root, "model.bin"), outside("../../x"));
}

#[test]
fn a_root_may_be_a_file_and_holds_it_from_then_on() {
    let (_above, path) = root();
    let root = Root::open(path.join("a")).unwrap();
    fs::remove_file(path.join("a")).unwrap();
    assert!(!root.is_folder());
    assert_eq!(read(&root, "a").unwrap(), b"inside");
    assert_eq!(read(&root, "").unwrap(), b"inside");
    assert_eq!(read(&root, "b"), Err(ErrorKind::NotFound));
}

#[test]
fn a_root_is_neither_nothing_nor_a_device() {
    let (_above, path) = root();
    let error = Root::open(path.join("none")).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
    let error = Root::open("/dev/null").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Special(_)));
}

#[test]
fn a_name_that_is_not_utf8_survives() {
    let (_above, path) = root();
    let name = OsStr::from_bytes(b"m\xffdel\n.bin");
    fs::write(path.join(name), b"x").unwrap();
    let root = Root::open(&path).unwrap();
    assert_eq!(root.open_file(name).unwrap().path(), Path::new(name));
    let error = root.open_file(OsStr::from_bytes(b"\xfe\0")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io(_)));
    let error = root.open_file(OsStr::from_bytes(b"\xfe\x1b")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`\u{fffd}\\u{1b}`: cannot be read, not found"
    );
}
