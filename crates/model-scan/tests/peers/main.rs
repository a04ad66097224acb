//! Archives and compressed streams made by the programs that make them elsewhere, where those are installed;
//! reported as ignored where not.

mod seven_zip;
mod streams;
mod tar;
mod tool;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let mut trials = tar::trials();
    trials.extend(seven_zip::trials());
    trials.extend(streams::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
