use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use findings::Severity;

use super::{Judge, shown};
use crate::arguments;
use crate::effect::{Effect, Reading};
use crate::fold;
use crate::graph::{Call, Graph, Object, View};
use crate::lists::{Entry, Judgement, Kind};
use crate::name::Name;
use crate::pattern::{self, Matcher};
use crate::rules;
use crate::value::Value;

impl<'l> Judge<'l> {
    pub(super) fn call(&mut self, effect: &Effect<'_>, made: Object, folded: bool) {
        let graph = effect.graph();
        self.hand_out(effect, made);
        match graph.view(made.callee) {
            View::Name(name) => match self.lists.judge(name) {
                Judgement::Capable { .. } => {
                    self.raise(
                        effect,
                        made.callee,
                        &rules::UNSAFE_GLOBAL,
                        Severity::Critical,
                        "called",
                    );
                }
                _ if folded || effect.reading == Reading::ArrayAsOpcodes => {}
                Judgement::Inert(entry) => self.inert_call(effect, made, entry, name),
                Judgement::Member(entry) => self.member_call(effect, made, entry, name),
                Judgement::Unknown if fold::is_foldable(&name.full()) => {
                    self.reached_call(effect, made);
                }
                Judgement::Unknown => self.unknown_call(effect, made, name),
            },
            _ if folded || effect.reading == Reading::ArrayAsOpcodes => {}
            View::Object(inner) => {
                if let Some(kept) = graph.partial(inner) {
                    self.partial_call(effect, kept, made);
                } else if let Some(name) = self.imported_by(graph, inner) {
                    self.named_call(effect, made, &name);
                } else {
                    self.reached_call(effect, made);
                }
            }
            _ => self.reached_call(effect, made),
        }
    }

    /// A call of something that is no name: what it reaches in the end is judged, if that can be told.
    fn reached_call(&mut self, effect: &Effect<'_>, made: Object) {
        let graph = effect.graph();
        match graph.reached(made.callee, made.arguments, &mut self.reaching) {
            Some(full) => {
                let name = self.lists.name_of(&full);
                match self.lists.judge(&name) {
                    Judgement::Capable { .. } => self.named_call(effect, made, &name),
                    _ => self.unresolved_call(effect, &full),
                }
            }
            None => self.unresolved_call(effect, &innermost(graph, made.callee)),
        }
    }

    pub(super) fn unresolved_call(&mut self, effect: &Effect<'_>, subject: &str) {
        let message = match subject {
            "" => "calls something that cannot be told from the stream alone".to_owned(),
            of => format!(
                "calls what `{}` gives, which cannot be told from the stream alone",
                shown(of)
            ),
        };
        self.finding(
            effect,
            &rules::UNRESOLVED_CALLEE,
            Severity::High,
            message,
            subject,
        );
    }

    pub(super) fn unknown_call(&mut self, effect: &Effect<'_>, made: Object, name: &Name) {
        let makes_instance =
            matches!(made.call, Call::NewObj | Call::NewObjEx) || looks_like_a_class(&name.name);
        let (severity, verb) = if makes_instance {
            (Severity::Medium, "instantiated")
        } else {
            (Severity::High, "called")
        };
        self.raise(effect, made.callee, &rules::UNKNOWN_GLOBAL, severity, verb);
    }

    pub(super) fn member_call(
        &mut self,
        effect: &Effect<'_>,
        made: Object,
        entry: Entry<'l>,
        name: &Name,
    ) {
        let class = name.name.rsplit_once('.').map_or("", |(class, _)| class);
        if is_new(name) && entry.kind == Kind::Class {
            // `cls.__new__(cls, …)` is what NEWOBJ does.
            if self.hook_holds(effect, entry, "new", made, 1) {
                return;
            }
            self.argument_finding(effect, &name.full(), Severity::Medium);
            return;
        }
        let message = format!(
            "calls `{}`, a method of `{}` that is on no list",
            shown(&name.full()),
            shown(class)
        );
        self.about_name(
            effect,
            &rules::UNKNOWN_GLOBAL,
            Severity::High,
            message,
            name,
        );
    }

    pub(super) fn inert_call(
        &mut self,
        effect: &Effect<'_>,
        made: Object,
        entry: Entry<'l>,
        name: &Name,
    ) {
        let hook = match (entry.kind, made.call) {
            (Kind::Class, Call::NewObj | Call::NewObjEx) => "new",
            _ => "call",
        };
        if !self.hook_holds(effect, entry, hook, made, 0) {
            let severity = match entry.kind {
                Kind::Class => Severity::Medium,
                Kind::Function | Kind::Value => Severity::High,
            };
            self.argument_finding(effect, &name.full(), severity);
        }
    }

    pub(super) fn argument_finding(&mut self, effect: &Effect<'_>, full: &str, severity: Severity) {
        let message = format!(
            "calls `{}` with arguments outside the form in which it is harmless",
            shown(full)
        );
        self.finding(effect, &rules::UNSAFE_ARGUMENT, severity, message, full);
    }

    /// Says whether the arguments of a call, the first `skip` left out, are as a hook of the entry wants
    /// them.
    pub(super) fn hook_holds(
        &mut self,
        effect: &Effect<'_>,
        entry: Entry<'l>,
        hook: &'static str,
        made: Object,
        skip: usize,
    ) -> bool {
        let graph = effect.graph();
        let mut any = false;
        for pattern in pattern::patterns(entry.hooks, hook) {
            any = true;
            let arguments = match made.call {
                Call::NewObjEx => match graph.view(made.arguments) {
                    View::Tuple(mut pair) => pair.next(),
                    _ => None,
                },
                _ => Some(made.arguments),
            };
            let Some(arguments) = arguments else {
                return false;
            };
            if let Some(rule) = pattern.and_then(pattern::rule) {
                if self.rule_holds(effect, rule, made) {
                    return true;
                }
                continue;
            }
            let View::Tuple(mut arguments) = graph.view(arguments) else {
                continue;
            };
            for _ in 0..skip {
                arguments.next();
            }
            if self
                .matcher(graph)
                .arguments(pattern.unwrap_or("inert*"), arguments)
            {
                return true;
            }
        }
        // `type.__new__` reads no hook of its own for a class that is only listed as callable.
        !any && hook == "new" && pattern::patterns(entry.hooks, "call").next() == Some(None)
    }

    /// Says whether arguments are as a hook of the entry wants them; of the rules in code only those hold
    /// that look at nothing but the arguments.
    pub(super) fn listed_holds(
        &mut self,
        effect: &Effect<'_>,
        entry: Entry<'l>,
        hook: &'static str,
        arguments: &[Value],
    ) -> bool {
        let graph = effect.graph();
        pattern::patterns(entry.hooks, hook).any(|pattern| {
            let mut matcher = self.matcher(graph);
            let arguments = arguments.iter().copied();
            match pattern.and_then(pattern::rule) {
                Some(rule) => arguments::holds(&mut matcher, rule, arguments),
                None => matcher.arguments(pattern.unwrap_or("inert*"), arguments),
            }
        })
    }

    pub(super) fn matcher<'m>(&'m mut self, graph: &'m Graph<'m>) -> Matcher<'m, 'l> {
        Matcher {
            graph,
            lists: &self.lists,
            steps: &mut self.steps,
        }
    }
}

/// Classes are written in capitals, by every framework that pickles meet.
pub(super) fn looks_like_a_class(name: &str) -> bool {
    name.rsplit('.')
        .next()
        .and_then(|last| last.trim_start_matches('_').chars().next())
        .is_some_and(char::is_uppercase)
}

/// Says whether a name is the `__new__` of a class, which makes an instance of its first argument.
pub(super) fn is_new(name: &Name) -> bool {
    name.name == "__new__" || name.name.ends_with(".__new__")
}

/// The global that a chain of calls began with.
pub(super) fn innermost(graph: &Graph<'_>, value: Value) -> String {
    let mut value = value;
    for _ in 0..64 {
        match graph.view(value) {
            View::Name(name) => return name.full(),
            View::Object(made) => value = made.callee,
            _ => break,
        }
    }
    String::new()
}
