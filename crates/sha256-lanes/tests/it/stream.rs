use proptest::prelude::*;
use sha256_lanes::Stream;

use crate::{expected, message};

#[test]
fn lengths_around_every_boundary_are_right() {
    for length in 0..=3 * 64 + 9 {
        let message = message(length, length);
        let mut stream = Stream::new();
        stream.update(&message);
        assert_eq!(stream.length(), u64::try_from(length).unwrap());
        assert_eq!(stream.finish(), expected(&message), "{length} bytes");
    }
}

#[test]
fn what_is_shown_of_a_stream_holds_nothing_of_the_message() {
    let mut stream = Stream::new();
    stream.update(b"secret");
    assert_eq!(format!("{stream:?}"), "Stream { length: 6, .. }");
}

proptest! {
    #[test]
    fn how_a_message_is_split_makes_no_difference(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20),
    ) {
        let mut stream = Stream::default();
        for piece in &pieces {
            stream.update(piece);
        }
        prop_assert_eq!(stream.clone().finish(), expected(&pieces.concat()));
        prop_assert_eq!(stream.finish(), expected(&pieces.concat()));
    }
}
