//! The bundles of the public conformance suites; without them the tests are ignored.

#![cfg(test)]

mod cases;
mod identity;
mod mutation;
mod oms;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use model_sign::keyed::Artifact;

use crate::cases::{Case, Corpus, Expected, Signer};

/// Valid bundles of each kind, each byte of which is changed.
const MUTATED: [&str; 5] = [
    "happy-path-v0.1",
    "happy-path-intoto-in-dsse-v3",
    "intoto-with-custom-trust-root",
    "managed-key-happy-path",
    "rekor2-happy-path",
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match Corpus::find() {
        Some(corpus) => trials(&corpus),
        None => vec![
            Trial::test("the_conformance_suite_comes_out_as_labelled", || Ok(()))
                .with_ignored_flag(true),
        ],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(corpus: &Corpus) -> Vec<Trial> {
    let mut trials = oms::trials(&corpus.corpora);
    let cases = corpus.cases();
    let count = cases.len();
    trials.push(Trial::test(
        "the_suite_has_its_seventy_bundles",
        move || {
            (count == 70)
                .then_some(())
                .ok_or_else(|| format!("{count} cases").into())
        },
    ));
    for case in corpus.cases() {
        if case.name == "happy-path-v0.3" {
            trials.extend(identity::trials(case));
        } else if MUTATED.contains(&&*case.name) {
            let name = format!("every_byte_matters::{}", case.name);
            trials.push(Trial::test(name, move || {
                mutation::every_byte_matters(&case)
            }));
        }
    }
    for case in cases {
        trials.push(Trial::test(case.name.clone(), move || comes_out(&case)));
    }
    trials
}

/// Verifies a case by its bytes and by their digest.
fn comes_out(case: &Case) -> Result<(), Failed> {
    let by_bytes = case.verify(Artifact::Bytes(&case.artifact));
    let digest = model_digest::Digest::of(model_digest::Algorithm::Sha256, &case.artifact);
    let by_digest = case.verify(Artifact::Digest(&digest));
    for result in [by_bytes, by_digest] {
        match (result, case.expected) {
            (Ok(verified), Expected::Valid) => {
                let is_keyless = matches!(case.signer, Signer::Identity(..));
                if verified.signer().is_some() != is_keyless
                    || (is_keyless && verified.times().is_empty())
                {
                    return Err(format!("{verified:?}").into());
                }
            }
            (Err(error), Expected::Invalid) => {
                let found = cases::code(&*error);
                let wanted = REASONS.iter().find(|(name, _)| *name == case.name);
                if wanted.is_none_or(|(_, code)| *code != found) {
                    return Err(format!("{found}: {}", cases::chain(&*error)).into());
                }
            }
            (Ok(verified), Expected::Invalid) => {
                return Err(format!("accepted: {verified:?}").into());
            }
            (Err(error), Expected::Valid) => return Err(cases::chain(&*error).into()),
        }
    }
    Ok(())
}

/// Why each bundle that is not valid is refused. Some vectors have another fault than the one that they are
/// named for, which is met first; those say so.
const REASONS: [(&str, &str); 49] = [
    ("bundle-empty-certificate-chain_fail", "malformed-bundle"),
    ("bundle-from-wrong-instance_fail", "inclusion-promise"),
    ("bundle-invalid-base64-signature_fail", "malformed-bundle"),
    ("bundle-malformed-json_fail", "malformed-bundle"),
    ("bundle-negative-log-index_fail", "malformed-bundle"),
    ("bundle-unknown-version_fail", "malformed-bundle"),
    ("bundle-with-root-cert_fail", "malformed-bundle"),
    ("checkpoint-bad-keyhint_fail", "checkpoint"),
    ("checkpoint-wrong-roothash_fail", "checkpoint"),
    ("dsse-invalid-sig_fail", "signature"),
    ("dsse-mismatch-envelope_fail", "log-entry"),
    ("dsse-mismatch-sig_fail", "log-entry"),
    ("inclusion-proof-corrupted-hash_fail", "inclusion-proof"),
    ("incorrect-public-key_fail", "inclusion-promise"),
    ("integrated-time-in-future_fail", "certificate-chain"),
    ("intoto-expired-certificate_fail", "certificate-chain"),
    ("intoto-log-entry-mismatch_fail", "log-entry"),
    ("intoto-missing-inclusion-proof_fail", "inclusion-proof"),
    (
        "intoto-set-outside-signing-cert-validity_fail",
        "certificate-chain",
    ),
    (
        "intoto-tsa-timestamp-outside-cert-validity_fail",
        "certificate-chain",
    ),
    ("invalid-checkpoint-signature_fail", "checkpoint"),
    ("invalid-ct-key_fail", "certificate-timestamp"),
    ("invalid-inclusion-proof_fail", "checkpoint"),
    ("managed-key-no-key_fail", "signed-with-key"),
    ("managed-key-wrong-key_fail", "key"),
    ("message-digest-mismatch_fail", "artifact-mismatch"),
    (
        "rekor2-checkpoint-missing-log-signature_fail",
        "malformed-bundle",
    ),
    ("rekor2-checkpoint-missing-origin_fail", "malformed-bundle"),
    (
        "rekor2-checkpoint-missing-root-hash_fail",
        "malformed-bundle",
    ),
    ("rekor2-checkpoint-missing-size_fail", "malformed-bundle"),
    ("rekor2-checkpoint-no-matching-signature_fail", "checkpoint"),
    ("rekor2-dsse-invalid-sig_fail", "signature"),
    ("rekor2-dsse-mismatch-envelope_fail", "artifact-mismatch"),
    ("rekor2-dsse-mismatch-sig_fail", "log-entry"),
    ("rekor2-no-inclusion-proof_fail", "inclusion-proof"),
    ("rekor2-no-timestamp_fail", "timestamp"),
    (
        "rekor2-timestamp-outside-trust-root-tsa-validity_fail",
        "timestamp",
    ),
    (
        "rekor2-timestamp-outside-tsa-cert-validity_fail",
        "timestamp",
    ),
    ("rekor2-timestamp-payload-mismatch_fail", "timestamp"),
    (
        "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail",
        "timestamp",
    ),
    (
        "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail",
        "timestamp",
    ),
    (
        "rekor2-timestamp-with-incorrect-time_fail",
        "malformed-bundle",
    ),
    ("set-invalid-signature_fail", "inclusion-promise"),
    ("signature-mismatch_fail", "signature"),
    ("trust-root-tlog-missing-validity-start_fail", "trust-root"),
    ("wrong-hashedrekord-artifact_fail", "artifact-mismatch"),
    ("wrong-hashedrekord-cert-and-sig_fail", "log-entry"),
    ("wrong-hashedrekord-entry_fail", "artifact-mismatch"),
    ("wrong-material_fail", "artifact-mismatch"),
];
