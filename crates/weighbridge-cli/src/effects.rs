use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::Path;

use serde::Serialize;
use weighbridge::findings::escape_shortened;
use weighbridge::hold::{self, Held, Mapped};
use weighbridge::pickle::{Effect, EffectSink, Lists, Machine, Name, Outcome};
use weighbridge::scan::{Limits, Options, PickleStream, Scanner, path_text};

use crate::arguments::{Effects, Format};
use crate::describe;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::destination::complain;
use crate::output::json::{self, TOOL, Tool, WrittenEntry};
use crate::scan::{STDIN, STDIN_NAME, guard_truncation, is_stdin};

/// Longest name that is written, in characters.
const SHOWN: usize = 200;

/// Lists the effects of every pickle in a file.
pub(crate) fn run(arguments: &Effects) -> Result<Exit, Failure> {
    guard_truncation();
    let bytes = open(&arguments.file)?;
    let (path, lossy) = if is_stdin(&arguments.file) {
        (STDIN_NAME.to_owned(), false)
    } else {
        path_text(&arguments.file)
    };
    let mut listing = Listing::new(arguments.format);
    listing.begin(&path, lossy);
    let lists = Lists::built_in();
    let limits = Limits::default().pickle;
    let (mut streams, mut broken): (u64, bool) = (0, false);
    let scanner = Scanner::new(Options::default());
    scanner.pickles(&path, &bytes, &mut |pickle: PickleStream<'_>| {
        if !is_wanted(arguments, &pickle) {
            return;
        }
        streams = streams.saturating_add(1);
        let mut stream = Stream {
            listing: &mut listing,
            member: pickle.member.as_deref(),
            number: pickle.stream,
        };
        stream.begin();
        let mut machine = Machine::new(pickle.bytes, pickle.start, &lists, &limits);
        let outcome = machine.run(&mut stream);
        broken |= outcome.error.is_some();
        stream.end(&outcome);
    });
    let written = listing.finish();
    if streams == 0 {
        return Err(nothing(arguments));
    }
    let changed =
        bytes.was_truncated().unwrap_or(true) || !matches!(bytes.held().changed(), Ok(None));
    if changed {
        complain(&format!(
            "{} has changed while it was read",
            quoted(&arguments.file)
        ));
    }
    if let Err(error) = &written {
        complain(&format!("cannot write to standard output: {error}"));
    }
    Ok(if broken || changed || written.is_err() {
        Exit::Undecided
    } else {
        Exit::Fine
    })
}

fn is_wanted(arguments: &Effects, pickle: &PickleStream<'_>) -> bool {
    let named = arguments.member.is_none() || arguments.member == pickle.member;
    let numbered = arguments
        .stream
        .is_none_or(|stream| stream == pickle.stream);
    named && numbered
}

/// Opens the file, or takes what standard input gives.
fn open(path: &Path) -> Result<Mapped, Failure> {
    let held = if is_stdin(path) {
        Held::from_reader(
            STDIN,
            &mut io::stdin().lock(),
            Limits::default().stdin_bytes,
        )
    } else {
        Held::open(path)
    };
    held.and_then(|held| held.map())
        .map_err(|error| match error.kind() {
            hold::ErrorKind::NotFound => Failure::usage(format!("{} does not exist", quoted(path))),
            hold::ErrorKind::Folder => Failure::usage(format!(
                "{} is a folder, and one file is wanted",
                quoted(path)
            )),
            _ => Failure::failed(error.to_string()),
        })
}

fn nothing(arguments: &Effects) -> Failure {
    let file = quoted(&arguments.file);
    match (&arguments.member, arguments.stream) {
        (None, None) => Failure::nothing_to_check(format!("no pickle in {file}")),
        (Some(member), None) => {
            let member = escape_shortened(member, SHOWN);
            Failure::usage(format!("no pickle in member `{member}` of {file}"))
        }
        (None, Some(stream)) => Failure::usage(format!("no pickle {stream} in {file}")),
        (Some(member), Some(stream)) => {
            let member = escape_shortened(member, SHOWN);
            Failure::usage(format!("no pickle {stream} in member `{member}` of {file}"))
        }
    }
}

/// Writes to stdout for as long as somebody reads.
struct Listing {
    out: BufWriter<StdoutLock<'static>>,
    format: Format,
    result: io::Result<()>,
}

impl Listing {
    fn new(format: Format) -> Self {
        Self {
            out: BufWriter::new(io::stdout().lock()),
            format,
            result: Ok(()),
        }
    }

    fn write(&mut self, write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>) {
        if self.result.is_ok() {
            self.result = write(&mut self.out);
        }
    }

    fn begin(&mut self, path: &str, lossy: bool) {
        if self.format == Format::Json {
            let line = Line::File {
                schema: "weighbridge.effects/1",
                tool: TOOL,
                path,
                path_lossy: lossy.then_some(true),
            };
            self.write(|out| json::write_line(out, &line));
        }
    }

    /// Writes the rest. That nobody reads any more is no failure.
    fn finish(mut self) -> io::Result<()> {
        self.write(Write::flush);
        // Whatever could not be written is not tried again when the writer goes.
        let (_, rest) = self.out.into_parts();
        drop(rest);
        match self.result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

/// One pickle of a file: takes note of its effects.
struct Stream<'l> {
    listing: &'l mut Listing,
    member: Option<&'l str>,
    number: u64,
}

impl Stream<'_> {
    fn begin(&mut self) {
        let (member, number) = (self.member, self.number);
        if self.listing.format == Format::Text {
            self.listing.write(|out| match member {
                Some(member) => writeln!(out, "# {member}, stream {number}"),
                None => writeln!(out, "# stream {number}"),
            });
        }
    }

    fn end(&mut self, outcome: &Outcome) {
        let (member, number) = (self.member, self.number);
        let error = outcome.error.as_ref().map(ToString::to_string);
        match self.listing.format {
            Format::Text => {
                if let Some(error) = error {
                    self.listing
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
                self.listing.write(|out| json::write_line(out, &line));
            }
        }
    }
}

impl EffectSink for Stream<'_> {
    fn effect(&mut self, effect: &Effect<'_>) {
        if self.listing.result.is_err() {
            return;
        }
        let (member, number) = (self.member, self.number);
        let what = describe::sentence(effect);
        let (start, end) = (effect.range.start, effect.range.end);
        let reading = describe::reading(effect.reading);
        match self.listing.format {
            Format::Text => {
                let other = if reading == "main" {
                    String::new()
                } else {
                    format!(" [{reading}]")
                };
                self.listing.write(|out| {
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
                self.listing.write(|out| json::write_line(out, &line));
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
