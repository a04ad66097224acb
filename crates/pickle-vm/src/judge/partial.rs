use alloc::format;
use alloc::vec::Vec;

use findings::Severity;

use super::calls::{innermost, is_new};
use super::{Judge, shown};
use crate::computing::Partial;
use crate::effect::Effect;
use crate::graph::{Object, View};
use crate::lists::{Judgement, Kind};
use crate::name::Name;
use crate::rules;
use crate::value::Value;

impl<'l> Judge<'l> {
    /// Calls a partial: judged as a call of its function with the arguments that were kept.
    pub(super) fn partial_call(&mut self, effect: &Effect<'_>, kept: Partial<'_>, made: Object) {
        let graph = effect.graph();
        let imported = match graph.view(kept.function) {
            View::Object(inner) => self.imported_by(graph, inner),
            _ => None,
        };
        let name = match (graph.view(kept.function), &imported) {
            (View::Name(name), _) => name,
            (_, Some(name)) => name,
            _ => {
                // `cls.__new__` fetched by getattr where it could not be folded.
                self.unresolved_call(effect, &innermost(graph, kept.function));
                return;
            }
        };
        let View::Tuple(added) = graph.view(made.arguments) else {
            self.unresolved_call(effect, &name.full());
            return;
        };
        let adds_nothing = added.len() == 0;
        match self.lists.judge(name) {
            Judgement::Capable { .. } => {
                self.raise(
                    effect,
                    kept.function,
                    &rules::UNSAFE_GLOBAL,
                    Severity::Critical,
                    "called through a partial",
                );
            }
            Judgement::Unknown => {
                self.raise(
                    effect,
                    kept.function,
                    &rules::UNKNOWN_GLOBAL,
                    Severity::High,
                    "called through a partial",
                );
            }
            Judgement::Member(entry) if entry.kind == Kind::Class && is_new(name) => {
                // The class comes first, then the arguments.
                let arguments: Vec<Value> = kept.arguments.skip(1).collect();
                if !adds_nothing || !self.listed_holds(effect, entry, "new", &arguments) {
                    self.argument_finding(effect, &name.full(), Severity::Medium);
                }
            }
            Judgement::Inert(entry) => {
                let arguments: Vec<Value> = kept.arguments.chain(added).collect();
                let keywords_hold = kept
                    .keywords
                    .is_none_or(|keywords| self.matcher(graph).value("inert", keywords));
                if !keywords_hold || !self.listed_holds(effect, entry, "call", &arguments) {
                    self.argument_finding(effect, &name.full(), Severity::High);
                }
            }
            Judgement::Member(_) => {
                self.unresolved_call(effect, &name.full());
            }
        }
    }

    /// A call of a name that no opcode imports but that is known all the same.
    pub(super) fn named_call(&mut self, effect: &Effect<'_>, made: Object, name: &Name) {
        let full = name.full();
        match self.lists.judge(name) {
            Judgement::Capable { harm, reason } => {
                let message = format!("calls `{}` ({harm}: {reason})", shown(&full));
                self.about_name(
                    effect,
                    &rules::UNSAFE_GLOBAL,
                    Severity::Critical,
                    message,
                    name,
                );
            }
            Judgement::Unknown => {
                let message = format!("calls `{}`, which is on no list", shown(&full));
                self.about_name(
                    effect,
                    &rules::UNKNOWN_GLOBAL,
                    Severity::High,
                    message,
                    name,
                );
            }
            Judgement::Inert(entry) => self.inert_call(effect, made, entry, name),
            Judgement::Member(entry) => self.member_call(effect, made, entry, name),
        }
    }
}
