use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::effect::Divergence;
use crate::graph::{Call, Chain, Heap, Items};
use crate::value::Value;

/// How deep displays are nested in one expression before a name is given to the inner one. CPython's
/// parser takes some ninety; readers take less.
const DEPTH: u8 = 16;

/// A pickle as a sequence of statements that refer to values by number: each value is made once, whoever
/// shares it.
#[derive(Debug, Default)]
pub(super) struct Program {
    nodes: Vec<Node>,
    pub(super) events: Vec<Event>,
    pub(super) changes: Vec<Change>,
    pub(super) notes: Vec<Note>,
    /// What folding says a call or an import gives, by the number of its node.
    pub(super) computed: HashMap<u32, String>,
    items: Heap,
    texts: usize,
}

/// A value that is more than a short constant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// The bytes that make it.
    pub(super) start: u64,
    pub(super) end: u64,
    /// How many times something looks at it.
    pub(super) uses: u32,
    /// The number in its name, once it has one.
    pub(super) label: u32,
    depth: u8,
    /// Something has looked at it, so that what opcodes do to it from now on are statements.
    is_closed: bool,
    /// It stands under a name however often it is used.
    is_named: bool,
    /// Making it has effects, so that it is made where it stands, used or not.
    pub(super) is_pinned: bool,
    /// Hashing it has no effect.
    is_quiet: bool,
}

/// What a [`Node`] is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A constant that is long or can be changed.
    Constant(Value),
    Tuple(Chain),
    List(Chain),
    Dict(Chain),
    Set(Chain),
    FrozenSet(Chain),
    /// A global whose name stands in its opcode.
    Global {
        protocol: u8,
    },
    /// A global whose module and name lie on the stack.
    StackGlobal {
        module: Value,
        name: Value,
        protocol: u8,
    },
    Call {
        callee: Value,
        arguments: Value,
        call: Call,
    },
    /// A persistent id that stands in its opcode.
    PersistentText,
    Persistent(Value),
    Extension(u32),
    Buffer,
    ReadOnly(Value),
    /// What joblib makes of the raw bytes behind a wrapper.
    Array(Value),
    /// What joblib makes of the pickle behind a wrapper.
    ObjectArray {
        wrapper: Value,
        content: Value,
    },
}

/// What stands at one place of the program.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// Plain data is there, unless it is written into the one place that uses it.
    Define(u32),
    /// Something is imported, called or asked for.
    Effect(u32),
    /// Something is changed: a number in `changes`.
    Change(u32),
    /// A remark: a number in `notes`.
    Note(u32),
}

/// Something is changed after something else has looked at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) how: How,
    pub(super) target: Value,
    pub(super) items: Chain,
    pub(super) start: u64,
    pub(super) end: u64,
}

/// How something is changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum How {
    /// Items come to a list that the stream made.
    Append,
    /// Items come to something else by `extend` or `append`.
    Extend,
    /// Keys and values come to a dict that the stream made.
    Update,
    /// Keys and values come to something else.
    SetItems,
    /// Members come to a set that the stream made.
    Union,
    /// Members come to something else.
    Add,
    /// An object is given its state.
    Build,
}

/// A remark at one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Note {
    pub(super) what: Remark,
    pub(super) start: u64,
    pub(super) end: u64,
}

/// What is remarked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Remark {
    Divergence(Divergence),
    Embedded,
}

impl Kind {
    const fn chain(&mut self) -> Option<&mut Chain> {
        match self {
            Self::Tuple(chain)
            | Self::List(chain)
            | Self::Dict(chain)
            | Self::Set(chain)
            | Self::FrozenSet(chain) => Some(chain),
            _ => None,
        }
    }

    /// Says whether it is plain data, which has no effect but by what lies in it.
    const fn is_data(&self) -> bool {
        matches!(
            self,
            Self::Constant(_)
                | Self::Tuple(_)
                | Self::List(_)
                | Self::Dict(_)
                | Self::Set(_)
                | Self::FrozenSet(_)
        )
    }
}

impl Node {
    /// Says whether it is written into the one place that uses it.
    pub(super) const fn is_inline(&self) -> bool {
        self.kind.is_data() && self.uses == 1 && !self.is_named && !self.is_pinned
    }
}

impl Program {
    /// Bytes held, about.
    pub(super) fn bytes(&self) -> usize {
        (self.nodes.len().saturating_mul(size_of::<Node>()))
            .saturating_add(self.events.len().saturating_mul(size_of::<Event>()))
            .saturating_add(self.changes.len().saturating_mul(size_of::<Change>()))
            .saturating_add(self.notes.len().saturating_mul(size_of::<Note>()))
            .saturating_add(self.items.bytes())
            .saturating_add(self.texts)
    }

    pub(super) fn node(&self, value: Value) -> Option<&Node> {
        self.nodes.get(usize::try_from(value.as_node()?).ok()?)
    }

    pub(super) fn node_mut(&mut self, value: Value) -> Option<&mut Node> {
        self.nodes.get_mut(usize::try_from(value.as_node()?).ok()?)
    }

    pub(super) fn items(&self, chain: Chain) -> Items<'_> {
        self.items.items(chain)
    }

    pub(super) fn chain(&mut self, items: &[Value]) -> Chain {
        self.items.chain(items)
    }

    fn add(&mut self, kind: Kind, start: u64, end: u64) -> Value {
        let Ok(number) = u32::try_from(self.nodes.len()) else {
            return Value::UNKNOWN;
        };
        self.nodes.push(Node {
            kind,
            start,
            end,
            uses: 0,
            label: 0,
            depth: 0,
            is_closed: false,
            is_named: false,
            is_pinned: false,
            is_quiet: false,
        });
        Value::node(number)
    }

    /// Adds a constant that is long, or that can be changed.
    pub(super) fn constant(&mut self, constant: Value, start: u64, end: u64) -> Value {
        let value = self.add(Kind::Constant(constant), start, end);
        self.close(value);
        if let Some(node) = self.node_mut(value) {
            node.is_quiet = true;
        }
        value
    }

    /// Adds a container. Nothing can be added to a tuple or frozenset later.
    pub(super) fn container(
        &mut self,
        make: fn(Chain) -> Kind,
        items: &[Value],
        start: u64,
        end: u64,
    ) -> Value {
        for &item in items {
            self.observe(item);
        }
        let empty = self.items.chain(&[]);
        let value = self.add(make(empty), start, end);
        let quiet = items.iter().all(|&item| self.is_quiet(item));
        if let Some(node) = self.node_mut(value) {
            node.is_quiet = quiet;
        }
        self.fill(value, items, end);
        if self
            .node(value)
            .is_some_and(|node| matches!(node.kind, Kind::Tuple(_) | Kind::FrozenSet(_)))
        {
            self.close(value);
        }
        value
    }

    /// Adds something that is imported, called or asked for.
    pub(super) fn effect(&mut self, kind: Kind, start: u64, end: u64) -> Value {
        let value = self.add(kind, start, end);
        if let Some(number) = value.as_node() {
            self.events.push(Event::Effect(number));
        }
        value
    }

    /// Notes that something looks at a value.
    pub(super) fn observe(&mut self, value: Value) {
        self.close(value);
        if let Some(node) = self.node_mut(value) {
            node.uses = node.uses.saturating_add(1);
        }
    }

    /// Notes that something looks at a value that must stand under a name.
    pub(super) fn observe_by_name(&mut self, value: Value) {
        self.observe(value);
        if let Some(node) = self.node_mut(value) {
            node.is_named = true;
        }
    }

    /// Gives a value a name.
    pub(super) fn name(&mut self, value: Value) {
        if let Some(node) = self.node_mut(value) {
            node.is_named = true;
        }
    }

    /// The place where data is written that stands under a name: whatever is done to it later is a
    /// statement.
    fn close(&mut self, value: Value) {
        let Some(node) = self.node_mut(value) else {
            return;
        };
        if node.is_closed || !node.kind.is_data() {
            return;
        }
        node.is_closed = true;
        if let Some(number) = value.as_node() {
            self.events.push(Event::Define(number));
        }
    }

    /// Says whether hashing a value has no effect.
    fn is_quiet(&self, value: Value) -> bool {
        match value.as_node() {
            Some(_) => self.node(value).is_some_and(|node| node.is_quiet),
            None => true,
        }
    }

    /// Changes a container: in its display while nobody has looked at it, by a statement afterwards.
    /// `stride` says which items are hashed: each first one of so many, none if it is 0.
    pub(super) fn change(&mut self, change: Change, items: &[Value], stride: usize) {
        let Change {
            how,
            target,
            start,
            end,
            ..
        } = change;
        for &item in items {
            self.observe(item);
        }
        let is_open = self.node(target).is_some_and(|node| {
            !node.is_closed
                && matches!(
                    (node.kind, how),
                    (Kind::List(_), How::Append)
                        | (Kind::Dict(_), How::Update)
                        | (Kind::Set(_), How::Union)
                )
        });
        if !is_open {
            self.observe_by_name(target);
            let items = self.chain(items);
            let change = Change {
                how,
                target,
                items,
                start,
                end,
            };
            self.push_change(change);
            return;
        }
        self.fill(target, items, end);
        let hashes = stride > 0 && !items.iter().step_by(stride).all(|&key| self.is_quiet(key));
        if hashes {
            self.pin(target);
        }
    }

    /// Notes that making a container has effects.
    pub(super) fn pin(&mut self, value: Value) {
        self.close(value);
        if let Some(node) = self.node_mut(value) {
            node.is_pinned = true;
        }
    }

    /// Pins a container some of whose items have effects when they are hashed.
    pub(super) fn pin_if_hashing(&mut self, value: Value, keys: impl Iterator<Item = Value>) {
        for key in keys {
            if !self.is_quiet(key) {
                self.pin(value);
                return;
            }
        }
    }

    pub(super) fn push_change(&mut self, change: Change) {
        if let Ok(number) = u32::try_from(self.changes.len()) {
            self.changes.push(change);
            self.events.push(Event::Change(number));
        }
    }

    pub(super) fn note(&mut self, what: Remark, start: u64, end: u64) {
        if let Ok(number) = u32::try_from(self.notes.len()) {
            self.notes.push(Note { what, start, end });
            self.events.push(Event::Note(number));
        }
    }

    /// Keeps what folding says of a node.
    pub(super) fn compute(&mut self, value: Value, text: String) {
        if let Some(number) = value.as_node() {
            self.texts = self.texts.saturating_add(text.len()).saturating_add(64);
            self.computed.insert(number, text);
        }
    }

    /// Puts items at the end of a container's display.
    fn fill(&mut self, target: Value, items: &[Value], end: u64) {
        let mut depth: u8 = 0;
        for &item in items {
            let Some(node) = self.node_mut(item) else {
                continue;
            };
            if !node.kind.is_data() {
                continue;
            }
            let below = node.depth.saturating_add(1);
            if below >= DEPTH {
                node.is_named = true;
            } else {
                depth = depth.max(below);
            }
        }
        let Some(number) = target
            .as_node()
            .and_then(|number| usize::try_from(number).ok())
        else {
            return;
        };
        let Some(node) = self.nodes.get_mut(number) else {
            return;
        };
        node.depth = node.depth.max(depth);
        node.end = end;
        if let Some(chain) = node.kind.chain() {
            self.items.extend(chain, items);
        }
    }
}
