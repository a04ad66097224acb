//! Effects, findings and outcomes as lines of text.

use findings::{Finding, escape, escape_shortened};
use pickle_vm::{
    Call, Container, Effect, EffectKind, EffectSink, Graph, Lists, Name, Outcome, Payload,
    PayloadBytes, PayloadReason, Reading, Scan, Value, View, scan_with,
};

/// How deep values are shown, and how many items of a container.
const DEPTH: usize = 4;
const ITEMS: usize = 6;

/// A pickle's effects, one line each, and what was judged of them.
pub(crate) struct Rendered {
    pub(crate) effects: Vec<String>,
    pub(crate) scan: Scan,
}

impl Rendered {
    /// Runs the pickle that begins at the first byte of `input`.
    pub(crate) fn of(input: &[u8]) -> Self {
        struct Log(Vec<String>);
        impl EffectSink for Log {
            fn effect(&mut self, effect: &Effect<'_>) {
                self.0.push(effect_line(effect));
            }
        }
        let mut log = Log(Vec::new());
        let limits = pickle_vm::Limits::default();
        let scan = scan_with(input, 0, &Lists::built_in(), &limits, &mut log);
        Self {
            effects: log.0,
            scan,
        }
    }

    pub(crate) fn findings(&self) -> Vec<String> {
        self.scan.report.findings.iter().map(finding_line).collect()
    }
}

/// Says how the run ended.
pub(crate) fn outcome_line(outcome: &Outcome) -> String {
    match &outcome.error {
        None => format!("STOP: {} opcodes, {} bytes", outcome.opcodes, outcome.end),
        Some(error) => format!(
            "{error}: {} opcodes, {} bytes before",
            outcome.opcodes, outcome.end
        ),
    }
}

/// One finding: where, which rule, how bad, about what, the message, how it is reached.
pub(crate) fn finding_line(finding: &Finding) -> String {
    let mut line = format!(
        "{}..{}",
        finding.location.byte_start, finding.location.byte_end
    );
    if let Some(opcode) = finding.location.opcode {
        line.push_str(&format!(" #{opcode}"));
    }
    line.push_str(&format!(
        " {} {} {}: {}",
        finding.rule,
        finding.severity,
        finding.subject.as_deref().unwrap_or("-"),
        finding.message
    ));
    if let Some(written) = &finding.written {
        line.push_str(&format!(" [{} {}]", written.module, written.name));
    }
    if let Some(reached) = &finding.reached {
        line.push_str(&format!(" <- {reached}"));
    }
    line
}

/// One payload: where it comes from, how long it is, why it is handed out.
pub(crate) fn payload_line(payload: &Payload, input: &[u8]) -> String {
    let bytes = payload.bytes.of(input);
    let place = match &payload.bytes {
        PayloadBytes::Span(range) => format!("{}..{}", range.start, range.end),
        _ => "computed".to_owned(),
    };
    let reason = match &payload.reason {
        PayloadReason::Loaded(by) => format!("loaded by {}", escape(by)),
        _ => "embedded".to_owned(),
    };
    format!("{place} {reason}: {}", bytes_text(bytes))
}

fn effect_line(effect: &Effect<'_>) -> String {
    let reading = match effect.reading {
        Reading::Main => String::new(),
        other => format!(" ({other:?})"),
    };
    format!(
        "{}..{} #{} {}{reading} {}",
        effect.range.start,
        effect.range.end,
        effect.index,
        effect.opcode,
        kind_text(effect)
    )
}

fn kind_text(effect: &Effect<'_>) -> String {
    let graph = effect.graph();
    let shown = |value: Value| value_text(graph, value, DEPTH);
    match &effect.kind {
        EffectKind::Import { value, origin } => {
            let name = graph.name(*value).map_or_else(String::new, name_text);
            format!("import {name} ({origin:?})")
        }
        EffectKind::UnresolvedName { module, name } => {
            format!("look up {} in {}", shown(*name), shown(*module))
        }
        EffectKind::Call {
            callee,
            arguments,
            call,
            result,
            folded,
        } => {
            let by = call_text(*call);
            let result = if *folded {
                format!(" = {}", shown(*result))
            } else {
                String::new()
            };
            format!("{by} {}{}{result}", shown(*callee), shown(*arguments))
        }
        EffectKind::Build { object, state } => {
            format!("state of {} from {}", shown(*object), shown(*state))
        }
        EffectKind::SetItems { target, items } => {
            format!("set items of {}: {}", shown(*target), shown(*items))
        }
        EffectKind::Extend { target, items } => {
            format!("extend {} by {}", shown(*target), shown(*items))
        }
        EffectKind::Hash { key } => format!("hash {}", shown(*key)),
        EffectKind::PersistentLoad { id, .. } => format!("persistent load {}", shown(*id)),
        EffectKind::Extension { code, .. } => format!("extension {code}"),
        EffectKind::Embedded { bytes } => format!("embedded {}", shown(*bytes)),
        EffectKind::Array { array, bytes } => {
            format!(
                "array of {} at {}..{}",
                shown(*array),
                bytes.start,
                bytes.end
            )
        }
        EffectKind::Divergence(divergence) => format!("divergence: {divergence}"),
        EffectKind::Stop { value } => format!("stop with {}", shown(*value)),
        _ => "an effect that is not rendered".to_owned(),
    }
}

const fn call_text(call: Call) -> &'static str {
    match call {
        Call::Reduce => "call",
        Call::NewObj => "new",
        Call::NewObjEx => "new-ex",
        Call::Obj => "obj",
        Call::Inst => "inst",
        _ => "call in another way",
    }
}

fn name_text(name: &Name) -> String {
    let written = format!(
        "{} {}",
        escape(&name.written_module),
        escape(&name.written_name)
    );
    let full = escape(&name.full());
    if full == written.replace(' ', ".") {
        full
    } else {
        format!("{full} written `{written}`")
    }
}

fn value_text(graph: &Graph<'_>, value: Value, depth: usize) -> String {
    let Some(depth) = depth.checked_sub(1) else {
        return "…".to_owned();
    };
    let joined = |items: pickle_vm::Items<'_>| {
        let left = items.len().saturating_sub(ITEMS);
        let mut shown: Vec<String> = items
            .take(ITEMS)
            .map(|item| value_text(graph, item, depth))
            .collect();
        if left > 0 {
            shown.push(format!("… {left} more"));
        }
        shown.join(", ")
    };
    match graph.view(value) {
        View::None => "None".to_owned(),
        View::Bool(truth) => format!("{truth}"),
        View::Int(int) => format!("{int}"),
        View::HugeInt => "a huge integer".to_owned(),
        View::Float(float) => format!("{float:?}"),
        View::Text(text) => format!(
            "'{}'",
            escape_shortened(&String::from_utf8_lossy(&text), 60)
        ),
        View::Bytes(bytes) => bytes_text(&bytes),
        View::ByteArray(bytes) => format!("bytearray({})", bytes_text(&bytes)),
        View::Tuple(items) => format!("({})", joined(items)),
        View::List(items) => format!("[{}]", joined(items)),
        View::Dict(items) => format!("{{{}}}", joined(items)),
        View::Set(items) => format!("set({})", joined(items)),
        View::FrozenSet(items) => format!("frozenset({})", joined(items)),
        View::Forgotten(container) => format!("a forgotten {}", container_text(container)),
        View::Name(name) => escape(&name.full()),
        View::Object(object) => {
            let callee = value_text(graph, object.callee, depth);
            let arguments = value_text(graph, object.arguments, depth);
            format!("<{callee}{arguments}>")
        }
        View::Persistent(id) => format!("<persistent {}>", value_text(graph, id, depth)),
        View::Extension(code) => format!("<extension {code}>"),
        View::Buffer => "<buffer>".to_owned(),
        View::Callable => "<computed callable>".to_owned(),
        _ => "<unknown>".to_owned(),
    }
}

const fn container_text(container: Container) -> &'static str {
    match container {
        Container::Tuple => "tuple",
        Container::List => "list",
        Container::Dict => "dict",
        Container::Set => "set",
        _ => "container",
    }
}

fn bytes_text(bytes: &[u8]) -> String {
    let shown = bytes.get(..40).unwrap_or(bytes).escape_ascii();
    let left = bytes.len().saturating_sub(40);
    if left > 0 {
        format!("b'{shown}' … {left} bytes more")
    } else {
        format!("b'{shown}'")
    }
}
