use model_sign::oms::{Method, Serialization};
use model_sign::signing::Signing;
use model_sign::{Limits, base64, bundle::Bundle};

use super::{AT, key, model, sign, trusting};

/// The names of members that the schema lets a bundle add to or leave out. A changed letter makes another
/// member of one, which is no part of what is signed and means nothing.
const OPTIONAL: [&str; 2] = ["\"hint\"", "\"tlogEntries\""];

/// Says whether a byte is a letter of such a name.
fn is_optional_name(bundle: &[u8], place: usize) -> bool {
    let text = std::str::from_utf8(bundle).unwrap();
    OPTIONAL.iter().any(|name| {
        let at = text.find(name).unwrap();
        (at + 1..at + name.len() - 1).contains(&place)
    })
}

#[test]
fn a_bundle_with_any_byte_changed_is_refused() {
    let key = key();
    let verifier = trusting(&key).build();
    let shards = Serialization::default().with_method(Method::Shards { size: 500 });
    for signing in [Signing::new(), Signing::new().with_serialization(shards)] {
        let bundle = sign(&signing, &key, &model());
        let before = verifier.verify(&bundle, model(), AT).unwrap();
        for place in 0..bundle.len() {
            for flip in [0x01, 0x20, 0x80, 0xff] {
                let mut changed = bundle.clone();
                changed[place] ^= flip;
                match verifier.verify(&changed, model(), AT) {
                    Err(_) => {}
                    // Nothing was believed that is not signed.
                    Ok(verified) => {
                        assert!(
                            is_optional_name(&bundle, place),
                            "byte {place} xor {flip:#x}"
                        );
                        assert_eq!(verified.manifest(), before.manifest());
                        assert_eq!(verified.signer(), before.signer());
                    }
                }
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
