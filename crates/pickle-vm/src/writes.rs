use alloc::vec::Vec;

use crate::value::Value;

/// What an opcode wrote into something that a call, a persistent id or an extension gave.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Write {
    /// SETITEM, SETITEMS: a tuple of keys and values in turn.
    Items(Value),
    /// APPEND, APPENDS, ADDITEMS: a tuple of what was added.
    Added(Value),
    /// BUILD: the state.
    State(Value),
}

/// The writes into the nodes of a graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writes {
    all: Vec<Written>,
}

/// A write into a node.
#[derive(Clone, Copy, Debug)]
struct Written {
    node: u32,
    write: Write,
}

impl Writes {
    /// Notes what was written into a node; into anything else it is lost.
    pub(crate) fn note(&mut self, target: Value, write: Write) {
        if let Some(node) = target.as_node() {
            self.all.push(Written { node, write });
        }
    }

    /// Puts them into the order in which [`of`](Self::of) finds them.
    pub(crate) fn settle(&mut self) {
        // Stable: the writes into one node stay in their order.
        self.all.sort_by_key(|written| written.node);
    }

    /// Returns the writes into a value in the order of writing, once they are [settled](Self::settle).
    pub(crate) fn of(&self, value: Value) -> impl Iterator<Item = Write> + '_ {
        let of_node = value.as_node().map_or(&[][..], |node| {
            let from = self.all.partition_point(|written| written.node < node);
            let to = self.all.partition_point(|written| written.node <= node);
            self.all.get(from..to).unwrap_or_default()
        });
        of_node.iter().map(|written| written.write)
    }

    /// Bytes held, about.
    pub(crate) fn bytes(&self) -> usize {
        self.all.len().saturating_mul(size_of::<Written>())
    }
}
