use model_sign::oms::{Method, Serialization};
use model_sign::signing::Signing;
use model_sign::{CheckError, DigestMap, Verified};

use super::{AT, key, model, sign, trusting};

fn signed(method: Method) -> Verified<DigestMap> {
    let key = key();
    let serialization = Serialization::default().with_method(method);
    let signing = Signing::new().with_serialization(serialization);
    let bundle = sign(&signing, &key, &model());
    trusting(&key).build().verify_manifest(&bundle, AT).unwrap()
}

fn unchecked(map: &DigestMap) -> Vec<&str> {
    map.unchecked().collect()
}

#[test]
fn what_was_never_checked_is_named() {
    for method in [Method::Files, Method::Shards { size: 4 }] {
        let verified = signed(method);
        let map = verified.get();
        assert_eq!(
            unchecked(map),
            ["config.json", "weights/a.bin", "weights/b.bin"]
        );
        map.check_file("weights/a.bin", b"0123456789").unwrap();
        assert_eq!(unchecked(map), ["config.json", "weights/b.bin"]);
        assert!(map.check_file("config.json", b"[]").is_err());
        assert_eq!(unchecked(map), ["config.json", "weights/b.bin"]);
        assert!(matches!(
            map.check_file("other", b""),
            Err(CheckError::NotSigned)
        ));
    }
}

#[test]
fn a_shard_is_checked_when_it_is_read() {
    let verified = signed(Method::Shards { size: 4 });
    let map = verified.get();
    let name = "weights/a.bin";
    assert_eq!(map.covering(name, 5..6), Some(4..8));
    assert_eq!(map.covering(name, 3..9), Some(0..10));
    assert_eq!(map.covering(name, 9..11), None);
    assert_eq!(map.covering(name, 5..5), None);
    assert_eq!(map.check_range(name, 4, b"4567").unwrap().bytes(), b"4567");
    assert!(unchecked(map).contains(&name));
    map.check_range(name, 8, b"89").unwrap();
    map.check_range(name, 0, b"01234567").unwrap();
    assert!(!unchecked(map).contains(&name));
}

#[test]
fn a_range_that_is_no_shard_or_has_other_bytes_is_refused() {
    let verified = signed(Method::Shards { size: 4 });
    let map = verified.get();
    let refused =
        |start, bytes: &'static [u8]| map.check_range("weights/a.bin", start, bytes).unwrap_err();
    assert!(
        matches!(refused(4, b"4568"), CheckError::Changed { range: Some(range), .. } if range == (4..8))
    );
    for (start, bytes) in [
        (0, &b""[..]),
        (0, b"012"),
        (1, b"123"),
        (4, b"45678"),
        (8, b"8"),
        (8, b"89x"),
        (12, b"0123"),
        (u64::MAX, b"0123"),
    ] {
        assert!(
            matches!(refused(start, bytes), CheckError::Unaligned { .. }),
            "{start}"
        );
    }
}

#[test]
fn a_file_that_was_signed_as_a_whole_is_checked_as_a_whole() {
    let verified = signed(Method::Files);
    let map = verified.get();
    assert_eq!(map.covering("weights/a.bin", 0..4), None);
    assert!(matches!(
        map.check_range("weights/a.bin", 1, b"1"),
        Err(CheckError::Whole)
    ));
    assert!(matches!(
        map.check_range("weights/a.bin", 0, b"0123"),
        Err(CheckError::Changed { .. })
    ));
    map.check_range("weights/a.bin", 0, b"0123456789").unwrap();
}

#[test]
fn what_is_read_of_a_verified_model_is_checked_again() {
    let key = key();
    for method in [Method::Files, Method::Shards { size: 4 }] {
        let serialization = Serialization::default().with_method(method);
        let signing = Signing::new().with_serialization(serialization);
        let bundle = sign(&signing, &key, &model());
        let verified = trusting(&key).build().verify(&bundle, model(), AT).unwrap();
        assert_eq!(verified.read("weights/a.bin", 10).unwrap(), b"0123456789");
        assert!(matches!(
            verified.read("weights/a.bin", 9),
            Err(CheckError::TooLarge { .. })
        ));
        assert!(matches!(
            verified.read("weights", 9),
            Err(CheckError::NotSigned)
        ));
    }
}
