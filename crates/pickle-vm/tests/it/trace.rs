//! What holds of every trace.

use pickle_vm::{Effect, EffectSink, Limits, Lists, Machine, Reading, Trace};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::properties::soup;

/// Keeps where effects of the main reading are, and what they are.
#[derive(Default)]
struct Log(Vec<(u64, String)>);

impl EffectSink for Log {
    fn effect(&mut self, effect: &Effect<'_>) {
        if effect.reading == Reading::Main {
            self.0.push((effect.index, format!("{:?}", effect.kind)));
        }
    }
}

/// Asks that a trace is what the machine does, one opcode at a time.
fn assert_same(input: &[u8]) {
    let lists = Lists::built_in();
    let limits = Limits::default().with_readings(0);
    let mut whole = Log::default();
    let outcome = Machine::new(input, 0, &lists, &limits).run(&mut whole);

    let mut trace = Trace::new(input, 0, &lists, &Limits::default());
    let mut steps = Log::default();
    let mut count = 0;
    let mut error = None;
    while let Some(step) = trace.step(&mut steps) {
        match step {
            Ok(step) => {
                assert_eq!(step.index, count);
                assert!(step.range.end <= trace.end());
                assert!(trace.marks().is_sorted());
                assert!(
                    trace
                        .marks()
                        .last()
                        .is_none_or(|&mark| mark <= trace.stack().len())
                );
                if let Some(index) = step.stored {
                    assert!(trace.memo(index).is_some());
                }
                count += 1;
            }
            Err(wrong) => error = Some(wrong),
        }
    }
    assert_eq!(
        (trace.opcodes(), trace.end(), error),
        (outcome.opcodes, outcome.end, outcome.error)
    );
    assert_eq!(steps.0, whole.0);
}

proptest! {
    #[test]
    fn any_bytes_are_traced_as_the_machine_carries_them_out(input in vec(any::<u8>(), 0..200)) {
        assert_same(&input);
    }

    #[test]
    fn any_opcodes_are_traced_as_the_machine_carries_them_out(input in soup()) {
        assert_same(&input);
    }
}
