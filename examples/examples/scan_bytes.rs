//! Scans bytes that a server has just received, before anything opens them.
//!
//! `cargo run -p weighbridge-examples --example scan_bytes [FILE]`
#![expect(clippy::print_stdout, reason = "the example shows its result")]

use std::error::Error;
use std::process::ExitCode;

use weighbridge::hold::Held;
use weighbridge::scan::{Options, Scanner, Verdict};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (name, bytes) = match std::env::args_os().nth(1) {
        Some(path) => {
            let held = Held::open(&path)?;
            (
                path.to_string_lossy().into_owned(),
                held.read_to_vec(1 << 30)?,
            )
        }
        // Names `os.system`; nothing here ever runs it.
        None => (
            "reduce.pkl".to_owned(),
            b"cos\nsystem\n(S'echo'\ntR.".to_vec(),
        ),
    };

    let target = Scanner::new(Options::default()).scan_bytes(&name, &bytes);
    for finding in &target.findings {
        println!(
            "{}: {} ({})",
            finding.severity, finding.message, finding.rule
        );
    }
    println!(
        "{}: {}, complete: {}",
        name, target.verdict, target.complete
    );

    // Only one verdict lets a model through; all others refuse.
    Ok(match target.verdict {
        Verdict::Clean => ExitCode::SUCCESS,
        Verdict::Dangerous
        | Verdict::Suspicious
        | Verdict::Undecided
        | Verdict::Unsupported
        | Verdict::Passive => ExitCode::FAILURE,
    })
}
