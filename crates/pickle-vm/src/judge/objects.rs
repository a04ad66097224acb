use alloc::format;

use findings::Severity;

use super::calls::is_new;
use super::{Class, Judge, shown};
use crate::effect::Effect;
use crate::graph::{Graph, Object, View};
use crate::lists::{Entry, Judgement, Kind};
use crate::name::Name;
use crate::pattern::{self};
use crate::rules;
use crate::value::Value;

impl<'l> Judge<'l> {
    pub(super) fn class_of(&self, graph: &Graph<'_>, made: Object) -> Class<'l> {
        let Some(name) = graph.name(made.callee) else {
            return Class::Unlisted;
        };
        let first = || match graph.view(made.arguments) {
            View::Tuple(mut arguments) => arguments.next().and_then(|first| graph.name(first)),
            _ => None,
        };
        match self.lists.judge(name) {
            Judgement::Inert(entry) if entry.kind == Kind::Class => Class::Listed {
                entry,
                name: name.full(),
            },
            Judgement::Member(entry) if is_new(name) => Class::Listed {
                entry,
                name: name.full(),
            },
            Judgement::Inert(entry) => {
                match first().map(|class| (self.lists.judge(class), class)) {
                    Some((Judgement::Inert(class), name)) if class.kind == Kind::Class => {
                        Class::Listed {
                            entry: class,
                            name: name.full(),
                        }
                    }
                    Some((Judgement::Unknown | Judgement::Capable { .. }, _)) => Class::Unlisted,
                    _ => Class::ResultOf {
                        entry,
                        name: name.full(),
                    },
                }
            }
            Judgement::Member(_) | Judgement::Capable { .. } | Judgement::Unknown => {
                Class::Unlisted
            }
        }
    }

    pub(super) fn build(&mut self, effect: &Effect<'_>, object: Value, state: Value) {
        let graph = effect.graph();
        match graph.view(object) {
            View::Name(name) => self.write_to_import(effect, name, "attributes"),
            View::Object(made) => match self.class_of(graph, made) {
                Class::Listed { entry, name } => {
                    self.forget_elements(graph, state);
                    self.state(effect, entry, &name, state, false);
                }
                Class::ResultOf { entry, name } => {
                    self.forget_elements(graph, state);
                    self.state(effect, entry, &name, state, true);
                }
                Class::Unlisted => {
                    // Whoever named the class was flagged; now it is given state as well.
                    if let Some(name) = graph.name(made.callee)
                        && matches!(self.lists.judge(name), Judgement::Unknown)
                    {
                        self.raise(
                            effect,
                            made.callee,
                            &rules::UNKNOWN_GLOBAL,
                            Severity::Medium,
                            "given state",
                        );
                    }
                }
            },
            // Iterators are set forward by a number.
            View::Callable if self.matcher(graph).value("inert", state) => {}
            View::Unknown | View::Extension(_) | View::Callable => {
                self.method(effect, "__setstate__", "");
            }
            _ => {}
        }
    }

    pub(super) fn state(
        &mut self,
        effect: &Effect<'_>,
        entry: Entry<'l>,
        name: &str,
        state: Value,
        of_result: bool,
    ) {
        let graph = effect.graph();
        let mut any = false;
        if changes_the_class(graph, state) {
            let message = format!("gives `{}` another class", shown(name));
            self.finding(effect, &rules::UNSAFE_STATE, Severity::High, message, name);
            return;
        }
        if self.replaces_a_method(graph, state) {
            let message = format!("gives `{}` another method", shown(name));
            self.finding(effect, &rules::UNSAFE_STATE, Severity::High, message, name);
            return;
        }
        for pattern in pattern::patterns(entry.hooks, "state") {
            any = true;
            let holds = match pattern.and_then(pattern::rule) {
                Some(rule) => self.state_rule_holds(graph, rule, state),
                None => self.matcher(graph).value(pattern.unwrap_or("inert"), state),
            };
            if holds {
                return;
            }
        }
        if !any && of_result && self.matcher(graph).value("inert", state) {
            return;
        }
        let (severity, message) = if any || of_result {
            (
                Severity::High,
                format!(
                    "gives `{}` a state outside the form in which that is harmless",
                    shown(name)
                ),
            )
        } else {
            (
                Severity::Medium,
                format!("gives `{}` a state, which nobody vouches for", shown(name)),
            )
        };
        self.finding(effect, &rules::UNSAFE_STATE, severity, message, name);
    }

    pub(super) fn state_rule_holds(&mut self, graph: &Graph<'_>, rule: &str, state: Value) -> bool {
        crate::state::holds(&mut self.matcher(graph), rule, state)
    }

    pub(super) fn write_to_import(&mut self, effect: &Effect<'_>, name: &Name, what: &str) {
        let message = format!("changes {what} of imported `{}`", shown(&name.full()));
        self.about_name(
            effect,
            &rules::WRITE_TO_IMPORT,
            Severity::High,
            message,
            name,
        );
    }

    pub(super) fn items(&mut self, effect: &Effect<'_>, target: Value, method: &str) {
        let graph = effect.graph();
        match graph.view(target) {
            View::Name(name) => self.write_to_import(effect, name, "items"),
            View::Object(made) => match self.class_of(graph, made) {
                Class::Listed { entry, name } => {
                    if pattern::patterns(entry.hooks, "items").next().is_none() {
                        self.method(effect, method, &name);
                    }
                }
                Class::ResultOf { .. } | Class::Unlisted => {}
            },
            View::Unknown | View::Extension(_) | View::Callable => self.method(effect, method, ""),
            _ => {}
        }
    }

    pub(super) fn method(&mut self, effect: &Effect<'_>, method: &str, class: &str) {
        let message = match class {
            "" => format!("calls `{method}` of an object of unknown class"),
            class => format!(
                "calls `{}.{method}`, which nobody vouches for",
                shown(class)
            ),
        };
        self.finding(
            effect,
            &rules::FOREIGN_METHOD,
            rules::FOREIGN_METHOD.severity,
            message,
            class,
        );
    }

    /// Says whether a state sets an attribute that later opcodes would call in the place of a method, to
    /// something that may be called.
    fn replaces_a_method(&mut self, graph: &Graph<'_>, state: Value) -> bool {
        let halves = match graph.view(state) {
            View::Tuple(halves) if halves.len() == 2 => halves.collect(),
            _ => alloc::vec![state],
        };
        for half in halves {
            let View::Dict(mut items) = graph.view(half) else {
                continue;
            };
            // What cannot be looked through any more may hold one.
            let cost = u64::try_from(items.len()).unwrap_or(u64::MAX);
            let Some(left) = self.steps.checked_sub(cost) else {
                return true;
            };
            self.steps = left;
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                if !value.is_plain()
                    && matches!(
                        graph.view(value),
                        View::Name(_) | View::Object(_) | View::Callable | View::Unknown
                    )
                    && graph
                        .text(key)
                        .is_some_and(|key| CALLED_BY_OPCODES.contains(&&*key))
                {
                    return true;
                }
            }
        }
        false
    }

    pub(super) fn hash(&mut self, effect: &Effect<'_>, key: Value) {
        let graph = effect.graph();
        if let View::Object(made) = graph.view(key)
            && let Class::Listed { entry, name } = self.class_of(graph, made)
            && pattern::patterns(entry.hooks, "key").next().is_none()
        {
            self.method(effect, "__hash__", &name);
        }
    }
}

/// Methods that opcodes look up on the instance.
const CALLED_BY_OPCODES: [&[u8]; 4] = [b"__setstate__", b"add", b"append", b"extend"];

/// Says whether the second half of a state, which is written attribute by attribute, names `__class__` or
/// another attribute that makes an object what it is.
fn changes_the_class(graph: &Graph<'_>, state: Value) -> bool {
    let View::Tuple(mut halves) = graph.view(state) else {
        return false;
    };
    let (Some(_), Some(slots), None) = (halves.next(), halves.next(), halves.next()) else {
        return false;
    };
    let View::Dict(items) = graph.view(slots) else {
        return false;
    };
    items
        .step_by(2)
        .any(|key| graph.text(key).is_some_and(|key| key.starts_with(b"__")))
}
