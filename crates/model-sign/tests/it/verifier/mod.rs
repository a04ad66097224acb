mod checks;
mod discrepancies;
mod mutations;

use std::time::SystemTime;

use model_sign::files::MemoryFiles;
use model_sign::key::{KeyAlgorithm, PrivateKey};
use model_sign::oms::{HashType, Method, Serialization};
use model_sign::signing::{Credential, Signing};
use model_sign::{Complete, Error, Verifier, VerifierBuilder};

pub(crate) const AT: SystemTime = SystemTime::UNIX_EPOCH;

/// A model of three files in two folders.
pub(crate) fn model() -> MemoryFiles {
    MemoryFiles::folder()
        .with_file("config.json", b"{}")
        .with_file("weights/a.bin", b"0123456789")
        .with_file("weights/b.bin", vec![7; 1000])
}

pub(crate) fn key() -> PrivateKey {
    PrivateKey::generate(KeyAlgorithm::P256).unwrap()
}

pub(crate) fn trusting(key: &PrivateKey) -> VerifierBuilder<Complete> {
    Verifier::builder().trust_key(key.public_key().clone())
}

pub(crate) fn sign(signing: &Signing, key: &PrivateKey, model: &MemoryFiles) -> Vec<u8> {
    let credential = Credential::Key(key);
    let signed = signing.sign(model, "model", &credential, &()).unwrap();
    signed.bundle().to_vec()
}

/// Says what is wrong, one line for each discrepancy; the error itself where it is another one.
pub(crate) fn lines(error: &Error) -> Vec<String> {
    match error.discrepancies() {
        Some(found) => found.kept().iter().map(ToString::to_string).collect(),
        None => vec![error.to_string()],
    }
}

pub(crate) fn serializations() -> Vec<Serialization> {
    let methods = [
        Method::Files,
        Method::Shards { size: 4 },
        Method::Shards { size: 1000 },
    ];
    let mut all = Vec::new();
    for method in methods {
        for hash_type in HashType::ALL {
            let serialization = Serialization::default();
            all.push(serialization.with_method(method).with_hash_type(hash_type));
        }
    }
    all
}

#[test]
fn what_was_signed_is_verified_with_every_hash_and_method() {
    for algorithm in KeyAlgorithm::ALL {
        let key = PrivateKey::generate(algorithm).unwrap();
        for serialization in serializations() {
            let signing = Signing::new().with_serialization(serialization);
            let bundle = sign(&signing, &key, &model());
            let verified = trusting(&key).build().verify(&bundle, model(), AT).unwrap();
            assert_eq!(*verified.manifest().serialization(), serialization);
            assert_eq!(verified.manifest().files().len(), 3);
            assert_eq!(verified.subject(), "model");
            assert_eq!(verified.at(), AT);
            assert!(verified.uncovered().is_empty());
            let is_extension = algorithm == KeyAlgorithm::Ed25519;
            assert_eq!(verified.relaxations().len(), usize::from(is_extension));
        }
    }
}

#[test]
fn a_single_file_goes_by_its_own_name() {
    let key = key();
    let model = MemoryFiles::file("model.bin", b"abc");
    let bundle = sign(&Signing::new(), &key, &model);
    let verified = trusting(&key).build().verify(&bundle, &model, AT).unwrap();
    assert_eq!(
        verified.manifest().files().next().unwrap().name(),
        "model.bin"
    );
    let renamed = MemoryFiles::file("other.bin", b"abc");
    let error = trusting(&key)
        .build()
        .verify(&bundle, &renamed, AT)
        .unwrap_err();
    assert_eq!(error.discrepancies().unwrap().total(), 2);
}

#[test]
fn verifiers_are_shared_between_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Verifier>();
    is_shared::<model_sign::Verified<MemoryFiles>>();
    is_shared::<model_sign::DigestMap>();
    is_shared::<Error>();
}
