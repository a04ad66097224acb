use std::io::Write as _;

use model_digest::{Algorithm, Digest, Hasher, ParseErrorKind, UnknownAlgorithm};
use proptest::prelude::*;

const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn published_vectors_hold() {
    // FIPS 180-4 and RFC 7693 examples; the test vectors of BLAKE3 for inputs of 0 and 1 byte.
    for (algorithm, input, wanted) in [
        (Algorithm::Sha256, &b"abc"[..], ABC),
        (
            Algorithm::Sha256,
            b"",
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            Algorithm::Sha256,
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (
            Algorithm::Sha384,
            b"abc",
            "sha384:cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
             8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            Algorithm::Sha512,
            b"abc",
            "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (
            Algorithm::Blake2b512,
            b"abc",
            "blake2b-512:ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
             7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
        ),
        (
            Algorithm::Blake3,
            b"",
            "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        ),
        (
            Algorithm::Blake3,
            b"\0",
            "blake3:2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
        ),
    ] {
        assert_eq!(Digest::of(algorithm, input).to_string(), wanted);
    }
}

#[test]
fn digests_of_two_algorithms_are_never_equal() {
    let bytes = [7; 32];
    let sha256 = Digest::from_bytes(Algorithm::Sha256, &bytes).unwrap();
    let blake3 = Digest::from_bytes(Algorithm::Blake3, &bytes).unwrap();
    assert_ne!(sha256, blake3);
}

#[test]
fn a_wrong_count_of_bytes_is_refused() {
    let error = Digest::from_bytes(Algorithm::Sha256, &[0; 20]).unwrap_err();
    assert_eq!(error.to_string(), "20 bytes where sha256 has 32");
}

#[test]
fn what_is_not_exactly_a_digest_is_refused_with_its_place() {
    for (text, kind, offset, message) in [
        (
            "abc",
            ParseErrorKind::MissingColon,
            3,
            "no `:` behind the algorithm at byte 3",
        ),
        (
            "SHA256:00",
            ParseErrorKind::UnknownAlgorithm(unknown()),
            0,
            "unknown digest algorithm, expected one of sha256, sha384, sha512, blake2b-512, blake3 at byte 0",
        ),
        (
            "sha256:00",
            ParseErrorKind::WrongLength {
                algorithm: Algorithm::Sha256,
                found: 2,
                wanted: 64,
            },
            9,
            "2 hexadecimal digits where sha256 has 64 at byte 9",
        ),
        (
            "sha256:0G",
            ParseErrorKind::NotAHexDigit('G'),
            8,
            "`G` is not a lower-case hexadecimal digit at byte 8",
        ),
        (
            "sha256:\u{202e}",
            ParseErrorKind::NotAHexDigit('\u{202e}'),
            7,
            "`\\u{202e}` is not a lower-case hexadecimal digit at byte 7",
        ),
    ] {
        let error = text.parse::<Digest>().unwrap_err();
        assert_eq!((error.kind(), error.offset()), (kind, offset), "{text}");
        assert_eq!(error.to_string(), message);
    }
    for wrong in [
        format!("{ABC}0"),
        format!(" {ABC}"),
        format!("{ABC}\n"),
        ABC.to_uppercase(),
    ] {
        assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
    }
}

#[test]
fn json_holds_the_text_form() {
    let digest = Digest::of(Algorithm::Sha256, b"abc");
    let json = serde_json::to_string(&digest).unwrap();
    assert_eq!(json, format!("\"{ABC}\""));
    assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
    // Escapes make serde hand out an owned string.
    let escaped = json.replace("sha", "\\u0073ha");
    assert_eq!(serde_json::from_str::<Digest>(&escaped).unwrap(), digest);
    assert!(serde_json::from_str::<Digest>("\"sha256:\"").is_err());
}

#[test]
fn a_hasher_shows_nothing_of_what_it_has_read() {
    let mut hasher = Hasher::new(Algorithm::Blake3);
    hasher.write_all(b"secret").unwrap();
    assert_eq!(format!("{hasher:?}"), "Hasher { algorithm: Blake3, .. }");
}

fn unknown() -> UnknownAlgorithm {
    "x".parse::<Algorithm>().unwrap_err()
}

proptest! {
    #[test]
    fn how_the_bytes_are_cut_does_not_change_the_digest(
        bytes in prop::collection::vec(any::<u8>(), 0..5000),
        cuts in prop::collection::vec(0_usize..5000, 0..8),
    ) {
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        for algorithm in Algorithm::ALL {
            let mut hasher = Hasher::new(algorithm);
            for pair in cuts.windows(2) {
                hasher.update(&bytes[pair[0]..pair[1]]);
            }
            prop_assert_eq!(hasher.finish(), Digest::of(algorithm, &bytes));
        }
    }

    #[test]
    fn every_digest_is_read_back_from_its_text(bytes in prop::collection::vec(any::<u8>(), 64)) {
        for algorithm in Algorithm::ALL {
            let bytes = &bytes[..algorithm.digest_len()];
            let digest = Digest::from_bytes(algorithm, bytes).unwrap();
            prop_assert_eq!(digest.to_string().parse(), Ok(digest));
            prop_assert_eq!(digest.bytes(), bytes);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "((sha(256|384|512)|blake2b-512):)?[0-9a-g\\PC]{0,130}") {
        if let Ok(digest) = text.parse::<Digest>() {
            prop_assert_eq!(digest.to_string(), text);
        }
    }
}
