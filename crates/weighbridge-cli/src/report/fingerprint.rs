use std::collections::HashMap;

use weighbridge::digest::{Algorithm, Hasher};

use super::finding::Finding;
use super::target::Target;

/// What the hash of a fingerprint begins with; another one where what goes into it changes.
const DOMAIN: &str = "weighbridge/v1";

/// Gives every finding of a file its fingerprint, those that are suppressed too.
///
/// It is the SHA-256, in lower-case hex, of the rule's code, the canonical subject, the member, the number of
/// the pickle, and the digest of the file's content where it is known. Findings of one file that are equal in
/// all of that are counted. The path, the byte offsets and the message have no part in it: the fingerprint
/// stays where the file is moved, and where a message is worded better.
pub(super) fn assign(target: &mut Target) {
    let digest = target.sha256.as_deref().map(str::to_owned);
    let mut seen: HashMap<[u8; 32], u64> = HashMap::new();
    let suppressed = target.suppressed.iter_mut();
    let mut findings: Vec<&mut Finding> = target
        .findings
        .iter_mut()
        .chain(suppressed.map(|suppressed| &mut suppressed.finding))
        .collect();
    // What is suppressed keeps its turn among equal ones.
    findings.sort_by_key(|finding| {
        let location = &finding.location;
        (location.byte_start, location.byte_end, location.opcode)
    });
    for finding in findings {
        let kind = hash(finding, digest.as_deref(), None);
        let mut key = [0; 32];
        for (to, from) in key.iter_mut().zip(kind.bytes()) {
            *to = *from;
        }
        let ordinal = seen.entry(key).or_default();
        let fingerprint = if *ordinal == 0 {
            kind
        } else {
            hash(finding, digest.as_deref(), Some(*ordinal))
        };
        *ordinal = ordinal.saturating_add(1);
        finding.fingerprint = Some(fingerprint.to_hex().into());
    }
}

fn hash(
    finding: &Finding,
    digest: Option<&str>,
    ordinal: Option<u64>,
) -> weighbridge::digest::Digest {
    let stream = finding.location.stream.map(|stream| stream.to_string());
    let ordinal = ordinal.map(|ordinal| ordinal.to_string());
    let mut hasher = Hasher::new(Algorithm::Sha256);
    for part in [
        Some(DOMAIN),
        Some(finding.rule.code()),
        finding.subject.as_deref(),
        finding.location.member.as_deref(),
        stream.as_deref(),
        digest,
        ordinal.as_deref(),
    ] {
        // With its length before it no part can pass for the end of another.
        match part {
            None => hasher.update(&u64::MAX.to_le_bytes()),
            Some(part) => {
                let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
                hasher.update(&length.to_le_bytes());
                hasher.update(part.as_bytes());
            }
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use weighbridge::scan::{Options, Scanner};

    use crate::report::Target;

    /// Two equal imports and another one.
    const PICKLE: &[u8] = b"cos\nsystem\n0cos\nsystem\n0cos\npopen\n.";

    fn fingerprints(path: &str, bytes: &[u8], digest: Option<&str>) -> Vec<String> {
        let target = Scanner::new(Options::default()).scan_bytes(path, bytes);
        let mut target = Target::from(target);
        target.sha256 = digest.map(|digest| digest.to_owned().into());
        super::assign(&mut target);
        let findings = target.findings.iter();
        findings
            .map(|finding| finding.fingerprint.as_deref().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_moved_file_keeps_its_fingerprints() {
        let here = fingerprints("a.pkl", PICKLE, Some("00"));
        assert_eq!(here, fingerprints("b/c.pkl", PICKLE, Some("00")));
        assert!(here.iter().all(|fingerprint| fingerprint.len() == 64));
    }

    #[test]
    fn equal_findings_of_one_file_have_fingerprints_of_their_own() {
        let mut all = fingerprints("a.pkl", PICKLE, None);
        assert_eq!(all.len(), 3);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn another_content_is_another_finding_where_the_digest_is_known() {
        let one = fingerprints("a.pkl", PICKLE, Some("00"));
        let other = fingerprints("a.pkl", PICKLE, Some("01"));
        assert!(one.iter().all(|fingerprint| !other.contains(fingerprint)));
    }

    #[test]
    fn a_shifted_finding_is_the_same_finding() {
        let shifted = [b"K\x010", PICKLE].concat();
        assert_eq!(
            fingerprints("a.pkl", PICKLE, None),
            fingerprints("a.pkl", &shifted, None)
        );
    }
}
