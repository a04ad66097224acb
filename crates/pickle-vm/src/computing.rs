use alloc::borrow::{Cow, ToOwned as _};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::constant::Const;
use crate::fold::{self, Budget};
use crate::graph::{Graph, Items, Node, Object, View};
use crate::lists::Lists;
use crate::value::Value;

/// The function whose calls are kept for later.
const PARTIAL: &str = "functools.partial";

/// How deep containers of constants may be nested and still be folded.
const DEPTH: usize = 32;

/// What a `functools.partial` calls.
pub(crate) struct Partial<'g> {
    pub(crate) function: Value,
    pub(crate) arguments: Items<'g>,
    /// A dict of keywords, where there is any that is not empty.
    pub(crate) keywords: Option<Value>,
}

impl Graph<'_> {
    /// What an object calls that is a `functools.partial`: what its arguments say, or the state
    /// `(function, arguments, keywords, attributes)` that came behind them.
    pub(crate) fn partial(&self, made: Object) -> Option<Partial<'_>> {
        if self.name(made.callee)?.full() != PARTIAL {
            return None;
        }
        let Some(state) = made.state else {
            let View::Tuple(mut arguments) = self.view(made.arguments) else {
                return None;
            };
            return Some(Partial {
                function: arguments.next()?,
                arguments,
                keywords: None,
            });
        };
        let View::Tuple(mut state) = self.view(state) else {
            return None;
        };
        let (function, arguments, keywords) = (state.next()?, state.next()?, state.next()?);
        let View::Tuple(arguments) = self.view(arguments) else {
            return None;
        };
        let is_empty = match self.view(keywords) {
            View::None => true,
            View::Dict(items) => items.len() == 0,
            _ => false,
        };
        Some(Partial {
            function,
            arguments,
            keywords: (!is_empty).then_some(keywords),
        })
    }

    /// Computes `callee(*arguments)` if the callee is a pure function that the folder knows and every
    /// argument is a constant. Says too whether that uses up an iterator.
    pub(crate) fn fold(
        &self,
        callee: Value,
        arguments: Value,
        budget: &mut Budget,
    ) -> Option<(Const, bool)> {
        let callee = match self.heap.node(callee)? {
            Node::Name { name, .. } => {
                let full = self.heap.names.get(*name)?.full();
                // A partial stays an object: its state may still come.
                if !fold::is_foldable(&full) || full == PARTIAL {
                    return None;
                }
                Const::Name(full)
            }
            _ => self.callable(callee, budget, DEPTH)?,
        };
        let View::Tuple(arguments) = self.view(arguments) else {
            return None;
        };
        let arguments = self.constants(arguments, budget, DEPTH)?;
        let uses_up = callee.is_used_up() || arguments.iter().any(Const::is_used_up);
        Some((fold::call(&callee, &arguments, budget)?, uses_up))
    }

    fn constants(&self, items: Items<'_>, budget: &mut Budget, depth: usize) -> Option<Vec<Const>> {
        budget.steps = budget.steps.checked_sub(items.len())?;
        items
            .map(|item| self.constant(item, budget, depth))
            .collect()
    }

    /// Says what a value is, if it is known in full.
    fn constant(&self, value: Value, budget: &mut Budget, depth: usize) -> Option<Const> {
        let depth = depth.checked_sub(1)?;
        let mut held = |bytes: Cow<'_, [u8]>| {
            budget.bytes = budget.bytes.checked_sub(bytes.len())?;
            Some(bytes.into_owned())
        };
        Some(match self.view(value) {
            View::None => Const::None,
            View::Bool(truth) => Const::Bool(truth),
            View::Int(int) => Const::Int(int),
            View::Float(float) => Const::Float(float),
            View::Text(text) => Const::Str(held(text)?),
            View::Bytes(bytes) => Const::Bytes(held(bytes)?),
            View::ByteArray(bytes) if self.heap.is_current(value) => Const::ByteArray(held(bytes)?),
            View::Tuple(items) => Const::Tuple(self.constants(items, budget, depth)?),
            View::List(items) if self.heap.is_current(value) => {
                Const::List(self.constants(items, budget, depth)?)
            }
            View::Set(items) if self.heap.is_current(value) => {
                Const::Set(self.constants(items, budget, depth)?)
            }
            View::FrozenSet(items) => Const::FrozenSet(self.constants(items, budget, depth)?),
            View::Dict(items) if self.heap.is_current(value) => {
                let mut items = self.constants(items, budget, depth)?.into_iter();
                let mut pairs = Vec::new();
                while let (Some(key), Some(value)) = (items.next(), items.next()) {
                    pairs.push((key, value));
                }
                Const::Dict(pairs)
            }
            View::Name(name) if name.name.is_empty() => Const::Module(name.module.clone()),
            View::Name(name) => Const::Name(name.full()),
            View::Callable | View::Object(_) => self.callable(value, budget, depth)?,
            _ => return None,
        })
    }

    /// Says what a callable is that calls in the stream made: a bound method, a partial, an item getter.
    fn callable(&self, value: Value, budget: &mut Budget, depth: usize) -> Option<Const> {
        match self.view(value) {
            View::Callable => match self.heap.node(value)? {
                Node::Computed(number) => {
                    let constant = budget.copy(self.heap.computed(*number)?)?;
                    (self.heap.is_current(value) || !constant.can_change()).then_some(constant)
                }
                _ => None,
            },
            View::Object(made) => {
                let kept = self.partial(made)?;
                if kept.keywords.is_some() {
                    return None;
                }
                let function = self.constant(kept.function, budget, depth)?;
                let bound = self.constants(kept.arguments, budget, depth)?;
                Some(Const::Partial(Box::new(function), bound))
            }
            _ => None,
        }
    }

    /// The global that a call reaches in the end, through partials, method callers and their like.
    pub(crate) fn reached(
        &self,
        callee: Value,
        arguments: Value,
        budget: &mut Budget,
    ) -> Option<String> {
        let View::Tuple(arguments) = self.view(arguments) else {
            return None;
        };
        let mut callee = self.constant(callee, budget, DEPTH)?;
        let mut arguments = self.constants(arguments, budget, DEPTH)?;
        for _ in 0..DEPTH {
            match fold::reached(&callee, &arguments, budget) {
                Some(next) => (callee, arguments) = next,
                None => break,
            }
        }
        match callee {
            Const::Name(full) => Some(full),
            _ => None,
        }
    }

    /// Puts a folded result among the values; says whether it is a global, whose import is an effect.
    pub(crate) fn hold(
        &mut self,
        constant: Const,
        imports: &mut u32,
        lists: &Lists<'_>,
    ) -> (Value, bool) {
        let value = match constant {
            Const::None => Value::NONE,
            Const::Bool(truth) => Value::bool(truth),
            Const::Int(int) => match i64::try_from(int).ok().and_then(Value::int) {
                Some(value) => value,
                None => self.heap.compute(Const::Int(int), 16),
            },
            Const::Tuple(items) if items.is_empty() => Value::EMPTY_TUPLE,
            Const::Tuple(items) => self.hold_all(items, imports, lists, Node::Tuple),
            Const::List(items) => self.hold_all(items, imports, lists, Node::List),
            Const::Set(items) => self.hold_all(items, imports, lists, Node::Set),
            Const::FrozenSet(items) => self.hold_all(items, imports, lists, Node::FrozenSet),
            Const::Dict(pairs) => {
                let items = pairs
                    .into_iter()
                    .flat_map(|(key, value)| [key, value])
                    .collect();
                self.hold_all(items, imports, lists, Node::Dict)
            }
            Const::Module(module) => {
                return (self.hold_name(&module, "", imports, lists), true);
            }
            Const::Name(full) => {
                let (module, name) = full.rsplit_once('.').unwrap_or(("", &full));
                let (module, name): (String, String) = (module.to_owned(), name.to_owned());
                return (self.hold_name(&module, &name, imports, lists), true);
            }
            Const::Str(_) | Const::Bytes(_) | Const::ByteArray(_) => {
                let bytes = match &constant {
                    Const::Str(bytes) | Const::Bytes(bytes) | Const::ByteArray(bytes) => {
                        bytes.len()
                    }
                    _ => 0,
                };
                self.heap.compute(constant, bytes)
            }
            other => self.heap.compute(other, 256),
        };
        (value, false)
    }

    fn hold_name(
        &mut self,
        module: &str,
        name: &str,
        imports: &mut u32,
        lists: &Lists<'_>,
    ) -> Value {
        let name = self
            .heap
            .names
            .intern(module.as_bytes(), name.as_bytes(), lists);
        let import = *imports;
        *imports = imports.saturating_add(1);
        self.heap.add(Node::Name { name, import })
    }

    fn hold_all(
        &mut self,
        items: Vec<Const>,
        imports: &mut u32,
        lists: &Lists<'_>,
        node: fn(crate::graph::Chain) -> Node,
    ) -> Value {
        let items: Vec<Value> = items
            .into_iter()
            .map(|item| self.hold(item, imports, lists).0)
            .collect();
        let chain = self.heap.chain(&items);
        self.heap.add(node(chain))
    }
}
