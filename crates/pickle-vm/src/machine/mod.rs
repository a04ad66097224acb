mod calls;
mod containers;
mod readings;
mod stack;
mod state;
mod step;

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use hashbrown::HashMap;

use crate::decoder::{Decoder, Op};
use crate::effect::{Divergence, Effect, EffectKind, EffectSink, Reading};
use crate::error::{Error, ErrorKind};
use crate::fold;
use crate::graph::{Graph, Heap, Sweep};
use crate::limits::{Limit, Limits};
use crate::lists::Lists;
use crate::memo::Memo;
use crate::opcode::Opcode;
use crate::value::Value;

pub(crate) use step::index_in_text;

/// Carries out a pickle symbolically: a real stack, metastack and memo over abstract values. Nothing is
/// ever imported, called or resolved.
#[derive(Debug)]
pub struct Machine<'a> {
    graph: Graph<'a>,
    lists: Lists<'a>,
    limits: Limits,
    decoder: Decoder<'a>,
    state: State,
    /// Pickles that wait for one inside an array to end.
    outer: Vec<State>,
    extensions: HashMap<u32, Value>,
    /// Modules of the array wrappers met so far.
    wrappers: Vec<String>,
    folding: fold::Budget,
    /// Values that looking for keys with effects may still visit.
    hashing: u64,
    sweep_at: usize,
    /// The memory of the heap before the last sweep.
    spare: Heap,
    keep_all: bool,
    readings: u32,
    forks: Vec<Fork>,
    /// How many imports there were.
    imports: u32,
    index: u64,
    reading: Reading,
    left_out: LeftOut,
    end: u64,
}

/// Bytes of the stream that another reading leaves out.
#[derive(Clone, Copy, Debug)]
struct LeftOut {
    /// Where they would stand.
    at: usize,
    len: usize,
}

impl LeftOut {
    const NOTHING: Self = Self { at: 0, len: 0 };

    /// Where a range of what is read stands in the stream.
    fn place(self, range: &Range<usize>) -> Range<u64> {
        let start = if range.start >= self.at { self.len } else { 0 };
        let end = if range.end > self.at { self.len } else { 0 };
        offset(range.start.saturating_add(start))..offset(range.end.saturating_add(end))
    }
}

#[derive(Clone, Debug, Default)]
struct State {
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: Memo,
    protocol: u8,
    started: bool,
    frame_end: Option<usize>,
}

impl State {
    /// Bytes held, about.
    fn bytes(&self) -> usize {
        let values = self.stack.len().saturating_add(self.marks.len());
        self.memo
            .bytes()
            .saturating_add(values.saturating_mul(size_of::<Value>()))
    }
}

/// Another reading of the same bytes that is still to be followed.
#[derive(Debug)]
struct Fork {
    /// The bytes, where they are not the input as it is.
    input: Option<Vec<u8>>,
    position: usize,
    state: State,
    heap: Heap,
    extensions: HashMap<u32, Value>,
    index: u64,
    imports: u32,
    reading: Reading,
    left_out: LeftOut,
}

/// How a run ended.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// The byte behind the last opcode that was carried out, and behind the array bytes that belong to it.
    pub end: u64,
    /// How many opcodes were carried out.
    pub opcodes: u64,
    /// Why the run ended before STOP, if it did.
    pub error: Option<Error>,
}

/// Bytes held before the first sweep.
const FIRST_SWEEP: usize = 8 << 20;
/// Opcodes between two looks at how much is held, and at whether there is time to go on.
const SWEEP_EVERY: u64 = 256;
/// Bytes of state that are copied to follow another reading.
const FORKED_BYTES: usize = 64 << 20;
/// Pickles inside arrays inside pickles.
const NESTED_PICKLES: usize = 64;
/// Classes of array wrappers: joblib's own and the copies that others carry.
const WRAPPERS: usize = 8;
/// Longest text that is looked up as a module or a name, in bytes: honest ones have less than 200.
const LONGEST_NAME: usize = 1024;
/// Longest constant written as a line of text that is read anew whenever it is looked at.
const LONGEST_LINE: usize = 256;
/// A memo index past which CPython's C unpickler would allocate more than a gigabyte.
const HUGE_MEMO_INDEX: u64 = 1 << 26;

enum Step {
    Continue,
    Stop,
}

/// What became of one opcode.
#[derive(Debug)]
pub(crate) enum Advance<'a> {
    /// It was carried out.
    Opcode(Op<'a>),
    /// It is the STOP of the whole pickle.
    End(Op<'a>),
    /// No loader would survive it; without an opcode, none could be read.
    Broken(Error, Option<Op<'a>>),
}

/// How carrying out an opcode went.
enum Carried {
    /// The pickle goes on.
    On,
    /// It was the STOP of the whole pickle.
    End,
    /// No loader would survive it.
    Broken(Error),
    /// It was carried out, and a ceiling or the caller says that no more are.
    Halted(Error),
}

impl<'a> Machine<'a> {
    /// Prepares to run the pickle that begins at byte `start` of `input`.
    #[must_use]
    pub fn new(input: &'a [u8], start: usize, lists: &Lists<'a>, limits: &Limits) -> Self {
        let steps = u64::try_from(input.len()).unwrap_or(u64::MAX);
        Self {
            graph: Graph::new(input),
            lists: *lists,
            limits: limits.clone(),
            decoder: Decoder::at(input, start),
            state: State::default(),
            outer: Vec::new(),
            extensions: HashMap::new(),
            wrappers: Vec::new(),
            folding: fold::Budget {
                bytes: limits
                    .folded_bytes
                    .saturating_add(input.len().saturating_mul(4)),
                steps: limits.folding_steps.saturating_add(input.len()),
            },
            hashing: steps.saturating_mul(4).saturating_add(1 << 20),
            sweep_at: FIRST_SWEEP,
            spare: Heap::default(),
            keep_all: false,
            readings: limits.readings,
            forks: Vec::new(),
            imports: 0,
            index: 0,
            reading: Reading::Main,
            left_out: LeftOut::NOTHING,
            end: offset(start),
        }
    }

    /// Keeps every value until the end, and what was written into objects, for [`into_graph`](Self::into_graph).
    #[must_use]
    pub const fn keep_all(mut self) -> Self {
        self.keep_all = true;
        self
    }

    /// Runs the pickle to its STOP or to the first thing that no loader would survive, then every other
    /// reading of its bytes that some loader would take.
    pub fn run<S: EffectSink + ?Sized>(&mut self, sink: &mut S) -> Outcome {
        let error = self.run_one(sink);
        self.finish(error, sink)
    }

    /// Follows the other readings of the bytes, and says how the main one ended.
    pub(crate) fn finish<S: EffectSink + ?Sized>(
        &mut self,
        error: Option<Error>,
        sink: &mut S,
    ) -> Outcome {
        let mut outcome = Outcome {
            end: self.end,
            opcodes: self.index,
            error,
        };
        let mut forks = core::mem::take(&mut self.forks);
        while let Some(fork) = forks.pop() {
            let input = fork.input.as_deref().unwrap_or(self.graph.input());
            let mut machine = Machine {
                graph: Graph::with_heap(input, fork.heap),
                lists: self.lists,
                limits: self.limits.clone(),
                decoder: Decoder::at(input, fork.position),
                state: fork.state,
                outer: Vec::new(),
                extensions: fork.extensions,
                wrappers: Vec::new(),
                folding: fold::Budget {
                    bytes: self.folding.bytes,
                    steps: self.folding.steps,
                },
                hashing: self.hashing,
                sweep_at: FIRST_SWEEP,
                spare: Heap::default(),
                keep_all: false,
                readings: 0,
                forks: Vec::new(),
                imports: fork.imports,
                index: fork.index,
                reading: fork.reading,
                left_out: fork.left_out,
                end: offset(fork.position),
            };
            if matches!(machine.run_one(sink), Some(error) if *error.kind() == ErrorKind::Interrupted)
            {
                // Where another reading was cut short, the main one is not the whole answer either.
                outcome
                    .error
                    .get_or_insert(Error::new(ErrorKind::Interrupted, machine.end));
                break;
            }
        }
        outcome
    }

    /// Returns the values of the main reading and the value that STOP found.
    #[must_use]
    pub fn into_graph(mut self) -> (Graph<'a>, Option<Value>) {
        self.graph.heap.writes.settle();
        let result = self.state.stack.last().copied();
        (self.graph, result)
    }

    fn run_one<S: EffectSink + ?Sized>(&mut self, sink: &mut S) -> Option<Error> {
        loop {
            let op = match self.decoder.read() {
                Ok(op) => op,
                Err(error) => {
                    self.cut_off(&error, sink);
                    return Some(error);
                }
            };
            match self.carry_out(op, sink) {
                Carried::On => {}
                Carried::End => return None,
                Carried::Broken(error) | Carried::Halted(error) => return Some(error),
            }
        }
    }

    /// How many pickles wait for one inside an array to end.
    pub(crate) const fn nested(&self) -> usize {
        self.outer.len()
    }

    pub(crate) const fn graph(&self) -> &Graph<'a> {
        &self.graph
    }

    pub(crate) fn stack(&self) -> &[Value] {
        &self.state.stack
    }

    /// How many values lie below each open mark.
    pub(crate) fn marks(&self) -> &[usize] {
        &self.state.marks
    }

    pub(crate) const fn memo(&self) -> &Memo {
        &self.state.memo
    }

    /// How many opcodes were carried out.
    pub(crate) const fn index(&self) -> u64 {
        self.index
    }

    /// The byte behind what was carried out.
    pub(crate) const fn end(&self) -> u64 {
        self.end
    }

    /// Reads one opcode and carries it out.
    pub(crate) fn advance<S: EffectSink + ?Sized>(&mut self, sink: &mut S) -> Advance<'a> {
        let op = match self.decoder.read_here() {
            Ok(op) => op,
            Err(error) => {
                self.cut_off(&error, sink);
                return Advance::Broken(error, None);
            }
        };
        match self.carry_out(op, sink) {
            Carried::On => Advance::Opcode(op),
            Carried::End => Advance::End(op),
            Carried::Broken(error) => Advance::Broken(error, Some(op)),
            Carried::Halted(error) => Advance::Broken(error, None),
        }
    }

    #[inline(always)]
    fn carry_out<S: EffectSink + ?Sized>(&mut self, op: Op<'a>, sink: &mut S) -> Carried {
        if self.state.frame_end.is_some() {
            self.check_frame(op, sink);
        }
        let first = !core::mem::replace(&mut self.state.started, true);
        if op.opcode() == Opcode::Proto && !first {
            self.diverge(op, Divergence::SecondProto, sink);
        }
        match self.step(op, sink) {
            Ok(Step::Continue) => {}
            Ok(Step::Stop) => {
                self.index = self.index.saturating_add(1);
                self.end = offset(self.decoder.position());
                return match self.outer.pop() {
                    Some(outer) => {
                        self.state = outer;
                        Carried::On
                    }
                    None => Carried::End,
                };
            }
            Err(kind) => return Carried::Broken(Error::new(kind, offset(op.range().start))),
        }
        self.index = self.index.saturating_add(1);
        self.end = offset(self.decoder.position());
        if self.index.is_multiple_of(SWEEP_EVERY) {
            if let Some(kind) = self.check_memory() {
                return Carried::Halted(Error::new(kind, offset(op.range().start)));
            }
            if sink.is_interrupted() {
                return Carried::Halted(Error::new(ErrorKind::Interrupted, self.end));
            }
        }
        Carried::On
    }

    /// Says which limit is reached, if one is, after freeing what can be freed.
    #[inline]
    fn check_memory(&mut self) -> Option<ErrorKind> {
        let heap = self.graph.heap.bytes();
        if heap > self.sweep_at {
            return self.sweep();
        }
        let held = heap.saturating_add(self.state.bytes());
        (offset(held) > self.limits.memory).then_some(ErrorKind::LimitExceeded(Limit::Memory))
    }

    /// Frees what is not needed any more; says which limit is reached if that is not enough.
    #[cold]
    fn sweep(&mut self) -> Option<ErrorKind> {
        if !self.keep_all {
            let spare = core::mem::take(&mut self.spare);
            let mut sweep = Sweep::new(&mut self.graph.heap, spare);
            for state in self.outer.iter_mut().chain([&mut self.state]) {
                for value in &mut state.stack {
                    sweep.keep(value);
                }
            }
            for value in self.extensions.values_mut() {
                sweep.keep(value);
            }
            for state in self.outer.iter_mut().chain([&mut self.state]) {
                for value in state.memo.values_mut() {
                    sweep.keep_briefly(value);
                }
            }
            sweep.settle();
            self.spare = sweep.finish();
        }
        let held = self.graph.heap.bytes();
        let memo = self.state.bytes();
        if offset(held.saturating_add(memo)) > self.limits.memory {
            return Some(ErrorKind::LimitExceeded(Limit::Memory));
        }
        self.sweep_at = if self.keep_all {
            usize::try_from(self.limits.memory).unwrap_or(usize::MAX)
        } else {
            // A sweep visits the memo too, so a large one is visited less often.
            held.saturating_mul(2).max(memo / 4).max(FIRST_SWEEP)
        };
        None
    }

    #[cold]
    fn tell<S: EffectSink + ?Sized>(&self, op: Op<'_>, kind: EffectKind, sink: &mut S) {
        let range = op.range();
        sink.effect(&Effect {
            kind,
            opcode: op.opcode(),
            index: self.index,
            range: self.left_out.place(&range),
            reading: self.reading,
            graph: &self.graph,
        });
    }

    fn diverge<S: EffectSink + ?Sized>(&self, op: Op<'_>, divergence: Divergence, sink: &mut S) {
        self.tell(op, EffectKind::Divergence(divergence), sink);
    }
}

#[inline]
fn offset(position: usize) -> u64 {
    u64::try_from(position).unwrap_or(u64::MAX)
}
