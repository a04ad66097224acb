use model_digest::{Algorithm, Digest};
use model_sign::blob::{self, BlobError};
use model_sign::key::{KeyAlgorithm, PrivateKey, PublicKey, SignError, SignatureError, Signer};

#[test]
fn a_file_is_signed_by_its_digest() {
    for algorithm in KeyAlgorithm::ALL {
        let key = PrivateKey::generate(algorithm).unwrap();
        let digest = Digest::of(Algorithm::Sha256, b"a model");
        let signature = blob::sign(&key, &digest).unwrap();
        assert!(signature.len() <= blob::MOST_BYTES);
        blob::verify(key.public_key(), &digest, &signature).unwrap();
        // The digest's bytes are the message.
        key.public_key().verify(digest.bytes(), &signature).unwrap();
        let other = Digest::of(Algorithm::Sha256, b"another model");
        let error = blob::verify(key.public_key(), &other, &signature).unwrap_err();
        assert!(matches!(
            error,
            BlobError::Signature(SignatureError::Mismatch)
        ));
    }
}

#[test]
fn an_ed25519_signature_is_64_bytes() {
    let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
    let digest = Digest::of(Algorithm::Sha256, b"a model");
    let signature = blob::sign(&key, &digest).unwrap();
    assert_eq!(signature.len(), 64);
    for wrong in [&signature[..63], &[&signature[..], &[0]].concat(), &[]] {
        let error = blob::verify(key.public_key(), &digest, wrong).unwrap_err();
        let wrong_length = SignatureError::WrongLength {
            found: wrong.len(),
            wanted: 64,
        };
        assert!(matches!(error, BlobError::Signature(error) if error == wrong_length));
    }
}

#[test]
fn another_hash_function_is_refused() {
    let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
    let digest = Digest::of(Algorithm::Blake3, b"a model");
    let found = Algorithm::Blake3;
    let error = blob::sign(&key, &digest).unwrap_err();
    assert!(matches!(error, BlobError::WrongDigest { found: was } if was == found));
    let error = blob::verify(key.public_key(), &digest, &[0; 64]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a digest of blake3 where one of sha256 was wanted"
    );
}

/// A device whose slot was given another key.
struct Mixed {
    key: PrivateKey,
    public: PublicKey,
}

impl Signer for Mixed {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.key.sign(message)
    }
}

#[test]
fn a_device_that_signs_with_another_key_is_noticed() {
    let key = PrivateKey::generate(KeyAlgorithm::P384).unwrap();
    let public = PrivateKey::generate(KeyAlgorithm::P384).unwrap();
    let mixed = Mixed {
        key,
        public: public.public_key().clone(),
    };
    let error = blob::sign(&mixed, &Digest::of(Algorithm::Sha256, b"")).unwrap_err();
    assert!(matches!(
        error,
        BlobError::Sign(SignError::NotVerified(SignatureError::Mismatch))
    ));
}
