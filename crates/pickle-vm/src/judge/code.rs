use alloc::format;
use alloc::string::String;

use findings::Severity;

use super::calls::{is_new, looks_like_a_class};
use super::{Class, Judge, shown};
use crate::arguments;
use crate::effect::Effect;
use crate::fold;
use crate::graph::{Graph, Items, Object, View};
use crate::lists::{Judgement, Kind};
use crate::name::Name;
use crate::pattern::{self};
use crate::rules;
use crate::value::Value;

impl<'l> Judge<'l> {
    pub(super) fn rule_holds(&mut self, effect: &Effect<'_>, rule: &str, made: Object) -> bool {
        let graph = effect.graph();
        let View::Tuple(mut arguments) = graph.view(made.arguments) else {
            return false;
        };
        match rule {
            // (class, base, state) and (class, *arguments): an instance of `class`.
            "reconstructor" | "newobj" | "class-call" => {
                self.instance_of_first(effect, arguments, rule == "class-call")
            }
            "newobj-ex" => self.instance_of_first(effect, arguments, false),
            "getattr" => self.getattr_holds(effect, arguments),
            "partial" => match arguments.next() {
                Some(function) => self.callee_holds(effect, function),
                None => false,
            },
            // Iterating calls the function with whatever the other arguments give.
            "map-filter" => match arguments.next() {
                Some(function) => {
                    self.callee_holds(effect, function) && self.takes_anything(graph, function)
                }
                None => false,
            },
            "payload" => match (arguments.next(), arguments.next()) {
                (Some(bytes), None) => graph.bytes(bytes).is_some(),
                _ => false,
            },
            "import-getattr" => match (arguments.next(), arguments.next()) {
                (Some(module), Some(name)) => self.import_of_texts(effect, module, name),
                _ => false,
            },
            "pandas-new-index" => match (arguments.next(), arguments.next()) {
                (Some(class), Some(data)) => {
                    self.matcher(graph).value("class", class)
                        && matches!(
                            graph.view(data),
                            View::Dict(_) | View::Forgotten(crate::Container::Dict)
                        )
                }
                _ => false,
            },
            _ => arguments::holds(&mut self.matcher(graph), rule, arguments),
        }
    }

    /// The first argument is a class that may be instantiated; an unknown one is flagged as such.
    pub(super) fn instance_of_first(
        &mut self,
        effect: &Effect<'_>,
        mut arguments: Items<'_>,
        initialised: bool,
    ) -> bool {
        let graph = effect.graph();
        let Some(class) = arguments.next() else {
            return false;
        };
        let Some(name) = graph.name(class) else {
            return false;
        };
        match self.lists.judge(name) {
            Judgement::Inert(entry) if entry.kind == Kind::Class => {
                let hook = if initialised { "call" } else { "new" };
                let rest_is_inert = arguments.all(|argument| {
                    let mut matcher = self.matcher(graph);
                    matcher.value("inert", argument)
                });
                rest_is_inert
                    && pattern::patterns(entry.hooks, hook)
                        .chain(pattern::patterns(entry.hooks, "call"))
                        .next()
                        .is_some()
            }
            Judgement::Inert(_) | Judgement::Member(_) => false,
            Judgement::Capable { .. } => {
                self.raise(
                    effect,
                    class,
                    &rules::UNSAFE_GLOBAL,
                    Severity::Critical,
                    "instantiated",
                );
                true
            }
            Judgement::Unknown => {
                self.raise(
                    effect,
                    class,
                    &rules::UNKNOWN_GLOBAL,
                    Severity::Medium,
                    "instantiated",
                );
                true
            }
        }
    }

    /// `getattr(object, "name")` where it could not be folded: a method or field of an instance.
    pub(super) fn getattr_holds(&mut self, effect: &Effect<'_>, mut arguments: Items<'_>) -> bool {
        let graph = effect.graph();
        let (Some(object), Some(name)) = (arguments.next(), arguments.next()) else {
            return false;
        };
        let Some(name) = graph.text(name) else {
            return false;
        };
        if name.starts_with(b"__") {
            return false;
        }
        let made = match graph.view(object) {
            View::Object(made) => made,
            // A method of a container that the stream itself made.
            View::List(_)
            | View::Dict(_)
            | View::Set(_)
            | View::FrozenSet(_)
            | View::Tuple(_)
            | View::Forgotten(_)
            | View::ByteArray(_) => return true,
            _ => return false,
        };
        match self.class_of(graph, made) {
            Class::Listed { name: class, .. } => {
                self.attribute_of(effect, &class, &String::from_utf8_lossy(&name));
                true
            }
            Class::ResultOf { .. } => true,
            Class::Unlisted => false,
        }
    }

    /// An attribute of an instance, flagged where the lists know it as harmful: `ndarray.tofile`.
    fn attribute_of(&mut self, effect: &Effect<'_>, class: &str, attribute: &str) {
        let name = self.lists.name_of(&format!("{class}.{attribute}"));
        if let Judgement::Capable { harm, reason } = self.lists.judge(&name) {
            let message = format!("takes `{}` ({harm}: {reason})", shown(&name.full()));
            self.about_name(
                effect,
                &rules::UNSAFE_GLOBAL,
                Severity::High,
                message,
                &name,
            );
        }
    }

    /// A callable that is handed over to be called later, or by the callee.
    pub(super) fn callee_holds(&mut self, effect: &Effect<'_>, function: Value) -> bool {
        let graph = effect.graph();
        match graph.view(function) {
            View::Name(name) => match self.lists.judge(name) {
                Judgement::Inert(entry) => {
                    entry.kind == Kind::Value
                        || pattern::patterns(entry.hooks, "call").next().is_some()
                }
                Judgement::Member(_) => is_new(name),
                Judgement::Capable { .. } => {
                    self.raise(
                        effect,
                        function,
                        &rules::UNSAFE_GLOBAL,
                        Severity::Critical,
                        "handed over to be called",
                    );
                    true
                }
                Judgement::Unknown => {
                    if fold::is_foldable(&name.full()) {
                        return true;
                    }
                    let severity = if looks_like_a_class(&name.name) {
                        Severity::Medium
                    } else {
                        Severity::High
                    };
                    self.raise(
                        effect,
                        function,
                        &rules::UNKNOWN_GLOBAL,
                        severity,
                        "handed over to be called",
                    );
                    true
                }
            },
            View::Callable | View::None => true,
            View::Object(inner) => match graph.partial(inner) {
                Some(kept) => graph.name(kept.function).is_some(),
                None => {
                    self.is_attribute(graph, inner)
                        || self.imported_by(graph, inner).is_some_and(|name| {
                            matches!(self.lists.judge(&name), Judgement::Inert(_))
                        })
                }
            },
            _ => false,
        }
    }

    /// Says whether a callable is none of those that are harmless only with some arguments.
    pub(super) fn takes_anything(&self, graph: &Graph<'_>, function: Value) -> bool {
        match graph.view(function) {
            View::None => true,
            View::Name(name) => match self.lists.judge(name) {
                Judgement::Inert(entry) => {
                    pattern::patterns(entry.hooks, "call").any(pattern::takes_anything)
                }
                // Flagged already.
                Judgement::Capable { .. } | Judgement::Unknown => true,
                Judgement::Member(_) => false,
            },
            _ => false,
        }
    }

    pub(super) fn is_attribute(&self, graph: &Graph<'_>, made: Object) -> bool {
        graph
            .name(made.callee)
            .is_some_and(|name| name.module == "builtins" && name.name == "getattr")
    }

    /// The name that two texts make.
    fn named_by_texts(&self, graph: &Graph<'_>, module: Value, name: Value) -> Option<Name> {
        let module = String::from_utf8_lossy(&graph.text(module)?).into_owned();
        let name = String::from_utf8_lossy(&graph.text(name)?).into_owned();
        let (canonical_module, canonical_name) = self.lists.canonical(&module, &name);
        Some(Name {
            written_module: module,
            written_name: name,
            module: canonical_module,
            name: canonical_name,
        })
    }

    /// The name that `_ufunc_reconstruct` and its like were asked for.
    pub(super) fn imported_by(&self, graph: &Graph<'_>, made: Object) -> Option<Name> {
        let Judgement::Inert(entry) = self.lists.judge(graph.name(made.callee)?) else {
            return None;
        };
        if !pattern::patterns(entry.hooks, "call").any(|p| p == Some("rule:import-getattr")) {
            return None;
        }
        let View::Tuple(mut arguments) = graph.view(made.arguments) else {
            return None;
        };
        self.named_by_texts(graph, arguments.next()?, arguments.next()?)
    }

    /// `_ufunc_reconstruct("numpy", "add")` is the import of `numpy.add`.
    pub(super) fn import_of_texts(
        &mut self,
        effect: &Effect<'_>,
        module: Value,
        name: Value,
    ) -> bool {
        let graph = effect.graph();
        let Some(name) = self.named_by_texts(graph, module, name) else {
            return false;
        };
        let full = name.full();
        match self.lists.judge(&name) {
            Judgement::Inert(_) => {}
            Judgement::Capable { harm, reason } => {
                let message = format!("imports `{}` ({harm}: {reason})", shown(&full));
                self.about_name(
                    effect,
                    &rules::UNSAFE_GLOBAL,
                    Severity::High,
                    message,
                    &name,
                );
            }
            Judgement::Member(_) | Judgement::Unknown => {
                let message = format!("imports `{}`, which is on no list", shown(&full));
                self.about_name(
                    effect,
                    &rules::UNKNOWN_GLOBAL,
                    Severity::Medium,
                    message,
                    &name,
                );
            }
        }
        true
    }
}
