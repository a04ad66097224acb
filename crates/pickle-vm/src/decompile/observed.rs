use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::ops::Range;

use findings::{escape, escape_shortened};

use super::program::Remark;
use crate::effect::{Divergence, Effect, EffectKind, EffectSink, Origin, Reading};
use crate::graph::{Graph, View};
use crate::repr;
use crate::value::Value;

/// Longest text that is shown of a value that folding computed, in bytes of the text.
const SHOWN: usize = 80;
/// Longest name in a remark, in characters.
const NAME: usize = 200;
/// Effects of other readings that are told, one line each.
const ELSEWHERE: usize = 1_000;

/// What the machine says of one opcode that the opcode itself does not.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// What folding says that a call or an import gives.
    pub(super) computed: Option<String>,
    /// The raw bytes of an array, behind the opcode.
    pub(super) array: Option<Range<u64>>,
    /// A pickle of its own begins behind the opcode.
    pub(super) began_pickle: bool,
    /// What is to be said before the statement.
    pub(super) remarks: Vec<Remark>,
    /// What other readings of the bytes would do, with the place.
    pub(super) elsewhere: Vec<(String, Range<u64>)>,
    /// How much of that was left out.
    pub(super) elsewhere_left_out: u64,
    /// An import that the end of the stream cuts off.
    pub(super) cut_off: Option<(String, Range<u64>)>,
}

impl Observed {
    /// Forgets what belongs to the opcode before.
    pub(super) fn begin(&mut self) {
        self.computed = None;
        self.array = None;
        self.began_pickle = false;
        self.remarks.clear();
    }

    fn other(&mut self, effect: &Effect<'_>) {
        let reading = match effect.reading {
            Reading::FrameDropped => "the rest of the frame dropped",
            _ => "an array's bytes taken for opcodes",
        };
        let what = match &effect.kind {
            EffectKind::Import { value, .. } => match effect.graph().name(*value) {
                Some(name) => format!("imports `{}`", escape_shortened(&name.full(), NAME)),
                None => return,
            },
            EffectKind::UnresolvedName { .. } => String::from("imports a name that is not known"),
            EffectKind::Call { callee, .. } => match effect.graph().name(*callee) {
                Some(name) => format!("calls `{}`", escape_shortened(&name.full(), NAME)),
                None => String::from("calls something"),
            },
            EffectKind::Build { .. } => String::from("gives an object its state"),
            EffectKind::Extension { code, .. } => format!("loads extension {code}"),
            EffectKind::PersistentLoad { .. } => String::from("asks for a persistent id"),
            _ => return,
        };
        if self.elsewhere.len() >= ELSEWHERE {
            self.elsewhere_left_out = self.elsewhere_left_out.saturating_add(1);
            return;
        }
        let text = format!("another reading ({reading}) {what}");
        self.elsewhere.push((text, effect.range.clone()));
    }
}

impl EffectSink for Observed {
    fn effect(&mut self, effect: &Effect<'_>) {
        if effect.reading != Reading::Main {
            self.other(effect);
            return;
        }
        match &effect.kind {
            EffectKind::Import { value, origin } => match origin {
                Origin::Computed | Origin::Extension => {
                    self.computed = computed(effect.graph(), *value);
                }
                Origin::CutOff => {
                    if let Some(name) = effect.graph().name(*value) {
                        let name = escape_shortened(&name.full(), NAME);
                        let text =
                            format!("cut off: the Python unpickler still imports `{name}` here");
                        self.cut_off = Some((text, effect.range.clone()));
                    }
                }
                _ => {}
            },
            EffectKind::Call {
                result,
                folded: true,
                ..
            } => self.computed = computed(effect.graph(), *result),
            EffectKind::Array { bytes, .. } => self.array = Some(bytes.clone()),
            EffectKind::Embedded { .. } => self.remarks.push(Remark::Embedded),
            // They are statements of their own.
            EffectKind::Divergence(Divergence::Buffer) => {}
            EffectKind::Divergence(divergence) => {
                self.remarks.push(Remark::Divergence(*divergence));
            }
            _ => {}
        }
    }
}

/// What a computed value is, in a few words on one line.
fn computed(graph: &Graph<'_>, value: Value) -> Option<String> {
    let cut = |bytes: &[u8]| bytes.len() > SHOWN;
    Some(match graph.view(value) {
        View::Name(name) => escape(&name.full()).to_string(),
        View::None => String::from("None"),
        View::Bool(true) => String::from("True"),
        View::Bool(false) => String::from("False"),
        View::Int(int) => int.to_string(),
        View::Float(float) => repr::Float::new(float).to_string(),
        View::Text(text) if cut(&text) => format!("a text of {} bytes", text.len()),
        View::Text(text) => repr::Text::new(&text)?
            .with_escaping(repr::Escaping::Terminal)
            .to_string(),
        View::Bytes(bytes) if cut(&bytes) => format!("{} bytes", bytes.len()),
        View::Bytes(bytes) => repr::Bytes::new(&bytes).to_string(),
        View::ByteArray(bytes) => format!("a bytearray of {} bytes", bytes.len()),
        View::Tuple(items) => format!("a tuple of {}", items.len()),
        View::List(items) => format!("a list of {}", items.len()),
        View::Dict(items) => format!("a dict of {}", items.len() / 2),
        View::Set(items) => format!("a set of {}", items.len()),
        View::FrozenSet(items) => format!("a frozenset of {}", items.len()),
        _ => return None,
    })
}
