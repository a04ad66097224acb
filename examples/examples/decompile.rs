//! Writes a pickle as Python source, and says which bytes each call came from. Nothing is evaluated.
//!
//! `cargo run -p weighbridge-examples --example decompile [FILE]`
#![expect(clippy::print_stdout, reason = "the example shows its result")]

use std::error::Error;

use weighbridge::hold::Held;
use weighbridge::pickle::{Limits, StatementKind, decompile};

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = match std::env::args_os().nth(1) {
        Some(path) => Held::open(path)?.read_to_vec(1 << 30)?,
        None => b"cos\nsystem\n(S'exit 0'\ntR0N.".to_vec(),
    };
    // The source holds no control characters, so it can be printed as it is.
    let found = decompile(&bytes, 0, &Limits::default());
    print!("{}", found.source);
    for span in &found.spans {
        if span.kind == StatementKind::Call {
            let (start, end) = (span.bytes.start, span.bytes.end);
            println!("# bytes {start}..{end} call: {}", found.text(span));
        }
    }
    if let Some(error) = found.end.outcome.error {
        println!("# then the stream breaks: {error}");
    }
    Ok(())
}
