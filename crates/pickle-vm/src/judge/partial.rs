use findings::Severity;

use super::Judge;
use super::calls::innermost;
use crate::effect::Effect;
use crate::graph::{Call, Graph, Object, View};
use crate::lists::{Judgement, Kind};
use crate::rules;
use crate::value::Value;

impl<'l> Judge<'l> {
    /// The function and the tuple of arguments of a `functools.partial`.
    pub(super) fn partial(&self, graph: &Graph<'_>, made: Object) -> Option<(Value, Value)> {
        let name = graph.name(made.callee)?;
        if name.module != "functools" || name.name != "partial" {
            return None;
        }
        match graph.view(made.arguments) {
            View::Tuple(mut arguments) => Some((arguments.next()?, made.arguments)),
            _ => None,
        }
    }

    /// Calls a partial: judged as a call of its function with the arguments that were kept.
    pub(super) fn partial_call(
        &mut self,
        effect: &Effect<'_>,
        function: Value,
        before: Value,
        made: Object,
    ) {
        let graph = effect.graph();
        let View::Name(name) = graph.view(function) else {
            // `cls.__new__` fetched by getattr where it could not be folded.
            self.unresolved_call(effect, &innermost(graph, function));
            return;
        };
        match self.lists.judge(name) {
            Judgement::Member(entry)
                if entry.kind == Kind::Class && name.name.ends_with(".__new__") =>
            {
                let kept = Object {
                    callee: function,
                    arguments: before,
                    state: None,
                    call: Call::Reduce,
                };
                // Function and class come first, then the arguments.
                if !self.hook_holds(effect, entry, "new", kept, 2) {
                    self.argument_finding(effect, &name.full(), Severity::Medium);
                }
            }
            Judgement::Inert(entry) if matches!(graph.view(made.arguments), View::Tuple(items) if items.len() == 0) =>
            {
                let kept = Object {
                    callee: function,
                    arguments: before,
                    state: None,
                    call: Call::Reduce,
                };
                if !self.hook_holds(effect, entry, "call", kept, 1) {
                    self.argument_finding(effect, &name.full(), Severity::High);
                }
            }
            Judgement::Capable { .. } => {
                self.raise(
                    effect,
                    function,
                    &rules::UNSAFE_GLOBAL,
                    Severity::Critical,
                    "called through a partial",
                );
            }
            Judgement::Unknown => {
                self.raise(
                    effect,
                    function,
                    &rules::UNKNOWN_GLOBAL,
                    Severity::High,
                    "called through a partial",
                );
            }
            Judgement::Inert(_) | Judgement::Member(_) => {
                self.unresolved_call(effect, &name.full());
            }
        }
    }
}
