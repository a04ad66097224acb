//! The small language in which the inert lists say what arguments and state may be.
//!
//! `hook` or `hook(P,P,…)`, several with spaces or ` or ` between them. A `P` is `data`, `inert`, `int`,
//! `number`, `float`, `bool`, `str`, `bytes`, `none`, `tuple`, `list`, `dict`, `class`, `callable`, `_`,
//! `str:one|two` (one of these texts), `name:a.b|c.d` (one of these globals), `rule:name` (a rule in code),
//! alternatives joined by `/`; with `?` behind it it may be missing, with `*` it may come any number of
//! times.

use crate::graph::{Graph, View};
use crate::lists::{Judgement, Kind, Lists};
use crate::value::Value;

/// What matching needs to know, and how much it may still look at.
pub(crate) struct Matcher<'m, 'l> {
    pub(crate) graph: &'m Graph<'m>,
    pub(crate) lists: &'m Lists<'l>,
    pub(crate) steps: &'m mut u64,
}

/// The patterns that `hooks` gives for one hook; `None` for a hook without parentheses.
pub(crate) fn patterns<'h>(
    hooks: &'h str,
    hook: &'static str,
) -> impl Iterator<Item = Option<&'h str>> {
    let mut rest = hooks;
    core::iter::from_fn(move || {
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                return None;
            }
            let end = rest.find([' ', '(']).unwrap_or(rest.len());
            let (name, behind) = rest.split_at_checked(end)?;
            let pattern = match behind.strip_prefix('(') {
                Some(inner) => {
                    let (pattern, behind) = inner.split_once(')')?;
                    rest = behind;
                    Some(pattern)
                }
                None => {
                    rest = behind;
                    None
                }
            };
            if name == hook {
                return Some(pattern);
            }
        }
    })
}

/// The name of the rule in code that a pattern stands for, if it does.
pub(crate) fn rule(pattern: &str) -> Option<&str> {
    pattern.strip_prefix("rule:")
}

/// Says whether a pattern holds for whatever data or inert values it is given, so that the callable may be
/// handed over to be called later.
pub(crate) fn takes_anything(pattern: Option<&str>) -> bool {
    pattern.is_none_or(|pattern| {
        pattern.split(',').all(|part| {
            matches!(
                part.trim().trim_end_matches(['?', '*']),
                "data" | "inert" | "_"
            )
        })
    })
}

/// How deep containers are looked into.
const DEPTH: u32 = 64;

impl Matcher<'_, '_> {
    /// Says whether positional arguments are as a pattern wants them.
    pub(crate) fn arguments(
        &mut self,
        pattern: &str,
        arguments: impl Iterator<Item = Value>,
    ) -> bool {
        let mut arguments = arguments.peekable();
        for part in pattern.split(',').map(str::trim) {
            if part.is_empty() {
                continue;
            }
            if let Some(kinds) = part.strip_suffix('*') {
                // Out of steps nothing holds, so that what was not looked at is told of.
                return arguments.all(|argument| self.step() && self.value(kinds, argument));
            }
            let (kinds, optional) = match part.strip_suffix('?') {
                Some(kinds) => (kinds, true),
                None => (part, false),
            };
            match arguments.next() {
                Some(argument) if self.value(kinds, argument) => {}
                None if optional => {}
                _ => return false,
            }
        }
        arguments.next().is_none()
    }

    /// Says whether one value is of one of the kinds.
    pub(crate) fn value(&mut self, kinds: &str, value: Value) -> bool {
        kinds.split('/').any(|kind| {
            if let Some(texts) = kind.strip_prefix("str:") {
                return self.graph.text(value).is_some_and(|text| {
                    texts.split('|').any(|allowed| *text == *allowed.as_bytes())
                });
            }
            if let Some(names) = kind.strip_prefix("name:") {
                return self.graph.name(value).is_some_and(|name| {
                    let full = name.full();
                    names.split('|').any(|allowed| allowed == full)
                });
            }
            kind.split('|').any(|kind| self.kind(kind, value))
        })
    }

    fn kind(&mut self, kind: &str, value: Value) -> bool {
        match kind {
            "data" => self.is_data(value, DEPTH),
            "inert" | "_" => self.is_inert(value, DEPTH),
            "class" => self.is_class(value),
            "callable" => self.is_callable(value),
            "bytes" => self.graph.bytes(value).is_some(),
            _ => matches!(
                (kind, self.graph.view(value)),
                ("int", View::Int(_) | View::HugeInt | View::Bool(_))
                    | (
                        "number",
                        View::Int(_) | View::HugeInt | View::Bool(_) | View::Float(_)
                    )
                    | ("float", View::Float(_))
                    | ("bool", View::Bool(_))
                    | ("str", View::Text(_))
                    | ("none", View::None)
                    | (
                        "tuple",
                        View::Tuple(_) | View::Forgotten(crate::Container::Tuple)
                    )
                    | (
                        "list",
                        View::List(_) | View::Forgotten(crate::Container::List)
                    )
                    | (
                        "dict",
                        View::Dict(_) | View::Forgotten(crate::Container::Dict)
                    )
            ),
        }
    }

    fn is_class(&self, value: Value) -> bool {
        self.graph.name(value).is_some_and(|name| {
            matches!(self.lists.judge(name), Judgement::Inert(entry) if entry.kind == Kind::Class)
        })
    }

    fn is_callable(&self, value: Value) -> bool {
        match self.graph.view(value) {
            View::Name(name) => matches!(
                self.lists.judge(name),
                Judgement::Inert(_) | Judgement::Member(_)
            ),
            _ => false,
        }
    }

    /// Takes one step; says whether there was one left.
    fn step(&mut self) -> bool {
        match self.steps.checked_sub(1) {
            Some(left) => {
                *self.steps = left;
                true
            }
            None => false,
        }
    }

    /// Constants and containers of constants.
    pub(crate) fn is_data(&mut self, value: Value, depth: u32) -> bool {
        if value.is_plain() {
            return true;
        }
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        match self.graph.view(value) {
            View::Tuple(items)
            | View::List(items)
            | View::Dict(items)
            | View::Set(items)
            | View::FrozenSet(items) => {
                for item in items {
                    if !self.step() || !self.is_data(item, depth) {
                        return false;
                    }
                }
                true
            }
            View::Text(_)
            | View::Bytes(_)
            | View::ByteArray(_)
            | View::Int(_)
            | View::HugeInt
            | View::Float(_) => true,
            _ => false,
        }
    }

    /// Anything but names that are capable or unknown, alone or in tuples and lists. What objects are made
    /// of was judged when they were made.
    pub(crate) fn is_inert(&mut self, value: Value, depth: u32) -> bool {
        if value.is_plain() {
            return true;
        }
        match self.graph.view(value) {
            View::Unknown | View::Extension(_) => false,
            View::Name(name) => {
                !matches!(
                    self.lists.judge(name),
                    Judgement::Capable { .. } | Judgement::Unknown
                ) || crate::fold::is_foldable(&name.full())
            }
            View::Tuple(items) | View::List(items) => {
                let Some(depth) = depth.checked_sub(1) else {
                    return true;
                };
                for item in items {
                    // Out of steps, what is further on was still judged when it was made.
                    if !self.step() {
                        return true;
                    }
                    if !self.is_inert(item, depth) {
                        return false;
                    }
                }
                true
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::patterns;

    #[test]
    fn hooks_are_read_with_and_without_patterns() {
        let hooks = "new call(int,str?) or call(str:a b|c) state(rule:x) key";
        let of = |hook| patterns(hooks, hook).collect::<Vec<_>>();
        assert_eq!(of("new"), [None]);
        assert_eq!(of("call"), [Some("int,str?"), Some("str:a b|c")]);
        assert_eq!(of("state"), [Some("rule:x")]);
        assert_eq!(of("key"), [None]);
        assert_eq!(of("items"), []);
    }
}
