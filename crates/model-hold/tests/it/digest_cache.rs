use std::fs;
use std::io::Write as _;
use std::time::{Duration, SystemTime};

use model_digest::{Algorithm, Digest, Source as _};
use model_hold::{DigestCache, DigestCacheError, Held, Remembered};

use crate::held::file;

fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(60)
}

/// A folder with a file of `abc`, and a cache that remembers it.
fn filled() -> (tempfile::TempDir, std::path::PathBuf, DigestCache) {
    let (folder, path) = file(b"abc");
    let held = Held::open(&path).unwrap();
    let mut cache = DigestCache::empty(10);
    let digest = Digest::of(Algorithm::Sha256, b"abc");
    let remembered = cache.remember(&held, &(0..3), digest, later()).unwrap();
    assert_eq!(remembered, Remembered::Yes);
    (folder, path, cache)
}

#[test]
fn a_digest_is_found_for_the_same_range_and_algorithm_alone() {
    let (_folder, path, mut cache) = filled();
    let held = Held::open(&path).unwrap();
    let digest = Digest::of(Algorithm::Sha256, b"abc");
    let found = cache.find(&held, &(0..3), Algorithm::Sha256);
    assert_eq!(found, Some(digest));
    assert_eq!(cache.find(&held, &(0..2), Algorithm::Sha256), None);
    assert_eq!(cache.find(&held, &(0..3), Algorithm::Blake3), None);
    let memory = Held::from_bytes("abc", b"abc".to_vec());
    assert_eq!(cache.find(&memory, &(0..3), Algorithm::Sha256), None);
    let refused = cache.remember(&memory, &(0..3), digest, later()).unwrap();
    assert_eq!(refused, Remembered::NoFile);
    let refused = cache.remember(&held, &(0..4), digest, later()).unwrap();
    assert_eq!(refused, Remembered::OutOfRange);
}

#[test]
fn a_file_that_was_written_to_is_not_found() {
    let (_folder, path, mut cache) = filled();
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    // Longer than a tick of the file system's clock.
    std::thread::sleep(Duration::from_millis(50));
    let mut again = fs::OpenOptions::new().write(true).open(&path).unwrap();
    again.write_all(b"abd").unwrap();
    // Whoever puts the time back still changes that of the status.
    again.set_modified(before).unwrap();
    let held = Held::open(&path).unwrap();
    assert_eq!(held.len(), 3);
    assert_eq!(cache.find(&held, &(0..3), Algorithm::Sha256), None);
}

#[test]
fn a_file_that_is_too_young_or_was_changed_is_not_remembered() {
    let (_folder, path) = file(b"abc");
    let held = Held::open(&path).unwrap();
    let digest = Digest::of(Algorithm::Sha256, b"abc");
    let mut cache = DigestCache::empty(10);
    let now = SystemTime::now();
    for begun in [now, SystemTime::UNIX_EPOCH, now + Duration::from_secs(3)] {
        let refused = cache.remember(&held, &(0..3), digest, begun).unwrap();
        assert_eq!(refused, Remembered::TooYoung);
    }
    let mut again = fs::OpenOptions::new().append(true).open(&path).unwrap();
    again.write_all(b"d").unwrap();
    let refused = cache.remember(&held, &(0..3), digest, later()).unwrap();
    assert_eq!(refused, Remembered::Changed);
    assert!(cache.is_empty());
}

#[test]
fn what_was_written_is_read_back_and_nothing_else_is_left() {
    let (folder, path, cache) = filled();
    let at = folder.path().join("cache");
    cache.write(&at).unwrap();
    cache.write(&at).unwrap();
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    let mut again = DigestCache::read(&at, 10).unwrap();
    let held = Held::open(&path).unwrap();
    let found = again.find(&held, &(0..3), Algorithm::Sha256);
    assert_eq!(found, Some(Digest::of(Algorithm::Sha256, b"abc")));
    assert!(cache.write(folder.path().join("no/such")).is_err());
    let empty = DigestCache::empty(10);
    empty.write(&at).unwrap();
    assert!(DigestCache::read(&at, 10).unwrap().is_empty());
}

#[test]
fn a_flipped_bit_or_a_missing_byte_makes_the_file_refused() {
    let (folder, _, cache) = filled();
    let at = folder.path().join("cache");
    cache.write(&at).unwrap();
    let held = Held::open(&at).unwrap();
    let bytes = held.read_to_vec(10_000).unwrap();
    let is_refused = |bytes: &[u8]| {
        fs::write(&at, bytes).unwrap();
        DigestCache::read(&at, 10).is_err()
    };
    assert!(!is_refused(&bytes));
    for index in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[index] ^= 1;
        assert!(is_refused(&flipped), "byte {index}");
        assert!(is_refused(&bytes[..index]), "{index} bytes");
    }
    assert!(is_refused(&[&*bytes, b"\n"].concat()));
}

#[test]
fn a_line_that_this_program_would_not_write_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("cache");
    let read = |body: &str, most: usize| {
        let sum = Digest::of(Algorithm::Sha256, body.as_bytes());
        // Made by the owner for the owner; writing to it keeps that.
        DigestCache::empty(1).write(&at).unwrap();
        fs::write(&at, format!("weighbridge-digest-cache 1\n{body}{sum}\n")).unwrap();
        DigestCache::read(&at, most)
    };
    let digest = Digest::of(Algorithm::Sha256, b"");
    let line = |numbers: &str| format!("{numbers} {digest}\n");
    let good = line("1 2 3 4 5 6 7 0 3");
    assert_eq!(read(&good, 10).unwrap().len(), 1);
    for numbers in [
        "+1 2 3 4 5 6 7 0 3",
        "01 2 3 4 5 6 7 0 3",
        "1  2 3 4 5 6 7 0 3",
        "1 2 3 4 5 6 7 0 4",
        "1 2 3 4 5 6 7 2 1",
        "1 2 3 4 5 6 7 0",
        "1 2 3 4 5 6 7 0 3 3",
        "1 2 18446744073709551616 4 5 6 7 0 3",
    ] {
        let refused = read(&line(numbers), 10);
        assert!(
            matches!(refused, Err(DigestCacheError::Damaged { line: 2, .. })),
            "{numbers}: {refused:?}"
        );
    }
    let twice = read(&format!("{good}{good}"), 10);
    assert!(matches!(
        twice,
        Err(DigestCacheError::Damaged { line: 3, .. })
    ));
    let many: String = (0..20)
        .map(|number| line(&format!("{number} 2 3 4 5 6 7 0 3")))
        .collect();
    assert_eq!(read(&many, 20).unwrap().len(), 20);
    assert!(matches!(
        read(&many, 19),
        Err(DigestCacheError::Damaged { line: 21, .. })
    ));
    assert!(matches!(read(&many, 1), Err(DigestCacheError::Unread(_))));
    fs::write(&at, "weighbridge-digest-cache 2\n").unwrap();
    assert!(matches!(
        DigestCache::read(&at, 9),
        Err(DigestCacheError::Foreign)
    ));
}

#[test]
fn only_the_owner_may_write_to_the_file() {
    use std::os::unix::fs::PermissionsExt as _;

    let (folder, _, cache) = filled();
    let at = folder.path().join("cache");
    cache.write(&at).unwrap();
    let mode = fs::metadata(&at).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::set_permissions(&at, fs::Permissions::from_mode(0o620)).unwrap();
    let refused = DigestCache::read(&at, 10);
    assert!(matches!(refused, Err(DigestCacheError::Exposed)));
}

#[test]
fn the_entry_that_was_not_used_for_the_longest_time_gives_way() {
    let (_folder, path, _) = filled();
    let held = Held::open(&path).unwrap();
    let mut cache = DigestCache::empty(2);
    let digest = Digest::of(Algorithm::Blake3, b"");
    for start in [0, 1] {
        cache.remember(&held, &(start..3), digest, later()).unwrap();
    }
    assert!(cache.find(&held, &(0..3), Algorithm::Blake3).is_some());
    cache.remember(&held, &(2..3), digest, later()).unwrap();
    assert_eq!(cache.len(), 2);
    assert!(cache.find(&held, &(0..3), Algorithm::Blake3).is_some());
    assert!(cache.find(&held, &(1..3), Algorithm::Blake3).is_none());
}
