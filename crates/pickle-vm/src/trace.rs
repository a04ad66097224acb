use core::ops::Range;

use crate::disasm::Argument;
use crate::effect::EffectSink;
use crate::error::Error;
use crate::graph::Graph;
use crate::limits::Limits;
use crate::lists::Lists;
use crate::machine::{Advance, Machine, index_in_text};
use crate::opcode::Opcode;
use crate::value::Value;

/// Carries out one pickle opcode by opcode, and shows stack, marks and memo between them.
///
/// It is [`Machine`] one step at a time: what a loader would do, in the main reading of the bytes, over values
/// that stand for objects. Contents of containers that nothing needs any more may be forgotten between steps.
///
/// # Limits
/// Those of [`Machine`]; other readings are not followed.
///
/// # Examples
/// ```
/// use pickle_vm::{Effect, EffectSink, Limits, Lists, Trace, View};
///
/// struct Quiet;
/// impl EffectSink for Quiet {
///     fn effect(&mut self, _: &Effect<'_>) {}
/// }
///
/// let mut trace = Trace::new(b"(K\x01K\x02t.", 0, &Lists::built_in(), &Limits::default());
/// let mut heights = Vec::new();
/// while let Some(step) = trace.step(&mut Quiet) {
///     step?;
///     heights.push((trace.stack().len(), trace.marks().len()));
/// }
/// assert_eq!(heights, [(0, 1), (1, 1), (2, 1), (1, 0), (1, 0)]);
/// assert!(matches!(trace.graph().view(trace.stack()[0]), View::Tuple(_)));
/// # Ok::<(), pickle_vm::Error>(())
/// ```
#[derive(Debug)]
pub struct Trace<'a> {
    machine: Machine<'a>,
    has_ended: bool,
}

/// One opcode that was carried out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step<'a> {
    /// The opcode.
    pub opcode: Opcode,
    /// Which opcode of the pickle it is, from 0.
    pub index: u64,
    /// The half-open byte range of the opcode and its argument.
    pub range: Range<u64>,
    /// Its argument, if `pickletools` can read it: loaders are less strict.
    pub argument: Option<Argument<'a>>,
    /// The memo index under which it stored the top of the stack.
    pub stored: Option<u64>,
}

impl<'a> Trace<'a> {
    /// Prepares to trace the pickle that begins at byte `start` of `input`.
    #[must_use]
    pub fn new(input: &'a [u8], start: usize, lists: &Lists<'a>, limits: &Limits) -> Self {
        let limits = limits.clone().with_readings(0);
        Self {
            machine: Machine::new(input, start, lists, &limits),
            has_ended: false,
        }
    }

    /// Carries out the next opcode and tells a sink its effects; `None` behind STOP, and behind an error.
    pub fn step<S: EffectSink + ?Sized>(
        &mut self,
        sink: &mut S,
    ) -> Option<Result<Step<'a>, Error>> {
        if self.has_ended {
            return None;
        }
        let index = self.machine.index();
        let entries = self.machine.memo().count();
        let op = match self.machine.advance(sink) {
            Advance::Opcode(op) => op,
            Advance::End(op) => {
                self.has_ended = true;
                op
            }
            Advance::Broken(error, _) => {
                self.has_ended = true;
                return Some(Err(error));
            }
        };
        let stored = match op.opcode() {
            Opcode::Memoize => Some(entries),
            Opcode::BinPut | Opcode::LongBinPut => Some(op.unsigned()),
            Opcode::Put => index_in_text(op.argument()).ok(),
            _ => None,
        };
        let range = op.range();
        let offset = |at: usize| u64::try_from(at).unwrap_or(u64::MAX);
        Some(Ok(Step {
            opcode: op.opcode(),
            index,
            range: offset(range.start)..offset(range.end),
            argument: Argument::of(&op),
            stored,
        }))
    }

    /// Returns the graph that says what values stand for.
    #[must_use]
    pub const fn graph(&self) -> &Graph<'a> {
        self.machine.graph()
    }

    /// Returns the values on the stack, the topmost last; marks are not among them.
    #[must_use]
    pub fn stack(&self) -> &[Value] {
        self.machine.stack()
    }

    /// Returns the metastack: how many values lie below each open mark, the topmost mark last.
    #[must_use]
    pub fn marks(&self) -> &[usize] {
        self.machine.marks()
    }

    /// Returns a memo entry.
    #[must_use]
    pub fn memo(&self, index: u64) -> Option<Value> {
        self.machine.memo().get(index)
    }

    /// Returns how many memo entries there are.
    #[must_use]
    pub const fn memo_entries(&self) -> u64 {
        self.machine.memo().count()
    }

    /// Returns how many pickles wait for one inside an array to end.
    #[must_use]
    pub const fn nested(&self) -> usize {
        self.machine.nested()
    }

    /// Returns how many opcodes were carried out.
    #[must_use]
    pub const fn opcodes(&self) -> u64 {
        self.machine.index()
    }

    /// Returns the byte behind the last opcode that was carried out, and behind array bytes that belong to it.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.machine.end()
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;
    use alloc::vec::Vec;

    use super::Trace;
    use crate::effect::{Effect, EffectSink};
    use crate::error::ErrorKind;
    use crate::graph::View;
    use crate::limits::Limits;
    use crate::lists::Lists;

    /// Counts effects.
    struct Count(usize);

    impl EffectSink for Count {
        fn effect(&mut self, _: &Effect<'_>) {
            self.0 = self.0.saturating_add(1);
        }
    }

    fn trace(input: &[u8]) -> Trace<'_> {
        Trace::new(input, 0, &Lists::built_in(), &Limits::default())
    }

    #[test]
    fn what_is_stored_is_found_under_its_index() {
        let mut trace = trace(b"]\x94K\x05q\x09N\x94p7\n.");
        let mut stored = Vec::new();
        let mut sink = Count(0);
        while let Some(step) = trace.step(&mut sink) {
            if let Some(index) = step.unwrap().stored {
                let value = trace.memo(index).unwrap();
                assert_eq!(Some(&value), trace.stack().last());
                stored.push(index);
            }
        }
        assert_eq!(stored, [0, 9, 2, 7]);
        assert_eq!(
            (trace.memo_entries(), trace.opcodes(), trace.end()),
            (4, 8, 12)
        );
    }

    #[test]
    fn a_cut_pickle_is_traced_to_its_end() {
        let mut trace = trace(b"cos\nsystem\n(S'id'\ntR");
        let mut sink = Count(0);
        let mut steps = 0;
        let error = loop {
            match trace.step(&mut sink) {
                Some(Ok(step)) => {
                    steps = u64::saturating_add(steps, 1);
                    assert_eq!(
                        step.argument.unwrap().to_string().is_empty(),
                        steps == 2 || steps > 3
                    );
                }
                Some(Err(error)) => break error,
                None => panic!("no error"),
            }
        };
        assert_eq!((steps, sink.0, error.kind()), (5, 2, &ErrorKind::NoStop));
        assert!(trace.step(&mut sink).is_none());
        assert!(matches!(
            trace.graph().view(trace.stack()[0]),
            View::Object(_)
        ));
    }
}
