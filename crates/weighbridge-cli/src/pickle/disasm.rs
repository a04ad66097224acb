use std::fmt;
use std::io::{self, Write as _};

use weighbridge::findings::escape_shortened;
use weighbridge::pickle::{Disassembly, Limits, Style};
use weighbridge::scan::{self, PickleStream};

use crate::arguments::Disasm;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::pickle::{Command, Ending, Output, SHOWN};

/// Disassembles every pickle in a file.
pub(crate) fn run(arguments: &Disasm) -> Result<Exit, Failure> {
    let listing = Listing {
        out: Output::new(),
        full: arguments.full,
        one_member: arguments.selection.member.is_some(),
        limits: scan::Limits::default().pickle,
    };
    super::run(&arguments.selection, listing)
}

/// Writes disassemblies one behind the other.
struct Listing {
    out: Output,
    full: bool,
    one_member: bool,
    limits: Limits,
}

impl Command for Listing {
    fn pickle(&mut self, pickle: &PickleStream<'_>) -> Ending {
        self.begin(pickle);
        let style = if self.full {
            Style::Exact
        } else {
            Style::Short
        };
        let mut disassembly = Disassembly::new(pickle.bytes, pickle.start, &self.limits);
        // What cannot be written is noted in the output, and the rest is read without being written.
        let _ = disassembly.write(style, &mut Sheet(&mut self.out));
        let ending = disassembly.finish();
        let Some(error) = ending.error else {
            return Ending::Whole;
        };
        if self.full {
            let place = match &pickle.member {
                Some(member) => {
                    let member = escape_shortened(member, SHOWN);
                    format!("`{member}`, stream {}", pickle.stream)
                }
                None => format!("stream {}", pickle.stream),
            };
            self.out.complain(&format!("{place}: {error}"));
        } else {
            let line_feed = if ending.begun.is_some() { "\n" } else { "" };
            self.out
                .write(|out| writeln!(out, "{line_feed}broken: {error}"));
        }
        Ending::Broken
    }

    fn finish(self) -> io::Result<()> {
        self.out.finish()
    }
}

impl Listing {
    /// Says which pickle follows. In full, what `pickletools` prints stands alone, unless it cannot be told
    /// which member it belongs to.
    fn begin(&mut self, pickle: &PickleStream<'_>) {
        let number = pickle.stream;
        match pickle.member.as_deref() {
            Some(_) if self.full && self.one_member => {}
            None if self.full => {}
            Some(member) => {
                let member = escape_shortened(member, SHOWN);
                self.out
                    .write(|out| writeln!(out, "# {member}, stream {number}"));
            }
            None => self.out.write(|out| writeln!(out, "# stream {number}")),
        }
    }
}

/// Takes text for the output.
struct Sheet<'o>(&'o mut Output);

impl fmt::Write for Sheet<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(|out| out.write_all(text.as_bytes()));
        if self.0.is_closed() {
            return Err(fmt::Error);
        }
        Ok(())
    }
}
