use alloc::borrow::ToOwned as _;
use alloc::format;
use findings::{Finding, Location};

use super::{Judge, shown};
use crate::decoder::Decoder;
use crate::effect::{Effect, Reading};
use crate::graph::{Graph, Object, View};
use crate::lists::Judgement;
use crate::opcode::Opcode;
use crate::pattern::{self};
use crate::payload::{Payload, PayloadBytes, PayloadReason};
use crate::rules;
use crate::value::Value;

impl<'l> Judge<'l> {
    /// Hands out the bytes that a call would load.
    pub(super) fn hand_out(&mut self, effect: &Effect<'_>, made: Object) {
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
                self.forget(argument);
                self.payload(
                    bytes,
                    PayloadReason::Loaded(full.clone()),
                    Location::bytes(effect.range.clone()).with_opcode(effect.index),
                );
            }
        }
    }

    pub(super) fn payload(
        &mut self,
        bytes: PayloadBytes,
        reason: PayloadReason,
        location: Location,
    ) {
        let fits = match &bytes {
            // The same bytes are handed out once, however often they are loaded.
            PayloadBytes::Span(span) => {
                if !self.spans.insert((span.start, span.end)) {
                    return;
                }
                true
            }
            PayloadBytes::Computed(bytes) => {
                let left = self.computed.checked_sub(bytes.len());
                self.computed = left.unwrap_or_default();
                left.is_some()
            }
        };
        if !fits || self.payloads.len() >= self.limits.payloads {
            self.lost_payloads = true;
            return;
        }
        let message = match &reason {
            PayloadReason::Loaded(name) => {
                format!("hands bytes to `{}`, which loads them", shown(name))
            }
            PayloadReason::Embedded => "holds bytes that are a pickle of their own".to_owned(),
        };
        self.findings.push(Finding::new(
            rules::NESTED_PICKLE.rule_id(),
            rules::NESTED_PICKLE.severity,
            message,
            location.clone(),
        ));
        self.payloads.push(Payload {
            bytes,
            reason,
            location,
        });
    }

    fn forget(&mut self, value: Value) {
        let at = value.offset();
        if self
            .embedded
            .get(&at)
            .is_some_and(|embedded| embedded.value == value)
        {
            self.embedded.remove(&at);
        }
    }

    /// An array's elements are no pickle, whatever they begin and end with.
    pub(super) fn forget_elements(&mut self, graph: &Graph<'_>, state: Value) {
        if self.embedded.is_empty() {
            return;
        }
        if let View::Tuple(items) = graph.view(state) {
            for item in items.take(16) {
                self.forget(item);
            }
        }
    }

    /// Hands out what lies in the data and is a pickle from its first byte to its last.
    pub(super) fn settle_embedded(&mut self, input: &[u8]) {
        for embedded in core::mem::take(&mut self.embedded).into_values() {
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
