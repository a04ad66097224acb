//! The conformance suite of OpenSSF Model Signing, through the command line: every bundle that it verifies and
//! every configuration that it signs and verifies. The suite lies in the folder that the environment variable
//! `WEIGHBRIDGE_CORPORA` names; without it all of this is ignored.

#![cfg(test)]

mod roundtrip;
mod suite;
mod verify;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use suite::Suite;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match Suite::find() {
        Some(suite) => [verify::trials(&suite), roundtrip::trials(&suite)].concat_trials(),
        None => vec![Trial::test("the_suite_holds", || Ok(())).with_ignored_flag(true)],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Puts lists of tests behind each other; they cannot be cloned.
trait Concat {
    fn concat_trials(self) -> Vec<Trial>;
}

impl<const N: usize> Concat for [Vec<Trial>; N] {
    fn concat_trials(self) -> Vec<Trial> {
        self.into_iter().flatten().collect()
    }
}
