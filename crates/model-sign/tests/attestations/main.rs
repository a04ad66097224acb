//! Statements that others signed keyless: those of the conformance suite of Sigstore. Without it the test is ignored.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the vectors are small")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use libtest_mimic::{Arguments, Failed, Trial};
use model_digest::{Algorithm, Digest};
use model_sign::Limits;
use model_sign::attest::{AttestationSigner, AttestationVerifier, Evidence, SubjectError};
use model_sign::sigstore::{Identity, Issuer, KeylessVerifier, TrustRoot};

/// 2026-11-01T00:00:00Z, when the certificate authorities of the suite are valid.
fn then() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_491_200)
}

fn main() -> ExitCode {
    let folder =
        std::env::var_os("WEIGHBRIDGE_CORPORA").map(|root| PathBuf::from(root).join("sigstore"));
    let trials = match folder.filter(|folder| folder.is_dir()) {
        Some(folder) => trials(&folder),
        None => vec![
            Trial::test("statements_of_the_suite_come_out_as_labelled", || Ok(()))
                .with_ignored_flag(true),
        ],
    };
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trials(folder: &Path) -> Vec<Trial> {
    let labels = fs::read_to_string(folder.join("labels.tsv")).unwrap();
    let mut trials = Vec::new();
    for row in labels.lines() {
        let [path, kind, signer, root, artifact, expected, ..] =
            row.split('\t').collect::<Vec<_>>()[..]
        else {
            continue;
        };
        let Some((identity, issuer)) = signer.split_once(' ').filter(|_| kind.starts_with("dsse"))
        else {
            continue;
        };
        let case = Case {
            bundle: folder.join(path).join("bundle.sigstore.json"),
            root: folder.join(root),
            artifact: folder.join(artifact),
            identity: identity.to_owned(),
            issuer: issuer.to_owned(),
            is_valid: expected == "valid",
        };
        trials.push(Trial::test(path, move || case.comes_out()));
    }
    let count = trials.len();
    trials.push(Trial::test(
        "the_suite_has_its_fourteen_statements",
        move || {
            (count == 14)
                .then_some(())
                .ok_or_else(|| format!("{count} rows").into())
        },
    ));
    trials
}

struct Case {
    bundle: PathBuf,
    root: PathBuf,
    artifact: PathBuf,
    identity: String,
    issuer: String,
    is_valid: bool,
}

impl Case {
    fn comes_out(&self) -> Result<(), Failed> {
        let verified = self.verify(&self.identity, &self.issuer);
        match (verified, self.is_valid) {
            (Ok(()), true) => {
                // Nobody else is accepted in the signer's place.
                let other = self.verify("somebody@example.com", &self.issuer);
                let elsewhere = self.verify(&self.identity, "https://issuer.example.com");
                match (other, elsewhere) {
                    (Err(_), Err(_)) => Ok(()),
                    both => Err(format!("{both:?}").into()),
                }
            }
            (Err(_), false) => Ok(()),
            (Ok(()), false) => Err("accepted".into()),
            (Err(error), true) => Err(error),
        }
    }

    fn verify(&self, identity: &str, issuer: &str) -> Result<(), Failed> {
        let root = TrustRoot::from_json(&fs::read(&self.root)?)?;
        let keyless =
            KeylessVerifier::new(root, Identity::exact(identity)?, Issuer::exact(issuer)?);
        let verifier = AttestationVerifier::of_identity(keyless);
        let all = Evidence::read_all(&fs::read(&self.bundle)?, &Limits::default())?;
        let [evidence] = &all[..] else {
            return Err("not one".into());
        };
        let attested = verifier.verify(evidence, then())?;
        if !matches!(attested.signers(), [AttestationSigner::Identity { .. }]) {
            return Err("another kind of signer".into());
        }
        let another = Digest::of(Algorithm::Sha256, b"something else");
        if !matches!(
            attested.clone().about(&[another]),
            Err(SubjectError::Mismatch { .. })
        ) {
            return Err("about something else".into());
        }
        let digest = Digest::of(Algorithm::Sha256, &fs::read(&self.artifact)?);
        attested.about(&[digest])?;
        Ok(())
    }
}
