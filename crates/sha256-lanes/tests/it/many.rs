use proptest::prelude::*;

use crate::{everyone, expected, message};

#[test]
fn no_messages_have_no_digests() {
    for lanes in everyone() {
        assert!(lanes.digest_many(&[]).is_empty());
    }
}

#[test]
fn every_count_of_equal_messages_is_right() {
    for lanes in everyone() {
        for count in 1..=40 {
            let messages: Vec<_> = (0..count).map(|seed| message(seed, 300)).collect();
            let inputs: Vec<_> = messages.iter().map(Vec::as_slice).collect();
            let digests = lanes.digest_many(&inputs);
            assert_eq!(digests.len(), count);
            for (digest, input) in digests.into_iter().zip(inputs) {
                assert_eq!(digest, expected(input), "{lanes:?}, {count} messages");
            }
        }
    }
}

#[test]
fn one_long_message_among_short_ones_is_right() {
    let messages: Vec<_> = (0..100)
        .map(|seed| message(seed, if seed == 50 { 1 << 20 } else { seed }))
        .collect();
    let inputs: Vec<_> = messages.iter().map(Vec::as_slice).collect();
    for lanes in everyone() {
        for (digest, input) in lanes.digest_many(&inputs).into_iter().zip(&inputs) {
            assert_eq!(digest, expected(input), "{lanes:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_messages_get_their_own_digests_in_their_order(
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..50),
    ) {
        let inputs: Vec<_> = messages.iter().map(Vec::as_slice).collect();
        let wanted: Vec<_> = inputs.iter().map(|input| expected(input)).collect();
        for lanes in everyone() {
            prop_assert_eq!(&lanes.digest_many(&inputs), &wanted, "{:?}", lanes);
        }
    }
}
