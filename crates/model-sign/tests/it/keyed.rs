use model_sign::bundle::{Bundle, Content, KeyIdentifier, KeyMaterial, VerificationMaterial};
use model_sign::dsse::Envelope;
use model_sign::intoto::PAYLOAD_TYPE;
use model_sign::key::{KeyAlgorithm, PrivateKey};
use model_sign::keyed::{Artifact, KeyedError, KeyedVerifier};

/// Signs a payload with a key and verifies the bundle for the three bytes `abc`.
fn about_abc(payload: &str) -> Result<(), KeyedError> {
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let envelope = Envelope::sign(PAYLOAD_TYPE, payload, &[&key]).unwrap();
    let hint = KeyIdentifier::from_hint(key.public_key().hint());
    let material = VerificationMaterial::new(KeyMaterial::PublicKey(hint));
    let bundle = Bundle::new(material, Content::Envelope(envelope)).to_json();
    KeyedVerifier::new(key.public_key().clone())
        .verify_artifact(&bundle, Artifact::Bytes(b"abc"))
        .map(drop)
}

const SUBJECT: &str = r#""subject":[{"name":"a","digest":{"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}]"#;

#[test]
fn what_names_a_digest_and_is_no_statement_is_refused() {
    let version = r#""_type":"https://in-toto.io/Statement/v1""#;
    let predicate = r#""predicateType":"https://example.com/p""#;
    about_abc(&format!("{{{version},{predicate},{SUBJECT}}}")).unwrap();
    for payload in [
        format!("{{{SUBJECT}}}"),
        format!("{{{version},{SUBJECT}}}"),
        format!("{{{predicate},{SUBJECT}}}"),
        format!(r#"{{"_type":"https://in-toto.io/Layout/v1",{predicate},{SUBJECT}}}"#),
    ] {
        let error = about_abc(&payload).unwrap_err();
        assert!(
            matches!(error, KeyedError::Statement(_)),
            "{payload}: {error}"
        );
    }
}
