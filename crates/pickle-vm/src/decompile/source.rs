use alloc::borrow::{Cow, ToOwned as _};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::{self, Write as _};
use core::ops::{ControlFlow, Range};

use findings::escape_shortened;

use super::constant;
use super::expression::{Context, Text};
use super::name::{Names, is_dotted, is_identifier, python_3};
use super::preamble::{FUNCTIONS, Needs};
use super::program::{Change, Event, How, Kind, Program, Remark};
use super::statement::{Statement, StatementKind, StatementSink};
use crate::decoder::Decoder;
use crate::limits::{Limit, Limits};
use crate::lists::Lists;
use crate::name::join;
use crate::value::{Tag, Value};

/// Longest name in a comment, in characters.
const NAME: usize = 200;

/// Why nothing more is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stop {
    /// The ceiling on the source is reached.
    Full,
    /// The sink wants no more.
    Enough,
}

/// Writes a program as statements, one by one.
pub(super) struct Source<'p, S: ?Sized> {
    program: &'p mut Program,
    input: &'p [u8],
    lists: Lists<'p>,
    names: Names,
    aliases: Vec<String>,
    next: u32,
    out: Text,
    sink: &'p mut S,
}

/// How an import is written.
enum Global<'g> {
    /// `from module import name`
    From { module: String, name: String },
    /// The same with attributes of the name: `Outer.Inner`.
    Dotted {
        module: String,
        name: String,
        rest: String,
    },
    /// A call, for a name that is no identifier or not known.
    Find(Part<'g>, Part<'g>),
}

/// The module or the name of an import.
enum Part<'g> {
    Bytes(Cow<'g, [u8]>),
    Value(Value),
}

impl<'p, S: StatementSink + ?Sized> Source<'p, S> {
    pub(super) fn new(
        program: &'p mut Program,
        input: &'p [u8],
        lists: Lists<'p>,
        limits: &Limits,
        sink: &'p mut S,
    ) -> Self {
        Self {
            program,
            input,
            lists,
            names: Names::default(),
            aliases: Vec::new(),
            next: 0,
            out: Text::with_room(limits.source),
            sink,
        }
    }

    /// Writes what stands in front: a comment, and the functions that are needed.
    pub(super) fn begin(&mut self, at: u64) -> Result<(), Stop> {
        let about = "# What loading this pickle does, as Python. Run it only where you would load the pickle.";
        self.comment_text(StatementKind::Comment, about, at..at)?;
        let needs = Needs::of(self.program, |number| {
            matches!(
                global(self.program, self.input, Value::node(number)),
                Some((Global::Find(..), _))
            )
        });
        let mut any = false;
        for function in FUNCTIONS.iter().filter(|function| (function.needed)(needs)) {
            any = true;
            self.comment_text(StatementKind::Preamble, function.text, at..at)?;
        }
        if any {
            let begin = "# The pickle itself, each statement with its bytes:";
            self.comment_text(StatementKind::Comment, begin, at..at)?;
        }
        Ok(())
    }

    /// Writes every statement of the program.
    pub(super) fn body(&mut self) -> Result<(), Stop> {
        let events = core::mem::take(&mut self.program.events);
        let written = events.iter().try_for_each(|&event| self.event(event));
        self.program.events = events;
        written
    }

    fn event(&mut self, event: Event) -> Result<(), Stop> {
        match event {
            Event::Define(number) => self.define(Value::node(number)),
            Event::Effect(number) => self.effect(Value::node(number)),
            Event::Change(number) => {
                let at = usize::try_from(number).unwrap_or(usize::MAX);
                match self.program.changes.get(at).copied() {
                    Some(change) => self.change(change),
                    None => Ok(()),
                }
            }
            Event::Note(number) => {
                let at = usize::try_from(number).unwrap_or(usize::MAX);
                let Some(note) = self.program.notes.get(at).copied() else {
                    return Ok(());
                };
                let range = note.start..note.end;
                let text = match note.what {
                    Remark::Divergence(divergence) => divergence.describe(),
                    Remark::Embedded => "these bytes begin and end as a pickle does",
                };
                self.remark(text, range)
            }
        }
    }

    /// Writes data that stands under a name.
    fn define(&mut self, value: Value) -> Result<(), Stop> {
        let Some(&node) = self.program.node(value) else {
            return Ok(());
        };
        if node.is_inline() || node.uses == 0 && !node.is_pinned {
            return Ok(());
        }
        let note = match node.kind {
            Kind::Constant(constant) if constant.tag() == Tag::StringAt => {
                let proper =
                    constant::written(constant, self.input).is_some_and(constant::is_python_2_text);
                (!proper).then(|| {
                    "a Python 2 string that is not ASCII or no proper literal, read as Latin-1"
                        .to_owned()
                })
            }
            _ => None,
        };
        let label = self.label(value);
        self.say(
            StatementKind::Data,
            node.start..node.end,
            note,
            |context, out| {
                write!(out, "v{label} = ")?;
                context.display(value, out)
            },
        )
    }

    /// Gives a value the next number.
    fn label(&mut self, value: Value) -> u32 {
        let label = self.next;
        self.next = self.next.saturating_add(1);
        if let Some(node) = self.program.node_mut(value) {
            node.label = label.saturating_add(1);
        }
        label
    }

    /// Gives an import its name.
    fn alias(&mut self, value: Value, alias: String) {
        self.aliases.push(alias);
        let label = u32::try_from(self.aliases.len()).unwrap_or(u32::MAX);
        if let Some(node) = self.program.node_mut(value) {
            node.label = label;
        }
    }

    fn effect(&mut self, value: Value) -> Result<(), Stop> {
        let Some(&node) = self.program.node(value) else {
            return Ok(());
        };
        let range = node.start..node.end;
        let note = value
            .as_node()
            .and_then(|number| self.program.computed.get(&number))
            .map(|computed| format!("computed: {computed}"));
        let (input, start) = (self.input, node.start);
        match node.kind {
            Kind::Global { .. } | Kind::StackGlobal { .. } => self.import(value, range, note),
            Kind::Call {
                callee,
                arguments,
                call,
            } => self.assign(StatementKind::Call, value, range, note, |context, out| {
                context.call(callee, arguments, call, out)
            }),
            Kind::PersistentText => {
                self.assign(StatementKind::Persistent, value, range, note, |_, out| {
                    out.write_str("_persistent(")?;
                    constant::latin_1(argument(input, start), out)?;
                    out.write_char(')')
                })
            }
            Kind::Persistent(id) => self.assign(
                StatementKind::Persistent,
                value,
                range,
                note,
                |context, out| {
                    out.write_str("_persistent(")?;
                    context.operand(id, out)?;
                    out.write_char(')')
                },
            ),
            Kind::Extension(code) => {
                let code = code.cast_signed();
                self.assign(StatementKind::Extension, value, range, note, |_, out| {
                    write!(out, "_extension({code})")
                })
            }
            Kind::Buffer => self.assign(StatementKind::Buffer, value, range, note, |_, out| {
                out.write_str("_buffer()")
            }),
            Kind::ReadOnly(buffer) => {
                self.assign(StatementKind::Buffer, value, range, note, |context, out| {
                    out.write_str("_read_only(")?;
                    context.operand(buffer, out)?;
                    out.write_char(')')
                })
            }
            Kind::Array(wrapper) => {
                let (start, end) = (node.start, node.end);
                self.assign(StatementKind::Array, value, range, note, |context, out| {
                    out.write_str("_array(")?;
                    context.operand(wrapper, out)?;
                    write!(out, ", {start}, {end})")
                })
            }
            Kind::ObjectArray { wrapper, content } => {
                let (start, end) = (node.start, node.end);
                self.assign(StatementKind::Array, value, range, note, |context, out| {
                    out.write_str("_array(")?;
                    context.operand(wrapper, out)?;
                    write!(out, ", {start}, {end}, ")?;
                    context.operand(content, out)?;
                    out.write_char(')')
                })
            }
            _ => Ok(()),
        }
    }

    /// Writes `v3 = …`.
    fn assign(
        &mut self,
        kind: StatementKind,
        value: Value,
        range: Range<u64>,
        note: Option<String>,
        write: impl FnOnce(&Context<'_>, &mut Text) -> fmt::Result,
    ) -> Result<(), Stop> {
        let label = self.label(value);
        self.say(kind, range, note, |context, out| {
            write!(out, "v{label} = ")?;
            write(context, out)
        })
    }

    fn import(
        &mut self,
        value: Value,
        range: Range<u64>,
        note: Option<String>,
    ) -> Result<(), Stop> {
        let Some((global, protocol)) = global(self.program, self.input, value) else {
            return Ok(());
        };
        let kind = StatementKind::Import;
        match global {
            Global::From { module, name } => {
                let note = note.or_else(|| self.known_as(value, &module, &name));
                let alias = self.names.free(&module, &name);
                self.alias(value, alias.clone());
                self.say(kind, range, note, |_, out| {
                    from_import(&module, &name, &alias, out)
                })
            }
            Global::Dotted { module, name, rest } => {
                let full = join(&name, &rest);
                let note = note.or_else(|| self.known_as(value, &module, &full));
                let alias = self.names.free(&module, &name);
                self.say(kind, range.clone(), None, |_, out| {
                    from_import(&module, &name, &alias, out)
                })?;
                let walked = self.variable();
                self.alias(value, walked.clone());
                self.say(kind, range, note, |_, out| {
                    write!(out, "{walked} = {alias}.{rest}")
                })
            }
            Global::Find(module, name) => {
                let found = self.variable();
                self.alias(value, found.clone());
                self.say(kind, range, note, |context, out| {
                    write!(out, "{found} = _find(")?;
                    for part in [&module, &name] {
                        match part {
                            Part::Bytes(bytes) => constant::text(bytes, out)?,
                            Part::Value(value) => context.operand(*value, out)?,
                        }
                        out.write_str(", ")?;
                    }
                    write!(out, "{protocol})")
                })
            }
        }
    }

    fn variable(&mut self) -> String {
        let label = self.next;
        self.next = self.next.saturating_add(1);
        format!("v{label}")
    }

    /// Says under which other name the lists know a global, and how it is written where that differs.
    fn known_as(&self, value: Value, module: &str, name: &str) -> Option<String> {
        let full = join(module, name);
        let (canonical_module, canonical_name) = self.lists.canonical(module, name);
        let canonical = join(&canonical_module, &canonical_name);
        let written = match operands(self.program, self.input, value) {
            Some((Part::Bytes(module), Part::Bytes(name), _)) => join(
                &String::from_utf8_lossy(&module),
                &String::from_utf8_lossy(&name),
            ),
            _ => full.clone(),
        };
        let mut notes = Vec::new();
        if written != full {
            notes.push(format!("written as {}", escape_shortened(&written, NAME)));
        }
        if canonical != full {
            notes.push(format!("that is {}", escape_shortened(&canonical, NAME)));
        }
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    fn change(&mut self, change: Change) -> Result<(), Stop> {
        let Change {
            how,
            target,
            items,
            start,
            end,
        } = change;
        let range = start..end;
        let single = self.program.items(items).len() == 1;
        let kind = StatementKind::Change;
        match how {
            How::Build => {
                let Some(state) = self.program.items(items).next() else {
                    return Ok(());
                };
                self.say(StatementKind::State, range, None, |context, out| {
                    out.write_str("_build(")?;
                    context.operand(target, out)?;
                    out.write_str(", ")?;
                    context.operand(state, out)?;
                    out.write_char(')')
                })
            }
            How::SetItems => self.set_items(change),
            How::Update if self.program.items(items).len() == 2 => self.set_items(change),
            How::Update => self.say(kind, range, None, |context, out| {
                context.primary(target, out)?;
                out.write_str(".update({")?;
                context.pairs(context.program.items(items), out)?;
                out.write_str("})")
            }),
            How::Append | How::Union if single => self.say(kind, range, None, |context, out| {
                context.primary(target, out)?;
                out.write_str(if how == How::Append {
                    ".append("
                } else {
                    ".add("
                })?;
                context.items(context.program.items(items), out)?;
                out.write_char(')')
            }),
            How::Append | How::Union => self.say(kind, range, None, |context, out| {
                context.primary(target, out)?;
                let name = if how == How::Append {
                    ".extend(["
                } else {
                    ".update(["
                };
                out.write_str(name)?;
                context.items(context.program.items(items), out)?;
                out.write_str("])")
            }),
            How::Extend | How::Add => self.say(kind, range, None, |context, out| {
                out.write_str(if how == How::Extend {
                    "_extend("
                } else {
                    "_add("
                })?;
                context.operand(target, out)?;
                out.write_str(", [")?;
                context.items(context.program.items(items), out)?;
                out.write_str("])")
            }),
        }
    }

    /// Writes `target[key] = value` for each pair.
    fn set_items(&mut self, change: Change) -> Result<(), Stop> {
        let items: Vec<Value> = self.program.items(change.items).collect();
        for pair in items.chunks_exact(2) {
            let [key, item] = *pair else {
                continue;
            };
            let range = change.start..change.end;
            self.say(StatementKind::Change, range, None, |context, out| {
                context.primary(change.target, out)?;
                out.write_char('[')?;
                context.operand(key, out)?;
                out.write_str("] = ")?;
                context.operand(item, out)
            })?;
        }
        Ok(())
    }

    /// Writes what STOP found.
    pub(super) fn result(&mut self, value: Value, range: Range<u64>) -> Result<(), Stop> {
        self.say(StatementKind::Result, range, None, |context, out| {
            out.write_str("result = ")?;
            context.operand(value, out)
        })
    }

    /// Writes what lies on the stack of a pickle that does not come to its end.
    pub(super) fn left(&mut self, values: &[Value], at: u64) -> Result<(), Stop> {
        let note = Some("what lay on the stack, from the bottom up".to_owned());
        self.say(StatementKind::Result, at..at, note, |context, out| {
            out.write_str("stack = [")?;
            context.items(values.iter().copied(), out)?;
            out.write_char(']')
        })
    }

    /// Writes a comment with its place.
    pub(super) fn remark(&mut self, text: &str, range: Range<u64>) -> Result<(), Stop> {
        self.say(
            StatementKind::Comment,
            range,
            Some(text.to_owned()),
            |_, _| Ok(()),
        )
    }

    /// Writes a last comment, which always finds room.
    pub(super) fn last(&mut self, text: &str, at: u64) -> Result<(), Stop> {
        self.out.room = u64::MAX;
        self.comment_text(StatementKind::Comment, text, at..at)
    }

    /// Says that the ceiling on the source is reached.
    pub(super) fn full(&mut self, at: u64) -> Result<(), Stop> {
        let text = format!(
            "# The ceiling on {} is reached; more follows that is not written.",
            Limit::Source
        );
        self.last(&text, at)
    }

    fn comment_text(
        &mut self,
        kind: StatementKind,
        text: &str,
        range: Range<u64>,
    ) -> Result<(), Stop> {
        self.out.clear();
        let written = self.out.write_str(text);
        self.hand_over(kind, range, written)
    }

    /// Writes a statement and its place behind it.
    fn say(
        &mut self,
        kind: StatementKind,
        range: Range<u64>,
        note: Option<String>,
        write: impl FnOnce(&Context<'_>, &mut Text) -> fmt::Result,
    ) -> Result<(), Stop> {
        self.out.clear();
        let context = Context {
            program: self.program,
            input: self.input,
            aliases: &self.aliases,
        };
        let written = write(&context, &mut self.out)
            .and_then(|()| place(&range, note.as_deref(), &mut self.out));
        self.hand_over(kind, range, written)
    }

    fn hand_over(
        &mut self,
        kind: StatementKind,
        bytes: Range<u64>,
        written: fmt::Result,
    ) -> Result<(), Stop> {
        // The line feed behind it.
        let written = written.and_then(|()| {
            self.out.room = self.out.room.checked_sub(1).ok_or(fmt::Error)?;
            Ok(())
        });
        if written.is_err() {
            return Err(Stop::Full);
        }
        let statement = Statement {
            kind,
            bytes,
            text: &self.out.text,
        };
        match self.sink.statement(&statement) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stop::Enough),
        }
    }
}

/// Writes `# bytes 3..7: note` behind a statement, or alone.
fn place(range: &Range<u64>, note: Option<&str>, out: &mut Text) -> fmt::Result {
    if !out.text.is_empty() {
        out.write_str("  ")?;
    }
    if range.is_empty() {
        write!(out, "# byte {}", range.start)?;
    } else {
        write!(out, "# bytes {}..{}", range.start, range.end)?;
    }
    match note {
        Some(note) => write!(out, ": {note}"),
        None => Ok(()),
    }
}

fn from_import(module: &str, name: &str, alias: &str, out: &mut Text) -> fmt::Result {
    write!(out, "from {module} import {name}")?;
    if alias == name {
        return Ok(());
    }
    write!(out, " as {alias}")
}

/// The argument of the opcode at an offset.
fn argument(input: &[u8], start: u64) -> &[u8] {
    usize::try_from(start)
        .ok()
        .and_then(|start| Decoder::at(input, start).read().ok())
        .map(|op| op.argument())
        .unwrap_or_default()
}

/// The module and the name of an import, and the protocol that decides how they are looked up.
fn operands<'g>(
    program: &Program,
    input: &'g [u8],
    value: Value,
) -> Option<(Part<'g>, Part<'g>, u8)> {
    let node = program.node(value)?;
    match node.kind {
        Kind::Global { protocol } => {
            let lines = argument(input, node.start);
            let at = memchr::memchr(b'\n', lines).unwrap_or(lines.len());
            let (module, name) = lines.split_at_checked(at)?;
            let name = name.get(1..).unwrap_or_default();
            Some((
                Part::Bytes(Cow::Borrowed(module)),
                Part::Bytes(Cow::Borrowed(name)),
                protocol,
            ))
        }
        Kind::StackGlobal {
            module,
            name,
            protocol,
        } => {
            let part = |value: Value| {
                let constant = match program.node(value).map(|node| node.kind) {
                    Some(Kind::Constant(constant)) => constant,
                    _ => value,
                };
                match constant::text_of(constant, input) {
                    Some(text) => Part::Bytes(text),
                    None => Part::Value(value),
                }
            };
            Some((part(module), part(name), protocol))
        }
        _ => None,
    }
}

/// Chooses how an import is written.
fn global<'g>(program: &Program, input: &'g [u8], value: Value) -> Option<(Global<'g>, u8)> {
    let (module, name, protocol) = operands(program, input, value)?;
    let (Part::Bytes(module_bytes), Part::Bytes(name_bytes)) = (&module, &name) else {
        return Some((Global::Find(module, name), protocol));
    };
    let texts = (
        core::str::from_utf8(module_bytes),
        core::str::from_utf8(name_bytes),
    );
    let (Ok(written_module), Ok(written_name)) = texts else {
        return Some((Global::Find(module, name), protocol));
    };
    let mapped = (protocol < 3)
        .then(|| python_3(written_module, written_name))
        .flatten();
    let (to_module, to_name) = mapped.unwrap_or((written_module, written_name));
    // An import from there is a directive to the compiler, and must stand at the top.
    let is_module = is_dotted(to_module) && to_module != "__future__";
    if is_module && is_identifier(to_name) {
        let (module, name) = (to_module.to_string(), to_name.to_string());
        return Some((Global::From { module, name }, protocol));
    }
    if is_module
        && protocol >= 4
        && is_dotted(to_name)
        && let Some((first, rest)) = to_name.split_once('.')
    {
        let (module, name, rest) = (to_module.to_string(), first.to_string(), rest.to_string());
        return Some((Global::Dotted { module, name, rest }, protocol));
    }
    Some((Global::Find(module, name), protocol))
}
