use std::fs::OpenOptions;

use model_digest::{Algorithm, Digest, Source as _};
use model_hold::Held;

use crate::held::file;

#[test]
fn a_mapping_shows_the_bytes_of_the_file() {
    for len in [0, 1, 65_536, 65_537, 300_000] {
        let bytes: Vec<u8> = (0..=250).cycle().take(len).collect();
        let (_folder, path) = file(&bytes);
        let mapped = Held::open(&path).unwrap().map().unwrap();
        assert!(*mapped == bytes[..], "{len}");
        assert_eq!(mapped.as_slice(), Some(&bytes[..]));
        assert_eq!(
            Digest::of_source(Algorithm::Sha256, &mapped).unwrap(),
            Digest::of(Algorithm::Sha256, &bytes)
        );
        assert!(!mapped.was_truncated().unwrap());
        assert_eq!(mapped.held().changed().unwrap(), None);
    }
}

#[test]
fn bytes_in_memory_are_not_copied() {
    let held = Held::from_bytes("-", b"abc".to_vec());
    let mapped = held.map().unwrap();
    assert_eq!(mapped.as_ptr(), held.as_slice().unwrap().as_ptr());
}

#[test]
fn a_small_file_that_shrank_before_it_was_read_is_filled_up_and_says_so() {
    let (_folder, path) = file(b"abcdef");
    let held = Held::open(&path).unwrap();
    OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(2)
        .unwrap();
    let mapped = held.map().unwrap();
    assert_eq!(&*mapped, b"ab\0\0\0\0");
    assert!(mapped.was_truncated().unwrap());
}
