use alloc::string::String;
use core::fmt::{self, Write};

use super::constant;
use super::program::{Kind, Program};
use crate::graph::Call;
use crate::value::{Tag, Value};

/// Where a line is broken inside brackets, in bytes.
const WIDTH: usize = 100;

/// Text that is being written, up to a ceiling.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) text: String,
    /// Where the line begins.
    line: usize,
    /// Bytes that may still be written.
    pub(super) room: u64,
}

impl Text {
    pub(super) const fn with_room(room: u64) -> Self {
        Self {
            text: String::new(),
            line: 0,
            room,
        }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.line = 0;
    }

    /// Separates items inside brackets.
    fn comma(&mut self) -> fmt::Result {
        if self.text.len().saturating_sub(self.line) < WIDTH {
            return self.write_str(", ");
        }
        self.write_str(",\n    ")?;
        self.line = self.text.len().saturating_sub(4);
        Ok(())
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let left = u64::try_from(text.len())
            .ok()
            .and_then(|len| self.room.checked_sub(len));
        self.room = left.ok_or(fmt::Error)?;
        self.text.push_str(text);
        Ok(())
    }
}

/// What expressions are written from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'c> {
    pub(super) program: &'c Program,
    pub(super) input: &'c [u8],
    /// The names of imports.
    pub(super) aliases: &'c [String],
}

impl Context<'_> {
    /// Writes a value: its name, or itself where it has none.
    ///
    /// Displays lie in each other as deep as `Program` lets them, some sixteen levels.
    pub(super) fn operand(&self, value: Value, out: &mut Text) -> fmt::Result {
        match self.program.node(value) {
            Some(node) if node.is_inline() => self.display(value, out),
            Some(_) => self.name(value, out),
            None if value.tag() == Tag::Node => out.write_str("..."),
            None => constant::write(value, self.input, out),
        }
    }

    /// Writes a value where it is called, subscripted or asked for an attribute.
    pub(super) fn primary(&self, value: Value, out: &mut Text) -> fmt::Result {
        if self
            .program
            .node(value)
            .is_some_and(|node| !node.is_inline())
        {
            return self.name(value, out);
        }
        out.write_char('(')?;
        self.operand(value, out)?;
        out.write_char(')')
    }

    /// Writes the name of a value that has one.
    pub(super) fn name(&self, value: Value, out: &mut Text) -> fmt::Result {
        let Some(node) = self.program.node(value) else {
            return out.write_str("...");
        };
        let Some(label) = node.label.checked_sub(1) else {
            return out.write_str("...");
        };
        match node.kind {
            Kind::Global { .. } | Kind::StackGlobal { .. } => {
                let alias = usize::try_from(label)
                    .ok()
                    .and_then(|label| self.aliases.get(label));
                out.write_str(alias.map_or("...", String::as_str))
            }
            _ => write!(out, "v{label}"),
        }
    }

    /// Writes plain data as it is made.
    pub(super) fn display(&self, value: Value, out: &mut Text) -> fmt::Result {
        let Some(node) = self.program.node(value) else {
            return out.write_str("...");
        };
        match node.kind {
            Kind::Constant(constant) => constant::write(constant, self.input, out),
            Kind::Tuple(chain) => {
                let items = self.program.items(chain);
                let single = items.len() == 1;
                out.write_char('(')?;
                self.items(items, out)?;
                out.write_str(if single { ",)" } else { ")" })
            }
            Kind::List(chain) => {
                out.write_char('[')?;
                self.items(self.program.items(chain), out)?;
                out.write_char(']')
            }
            Kind::Set(chain) => {
                let items = self.program.items(chain);
                if items.len() == 0 {
                    return out.write_str("set()");
                }
                out.write_char('{')?;
                self.items(items, out)?;
                out.write_char('}')
            }
            Kind::FrozenSet(chain) => {
                out.write_str("frozenset([")?;
                self.items(self.program.items(chain), out)?;
                out.write_str("])")
            }
            Kind::Dict(chain) => {
                out.write_char('{')?;
                self.pairs(self.program.items(chain), out)?;
                out.write_char('}')
            }
            _ => out.write_str("..."),
        }
    }

    /// Writes values with commas between them.
    pub(super) fn items(&self, items: impl Iterator<Item = Value>, out: &mut Text) -> fmt::Result {
        let mut first = true;
        for item in items {
            if !core::mem::take(&mut first) {
                out.comma()?;
            }
            self.operand(item, out)?;
        }
        Ok(())
    }

    /// Writes keys and values in turn.
    pub(super) fn pairs(
        &self,
        mut items: impl Iterator<Item = Value>,
        out: &mut Text,
    ) -> fmt::Result {
        let mut first = true;
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            if !core::mem::take(&mut first) {
                out.comma()?;
            }
            self.operand(key, out)?;
            out.write_str(": ")?;
            self.operand(value, out)?;
        }
        Ok(())
    }

    /// Writes a call by the way in which its opcode calls.
    pub(super) fn call(
        &self,
        callee: Value,
        arguments: Value,
        call: Call,
        out: &mut Text,
    ) -> fmt::Result {
        match call {
            Call::Obj | Call::Inst if arguments == Value::EMPTY_TUPLE => {
                out.write_str("_instantiate(")?;
                self.operand(callee, out)?;
                return out.write_char(')');
            }
            Call::NewObj | Call::NewObjEx => {
                self.primary(callee, out)?;
                out.write_str(".__new__(")?;
                self.operand(callee, out)?;
            }
            Call::Reduce | Call::Obj | Call::Inst => {
                self.primary(callee, out)?;
                out.write_char('(')?;
            }
        }
        let mut first = !matches!(call, Call::NewObj | Call::NewObjEx);
        if call == Call::NewObjEx
            && let Some(Kind::Tuple(both)) = self.program.node(arguments).map(|node| node.kind)
        {
            let mut both = self.program.items(both);
            if let (Some(positional), Some(keywords)) = (both.next(), both.next()) {
                self.spread(positional, &mut first, out)?;
                out.write_str(", **")?;
                self.primary_or_display(keywords, out)?;
            }
        } else {
            self.spread(arguments, &mut first, out)?;
        }
        out.write_char(')')
    }

    /// Writes arguments: one by one where the tuple is used only here.
    fn spread(&self, arguments: Value, first: &mut bool, out: &mut Text) -> fmt::Result {
        if arguments == Value::EMPTY_TUPLE {
            return Ok(());
        }
        if let Some(node) = self.program.node(arguments)
            && node.is_inline()
            && let Kind::Tuple(chain) = node.kind
        {
            for item in self.program.items(chain) {
                if !core::mem::take(first) {
                    out.comma()?;
                }
                self.operand(item, out)?;
            }
            return Ok(());
        }
        if !core::mem::take(first) {
            out.comma()?;
        }
        out.write_char('*')?;
        self.primary_or_display(arguments, out)
    }

    fn primary_or_display(&self, value: Value, out: &mut Text) -> fmt::Result {
        if self
            .program
            .node(value)
            .is_some_and(|node| node.is_inline())
        {
            self.display(value, out)
        } else {
            self.primary(value, out)
        }
    }
}
