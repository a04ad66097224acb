//! Lists what loading a pickle would do, opcode by opcode, without judging it.
//!
//! `cargo run -p weighbridge-examples --example list_effects [FILE]`
#![expect(clippy::print_stdout, reason = "the example shows its result")]

use std::error::Error;

use weighbridge::hold::Held;
use weighbridge::pickle::{Effect, EffectKind, EffectSink, Limits, Lists, Machine};

/// Prints imports and calls.
struct Print;

impl EffectSink for Print {
    fn effect(&mut self, effect: &Effect<'_>) {
        let graph = effect.graph();
        let what = match effect.kind {
            EffectKind::Import { value, .. } => match graph.name(value) {
                Some(name) => format!("imports {}", name.full()),
                None => return,
            },
            EffectKind::Call { callee, folded, .. } => match graph.name(callee) {
                Some(name) if folded => format!("computes {}(…)", name.full()),
                Some(name) => format!("calls {}(…)", name.full()),
                None => "calls what another call gave".to_owned(),
            },
            EffectKind::Build { .. } => "gives an object its state".to_owned(),
            _ => return,
        };
        // What a file names is escaped before it reaches a terminal.
        println!(
            "{:>6} {:<12} {}",
            effect.range.start,
            effect.opcode,
            weighbridge::findings::escape(&what)
        );
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = match std::env::args_os().nth(1) {
        Some(path) => Held::open(path)?.read_to_vec(1 << 30)?,
        None => b"\x80\x04\x8c\x0bcollections\x8c\x0bOrderedDict\x93)R.".to_vec(),
    };
    let outcome = Machine::new(&bytes, 0, &Lists::built_in(), &Limits::default()).run(&mut Print);
    if let Some(error) = outcome.error {
        println!("then the stream breaks: {error}");
    }
    Ok(())
}
