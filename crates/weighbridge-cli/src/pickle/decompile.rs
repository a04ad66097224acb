use std::io::{self, Write as _};
use std::ops::ControlFlow;

use weighbridge::findings::escape_shortened;
use weighbridge::pickle::{Limits, Lists, Statement, StatementSink, decompile_with};
use weighbridge::scan::{self, PickleStream};

use crate::arguments::Decompile;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::pickle::{Command, Ending, Output, SHOWN};

/// Writes every chosen pickle of a file as Python source.
pub(crate) fn run(arguments: &Decompile) -> Result<Exit, Failure> {
    let command = Sources {
        out: Output::new(),
        lists: Lists::built_in(),
        limits: scan::Limits::default().pickle,
        is_first: true,
    };
    super::run(&arguments.selection, command)
}

/// Writes statements as they come.
struct Sources {
    out: Output,
    lists: Lists<'static>,
    limits: Limits,
    is_first: bool,
}

impl Command for Sources {
    fn pickle(&mut self, pickle: &PickleStream<'_>) -> Ending {
        let is_first = std::mem::take(&mut self.is_first);
        let number = pickle.stream;
        self.out.write(|out| {
            if !is_first {
                writeln!(out)?;
            }
            match &pickle.member {
                Some(member) => {
                    let member = escape_shortened(member, SHOWN);
                    writeln!(out, "# {member}, stream {number}")
                }
                None => writeln!(out, "# stream {number}"),
            }
        });
        let (lists, limits) = (&self.lists, &self.limits);
        let mut lines = Lines(&mut self.out);
        let end = decompile_with(pickle.bytes, pickle.start, lists, limits, &mut lines);
        if end.outcome.error.is_some() || end.cut.is_some() {
            Ending::Broken
        } else {
            Ending::Whole
        }
    }

    fn finish(self) -> io::Result<()> {
        self.out.finish()
    }
}

struct Lines<'o>(&'o mut Output);

impl StatementSink for Lines<'_> {
    fn statement(&mut self, statement: &Statement<'_>) -> ControlFlow<()> {
        self.0.write(|out| writeln!(out, "{}", statement.text));
        if self.0.is_closed() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
