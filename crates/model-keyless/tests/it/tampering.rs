//! What was signed stands as it is: whatever is changed in a bundle, it does not verify.

use serde_json::Value;
use sigstore_standins::Sigstore;

use crate::instance::{plain, sign, stamped, tiled, verify};

/// Lists the pointers to all strings in a document.
fn strings(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(pointer.to_owned()),
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                strings(value, &format!("{pointer}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                strings(value, &format!("{pointer}/{key}"), found);
            }
        }
        _ => {}
    }
}

/// Puts another character in the place of one.
fn changed(text: &str, index: usize) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let character = &mut characters[index];
    *character = match *character {
        'A' => 'B',
        '0' => '1',
        c if c.is_ascii_digit() => '0',
        _ => 'A',
    };
    characters.into_iter().collect()
}

/// What no signature covers: fields that repeat others for those who do not read the signed ones (the proof of
/// Rekor v2), the certificate of the authority that a timestamp carries along, and the name before the signature of
/// a checkpoint, which says no more than where to look for the key.
fn is_unsigned(pointer: &str, text: &str, index: usize, second_log: bool) -> bool {
    let length = text.chars().count();
    let carried =
        pointer.ends_with("/signedTimestamp") && (length / 5..length * 3 / 4).contains(&index);
    let named = pointer.ends_with("/checkpoint/envelope") && {
        let characters: Vec<char> = text.chars().collect();
        let dash = characters.iter().position(|&c| c == '\u{2014}').unwrap();
        let name = characters[dash + 2..]
            .iter()
            .position(|&c| c == ' ')
            .unwrap();
        (dash + 2..dash + 2 + name).contains(&index)
    };
    let repeated = ["/logIndex", "/treeSize", "/rootHash"];
    let repeated = repeated.iter().any(|field| pointer.ends_with(field));
    let in_proof = pointer.contains("/inclusionProof/");
    carried || named || second_log && (in_proof && repeated || pointer.contains("/logId/"))
}

#[test]
fn every_part_of_a_bundle_matters() {
    let sigstore = Sigstore::start();
    for (services, second_log) in [
        (plain(&sigstore), false),
        (stamped(&sigstore), false),
        (tiled(&sigstore), true),
    ] {
        let signed = sign(&sigstore, services).unwrap();
        let bundle: Value = serde_json::from_slice(signed.as_bytes()).unwrap();
        let mut pointers = Vec::new();
        strings(&bundle, "", &mut pointers);
        assert!(pointers.len() > 10, "{pointers:?}");
        let mut tried = 0;
        for pointer in &pointers {
            let text = bundle.pointer(pointer).unwrap().as_str().unwrap();
            let length = text.chars().count();
            // Nine places in each, the first and the last among them.
            for step in 0..9 {
                if length == 0 {
                    continue;
                }
                let index = (length - 1) * step / 8;
                if is_unsigned(pointer, text, index, second_log) {
                    continue;
                }
                let mut other = bundle.clone();
                *other.pointer_mut(pointer).unwrap() = changed(text, index).into();
                let bytes = serde_json::to_vec(&other).unwrap();
                let verified = verify(&sigstore, &bytes, "dev@example.com");
                assert!(verified.is_err(), "{pointer} at {index}: {text}");
                tried += 1;
            }
        }
        assert!(tried > 80, "{tried}");
    }
}

#[test]
fn what_proves_the_time_cannot_be_left_out() {
    let sigstore = Sigstore::start();
    let signed = sign(&sigstore, plain(&sigstore)).unwrap();
    let bundle: Value = serde_json::from_slice(signed.as_bytes()).unwrap();
    for part in ["inclusionPromise", "inclusionProof"] {
        let mut without = bundle.clone();
        let entry = without.pointer_mut("/verificationMaterial/tlogEntries/0");
        let removed = entry.unwrap().as_object_mut().unwrap().remove(part);
        assert!(removed.is_some());
        let bytes = serde_json::to_vec(&without).unwrap();
        assert!(
            verify(&sigstore, &bytes, "dev@example.com").is_err(),
            "{part}"
        );
    }
}
