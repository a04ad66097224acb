//! An own rule on the effect stream: a house that stores nothing but tensors wants no class but a few.
//!
//! `cargo run -p weighbridge-examples --example own_rule [FILE]`
#![expect(clippy::print_stdout, reason = "the example shows its result")]

use std::error::Error;

use weighbridge::findings::{Finding, Location, Rule, Severity};
use weighbridge::hold::Held;
use weighbridge::pickle::{Effect, EffectKind, EffectSink, Limits, Lists, scan_with};

/// The rule, under a prefix of one's own.
const ONLY_TENSORS: Rule = Rule::new(
    "HOUSE001/only-tensors",
    Severity::Medium,
    "A checkpoint holds something else than tensors in dicts",
);

/// Packages that a checkpoint of this house may name.
const ALLOWED: [&str; 2] = ["torch", "collections"];

/// Collects what breaks the rule.
#[derive(Default)]
struct OnlyTensors(Vec<Finding>);

impl EffectSink for OnlyTensors {
    fn effect(&mut self, effect: &Effect<'_>) {
        let EffectKind::Import { value, .. } = effect.kind else {
            return;
        };
        let Some(name) = effect.graph().name(value) else {
            return;
        };
        let package = name.module.split('.').next().unwrap_or_default();
        if !ALLOWED.contains(&package) {
            let full = weighbridge::findings::escape(&name.full());
            self.0.push(
                Finding::new(
                    ONLY_TENSORS.rule_id(),
                    ONLY_TENSORS.severity,
                    format!("names `{full}`"),
                    Location::bytes(effect.range.clone()).with_opcode(effect.index),
                )
                .with_subject(full),
            );
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = match std::env::args_os().nth(1) {
        Some(path) => Held::open(path)?.read_to_vec(1 << 30)?,
        None => b"\x80\x02cdecimal\nDecimal\nX\x03\x00\x00\x001.5\x85R.".to_vec(),
    };
    let mut house = OnlyTensors::default();
    let scan = scan_with(
        &bytes,
        0,
        &Lists::built_in(),
        &Limits::default(),
        &mut house,
    );
    // The project's own judgement and the house's stand side by side.
    for finding in scan.report.findings.iter().chain(&house.0) {
        println!(
            "{}: {} ({})",
            finding.severity, finding.message, finding.rule
        );
    }
    Ok(())
}
