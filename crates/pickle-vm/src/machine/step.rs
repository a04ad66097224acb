use alloc::vec::Vec;

use super::{HUGE_MEMO_INDEX, LONGEST_LINE, Machine, Step};
use crate::constant::Const;
use crate::decoder::Op;
use crate::effect::{Divergence, EffectKind, EffectSink, Origin};
use crate::error::ErrorKind;
use crate::graph::{Call, Node};
use crate::literal;
use crate::opcode::Opcode;
use crate::value::{Tag, Value};

impl<'a> Machine<'a> {
    #[inline]
    pub(super) fn step<S: EffectSink + ?Sized>(
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
    pub(super) fn rare_step<S: EffectSink + ?Sized>(
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
                let text = literal::quoted(op.argument());
                if text.is_none() {
                    self.diverge(op, Divergence::StringForm, sink);
                }
                let value = match text {
                    Some(text) if op.argument().len() > LONGEST_LINE => self.long_text(text),
                    _ => Value::at(Tag::StringAt, range.start),
                };
                self.push(value);
            }
            Opcode::Unicode => {
                let value = if op.argument().len() > LONGEST_LINE {
                    self.long_text(literal::raw_unicode_escape(op.argument()).into_owned())
                } else {
                    Value::at(Tag::TextAt, range.start)
                };
                self.push(value);
            }
            Opcode::Float => {
                let value = if op.argument().len() > LONGEST_LINE {
                    Value::UNKNOWN
                } else {
                    Value::at(Tag::FloatAt, range.start)
                };
                self.push(value);
            }
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

    #[inline]
    pub(super) fn get(&mut self, index: u64) -> Result<(), ErrorKind> {
        let value = self
            .state
            .memo
            .get(index)
            .ok_or(ErrorKind::NoMemoEntry(index))?;
        self.push(value);
        Ok(())
    }

    pub(super) fn put<S: EffectSink + ?Sized>(
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
    pub(super) fn pop_any<S: EffectSink + ?Sized>(
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

    /// A text that takes long to read is read once and kept.
    fn long_text(&mut self, text: Vec<u8>) -> Value {
        let bytes = text.len();
        self.graph.heap.compute(Const::Str(text), bytes)
    }

    /// An integer of too many digits to be read whenever it is looked at: nothing more is known of it.
    fn long_integer(op: Op<'_>) -> Value {
        if op.argument().len() > LONGEST_LINE {
            Value::HUGE_INT
        } else {
            Value::at(Tag::LongAt, op.range().start)
        }
    }

    pub(super) fn integer<S: EffectSink + ?Sized>(
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
                    .unwrap_or(Self::long_integer(op))
            }
            None if digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'-'))
                && digits.len() > 38 =>
            {
                Self::long_integer(op)
            }
            None => return Err(ErrorKind::BadArgument),
        };
        self.push(value);
        Ok(())
    }
}

/// The memo index that GET and PUT write as text.
pub(crate) fn index_in_text(text: &[u8]) -> Result<u64, ErrorKind> {
    literal::decimal(text)
        .and_then(|index| u64::try_from(index).ok())
        .ok_or(ErrorKind::BadArgument)
}
