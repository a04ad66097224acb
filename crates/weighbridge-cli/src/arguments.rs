use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use weighbridge::findings::Severity;
use weighbridge::scan::Limits;

use crate::byte_size::ByteSize;

/// Weigh machine-learning models before they are loaded
#[derive(Debug, Parser)]
#[command(
    name = "weighbridge",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    /// Use colors; `auto` uses them on a terminal unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge model files, and folders of them, without loading anything
    Scan(Scan),
    /// Look into pickles
    Pickle {
        #[command(subcommand)]
        command: PickleCommand,
    },
    /// List the rules
    Rules(Rules),
    /// Print the page of a rule
    Explain(Explain),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PickleCommand {
    /// List what loading would do: imports, calls, state and item writes
    Effects(Effects),
}

/// What `scan` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  everything was read, and no finding counts
  1  a finding of --fail-on or above
  2  undecided: something that should have been judged was not
  3  nothing here that can be judged
  4  wrong usage; a path that does not exist")]
pub(crate) struct Scan {
    /// Files and folders; `-` reads standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Write the report in this format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Write the report to this file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Fail on findings of this severity and above
    #[arg(long, value_name = "SEVERITY", default_value_t = Severity::Medium, value_parser = severity())]
    pub(crate) fail_on: Severity,

    /// Do not fail on findings; what is undecided still fails
    #[arg(long)]
    pub(crate) exit_zero: bool,

    /// Read every byte and compare every check sum, those of raw storage too
    #[arg(long)]
    pub(crate) full: bool,

    /// Scan so many files at a time [default: one per core]
    #[arg(long, short, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,

    /// Print no progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,

    /// Look into archives and payloads so many layers deep
    #[arg(long, value_name = "N", default_value_t = Limits::default().nesting, help_heading = "Limits")]
    pub(crate) max_depth: u32,

    /// Inflate at most so many bytes per file
    #[arg(long, value_name = "BYTES", default_value_t = ByteSize(Limits::default().inflated_bytes), help_heading = "Limits")]
    pub(crate) max_inflated_bytes: ByteSize,

    /// Walk at most so many files per folder
    #[arg(long, value_name = "N", default_value_t = Limits::default().files, help_heading = "Limits")]
    pub(crate) max_files: u64,

    /// Look at at most so many members per file
    #[arg(long, value_name = "N", default_value_t = Limits::default().members, help_heading = "Limits")]
    pub(crate) max_members: u64,

    /// Take at most so many bytes from standard input
    #[arg(long, value_name = "BYTES", default_value_t = ByteSize(Limits::default().stdin_bytes), help_heading = "Limits")]
    pub(crate) max_stdin_bytes: ByteSize,
}

/// What `pickle effects` is told.
#[derive(Debug, Args)]
pub(crate) struct Effects {
    /// The file; `-` reads standard input
    pub(crate) file: PathBuf,

    /// Look only into this member of the container, as reports name it
    #[arg(long)]
    pub(crate) member: Option<String>,

    /// Look only into this one of several pickles that follow each other, counted from 0
    #[arg(long, value_name = "N")]
    pub(crate) stream: Option<u64>,

    /// Write in this format; json is one object per line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// What `rules` is told.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// Write in this format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// What `explain` is told.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The rule: `PKL001`, `unsafe-global` or `PKL001/unsafe-global`
    pub(crate) rule: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Reads a severity and lists the five words where the text is none of them.
fn severity() -> impl clap::builder::TypedValueParser<Value = Severity> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};

    let words = Severity::ALL.map(Severity::as_str);
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Severity>())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }
}
