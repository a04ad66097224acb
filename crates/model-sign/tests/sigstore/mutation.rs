use std::ops::Range;

use base64ct::{Base64, Encoding as _};
use libtest_mimic::Failed;
use model_digest::{Algorithm, Digest};
use model_sign::keyed::Artifact;
use serde_json::Value;

use crate::cases::Case;

/// Flips a bit of each byte of the bundle, and of each byte of everything that stands in it in base64. Each
/// change is refused, but in places that nobody signs and that say nothing, see [`unsigned`]; there the result
/// has to be the same in everything.
///
/// Of base64 the text itself is changed at every eighth character, since its bytes are.
pub(crate) fn every_byte_matters(case: &Case) -> Result<(), Failed> {
    let verifier = case.verifier()?;
    let digest = Digest::of(Algorithm::Sha256, &case.artifact);
    let artifact = Artifact::Digest(&digest);
    let original = format!("{:?}", verifier.verify(&case.bundle, artifact)?);
    let unsigned = unsigned(&case.bundle)?;
    let look = |bundle: &[u8], at: usize, place: &str| match verifier.verify(bundle, artifact) {
        Err(_) => Ok(()),
        Ok(verified) => {
            let is_same = format!("{verified:?}") == original;
            if is_same && unsigned.iter().any(|range| range.contains(&at)) {
                Ok(())
            } else {
                Err(Failed::from(format!("{place}: {verified:?}")))
            }
        }
    };
    let document: Value = serde_json::from_slice(&case.bundle)?;
    let mut encoded = Vec::new();
    for (path, text) in texts(&document) {
        let Ok(bytes) = Base64::decode_vec(&text) else {
            continue;
        };
        let place = place_of(&case.bundle, &text)?;
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            let mut bundle = case.bundle.clone();
            bundle.splice(place.clone(), Base64::encode_string(&changed).into_bytes());
            look(&bundle, place.start, &format!("{path}, byte {at} of it"))?;
        }
        encoded.push(place);
    }
    let mut bundle = case.bundle.clone();
    for at in 0..bundle.len() {
        if at % 8 != 0 && encoded.iter().any(|range| range.contains(&at)) {
            continue;
        }
        let flipped = 1 << (at % 7);
        bundle[at] ^= flipped;
        look(&bundle, at, &format!("byte {at}"))?;
        bundle[at] ^= flipped;
    }
    Ok(())
}

/// Returns the places of a bundle that nobody signs and that say nothing:
///
/// - `hint`, the name of a key that the verifier has: it says which key to try, and there is one.
/// - `signedTimestamp`: RFC 3161 leaves the status, the list of hash functions, certificates that nobody needs
///   and the names of algorithms outside what the authority signs. The time is in what it signs.
/// - The lines of witnesses in a checkpoint, behind that of the log: the trust root names no witness.
fn unsigned(bundle: &[u8]) -> Result<Vec<Range<usize>>, Failed> {
    let document: Value = serde_json::from_slice(bundle)?;
    let mut ranges = Vec::new();
    for (path, text) in texts(&document) {
        if path.ends_with(".hint") || path.ends_with(".signedTimestamp") {
            ranges.push(place_of(bundle, &text)?);
        }
        if let Some((_, signatures)) = text.split_once("\n\n") {
            for line in signatures.lines().skip(1) {
                let line = line.trim_start_matches('\u{2014}').trim();
                ranges.push(place_of(bundle, line)?);
            }
        }
    }
    Ok(ranges)
}

fn place_of(bundle: &[u8], text: &str) -> Result<Range<usize>, Failed> {
    let at = bundle
        .windows(text.len())
        .position(|window| window == text.as_bytes())
        .ok_or("a text that has escapes")?;
    Ok(at..at + text.len())
}

/// Returns every text of a document with its path.
fn texts(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), document)];
    while let Some((path, value)) = open.pop() {
        match value {
            Value::String(text) if text.len() >= 40 => found.push((path, text.clone())),
            Value::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    open.push((format!("{path}.{number}"), item));
                }
            }
            Value::Object(members) => {
                for (name, value) in members {
                    open.push((format!("{path}.{name}"), value));
                }
            }
            _ => {}
        }
    }
    found
}
