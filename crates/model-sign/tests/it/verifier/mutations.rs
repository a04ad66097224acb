use model_sign::oms::{Method, Serialization};
use model_sign::signing::Signing;
use model_sign::{Limits, base64, bundle::Bundle};

use super::{AT, key, model, sign, trusting};

#[test]
fn a_bundle_with_any_byte_changed_is_refused() {
    let key = key();
    let verifier = trusting(&key).build();
    let shards = Serialization::default().with_method(Method::Shards { size: 500 });
    for signing in [Signing::new(), Signing::new().with_serialization(shards)] {
        let bundle = sign(&signing, &key, &model());
        verifier.verify(&bundle, model(), AT).unwrap();
        for place in 0..bundle.len() {
            for flip in [0x01, 0x20, 0x80, 0xff] {
                let mut changed = bundle.clone();
                changed[place] ^= flip;
                let result = verifier.verify(&changed, model(), AT);
                assert!(result.is_err(), "byte {place} xor {flip:#x}");
            }
        }
        for len in 0..bundle.len() {
            assert!(
                verifier.verify(&bundle[..len], model(), AT).is_err(),
                "{len} bytes"
            );
        }
        for more in [&b"x"[..], b"{}", b"\0"] {
            let longer = [&bundle, more].concat();
            assert!(verifier.verify(&longer, model(), AT).is_err());
        }
    }
}

#[test]
fn a_signature_with_any_bit_changed_is_refused() {
    let key = key();
    let verifier = trusting(&key).build();
    let bytes = sign(&Signing::new(), &key, &model());
    let bundle = Bundle::read(&bytes, &Limits::default()).unwrap();
    let signature = bundle.envelope().unwrap().signatures()[0].sig().to_vec();
    let text = String::from_utf8(bytes).unwrap();
    for bit in 0..signature.len() * 8 {
        let mut changed = signature.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let (before, after) = (base64::encode(&signature), base64::encode(&changed));
        let changed = text.replace(&before, &after);
        assert_ne!(changed, text);
        assert!(
            verifier.verify(changed.as_bytes(), model(), AT).is_err(),
            "bit {bit}"
        );
    }
}

#[test]
fn a_bundle_of_another_method_is_refused() {
    let key = key();
    let bundle = String::from_utf8(sign(&Signing::new(), &key, &model())).unwrap();
    let hint = key.public_key().hint();
    let as_certificate = bundle.replace(
        &format!(r#""publicKey":{{"hint":"{hint}"}}"#),
        r#""certificate":{"rawBytes":"AAAA"}"#,
    );
    assert_ne!(as_certificate, bundle);
    let verifier = trusting(&key).build();
    let error = verifier
        .verify(as_certificate.as_bytes(), model(), AT)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "signed by the method sigstore where key was wanted"
    );
}
