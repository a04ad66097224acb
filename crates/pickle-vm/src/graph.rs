use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::constant::Const;
use crate::decoder::{Decoder, Op};
use crate::literal;
use crate::name::{Name, Names};
use crate::opcode::Opcode;
use crate::value::{Tag, Value};
use crate::writes::{Write, Writes};

/// The abstract values of one run.
///
/// In the mode that follows effects the contents of finished lists, dicts and sets are forgotten when
/// memory needs it; [`View::Forgotten`] says so. In graph mode everything is kept, and with it what was
/// written into objects, see [`writes`](Self::writes).
#[derive(Debug)]
pub struct Graph<'a> {
    input: &'a [u8],
    pub(crate) heap: Heap,
}

/// Everything of a graph but the input, so that another reading of the bytes can start from a copy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heap {
    nodes: Vec<Node>,
    slots: Vec<Value>,
    chunks: Vec<Chunk>,
    computed: Vec<Const>,
    computed_bytes: usize,
    pub(crate) names: Names,
    /// What opcodes wrote into what is no container of the stream's own; in graph mode alone.
    pub(crate) writes: Writes,
    /// Nodes below this number may have been changed by something other than opcodes on them.
    changed_nodes: u32,
    /// The same for constants that stand in the input before this offset.
    changed_input: usize,
    /// Nodes below this number may be the same object as another node.
    shared_nodes: u32,
}

/// A run of slots that belongs to a container.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    start: u32,
    len: u32,
    next: u32,
}

/// The items of a container: a chain of chunks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain {
    first: u32,
    last: u32,
    len: u32,
}

const END: u32 = u32::MAX;

impl Chain {
    const EMPTY: Self = Self {
        first: END,
        last: END,
        len: 0,
    };
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Node {
    Tuple(Chain),
    List(Chain),
    Dict(Chain),
    Set(Chain),
    FrozenSet(Chain),
    Name {
        name: u32,
        /// The number of the import among all imports of the run.
        import: u32,
    },
    Object {
        callee: Value,
        arguments: Value,
        state: Value,
        call: Call,
    },
    Persistent(Value),
    Extension(u32),
    Buffer,
    Computed(u32),
}

/// How a call came about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Call {
    /// REDUCE: `callee(*arguments)`.
    Reduce,
    /// NEWOBJ: `callee.__new__(callee, *arguments)`.
    NewObj,
    /// NEWOBJ_EX: `callee.__new__(callee, *arguments[0], **arguments[1])`; the arguments are shown as a
    /// pair of the positional tuple and the dict.
    NewObjEx,
    /// OBJ: `callee(*arguments)`, or an instance without `__init__` where there are no arguments.
    Obj,
    /// INST: as OBJ, the class written in the opcode.
    Inst,
}

/// Which kind of container it was whose contents are forgotten.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Container {
    /// A tuple.
    Tuple,
    /// A list.
    List,
    /// A dict.
    Dict,
    /// A set or frozenset.
    Set,
}

/// What a [`Value`] stands for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum View<'g> {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer that fits.
    Int(i128),
    /// A longer integer; nothing more is known of it here.
    HugeInt,
    /// A float.
    Float(f64),
    /// Text in generalised UTF-8: lone surrogates stand as three bytes each. A Python 2 string, which
    /// loaders take as text or as bytes, is shown as text.
    Text(Cow<'g, [u8]>),
    /// Bytes.
    Bytes(Cow<'g, [u8]>),
    /// A bytearray as it was written.
    ByteArray(Cow<'g, [u8]>),
    /// A tuple.
    Tuple(Items<'g>),
    /// A list that the stream itself made.
    List(Items<'g>),
    /// A dict that the stream itself made; keys and values alternate, in the order of writing.
    Dict(Items<'g>),
    /// A set that the stream itself made, members as written.
    Set(Items<'g>),
    /// A frozenset, members as written.
    FrozenSet(Items<'g>),
    /// A container whose contents are no longer held.
    Forgotten(Container),
    /// A global.
    Name(&'g Name),
    /// What a call gave back.
    Object(Object),
    /// What the loader gave for a persistent id.
    Persistent(Value),
    /// What the extension registry held under a code.
    Extension(u32),
    /// An out-of-band buffer.
    Buffer,
    /// What a folded computation gave that is no plain data: a bound method of a constant, an
    /// `itemgetter`, an iterator, a slice.
    Callable,
    /// Nothing is known.
    Unknown,
}

/// What a call gave back, as far as it can be known without calling.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Object {
    /// What was called.
    pub callee: Value,
    /// The arguments: a tuple, unless the stream gives something else.
    pub arguments: Value,
    /// The last state that BUILD gave, if any did.
    pub state: Option<Value>,
    /// How it was called.
    pub call: Call,
}

/// The items of a container, in order.
#[derive(Clone, Debug)]
pub struct Items<'g> {
    heap: Option<&'g Heap>,
    chunk: u32,
    at: u32,
    left: u32,
}

impl Items<'_> {
    const EMPTY: Self = Self {
        heap: None,
        chunk: END,
        at: 0,
        left: 0,
    };
}

impl Iterator for Items<'_> {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let heap = self.heap?;
        loop {
            let chunk = heap.chunks.get(index(self.chunk))?;
            if self.at < chunk.len {
                let slot = index(chunk.start).saturating_add(index(self.at));
                self.at = self.at.saturating_add(1);
                self.left = self.left.saturating_sub(1);
                return heap.slots.get(slot).copied();
            }
            self.chunk = chunk.next;
            self.at = 0;
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (index(self.left), Some(index(self.left)))
    }
}

impl ExactSizeIterator for Items<'_> {}

#[inline]
fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[inline]
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(END)
}

impl Heap {
    /// Forgets everything but the memory it took.
    fn clear(&mut self) {
        let Self {
            nodes,
            slots,
            chunks,
            ..
        } = core::mem::take(self);
        *self = Self {
            nodes,
            slots,
            chunks,
            ..Self::default()
        };
        self.nodes.clear();
        self.slots.clear();
        self.chunks.clear();
    }

    /// Bytes held, about.
    pub(crate) fn bytes(&self) -> usize {
        (self.nodes.len().saturating_mul(size_of::<Node>()))
            .saturating_add(self.slots.len().saturating_mul(size_of::<Value>()))
            .saturating_add(self.chunks.len().saturating_mul(size_of::<Chunk>()))
            .saturating_add(self.writes.bytes())
            .saturating_add(self.computed_bytes)
            .saturating_add(self.names.bytes())
    }

    #[inline]
    pub(crate) fn node(&self, value: Value) -> Option<&Node> {
        self.nodes.get(index(value.as_node()?))
    }

    pub(crate) fn node_mut(&mut self, value: Value) -> Option<&mut Node> {
        self.nodes.get_mut(index(value.as_node()?))
    }

    /// Notes that code which nobody can see may have changed whatever there is, up to this offset of the
    /// input.
    pub(crate) fn may_have_changed(&mut self, offset: usize) {
        self.changed_nodes = number(self.nodes.len());
        self.changed_input = self.changed_input.max(offset);
    }

    /// Notes that a computation may have given back a container that there was before.
    pub(crate) fn may_be_shared(&mut self) {
        self.shared_nodes = number(self.nodes.len());
    }

    /// Says whether a container may be the same object as another one.
    #[inline]
    pub(crate) fn is_shared(&self, value: Value) -> bool {
        value.as_node().is_some_and(|node| node < self.shared_nodes)
    }

    /// Says whether the contents of something that can change are still as opcodes left them.
    pub(crate) fn is_current(&self, value: Value) -> bool {
        match value.as_node() {
            Some(node) => node >= self.changed_nodes,
            None => value.offset() >= self.changed_input,
        }
    }

    /// Adds a node. Past 2^32 nodes, which [`Limits::memory`](crate::Limits) forbids long before, it is
    /// unknown.
    #[inline]
    pub(crate) fn add(&mut self, node: Node) -> Value {
        let at = number(self.nodes.len());
        if at == END {
            return Value::UNKNOWN;
        }
        self.nodes.push(node);
        Value::node(at)
    }

    pub(crate) fn compute(&mut self, constant: Const, bytes: usize) -> Value {
        let at = number(self.computed.len());
        self.computed_bytes = self
            .computed_bytes
            .saturating_add(bytes)
            .saturating_add(size_of::<Const>());
        self.computed.push(constant);
        self.add(Node::Computed(at))
    }

    pub(crate) fn computed(&self, number: u32) -> Option<&Const> {
        self.computed.get(index(number))
    }

    /// Makes a chain of `items`.
    #[inline]
    pub(crate) fn chain(&mut self, items: &[Value]) -> Chain {
        let mut chain = Chain::EMPTY;
        self.extend(&mut chain, items);
        chain
    }

    /// Adds items at the end of a chain.
    #[inline]
    pub(crate) fn extend(&mut self, chain: &mut Chain, items: &[Value]) {
        if items.is_empty() {
            return;
        }
        let start = number(self.slots.len());
        let added = number(items.len());
        let len = chain.len.saturating_add(added);
        if start.checked_add(added).is_none() || len == END {
            return;
        }
        self.slots.extend_from_slice(items);
        chain.len = len;
        let last = index(chain.last);
        if let Some(chunk) = self.chunks.get_mut(last)
            && chunk.start.checked_add(chunk.len) == Some(start)
        {
            chunk.len = chunk.len.saturating_add(added);
            return;
        }
        let fresh = number(self.chunks.len());
        self.chunks.push(Chunk {
            start,
            len: added,
            next: END,
        });
        match self.chunks.get_mut(last) {
            Some(chunk) => chunk.next = fresh,
            None => chain.first = fresh,
        }
        chain.last = fresh;
    }

    pub(crate) fn items(&self, chain: Chain) -> Items<'_> {
        Items {
            heap: Some(self),
            chunk: chain.first,
            at: 0,
            left: chain.len,
        }
    }

    /// Adds items to a list, dict or set that the stream made; says whether it is one.
    #[inline]
    pub(crate) fn extend_container(&mut self, value: Value, items: &[Value]) -> bool {
        let Some(at) = value.as_node().map(index) else {
            return false;
        };
        let Some(Node::List(chain) | Node::Dict(chain) | Node::Set(chain)) = self.nodes.get(at)
        else {
            return false;
        };
        let mut chain = *chain;
        self.extend(&mut chain, items);
        if let Some(Node::List(slot) | Node::Dict(slot) | Node::Set(slot)) = self.nodes.get_mut(at)
        {
            *slot = chain;
        }
        true
    }
}

/// A list, dict or set, or a tuple longer than this, is forgotten when it does not lie on the stack itself.
const KEPT_TUPLE: u32 = 16;

/// Copies what is still needed of a heap into a new one.
///
/// What lies on the stack keeps its items. What only the memo or another container holds is kept where
/// later opcodes may need to look into it (names, calls, short tuples); finished containers become
/// [`View::Forgotten`].
pub(crate) struct Sweep<'h> {
    old: &'h mut Heap,
    new: Heap,
    /// Where each old node went: its new number, or `END`.
    moved: Vec<u32>,
    next: usize,
}

impl<'h> Sweep<'h> {
    /// `spare` is the heap that an earlier sweep left behind: its memory is used again.
    pub(crate) fn new(old: &'h mut Heap, spare: Heap) -> Self {
        let moved = alloc::vec![END; old.nodes.len()];
        let mut new = spare;
        new.clear();
        new.names = core::mem::take(&mut old.names);
        Self {
            old,
            new,
            moved,
            next: 0,
        }
    }

    /// Keeps a value that lies on the stack, with its items.
    pub(crate) fn keep(&mut self, value: &mut Value) {
        *value = self.copy(*value, false);
    }

    /// Keeps a value that only the memo knows.
    pub(crate) fn keep_briefly(&mut self, value: &mut Value) {
        *value = self.copy(*value, true);
    }

    fn copy(&mut self, value: Value, briefly: bool) -> Value {
        let Some(at) = value.as_node().map(index) else {
            return value;
        };
        let Some(node) = self.old.nodes.get(at).copied() else {
            return Value::UNKNOWN;
        };
        match self.moved.get(at).copied() {
            Some(END) => {}
            Some(to) => return Value::node(to),
            None => return Value::UNKNOWN,
        }
        if briefly {
            match node {
                Node::List(_) => return Value::plain(Tag::ForgottenList),
                Node::Dict(_) => return Value::plain(Tag::ForgottenDict),
                Node::Set(_) | Node::FrozenSet(_) => return Value::plain(Tag::ForgottenSet),
                Node::Tuple(chain) if chain.len > KEPT_TUPLE => {
                    return Value::plain(Tag::ForgottenTuple);
                }
                _ => {}
            }
        }
        let node = match node {
            Node::Tuple(chain) => Node::Tuple(self.copy_chain(chain)),
            Node::List(chain) => Node::List(self.copy_chain(chain)),
            Node::Dict(chain) => Node::Dict(self.copy_chain(chain)),
            Node::Set(chain) => Node::Set(self.copy_chain(chain)),
            Node::FrozenSet(chain) => Node::FrozenSet(self.copy_chain(chain)),
            Node::Computed(constant) => match self.old.computed.get_mut(index(constant)) {
                Some(constant) => {
                    let constant = core::mem::replace(constant, Const::None);
                    let to = number(self.new.computed.len());
                    self.new.computed.push(constant);
                    Node::Computed(to)
                }
                None => return Value::UNKNOWN,
            },
            other => other,
        };
        let to = self.new.add(node);
        if let (Some(moved), Some(to)) = (self.moved.get_mut(at), to.as_node()) {
            *moved = to;
        }
        to
    }

    /// Copies the items as they are, in old numbers, into one chunk; `settle` renumbers them.
    fn copy_chain(&mut self, chain: Chain) -> Chain {
        let start = number(self.new.slots.len());
        let items = self.old.items(chain);
        self.new.slots.extend(items);
        let len = number(self.new.slots.len()).saturating_sub(start);
        if len == 0 {
            return Chain::EMPTY;
        }
        let chunk = number(self.new.chunks.len());
        self.new.chunks.push(Chunk {
            start,
            len,
            next: END,
        });
        Chain {
            first: chunk,
            last: chunk,
            len,
        }
    }

    /// Copies what the values kept so far reach.
    pub(crate) fn settle(&mut self) {
        while let Some(&node) = self.new.nodes.get(self.next) {
            let settled = match node {
                Node::Tuple(chain)
                | Node::List(chain)
                | Node::Dict(chain)
                | Node::Set(chain)
                | Node::FrozenSet(chain) => {
                    self.settle_chain(chain);
                    node
                }
                Node::Object {
                    callee,
                    arguments,
                    state,
                    call,
                } => Node::Object {
                    callee: self.copy(callee, true),
                    arguments: self.copy(arguments, true),
                    state: self.copy(state, true),
                    call,
                },
                Node::Persistent(id) => Node::Persistent(self.copy(id, true)),
                Node::Name { .. } | Node::Extension(_) | Node::Buffer | Node::Computed(_) => node,
            };
            if let Some(slot) = self.new.nodes.get_mut(self.next) {
                *slot = settled;
            }
            self.next = self.next.saturating_add(1);
        }
    }

    fn settle_chain(&mut self, chain: Chain) {
        let Some(&Chunk { start, len, .. }) = self.new.chunks.get(index(chain.first)) else {
            return;
        };
        for at in index(start)..index(start).saturating_add(index(len)) {
            let Some(&value) = self.new.slots.get(at) else {
                return;
            };
            let value = self.copy(value, true);
            if let Some(slot) = self.new.slots.get_mut(at) {
                *slot = value;
            }
        }
    }

    /// Puts the new heap in the old one's place, and returns the old one as a spare.
    pub(crate) fn finish(mut self) -> Heap {
        self.new.computed_bytes = if self.new.computed.is_empty() {
            0
        } else {
            self.old.computed_bytes
        };
        // Old numbers mean nothing any more: what was in doubt now is so for all.
        let all = number(self.new.nodes.len());
        if self.old.changed_nodes > 0 {
            self.new.changed_nodes = all;
        }
        if self.old.shared_nodes > 0 {
            self.new.shared_nodes = all;
        }
        self.new.changed_input = self.old.changed_input;
        core::mem::replace(self.old, self.new)
    }
}

impl<'a> Graph<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            heap: Heap::default(),
        }
    }

    pub(crate) const fn with_heap(input: &'a [u8], heap: Heap) -> Self {
        Self { input, heap }
    }

    /// Returns the bytes that the graph's constants lie in.
    #[must_use]
    pub const fn input(&self) -> &'a [u8] {
        self.input
    }

    /// Says what a value stands for. Costs nothing but, for constants written as text, their decoding.
    #[must_use]
    pub fn view(&self, value: Value) -> View<'_> {
        match value.tag() {
            Tag::Absent | Tag::Unknown => View::Unknown,
            Tag::None => View::None,
            Tag::False => View::Bool(false),
            Tag::True => View::Bool(true),
            Tag::Int => value
                .as_int()
                .map_or(View::Unknown, |int| View::Int(i128::from(int))),
            Tag::LongAt => self
                .op(value)
                .and_then(|op| literal::long(op.opcode(), op.argument()))
                .map_or(View::HugeInt, View::Int),
            Tag::FloatAt => self
                .op(value)
                .and_then(|op| literal::float(op.opcode(), op.argument()))
                .map_or(View::Unknown, View::Float),
            Tag::TextAt | Tag::StringAt => self.text(value).map_or(View::Unknown, View::Text),
            Tag::BytesAt => self.op(value).map_or(View::Unknown, |op| {
                View::Bytes(Cow::Borrowed(op.argument()))
            }),
            Tag::ByteArrayAt => self.op(value).map_or(View::Unknown, |op| {
                View::ByteArray(Cow::Borrowed(op.argument()))
            }),
            Tag::EmptyTuple => View::Tuple(Items::EMPTY),
            Tag::ForgottenTuple => View::Forgotten(Container::Tuple),
            Tag::ForgottenList => View::Forgotten(Container::List),
            Tag::ForgottenDict => View::Forgotten(Container::Dict),
            Tag::ForgottenSet => View::Forgotten(Container::Set),
            Tag::Node => self
                .heap
                .node(value)
                .map_or(View::Unknown, |node| self.view_node(*node)),
        }
    }

    fn view_node(&self, node: Node) -> View<'_> {
        match node {
            Node::Tuple(chain) => View::Tuple(self.heap.items(chain)),
            Node::List(chain) => View::List(self.heap.items(chain)),
            Node::Dict(chain) => View::Dict(self.heap.items(chain)),
            Node::Set(chain) => View::Set(self.heap.items(chain)),
            Node::FrozenSet(chain) => View::FrozenSet(self.heap.items(chain)),
            Node::Name { name, .. } => self.heap.names.get(name).map_or(View::Unknown, View::Name),
            Node::Object {
                callee,
                arguments,
                state,
                call,
            } => View::Object(Object {
                callee,
                arguments,
                state: (!state.is_absent()).then_some(state),
                call,
            }),
            Node::Persistent(id) => View::Persistent(id),
            Node::Extension(code) => View::Extension(code),
            Node::Buffer => View::Buffer,
            Node::Computed(constant) => match self.heap.computed(constant) {
                Some(Const::Str(text)) => View::Text(Cow::Borrowed(text)),
                Some(Const::Bytes(bytes)) => View::Bytes(Cow::Borrowed(bytes)),
                Some(Const::ByteArray(bytes)) => View::ByteArray(Cow::Borrowed(bytes)),
                Some(Const::Int(int)) => View::Int(*int),
                Some(Const::Float(float)) => View::Float(*float),
                Some(
                    Const::Method(..)
                    | Const::Partial(..)
                    | Const::AttrGetter(_)
                    | Const::ItemGetter(_)
                    | Const::MethodCaller(..)
                    | Const::Iterator(_)
                    | Const::Slice(_),
                ) => View::Callable,
                _ => View::Unknown,
            },
        }
    }

    /// Returns what opcodes wrote into something that the stream did not make itself, in the order of
    /// writing: an `OrderedDict`, an instance of any class, what a persistent id gave. What went into the
    /// stream's own lists, dicts and sets is in their [`View`].
    ///
    /// Empty unless the machine [kept all](crate::Machine::keep_all) and [has ended](crate::Machine::into_graph).
    pub fn writes(&self, value: Value) -> impl Iterator<Item = Write> + '_ {
        self.heap.writes.of(value)
    }

    fn op(&self, value: Value) -> Option<Op<'a>> {
        Decoder::at(self.input, value.offset()).read().ok()
    }

    /// Returns a text, unescaped, in generalised UTF-8; `None` if the value is no text.
    #[must_use]
    pub fn text(&self, value: Value) -> Option<Cow<'_, [u8]>> {
        match value.tag() {
            Tag::TextAt => {
                let op = self.op(value)?;
                Some(match op.opcode() {
                    Opcode::Unicode => literal::raw_unicode_escape(op.argument()),
                    _ => Cow::Borrowed(op.argument()),
                })
            }
            Tag::StringAt => {
                let op = self.op(value)?;
                Some(match op.opcode() {
                    Opcode::String => Cow::Owned(literal::quoted(op.argument())?),
                    _ => Cow::Borrowed(op.argument()),
                })
            }
            Tag::Node => match self.heap.node(value)? {
                Node::Computed(constant) => match self.heap.computed(*constant)? {
                    Const::Str(text) => Some(Cow::Borrowed(text)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns bytes, or the bytes of a Python 2 string; `None` if the value is neither.
    #[must_use]
    pub fn bytes(&self, value: Value) -> Option<Cow<'_, [u8]>> {
        match self.view(value) {
            View::Bytes(bytes) | View::ByteArray(bytes) => Some(bytes),
            _ if value.tag() == Tag::StringAt => self.text(value),
            _ => None,
        }
    }

    /// Returns where in the input a constant's bytes stand, if they stand there as they are.
    #[must_use]
    pub fn span(&self, value: Value) -> Option<core::ops::Range<usize>> {
        if !matches!(
            value.tag(),
            Tag::BytesAt | Tag::ByteArrayAt | Tag::TextAt | Tag::StringAt
        ) {
            return None;
        }
        let op = self.op(value)?;
        if matches!(op.opcode(), Opcode::Unicode | Opcode::String) {
            return None;
        }
        let end = op.range().end;
        Some(end.saturating_sub(op.argument().len())..end)
    }

    /// Returns the global that a value is, if it is one.
    #[must_use]
    pub fn name(&self, value: Value) -> Option<&Name> {
        match self.heap.node(value)? {
            Node::Name { name, .. } => self.heap.names.get(*name),
            _ => None,
        }
    }

    /// Returns which import of the run, counted from 0, a global came from.
    #[must_use]
    pub fn import(&self, value: Value) -> Option<u32> {
        match self.heap.node(value)? {
            Node::Name { import, .. } => Some(*import),
            _ => None,
        }
    }
}
