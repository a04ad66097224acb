//! Chains of others: those of the conformance suite, and ours before `openssl verify`. What is not there makes its
//! tests ignored.

#![cfg(test)]

#[expect(clippy::disallowed_methods, reason = "the vectors are small")]
mod conformance;
#[path = "../it/certificate/forge.rs"]
#[expect(dead_code, reason = "the tests of the rules use all of it")]
mod forge;
mod openssl;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let mut trials = conformance::trials();
    trials.extend(openssl::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
