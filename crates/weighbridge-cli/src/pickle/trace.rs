use std::io::{self, Write as _};

use serde::Serialize;
use weighbridge::findings::escape_shortened;
use weighbridge::pickle::{self, Argument, Effect, EffectSink, Limits, Lists, Style};
use weighbridge::scan::{self, PickleStream};

use crate::arguments::{Format, Trace};
use crate::describe;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::json::{self, TOOL, Tool};
use crate::pickle::{Command, Ending, Output, SHOWN, Source};

/// Effects of one opcode that are written.
const EFFECTS: usize = 8;

/// Traces every chosen pickle of a file.
pub(crate) fn run(arguments: &Trace) -> Result<Exit, Failure> {
    let tracing = Tracing {
        out: Output::new(),
        format: arguments.format,
        from: arguments.from,
        steps: arguments.steps,
        window: usize::from(arguments.window),
        lists: Lists::built_in(),
        limits: scan::Limits::default().pickle,
    };
    super::run(&arguments.selection, tracing)
}

/// Writes steps as they are carried out.
struct Tracing {
    out: Output,
    format: Format,
    from: u64,
    steps: Option<u64>,
    window: usize,
    lists: Lists<'static>,
    limits: Limits,
}

impl Command for Tracing {
    fn begin(&mut self, source: &Source) {
        if self.format == Format::Json {
            let line = Line::File {
                schema: "weighbridge.trace/1",
                tool: TOOL,
                path: source.path(),
                path_lossy: source.is_lossy().then_some(true),
            };
            self.out.write(|out| json::write_line(out, &line));
        }
    }

    fn pickle(&mut self, pickle: &PickleStream<'_>) -> Ending {
        let member = pickle.member.as_deref();
        let number = pickle.stream;
        if self.format == Format::Text {
            self.out.write(|out| match member {
                Some(member) => {
                    let member = escape_shortened(member, SHOWN);
                    writeln!(out, "# {member}, stream {number}")
                }
                None => writeln!(out, "# stream {number}"),
            });
        }
        let mut trace = pickle::Trace::new(pickle.bytes, pickle.start, &self.lists, &self.limits);
        let mut effects = Effects::default();
        let mut left = self.steps.unwrap_or(u64::MAX);
        let mut error = None;
        loop {
            effects.begin(trace.end() >= self.from && left > 0 && !self.out.is_closed());
            match trace.step(&mut effects) {
                None => break,
                Some(Ok(step)) if step.range.start >= self.from && left > 0 => {
                    left = left.saturating_sub(1);
                    if !self.out.is_closed() {
                        self.step(
                            member,
                            number,
                            &Shown::new(&trace, &step, &effects, self.window),
                        );
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(wrong)) => error = Some(wrong.to_string()),
            }
        }
        let broken = error.is_some();
        self.end(member, number, &trace, error);
        if broken {
            Ending::Broken
        } else {
            Ending::Whole
        }
    }

    fn finish(self) -> io::Result<()> {
        self.out.finish()
    }
}

impl Tracing {
    fn step(&mut self, member: Option<&str>, stream: u64, shown: &Shown) {
        match self.format {
            Format::Text => self.out.write(|out| shown.write(out)),
            Format::Json => {
                let line = Line::Step {
                    member,
                    stream,
                    step: shown,
                };
                self.out.write(|out| json::write_line(out, &line));
            }
        }
    }

    fn end(
        &mut self,
        member: Option<&str>,
        stream: u64,
        trace: &pickle::Trace<'_>,
        error: Option<String>,
    ) {
        match self.format {
            Format::Text => {
                if let Some(error) = error {
                    self.out.write(|out| writeln!(out, "broken: {error}"));
                }
            }
            Format::Json => {
                let line = Line::End {
                    member,
                    stream,
                    opcodes: trace.opcodes(),
                    byte_end: trace.end(),
                    error,
                };
                self.out.write(|out| json::write_line(out, &line));
            }
        }
    }
}

/// The effects of one opcode, in words.
#[derive(Default)]
struct Effects {
    wanted: bool,
    sentences: Vec<String>,
    left_out: u64,
}

impl Effects {
    fn begin(&mut self, wanted: bool) {
        self.wanted = wanted;
        self.sentences.clear();
        self.left_out = 0;
    }
}

impl EffectSink for Effects {
    fn effect(&mut self, effect: &Effect<'_>) {
        if !self.wanted {
            return;
        }
        if self.sentences.len() < EFFECTS {
            self.sentences.push(describe::sentence(effect));
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }
}

/// One step as it is written, in words and numbers. `docs/disassembly.md` is the contract.
#[derive(Serialize)]
struct Shown {
    opcode: u64,
    name: &'static str,
    byte_start: u64,
    byte_end: u64,
    argument: Option<String>,
    /// Pickles that wait for one inside an array to end.
    nested: usize,
    /// Values on the stack.
    stack_depth: usize,
    /// The topmost of them, the top last.
    stack: Vec<String>,
    /// Open marks.
    mark_count: usize,
    /// How many values lie below the topmost of them, the topmost mark last.
    marks: Vec<usize>,
    memo_entries: u64,
    stored: Option<Stored>,
    effects: Vec<String>,
    effects_left_out: u64,
}

/// A memo entry that an opcode stored.
#[derive(Serialize)]
struct Stored {
    index: u64,
    value: String,
}

impl Shown {
    fn new(
        trace: &pickle::Trace<'_>,
        step: &pickle::Step<'_>,
        effects: &Effects,
        window: usize,
    ) -> Self {
        let graph = trace.graph();
        let (stack, marks) = (trace.stack(), trace.marks());
        let top = stack.len().saturating_sub(window);
        let top_mark = marks.len().saturating_sub(window);
        let argument = step
            .argument
            .filter(|argument| !matches!(argument, Argument::None));
        Self {
            opcode: step.index,
            name: step.opcode.name(),
            byte_start: step.range.start,
            byte_end: step.range.end,
            argument: argument.map(|argument| argument.in_style(Style::Short).to_string()),
            nested: trace.nested(),
            stack_depth: stack.len(),
            stack: stack
                .iter()
                .skip(top)
                .map(|&value| describe::value(graph, value))
                .collect(),
            mark_count: marks.len(),
            marks: marks.iter().skip(top_mark).copied().collect(),
            memo_entries: trace.memo_entries(),
            stored: step.stored.and_then(|index| {
                let value = trace.memo(index)?;
                Some(Stored {
                    index,
                    value: describe::value(graph, value),
                })
            }),
            effects: effects.sentences.clone(),
            effects_left_out: effects.left_out,
        }
    }

    fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        let (index, start, end) = (self.opcode, self.byte_start, self.byte_end);
        write!(out, "{index} bytes {start}..{end} {}", self.name)?;
        if let Some(argument) = &self.argument {
            write!(out, " {argument}")?;
        }
        write!(out, "\n    stack {}:", self.stack_depth)?;
        let hidden = self.stack_depth.saturating_sub(self.stack.len());
        if hidden > 0 || self.mark_count > self.marks.len() {
            write!(out, " …")?;
        }
        let mut marks = self
            .marks
            .iter()
            .skip_while(|&&mark| mark < hidden)
            .peekable();
        for (place, value) in self.stack.iter().enumerate() {
            let height = hidden.saturating_add(place);
            while marks.next_if(|&&mark| mark <= height).is_some() {
                write!(out, " (")?;
            }
            write!(out, " {value}")?;
        }
        for _ in marks {
            write!(out, " (")?;
        }
        writeln!(out)?;
        if let Some(Stored { index, value }) = &self.stored {
            writeln!(out, "    memo {index}: {value}")?;
        }
        for effect in &self.effects {
            writeln!(out, "    {effect}")?;
        }
        if self.effects_left_out > 0 {
            writeln!(out, "    … and {} effects more", self.effects_left_out)?;
        }
        Ok(())
    }
}

/// One line of JSON.
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
    Step {
        member: Option<&'l str>,
        stream: u64,
        #[serde(flatten)]
        step: &'l Shown,
    },
    End {
        member: Option<&'l str>,
        stream: u64,
        opcodes: u64,
        byte_end: u64,
        error: Option<String>,
    },
}
