//! Published answers: the examples of FIPS 180-4 and others that NIST gives for SHA-256.

use sha256_lanes::{Lane, Stream};

use crate::everyone;

/// A message by a piece and how often it is repeated, and its digest.
const VECTORS: &[(&[u8], usize, &str)] = &[
    (
        b"",
        0,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ),
    (
        b"abc",
        1,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ),
    (
        b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        1,
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ),
    (
        b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        1,
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
    ),
    (
        b"a",
        1_000_000,
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    ),
    (
        b"\xbd",
        1,
        "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b",
    ),
    (
        b"\xc9\x8c\x8e\x55",
        1,
        "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504",
    ),
    (
        b"\0",
        55,
        "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7",
    ),
    (
        b"\0",
        56,
        "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb",
    ),
    (
        b"\0",
        57,
        "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785",
    ),
    (
        b"\0",
        64,
        "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b",
    ),
    (
        b"\0",
        1000,
        "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53",
    ),
    (
        b"A",
        1000,
        "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4",
    ),
    (
        b"U",
        1005,
        "f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0",
    ),
];

fn hex(digest: [u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_backend_gives_the_published_digests() {
    let messages: Vec<_> = VECTORS
        .iter()
        .map(|(piece, times, _)| piece.repeat(*times))
        .collect();
    let messages: Vec<_> = messages.iter().map(Vec::as_slice).collect();
    for lanes in everyone() {
        for ((message, digest), vector) in messages
            .iter()
            .zip(lanes.digest_many(&messages))
            .zip(VECTORS)
        {
            assert_eq!(hex(digest), vector.2, "{lanes:?}");
            assert_eq!(hex(lanes.digest_many(&[message])[0]), vector.2, "{lanes:?}");
        }
    }
}

#[test]
fn a_million_letters_in_pieces_give_the_published_digest() {
    for lanes in everyone() {
        let mut streams = [Stream::new(), Stream::new()];
        for _ in 0..10_000 {
            let [one, two] = &mut streams;
            lanes.update(&mut [Lane::new(one, &[b'a'; 100]), Lane::new(two, &[b'a'; 100])]);
        }
        for digest in lanes.finish(streams) {
            assert_eq!(hex(digest), VECTORS[4].2, "{lanes:?}");
        }
    }
}
