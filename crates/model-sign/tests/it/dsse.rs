use std::num::NonZeroUsize;

use model_sign::Limits;
use model_sign::dsse::{Envelope, Signature};
use model_sign::key::{KeyAlgorithm, PrivateKey, PublicKey, Signer};
use proptest::prelude::*;

fn keys() -> Vec<PrivateKey> {
    KeyAlgorithm::ALL
        .into_iter()
        .chain([KeyAlgorithm::Ed25519])
        .map(|algorithm| PrivateKey::generate(algorithm).unwrap())
        .collect()
}

fn public(keys: &[PrivateKey]) -> Vec<PublicKey> {
    keys.iter().map(|key| key.public_key().clone()).collect()
}

fn at_least(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

#[test]
fn different_keys_count_towards_a_threshold() {
    let keys = keys();
    let signers: Vec<&dyn Signer> = keys[..3].iter().map(|key| key as &dyn Signer).collect();
    let envelope = Envelope::sign("type", *b"payload", &signers).unwrap();
    let read = Envelope::read(&envelope.to_json(), &Limits::default()).unwrap();
    let signatories = read.verify(&public(&keys), at_least(3)).unwrap();
    assert_eq!((signatories.keys, signatories.unknown), (vec![0, 1, 2], 0));
    let refused = read.verify(&public(&keys), at_least(4)).unwrap_err();
    assert_eq!((refused.found, refused.wanted), (3, 4));
    let some = read.verify(&public(&keys[1..2]), at_least(1)).unwrap();
    assert_eq!((some.keys, some.unknown), (vec![0], 2));
}

#[test]
fn one_key_does_not_count_twice() {
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let envelope = Envelope::sign("type", *b"payload", &[&key, &key]).unwrap();
    let twice = [key.public_key().clone(), key.public_key().clone()];
    let refused = envelope.verify(&twice, at_least(2)).unwrap_err();
    assert_eq!(refused.found, 1);
    assert_eq!(envelope.verify(&twice, at_least(1)).unwrap().keys, [0]);
}

#[test]
fn a_keyid_changes_nothing() {
    let keys = keys();
    let envelope = Envelope::sign("type", *b"payload", &[&keys[0]]).unwrap();
    let sig = envelope.signatures()[0].sig();
    let named = Envelope::new(
        "type",
        *b"payload",
        vec![Signature::new(sig).with_keyid("another")],
    );
    assert_eq!(named.verify(&public(&keys), at_least(1)).unwrap().keys, [0]);
}

#[test]
fn type_and_payload_are_signed() {
    let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
    let keys = [key.public_key().clone()];
    let envelope = Envelope::sign("ab", *b"cd", &[&key]).unwrap();
    for (payload_type, payload) in [
        ("abc", "d"),
        ("a", "bcd"),
        ("ab", "ce"),
        ("ac", "cd"),
        ("ab", ""),
    ] {
        let other = Envelope::new(payload_type, payload, envelope.signatures().to_vec());
        assert!(
            other.verify(&keys, at_least(1)).is_err(),
            "{payload_type} {payload}"
        );
    }
    assert!(
        Envelope::new("ab", *b"cd", Vec::new())
            .verify(&keys, at_least(1))
            .is_err()
    );
    assert!(envelope.verify(&[], at_least(1)).is_err());
}

#[test]
fn no_byte_of_an_envelope_can_be_changed_but_those_that_say_nothing() {
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let keys = [key.public_key().clone()];
    let envelope = Envelope::sign("type", *b"payload", &[&key]).unwrap();
    let bytes = envelope.to_json();
    for at in 0..bytes.len() {
        for value in [
            bytes[at] ^ 1,
            bytes[at] ^ 0x20,
            bytes[at] ^ 0x80,
            b' ',
            b'"',
        ] {
            let mut changed = bytes.clone();
            changed[at] = value;
            let verified = Envelope::read(&changed, &Limits::default())
                .ok()
                .filter(|envelope| envelope.verify(&keys, at_least(1)).is_ok());
            if let Some(verified) = verified {
                assert_eq!(verified, envelope, "byte {at}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_envelope_is_read_back_equal(
        payload_type in ".*",
        payload in prop::collection::vec(any::<u8>(), 0..100),
        signatures in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 1..80), prop::option::of(".*")),
            1..4,
        ),
    ) {
        let signatures = signatures
            .into_iter()
            .map(|(sig, keyid)| match keyid {
                Some(keyid) => Signature::new(sig).with_keyid(keyid),
                None => Signature::new(sig),
            })
            .collect();
        let envelope = Envelope::new(payload_type, payload, signatures);
        let bytes = envelope.to_json();
        prop_assert_eq!(Envelope::read(&bytes, &Limits::default()), Ok(envelope));
    }
}
