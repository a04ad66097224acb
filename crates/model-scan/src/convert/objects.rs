use std::borrow::Cow;
use std::collections::HashMap;

use pickle_vm::{Call, Graph, Items, Name, Object, Value, View, Write};

/// Arguments of a call that are looked at; torch's and numpy's have at most eight.
const ARGUMENTS: usize = 32;
/// Calls that give back what they are given, one inside the other.
const WRAPPED: usize = 16;

/// A key as Python compares it.
#[derive(Debug, Eq, Hash, PartialEq)]
enum Identity<'g> {
    Text(Cow<'g, [u8]>),
    Bytes(Cow<'g, [u8]>),
    Number(i128),
    Value(Value),
}

/// Says whether opcodes wrote anything into something that is not exactly a list, dict or set.
pub(super) fn is_written(graph: &Graph<'_>, value: Value) -> bool {
    graph.writes(value).next().is_some()
}

/// Reads an integer.
pub(super) fn int(graph: &Graph<'_>, value: Value) -> Option<i128> {
    match graph.view(value) {
        View::Int(int) => Some(int),
        View::Bool(truth) => Some(i128::from(truth)),
        _ => None,
    }
}

/// Reads the arguments of a call where they are a tuple.
pub(super) fn arguments(graph: &Graph<'_>, arguments: Value) -> Vec<Value> {
    match graph.view(arguments) {
        View::Tuple(items) => items.take(ARGUMENTS).collect(),
        _ => Vec::new(),
    }
}

/// Reads a list of integers: a tuple, a list, a `torch.Size`.
pub(super) fn ints(graph: &Graph<'_>, value: Value, most: usize) -> Option<Vec<i128>> {
    let value = unwrapped(graph, value);
    match graph.view(value) {
        View::Tuple(items) | View::List(items) if items.len() <= most => {
            items.map(|item| int(graph, item)).collect()
        }
        _ => None,
    }
}

/// Looks through calls that give back what they are given.
pub(super) fn unwrapped(graph: &Graph<'_>, mut value: Value) -> Value {
    for _ in 0..WRAPPED {
        let View::Object(object) = graph.view(value) else {
            break;
        };
        let Some(name) = graph.name(object.callee) else {
            break;
        };
        let gives_back = match name.module.as_str() {
            "torch.jit._pickle" => matches!(
                name.name.as_str(),
                "restore_type_tag"
                    | "build_intlist"
                    | "build_tensorlist"
                    | "build_doublelist"
                    | "build_boollist"
            ),
            "torch" => name.name == "Size",
            "builtins" => matches!(name.name.as_str(), "list" | "tuple" | "set" | "frozenset"),
            _ => false,
        };
        if !gives_back || is_written(graph, value) {
            break;
        }
        match arguments(graph, object.arguments).first() {
            Some(&inner) => value = inner,
            None => break,
        }
    }
    value
}

/// Returns the class or function that made an object: what NEWOBJ, or copyreg in its place, makes an
/// instance of, else what was called.
pub(super) fn maker<'g>(graph: &'g Graph<'_>, object: &Object) -> Option<&'g Name> {
    let name = graph.name(object.callee)?;
    if name.module == "copyreg" && matches!(name.name.as_str(), "_reconstructor" | "__newobj__") {
        return graph.name(*arguments(graph, object.arguments).first()?);
    }
    Some(name)
}

/// Keys and values in turn, each key once: where Python first set it, with what it last set it to.
pub(super) fn pairs(graph: &Graph<'_>, items: impl Iterator<Item = Value>) -> Vec<(Value, Value)> {
    let mut pairs = Pairs::default();
    pairs.add(graph, items);
    pairs.list
}

#[derive(Debug, Default)]
struct Pairs<'g> {
    list: Vec<(Value, Value)>,
    places: HashMap<Identity<'g>, usize>,
}

impl<'g> Pairs<'g> {
    fn add(&mut self, graph: &'g Graph<'_>, mut items: impl Iterator<Item = Value>) {
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            self.set(graph, key, value);
        }
    }

    fn set(&mut self, graph: &'g Graph<'_>, key: Value, value: Value) {
        let at = *self
            .places
            .entry(identity(graph, key))
            .or_insert(self.list.len());
        match self.list.get_mut(at) {
            Some(pair) => pair.1 = value,
            None => self.list.push((key, value)),
        }
    }
}

fn identity<'g>(graph: &'g Graph<'_>, key: Value) -> Identity<'g> {
    match graph.view(key) {
        View::Text(text) => Identity::Text(text),
        View::Bytes(bytes) => Identity::Bytes(bytes),
        View::Int(int) => Identity::Number(int),
        View::Bool(truth) => Identity::Number(i128::from(truth)),
        _ => Identity::Value(key),
    }
}

/// What a dict, or an object of a class that keeps items like one, has set.
///
/// `None` for anything that has no items.
pub(super) fn entries(graph: &Graph<'_>, value: Value) -> Option<Vec<(Value, Value)>> {
    let mut all = Pairs::default();
    match graph.view(value) {
        View::Dict(items) => all.add(graph, items),
        View::Object(object) => {
            if !initial(graph, &object, &mut all) && !has_items(graph, value) {
                return None;
            }
        }
        _ => return None,
    }
    for written in graph.writes(value) {
        if let Write::Items(items) = written
            && let View::Tuple(items) = graph.view(items)
        {
            all.add(graph, items);
        }
    }
    Some(all.list)
}

fn has_items(graph: &Graph<'_>, value: Value) -> bool {
    graph
        .writes(value)
        .any(|write| matches!(write, Write::Items(_)))
}

/// Adds what a dict class of the standard library was called with. Says whether it is one.
fn initial<'g>(graph: &'g Graph<'_>, object: &Object, all: &mut Pairs<'g>) -> bool {
    let Some(name) = graph.name(object.callee) else {
        return false;
    };
    let at = match (name.module.as_str(), name.name.as_str()) {
        ("collections", "OrderedDict" | "Counter") | ("builtins", "dict") => 0,
        ("collections", "defaultdict") => 1,
        _ => return false,
    };
    if object.call == Call::NewObjEx {
        return true;
    }
    let Some(&initial) = arguments(graph, object.arguments).get(at) else {
        return true;
    };
    match graph.view(initial) {
        View::Dict(items) => all.add(graph, items),
        View::List(items) | View::Tuple(items) => {
            for pair in items {
                let (View::List(mut pair) | View::Tuple(mut pair)) = graph.view(pair) else {
                    continue;
                };
                if let (Some(key), Some(value)) = (pair.next(), pair.next()) {
                    all.set(graph, key, value);
                }
            }
        }
        _ => {}
    }
    true
}

/// Says whether an object is of a dict class whose arguments are its items.
pub(super) fn is_dict_class(graph: &Graph<'_>, object: &Object) -> bool {
    graph.name(object.callee).is_some_and(|name| {
        matches!(
            (name.module.as_str(), name.name.as_str()),
            ("collections", "OrderedDict" | "Counter" | "defaultdict") | ("builtins", "dict")
        )
    })
}

/// The attributes that every state gave to an object, and states that are no attributes.
#[derive(Debug, Default)]
pub(super) struct States {
    pub(super) attributes: Vec<(Value, Value)>,
    pub(super) others: Vec<Value>,
}

/// Reads every state: a dict of attributes, or a pair of such a dict or `None` and a dict of slots.
pub(super) fn states(graph: &Graph<'_>, value: Value) -> States {
    let mut all = Pairs::default();
    let mut others = Vec::new();
    for written in graph.writes(value) {
        if let Write::State(state) = written {
            add_state(graph, state, &mut all, &mut others);
        }
    }
    States {
        attributes: all.list,
        others,
    }
}

/// Reads one state that is an argument.
pub(super) fn state(graph: &Graph<'_>, state: Value) -> States {
    let mut all = Pairs::default();
    let mut others = Vec::new();
    add_state(graph, state, &mut all, &mut others);
    States {
        attributes: all.list,
        others,
    }
}

fn add_state<'g>(graph: &'g Graph<'_>, state: Value, all: &mut Pairs<'g>, others: &mut Vec<Value>) {
    match graph.view(state) {
        View::None => {}
        View::Dict(items) => all.add(graph, items),
        View::Tuple(items) if items.len() == 2 => {
            let halves: Vec<Option<Items<'_>>> = items
                .map(|half| match graph.view(half) {
                    View::None => Some(None),
                    View::Dict(items) => Some(Some(items)),
                    _ => None,
                })
                .collect::<Option<_>>()
                .unwrap_or_default();
            if halves.is_empty() {
                others.push(state);
            }
            for items in halves.into_iter().flatten() {
                all.add(graph, items);
            }
        }
        _ => match entries(graph, state) {
            // A dict of another class, such as the OrderedDict of an old module.
            Some(entries) => {
                for (key, value) in entries {
                    all.set(graph, key, value);
                }
            }
            None => others.push(state),
        },
    }
}
