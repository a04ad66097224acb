use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use findings::{Confidence, Finding, Location, Rule, Severity, WrittenName, escape_shortened};
use hashbrown::HashMap;

use crate::arguments;
use crate::decoder::Decoder;
use crate::effect::{Divergence, Effect, EffectKind, EffectSink, Origin, Reading};
use crate::fold;
use crate::graph::{Call, Graph, Items, Object, View};
use crate::limits::Limits;
use crate::lists::{Entry, Judgement, Kind, Lists};
use crate::machine::Outcome;
use crate::name::Name;
use crate::opcode::Opcode;
use crate::pattern::{self, Matcher};
use crate::payload::{Payload, PayloadBytes, PayloadReason};
use crate::rules;
use crate::value::Value;

/// Judges effects by the lists and turns what is not harmless into findings.
#[derive(Debug)]
pub struct Judge<'l> {
    lists: Lists<'l>,
    limits: Limits,
    findings: Vec<Finding>,
    counts: HashMap<(&'static str, String), u64>,
    unlisted: u64,
    /// The finding that speaks of an import, by reading and number.
    imports: HashMap<(Reading, u32), usize>,
    payloads: Vec<Payload>,
    embedded: Vec<Embedded>,
    lost_payloads: bool,
    arrays: Vec<Range<u64>>,
    steps: u64,
    array_as_opcodes: bool,
}

/// Bytes that look like a pickle and were not yet seen to be an array's elements.
#[derive(Debug)]
struct Embedded {
    value: Value,
    location: Location,
}

/// What the judge has to say in the end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// What was found, in the order of the stream.
    pub findings: Vec<Finding>,
    /// Bytes that the caller should look into.
    pub payloads: Vec<Payload>,
    /// Whether every payload is handed out.
    pub payloads_complete: bool,
    /// Half-open byte ranges of raw array elements that stand between opcodes, in rising order.
    pub arrays: Vec<Range<u64>>,
}

/// Longest excerpt of a name in a message, in characters.
const SHOWN: usize = 200;

/// The class that an object is known to be of.
enum Class<'l> {
    Listed {
        entry: Entry<'l>,
        name: String,
    },
    /// What an inert function gives back.
    ResultOf {
        entry: Entry<'l>,
        name: String,
    },
    /// Unknown or capable; whoever named it was flagged for that.
    Unlisted,
}

impl<'l> Judge<'l> {
    /// Prepares to judge one pickle of `len` bytes.
    #[must_use]
    pub fn new(lists: &Lists<'l>, limits: &Limits, len: usize) -> Self {
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        Self {
            lists: *lists,
            limits: limits.clone(),
            findings: Vec::new(),
            counts: HashMap::new(),
            unlisted: 0,
            imports: HashMap::new(),
            payloads: Vec::new(),
            embedded: Vec::new(),
            lost_payloads: false,
            arrays: Vec::new(),
            // Work on rules stays linear in the input: some steps for each byte, and a start.
            steps: len.saturating_mul(8).saturating_add(1 << 20),
            array_as_opcodes: false,
        }
    }

    /// Ends the judgement with how the run ended.
    #[must_use]
    pub fn finish(mut self, outcome: &Outcome, input: &[u8]) -> Report {
        self.settle_embedded(input);
        if let Some(error) = &outcome.error {
            let end = error.offset();
            let mut finding = Finding::new(
                rules::BROKEN_STREAM.rule_id(),
                rules::BROKEN_STREAM.severity,
                format!("{error}"),
                Location::bytes(end..end).with_opcode(outcome.opcodes),
            );
            finding.confidence = Confidence::High;
            self.findings.push(finding);
        }
        if self.unlisted > 0 {
            self.findings.push(Finding::new(
                rules::TOO_MANY.rule_id(),
                rules::TOO_MANY.severity,
                format!("{} more findings are not listed", self.unlisted),
                Location::bytes(0..outcome.end),
            ));
        }
        Report {
            findings: self.findings,
            payloads: self.payloads,
            payloads_complete: !self.lost_payloads,
            arrays: self.arrays,
        }
    }

    // Findings.

    fn finding(
        &mut self,
        effect: &Effect<'_>,
        rule: &Rule,
        severity: Severity,
        message: String,
        subject: &str,
    ) -> Option<usize> {
        let mut location = Location::bytes(effect.range.clone()).with_opcode(effect.index);
        if effect.reading == Reading::FrameDropped {
            // These bytes are put together from both sides of a frame's end.
            location = location.shifted(None);
        }
        let count = self
            .counts
            .entry((rule.id, subject.to_owned()))
            .or_insert(0);
        *count = count.saturating_add(1);
        if *count > self.limits.findings_per_subject || self.findings.len() >= self.limits.findings
        {
            self.unlisted = self.unlisted.saturating_add(1);
            return None;
        }
        let mut finding = Finding::new(rule.rule_id(), severity, message, location);
        if !subject.is_empty() {
            finding.subject = Some(escape_shortened(subject, SHOWN));
        }
        self.findings.push(finding);
        self.findings.len().checked_sub(1)
    }

    /// A finding about a global that the value is.
    fn about_name(
        &mut self,
        effect: &Effect<'_>,
        rule: &Rule,
        severity: Severity,
        message: String,
        name: &Name,
    ) -> Option<usize> {
        let index = self.finding(effect, rule, severity, message, &name.full())?;
        let finding = self.findings.get_mut(index)?;
        finding.written = Some(WrittenName::new(
            escape_shortened(&name.written_module, SHOWN),
            escape_shortened(&name.written_name, SHOWN),
        ));
        if effect.reading == Reading::FrameDropped {
            finding.reached =
                Some("read from behind the end of a frame, as loading from a file does".to_owned());
        }
        Some(index)
    }

    /// Raises what was said of an import now that more is known of its use.
    fn raise(
        &mut self,
        effect: &Effect<'_>,
        value: Value,
        rule: &Rule,
        severity: Severity,
        verb: &str,
    ) {
        let graph = effect.graph();
        let Some(name) = graph.name(value) else {
            return;
        };
        let import = graph.import(value).unwrap_or(u32::MAX);
        let known = [effect.reading, Reading::Main]
            .into_iter()
            .find_map(|reading| self.imports.get(&(reading, import)).copied());
        let reached = format!("{verb} by {} at byte {}", effect.opcode, effect.range.start);
        if let Some(finding) = known.and_then(|index| self.findings.get_mut(index)) {
            if finding.severity < severity {
                finding.severity = severity;
                finding.reached = Some(match &finding.reached {
                    Some(before) => format!("{before}; {reached}"),
                    None => reached,
                });
            } else if finding.reached.is_none() {
                finding.reached = Some(reached);
            }
            return;
        }
        // The import itself is not listed, or happened elsewhere.
        let message = format!("{verb}: `{}`", shown(&name.full()));
        self.about_name(effect, rule, severity, message, name);
    }

    // Imports.

    fn import(&mut self, effect: &Effect<'_>, value: Value, origin: Origin) {
        let graph = effect.graph();
        let Some(name) = graph.name(value) else {
            return;
        };
        let full = name.full();
        let (rule, severity, message) = match self.lists.judge(name) {
            Judgement::Inert(_) | Judgement::Member(_) => return,
            Judgement::Capable { harm, reason } => (
                &rules::UNSAFE_GLOBAL,
                Severity::High,
                format!("imports `{}` ({harm}: {reason})", shown(&full)),
            ),
            Judgement::Unknown => {
                if fold::is_foldable(&full)
                    || origin == Origin::CutOff
                    || effect.reading == Reading::ArrayAsOpcodes
                {
                    return;
                }
                (
                    &rules::UNKNOWN_GLOBAL,
                    Severity::Medium,
                    format!("imports `{}`, which is on no list", shown(&full)),
                )
            }
        };
        if effect.reading == Reading::ArrayAsOpcodes {
            self.diverge(effect, Divergence::ArrayAsOpcodes);
        }
        if let Some(index) = self.about_name(effect, rule, severity, message, name) {
            if let Some(finding) = self.findings.get_mut(index) {
                match origin {
                    Origin::Computed => {
                        finding.reached = Some("a name computed by calls in the stream".to_owned());
                    }
                    Origin::Extension => {
                        finding.reached =
                            Some("an extension code that the stream registered".to_owned());
                    }
                    _ => {}
                }
            }
            if let Some(import) = graph.import(value) {
                self.imports.insert((effect.reading, import), index);
            }
        }
    }

    // Calls.

    fn call(&mut self, effect: &Effect<'_>, made: Object, folded: bool) {
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
                    self.unresolved_call(effect, &name.full());
                }
                Judgement::Unknown => self.unknown_call(effect, made, name),
            },
            _ if folded || effect.reading == Reading::ArrayAsOpcodes => {}
            View::Object(inner) => match self.partial(graph, inner) {
                Some((function, before)) => self.partial_call(effect, function, before, made),
                None => self.unresolved_call(effect, &innermost(graph, made.callee)),
            },
            _ => self.unresolved_call(effect, &innermost(graph, made.callee)),
        }
    }

    fn unresolved_call(&mut self, effect: &Effect<'_>, subject: &str) {
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

    fn unknown_call(&mut self, effect: &Effect<'_>, made: Object, name: &Name) {
        let makes_instance =
            matches!(made.call, Call::NewObj | Call::NewObjEx) || looks_like_a_class(&name.name);
        let (severity, verb) = if makes_instance {
            (Severity::Medium, "instantiated")
        } else {
            (Severity::High, "called")
        };
        self.raise(effect, made.callee, &rules::UNKNOWN_GLOBAL, severity, verb);
    }

    fn member_call(&mut self, effect: &Effect<'_>, made: Object, entry: Entry<'l>, name: &Name) {
        let class = name.name.rsplit_once('.').map_or("", |(class, _)| class);
        if name.name.ends_with(".__new__") && entry.kind == Kind::Class {
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

    fn inert_call(&mut self, effect: &Effect<'_>, made: Object, entry: Entry<'l>, name: &Name) {
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

    fn argument_finding(&mut self, effect: &Effect<'_>, full: &str, severity: Severity) {
        let message = format!(
            "calls `{}` with arguments outside the form in which it is harmless",
            shown(full)
        );
        self.finding(effect, &rules::UNSAFE_ARGUMENT, severity, message, full);
    }

    /// Says whether the arguments of a call, the first `skip` left out, are as a hook of the entry wants
    /// them.
    fn hook_holds(
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

    fn matcher<'m>(&'m mut self, graph: &'m Graph<'m>) -> Matcher<'m, 'l> {
        Matcher {
            graph,
            lists: &self.lists,
            steps: &mut self.steps,
        }
    }

    // Calls whose rule is code.

    fn rule_holds(&mut self, effect: &Effect<'_>, rule: &str, made: Object) -> bool {
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
            "map-filter" => match arguments.next() {
                Some(function) => self.callee_holds(effect, function),
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
    fn instance_of_first(
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
    fn getattr_holds(&mut self, effect: &Effect<'_>, mut arguments: Items<'_>) -> bool {
        let graph = effect.graph();
        let (Some(object), Some(name)) = (arguments.next(), arguments.next()) else {
            return false;
        };
        let Some(name) = graph.text(name) else {
            return false;
        };
        let View::Object(made) = graph.view(object) else {
            return false;
        };
        !name.starts_with(b"__") && !matches!(self.class_of(graph, made), Class::Unlisted)
    }

    /// A callable that is handed over to be called later, or by the callee.
    fn callee_holds(&mut self, effect: &Effect<'_>, function: Value) -> bool {
        let graph = effect.graph();
        match graph.view(function) {
            View::Name(name) => match self.lists.judge(name) {
                Judgement::Inert(entry) => {
                    entry.kind == Kind::Value
                        || pattern::patterns(entry.hooks, "call").next().is_some()
                }
                Judgement::Member(_) => name.name.ends_with(".__new__"),
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
            View::Callable => true,
            View::Object(inner) => match self.partial(graph, inner) {
                Some((function, _)) => graph.name(function).is_some(),
                None => self.is_attribute(graph, inner),
            },
            _ => false,
        }
    }

    fn is_attribute(&self, graph: &Graph<'_>, made: Object) -> bool {
        graph
            .name(made.callee)
            .is_some_and(|name| name.module == "builtins" && name.name == "getattr")
    }

    /// `_ufunc_reconstruct("numpy", "add")` is the import of `numpy.add`.
    fn import_of_texts(&mut self, effect: &Effect<'_>, module: Value, name: Value) -> bool {
        let graph = effect.graph();
        let (Some(module), Some(name)) = (graph.text(module), graph.text(name)) else {
            return false;
        };
        let module = String::from_utf8_lossy(&module).into_owned();
        let name = String::from_utf8_lossy(&name).into_owned();
        let (canonical_module, canonical_name) = self.lists.canonical(&module, &name);
        let name = Name {
            written_module: module,
            written_name: name,
            module: canonical_module,
            name: canonical_name,
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

    // Partials.

    /// The function and the tuple of arguments of a `functools.partial`.
    fn partial(&self, graph: &Graph<'_>, made: Object) -> Option<(Value, Value)> {
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
    fn partial_call(&mut self, effect: &Effect<'_>, function: Value, before: Value, made: Object) {
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

    // Objects.

    fn class_of(&self, graph: &Graph<'_>, made: Object) -> Class<'l> {
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
            Judgement::Member(entry) if name.name.ends_with(".__new__") => Class::Listed {
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

    fn build(&mut self, effect: &Effect<'_>, object: Value, state: Value) {
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
            View::Unknown | View::Extension(_) | View::Callable => {
                self.method(effect, "__setstate__", "");
            }
            _ => {}
        }
    }

    fn state(
        &mut self,
        effect: &Effect<'_>,
        entry: Entry<'l>,
        name: &str,
        state: Value,
        of_result: bool,
    ) {
        let graph = effect.graph();
        let mut any = false;
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

    fn state_rule_holds(&mut self, graph: &Graph<'_>, rule: &str, state: Value) -> bool {
        crate::state::holds(&mut self.matcher(graph), rule, state)
    }

    fn write_to_import(&mut self, effect: &Effect<'_>, name: &Name, what: &str) {
        let message = format!("changes {what} of imported `{}`", shown(&name.full()));
        self.about_name(
            effect,
            &rules::WRITE_TO_IMPORT,
            Severity::High,
            message,
            name,
        );
    }

    fn items(&mut self, effect: &Effect<'_>, target: Value, method: &str) {
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

    fn method(&mut self, effect: &Effect<'_>, method: &str, class: &str) {
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

    fn hash(&mut self, effect: &Effect<'_>, key: Value) {
        let graph = effect.graph();
        if let View::Object(made) = graph.view(key)
            && let Class::Listed { entry, name } = self.class_of(graph, made)
            && pattern::patterns(entry.hooks, "key").next().is_none()
        {
            self.method(effect, "__hash__", &name);
        }
    }

    // What is neither import nor call.

    fn diverge(&mut self, effect: &Effect<'_>, divergence: Divergence) {
        if divergence == Divergence::ArrayAsOpcodes
            && core::mem::replace(&mut self.array_as_opcodes, true)
        {
            return;
        }
        let severity = match divergence {
            Divergence::FrameCrossed => Severity::High,
            Divergence::HugeMemoIndex | Divergence::ArrayAsOpcodes => Severity::Medium,
            _ => rules::LOADER_DIVERGENCE.severity,
        };
        self.finding(
            effect,
            &rules::LOADER_DIVERGENCE,
            severity,
            divergence.describe().to_owned(),
            "",
        );
    }

    fn persistent(&mut self, effect: &Effect<'_>, id: Value) {
        let graph = effect.graph();
        // torch's own form is for whoever knows its archives: ("storage", class, key, location, size).
        if let View::Tuple(mut items) = graph.view(id)
            && items
                .next()
                .and_then(|kind| graph.text(kind))
                .is_some_and(|kind| *kind == *b"storage" || *kind == *b"module")
        {
            return;
        }
        self.finding(
            effect,
            &rules::PERSISTENT_ID,
            rules::PERSISTENT_ID.severity,
            "asks the loader for an object by an id that only it understands".to_owned(),
            "",
        );
    }

    // Payloads.

    /// Hands out the bytes that a call would load.
    fn hand_out(&mut self, effect: &Effect<'_>, made: Object) {
        let graph = effect.graph();
        let Some(name) = graph.name(made.callee) else {
            return;
        };
        let loads = match self.lists.judge(name) {
            Judgement::Capable { harm, .. } => harm == "deserialisation",
            Judgement::Inert(entry) => {
                pattern::patterns(entry.hooks, "call").any(|p| p == Some("rule:payload"))
            }
            _ => false,
        };
        if !loads {
            return;
        }
        let View::Tuple(arguments) = graph.view(made.arguments) else {
            return;
        };
        let full = name.full();
        for argument in arguments.take(8) {
            let argument = match graph.view(argument) {
                // `pickle.load(io.BytesIO(b"…"))`
                View::Object(stream) => match graph.view(stream.arguments) {
                    View::Tuple(mut items) => items.next().unwrap_or(argument),
                    _ => argument,
                },
                _ => argument,
            };
            if let Some(bytes) = graph.bytes(argument) {
                let bytes = match graph.span(argument) {
                    // The bytes of another reading are not the input's.
                    Some(span) if effect.reading != Reading::FrameDropped => {
                        PayloadBytes::Span(span)
                    }
                    _ => PayloadBytes::Computed(bytes.into_owned()),
                };
                self.embedded.retain(|embedded| embedded.value != argument);
                self.payload(
                    bytes,
                    PayloadReason::Loaded(full.clone()),
                    Location::bytes(effect.range.clone()).with_opcode(effect.index),
                );
            }
        }
    }

    fn payload(&mut self, bytes: PayloadBytes, reason: PayloadReason, location: Location) {
        if self.payloads.len() >= self.limits.payloads {
            self.lost_payloads = true;
            return;
        }
        self.payloads.push(Payload {
            bytes,
            reason,
            location,
        });
    }

    /// An array's elements are no pickle, whatever they begin and end with.
    fn forget_elements(&mut self, graph: &Graph<'_>, state: Value) {
        if self.embedded.is_empty() {
            return;
        }
        if let View::Tuple(items) = graph.view(state) {
            for item in items.take(16) {
                self.embedded.retain(|embedded| embedded.value != item);
            }
        }
    }

    /// Hands out what lies in the data and is a pickle from its first byte to its last.
    fn settle_embedded(&mut self, input: &[u8]) {
        for embedded in core::mem::take(&mut self.embedded) {
            let Ok(op) = Decoder::at(input, embedded.value.offset()).read() else {
                continue;
            };
            if imports_something(op.argument()) {
                let end = op.range().end;
                let start = end.saturating_sub(op.argument().len());
                self.payload(
                    PayloadBytes::Span(start..end),
                    PayloadReason::Embedded,
                    embedded.location,
                );
            }
        }
    }
}

/// Says whether bytes are opcodes up to a STOP in their last byte, and import something on the way.
fn imports_something(bytes: &[u8]) -> bool {
    let mut imports = false;
    for op in Decoder::new(bytes) {
        match op.map(|op| (op.opcode(), op.range().end)) {
            Ok((Opcode::Stop, end)) => return imports && end == bytes.len(),
            Ok((
                Opcode::Global
                | Opcode::StackGlobal
                | Opcode::Inst
                | Opcode::Ext1
                | Opcode::Ext2
                | Opcode::Ext4,
                _,
            )) => imports = true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}

/// Classes are written in capitals, by every framework that pickles meet.
fn looks_like_a_class(name: &str) -> bool {
    name.rsplit('.')
        .next()
        .and_then(|last| last.trim_start_matches('_').chars().next())
        .is_some_and(char::is_uppercase)
}

/// The global that a chain of calls began with.
fn innermost(graph: &Graph<'_>, value: Value) -> String {
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

fn shown(text: &str) -> String {
    escape_shortened(text, SHOWN)
}

impl EffectSink for Judge<'_> {
    fn effect(&mut self, effect: &Effect<'_>) {
        match effect.kind {
            EffectKind::Import { value, origin } => self.import(effect, value, origin),
            EffectKind::Call {
                callee,
                arguments,
                call,
                folded,
                ..
            } => {
                let made = Object {
                    callee,
                    arguments,
                    state: None,
                    call,
                };
                self.call(effect, made, folded);
            }
            // In a reading that few loaders take, only names count.
            _ if effect.reading == Reading::ArrayAsOpcodes => {}
            EffectKind::UnresolvedName { .. } => {
                self.finding(
                    effect,
                    &rules::UNRESOLVED_NAME,
                    Severity::High,
                    "looks up a name that cannot be told from the stream alone".to_owned(),
                    "",
                );
            }
            EffectKind::Build { object, state } => self.build(effect, object, state),
            EffectKind::SetItems { target, .. } => self.items(effect, target, "__setitem__"),
            EffectKind::Extend { target, .. } => {
                let method = match effect.opcode {
                    Opcode::Append => "append",
                    Opcode::AppendMany => "extend",
                    _ => "add",
                };
                self.items(effect, target, method);
            }
            EffectKind::Hash { key } => self.hash(effect, key),
            EffectKind::PersistentLoad { id, .. } => self.persistent(effect, id),
            EffectKind::Extension { code, .. } => {
                self.finding(
                    effect,
                    &rules::EXTENSION_REGISTRY,
                    Severity::High,
                    format!("takes extension {code} from a registry that the stream does not show"),
                    "",
                );
            }
            EffectKind::Divergence(divergence) => self.diverge(effect, divergence),
            EffectKind::Embedded { bytes } => {
                if effect.reading == Reading::Main {
                    self.embedded.push(Embedded {
                        value: bytes,
                        location: Location::bytes(effect.range.clone()).with_opcode(effect.index),
                    });
                }
            }
            EffectKind::Array { ref bytes, .. } => {
                if effect.reading == Reading::Main {
                    self.arrays.push(bytes.clone());
                }
            }
            EffectKind::Stop { .. } => {}
        }
    }
}
