use proptest::prelude::*;
use sha256_lanes::{Backend, Lane, Lanes, Stream};

use crate::{everyone, expected, message};

#[test]
fn plain_rust_runs_everywhere() {
    assert!(Backend::Portable.is_available());
    let lanes = Lanes::of(Backend::Portable).unwrap();
    assert_eq!(lanes.backend(1), Backend::Portable);
    assert_eq!(lanes.backend(100), Backend::Portable);
}

#[test]
fn a_backend_that_was_asked_for_is_the_one_that_is_used() {
    for backend in Backend::ALL {
        let lanes = Lanes::of(backend);
        assert_eq!(lanes.is_some(), backend.is_available());
        if let Some(lanes) = lanes {
            assert_eq!(lanes.backend(1), backend);
            assert_eq!(lanes.backend(16), backend);
        }
    }
}

#[test]
fn what_is_chosen_is_something_the_processor_has() {
    let lanes = Lanes::detect();
    for streams in 0..40 {
        assert!(lanes.backend(streams).is_available());
    }
    assert!((1..=16).contains(&lanes.width()));
}

#[test]
fn advancing_stops_where_the_shortest_input_ends() {
    for lanes in everyone() {
        let (mut one, mut two, mut three) = (Stream::new(), Stream::new(), Stream::new());
        let (long, short) = (message(1, 10_000), message(2, 1000));
        let mut three_lanes = [
            Lane::new(&mut one, &long),
            Lane::new(&mut two, &short),
            Lane::new(&mut three, b""),
        ];
        lanes.advance(&mut three_lanes);
        assert!(three_lanes[1].input().is_empty());
        let taken = long.len() - three_lanes[0].input().len();
        assert!(taken.abs_diff(short.len()) <= 64, "{lanes:?}: {taken}");
        assert_eq!(
            three_lanes[0].stream().length(),
            u64::try_from(taken).unwrap()
        );
        assert_eq!(three_lanes[2].stream().length(), 0);
    }
}

#[test]
fn advancing_without_input_returns() {
    for lanes in everyone() {
        lanes.advance(&mut []);
        lanes.advance(&mut [Lane::new(&mut Stream::new(), b"")]);
    }
}

#[test]
fn more_lanes_than_any_backend_has_are_all_taken() {
    for lanes in everyone() {
        let messages: Vec<_> = (0..50).map(|seed| message(seed, 130 * seed)).collect();
        let mut streams = [const { Stream::new() }; 50];
        let pairs = streams.iter_mut().zip(&messages);
        let mut all: Vec<_> = pairs
            .map(|(stream, message)| Lane::new(stream, message))
            .collect();
        lanes.update(&mut all);
        assert!(all.iter().all(|lane| lane.input().is_empty()));
        for (digest, message) in lanes.finish(streams).iter().zip(&messages) {
            assert_eq!(*digest, expected(message), "{lanes:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_pieces_in_any_turns_give_the_digests_of_the_whole(
        messages in prop::collection::vec(
            prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..5),
            20,
        ),
    ) {
        for lanes in everyone() {
            let mut streams = [const { Stream::new() }; 20];
            let mut pieces: Vec<_> = messages.iter().map(|pieces| pieces.iter()).collect();
            let mut inputs = vec![b"".as_slice(); 20];
            loop {
                for (input, pieces) in inputs.iter_mut().zip(&mut pieces) {
                    if input.is_empty() {
                        *input = pieces.next().map_or(b"", Vec::as_slice);
                    }
                }
                let before: usize = inputs.iter().map(|input| input.len()).sum();
                if before == 0 && pieces.iter().all(|pieces| pieces.len() == 0) {
                    break;
                }
                let pairs = streams.iter_mut().zip(&inputs);
                let mut all: Vec<_> = pairs.map(|(stream, input)| Lane::new(stream, input)).collect();
                lanes.advance(&mut all);
                inputs = all.iter().map(Lane::input).collect();
                let after: usize = inputs.iter().map(|input| input.len()).sum();
                prop_assert!(before == 0 || after < before);
            }
            for (digest, message) in lanes.finish(streams).iter().zip(&messages) {
                prop_assert_eq!(*digest, expected(&message.concat()), "{:?}", lanes);
            }
        }
    }
}
