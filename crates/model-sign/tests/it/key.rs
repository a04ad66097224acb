use model_sign::key::{
    Half, KeyAlgorithm, KeyErrorKind, Label, PemErrorKind, PrivateKey, PublicKey, SignatureError,
    Signer as _,
};

fn keys() -> impl Iterator<Item = PrivateKey> {
    KeyAlgorithm::ALL
        .into_iter()
        .map(|algorithm| PrivateKey::generate(algorithm).unwrap())
}

#[test]
fn what_a_key_signs_it_verifies() {
    for key in keys() {
        let signature = key.sign_checked(b"message").unwrap();
        key.public_key().verify(b"message", &signature).unwrap();
        let other = PrivateKey::generate(key.public_key().algorithm()).unwrap();
        let refused = other.public_key().verify(b"message", &signature);
        assert_eq!(refused, Err(SignatureError::Mismatch));
    }
}

#[test]
fn every_bit_of_a_signature_and_of_a_message_counts() {
    for key in keys() {
        let message = [0x5a; 32];
        let signature = key.sign(&message).unwrap();
        for bit in 0..signature.len() * 8 {
            let mut flipped = signature.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(
                key.public_key().verify(&message, &flipped).is_err(),
                "{bit} of {key:?}"
            );
        }
        for bit in 0..message.len() * 8 {
            let mut flipped = message;
            flipped[bit / 8] ^= 1 << (bit % 8);
            let result = key.public_key().verify(&flipped, &signature);
            assert_eq!(result, Err(SignatureError::Mismatch), "{bit} of {key:?}");
        }
        for len in 0..signature.len() {
            assert!(
                key.public_key()
                    .verify(&message, &signature[..len])
                    .is_err()
            );
        }
        let longer = [&signature[..], &[0]].concat();
        assert!(key.public_key().verify(&message, &longer).is_err());
    }
}

#[test]
fn every_bit_of_a_public_key_counts() {
    for key in keys() {
        let signature = key.sign(b"message").unwrap();
        let der = key.public_key().to_spki_der();
        for bit in 0..der.len() * 8 {
            let mut flipped = der.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let Ok(other) = PublicKey::from_spki_der(&flipped) else {
                continue;
            };
            assert_ne!(&other, key.public_key());
            assert_ne!(other.fingerprint(), key.public_key().fingerprint());
            assert!(
                other.verify(b"message", &signature).is_err(),
                "{bit} of {key:?}"
            );
        }
    }
}

#[test]
fn a_key_is_read_back_from_what_it_was_written_as() {
    for key in keys() {
        let text = key.to_pem(None).unwrap();
        let again = PrivateKey::from_pem(text.as_str().as_bytes(), None).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        assert_eq!(again.sign(b"m").unwrap(), key.sign(b"m").unwrap());

        let public = PublicKey::from_pem(key.public_key().to_pem().as_bytes()).unwrap();
        assert_eq!(&public, key.public_key());
    }
}

#[test]
fn the_halves_of_a_key_are_not_taken_for_each_other() {
    let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
    let public = key.public_key().to_pem();
    let error = PrivateKey::from_pem(public.as_bytes(), None).unwrap_err();
    let kind = KeyErrorKind::UnexpectedLabel {
        found: Label::PublicKey,
        wanted: Label::PrivateKey,
    };
    assert_eq!(error.kind(), &kind);
    let private = key.to_pem(None).unwrap();
    let error = PublicKey::from_pem(private.as_str().as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a private key where a public key was wanted at byte 0"
    );
}

#[test]
fn two_keys_in_a_file_are_refused() {
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let text = key.public_key().to_pem();
    let error = PublicKey::from_pem(text.repeat(2).as_bytes()).unwrap_err();
    assert_eq!(error.kind(), &KeyErrorKind::Pem(PemErrorKind::SecondBlock));
    assert_eq!(
        error.to_string(),
        format!("a second PEM block at byte {}", text.len())
    );
}

#[test]
fn numbers_out_of_range_are_refused() {
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    // Two integers of one byte: r is 0, then s is.
    for (signature, half) in [
        ([0x30, 6, 2, 1, 0, 2, 1, 1], Half::R),
        ([0x30, 6, 2, 1, 1, 2, 1, 0], Half::S),
    ] {
        let result = key.public_key().verify(b"message", &signature);
        assert_eq!(result, Err(SignatureError::OutOfRange(half)));
    }
}

#[test]
fn secrets_are_not_printed() {
    for key in keys() {
        let text = key.to_pem(None).unwrap();
        let shown = format!("{key:?} {text:?}");
        assert!(!shown.contains("PRIVATE"), "{shown}");
        assert!(shown.contains(&key.public_key().fingerprint().to_string()));
    }
}
