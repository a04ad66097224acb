//! What must hold for every document that model-sign reads. A module of its own, so that the tests of that
//! crate can replay seeds without the scanner.

use std::time::SystemTime;

use model_sign::attest::Evidence;
use model_sign::bundle::Bundle;
use model_sign::dsse::Envelope;
use model_sign::files::MemoryFiles;
use model_sign::key::PrivateKey;
use model_sign::oms::{Dialects, Manifest};
use model_sign::predicate::Predicate;
use model_sign::signing::{Credential, Signing};
use model_sign::{Limits, Verifier, base64, intoto};

/// An oracle and the name of its target.
pub type Oracle = (&'static str, fn(&[u8]));

/// Every oracle, in the order in which the target `signatures` chooses by its first byte.
pub const ORACLES: [Oracle; 5] = [
    ("dsse_roundtrip", dsse_roundtrip),
    ("bundle_roundtrip", bundle_roundtrip),
    ("manifest_roundtrip", manifest_roundtrip),
    ("bundle_mutation_rejected", bundle_mutation_rejected),
    ("predicate_roundtrip", predicate_roundtrip),
];

/// Chooses an oracle by the first byte.
pub fn signatures(data: &[u8]) {
    if let Some((first, rest)) = data.split_first() {
        ORACLES[usize::from(*first) % ORACLES.len()].1(rest);
    }
}

/// What is read of an envelope is written and read back, and writing is canonical.
pub fn dsse_roundtrip(data: &[u8]) {
    match Envelope::read(data, &Limits::default()) {
        Ok(envelope) => {
            let written = envelope.to_json();
            let read = Envelope::read(&written, &Limits::default()).unwrap();
            assert_eq!(read, envelope);
            assert!(!read.signatures().is_empty());
        }
        Err(error) => assert!(error.offset() <= len(data)),
    }
}

/// What is read of a bundle is written and read back; its payload may be a manifest.
pub fn bundle_roundtrip(data: &[u8]) {
    match Bundle::read(data, &Limits::default()) {
        Ok(bundle) => {
            let written = bundle.to_json();
            let read = Bundle::read(&written, &Limits::default()).unwrap();
            assert_eq!(read, bundle);
            assert_eq!(read.to_json(), written);
            if let Some(envelope) = bundle.envelope() {
                manifest_roundtrip(envelope.payload());
            }
        }
        Err(error) => assert!(error.offset() <= len(data)),
    }
}

/// A manifest that is read keeps its promises, and is the same after it was written and read again.
pub fn manifest_roundtrip(data: &[u8]) {
    let limits = Limits::default();
    let _ = intoto::Statement::read(data, &limits);
    let manifest = match Manifest::read(data, Dialects::Historic, &limits) {
        Ok(manifest) => manifest,
        Err(error) => {
            assert!(error.offset() <= len(data));
            return;
        }
    };
    assert!(manifest.files().len() > 0);
    let mut parts = 0;
    for file in manifest.files() {
        assert!(!file.name().is_empty() && !file.name().starts_with('/'));
        assert!(file.name().split('/').all(|component| component != ".."));
        assert_eq!(
            manifest.file(file.name()).map(|file| file.name()),
            Some(file.name())
        );
        assert!(!manifest.is_ignored(file.name()));
        let mut end = 0;
        for part in file.parts() {
            if let Some(range) = part.range {
                assert!(range.start == end && range.start < range.end);
                end = range.end;
            }
            parts += 1;
        }
        assert_eq!(file.size(), (end > 0).then_some(end));
    }
    assert_eq!(parts, manifest.resources().len());
    let written = manifest.to_json();
    let read = Manifest::read(&written, Dialects::Current, &limits).unwrap();
    assert_eq!(read.root(), manifest.root());
    assert_eq!(read.serialization(), manifest.serialization());
    assert!(read.resources().eq(manifest.resources()));
    assert_eq!(read.to_json(), written);
}

fn len(data: &[u8]) -> u64 {
    u64::try_from(data.len()).unwrap()
}

/// A bundle that was changed is refused, or what changed is no part of what is believed. The input is a bundle, or
/// changes to a valid one: two bytes that say where, and one to flip its bits with.
pub fn bundle_mutation_rejected(data: &[u8]) {
    // An Ed25519 key of RFC 8410's form whose secret number everybody knows.
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend([7; 32]);
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        base64::encode(&der)
    );
    let key = PrivateKey::from_pem(pem.as_bytes(), None).unwrap();
    let model = || {
        MemoryFiles::folder()
            .with_file("a", b"1")
            .with_file("b/c", b"22")
    };
    let credential = Credential::Key(&key);
    let signed = Signing::new()
        .sign(&model(), "m", &credential, &())
        .unwrap();
    let verifier = Verifier::builder()
        .trust_key(key.public_key().clone())
        .build();
    let verify = |bundle: &[u8]| verifier.verify(bundle, model(), SystemTime::UNIX_EPOCH);
    let before = verify(signed.bundle()).unwrap();

    let mut changed = signed.bundle().to_vec();
    for change in data.chunks_exact(3) {
        let place = usize::from(u16::from_be_bytes([change[0], change[1]])) % changed.len();
        changed[place] ^= change[2];
    }
    for bundle in [&changed, data] {
        let Ok(verified) = verify(bundle) else {
            continue;
        };
        assert_eq!(verified.manifest(), before.manifest());
        assert_eq!(verified.signer(), before.signer());
        let payload = |bundle: &[u8]| {
            let bundle = Bundle::read(bundle, &Limits::default()).unwrap();
            bundle.envelope().unwrap().payload().to_vec()
        };
        assert_eq!(payload(bundle), payload(signed.bundle()));
    }
}

/// A predicate that is read is read again from what is written of it, and nothing is written in two ways. Evidence
/// in any form is read without a panic.
pub fn predicate_roundtrip(data: &[u8]) {
    let limits = Limits::default();
    if let Ok(all) = Evidence::read_all(data, &limits) {
        assert!(all.len() <= Evidence::MOST_LINES);
    }
    let Ok(statement) = intoto::Statement::read(data, &limits) else {
        return;
    };
    let Some(Ok(predicate)) = statement
        .predicate()
        .map(|value| Predicate::read(statement.predicate_type(), value))
    else {
        return;
    };
    let written = predicate.to_json();
    let value = model_sign::json::read(&written, &limits.json()).unwrap();
    let again = Predicate::read(predicate.type_uri(), &value).unwrap();
    assert_eq!(again, predicate);
    assert_eq!(again.to_json(), written);
}
