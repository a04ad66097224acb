use std::fs::{File, OpenOptions};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Command;

use model_digest::Source as _;
use model_hold::{Held, guard_truncation};

use crate::held::file;

/// Says in the environment of a test that runs in a process of its own what it is to do.
const CHILD: &str = "MODEL_HOLD_TEST_CHILD";

fn truncate(path: &Path, len: u64) {
    let file = OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(len).unwrap();
}

#[test]
fn reading_a_mapping_whose_file_was_truncated_gives_zeros_and_is_noticed() {
    guard_truncation().unwrap();
    guard_truncation().unwrap();
    let bytes = vec![7; 1 << 20];
    let (_folder, path) = file(&bytes);
    let (_other_folder, other_path) = file(&bytes);
    let mapped = Held::open(&path).unwrap().map().unwrap();
    let other = Held::open(&other_path).unwrap().map().unwrap();
    assert!(mapped.iter().all(|&byte| byte == 7));

    truncate(&path, 100_000);
    assert!(mapped.was_truncated().unwrap());
    // From the back, as a reader of archives goes, and then from the front.
    assert_eq!(mapped[(1 << 20) - 1], 0);
    assert_eq!(mapped[500_000], 0);
    assert!(mapped[..100_000].iter().all(|&byte| byte == 7));
    assert!(mapped[100_000..].iter().all(|&byte| byte == 0));
    assert!(mapped.held().changed().unwrap().is_some());

    // It stays noticed when the file has its old length again.
    truncate(&path, 1 << 20);
    assert!(mapped.was_truncated().unwrap());
    assert_eq!(mapped.held().len_now().unwrap(), 1 << 20);
    let gone = mapped.len_now().unwrap_err();
    assert_eq!(gone.kind(), std::io::ErrorKind::UnexpectedEof);
    assert_eq!(other.len_now().unwrap(), 1 << 20);
    truncate(&other_path, (1 << 20) + 1);
    assert_eq!(other.len_now().unwrap(), (1 << 20) + 1);
    truncate(&other_path, 1 << 20);
    assert!(other.iter().all(|&byte| byte == 7));
    assert!(!other.was_truncated().unwrap());
}

#[test]
fn threads_may_read_a_mapping_while_it_is_truncated() {
    guard_truncation().unwrap();
    for _ in 0..20 {
        let (_folder, path) = file(&vec![7; 1 << 20]);
        let mapped = Held::open(&path).unwrap().map().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert!(mapped.iter().all(|&byte| byte == 7 || byte == 0)));
            }
            scope.spawn(|| truncate(&path, 5000));
        });
        assert!(mapped.was_truncated().unwrap());
    }
}

/// Runs one test of this binary in a process of its own and returns the signal that ended it.
fn run_child(test: &str) -> Option<i32> {
    let (_folder, path) = file(&vec![7; 1 << 20]);
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, &path)
        .output()
        .unwrap();
    output.status.signal()
}

#[test]
fn a_fault_in_a_mapping_of_somebody_else_still_ends_the_process() {
    if let Some(path) = std::env::var_os(CHILD) {
        guard_truncation().unwrap();
        let file = File::open(&path).unwrap();
        #[expect(unsafe_code, reason = "stands for a mapping that another crate made")]
        // SAFETY: that the file is truncated under the mapping is what is tested; the process ends by it.
        let map = unsafe { memmap2::Mmap::map(&file) }.unwrap();
        truncate(Path::new(&path), 0);
        assert_eq!(map[0], 7);
        return;
    }
    let test = "truncation::a_fault_in_a_mapping_of_somebody_else_still_ends_the_process";
    assert_eq!(run_child(test), Some(libc::SIGBUS));
}

#[test]
fn without_the_guard_a_truncated_mapping_ends_the_process() {
    if let Some(path) = std::env::var_os(CHILD) {
        let mapped = Held::open(&path).unwrap().map().unwrap();
        truncate(Path::new(&path), 0);
        assert_eq!(mapped[0], 7);
        return;
    }
    let test = "truncation::without_the_guard_a_truncated_mapping_ends_the_process";
    assert_eq!(run_child(test), Some(libc::SIGBUS));
}
