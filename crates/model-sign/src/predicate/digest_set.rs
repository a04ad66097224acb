use std::collections::BTreeMap;

use super::error::{PredicateError, PredicateErrorKind};
use super::writer::Writer;
use crate::json::Value;

/// The algorithms whose digests have lower-case hexadecimal digits, and how many; of two numbers either one.
const HEXADECIMAL: [(&str, usize, usize); 20] = [
    ("sha256", 64, 64),
    ("sha224", 56, 56),
    ("sha384", 96, 96),
    ("sha512", 128, 128),
    ("sha512_224", 56, 56),
    ("sha512_256", 64, 64),
    ("sha3_224", 56, 56),
    ("sha3_256", 64, 64),
    ("sha3_384", 96, 96),
    ("sha3_512", 128, 128),
    ("sha1", 40, 40),
    ("md5", 32, 32),
    ("blake2b", 128, 128),
    ("blake3", 64, 64),
    ("ripemd160", 40, 40),
    ("sm3", 64, 64),
    ("gitCommit", 40, 64),
    ("gitTree", 40, 64),
    ("gitBlob", 40, 64),
    ("gitTag", 40, 64),
];

/// Digests of one artifact, or other references that never change, by the name of their algorithm.
///
/// # Spec
/// in-toto attestation framework, `digest_set.md`. The digits of the algorithms that are named there are checked;
/// the values of others are kept as they are.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DigestSet(BTreeMap<String, String>);

impl DigestSet {
    /// An empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a digest; one of the same algorithm is replaced. `None` if it is malformed.
    #[must_use]
    pub fn with(mut self, algorithm: &str, digest: &str) -> Option<Self> {
        if !is_well_formed(algorithm, digest) {
            return None;
        }
        self.0.insert(algorithm.to_owned(), digest.to_owned());
        Some(self)
    }

    pub(super) fn read(value: &Value<'_>) -> Result<Self, PredicateError> {
        let mut digests = BTreeMap::new();
        for member in value.as_object()?.members() {
            let digest = member.value().as_str()?;
            if !is_well_formed(member.key(), digest) {
                let kind = PredicateErrorKind::MalformedDigest;
                return Err(PredicateError::new(kind, member.value().offset()));
            }
            digests.insert(member.key().to_owned(), digest.to_owned());
        }
        Ok(Self(digests))
    }

    /// Whether there is no digest.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The digest of an algorithm.
    #[must_use]
    pub fn get(&self, algorithm: &str) -> Option<&str> {
        self.0.get(algorithm).map(String::as_str)
    }

    /// The algorithms and digests, by the names of the algorithms.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(algorithm, digest)| (&**algorithm, &**digest))
    }

    pub(super) fn write(&self, out: &mut Writer, key: &str) {
        out.object_unless_empty(key, self.is_empty(), |out| {
            for (algorithm, digest) in self.iter() {
                out.text(algorithm, digest);
            }
        });
    }
}

/// Whether a digest is one of its algorithm.
pub(crate) fn is_well_formed(algorithm: &str, digest: &str) -> bool {
    let known = HEXADECIMAL.iter().find(|(name, ..)| *name == algorithm);
    let digits = digest
        .bytes()
        .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    match known {
        Some((_, one, other)) => digits && (digest.len() == *one || digest.len() == *other),
        None => !algorithm.is_empty() && !digest.is_empty(),
    }
}
