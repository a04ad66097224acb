use model_sign::key::{
    DerErrorKind, KeyAlgorithm, KeyError, KeyErrorKind, Label, PemErrorKind, Place, PrivateKey,
    PublicKey,
};

/// A key of RFC 8410 section 10.1, and its private half of section 10.3.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
                      MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
                      -----END PUBLIC KEY-----\n";
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
                       MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                       -----END PRIVATE KEY-----\n";

fn refused(text: &str) -> KeyError {
    PublicKey::from_pem(text.as_bytes()).unwrap_err()
}

fn pem_error(text: &str) -> (PemErrorKind, usize) {
    let error = refused(text);
    match (error.kind(), error.place()) {
        (KeyErrorKind::Pem(kind), Some(Place::Text(offset))) => (*kind, offset),
        _ => panic!("{error} in {text}"),
    }
}

#[test]
fn the_keys_of_the_standard_are_read_and_written() {
    let public = PublicKey::from_pem(PUBLIC.as_bytes()).unwrap();
    assert_eq!(public.to_pem(), PUBLIC);
    let private = PrivateKey::from_pem(PRIVATE.as_bytes(), None).unwrap();
    assert_eq!(private.public_key(), &public);
    assert_eq!(private.to_pem(None).unwrap().as_str(), PRIVATE);
}

#[test]
fn a_second_version_with_attributes_is_refused_and_one_with_a_public_key_is_not() {
    // RFC 8410 section 10.3: first without attributes, then as it stands there.
    let plain = "MFECAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhCgSEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
    let with_attributes = "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\noB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\nZ9w7lshQhqowtrbLDFw4rXAxZuE=";
    let text = |base64: &str| {
        format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n")
    };
    let key = PrivateKey::from_pem(text(plain).as_bytes(), None).unwrap();
    assert_eq!(key.public_key().to_pem(), PUBLIC);
    let error = PrivateKey::from_pem(text(with_attributes).as_bytes(), None).unwrap_err();
    assert_eq!(error.kind(), &KeyErrorKind::UnreadPart(0xa0));
    // Another public key beside the private one.
    let mixed = plain.replace("gSEAGb9", "gSEAVb9");
    assert!(PrivateKey::from_pem(text(&mixed).as_bytes(), None).is_err());
}

#[test]
fn line_ends_and_line_lengths_are_free() {
    let one_line = PUBLIC.trim_end().to_owned();
    let windows = PUBLIC.replace('\n', "\r\n");
    let short = PUBLIC.replace("AyEAGb9", "AyEA\nGb9");
    let spaced = format!("\n\n{PUBLIC}\n\n");
    let explained = format!("Public Key Information:\n\tCurve: none\n\n{PUBLIC}");
    for text in [one_line, windows, short, spaced, explained] {
        let key = PublicKey::from_pem(text.as_bytes()).unwrap();
        assert_eq!(key.to_pem(), PUBLIC, "{text}");
    }
}

#[test]
fn what_is_not_one_block_is_refused_where_it_goes_wrong() {
    let behind = PUBLIC.len();
    for (text, wanted) in [
        (String::new(), (PemErrorKind::NoBlock, 0)),
        ("no key\n".to_owned(), (PemErrorKind::NoBlock, 7)),
        (PUBLIC.repeat(2), (PemErrorKind::SecondBlock, behind)),
        (
            format!("{PUBLIC}{PRIVATE}"),
            (PemErrorKind::SecondBlock, behind),
        ),
        (format!("{PUBLIC}more"), (PemErrorKind::TextBehind, behind)),
        (format!("{PUBLIC}\0"), (PemErrorKind::TextBehind, behind)),
        (
            format!("\u{feff}{PUBLIC}"),
            (PemErrorKind::BrokenBoundary, 0),
        ),
        (
            format!("t\u{e9}xt\n{PUBLIC}"),
            (PemErrorKind::NotText(0xc3), 1),
        ),
        (format!(" {PUBLIC}"), (PemErrorKind::BrokenBoundary, 0)),
        (
            format!("-----BEGIN KEY----\n{PUBLIC}"),
            (PemErrorKind::BrokenBoundary, 0),
        ),
        (
            PUBLIC.replace("KEY-----\nMC", "KEY----- \nMC"),
            (PemErrorKind::BrokenBoundary, 0),
        ),
        (
            PUBLIC.replace("END PUBLIC", "END PRIVATE"),
            (PemErrorKind::BrokenBoundary, 88),
        ),
        (
            PUBLIC.replace("BEGIN PUBLIC", "BEGIN public"),
            (PemErrorKind::BrokenBoundary, 0),
        ),
        (PUBLIC.chars().take(87).collect(), (PemErrorKind::NoEnd, 87)),
        (
            PUBLIC.replace("MCow", "MC w"),
            (PemErrorKind::NotBase64(b' '), 29),
        ),
        (
            PUBLIC.replace("MCow", "MC-w"),
            (PemErrorKind::NotBase64(b'-'), 29),
        ),
        (
            PUBLIC.replace("MCow", "MCow\n\n"),
            (PemErrorKind::NotBase64(b'\n'), 32),
        ),
        (
            PUBLIC.replace("ZuE=", "ZuF="),
            (PemErrorKind::NotCanonical, 0),
        ),
        (
            PUBLIC.replace("ZuE=", "ZuE"),
            (PemErrorKind::NotCanonical, 0),
        ),
        (
            PUBLIC.replace("ZuE=", "ZuE=="),
            (PemErrorKind::NotCanonical, 0),
        ),
        (
            PUBLIC.replace("MCow", "M=ow"),
            (PemErrorKind::NotCanonical, 0),
        ),
        (
            PUBLIC.replace("MCow", "Proc-Type: 4,ENCRYPTED\nMCow"),
            (PemErrorKind::Headers, 27),
        ),
    ] {
        assert_eq!(pem_error(&text), wanted, "{text}");
    }
}

#[test]
fn a_block_of_something_else_is_named() {
    for (label, found) in [
        ("PRIVATE KEY", Label::PrivateKey),
        ("CERTIFICATE", Label::Certificate),
        ("RSA PUBLIC KEY", Label::Rsa),
        ("OPENSSH PRIVATE KEY", Label::Openssh),
        ("EC PARAMETERS", Label::EcParameters),
        ("X", Label::Other),
    ] {
        let wanted = Label::PublicKey;
        let error = refused(&PUBLIC.replace("PUBLIC KEY", label));
        assert_eq!(
            error.kind(),
            &KeyErrorKind::UnexpectedLabel { found, wanted }
        );
    }
}

#[test]
fn a_text_that_is_too_large_is_refused_before_it_is_read() {
    let limit = 64 * 1024;
    let text = format!("{}{PUBLIC}", "\n".repeat(limit - PUBLIC.len()));
    let _ = PublicKey::from_pem(text.as_bytes()).unwrap();
    let error = refused(&format!("\n{text}"));
    let found = limit + 1;
    assert_eq!(error.kind(), &KeyErrorKind::TooLarge { found, limit });
}

/// Puts DER in hexadecimal digits together.
fn der(parts: &[&str]) -> Vec<u8> {
    let digits = parts.concat().replace(' ', "");
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn kind(parts: &[&str]) -> KeyErrorKind {
    PublicKey::from_spki_der(&der(parts))
        .unwrap_err()
        .kind()
        .clone()
}

const EC: &str = "0607 2a8648ce3d0201";
const ON_P256: &str = "0608 2a8648ce3d030107";

#[test]
fn kinds_of_keys_and_curves_that_are_not_supported_are_named() {
    let shown = |parts: &[&str]| {
        PublicKey::from_spki_der(&der(parts))
            .unwrap_err()
            .to_string()
    };
    for (parts, message) in [
        (
            &["3015 300d 0609 2a864886f70d010101 0500 0304 0030 0000"][..],
            "unsupported kind of key 1.2.840.113549.1.1.1 at byte 4 of the DER",
        ),
        (
            &["300c 3005 0603 2b656e 0303 00 0000"],
            "unsupported kind of key 1.3.101.110 at byte 4 of the DER",
        ),
        (
            &["300c 3005 0603 2b6571 0303 00 0000"],
            "unsupported kind of key 1.3.101.113 at byte 4 of the DER",
        ),
        (
            &["3017 3010", EC, "0605 2b8104000a 0303 00 0400"],
            "unsupported curve 1.3.132.0.10 at byte 13 of the DER",
        ),
    ] {
        assert_eq!(shown(parts), message);
    }
}

#[test]
fn curves_without_a_name_are_refused() {
    assert_eq!(
        kind(&["3010 3009", EC, "0303 00 0400"]),
        KeyErrorKind::MissingCurve
    );
    assert_eq!(
        kind(&["3012 300b", EC, "0500 0303 00 0400"]),
        KeyErrorKind::MissingCurve
    );
    assert_eq!(
        kind(&["3015 300e", EC, "3003 020101 0303 00 0400"]),
        KeyErrorKind::ExplicitCurve
    );
}

#[test]
fn points_have_one_form_and_lie_on_the_curve() {
    let algorithm = ["3013", EC, ON_P256].concat();
    let point = |header: &str, bytes: &str| kind(&[header, &algorithm, bytes]);
    assert_eq!(point("3019", "0302 00 00"), KeyErrorKind::PointAtInfinity);
    let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    let y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    for form in ["02", "03"] {
        let found = u8::from_str_radix(form, 16).unwrap();
        let bits = format!("0322 00 {form} {x}");
        assert_eq!(point("3039", &bits), KeyErrorKind::PointForm(found));
    }
    for form in ["06", "07"] {
        let found = u8::from_str_radix(form, 16).unwrap();
        let bits = format!("0342 00 {form} {x} {y}");
        assert_eq!(point("3059", &bits), KeyErrorKind::PointForm(found));
    }
    // The base point, and then off by one, and with a coordinate that is not below the prime.
    let good = der(&["3059", &algorithm, "0342 00 04", x, y]);
    let _ = PublicKey::from_spki_der(&good).unwrap();
    let off = format!("0342 00 04 {x} {}", y.replace("51f5", "51f6"));
    assert_eq!(point("3059", &off), KeyErrorKind::NotOnCurve);
    let beyond = format!("0342 00 04 {} {y}", "ff".repeat(32));
    assert_eq!(point("3059", &beyond), KeyErrorKind::NotOnCurve);
    let zero = format!("0342 00 04 {}", "00".repeat(64));
    assert_eq!(point("3059", &zero), KeyErrorKind::NotOnCurve);
    let short = format!("0341 00 04 {x} {}", y.strip_suffix("f5").unwrap());
    let wrong_length = KeyErrorKind::WrongLength {
        found: 64,
        wanted: 65,
    };
    assert_eq!(point("3058", &short), wrong_length);
    assert_eq!(
        point("301a", "0303 01 0400"),
        KeyErrorKind::Der(DerErrorKind::UnusedBits)
    );
}

#[test]
fn weak_keys_of_ed25519_are_refused() {
    let key = |bytes: &str| kind(&["302a 3005 0603 2b6570 0321 00", bytes]);
    let zeros = "00".repeat(30);
    // The neutral element, the point of order 2, two of order 4, and one of order 8.
    let order_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";
    let order_2 = format!("ec{}7f", "ff".repeat(30));
    for point in [
        &format!("01{zeros}00"),
        &order_2,
        &format!("00{zeros}00"),
        &format!("00{zeros}80"),
        order_8,
    ] {
        assert_eq!(key(point), KeyErrorKind::SmallOrder, "{point}");
    }
    // y is the prime, or one more; and x = 0 with a sign.
    for last in ["7f", "ff"] {
        for first in ["ed", "ee"] {
            let point = format!("{first}{}{last}", "ff".repeat(30));
            assert_eq!(key(&point), KeyErrorKind::NotCanonical, "{point}");
        }
    }
    assert_eq!(key(&format!("01{zeros}80")), KeyErrorKind::NotCanonical);
    assert_eq!(key(&format!("02{zeros}00")), KeyErrorKind::NotOnCurve);
}

#[test]
fn bytes_behind_a_key_are_refused() {
    for algorithm in KeyAlgorithm::ALL {
        let key = PrivateKey::generate(algorithm).unwrap();
        let mut der = key.public_key().to_spki_der();
        der.push(0);
        let error = PublicKey::from_spki_der(&der).unwrap_err();
        assert_eq!(
            error.kind(),
            &KeyErrorKind::Der(DerErrorKind::TrailingBytes(1))
        );
        assert_eq!(error.place(), Some(Place::Der(der.len() - 1)));
    }
}

#[test]
fn passphrases_are_wanted_right_and_only_where_they_are_needed() {
    for algorithm in KeyAlgorithm::ALL {
        let key = PrivateKey::generate(algorithm).unwrap();
        let text = key.to_pem(Some(b"right")).unwrap();
        let text = text.as_str().as_bytes();
        let again = PrivateKey::from_pem(text, Some(b"right")).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        for (passphrase, wanted) in [
            (None, KeyErrorKind::PassphraseMissing),
            (Some(&b"wrong"[..]), KeyErrorKind::WrongPassphrase),
            (Some(b""), KeyErrorKind::WrongPassphrase),
        ] {
            let error = PrivateKey::from_pem(text, passphrase).unwrap_err();
            assert_eq!(error.kind(), &wanted);
        }
        let open = key.to_pem(None).unwrap();
        let error = PrivateKey::from_pem(open.as_str().as_bytes(), Some(b"right")).unwrap_err();
        assert_eq!(error.kind(), &KeyErrorKind::NotEncrypted);
    }
}

#[test]
fn private_numbers_out_of_range_are_refused() {
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let zero = "00".repeat(32);
    for (number, wanted) in [
        (order, KeyErrorKind::OutOfRange),
        (&zero, KeyErrorKind::OutOfRange),
    ] {
        let key = der(&[
            "3041 020100 3013",
            EC,
            ON_P256,
            "0427 3025 020101 0420",
            number,
        ]);
        let text = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            base64(&key)
        );
        let error = PrivateKey::from_pem(text.as_bytes(), None).unwrap_err();
        assert_eq!(error.kind(), &wanted);
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 4];
        group[1..=chunk.len()].copy_from_slice(chunk);
        let group = u32::from_be_bytes(group);
        for place in 0..4 {
            let index = usize::try_from(group >> (18 - 6 * place)).unwrap() & 63;
            out.push(if place <= chunk.len() {
                char::from(ALPHABET[index])
            } else {
                '='
            });
        }
    }
    out
}

#[test]
fn no_change_of_a_byte_panics_or_opens_another_key_as_this_one() {
    for algorithm in [KeyAlgorithm::Ed25519, KeyAlgorithm::P256] {
        let key = PrivateKey::generate(algorithm).unwrap();
        let text = key.to_pem(None).unwrap().as_str().as_bytes().to_vec();
        for at in 0..text.len() {
            for byte in [0, b'\n', b'-', b'=', b'A', b'/', 0x7f, 0x80, 0xff] {
                let mut changed = text.clone();
                changed[at] = byte;
                // What is read after all is a key, and signs for itself alone.
                if let Ok(other) = PrivateKey::from_pem(&changed, None) {
                    let signature = other.sign(b"message").unwrap();
                    other.public_key().verify(b"message", &signature).unwrap();
                }
            }
            // Without its last line end it is whole.
            let cut = PrivateKey::from_pem(&text[..at], None);
            assert_eq!(cut.is_ok(), at == text.len() - 1);
        }
    }
}

/// RFC 6979 sections A.2.5 to A.2.7, message "sample", with the hash of the curve: the private number, r and s.
const DETERMINISTIC: [(&str, &str, &str, &str); 3] = [
    (
        ON_P256,
        "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    ),
    (
        "0605 2b81040022",
        "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5",
        "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46",
        "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
    ),
    (
        "0605 2b81040023",
        "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538",
        "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa",
        "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a",
    ),
];

/// An element around some contents of at most 255 bytes.
fn wrapped(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u8::try_from(contents.len()).unwrap();
    match length {
        0..128 => [&[tag, length], contents].concat(),
        _ => [&[tag, 0x81, length], contents].concat(),
    }
}

/// A positive integer of some digits.
fn integer(digits: &str) -> Vec<u8> {
    let bytes = der(&[digits]);
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let short = &bytes[zeros..];
    let sign: &[u8] = if short[0] >= 0x80 { &[0] } else { &[] };
    wrapped(2, &[sign, short].concat())
}

#[test]
fn signatures_on_curves_are_those_of_rfc_6979() {
    for (curve, number, r, s) in DETERMINISTIC {
        let parts = [
            der(&["020101"]),
            wrapped(4, &der(&[number])),
            wrapped(0xa0, &der(&[curve])),
        ];
        let key = wrapped(0x30, &parts.concat());
        let text = format!(
            "-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n",
            base64(&key)
        );
        let key = PrivateKey::from_pem(text.as_bytes(), None).unwrap();
        let signature = wrapped(0x30, &[integer(r), integer(s)].concat());
        assert_eq!(key.sign(b"sample").unwrap(), signature);
        key.public_key().verify(b"sample", &signature).unwrap();
    }
}

#[test]
fn curves_that_contradict_each_other_are_refused() {
    let (_, number, ..) = DETERMINISTIC[0];
    let with = |parameters: &str, inner: &str| {
        let inner = der(&[inner]);
        let curve = if inner.is_empty() {
            Vec::new()
        } else {
            wrapped(0xa0, &inner)
        };
        let parts = [der(&["020101"]), wrapped(4, &der(&[number])), curve];
        let key = base64(&wrapped(0x30, &parts.concat()));
        let parameters = base64(&der(&[parameters]));
        let text = format!(
            "-----BEGIN EC PARAMETERS-----\n{parameters}\n-----END EC PARAMETERS-----\n\
             -----BEGIN EC PRIVATE KEY-----\n{key}\n-----END EC PRIVATE KEY-----\n"
        );
        PrivateKey::from_pem(text.as_bytes(), None)
    };
    assert!(with(ON_P256, ON_P256).is_ok());
    assert!(with(ON_P256, "").is_ok());
    let error = with("0605 2b81040022", ON_P256).unwrap_err();
    assert_eq!(error.kind(), &KeyErrorKind::CurveMismatch);
    let error = with("0605 2b8104000a", ON_P256).unwrap_err();
    assert!(
        matches!(error.kind(), KeyErrorKind::UnsupportedCurve(_)),
        "{error}"
    );
    let error = with("3003 020101", ON_P256).unwrap_err();
    assert_eq!(error.kind(), &KeyErrorKind::ExplicitCurve);
}
