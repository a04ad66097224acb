use alloc::vec::Vec;

use super::{Machine, offset};
use crate::decoder::Op;
use crate::effect::{EffectKind, EffectSink};
use crate::error::ErrorKind;
use crate::graph::Node;
use crate::opcode::Opcode;
use crate::value::{Tag, Value};
use crate::writes::Write;

impl<'a> Machine<'a> {
    pub(super) fn set_items<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        let from = self.mark()?;
        self.set_items_from(op, from, sink)
    }

    pub(super) fn set_item<S: EffectSink + ?Sized>(
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
    pub(super) fn set_items_from<S: EffectSink + ?Sized>(
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
    pub(super) fn foreign_items<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        target: Value,
        from: usize,
        sink: &mut S,
    ) {
        let items = self.tuple_of(from);
        self.graph.heap.may_have_changed(op.range().end);
        let (kind, write) = match op.opcode() {
            Opcode::SetItem | Opcode::SetItems => {
                (EffectKind::SetItems { target, items }, Write::Items(items))
            }
            _ => (EffectKind::Extend { target, items }, Write::Added(items)),
        };
        if self.keep_all {
            self.graph.heap.writes.note(target, write);
        }
        self.tell(op, kind, sink);
    }

    /// Appends or adds everything from `from` on to what lies below it.
    #[inline]
    pub(super) fn extend<S: EffectSink + ?Sized>(
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
    pub(super) fn hash_keys<S: EffectSink + ?Sized>(
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
}
