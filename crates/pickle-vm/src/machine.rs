use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use hashbrown::HashMap;

use crate::constant::Const;
use crate::decoder::{Decoder, Op};
use crate::effect::{Divergence, Effect, EffectKind, EffectSink, Origin, Reading};
use crate::error::{Error, ErrorKind};
use crate::fold;
use crate::graph::{Call, Graph, Heap, Node, Sweep};
use crate::limits::{Limit, Limits};
use crate::lists::Lists;
use crate::literal;
use crate::memo::Memo;
use crate::opcode::Opcode;
use crate::raw::{self, Layout};
use crate::value::{Tag, Value};

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
/// Opcodes between two looks at how much is held.
const SWEEP_EVERY: u64 = 256;
/// Bytes of state that are copied to follow another reading.
const FORKED_BYTES: usize = 64 << 20;
/// Pickles inside arrays inside pickles.
const NESTED_PICKLES: usize = 64;
/// Classes of array wrappers: joblib's own and the copies that others carry.
const WRAPPERS: usize = 8;
/// A memo index past which CPython's C unpickler would allocate more than a gigabyte.
const HUGE_MEMO_INDEX: u64 = 1 << 26;

enum Step {
    Continue,
    Stop,
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
                bytes: limits.folded_bytes,
                steps: limits.folding_steps,
            },
            hashing: steps.saturating_mul(4).saturating_add(1 << 20),
            sweep_at: FIRST_SWEEP,
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

    /// Keeps every value until the end, for [`into_graph`](Self::into_graph).
    #[must_use]
    pub const fn keep_all(mut self) -> Self {
        self.keep_all = true;
        self
    }

    /// Runs the pickle to its STOP or to the first thing that no loader would survive, then every other
    /// reading of its bytes that some loader would take.
    pub fn run<S: EffectSink + ?Sized>(&mut self, sink: &mut S) -> Outcome {
        let error = self.run_one(sink);
        let outcome = Outcome {
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
                keep_all: false,
                readings: 0,
                forks: Vec::new(),
                imports: fork.imports,
                index: fork.index,
                reading: fork.reading,
                left_out: fork.left_out,
                end: offset(fork.position),
            };
            machine.run_one(sink);
        }
        outcome
    }

    /// Returns the values of the main reading and the value that STOP found.
    #[must_use]
    pub fn into_graph(self) -> (Graph<'a>, Option<Value>) {
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
                    match self.outer.pop() {
                        Some(outer) => {
                            self.state = outer;
                            continue;
                        }
                        None => return None,
                    }
                }
                Err(kind) => return Some(Error::new(kind, offset(op.range().start))),
            }
            self.index = self.index.saturating_add(1);
            self.end = offset(self.decoder.position());
            if self.index.is_multiple_of(SWEEP_EVERY)
                && self.graph.heap.bytes() > self.sweep_at
                && let Some(kind) = self.sweep()
            {
                return Some(Error::new(kind, offset(op.range().start)));
            }
        }
    }

    /// Frees what is not needed any more; says which limit is reached if that is not enough.
    #[cold]
    fn sweep(&mut self) -> Option<ErrorKind> {
        if !self.keep_all {
            let mut sweep = Sweep::new(&mut self.graph.heap);
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
            sweep.finish();
        }
        let held = self.graph.heap.bytes();
        let memo = self.state.memo.bytes();
        if offset(held.saturating_add(memo)) > self.limits.memory {
            return Some(ErrorKind::LimitExceeded(Limit::Memory));
        }
        self.sweep_at = if self.keep_all {
            usize::try_from(self.limits.memory).unwrap_or(usize::MAX)
        } else {
            held.saturating_mul(2).max(FIRST_SWEEP)
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

    /// A global whose last line lacks its line feed: one loader drops the last character and imports.
    fn cut_off<S: EffectSink + ?Sized>(&mut self, error: &Error, sink: &mut S) {
        let start = self.decoder.position();
        let rest = self.graph.input().get(start..).unwrap_or_default();
        let (Some((&(b'c' | b'i'), lines)), ErrorKind::Truncated) =
            (rest.split_first(), error.kind())
        else {
            return;
        };
        let Some(at) = memchr::memchr(b'\n', lines) else {
            return;
        };
        let (module, name) = lines.split_at(at);
        let [_, name @ .., _] = name else { return };
        if name.is_empty() {
            return;
        }
        let value = self.name(module, name);
        sink.effect(&Effect {
            kind: EffectKind::Import {
                value,
                origin: Origin::CutOff,
            },
            opcode: Opcode::Global,
            index: self.index,
            range: self.left_out.place(&(start..self.graph.input().len())),
            reading: self.reading,
            graph: &self.graph,
        });
    }

    #[inline]
    fn check_frame<S: EffectSink + ?Sized>(&mut self, op: Op<'a>, sink: &mut S) {
        let Some(frame_end) = self.state.frame_end else {
            return;
        };
        let range = op.range();
        if range.end <= frame_end {
            if op.opcode() == Opcode::Frame {
                self.diverge(op, Divergence::FrameNested, sink);
            }
            return;
        }
        self.state.frame_end = None;
        if range.start < frame_end {
            self.diverge(op, Divergence::FrameCrossed, sink);
            self.follow_dropped_frame(range, frame_end);
        }
    }

    /// Notes the reading in which an argument that crosses the frame's end is read from behind it.
    #[cold]
    fn follow_dropped_frame(&mut self, op: Range<usize>, frame_end: usize) {
        let input = self.graph.input();
        if !self.may_fork() || input.len() > FORKED_BYTES {
            return;
        }
        // What of the opcode is read one piece at a time: its byte, then its count, then the rest. The
        // first piece that does not fit the frame comes from behind it.
        let opcode = input.get(op.start).copied().and_then(Opcode::from_byte);
        let count = match opcode.map(Opcode::argument) {
            Some(crate::ArgumentKind::Counted(width)) => usize::from(width),
            Some(crate::ArgumentKind::CountedSigned) => 4,
            Some(crate::ArgumentKind::TwoLines) => input
                .get(op.start.saturating_add(1)..frame_end)
                .and_then(|rest| memchr::memchr(b'\n', rest))
                .map_or(0, |at| at.saturating_add(1)),
            _ => 0,
        };
        let behind_opcode = op.start.saturating_add(1);
        let behind_count = behind_opcode.saturating_add(count);
        let cut = if behind_count <= frame_end {
            behind_count
        } else {
            behind_opcode
        };
        let (Some(before), Some(behind)) = (input.get(..cut), input.get(frame_end..)) else {
            return;
        };
        let mut joined = Vec::with_capacity(before.len().saturating_add(behind.len()));
        joined.extend_from_slice(before);
        joined.extend_from_slice(behind);
        let left_out = LeftOut {
            at: cut,
            len: frame_end.saturating_sub(cut),
        };
        self.fork(Some(joined), op.start, Reading::FrameDropped, left_out);
    }

    fn may_fork(&self) -> bool {
        self.readings > 0
            && self
                .graph
                .heap
                .bytes()
                .saturating_add(self.state.memo.bytes())
                <= FORKED_BYTES
    }

    #[cold]
    fn fork(
        &mut self,
        input: Option<Vec<u8>>,
        position: usize,
        reading: Reading,
        left_out: LeftOut,
    ) {
        self.readings = self.readings.saturating_sub(1);
        self.forks.push(Fork {
            input,
            position,
            state: State {
                frame_end: None,
                ..self.state.clone()
            },
            heap: self.graph.heap.clone(),
            extensions: self.extensions.clone(),
            index: self.index,
            imports: self.imports,
            reading,
            left_out,
        });
    }

    // The stack.

    #[inline]
    fn push(&mut self, value: Value) {
        self.state.stack.push(value);
    }

    /// Values above the topmost mark, or on the whole stack.
    #[inline]
    fn floor(&self) -> usize {
        self.state.marks.last().copied().unwrap_or(0)
    }

    #[inline]
    fn pop(&mut self) -> Result<Value, ErrorKind> {
        if self.state.stack.len() <= self.floor() {
            return Err(ErrorKind::StackUnderflow);
        }
        self.state.stack.pop().ok_or(ErrorKind::StackUnderflow)
    }

    #[inline]
    fn top(&self) -> Result<Value, ErrorKind> {
        if self.state.stack.len() <= self.floor() {
            return Err(ErrorKind::StackUnderflow);
        }
        self.state
            .stack
            .last()
            .copied()
            .ok_or(ErrorKind::StackUnderflow)
    }

    /// Takes the topmost mark away and returns where the values above it begin.
    #[inline]
    fn mark(&mut self) -> Result<usize, ErrorKind> {
        self.state.marks.pop().ok_or(ErrorKind::NoMark)
    }

    fn tuple_of(&mut self, from: usize) -> Value {
        let items = self.state.stack.get(from..).unwrap_or_default();
        let tuple = if items.is_empty() {
            Value::EMPTY_TUPLE
        } else {
            let chain = self.graph.heap.chain(items);
            self.graph.heap.add(Node::Tuple(chain))
        };
        self.state.stack.truncate(from);
        tuple
    }

    fn tuple(&mut self, len: usize) -> Result<(), ErrorKind> {
        let from = self
            .state
            .stack
            .len()
            .checked_sub(len)
            .filter(|&from| from >= self.floor())
            .ok_or(ErrorKind::StackUnderflow)?;
        let tuple = self.tuple_of(from);
        self.push(tuple);
        Ok(())
    }

    fn name(&mut self, module: &[u8], name: &[u8]) -> Value {
        let name = self.graph.heap.names.intern(module, name, &self.lists);
        let import = self.imports;
        self.imports = self.imports.saturating_add(1);
        self.graph.heap.add(Node::Name { name, import })
    }

    // One opcode.

    #[inline]
    fn step<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'a>,
        sink: &mut S,
    ) -> Result<Step, ErrorKind> {
        let start = op.range().start;
        match op.opcode() {
            Opcode::Mark => self.state.marks.push(self.state.stack.len()),
            Opcode::BinGet | Opcode::LongBinGet => self.get(op.unsigned())?,
            Opcode::Memoize => {
                let value = self.top()?;
                self.state.memo.push(value);
            }
            Opcode::BinPut => {
                let value = self.top()?;
                self.state.memo.put(op.unsigned(), value);
            }
            Opcode::EmptyDict => {
                let chain = self.graph.heap.chain(&[]);
                let dict = self.graph.heap.add(Node::Dict(chain));
                self.push(dict);
            }
            Opcode::EmptyList => {
                let chain = self.graph.heap.chain(&[]);
                let list = self.graph.heap.add(Node::List(chain));
                self.push(list);
            }
            Opcode::SetItems => self.set_items(op, sink)?,
            Opcode::AppendMany => {
                let from = self.mark()?;
                self.extend(op, from, sink)?;
            }
            Opcode::BinInt1 | Opcode::BinInt2 => {
                let int = op.unsigned().cast_signed();
                self.push(Value::int(int).unwrap_or(Value::UNKNOWN));
            }
            Opcode::BinInt => {
                let int = u32::try_from(op.unsigned())
                    .unwrap_or_default()
                    .cast_signed();
                self.push(Value::int(i64::from(int)).unwrap_or(Value::UNKNOWN));
            }
            Opcode::ShortBinUnicode | Opcode::BinUnicode | Opcode::BinUnicode8 => {
                self.push(Value::at(Tag::TextAt, start));
            }
            Opcode::BinFloat => self.push(Value::at(Tag::FloatAt, start)),
            Opcode::None => self.push(Value::NONE),
            Opcode::NewTrue => self.push(Value::TRUE),
            Opcode::NewFalse => self.push(Value::FALSE),
            Opcode::EmptyTuple => self.push(Value::EMPTY_TUPLE),
            Opcode::Tuple1 => self.tuple(1)?,
            Opcode::Tuple2 => self.tuple(2)?,
            Opcode::Tuple3 => self.tuple(3)?,
            Opcode::Tuple => {
                let from = self.mark()?;
                let tuple = self.tuple_of(from);
                self.push(tuple);
            }
            Opcode::Append => {
                let from = self
                    .state
                    .stack
                    .len()
                    .checked_sub(1)
                    .filter(|&from| from > self.floor())
                    .ok_or(ErrorKind::StackUnderflow)?;
                self.extend(op, from, sink)?;
            }
            Opcode::SetItem => self.set_item(op, sink)?,
            Opcode::Stop => {
                let value = self.top()?;
                self.tell(op, EffectKind::Stop { value }, sink);
                return Ok(Step::Stop);
            }
            _ => return self.rare_step(op, sink),
        }
        Ok(Step::Continue)
    }

    /// The opcodes that data seldom has.
    #[inline(never)]
    fn rare_step<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'a>,
        sink: &mut S,
    ) -> Result<Step, ErrorKind> {
        let range = op.range();
        match op.opcode() {
            Opcode::Pop => self.pop_any(op, sink)?,
            Opcode::PopMark => {
                let from = self.mark()?;
                self.state.stack.truncate(from);
            }
            Opcode::Dup => {
                let value = self.top()?;
                self.push(value);
            }
            Opcode::BinBytes | Opcode::ShortBinBytes | Opcode::BinBytes8 => {
                let bytes = Value::at(Tag::BytesAt, range.start);
                self.embedded(op, bytes, sink);
                self.push(bytes);
            }
            Opcode::ByteArray8 => {
                let bytes = Value::at(Tag::ByteArrayAt, range.start);
                self.embedded(op, bytes, sink);
                self.push(bytes);
            }
            Opcode::BinString | Opcode::ShortBinString => {
                let string = Value::at(Tag::StringAt, range.start);
                self.embedded(op, string, sink);
                self.push(string);
            }
            Opcode::String => {
                if literal::quoted(op.argument()).is_none() {
                    self.diverge(op, Divergence::StringForm, sink);
                }
                self.push(Value::at(Tag::StringAt, range.start));
            }
            Opcode::Unicode => self.push(Value::at(Tag::TextAt, range.start)),
            Opcode::Float => self.push(Value::at(Tag::FloatAt, range.start)),
            Opcode::Int | Opcode::Long => self.integer(op, sink)?,
            Opcode::Long1 | Opcode::Long4 => {
                let value = literal::long(op.opcode(), op.argument())
                    .and_then(|int| i64::try_from(int).ok())
                    .and_then(Value::int)
                    .unwrap_or(Value::at(Tag::LongAt, range.start));
                self.push(value);
            }
            Opcode::Get => self.get(index_in_text(op.argument())?)?,
            Opcode::Put => {
                let index = index_in_text(op.argument())?;
                self.put(op, index, sink)?;
            }
            Opcode::LongBinPut => self.put(op, op.unsigned(), sink)?,
            Opcode::EmptySet => {
                let chain = self.graph.heap.chain(&[]);
                let set = self.graph.heap.add(Node::Set(chain));
                self.push(set);
            }
            Opcode::List => {
                let from = self.mark()?;
                let items = self.state.stack.get(from..).unwrap_or_default();
                let chain = self.graph.heap.chain(items);
                self.state.stack.truncate(from);
                let list = self.graph.heap.add(Node::List(chain));
                self.push(list);
            }
            Opcode::Dict => {
                let from = self.mark()?;
                let items = self.state.stack.get(from..).unwrap_or_default();
                if !items.len().is_multiple_of(2) {
                    return Err(ErrorKind::OddItems);
                }
                let chain = self.graph.heap.chain(items);
                self.hash_keys(op, from, 2, sink);
                self.state.stack.truncate(from);
                let dict = self.graph.heap.add(Node::Dict(chain));
                self.push(dict);
            }
            Opcode::FrozenSet => {
                let from = self.mark()?;
                let items = self.state.stack.get(from..).unwrap_or_default();
                let chain = self.graph.heap.chain(items);
                self.hash_keys(op, from, 1, sink);
                self.state.stack.truncate(from);
                let set = self.graph.heap.add(Node::FrozenSet(chain));
                self.push(set);
            }
            Opcode::AddItems => {
                let from = self.mark()?;
                self.hash_keys(op, from, 1, sink);
                self.extend(op, from, sink)?;
            }
            Opcode::Proto => {
                let protocol = op.unsigned();
                if protocol > 5 {
                    return Err(ErrorKind::UnknownProtocol(
                        u8::try_from(protocol).unwrap_or(u8::MAX),
                    ));
                }
                self.state.protocol = u8::try_from(protocol).unwrap_or(u8::MAX);
            }
            Opcode::Frame => {
                let len = usize::try_from(op.unsigned()).unwrap_or(usize::MAX);
                self.state.frame_end = Some(range.end.saturating_add(len));
            }
            Opcode::Global => {
                let (module, name) = op.lines();
                self.import(op, module, name, Origin::Global, sink);
            }
            Opcode::StackGlobal => self.stack_global(op, sink)?,
            Opcode::Ext1 | Opcode::Ext2 | Opcode::Ext4 => self.extension(op, sink),
            Opcode::PersId => {
                if !op.argument().is_ascii() {
                    self.diverge(op, Divergence::PersistentIdNotAscii, sink);
                }
                let id = self
                    .graph
                    .heap
                    .compute(Const::Str(op.argument().to_vec()), op.argument().len());
                self.persistent(op, id, sink);
            }
            Opcode::BinPersId => {
                let id = self.pop()?;
                self.persistent(op, id, sink);
            }
            Opcode::Reduce => {
                let arguments = self.pop()?;
                let callee = self.pop()?;
                if !matches!(
                    arguments.tag(),
                    Tag::EmptyTuple | Tag::ForgottenTuple | Tag::Unknown
                ) && !matches!(
                    self.graph.heap.node(arguments),
                    Some(Node::Tuple(_) | Node::Object { .. } | Node::Persistent(_))
                ) {
                    self.diverge(op, Divergence::ReduceWithoutTuple, sink);
                }
                self.call(op, callee, arguments, Call::Reduce, sink);
            }
            Opcode::NewObj => {
                let arguments = self.pop()?;
                let class = self.pop()?;
                self.check_class(op, class, sink);
                self.call(op, class, arguments, Call::NewObj, sink);
            }
            Opcode::NewObjEx => {
                let keywords = self.pop()?;
                let positional = self.pop()?;
                let class = self.pop()?;
                self.check_class(op, class, sink);
                let chain = self.graph.heap.chain(&[positional, keywords]);
                let arguments = self.graph.heap.add(Node::Tuple(chain));
                self.call(op, class, arguments, Call::NewObjEx, sink);
            }
            Opcode::Obj => {
                let from = self.mark()?;
                if self.state.stack.len() <= from {
                    return Err(ErrorKind::StackUnderflow);
                }
                let arguments = self.tuple_of(from.saturating_add(1));
                let class = self.pop()?;
                self.call(op, class, arguments, Call::Obj, sink);
            }
            Opcode::Inst => {
                let from = self.mark()?;
                let arguments = self.tuple_of(from);
                let (module, name) = op.lines();
                let class = self.import(op, module, name, Origin::Inst, sink);
                self.pop()?;
                self.call(op, class, arguments, Call::Inst, sink);
            }
            Opcode::Build => {
                let state = self.pop()?;
                let object = self.top()?;
                self.build(op, object, state, sink)?;
            }
            Opcode::NextBuffer => {
                self.diverge(op, Divergence::Buffer, sink);
                let buffer = self.graph.heap.add(Node::Buffer);
                self.push(buffer);
            }
            Opcode::ReadOnlyBuffer => {
                self.top()?;
            }
            // Carried out by `step`.
            _ => {}
        }
        Ok(Step::Continue)
    }

    // The memo.

    #[inline]
    fn get(&mut self, index: u64) -> Result<(), ErrorKind> {
        let value = self
            .state
            .memo
            .get(index)
            .ok_or(ErrorKind::NoMemoEntry(index))?;
        self.push(value);
        Ok(())
    }

    fn put<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        index: u64,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        let value = self.top()?;
        if index >= HUGE_MEMO_INDEX {
            self.diverge(op, Divergence::HugeMemoIndex, sink);
        }
        self.state.memo.put(index, value);
        Ok(())
    }

    /// POP takes the top of the stack, or a mark if that is what is on top.
    fn pop_any<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        if self.state.stack.len() > self.floor() {
            self.state.stack.pop();
            return Ok(());
        }
        if self.state.marks.pop().is_none() {
            return Err(ErrorKind::StackUnderflow);
        }
        self.diverge(op, Divergence::PopMark, sink);
        Ok(())
    }

    fn integer<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        let argument = op.argument();
        if op.opcode() == Opcode::Int && matches!(argument, b"00" | b"01") {
            self.push(Value::bool(argument == b"01"));
            return Ok(());
        }
        let digits = match op.opcode() {
            Opcode::Long => argument.strip_suffix(b"L").unwrap_or(argument),
            _ => argument,
        };
        let value = match literal::integer(digits) {
            Some((int, plain)) => {
                if !plain {
                    self.diverge(op, Divergence::IntegerForm, sink);
                }
                i64::try_from(int)
                    .ok()
                    .and_then(Value::int)
                    .unwrap_or(Value::at(Tag::LongAt, op.range().start))
            }
            None if digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'-'))
                && digits.len() > 38 =>
            {
                Value::at(Tag::LongAt, op.range().start)
            }
            None => return Err(ErrorKind::BadArgument),
        };
        self.push(value);
        Ok(())
    }

    // Containers.

    fn set_items<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        let from = self.mark()?;
        self.set_items_from(op, from, sink)
    }

    fn set_item<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        let from = self
            .state
            .stack
            .len()
            .checked_sub(2)
            .filter(|&from| from > self.floor())
            .ok_or(ErrorKind::StackUnderflow)?;
        self.set_items_from(op, from, sink)
    }

    #[inline]
    fn set_items_from<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        from: usize,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        let (below, items) = self
            .state
            .stack
            .split_at_checked(from)
            .ok_or(ErrorKind::StackUnderflow)?;
        let target = *below.last().ok_or(ErrorKind::StackUnderflow)?;
        if from <= self.floor() {
            return Err(ErrorKind::StackUnderflow);
        }
        if !items.len().is_multiple_of(2) {
            // The Python unpickler sets the whole pairs before it notices.
            self.state.stack.pop();
            self.set_items_from(op, from, sink)?;
            return Err(ErrorKind::OddItems);
        }
        if items.iter().step_by(2).any(|key| !key.is_plain()) {
            self.hash_keys(op, from, 2, sink);
        }
        let items = self.state.stack.get(from..).unwrap_or_default();
        let own = matches!(self.graph.heap.node(target), Some(Node::Dict(_)));
        if own {
            self.graph.heap.extend_container(target, items);
            if self.graph.heap.is_shared(target) {
                self.graph.heap.may_have_changed(op.range().end);
            }
        } else if target.tag() != Tag::ForgottenDict {
            self.foreign_items(op, target, from, sink);
        }
        self.state.stack.truncate(from);
        Ok(())
    }

    #[cold]
    fn foreign_items<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        target: Value,
        from: usize,
        sink: &mut S,
    ) {
        let items = self.tuple_of(from);
        self.graph.heap.may_have_changed(op.range().end);
        let kind = match op.opcode() {
            Opcode::SetItem | Opcode::SetItems => EffectKind::SetItems { target, items },
            _ => EffectKind::Extend { target, items },
        };
        self.tell(op, kind, sink);
    }

    /// Appends or adds everything from `from` on to what lies below it.
    #[inline]
    fn extend<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        from: usize,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        if from <= self.floor() {
            return Err(ErrorKind::StackUnderflow);
        }
        let (below, items) = self
            .state
            .stack
            .split_at_checked(from)
            .ok_or(ErrorKind::StackUnderflow)?;
        let target = *below.last().ok_or(ErrorKind::StackUnderflow)?;
        let own = matches!(
            (self.graph.heap.node(target), op.opcode()),
            (Some(Node::Set(_)), Opcode::AddItems)
                | (Some(Node::List(_)), Opcode::Append | Opcode::AppendMany)
        );
        if own {
            self.graph.heap.extend_container(target, items);
            if self.graph.heap.is_shared(target) {
                self.graph.heap.may_have_changed(op.range().end);
            }
        } else if !matches!(
            (target.tag(), op.opcode()),
            (Tag::ForgottenSet, Opcode::AddItems)
                | (Tag::ForgottenList, Opcode::Append | Opcode::AppendMany)
        ) {
            self.foreign_items(op, target, from, sink);
        }
        self.state.stack.truncate(from);
        Ok(())
    }

    /// Tells of every object among the keys, which stand at each `stride`th place from `from` on.
    #[cold]
    fn hash_keys<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        from: usize,
        stride: usize,
        sink: &mut S,
    ) {
        let mut pending: Vec<Value> = self
            .state
            .stack
            .get(from..)
            .unwrap_or_default()
            .iter()
            .step_by(stride)
            .filter(|key| !key.is_plain())
            .copied()
            .collect();
        while let Some(key) = pending.pop() {
            match self.graph.heap.node(key) {
                Some(Node::Tuple(chain) | Node::FrozenSet(chain)) => {
                    let left = self.hashing;
                    self.hashing = left.saturating_sub(offset(self.graph.heap.items(*chain).len()));
                    if left > 0 {
                        pending.extend(
                            self.graph
                                .heap
                                .items(*chain)
                                .filter(|item| !item.is_plain()),
                        );
                    }
                }
                Some(Node::Object { .. }) | None => {
                    self.graph.heap.may_have_changed(op.range().end);
                    self.tell(op, EffectKind::Hash { key }, sink);
                }
                Some(_) => {}
            }
        }
    }

    // Names and calls.

    fn import<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        module: &[u8],
        name: &[u8],
        origin: Origin,
        sink: &mut S,
    ) -> Value {
        let value = self.name(module, name);
        if self.state.protocol < 4
            && matches!(origin, Origin::Global | Origin::Inst | Origin::StackGlobal)
            && memchr::memchr(b'.', name).is_some()
        {
            self.diverge(op, Divergence::DottedName, sink);
        }
        self.tell(op, EffectKind::Import { value, origin }, sink);
        self.push(value);
        value
    }

    fn stack_global<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        let name = self.pop()?;
        let module = self.pop()?;
        let texts = match (self.graph.text(module), self.graph.text(name)) {
            (Some(module), Some(name)) => Some((module.into_owned(), name.into_owned())),
            _ => None,
        };
        let Some((module_text, name_text)) = texts else {
            self.tell(op, EffectKind::UnresolvedName { module, name }, sink);
            self.push(Value::UNKNOWN);
            return Ok(());
        };
        let computed = module.as_node().is_some() || name.as_node().is_some();
        let origin = if computed {
            Origin::Computed
        } else {
            Origin::StackGlobal
        };
        self.import(op, &module_text, &name_text, origin, sink);
        Ok(())
    }

    fn extension<S: EffectSink + ?Sized>(&mut self, op: Op<'_>, sink: &mut S) {
        let code = u32::try_from(op.unsigned()).unwrap_or(u32::MAX);
        if code.cast_signed() <= 0 {
            self.diverge(op, Divergence::ExtensionCode, sink);
        }
        let value = match self.extensions.get(&code) {
            Some(&value) => {
                self.tell(
                    op,
                    EffectKind::Import {
                        value,
                        origin: Origin::Extension,
                    },
                    sink,
                );
                value
            }
            None => {
                let value = self.graph.heap.add(Node::Extension(code));
                self.tell(op, EffectKind::Extension { code, value }, sink);
                value
            }
        };
        self.push(value);
    }

    fn persistent<S: EffectSink + ?Sized>(&mut self, op: Op<'_>, id: Value, sink: &mut S) {
        let value = self.graph.heap.add(Node::Persistent(id));
        self.graph.heap.may_have_changed(op.range().end);
        self.tell(op, EffectKind::PersistentLoad { id, value }, sink);
        self.push(value);
    }

    fn check_class<S: EffectSink + ?Sized>(&self, op: Op<'_>, class: Value, sink: &mut S) {
        if class.is_plain() {
            self.diverge(op, Divergence::NewObjWithoutClass, sink);
        }
    }

    fn call<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        callee: Value,
        arguments: Value,
        call: Call,
        sink: &mut S,
    ) {
        let folded = match call {
            Call::Reduce | Call::Obj | Call::Inst => {
                self.graph.fold(callee, arguments, &mut self.folding)
            }
            _ => None,
        };
        let can_change = folded
            .as_ref()
            .is_some_and(|(constant, _)| Const::can_change(constant));
        let (result, import) = match folded {
            Some((constant, uses_up)) => {
                if uses_up {
                    self.graph.heap.may_have_changed(op.range().end);
                }
                self.graph.hold(constant, &mut self.imports, &self.lists)
            }
            None => {
                self.graph.heap.may_have_changed(op.range().end);
                let object = self.graph.heap.add(Node::Object {
                    callee,
                    arguments,
                    state: Value::ABSENT,
                    call,
                });
                (object, false)
            }
        };
        if can_change {
            self.graph.heap.may_be_shared();
        }
        let folded = !matches!(self.graph.heap.node(result), Some(Node::Object { .. }));
        self.tell(
            op,
            EffectKind::Call {
                callee,
                arguments,
                call,
                result,
                folded,
            },
            sink,
        );
        if import {
            self.tell(
                op,
                EffectKind::Import {
                    value: result,
                    origin: Origin::Computed,
                },
                sink,
            );
        }
        self.register_extension(callee, arguments);
        self.push(result);
    }

    /// Notes what `copyreg.add_extension(module, name, code)` registers.
    fn register_extension(&mut self, callee: Value, arguments: Value) {
        if !self
            .graph
            .name(callee)
            .is_some_and(|name| name.module == "copyreg" && name.name == "add_extension")
        {
            return;
        }
        let crate::View::Tuple(mut items) = self.graph.view(arguments) else {
            return;
        };
        let (Some(module), Some(name), Some(code)) = (items.next(), items.next(), items.next())
        else {
            return;
        };
        let (Some(module), Some(name)) = (self.graph.text(module), self.graph.text(name)) else {
            return;
        };
        let Some(code) = code.as_int().and_then(|code| u32::try_from(code).ok()) else {
            return;
        };
        let (module, name) = (module.into_owned(), name.into_owned());
        let value = self.name(&module, &name);
        self.extensions.insert(code, value);
    }

    // State.

    fn build<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'a>,
        object: Value,
        state: Value,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        if let Some(Node::Object { state: slot, .. }) = self.graph.heap.node_mut(object) {
            *slot = state;
        }
        self.graph.heap.may_have_changed(op.range().end);
        self.tell(op, EffectKind::Build { object, state }, sink);
        if self.reading != Reading::Main {
            return Ok(());
        }
        let at = self.decoder.position();
        let layout = raw::layout(&self.graph, object, state, at);
        if layout != Layout::None {
            self.follow_other_loaders(op, object, &layout, sink);
        }
        match layout {
            Layout::None => Ok(()),
            Layout::Unknown => Err(ErrorKind::UnknownRawLength),
            Layout::Pickle => {
                if self.outer.len() >= NESTED_PICKLES {
                    return Err(ErrorKind::UnknownRawLength);
                }
                self.outer.push(core::mem::take(&mut self.state));
                Ok(())
            }
            Layout::Bytes { all: range, .. } => {
                if range.end > self.graph.input().len() {
                    return Err(ErrorKind::Truncated);
                }
                self.state.frame_end = None;
                self.decoder.seek(range.end);
                let bytes = offset(range.start)..offset(range.end);
                self.tell(
                    op,
                    EffectKind::Array {
                        array: object,
                        bytes,
                    },
                    sink,
                );
                Ok(())
            }
        }
    }

    /// Notes the readings of loaders that know nothing of a wrapper's class, so that what follows is opcodes
    /// to them, whatever the wrapper says of it, or nothing of its padding. Such a loader reads on so at the
    /// first wrapper of that class, and sees the later ones only in its own reading.
    #[cold]
    fn follow_other_loaders<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        object: Value,
        layout: &Layout,
        sink: &mut S,
    ) {
        let Some(name) = raw::wrapper(&self.graph, object) else {
            return;
        };
        if self.wrappers.len() > WRAPPERS || self.wrappers.contains(&name.module) {
            return;
        }
        let module = name.module.clone();
        self.wrappers.push(module);
        let at = self.decoder.position();
        let unaligned = match layout {
            Layout::Bytes { all, unaligned_end } if *unaligned_end != all.end => *unaligned_end,
            _ => at,
        };
        for position in [at, unaligned] {
            if !self.makes_sense_as_opcodes(position) {
                continue;
            }
            if self.may_fork() && self.wrappers.len() <= WRAPPERS {
                self.fork(None, position, Reading::ArrayAsOpcodes, LeftOut::NOTHING);
            } else {
                self.diverge(op, Divergence::ArrayAsOpcodes, sink);
            }
            if unaligned == at {
                break;
            }
        }
    }

    /// Says whether the bytes from `at` on decode as opcodes up to one that imports or calls.
    fn makes_sense_as_opcodes(&self, at: usize) -> bool {
        for op in Decoder::at(self.graph.input(), at).take(4096) {
            match op.map(|op| op.opcode()) {
                Ok(
                    Opcode::Global
                    | Opcode::StackGlobal
                    | Opcode::Inst
                    | Opcode::Reduce
                    | Opcode::Obj
                    | Opcode::NewObj
                    | Opcode::NewObjEx
                    | Opcode::Ext1
                    | Opcode::Ext2
                    | Opcode::Ext4,
                ) => return true,
                Ok(Opcode::Stop) | Err(_) => return false,
                Ok(_) => {}
            }
        }
        true
    }

    /// Tells of bytes that begin and end as a pickle does.
    #[inline]
    fn embedded<S: EffectSink + ?Sized>(&self, op: Op<'_>, bytes: Value, sink: &mut S) {
        if matches!(op.argument(), [0x80, 2..=5, .., b'.']) {
            self.tell(op, EffectKind::Embedded { bytes }, sink);
        }
    }
}

/// The memo index that GET and PUT write as text.
fn index_in_text(text: &[u8]) -> Result<u64, ErrorKind> {
    literal::decimal(text)
        .and_then(|index| u64::try_from(index).ok())
        .ok_or(ErrorKind::BadArgument)
}

#[inline]
fn offset(position: usize) -> u64 {
    u64::try_from(position).unwrap_or(u64::MAX)
}
