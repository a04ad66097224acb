use super::Machine;
use crate::error::ErrorKind;
use crate::graph::Node;
use crate::value::Value;

impl<'a> Machine<'a> {
    #[inline]
    pub(super) fn push(&mut self, value: Value) {
        self.state.stack.push(value);
    }

    /// Values above the topmost mark, or on the whole stack.
    #[inline]
    pub(super) fn floor(&self) -> usize {
        self.state.marks.last().copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Result<Value, ErrorKind> {
        if self.state.stack.len() <= self.floor() {
            return Err(ErrorKind::StackUnderflow);
        }
        self.state.stack.pop().ok_or(ErrorKind::StackUnderflow)
    }

    #[inline]
    pub(super) fn top(&self) -> Result<Value, ErrorKind> {
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
    pub(super) fn mark(&mut self) -> Result<usize, ErrorKind> {
        self.state.marks.pop().ok_or(ErrorKind::NoMark)
    }

    pub(super) fn tuple_of(&mut self, from: usize) -> Value {
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

    pub(super) fn tuple(&mut self, len: usize) -> Result<(), ErrorKind> {
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

    pub(super) fn name(&mut self, module: &[u8], name: &[u8]) -> Value {
        let name = self.graph.heap.names.intern(module, name, &self.lists);
        let import = self.imports;
        self.imports = self.imports.saturating_add(1);
        self.graph.heap.add(Node::Name { name, import })
    }
}
