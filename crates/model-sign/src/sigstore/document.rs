//! Reading the JSON of bundles and trusted roots so strictly that no second reader can understand it otherwise.

use base64ct::{Base64, Encoding as _};
use serde_json::Value;

use super::error::{MalformedBundle, Problem, TrustRootError};
use crate::{Limits, json};

/// Most entries of a list that is verified one by one, as sigstore-go has it: real bundles have one or two.
const VERIFIED_ONE_BY_ONE: usize = 32;
/// Most hashes of an inclusion proof: the depth of a tree with 2^64 leaves.
const PROOF: usize = 64;
/// Most certificates of a chain: real ones have up to three.
const CHAIN: usize = 10;
/// Longest certificate, signature, timestamp or checkpoint, in bytes of JSON; real ones stay below 16 KiB.
const PIECE: usize = 64 * 1024;
/// Longest body of a log entry, in bytes of JSON. Rekor takes none above 100 KiB, private ones may.
const BODY: usize = 16 << 20;
/// Length of 32 bytes in base64.
const HASH: usize = 44;

/// What a value has to look like. The table of them is finite, so walking along it is bounded by the table.
enum Shape {
    /// Text.
    Text,
    /// One of these texts.
    Word(&'static [&'static str]),
    /// Bytes in standard base64, padded and canonical, of at most so many characters.
    Bytes(usize),
    /// 32 bytes in the same.
    Hash,
    /// A whole number that is not negative, as the number or as text, without sign and leading zeros.
    Whole,
    /// A list of at most so many.
    List(usize, &'static Self),
    /// An object with some of these members and no others. `null` is a member that is not there.
    Object(&'static [(&'static str, Self)]),
}

/// The hash functions that an artifact is signed by, in the one spelling that protobuf's JSON has.
const DIGESTS: [&str; 3] = ["SHA2_256", "SHA2_384", "SHA2_512"];

const ENTRY: Shape = Shape::Object(&[
    ("logIndex", Shape::Whole),
    ("logId", Shape::Object(&[("keyId", Shape::Hash)])),
    (
        "kindVersion",
        Shape::Object(&[("kind", Shape::Text), ("version", Shape::Text)]),
    ),
    ("integratedTime", Shape::Whole),
    (
        "inclusionPromise",
        Shape::Object(&[("signedEntryTimestamp", Shape::Bytes(PIECE))]),
    ),
    (
        "inclusionProof",
        Shape::Object(&[
            ("logIndex", Shape::Whole),
            ("rootHash", Shape::Hash),
            ("treeSize", Shape::Whole),
            ("hashes", Shape::List(PROOF, &Shape::Hash)),
            ("checkpoint", Shape::Object(&[("envelope", Shape::Text)])),
        ]),
    ),
    ("canonicalizedBody", Shape::Bytes(BODY)),
]);

const CERTIFICATE: Shape = Shape::Object(&[("rawBytes", Shape::Bytes(PIECE))]);

const MATERIAL: Shape = Shape::Object(&[
    ("certificate", CERTIFICATE),
    (
        "x509CertificateChain",
        Shape::Object(&[("certificates", Shape::List(CHAIN, &CERTIFICATE))]),
    ),
    ("publicKey", Shape::Object(&[("hint", Shape::Text)])),
    ("tlogEntries", Shape::List(VERIFIED_ONE_BY_ONE, &ENTRY)),
    (
        "timestampVerificationData",
        Shape::Object(&[(
            "rfc3161Timestamps",
            Shape::List(
                VERIFIED_ONE_BY_ONE,
                &Shape::Object(&[("signedTimestamp", Shape::Bytes(PIECE))]),
            ),
        )]),
    ),
]);

const BUNDLE: Shape = Shape::Object(&[
    ("mediaType", Shape::Text),
    ("verificationMaterial", MATERIAL),
    (
        "messageSignature",
        Shape::Object(&[
            (
                "messageDigest",
                Shape::Object(&[
                    ("algorithm", Shape::Word(&DIGESTS)),
                    ("digest", Shape::Bytes(PIECE)),
                ]),
            ),
            ("signature", Shape::Bytes(PIECE)),
        ]),
    ),
    (
        "dsseEnvelope",
        Shape::Object(&[
            ("payload", Shape::Bytes(usize::MAX)),
            ("payloadType", Shape::Text),
            (
                "signatures",
                Shape::List(
                    1,
                    &Shape::Object(&[("sig", Shape::Bytes(PIECE)), ("keyid", Shape::Text)]),
                ),
            ),
        ]),
    ),
]);

/// Reads the JSON of a bundle and holds it to what the format has: known members, canonical base64, plain
/// numbers, one signature with one kind of key.
pub(super) fn bundle(bytes: &[u8], limits: &Limits) -> Result<Value, MalformedBundle> {
    let value = read(bytes, limits).map_err(MalformedBundle::Json)?;
    hold("bundle", &value, &BUNDLE)?;
    one_of(
        &value,
        "verificationMaterial",
        &["certificate", "x509CertificateChain", "publicKey"],
    )?;
    one_of(&value, "bundle", &["messageSignature", "dsseEnvelope"])?;
    Ok(value)
}

/// Reads the JSON of a trusted root, or takes it out of the configuration of a client.
pub(super) fn trust_root(bytes: &[u8]) -> Result<Value, TrustRootError> {
    const ROOTS: [&str; 2] = [
        "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "application/vnd.dev.sigstore.trustedroot.v0.2+json",
    ];
    const CONFIGURATION: &str = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json";

    fn media_type(value: &Value) -> &str {
        value
            .get("mediaType")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    let mut value = read(bytes, &Limits::default()).map_err(TrustRootError::Json)?;
    if media_type(&value) == CONFIGURATION {
        value = value
            .get_mut("trustedRoot")
            .map(Value::take)
            .unwrap_or_default();
    }
    if !ROOTS.contains(&media_type(&value)) {
        return Err(TrustRootError::MediaType);
    }
    Ok(value)
}

fn hold(name: &'static str, value: &Value, shape: &Shape) -> Result<(), MalformedBundle> {
    let wrong = |problem| MalformedBundle::Member { name, problem };
    match shape {
        Shape::Text => match value {
            Value::String(text) if text.len() <= PIECE => Ok(()),
            Value::String(_) => Err(wrong(Problem::TooLong { limit: PIECE })),
            _ => Err(wrong(Problem::NoText)),
        },
        Shape::Word(words) => {
            let text = value.as_str().ok_or_else(|| wrong(Problem::NoText))?;
            words
                .contains(&text)
                .then_some(())
                .ok_or_else(|| wrong(Problem::UnknownWord))
        }
        Shape::Bytes(limit) => {
            let text = value.as_str().ok_or_else(|| wrong(Problem::NoText))?;
            if text.len() > *limit {
                return Err(wrong(Problem::TooLong { limit: *limit }));
            }
            is_canonical(text)
                .then_some(())
                .ok_or_else(|| wrong(Problem::NoBase64))
        }
        Shape::Hash => {
            let text = value.as_str().ok_or_else(|| wrong(Problem::NoText))?;
            (text.len() == HASH && is_canonical(text))
                .then_some(())
                .ok_or_else(|| wrong(Problem::NoHash))
        }
        Shape::Whole => is_whole(value)
            .then_some(())
            .ok_or_else(|| wrong(Problem::NoNumber)),
        Shape::List(most, of) => {
            let items = value.as_array().ok_or_else(|| wrong(Problem::NoList))?;
            if items.len() > *most {
                let (found, limit) = (items.len(), *most);
                return Err(wrong(Problem::TooMany { found, limit }));
            }
            items.iter().try_for_each(|item| hold(name, item, of))
        }
        Shape::Object(members) => {
            let object = value.as_object().ok_or_else(|| wrong(Problem::NoObject))?;
            for (member, value) in object {
                let (name, shape) = members
                    .iter()
                    .find(|(name, _)| name == member)
                    .ok_or_else(|| wrong(Problem::UnknownMember))?;
                if !value.is_null() {
                    hold(name, value, shape)?;
                }
            }
            Ok(())
        }
    }
}

/// Wants exactly one of some members.
fn one_of(bundle: &Value, name: &'static str, members: &[&str]) -> Result<(), MalformedBundle> {
    let object = bundle.get(name).unwrap_or(bundle);
    let found = members
        .iter()
        .filter(|member| object.get(**member).is_some_and(|value| !value.is_null()))
        .count();
    match found {
        1 => Ok(()),
        0 => Err(MalformedBundle::Member {
            name,
            problem: Problem::Nothing,
        }),
        _ => Err(MalformedBundle::Member {
            name,
            problem: Problem::Ambiguous,
        }),
    }
}

fn is_canonical(text: &str) -> bool {
    // Four characters at a time, so that a large payload is not decoded into memory once more.
    let mut chunks = text.as_bytes().chunks(4096).peekable();
    let mut room = [0; 3072];
    while let Some(chunk) = chunks.next() {
        let is_last = chunks.peek().is_none();
        if (!is_last && chunk.contains(&b'=')) || Base64::decode(chunk, &mut room).is_err() {
            return false;
        }
    }
    true
}

fn is_whole(value: &Value) -> bool {
    match value {
        Value::Number(number) => number
            .as_u64()
            .is_some_and(|number| i64::try_from(number).is_ok()),
        Value::String(text) => {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit())
                && (text == "0" || !text.starts_with('0'));
            is_plain && text.parse::<i64>().is_ok()
        }
        _ => false,
    }
}

/// Reads strict JSON. The first reader refuses what the second would read in another way, such as a member
/// twice in an object.
fn read(bytes: &[u8], limits: &Limits) -> Result<Value, json::Error> {
    json::read(bytes, &limits.json())?;
    // Every value of strict JSON within the limits is one for this reader too, but for numbers beyond `f64`.
    Ok(serde_json::from_slice(bytes).unwrap_or_default())
}
