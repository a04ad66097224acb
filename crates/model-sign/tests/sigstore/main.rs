//! The bundles of the public conformance suites; without them the tests are ignored.

#![cfg(test)]

mod cases;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use model_sign::keyed::Artifact;

use crate::cases::{Case, Corpus, Expected, Signer};

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
    let mut trials = Vec::new();
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
            (Err(_), Expected::Invalid) => {}
            (Ok(verified), Expected::Invalid) => {
                return Err(format!("accepted: {verified:?}").into());
            }
            (Err(error), Expected::Valid) => return Err(cases::chain(&*error).into()),
        }
    }
    Ok(())
}
