//! The commands that look into pickles, one file each, and what they share: which pickles are meant, where
//! they come from, and how the run ends.

pub(crate) mod decompile;
pub(crate) mod disasm;
pub(crate) mod effects;
pub(crate) mod extract;
mod output;
mod source;
pub(crate) mod trace;

use std::io;

use weighbridge::findings::escape_shortened;
use weighbridge::scan::{Options, PickleStream, Scanner};

use crate::arguments::Selection;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::destination::complain;
use crate::scan::guard_truncation;

pub(crate) use output::Output;
pub(crate) use source::{Source, unopened};

/// Longest name that is written, in characters.
pub(crate) const SHOWN: usize = 200;

/// What a command does with the pickles of one file.
pub(crate) trait Command {
    /// Takes note of the file, before its first pickle.
    fn begin(&mut self, _: &Source) {}

    /// Does what it does with one of the chosen pickles, in the order in which a scan comes to them.
    fn pickle(&mut self, pickle: &PickleStream<'_>) -> Ending;

    /// Writes what is left to be written.
    fn finish(self) -> io::Result<()>;
}

/// How a pickle ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    /// By its STOP.
    Whole,
    /// By something that could not be read or carried out.
    Broken,
}

/// Shows a command every pickle that is chosen, and settles the exit code.
pub(crate) fn run(selection: &Selection, mut command: impl Command) -> Result<Exit, Failure> {
    guard_truncation();
    let source = Source::open(&selection.file)?;
    command.begin(&source);
    let (mut chosen, mut broken) = (0_u64, false);
    let scanner = Scanner::new(Options::default());
    scanner.pickles(source.path(), source.bytes(), &mut |pickle| {
        if is_chosen(selection, pickle.member.as_deref(), pickle.stream) {
            chosen = chosen.saturating_add(1);
            broken |= command.pickle(&pickle) == Ending::Broken;
        }
    });
    let written = command.finish();
    if chosen == 0 {
        return Err(nothing(selection));
    }
    let changed = source.has_changed();
    if changed {
        let file = quoted(&selection.file);
        complain(&format!("{file} has changed while it was read"));
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

/// Says whether a pickle of a member is one of those that are meant.
pub(crate) fn is_chosen(selection: &Selection, member: Option<&str>, stream: u64) -> bool {
    let named = selection.member.is_none() || selection.member.as_deref() == member;
    let numbered = selection.stream.is_none_or(|wanted| wanted == stream);
    named && numbered
}

fn nothing(selection: &Selection) -> Failure {
    let file = quoted(&selection.file);
    match (&selection.member, selection.stream) {
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
