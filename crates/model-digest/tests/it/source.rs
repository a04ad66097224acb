use std::io;
use std::rc::Rc;

use model_digest::{Algorithm, Digest, Source};
use proptest::prelude::*;

/// Bytes that come a few at a time, with an interruption before each piece.
struct Drip {
    bytes: Vec<u8>,
    claimed: u64,
    piece: usize,
    interrupt: std::cell::Cell<bool>,
}

impl Drip {
    fn new(bytes: &[u8], piece: usize) -> Self {
        Self {
            bytes: bytes.to_vec(),
            claimed: bytes.len().try_into().unwrap(),
            piece,
            interrupt: true.into(),
        }
    }
}

impl Source for Drip {
    fn len(&self) -> u64 {
        self.claimed
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if self.interrupt.replace(!self.interrupt.get()) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = self.piece.min(buf.len());
        self.bytes.read_at(offset, &mut buf[..count])
    }
}

#[test]
fn a_source_that_is_no_slice_has_the_same_digest() {
    let bytes: Vec<u8> = (0..=255).cycle().take(600_001).collect();
    for algorithm in Algorithm::ALL {
        let wanted = Digest::of(algorithm, &bytes);
        assert_eq!(Digest::of_source(algorithm, &bytes).unwrap(), wanted);
        assert_eq!(Digest::of_source(algorithm, &bytes[..]).unwrap(), wanted);
        let drip = Drip::new(&bytes, 4099);
        assert_eq!(Digest::of_source(algorithm, &drip).unwrap(), wanted);
        let shared: Rc<dyn Source> = Rc::new(Drip::new(&bytes, 4099));
        assert_eq!(Digest::of_source(algorithm, &shared).unwrap(), wanted);
    }
}

#[test]
fn a_source_that_ends_before_its_length_has_no_digest() {
    let mut drip = Drip::new(b"abc", 2);
    drip.claimed = u64::MAX;
    let error = Digest::of_source(Algorithm::Sha256, &drip).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_source_that_grows_is_hashed_to_its_length() {
    let mut drip = Drip::new(b"abcdef", 2);
    drip.claimed = 3;
    assert_eq!(
        Digest::of_source(Algorithm::Sha256, &drip).unwrap(),
        Digest::of(Algorithm::Sha256, b"abc")
    );
}

#[test]
fn a_source_that_claims_to_have_read_too_much_is_refused() {
    struct Liar;
    impl Source for Liar {
        fn len(&self) -> u64 {
            3
        }
        fn read_at(&self, _: u64, buf: &mut [u8]) -> io::Result<usize> {
            Ok(buf.len() + 1)
        }
    }
    let mut buf = [0; 3];
    let error = Liar.read_exact_at(0, &mut buf).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}

#[test]
fn an_empty_source_is_empty() {
    assert!(Source::is_empty(&[0_u8; 0]));
    assert!(!Source::is_empty(&b"a"[..]));
    assert_eq!(
        Digest::of_source(Algorithm::Sha256, &Drip::new(b"", 1)).unwrap(),
        Digest::of(Algorithm::Sha256, b"")
    );
}

proptest! {
    #[test]
    fn reading_a_slice_at_any_offset_gives_what_is_there(
        bytes in prop::collection::vec(any::<u8>(), 0..100),
        offset in prop_oneof![0_u64..120, Just(u64::MAX)],
        room in 0_usize..120,
    ) {
        let mut buf = vec![0; room];
        let count = bytes.read_at(offset, &mut buf).unwrap();
        let from = usize::try_from(offset).unwrap().min(bytes.len());
        let wanted = &bytes[from..bytes.len().min(from.saturating_add(room))];
        prop_assert_eq!(&buf[..count], wanted);
        prop_assert_eq!(bytes.read_exact_at(offset, &mut buf).is_ok(), wanted.len() == room);
    }
}
