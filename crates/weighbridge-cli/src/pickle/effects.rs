use std::io::{self, Write as _};

use serde::Serialize;
use weighbridge::findings::escape_shortened;
use weighbridge::pickle::{Effect, EffectSink, Limits, Lists, Machine, Name, Outcome};
use weighbridge::scan::{self, PickleStream};

use crate::arguments::{Effects, Format};
use crate::describe;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::json::{self, TOOL, Tool, WrittenEntry};
use crate::pickle::{Command, Ending, Output, SHOWN, Source};

/// Lists the effects of every pickle in a file.
pub(crate) fn run(arguments: &Effects) -> Result<Exit, Failure> {
    let listing = Listing {
        out: Output::new(),
        format: arguments.format,
        lists: Lists::built_in(),
        limits: scan::Limits::default().pickle,
    };
    super::run(&arguments.selection, listing)
}

/// Writes effects as they come.
struct Listing {
    out: Output,
    format: Format,
    lists: Lists<'static>,
    limits: Limits,
}

impl Command for Listing {
    fn begin(&mut self, source: &Source) {
        if self.format == Format::Json {
            let line = Line::File {
                schema: "weighbridge.effects/1",
                tool: TOOL,
                path: source.path(),
                path_lossy: source.is_lossy().then_some(true),
            };
            self.out.write(|out| json::write_line(out, &line));
        }
    }

    fn pickle(&mut self, pickle: &PickleStream<'_>) -> Ending {
        let mut stream = Stream {
            out: &mut self.out,
            format: self.format,
            member: pickle.member.as_deref(),
            number: pickle.stream,
        };
        stream.begin();
        let mut machine = Machine::new(pickle.bytes, pickle.start, &self.lists, &self.limits);
        let outcome = machine.run(&mut stream);
        stream.end(&outcome);
        match outcome.error {
            None => Ending::Whole,
            Some(_) => Ending::Broken,
        }
    }

    fn finish(self) -> io::Result<()> {
        self.out.finish()
    }
}

/// One pickle of a file: takes note of its effects.
struct Stream<'l> {
    out: &'l mut Output,
    format: Format,
    member: Option<&'l str>,
    number: u64,
}

impl Stream<'_> {
    fn begin(&mut self) {
        let (member, number) = (self.member, self.number);
        if self.format == Format::Text {
            self.out.write(|out| match member {
                Some(member) => writeln!(out, "# {member}, stream {number}"),
                None => writeln!(out, "# stream {number}"),
            });
        }
    }

    fn end(&mut self, outcome: &Outcome) {
        let (member, number) = (self.member, self.number);
        let error = outcome.error.as_ref().map(ToString::to_string);
        match self.format {
            Format::Text => {
                if let Some(error) = error {
                    self.out
                        .write(|out| writeln!(out, "{number}:{} broken: {error}", outcome.opcodes));
                }
            }
            Format::Json => {
                let line = Line::End {
                    member,
                    stream: number,
                    opcodes: outcome.opcodes,
                    byte_end: outcome.end,
                    error,
                };
                self.out.write(|out| json::write_line(out, &line));
            }
        }
    }
}

impl EffectSink for Stream<'_> {
    fn effect(&mut self, effect: &Effect<'_>) {
        if self.out.is_closed() {
            return;
        }
        let (member, number) = (self.member, self.number);
        let what = describe::sentence(effect);
        let (start, end) = (effect.range.start, effect.range.end);
        let reading = describe::reading(effect.reading);
        match self.format {
            Format::Text => {
                let other = if reading == "main" {
                    String::new()
                } else {
                    format!(" [{reading}]")
                };
                self.out.write(|out| {
                    let (index, opcode) = (effect.index, effect.opcode.name());
                    writeln!(
                        out,
                        "{number}:{index} bytes {start}..{end} {opcode}{other}: {what}"
                    )
                });
            }
            Format::Json => {
                let names = describe::subject(effect).map(Names::new);
                let line = Line::Effect {
                    member,
                    stream: number,
                    opcode: effect.index,
                    name: effect.opcode.name(),
                    byte_start: start,
                    byte_end: end,
                    reading,
                    effect: describe::word(effect),
                    origin: describe::import_origin(effect),
                    subject: names.as_ref().map(|names| &*names.subject),
                    written: names.as_ref().map(Names::written),
                    message: what,
                };
                self.out.write(|out| json::write_line(out, &line));
            }
        }
    }
}

/// A global as it is written to JSON: escaped and bounded, as in findings.
struct Names {
    subject: String,
    module: String,
    name: String,
}

impl Names {
    fn new(name: &Name) -> Self {
        Self {
            subject: escape_shortened(&name.full(), SHOWN),
            module: escape_shortened(&name.written_module, SHOWN),
            name: escape_shortened(&name.written_name, SHOWN),
        }
    }

    fn written(&self) -> WrittenEntry<'_> {
        WrittenEntry {
            module: &self.module,
            name: &self.name,
        }
    }
}

/// One line of JSON. `docs/effects.md` is the contract.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'l> {
    File {
        schema: &'static str,
        tool: Tool,
        path: &'l str,
        #[serde(skip_serializing_if = "Option::is_none")]
        path_lossy: Option<bool>,
    },
    Effect {
        member: Option<&'l str>,
        stream: u64,
        opcode: u64,
        name: &'static str,
        byte_start: u64,
        byte_end: u64,
        reading: &'static str,
        effect: &'static str,
        origin: Option<&'static str>,
        subject: Option<&'l str>,
        written: Option<WrittenEntry<'l>>,
        message: String,
    },
    End {
        member: Option<&'l str>,
        stream: u64,
        opcodes: u64,
        byte_end: u64,
        error: Option<String>,
    },
}
