use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use pickle_vm::{Container, Graph, Items, Object, Value, View, Write};

use super::objects::{self, States, arguments, entries, maker, unwrapped};
use super::persistent::{Shelf, Storages};
use super::place::Place;
use super::rebuild::Made;
use super::{
    ByteOrder, Error, ErrorKind, Gap, Key, Leaf, LeafValue, Limit, Limits, Refusal, SourceDtype,
    StorageId, Tensor, TensorKind,
};

/// What the walks through all pickles of a file found.
#[derive(Debug, Default)]
pub(super) struct Collected<'a> {
    pub(super) tensors: Vec<Tensor>,
    pub(super) leaves: Vec<Leaf>,
    pub(super) gaps: Vec<Gap>,
    pub(super) storages: Storages<'a>,
    pub(super) leaves_left_out: u64,
    pub(super) is_shared_once: bool,
    steps: usize,
    visits: u64,
}

impl Collected<'_> {
    /// Adds a tensor.
    pub(super) fn tensor(&mut self, tensor: Tensor, limits: &Limits) -> Result<(), Error> {
        self.steps = self.steps.saturating_add(tensor.path.len());
        if self.steps > limits.path_steps {
            return Err(limit(Limit::PathSteps));
        }
        if self.tensors.len() >= limits.tensors {
            return Err(limit(Limit::Tensors));
        }
        self.tensors.push(tensor);
        Ok(())
    }

    /// Adds what is no tensor.
    fn leaf(&mut self, path: &[Key], value: LeafValue, limits: &Limits) {
        let steps = self.steps.saturating_add(path.len());
        if self.leaves.len() >= limits.leaves || steps > limits.path_steps {
            self.leaves_left_out = self.leaves_left_out.saturating_add(1);
            return;
        }
        self.steps = steps;
        self.leaves.push(Leaf {
            path: path.to_vec(),
            value,
        });
    }
}

pub(super) const fn limit(limit: Limit) -> Error {
    Error::new(ErrorKind::LimitExceeded(limit), 0)
}

/// Gaps of one kind that are listed.
const GAPS: usize = 1000;
/// Items of a tuple that is a key and is shown.
const SHOWN_ITEMS: usize = 8;

/// Walks through everything that a pickle made.
#[derive(Debug)]
pub(super) struct Walk<'w, 'b, 'a> {
    pub(super) graph: &'w Graph<'b>,
    pub(super) arrays: &'w HashMap<Value, Range<u64>>,
    /// The bytes that the pickle lies in.
    pub(super) place: &'w Place<'a>,
    pub(super) shelf: &'w Shelf<'a>,
    /// The tensors of torch's tar format, by what its persistent ids say.
    pub(super) tensors: Option<&'w HashMap<String, Tensor>>,
    pub(super) order: ByteOrder,
    pub(super) limits: &'w Limits,
    pub(super) out: &'w mut Collected<'a>,
    /// Storages of arrays, and of bytes that hold a storage, by what they are in the graph.
    pub(super) made: HashMap<Value, StorageId>,
    path: Vec<Key>,
    /// Keys on the path that are no valid text.
    invalid_keys: usize,
    frames: Vec<Frame<'w>>,
    /// Containers and objects on the path.
    ancestors: HashSet<Value>,
    /// Containers and objects that were come to.
    seen: HashSet<Value>,
    once: bool,
}

/// A container whose children are being walked.
#[derive(Debug)]
struct Frame<'w> {
    children: Children<'w>,
    value: Value,
    /// Steps of the path before the current child.
    steps: usize,
    invalid_keys: usize,
}

#[derive(Debug)]
enum Children<'w> {
    Items { items: Items<'w>, index: u64 },
    Labelled(std::vec::IntoIter<(Label, Value)>),
}

/// How a child is called.
#[derive(Clone, Debug)]
pub(super) enum Label {
    /// By a key that is known.
    Key(Key),
    /// By the key of a dict.
    Of(Value),
    /// By the key of a dict, which makes a step of another kind.
    As(fn(Arc<str>) -> Key, Value),
}

impl<'w, 'b, 'a> Walk<'w, 'b, 'a> {
    pub(super) fn new(
        graph: &'w Graph<'b>,
        arrays: &'w HashMap<Value, Range<u64>>,
        place: &'w Place<'a>,
        shelf: &'w Shelf<'a>,
        limits: &'w Limits,
        out: &'w mut Collected<'a>,
    ) -> Self {
        Self {
            graph,
            arrays,
            place,
            shelf,
            tensors: None,
            order: ByteOrder::Little,
            limits,
            out,
            made: HashMap::new(),
            path: Vec::new(),
            invalid_keys: 0,
            frames: Vec::new(),
            ancestors: HashSet::new(),
            seen: HashSet::new(),
            once: false,
        }
    }

    /// Sets how the bytes of elements are ordered.
    pub(super) const fn with_order(mut self, order: ByteOrder) -> Self {
        self.order = order;
        self
    }

    /// Sets what persistent ids of torch's tar format stand for.
    pub(super) const fn with_tensors(mut self, tensors: &'w HashMap<String, Tensor>) -> Self {
        self.tensors = Some(tensors);
        self
    }

    /// Walks from a value on, which lies at `path`.
    pub(super) fn run(mut self, root: Value, path: Vec<Key>) -> Result<(), Error> {
        self.path = path;
        self.visit(root)?;
        while let Some(frame) = self.frames.last_mut() {
            self.path.truncate(frame.steps);
            self.invalid_keys = frame.invalid_keys;
            let next = match &mut frame.children {
                Children::Items { items, index } => items.next().map(|value| {
                    let key = Key::Index(*index);
                    *index = index.saturating_add(1);
                    (Label::Key(key), value)
                }),
                Children::Labelled(children) => children.next(),
            };
            let Some((label, value)) = next else {
                if let Some(frame) = self.frames.pop() {
                    self.ancestors.remove(&frame.value);
                }
                continue;
            };
            let key = self.key(label);
            self.path.push(key);
            self.visit(value)?;
        }
        Ok(())
    }

    /// Makes a step of a label; counts keys that are no valid text.
    fn key(&mut self, label: Label) -> Key {
        let (make, value): (fn(Arc<str>) -> Key, Value) = match label {
            Label::Key(key) => return key,
            Label::Of(value) => (Key::Text, value),
            Label::As(make, value) => (make, value),
        };
        match self.graph.view(value) {
            View::Text(text) => match std::str::from_utf8(&text) {
                Ok(text) => make(text.into()),
                Err(_) => {
                    self.invalid_keys = self.invalid_keys.saturating_add(1);
                    make(String::from_utf8_lossy(&text).into())
                }
            },
            View::Int(int) => Key::Int(int),
            View::Bool(truth) => Key::Other(if truth { "True" } else { "False" }.into()),
            _ => Key::Other(self.shown(value, 2).into()),
        }
    }

    /// Shows a key that is neither text nor integer.
    fn shown(&self, value: Value, depth: usize) -> String {
        match self.graph.view(value) {
            View::None => "None".to_owned(),
            View::Text(text) => String::from_utf8_lossy(&text).into_owned(),
            View::Bytes(bytes) => format!("b'{}'", bytes.escape_ascii()),
            View::Int(int) => int.to_string(),
            View::Float(float) => float.to_string(),
            View::Name(name) => name.full(),
            View::Tuple(items) | View::FrozenSet(items) if depth > 0 => {
                let more = if items.len() > SHOWN_ITEMS {
                    ", ..."
                } else {
                    ""
                };
                let items: Vec<String> = items
                    .take(SHOWN_ITEMS)
                    .map(|item| self.shown(item, depth.saturating_sub(1)))
                    .collect();
                format!("({}{more})", items.join(", "))
            }
            _ => "?".to_owned(),
        }
    }

    fn visit(&mut self, value: Value) -> Result<(), Error> {
        self.out.visits = self.out.visits.saturating_add(1);
        let value = unwrapped(self.graph, value);
        let value = match self.graph.view(value) {
            View::Tuple(items) | View::List(items) | View::Set(items) | View::FrozenSet(items)
                if items.len() > 0 || objects::is_written(self.graph, value) =>
            {
                if self.enter(value)? {
                    let children = if !objects::is_written(self.graph, value) {
                        Children::Items { items, index: 0 }
                    } else {
                        let label = |(index, value)| (Label::Key(Key::Index(index)), value);
                        let mut children: Vec<_> = (0..).zip(items).map(label).collect();
                        self.add_written(value, &mut children);
                        Children::Labelled(children.into_iter())
                    };
                    self.push(value, children);
                }
                return Ok(());
            }
            View::Dict(items) if items.len() > 0 || objects::is_written(self.graph, value) => {
                if self.enter(value)? {
                    let entries = entries(self.graph, value).unwrap_or_default();
                    let mut children: Vec<_> = entries
                        .into_iter()
                        .map(|(key, value)| (Label::Of(key), value))
                        .collect();
                    self.add_states(value, &mut children);
                    self.push_labelled(value, children);
                }
                return Ok(());
            }
            View::Object(object) => return self.object(value, &object),
            View::Persistent(_) => {
                if self.enter(value)? {
                    self.ancestors.remove(&value);
                    match self.tensor(value, 0) {
                        Some(made) => self.found(value, made)?,
                        None => self.leaf(LeafValue::External),
                    }
                }
                return Ok(());
            }
            View::Tuple(_) | View::FrozenSet(_) => LeafValue::EmptyTuple,
            View::List(_) => LeafValue::EmptyList,
            View::Dict(_) => LeafValue::EmptyDict,
            View::Set(_) => LeafValue::EmptySet,
            View::None => LeafValue::None,
            View::Bool(truth) => LeafValue::Bool(truth),
            View::Int(int) => LeafValue::Int(int),
            View::HugeInt => LeafValue::HugeInt,
            View::Float(float) => LeafValue::Float(float),
            View::Text(text) => LeafValue::Text(self.text(&text)),
            View::Bytes(bytes) | View::ByteArray(bytes) => {
                LeafValue::Bytes(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
            View::Name(name) => match SourceDtype::from_torch(&name.name) {
                Some(dtype) if name.module == "torch" => LeafValue::Dtype(dtype),
                _ => LeafValue::Name(name.full()),
            },
            View::Extension(_) | View::Buffer => LeafValue::External,
            View::Callable => LeafValue::Unknown,
            View::Forgotten(
                Container::Tuple | Container::List | Container::Dict | Container::Set | _,
            )
            | View::Unknown
            | _ => {
                self.gap(Gap::Unknown {
                    path: self.path.clone(),
                });
                LeafValue::Unknown
            }
        };
        self.leaf(value);
        Ok(())
    }

    fn text(&self, text: &[u8]) -> String {
        let cut = text.get(..self.limits.leaf_text).unwrap_or(text);
        String::from_utf8_lossy(cut).into_owned()
    }

    fn leaf(&mut self, value: LeafValue) {
        self.out.leaf(&self.path, value, self.limits);
    }

    fn gap(&mut self, gap: Gap) {
        if self.out.gaps.len() < GAPS {
            self.out.gaps.push(gap);
        }
    }

    /// Says whether to look into a container or object, and puts it on the path if so.
    fn enter(&mut self, value: Value) -> Result<bool, Error> {
        if self.ancestors.contains(&value) {
            self.leaf(LeafValue::Cycle);
            return Ok(false);
        }
        let fresh = self.seen.insert(value);
        if !fresh && self.out.visits > self.limits.visits {
            self.once = true;
        }
        if self.once && !fresh {
            if !self.out.is_shared_once {
                self.out.is_shared_once = true;
                self.out.gaps.push(Gap::Shared);
            }
            return Ok(false);
        }
        if self.frames.len() >= self.limits.depth {
            self.gap(Gap::Depth {
                path: self.path.clone(),
            });
            return Ok(false);
        }
        self.ancestors.insert(value);
        Ok(true)
    }

    fn push(&mut self, value: Value, children: Children<'w>) {
        self.frames.push(Frame {
            children,
            value,
            steps: self.path.len(),
            invalid_keys: self.invalid_keys,
        });
    }

    fn push_labelled(&mut self, value: Value, children: Vec<(Label, Value)>) {
        self.out.visits = self
            .out
            .visits
            .saturating_add(u64::try_from(children.len()).unwrap_or(u64::MAX));
        self.push(value, Children::Labelled(children.into_iter()));
    }

    fn object(&mut self, value: Value, object: &Object) -> Result<(), Error> {
        if let Some(scalar) = self.scalar(object) {
            self.leaf(scalar);
            return Ok(());
        }
        if !self.enter(value)? {
            return Ok(());
        }
        if let Some(made) = self.tensor(value, 0) {
            self.ancestors.remove(&value);
            return self.found(value, made);
        }
        let mut children = Vec::new();
        let is_dict = objects::is_dict_class(self.graph, object);
        match entries(self.graph, value) {
            Some(entries) => {
                let labelled = |(key, value)| (Label::Of(key), value);
                children.extend(entries.into_iter().map(labelled));
                if children.is_empty() && is_dict && !objects::is_written(self.graph, value) {
                    self.ancestors.remove(&value);
                    self.leaf(LeafValue::EmptyDict);
                    return Ok(());
                }
            }
            None => {
                let name = maker(self.graph, object).map_or("?".to_owned(), pickle_vm::Name::full);
                self.leaf(LeafValue::Object(name));
            }
        }
        if !is_dict {
            self.add_arguments(object, &mut children);
        }
        self.add_extended(value, &mut children);
        self.add_states(value, &mut children);
        self.push_labelled(value, children);
        Ok(())
    }

    /// Adds the arguments that may hold something: a class alone tells nothing more.
    fn add_arguments(&self, object: &Object, children: &mut Vec<(Label, Value)>) {
        match self.graph.view(object.arguments) {
            View::Tuple(items) => {
                for (index, item) in (0..).zip(items) {
                    let is_class = self.graph.name(item).is_some();
                    let is_nothing = matches!(self.graph.view(item), View::None);
                    let is_empty =
                        matches!(self.graph.view(item), View::Tuple(items) if items.len() == 0);
                    if !is_class && !is_nothing && !is_empty {
                        children.push((Label::Key(Key::Argument(index)), item));
                    }
                }
            }
            _ => children.push((Label::Key(Key::Argument(0)), object.arguments)),
        }
        if self.graph.name(object.callee).is_none() {
            // What is called was computed, and may hold something itself.
            children.push((Label::Key(Key::Part("callee")), object.callee));
        }
    }

    fn add_written(&self, value: Value, children: &mut Vec<(Label, Value)>) {
        for written in self.graph.writes(value) {
            if let Write::Items(items) = written
                && let View::Tuple(items) = self.graph.view(items)
            {
                for (key, value) in objects::pairs(self.graph, items) {
                    children.push((Label::Of(key), value));
                }
            }
        }
        self.add_extended(value, children);
        self.add_states(value, children);
    }

    /// Adds what was appended.
    fn add_extended(&self, value: Value, children: &mut Vec<(Label, Value)>) {
        let mut index = 0_u64;
        for written in self.graph.writes(value) {
            if let Write::Added(items) = written
                && let View::Tuple(items) = self.graph.view(items)
            {
                for item in items {
                    children.push((Label::Key(Key::Index(index)), item));
                    index = index.saturating_add(1);
                }
            }
        }
    }

    /// Adds the attributes that states gave.
    fn add_states(&self, value: Value, children: &mut Vec<(Label, Value)>) {
        self.add_attributes(objects::states(self.graph, value), children);
    }

    /// Adds attributes; those of a module of torch become its parameters, buffers and modules.
    pub(super) fn add_attributes(&self, states: States, children: &mut Vec<(Label, Value)>) {
        let of = |name: &[u8]| {
            states
                .attributes
                .iter()
                .find(|(key, _)| self.graph.text(*key).is_some_and(|key| *key == *name))
                .map(|&(_, value)| value)
        };
        let module =
            of(b"_parameters").is_some() && of(b"_buffers").is_some() && of(b"_modules").is_some();
        let transient = of(b"_non_persistent_buffers_set").filter(|_| module);
        for &(key, value) in &states.attributes {
            let name = self.graph.text(key);
            let make: Option<fn(Arc<str>) -> Key> = match name.as_deref() {
                Some(b"_parameters") if module => Some(Key::Parameter),
                Some(b"_buffers") if module => Some(Key::Buffer),
                Some(b"_modules") if module => Some(Key::Module),
                _ => None,
            };
            match make.zip(entries(self.graph, value)) {
                Some((make, entries)) => {
                    for (key, value) in entries {
                        let buffer = name.as_deref() == Some(b"_buffers");
                        let make = if buffer && self.is_among(key, transient) {
                            Key::TransientBuffer
                        } else {
                            make
                        };
                        children.push((Label::As(make, key), value));
                    }
                }
                None => children.push((Label::As(Key::Attribute, key), value)),
            }
        }
        for state in states.others {
            children.push((Label::Key(Key::State), state));
        }
    }

    /// Says whether a text is in a set.
    fn is_among(&self, text: Value, set: Option<Value>) -> bool {
        let Some(text) = self.graph.text(text) else {
            return false;
        };
        let Some(set) = set else {
            return false;
        };
        match self.graph.view(unwrapped(self.graph, set)) {
            View::Set(items) | View::FrozenSet(items) | View::List(items) | View::Tuple(items) => {
                items
                    .take(1024)
                    .any(|item| self.graph.text(item).is_some_and(|item| item == text))
            }
            _ => false,
        }
    }

    /// Lists a tensor, and goes on to what belongs to it beside its elements.
    fn found(&mut self, value: Value, made: Made) -> Result<(), Error> {
        let mut tensor = made.tensor;
        place_parts(&mut tensor, &self.path);
        if self.invalid_keys > 0 {
            tensor.refusal.get_or_insert(Refusal::KeyNotText);
        }
        self.out.tensor(tensor, self.limits)?;
        let mut children = made.beside;
        if made.takes_state {
            self.add_states(value, &mut children);
        }
        if !children.is_empty() {
            self.ancestors.insert(value);
            self.push_labelled(value, children);
        }
        Ok(())
    }

    /// Reads the attributes that a state in an argument gives.
    pub(super) fn state_argument(&self, state: Value) -> Vec<(Label, Value)> {
        let mut children = Vec::new();
        self.add_attributes(objects::state(self.graph, state), &mut children);
        children
    }

    /// Reads the arguments of a call where they are a tuple.
    pub(super) fn arguments(&self, object: &Object) -> Vec<Value> {
        arguments(self.graph, object.arguments)
    }

    /// Where the value that is looked at lies.
    pub(super) fn path(&self) -> &[Key] {
        &self.path
    }

    /// Says whether a storage stands where an argument does, or an attribute, or an item.
    pub(super) fn is_argument(&self) -> bool {
        matches!(self.path.last(), Some(Key::Argument(_)))
    }
}

/// Gives a tensor its path, and its parts theirs.
pub(super) fn place_parts(tensor: &mut Tensor, path: &[Key]) {
    let place = |part: &mut Tensor| {
        let own = std::mem::take(&mut part.path);
        part.path = path.iter().cloned().chain(own).collect();
    };
    match &mut tensor.kind {
        TensorKind::Sparse { parts, .. } | TensorKind::Nested { parts } => {
            parts.iter_mut().for_each(place);
        }
        TensorKind::Quantised(super::Quantiser::PerChannel {
            scales,
            zero_points,
            ..
        }) => {
            for channels in [scales, zero_points] {
                if let super::Channels::Tensor(part) = channels {
                    place(part);
                }
            }
        }
        _ => {}
    }
    tensor.path = path.to_vec();
}
