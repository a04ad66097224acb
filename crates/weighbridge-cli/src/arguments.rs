use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use weighbridge::findings::Severity;
use weighbridge::scan::{Family, Limits};

use crate::attest::AttestCommand;
use crate::byte_size::ByteSize;
use crate::convert::Convert;
use crate::date::Date;
use crate::inspect::Inspect;
use crate::keygen::Keygen;
use crate::seconds::Seconds;
use crate::sign::Sign;
use crate::sign_blob::SignBlob;
use crate::verify::Verify;
use crate::verify_blob::VerifyBlob;

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

impl Arguments {
    /// Returns the program, where every command knows its full name and what it inherits.
    pub(crate) fn program() -> clap::Command {
        let mut program = Self::command();
        program.build();
        program
    }

    /// Returns the program, its commands and theirs.
    pub(crate) fn commands() -> Vec<clap::Command> {
        let mut commands = vec![Self::program()];
        let mut next = 0_usize;
        while let Some(command) = commands.get(next) {
            let below: Vec<clap::Command> = command.get_subcommands().cloned().collect();
            commands.extend(below);
            next = next.saturating_add(1);
        }
        commands
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge model files, and folders of them, without loading anything
    Scan(Scan),
    /// Write down findings so that they are known from then on
    Baseline {
        #[command(subcommand)]
        command: BaselineCommand,
    },
    /// Show what is in a model file: tensors, parameters, metadata, and what each byte is
    Inspect(Inspect),
    /// Write the tensors of a checkpoint as safetensors, without loading or executing anything
    Convert(Box<Convert>),
    /// Write a report of `scan --format json` in other formats
    ConvertReport(ConvertReport),
    /// Look into pickles
    Pickle {
        #[command(subcommand)]
        command: PickleCommand,
    },
    /// Make a pair of keys
    Keygen(Keygen),
    /// Sign a model
    Sign(Box<Sign>),
    /// Verify the signature of a model
    Verify(Verify),
    /// Verify attestations: who said what about a model
    Attest {
        #[command(subcommand)]
        command: AttestCommand,
    },
    /// Sign any file keyless, over the network: an OIDC identity, Fulcio, Rekor
    SignBlob(SignBlob),
    /// Check who signed a file, by a Sigstore bundle and an identity or a key
    VerifyBlob(VerifyBlob),
    /// List the rules
    Rules(Rules),
    /// Print the page of a rule
    Explain(Explain),
    /// Print the completions of a shell
    Completions(Completions),
    /// Print a manual page, or write all of them to a folder
    Man(Man),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PickleCommand {
    /// Print the opcodes as Python's pickletools does
    Disasm(Disasm),
    /// Show stack, marks and memo behind each opcode, as a loader would have them
    Trace(Trace),
    /// List what loading would do: imports, calls, state and item writes
    Effects(Effects),
    /// Write pickles as Python source, one statement for each effect; nothing is evaluated
    Decompile(Decompile),
    /// List the payloads inside pickles, or write one to a file, or the part of a pickle that shows a finding
    Extract(Extract),
}

#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Scan, and write a baseline of what was found
    Create(BaselineCreate),
}

/// What `baseline create` is told.
#[derive(Debug, Args)]
pub(crate) struct BaselineCreate {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// Write the baseline to this file, whole or not at all; `-` for standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,

    /// Print no progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
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
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    #[command(flatten)]
    pub(crate) report: ReportOptions,

    /// Fail on findings of this severity and above [default: medium]
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    pub(crate) fail_on: Option<Severity>,

    /// Do not count findings that this baseline, or this JSON report, has
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub(crate) baseline: Option<PathBuf>,

    /// Do not fail on findings; what is undecided still fails
    #[arg(long)]
    pub(crate) exit_zero: bool,

    /// Print no progress and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// What is scanned, and how.
#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// Files and folders; `-` reads standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Read every byte and compare every check sum, those of raw storage too
    #[arg(long)]
    pub(crate) full: bool,

    /// Scan so many files at a time [default: one per core]
    #[arg(long, short, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<NonZeroUsize>,

    /// Leave out what matches below the folders given; patterns are those of .gitignore
    #[arg(long, value_name = "PATTERN", help_heading = "Selection")]
    pub(crate) exclude: Vec<String>,

    /// Scan only what matches below the folders given
    #[arg(long, value_name = "PATTERN", help_heading = "Selection")]
    pub(crate) include: Vec<String>,

    /// Admit only these formats, told by content, such as safetensors,onnx,gguf; refuse everything else but
    /// text, configuration and images
    #[arg(
        long,
        value_name = "FORMATS",
        value_delimiter = ',',
        value_parser = family(),
        hide_possible_values = true,
        help_heading = "Selection"
    )]
    pub(crate) formats: Option<Vec<Family>>,

    /// Call standard input by this name, which may promise a format
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub(crate) stdin_name: Option<PathBuf>,

    /// Read this configuration [default: weighbridge.toml here or above]
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "no_config",
        help_heading = "Configuration"
    )]
    pub(crate) config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long, help_heading = "Configuration")]
    pub(crate) no_config: bool,

    /// Judge by the lists of known names in this folder, which must be trusted
    #[arg(long, value_name = "FOLDER", help_heading = "Configuration")]
    pub(crate) rules_data: Option<PathBuf>,

    /// Judge expiry as on this day, for tests
    #[arg(long, value_name = "DAY", hide = true)]
    pub(crate) today: Option<Date>,

    /// Spend at most so many seconds on a file, 0 for no limit [default: 300]
    #[arg(
        long,
        value_name = "SECONDS",
        allow_negative_numbers = true,
        help_heading = "Limits"
    )]
    pub(crate) timeout: Option<Seconds>,

    /// Look into archives and payloads so many layers deep
    #[arg(long, value_name = "N", value_parser = whole::<u32>, default_value_t = Limits::default().nesting, help_heading = "Limits")]
    pub(crate) max_depth: u32,

    /// Inflate at most so many bytes per file
    #[arg(long, value_name = "BYTES", default_value_t = ByteSize(Limits::default().inflated_bytes), help_heading = "Limits")]
    pub(crate) max_inflated_bytes: ByteSize,

    /// Walk at most so many files per folder
    #[arg(long, value_name = "N", value_parser = whole::<u64>, default_value_t = Limits::default().files, help_heading = "Limits")]
    pub(crate) max_files: u64,

    /// Look at at most so many members per file
    #[arg(long, value_name = "N", value_parser = whole::<u64>, default_value_t = Limits::default().members, help_heading = "Limits")]
    pub(crate) max_members: u64,

    /// Take at most so many bytes from standard input
    #[arg(long, value_name = "BYTES", default_value_t = ByteSize(Limits::default().stdin_bytes), help_heading = "Limits")]
    pub(crate) max_stdin_bytes: ByteSize,
}

/// What `convert-report` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  the report was converted, whatever it says
  1  under --fail-on: the report has a finding of that severity or above
  2  the report cannot be read or written; under --fail-on: something in it is undecided
  3  under --fail-on: nothing in the report could be judged
  4  wrong usage; a path that does not exist")]
pub(crate) struct ConvertReport {
    /// The report, as `scan --format json` wrote it; `-` reads standard input
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) report: ReportOptions,

    /// Settle the exit code as `scan` does: fail on findings of this severity and above
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    pub(crate) fail_on: Option<Severity>,

    /// Print no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,

    /// Read at most so many bytes
    #[arg(long, value_name = "BYTES", default_value_t = REPORT_BYTES, help_heading = "Limits")]
    pub(crate) max_report_bytes: ByteSize,
}

/// Largest report that is read unless told otherwise: 256 MiB has room for some 350,000 findings.
const REPORT_BYTES: ByteSize = ByteSize(256 << 20);

/// How and where a report is written.
#[derive(Debug, Args)]
pub(crate) struct ReportOptions {
    /// Write the report in this format
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,

    /// Write the report to this file instead, whole or not at all; with FORMAT= write it there too, in that
    /// format
    #[arg(long, short, value_name = "[FORMAT=]FILE")]
    pub(crate) output: Vec<PathBuf>,
}

/// Which pickles a command of `pickle` looks into.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// The file; `-` reads standard input
    pub(crate) file: PathBuf,

    /// Look only into this member of the container, as reports name it
    #[arg(long)]
    pub(crate) member: Option<String>,

    /// Look only into this one of several pickles that follow each other, counted from 0
    #[arg(long, value_name = "N", value_parser = whole::<u64>)]
    pub(crate) stream: Option<u64>,
}

/// What `pickle decompile` is told.
#[derive(Debug, Args)]
pub(crate) struct Decompile {
    #[command(flatten)]
    pub(crate) selection: Selection,
}

/// What `pickle extract` is told.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").args(["payload", "minimize"])))]
pub(crate) struct Extract {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Write this payload, by the number in the list; without it and --minimize all are listed
    #[arg(long, value_name = "N", requires = "output")]
    pub(crate) payload: Option<u64>,

    /// Write the shortest beginning of a pickle that still shows a finding of this rule, at this offset if
    /// one is given
    #[arg(long, value_name = "RULE[@OFFSET]", requires = "output")]
    pub(crate) minimize: Option<String>,

    /// Write to this file, whole or not at all; never to the file that is looked into
    #[arg(long, short, value_name = "OUT", requires = "what")]
    pub(crate) output: Option<PathBuf>,
}

/// What `pickle disasm` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  every pickle was read to its end
  2  something could not be read as pickletools reads it; what was read is printed
  3  no pickle here
  4  wrong usage; a path that does not exist")]
pub(crate) struct Disasm {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Print exactly what pickletools.dis of CPython 3.11 prints: nothing shortened, errors on stderr
    #[arg(long)]
    pub(crate) full: bool,
}

/// What `pickle trace` is told.
#[derive(Debug, Args)]
pub(crate) struct Trace {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Show opcodes that begin at this byte or behind it
    #[arg(long, value_name = "OFFSET", default_value_t = 0)]
    pub(crate) from: u64,

    /// Show at most so many opcodes of each pickle
    #[arg(long, value_name = "N")]
    pub(crate) steps: Option<u64>,

    /// Show so many values and marks from the top of the stack
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(crate) window: u8,

    /// Write in this format; json is one object per line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// What `pickle effects` is told.
#[derive(Debug, Args)]
pub(crate) struct Effects {
    #[command(flatten)]
    pub(crate) selection: Selection,

    /// Write in this format; json is one object per line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// What `rules` is told.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// Check the rule data in this folder and say what it is, instead
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,

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

/// What `completions` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bash        weighbridge completions bash > ~/.local/share/bash-completion/completions/weighbridge
  zsh         weighbridge completions zsh > ~/.zfunc/_weighbridge  (with ~/.zfunc in fpath)
  fish        weighbridge completions fish > ~/.config/fish/completions/weighbridge.fish
  powershell  weighbridge completions powershell >> $PROFILE
  elvish      weighbridge completions elvish >> ~/.config/elvish/rc.elv")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// What `man` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  weighbridge man scan | man -l -
  weighbridge man pickle effects | man -l -
  weighbridge man --output ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// The command whose page is printed [default: the program itself]
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    pub(crate) path: Vec<String>,

    /// Write the pages of all commands to this folder
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
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

/// The formats of a report.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ReportFormat {
    Text,
    Json,
    Sarif,
    Junit,
    Github,
}

/// Why a text is no number.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum NotANumber {
    #[error("expected a whole number")]
    Whole,
    #[error("expected a whole number from 1 on")]
    FromOne,
}

fn whole<T: FromStr>(text: &str) -> Result<T, NotANumber> {
    text.parse().map_err(|_| NotANumber::Whole)
}

fn jobs(text: &str) -> Result<NonZeroUsize, NotANumber> {
    text.parse().map_err(|_| NotANumber::FromOne)
}

/// Reads a severity and lists the five words where the text is none of them.
fn severity() -> impl clap::builder::TypedValueParser<Value = Severity> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};

    let words = Severity::ALL.map(Severity::as_str);
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Severity>())
}

/// Reads a format that is admitted and lists the words where the text is none of them.
fn family() -> impl clap::builder::TypedValueParser<Value = Family> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};

    let words = Family::ALL.map(Family::as_str);
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Family>())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    /// Says whether a text tells to do something and is no sentence with a period.
    fn is_imperative(text: &str) -> bool {
        let first = text.split(' ').next().unwrap_or_default();
        let third_person = first.ends_with('s') && !first.ends_with("ss");
        first.starts_with(|c: char| c.is_ascii_uppercase())
            && !third_person
            && !first.ends_with("ing")
            && !first.ends_with("ed")
            && !text.ends_with('.')
    }

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }
    #[test]
    fn every_command_and_option_says_in_the_imperative_what_it_does() {
        for command in Arguments::commands() {
            let name = command
                .get_display_name()
                .unwrap_or_else(|| command.get_name());
            let about = command.get_about().unwrap_or_default().to_string();
            assert!(is_imperative(&about), "{name}: {about:?}");
            for argument in command.get_arguments() {
                let help = argument.get_help().unwrap_or_default().to_string();
                let id = argument.get_id();
                if argument.is_positional() {
                    // It names what is given.
                    assert!(
                        !help.is_empty() && !help.ends_with('.'),
                        "{name} {id}: {help:?}"
                    );
                } else {
                    assert!(is_imperative(&help), "{name} {id}: {help:?}");
                }
            }
        }
    }

    #[test]
    fn a_text_that_describes_is_no_imperative() {
        for text in [
            "Writes it",
            "Writing it",
            "Allowed names",
            "Write it.",
            "write it",
            "",
        ] {
            assert!(!is_imperative(text), "{text:?}");
        }
        assert!(is_imperative("Pass it on"));
    }
}
