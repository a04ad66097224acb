use alloc::vec::Vec;

use super::observed::Observed;
use super::program::{Change, How, Kind, Program};
use crate::decoder::Op;
use crate::error::{Error, ErrorKind};
use crate::graph::Call;
use crate::machine::index_in_text;
use crate::memo::Memo;
use crate::opcode::Opcode;
use crate::value::{Tag, Value};

/// Longest constant, in bytes of its argument, that is written wherever it is used. A longer one that is
/// used more than once stands under a name, so that a memo that is read again and again costs little.
const SHORT: usize = 32;

/// Turns opcodes into statements, one by one, with a stack and a memo of its own.
///
/// The machine carries out the same opcodes beside it and says first whether a loader could.
#[derive(Debug, Default)]
pub(super) struct Translation {
    pub(super) program: Program,
    state: Layer,
    /// Pickles that wait for one inside an array to end.
    outer: Vec<Layer>,
    /// What STOP found.
    result: Option<Value>,
}

/// The stack and the memo of one pickle.
#[derive(Debug, Default)]
struct Layer {
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: Memo,
    protocol: u8,
    /// Where its first opcode stands.
    start: u64,
}

impl Layer {
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Option<Value> {
        (self.stack.len() > self.floor())
            .then(|| self.stack.pop())
            .flatten()
    }

    fn top(&self) -> Option<Value> {
        (self.stack.len() > self.floor())
            .then(|| self.stack.last().copied())
            .flatten()
    }

    /// Takes everything above the topmost mark.
    fn above_mark(&mut self) -> Option<Vec<Value>> {
        let from = self.marks.pop()?;
        Some(self.stack.split_off(from.min(self.stack.len())))
    }

    fn take(&mut self, count: usize) -> Option<Vec<Value>> {
        let from = self.stack.len().checked_sub(count)?;
        (from >= self.floor()).then(|| self.stack.split_off(from))
    }

    fn bytes(&self) -> usize {
        let values = self.stack.len().saturating_add(self.marks.len());
        self.memo
            .bytes()
            .saturating_add(values.saturating_mul(size_of::<Value>()))
    }
}

impl Translation {
    /// Bytes held, about.
    pub(super) fn bytes(&self) -> usize {
        self.outer
            .iter()
            .map(Layer::bytes)
            .fold(self.state.bytes(), usize::saturating_add)
            .saturating_add(self.program.bytes())
    }

    /// What STOP found.
    pub(super) const fn result(&self) -> Option<Value> {
        self.result
    }

    /// Everything that lies on the stack, of waiting pickles too, from the bottom up.
    pub(super) fn left(&self) -> Vec<Value> {
        let layers = self.outer.iter().chain([&self.state]);
        layers
            .flat_map(|layer| layer.stack.iter().copied())
            .collect()
    }

    /// Takes an opcode that the machine has carried out; `None` if that makes no sense here, which cannot
    /// be.
    pub(super) fn opcode(&mut self, op: Op<'_>, observed: &mut Observed) -> Option<()> {
        let (start, end) = (offset(op.range().start), offset(op.range().end));
        for remark in observed.remarks.drain(..) {
            self.program.note(remark, start, end);
        }
        let at = op.range().start;
        match op.opcode() {
            Opcode::Mark => self.state.marks.push(self.state.stack.len()),
            Opcode::Stop => {
                let value = self.state.top()?;
                self.stop(value, end)?;
            }
            Opcode::Pop => {
                if self.state.pop().is_none() {
                    self.state.marks.pop()?;
                }
            }
            Opcode::PopMark => drop(self.state.above_mark()?),
            Opcode::Dup => self.push(self.state.top()?),
            Opcode::None => self.push(Value::NONE),
            Opcode::NewTrue => self.push(Value::TRUE),
            Opcode::NewFalse => self.push(Value::FALSE),
            Opcode::BinInt1 | Opcode::BinInt2 => {
                let int = Value::int(op.unsigned().cast_signed())?;
                self.push(int);
            }
            Opcode::BinInt => {
                let int = u32::try_from(op.unsigned()).ok()?.cast_signed();
                self.push(Value::int(i64::from(int))?);
            }
            Opcode::Int if matches!(op.argument(), b"00" | b"01") => {
                self.push(Value::bool(op.argument() == b"01"));
            }
            Opcode::Int | Opcode::Long | Opcode::Long1 | Opcode::Long4 => {
                self.constant(op, Value::at(Tag::LongAt, at));
            }
            Opcode::Float | Opcode::BinFloat => self.constant(op, Value::at(Tag::FloatAt, at)),
            Opcode::BinBytes | Opcode::ShortBinBytes | Opcode::BinBytes8 => {
                self.constant(op, Value::at(Tag::BytesAt, at));
            }
            Opcode::ByteArray8 => {
                let bytes = Value::at(Tag::ByteArrayAt, at);
                let value = self.program.constant(bytes, start, end);
                self.push(value);
            }
            Opcode::String | Opcode::BinString | Opcode::ShortBinString => {
                self.constant(op, Value::at(Tag::StringAt, at));
                if !op.argument().is_ascii() || op.opcode() == Opcode::String {
                    self.python_2_string(op)?;
                }
            }
            Opcode::Unicode
            | Opcode::ShortBinUnicode
            | Opcode::BinUnicode
            | Opcode::BinUnicode8 => {
                self.constant(op, Value::at(Tag::TextAt, at));
            }
            Opcode::EmptyTuple => self.push(Value::EMPTY_TUPLE),
            Opcode::Tuple1 => self.tuple(op, 1)?,
            Opcode::Tuple2 => self.tuple(op, 2)?,
            Opcode::Tuple3 => self.tuple(op, 3)?,
            Opcode::EmptyList => self.container(op, Kind::List, &[]),
            Opcode::EmptyDict => self.container(op, Kind::Dict, &[]),
            Opcode::EmptySet => self.container(op, Kind::Set, &[]),
            Opcode::Tuple => {
                let items = self.state.above_mark()?;
                if items.is_empty() {
                    self.push(Value::EMPTY_TUPLE);
                } else {
                    self.container(op, Kind::Tuple, &items);
                }
            }
            Opcode::List => {
                let items = self.state.above_mark()?;
                self.container(op, Kind::List, &items);
            }
            Opcode::Dict => {
                let items = self.state.above_mark()?;
                self.container(op, Kind::Dict, &items);
                let keys = items.iter().step_by(2).copied();
                self.program.pin_if_hashing(self.state.top()?, keys);
            }
            Opcode::FrozenSet => {
                let items = self.state.above_mark()?;
                self.container(op, Kind::FrozenSet, &items);
                let members = items.iter().copied();
                self.program.pin_if_hashing(self.state.top()?, members);
            }
            Opcode::Append => {
                let item = self.state.pop()?;
                self.change(op, How::Append, &[item])?;
            }
            Opcode::AppendMany => {
                let items = self.state.above_mark()?;
                self.change(op, How::Append, &items)?;
            }
            Opcode::SetItem => {
                let items = self.state.take(2)?;
                self.change(op, How::Update, &items)?;
            }
            Opcode::SetItems => {
                let items = self.state.above_mark()?;
                self.change(op, How::Update, &items)?;
            }
            Opcode::AddItems => {
                let items = self.state.above_mark()?;
                self.change(op, How::Union, &items)?;
            }
            Opcode::Get => self.get(index_in_text(op.argument()).ok()?)?,
            Opcode::BinGet | Opcode::LongBinGet => self.get(op.unsigned())?,
            Opcode::Put => {
                let index = index_in_text(op.argument()).ok()?;
                self.state.memo.put(index, self.state.top()?);
            }
            Opcode::BinPut | Opcode::LongBinPut => {
                self.state.memo.put(op.unsigned(), self.state.top()?);
            }
            Opcode::Memoize => self.state.memo.push(self.state.top()?),
            Opcode::Proto => {
                self.state.protocol = u8::try_from(op.unsigned()).unwrap_or(u8::MAX);
            }
            Opcode::Frame => {}
            _ => self.effect(op, observed)?,
        }
        Some(())
    }

    /// Takes an opcode that loaders do not survive, for what they do before they notice.
    pub(super) fn broken(&mut self, op: Op<'_>, error: &Error, observed: &mut Observed) {
        // What does not fit on the stack has no effect, and then there is nothing to say.
        let _ = match (op.opcode(), error.kind()) {
            (Opcode::Build, ErrorKind::Truncated | ErrorKind::UnknownRawLength) => {
                self.build(op, observed)
            }
            (Opcode::SetItems, ErrorKind::OddItems) => self.whole_pairs(op),
            _ => None,
        };
    }

    /// The Python unpickler sets the whole pairs before it misses the last value.
    fn whole_pairs(&mut self, op: Op<'_>) -> Option<()> {
        let mut items = self.state.above_mark()?;
        items.pop()?;
        self.change(op, How::Update, &items)
    }

    /// The opcodes that load, call or ask for something.
    fn effect(&mut self, op: Op<'_>, observed: &mut Observed) -> Option<()> {
        let (start, end) = (offset(op.range().start), offset(op.range().end));
        let protocol = self.state.protocol;
        let value = match op.opcode() {
            Opcode::Global => self.program.effect(Kind::Global { protocol }, start, end),
            Opcode::StackGlobal => {
                let name = self.state.pop()?;
                let module = self.state.pop()?;
                self.program.observe(module);
                self.program.observe(name);
                let kind = Kind::StackGlobal {
                    module,
                    name,
                    protocol,
                };
                self.program.effect(kind, start, end)
            }
            Opcode::Ext1 | Opcode::Ext2 | Opcode::Ext4 => {
                let code = u32::try_from(op.unsigned()).ok()?;
                self.program.effect(Kind::Extension(code), start, end)
            }
            Opcode::PersId => self.program.effect(Kind::PersistentText, start, end),
            Opcode::BinPersId => {
                let id = self.state.pop()?;
                self.program.observe(id);
                self.program.effect(Kind::Persistent(id), start, end)
            }
            Opcode::Reduce => {
                let arguments = self.state.pop()?;
                let callee = self.state.pop()?;
                self.call(op, callee, arguments, Call::Reduce)
            }
            Opcode::NewObj => {
                let arguments = self.state.pop()?;
                let class = self.state.pop()?;
                self.call(op, class, arguments, Call::NewObj)
            }
            Opcode::NewObjEx => {
                let both = self.state.take(2)?;
                let class = self.state.pop()?;
                let both = self.program.container(Kind::Tuple, &both, start, end);
                self.call(op, class, both, Call::NewObjEx)
            }
            Opcode::Obj => {
                let items = self.state.above_mark()?;
                let (&class, arguments) = items.split_first()?;
                let arguments = self.tuple_of(op, arguments);
                self.call(op, class, arguments, Call::Obj)
            }
            Opcode::Inst => {
                let items = self.state.above_mark()?;
                let arguments = self.tuple_of(op, &items);
                let class = self.program.effect(Kind::Global { protocol }, start, end);
                self.call(op, class, arguments, Call::Inst)
            }
            Opcode::NextBuffer => self.program.effect(Kind::Buffer, start, end),
            Opcode::ReadOnlyBuffer => {
                let buffer = self.state.pop()?;
                self.program.observe_by_name(buffer);
                self.program.effect(Kind::ReadOnly(buffer), start, end)
            }
            Opcode::Build => return self.build(op, observed),
            _ => return None,
        };
        if let Some(computed) = observed.computed.take() {
            self.program.compute(value, computed);
        }
        self.push(value);
        Some(())
    }

    fn call(&mut self, op: Op<'_>, callee: Value, arguments: Value, call: Call) -> Value {
        self.program.observe_by_name(callee);
        self.program.observe(arguments);
        let kind = Kind::Call {
            callee,
            arguments,
            call,
        };
        let (start, end) = (offset(op.range().start), offset(op.range().end));
        self.program.effect(kind, start, end)
    }

    fn build(&mut self, op: Op<'_>, observed: &mut Observed) -> Option<()> {
        let state = self.state.pop()?;
        let object = self.state.top()?;
        self.program.observe(state);
        self.program.observe_by_name(object);
        let items = self.program.chain(&[state]);
        let (start, end) = (offset(op.range().start), offset(op.range().end));
        self.program.push_change(Change {
            how: How::Build,
            target: object,
            items,
            start,
            end,
        });
        if let Some(bytes) = observed.array.take() {
            self.state.pop()?;
            self.program.observe_by_name(object);
            let kind = Kind::Array(object);
            let array = self.program.effect(kind, bytes.start, bytes.end);
            self.push(array);
        } else if observed.began_pickle {
            let inner = Layer {
                start: end,
                ..Layer::default()
            };
            self.outer.push(core::mem::replace(&mut self.state, inner));
        }
        Some(())
    }

    /// STOP ends the pickle, or one that stands for the elements of an array.
    fn stop(&mut self, value: Value, end: u64) -> Option<()> {
        self.program.observe(value);
        let Some(outer) = self.outer.pop() else {
            self.result = Some(value);
            return Some(());
        };
        let start = core::mem::replace(&mut self.state, outer).start;
        let wrapper = self.state.pop()?;
        self.program.observe_by_name(wrapper);
        let kind = Kind::ObjectArray {
            wrapper,
            content: value,
        };
        let array = self.program.effect(kind, start, end);
        self.push(array);
        Some(())
    }

    fn push(&mut self, value: Value) {
        self.state.stack.push(value);
    }

    fn get(&mut self, index: u64) -> Option<()> {
        let value = self.state.memo.get(index)?;
        self.push(value);
        Some(())
    }

    /// Pushes a constant; a long one is kept so that it is written once.
    fn constant(&mut self, op: Op<'_>, constant: Value) {
        let value = if op.argument().len() > SHORT {
            let (start, end) = (offset(op.range().start), offset(op.range().end));
            self.program.constant(constant, start, end)
        } else {
            constant
        };
        self.push(value);
    }

    /// Gives a Python 2 string that is not ASCII a statement of its own, where the remark about it stands.
    fn python_2_string(&mut self, op: Op<'_>) -> Option<()> {
        if super::constant::is_python_2_text(op) {
            return Some(());
        }
        let (start, end) = (offset(op.range().start), offset(op.range().end));
        let mut value = self.state.pop()?;
        if value.as_node().is_none() {
            value = self.program.constant(value, start, end);
        }
        self.program.name(value);
        self.push(value);
        Some(())
    }

    fn container(&mut self, op: Op<'_>, make: fn(crate::graph::Chain) -> Kind, items: &[Value]) {
        let (start, end) = (offset(op.range().start), offset(op.range().end));
        let value = self.program.container(make, items, start, end);
        self.push(value);
    }

    fn tuple(&mut self, op: Op<'_>, len: usize) -> Option<()> {
        let items = self.state.take(len)?;
        self.container(op, Kind::Tuple, &items);
        Some(())
    }

    fn tuple_of(&mut self, op: Op<'_>, items: &[Value]) -> Value {
        if items.is_empty() {
            return Value::EMPTY_TUPLE;
        }
        let (start, end) = (offset(op.range().start), offset(op.range().end));
        self.program.container(Kind::Tuple, items, start, end)
    }

    /// Adds items to the top of the stack: by the method that loaders use for its kind.
    fn change(&mut self, op: Op<'_>, how: How, items: &[Value]) -> Option<()> {
        let target = self.state.top()?;
        let kind = self.program.node(target).map(|node| node.kind);
        let (how, stride) = match (how, kind) {
            (How::Append, Some(Kind::List(_))) => (How::Append, 0),
            (How::Append, _) => (How::Extend, 0),
            (How::Update, Some(Kind::Dict(_))) => (How::Update, 2),
            (How::Update, _) => (How::SetItems, 2),
            (_, Some(Kind::Set(_))) => (How::Union, 1),
            (_, _) => (How::Add, 1),
        };
        if items.is_empty() && matches!(how, How::Append | How::Update | How::Union) {
            return Some(());
        }
        let nothing = self.program.chain(&[]);
        let change = Change {
            how,
            target,
            items: nothing,
            start: offset(op.range().start),
            end: offset(op.range().end),
        };
        self.program.change(change, items, stride);
        Some(())
    }
}

pub(super) fn offset(position: usize) -> u64 {
    u64::try_from(position).unwrap_or(u64::MAX)
}
