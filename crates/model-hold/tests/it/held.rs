use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use model_digest::Source as _;
use model_hold::{Change, ErrorKind, Held};

/// Makes a file of the given bytes in a folder of its own.
pub(crate) fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.bin");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

#[test]
fn a_file_is_read_at_any_offset() {
    let (_folder, path) = file(b"0123456789");
    let held = Held::open(&path).unwrap();
    assert_eq!(held.len(), 10);
    assert!(held.as_slice().is_none());
    let mut buf = [0; 4];
    assert_eq!(held.read_at(8, &mut buf).unwrap(), 2);
    assert_eq!(&buf[..2], b"89");
    assert_eq!(held.read_at(10, &mut buf).unwrap(), 0);
    assert_eq!(held.read_at(u64::MAX, &mut buf).unwrap(), 0);
    held.read_exact_at(3, &mut buf).unwrap();
    assert_eq!(&buf, b"3456");
    assert!(held.read_exact_at(7, &mut buf).is_err());
}

#[test]
fn what_is_held_stays_when_the_name_goes_to_another_file() {
    let (folder, path) = file(b"honest");
    let held = Held::open(&path).unwrap();
    let other = folder.path().join("other");
    fs::write(&other, b"forged").unwrap();
    fs::rename(&other, &path).unwrap();
    assert_eq!(held.read_to_vec(6).unwrap(), b"honest");
    if cfg!(unix) {
        assert_eq!(held.changed().unwrap(), Some(Change::Removed));
        assert_ne!(held.identity(), Held::open(&path).unwrap().identity());
    }
}

#[test]
fn a_file_that_nobody_touched_is_unchanged() {
    let (_folder, path) = file(b"abc");
    let held = Held::open(&path).unwrap();
    held.read_to_vec(3).unwrap();
    assert_eq!(held.changed().unwrap(), None);
}

#[test]
fn a_file_that_grows_is_read_to_its_old_end_and_is_changed() {
    let (_folder, path) = file(b"abc");
    let held = Held::open(&path).unwrap();
    let mut writer = OpenOptions::new().append(true).open(&path).unwrap();
    writer.write_all(b"def").unwrap();
    assert_eq!(held.read_to_vec(100).unwrap(), b"abc");
    let change = held.changed().unwrap().unwrap();
    assert_eq!(
        change,
        Change::Size {
            before: 3,
            after: 6
        }
    );
    assert_eq!(change.to_string(), "has 6 bytes where 3 were at opening");
}

#[test]
fn a_file_that_shrinks_cannot_be_read_and_is_changed() {
    let (_folder, path) = file(b"abcdef");
    let held = Held::open(&path).unwrap();
    OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(2)
        .unwrap();
    let mut buf = [0; 4];
    let error = held.read_at(3, &mut buf).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    let error = held.read_to_vec(100).unwrap_err();
    assert_eq!(
        *error.kind(),
        ErrorKind::Truncated {
            found: 2,
            wanted: 6
        }
    );
    assert!(
        error
            .to_string()
            .ends_with("2 bytes are left where 6 were at opening")
    );
    assert_eq!(
        held.changed().unwrap(),
        Some(Change::Size {
            before: 6,
            after: 2
        })
    );
}

#[cfg(unix)]
#[test]
fn a_write_with_the_time_put_back_leaves_a_trace() {
    let (_folder, path) = file(b"abc");
    let writer = OpenOptions::new().write(true).open(&path).unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
    writer.set_modified(time).unwrap();
    let held = Held::open(&path).unwrap();
    assert_eq!(held.modified(), Some(time));
    // The next tick of a coarse file system clock.
    std::thread::sleep(std::time::Duration::from_millis(20));
    (&writer).write_all(b"xyz").unwrap();
    assert_eq!(held.changed().unwrap(), Some(Change::Modified));
    writer.set_modified(time).unwrap();
    assert_eq!(held.changed().unwrap(), Some(Change::Status));
}

#[test]
fn reading_into_memory_stops_at_the_limit() {
    let (_folder, path) = file(b"abc");
    let held = Held::open(&path).unwrap();
    let error = held.read_to_vec(2).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::TooLarge { limit: 2 });
    assert_eq!(error.path(), path);
}

#[test]
fn a_missing_file_and_a_folder_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let error = Held::open(folder.path().join("none")).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
    let error = Held::open(folder.path()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Folder);
}

#[cfg(unix)]
#[test]
fn neither_fifo_nor_socket_nor_device_is_opened() {
    use model_hold::SpecialKind;
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for (path, kind) in [
        (&*fifo, SpecialKind::Fifo),
        (&*socket, SpecialKind::Socket),
        (Path::new("/dev/null"), SpecialKind::CharacterDevice),
    ] {
        let error = Held::open(path).unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Special(kind), "{path:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_without_a_size_of_its_own_is_refused() {
    let error = Held::open("/proc/self/status").unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Unsized);
}

#[test]
fn a_reader_is_spooled_up_to_the_limit() {
    let held = Held::from_reader("-", &b"abc"[..], 3).unwrap();
    assert_eq!(
        (held.as_slice(), held.identity()),
        (Some(&b"abc"[..]), None)
    );
    assert_eq!(held.path(), Path::new("-"));
    assert_eq!(held.changed().unwrap(), None);
    assert_eq!(held.read_to_vec(3).unwrap(), b"abc");
    let error = Held::from_reader("-", io::repeat(7), 100_000).unwrap_err();
    assert_eq!(error.to_string(), "`-`: more than the 100000 bytes allowed");
}

#[test]
fn a_reader_that_fails_is_no_empty_file() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let error = Held::from_reader("-", Broken, 10).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Io(io::ErrorKind::ConnectionReset));
}

#[test]
fn a_stamp_tells_a_replaced_file_from_the_held_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, b"abc").unwrap();
    let held = Held::open(&path).unwrap();
    let again = Held::open(&path).unwrap();
    assert!(held.stamp().is_some() && held.stamp() == again.stamp());
    assert_eq!(held.stamp().unwrap().bytes(), 3);
    fs::rename(&path, folder.path().join("b")).unwrap();
    fs::write(&path, b"abc").unwrap();
    let other = Held::open(&path).unwrap();
    assert_ne!(held.stamp(), other.stamp());
    assert_eq!(Held::from_bytes("c", b"abc".to_vec()).stamp(), None);
}
