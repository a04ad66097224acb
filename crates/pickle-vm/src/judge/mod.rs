mod calls;
mod code;
mod imports;
mod objects;
mod partial;
mod payloads;

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use findings::{Confidence, Finding, Location, Rule, Severity, WrittenName, escape_shortened};
use hashbrown::HashMap;

use crate::effect::{Divergence, Effect, EffectKind, EffectSink, Reading};
use crate::fold;
use crate::graph::{Object, View};
use crate::limits::Limits;
use crate::lists::{Entry, Lists};
use crate::machine::Outcome;
use crate::name::Name;
use crate::opcode::Opcode;
use crate::payload::Payload;
use crate::rules;
use crate::value::Value;

/// Judges effects by the lists and turns what is not harmless into findings.
#[derive(Debug)]
pub struct Judge<'l> {
    lists: Lists<'l>,
    limits: Limits,
    findings: Vec<Finding>,
    counts: HashMap<(&'static str, Severity, String), u64>,
    by_severity: BTreeMap<Severity, usize>,
    unlisted: u64,
    /// The finding that speaks of an import, by reading and number.
    imports: HashMap<(Reading, u32), usize>,
    payloads: Vec<Payload>,
    embedded: BTreeMap<usize, Embedded>,
    /// Payloads that lie in the input, by where they do.
    spans: BTreeSet<(usize, usize)>,
    /// Bytes of computed payloads that may still be handed out.
    computed: usize,
    lost_payloads: bool,
    arrays: Vec<Range<u64>>,
    steps: u64,
    /// For finding out what calls of computed things reach.
    reaching: fold::Budget,
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

/// Subjects whose findings are counted each on its own.
const SUBJECTS: usize = 100_000;
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
            by_severity: BTreeMap::new(),
            unlisted: 0,
            imports: HashMap::new(),
            payloads: Vec::new(),
            embedded: BTreeMap::new(),
            spans: BTreeSet::new(),
            computed: limits
                .folded_bytes
                .saturating_add(usize::try_from(len).unwrap_or(usize::MAX).saturating_mul(4)),
            lost_payloads: false,
            arrays: Vec::new(),
            // Work on rules stays linear in the input: some steps for each byte, and a start.
            steps: len.saturating_mul(8).saturating_add(1 << 20),
            reaching: fold::Budget {
                bytes: limits.folded_bytes,
                steps: limits.folding_steps,
            },
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
        let location = Location::bytes(effect.range.clone())
            .with_opcode(effect.index)
            .with_opcode_name(effect.opcode.name());
        // Past so many subjects they are counted together.
        let counted = if self.counts.len() < SUBJECTS {
            subject
        } else {
            ""
        };
        let count = self
            .counts
            .entry((rule.id, severity, counted.to_owned()))
            .or_insert(0);
        *count = count.saturating_add(1);
        // Each severity has a ceiling of its own, so that many harmless findings hide no bad one.
        let of_severity = self.by_severity.entry(severity).or_default();
        if *count > self.limits.findings_per_subject || *of_severity >= self.limits.findings {
            self.unlisted = self.unlisted.saturating_add(1);
            return None;
        }
        *of_severity = of_severity.saturating_add(1);
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
                    let embedded = Embedded {
                        value: bytes,
                        location: Location::bytes(effect.range.clone()).with_opcode(effect.index),
                    };
                    self.embedded.insert(bytes.offset(), embedded);
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
