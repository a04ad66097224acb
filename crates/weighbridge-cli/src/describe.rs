//! Effects and values in words, in a bounded number of them.

use std::borrow::Cow;

use weighbridge::findings::{escape, escape_shortened};
use weighbridge::pickle::{
    Call, Container, Effect, EffectKind, Graph, Items, Name, Object, Origin, Reading, Value, View,
};

/// Containers inside containers that are opened.
const DEPTH: u32 = 4;
/// Values written for one effect; the rest is `…`.
const VALUES: u32 = 32;
/// Items written of one container.
const ITEMS: usize = 8;
/// Characters written of one text.
const TEXT: usize = 60;
/// Bytes written of one bytes object.
const BYTES: usize = 24;
/// Characters written of one name.
const NAME: usize = 200;

/// Returns the word for a kind of effect.
pub(crate) fn word(effect: &Effect<'_>) -> &'static str {
    match effect.kind {
        EffectKind::Import { .. } => "import",
        EffectKind::UnresolvedName { .. } => "unresolved_name",
        EffectKind::Call { .. } => "call",
        EffectKind::Build { .. } => "build",
        EffectKind::SetItems { .. } => "set_items",
        EffectKind::Extend { .. } => "extend",
        EffectKind::Hash { .. } => "hash",
        EffectKind::PersistentLoad { .. } => "persistent_load",
        EffectKind::Extension { .. } => "extension",
        EffectKind::Embedded { .. } => "embedded",
        EffectKind::Array { .. } => "array",
        EffectKind::Divergence(_) => "divergence",
        EffectKind::Stop { .. } => "stop",
        _ => "other",
    }
}

/// Returns the word for a reading of the bytes.
pub(crate) const fn reading(reading: Reading) -> &'static str {
    match reading {
        Reading::Main => "main",
        Reading::FrameDropped => "frame_dropped",
        Reading::ArrayAsOpcodes => "array_as_opcodes",
        _ => "other",
    }
}

/// Returns the word for how the name of an import came to be.
pub(crate) const fn import_origin(effect: &Effect<'_>) -> Option<&'static str> {
    let EffectKind::Import { origin, .. } = effect.kind else {
        return None;
    };
    Some(match origin {
        Origin::Global => "global",
        Origin::StackGlobal => "stack_global",
        Origin::Inst => "inst",
        Origin::Extension => "extension",
        Origin::Computed => "computed",
        Origin::CutOff => "cut_off",
        _ => "other",
    })
}

/// Returns the global that an effect is about: the one imported, called, or written to.
pub(crate) fn subject<'m>(effect: &Effect<'m>) -> Option<&'m Name> {
    let graph = effect.graph();
    match effect.kind {
        EffectKind::Import { value, .. } => graph.name(value),
        EffectKind::Call { callee, .. } => graph.name(callee),
        EffectKind::Build { object, .. } => class(graph, object),
        EffectKind::SetItems { target, .. } | EffectKind::Extend { target, .. } => {
            class(graph, target)
        }
        EffectKind::Hash { key } => class(graph, key),
        _ => None,
    }
}

/// Returns the global that a value is, or that it was made by.
fn class<'m>(graph: &'m Graph<'m>, value: Value) -> Option<&'m Name> {
    match graph.view(value) {
        View::Name(name) => Some(name),
        View::Object(object) => graph.name(object.callee),
        _ => None,
    }
}

/// Says on one line what an effect does. Everything from the file is escaped and shortened.
pub(crate) fn sentence(effect: &Effect<'_>) -> String {
    let mut text = Text::new(effect.graph());
    match &effect.kind {
        EffectKind::Import { value, origin } => {
            text.word("import ");
            text.value(*value);
            if let Some(name) = effect.graph().name(*value) {
                text.written(name);
            }
            text.word(match origin {
                Origin::Global => " via GLOBAL",
                Origin::StackGlobal => " via STACK_GLOBAL",
                Origin::Inst => " via INST",
                Origin::Extension => " via a code that the stream registers",
                Origin::Computed => ", a name computed by calls",
                Origin::CutOff => ", a name that the end of the stream cuts off",
                _ => "",
            });
        }
        EffectKind::UnresolvedName { module, name } => {
            text.word("import of a name that cannot be told: module ");
            text.value(*module);
            text.word(", name ");
            text.value(*name);
        }
        EffectKind::Call {
            callee,
            arguments,
            call,
            result,
            folded,
        } => {
            text.call(*callee, *arguments, *call);
            if *folded {
                text.word(", which gives ");
                text.value(*result);
            }
        }
        EffectKind::Build { object, state } => {
            text.word("build ");
            text.value(*object);
            text.word(" from state ");
            text.value(*state);
        }
        EffectKind::SetItems { target, items } => {
            text.word("set items of ");
            text.value(*target);
            text.word(": ");
            text.value(*items);
        }
        EffectKind::Extend { target, items } => {
            text.word("extend ");
            text.value(*target);
            text.word(" by ");
            text.value(*items);
        }
        EffectKind::Hash { key } => {
            text.word("hash ");
            text.value(*key);
        }
        EffectKind::PersistentLoad { id, .. } => {
            text.word("load persistent id ");
            text.value(*id);
        }
        EffectKind::Extension { code, .. } => text.word(&format!("import extension code {code}")),
        EffectKind::Embedded { bytes } => {
            text.word("write bytes that are a pickle: ");
            text.value(*bytes);
        }
        EffectKind::Array { array, bytes } => {
            text.word(&format!(
                "read array bytes {}..{} into ",
                bytes.start, bytes.end
            ));
            text.value(*array);
        }
        EffectKind::Divergence(divergence) => {
            text.word("loaders differ: ");
            text.word(divergence.describe());
        }
        EffectKind::Stop { value } => {
            text.word("stop with ");
            text.value(*value);
        }
        _ => text.word("an effect that has no words yet"),
    }
    text.out
}

/// Writes a value in a bounded number of words. Everything from the file is escaped and shortened.
pub(crate) fn value(graph: &Graph<'_>, value: Value) -> String {
    let mut text = Text::new(graph);
    text.value(value);
    text.out
}

/// A sentence under construction.
struct Text<'m> {
    graph: &'m Graph<'m>,
    out: String,
    depth: u32,
    left: u32,
}

impl<'m> Text<'m> {
    const fn new(graph: &'m Graph<'m>) -> Self {
        Self {
            graph,
            out: String::new(),
            depth: 0,
            left: VALUES,
        }
    }

    fn word(&mut self, word: &str) {
        self.out.push_str(word);
    }

    fn name(&mut self, name: &str) {
        self.out.push_str(&escape_shortened(name, NAME));
    }

    /// Adds how the file spells a name, where that is not what it stands for.
    fn written(&mut self, name: &Name) {
        if name.module != name.written_module || name.name != name.written_name {
            self.word(" (written ");
            self.name(&name.written_module);
            self.word(" ");
            self.name(&name.written_name);
            self.word(")");
        }
    }

    fn call(&mut self, callee: Value, arguments: Value, call: Call) {
        self.word(match call {
            Call::Reduce | Call::Obj | Call::Inst => "call ",
            _ => "instantiate ",
        });
        self.called(callee, arguments);
    }

    fn called(&mut self, callee: Value, arguments: Value) {
        self.value(callee);
        match self.graph.view(arguments) {
            View::Tuple(items) => self.items("(", items, ")"),
            _ => {
                self.word("(*");
                self.value(arguments);
                self.word(")");
            }
        }
    }

    fn value(&mut self, value: Value) {
        let Some(left) = self.left.checked_sub(1).filter(|_| self.depth < DEPTH) else {
            self.word("…");
            return;
        };
        self.left = left;
        self.depth = self.depth.saturating_add(1);
        self.view(self.graph.view(value));
        self.depth = self.depth.saturating_sub(1);
    }

    fn view(&mut self, view: View<'_>) {
        match view {
            View::None => self.word("None"),
            View::Bool(true) => self.word("True"),
            View::Bool(false) => self.word("False"),
            View::Int(int) => self.word(&int.to_string()),
            View::HugeInt => self.word("a huge int"),
            View::Float(float) => self.word(&format!("{float:?}")),
            View::Text(text) => self.text(&text),
            View::Bytes(bytes) => self.bytes("b'", &bytes, "'"),
            View::ByteArray(bytes) => self.bytes("bytearray(b'", &bytes, "')"),
            View::Tuple(items) if items.len() == 1 => self.items("(", items, ",)"),
            View::Tuple(items) => self.items("(", items, ")"),
            View::List(items) => self.items("[", items, "]"),
            View::Dict(items) => self.pairs(items),
            View::Set(items) => self.items("set(", items, ")"),
            View::FrozenSet(items) => self.items("frozenset(", items, ")"),
            View::Forgotten(container) => self.word(match container {
                Container::Tuple => "(…)",
                Container::List => "[…]",
                Container::Set => "set(…)",
                _ => "{…}",
            }),
            View::Name(name) => {
                let full = name.full();
                self.name(&full);
            }
            View::Object(Object {
                callee, arguments, ..
            }) => self.called(callee, arguments),
            View::Persistent(id) => {
                self.word("<persistent ");
                self.value(id);
                self.word(">");
            }
            View::Extension(code) => self.word(&format!("<extension {code}>")),
            View::Buffer => self.word("<buffer>"),
            View::Callable => self.word("<a computed callable>"),
            _ => self.word("<unknown>"),
        }
    }

    fn items(&mut self, open: &str, items: Items<'_>, close: &str) {
        self.word(open);
        let more = items.len() > ITEMS;
        for (number, item) in items.take(ITEMS).enumerate() {
            if number > 0 {
                self.word(", ");
            }
            self.value(item);
        }
        self.word(if more { ", …" } else { "" });
        self.word(close);
    }

    fn pairs(&mut self, items: Items<'_>) {
        self.word("{");
        let more = items.len() > 2 * ITEMS;
        for (number, item) in items.take(2 * ITEMS).enumerate() {
            self.word(match number {
                0 => "",
                odd if odd % 2 == 1 => ": ",
                _ => ", ",
            });
            self.value(item);
        }
        self.word(if more { ", …}" } else { "}" });
    }

    fn text(&mut self, bytes: &[u8]) {
        // A character has at most four bytes; what is cut in the middle is past the end that is shown.
        let start = bytes.get(..4 * (TEXT + 1)).unwrap_or(bytes);
        let text: Cow<'_, str> = String::from_utf8_lossy(start);
        let shown: String = text.chars().take(TEXT).collect();
        self.word("'");
        self.word(&escape(&shown).replace('\'', "\\'"));
        self.word("'");
        if shown.len() < text.len() || start.len() < bytes.len() {
            self.word(&format!("… ({} bytes)", bytes.len()));
        }
    }

    fn bytes(&mut self, open: &str, bytes: &[u8], close: &str) {
        let start = bytes.get(..BYTES).unwrap_or(bytes);
        self.word(open);
        self.word(&start.escape_ascii().to_string());
        self.word(close);
        if start.len() < bytes.len() {
            self.word(&format!("… ({} bytes)", bytes.len()));
        }
    }
}
